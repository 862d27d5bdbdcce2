#include "agent/domain/support.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

constexpr std::string_view debian_csv = "version,codename,series,created,release,eol,eol-lts,eol-elts\n"
                                        "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-07-11,2028-06-30,2033-06-30\n"
                                        "14,Forky,forky,2025-08-09\n";
constexpr std::string_view ubuntu_csv = "version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy\n"
                                        "22.04 LTS,Jammy,jammy,2021-10-14,2022-04-21,2027-06-01,2027-06-01,2032-04-21,2034-04-25\n";

std::string end_of(const std::map<std::string, std::string>& os_release, std::string_view csv, bool extended = false,
                   std::string_view configured = "") {
    const auto end = support_end({os_release, csv, extended, configured});
    return end ? format_instant(*end).substr(0, 10) : "nobody says";
}

const std::map<std::string, std::string> bookworm{{"ID", "debian"}, {"VERSION_CODENAME", "bookworm"}};
const std::map<std::string, std::string> jammy{{"ID", "ubuntu"}, {"VERSION_CODENAME", "jammy"}};

}  // namespace

TEST_CASE("Debian is supported through its last LTS day", "[support]") { CHECK(end_of(bookworm, debian_csv) == "2028-07-01"); }

TEST_CASE("Ubuntu's extended maintenance counts only where it is in use", "[support]") {
    CHECK(end_of(jammy, ubuntu_csv) == "2027-06-02");
    CHECK(end_of(jammy, ubuntu_csv, true) == "2032-04-22");
}

TEST_CASE("The most specific word wins: configuration, os-release, table", "[support]") {
    auto os_release = bookworm;
    os_release["SUPPORT_END"] = "2027-01-01";
    CHECK(end_of(os_release, debian_csv) == "2027-01-02");
    CHECK(end_of(os_release, debian_csv, false, "2040-01-01") == "2040-01-02");
}

TEST_CASE("Without distro-info-data our own table answers", "[support]") {
    CHECK(end_of(bookworm, "") == "2028-07-01");
    CHECK(end_of(jammy, "", true) == "2032-04-22");
}

TEST_CASE("A derivative stands on the release it names", "[support]") {
    CHECK(end_of({{"ID", "linuxmint"}, {"VERSION_CODENAME", "virginia"}, {"UBUNTU_CODENAME", "jammy"}}, ubuntu_csv) == "2027-06-02");
    CHECK(distro_info_file({{"ID", "linuxmint"}, {"UBUNTU_CODENAME", "jammy"}}) == "ubuntu.csv");
    CHECK(distro_info_file(bookworm) == "debian.csv");
    CHECK(distro_info_file({{"ID", "fedora"}}).empty());
}

TEST_CASE("A release nobody has dated yet has no end", "[support]") {
    CHECK(end_of({{"ID", "debian"}, {"VERSION_CODENAME", "forky"}}, debian_csv) == "nobody says");
    CHECK(end_of({{"ID", "plan9"}}, debian_csv) == "nobody says");
    CHECK(end_of({{"ID", "debian"}}, "") == "nobody says");
    CHECK(end_of(bookworm, "garbage\n,,,\n") == "2028-07-01");
}

TEST_CASE("The blind spot begins with the first day without support", "[support]") {
    const auto end = support_end({bookworm, debian_csv, false, ""});
    CHECK_FALSE(support_blind_spot(end, "Debian", *end - seconds(1)));
    const auto spot = support_blind_spot(end, "Debian", *end);
    REQUIRE(spot);
    CHECK(spot->security);
    CHECK(spot->message.find("2028-06-30") != std::string::npos);
    CHECK_FALSE(support_blind_spot(std::nullopt, "Debian", *end));
}
