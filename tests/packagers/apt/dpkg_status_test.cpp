#include "packagers/apt/dpkg_status.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

std::string stanza(const std::string& name, const std::string& status, const std::string& version, const std::string& architecture) {
    return "Package: " + name + "\nStatus: " + status + "\nMaintainer: A <a@example.com>\nArchitecture: " + architecture +
           "\nVersion: " + version + "\nDescription: x\n Package: not a field, a description\n\n";
}

}  // namespace

TEST_CASE("Installed, held and unfinished packages are told apart from removed ones", "[apt][dpkg]") {
    const auto installed = parse_dpkg_status({stanza("dpkg", "install ok installed", "1.21", "amd64") +
                                              stanza("held", "hold ok installed", "1", "all") +
                                              stanza("half", "install ok half-configured", "2", "amd64") +
                                              stanza("reinst", "install reinstreq half-installed", "3", "amd64") +
                                              stanza("gone", "deinstall ok config-files", "4", "amd64") +
                                              stanza("purged", "purge ok not-installed", "", "amd64")});
    CHECK(installed.size() == 4);
    CHECK(installed.at("held").held);
    CHECK(installed.at("held").state == PackageState::sound);
    CHECK(installed.at("half").state == PackageState::half_configured);
    CHECK(installed.at("reinst").state == PackageState::half_installed);
    CHECK(installed.at("dpkg").version == "1.21");
}

TEST_CASE("A foreign architecture is part of the name, the machine's own is not", "[apt][dpkg]") {
    const auto installed = parse_dpkg_status({stanza("dpkg", "install ok installed", "1", "amd64") +
                                              stanza("libc6", "install ok installed", "2", "amd64") +
                                              stanza("libc6", "install ok installed", "3", "i386")});
    CHECK(installed.at("libc6").version == "2");
    CHECK(installed.at("libc6:i386").version == "3");
}

TEST_CASE("dpkg's journal overrides the status file", "[apt][dpkg]") {
    const auto installed = parse_dpkg_status({stanza("dpkg", "install ok installed", "1", "amd64") + stanza("a", "install ok installed", "1", "amd64"),
                                              stanza("a", "install ok unpacked", "2", "amd64")});
    CHECK(installed.at("a").version == "2");
    CHECK(installed.at("a").state == PackageState::unpacked);
}

TEST_CASE("What an interrupted run leaves is told from what merely waits for triggers", "[apt][dpkg]") {
    struct Row {
        const char* status;
        bool half_done;
    };
    const auto [status, half_done] =
        GENERATE(Row{"install ok installed", false}, Row{"install ok triggers-awaited", false},
                 Row{"install ok triggers-pending", false}, Row{"install ok unpacked", true},
                 Row{"install ok half-configured", true}, Row{"install reinstreq unpacked", true},
                 Row{"install ok half-installed", true}, Row{"install reinstreq installed", true},
                 Row{"install ok unheard-of", true});
    CAPTURE(status);
    CHECK(parse_dpkg_status({stanza("a", status, "1", "all")}).at("a").half_done() == half_done);
}

TEST_CASE("The journal of a dpkg that was killed is read to its end", "[apt][dpkg]") {
    const auto installed = parse_dpkg_status(
        {stanza("gp-sec", "install ok installed", "1.0", "all"), golden("apt/debian-12.journal.killed.stdout")});
    CHECK(installed.at("gp-sec").state == PackageState::unpacked);
    CHECK(installed.at("gp-sec").version == "1.1");
    CHECK(installed.at("gp-slow").state == PackageState::half_installed);
}

TEST_CASE("No text, no packages; a last stanza without an empty line counts", "[apt][dpkg]") {
    CHECK(parse_dpkg_status({}).empty());
    CHECK(parse_dpkg_status({"Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all"}).size() == 1);
}
