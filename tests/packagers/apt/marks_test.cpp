#include "packagers/apt/extended_states.hpp"
#include "tests/catch.hpp"
#include "tests/packagers/apt/machine.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;

namespace {

struct MarkedMachine : AptMachine {
    MarkedMachine() {
        database({stanza("gp-sec", "1.0", "install ok installed", "all"), stanza("gp-upd", "1.0"),
                  stanza("gp-lib", "1.0"), stanza("gp-lib", "1.0", "install ok installed", "i386")});
        files.put("/var/lib/apt/extended_states",
                  "Package: gp-sec\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: gp-upd\nArchitecture: "
                  "amd64\nAuto-Installed: 0\n\nPackage: gp-lib\nArchitecture: i386\nAuto-Installed: 1\n");
    }
};

}  // namespace

TEST_CASE("The marks apt wrote are read with their architectures", "[apt][marks]") {
    const auto marked = apt::parse_extended_states(golden("apt/debian-12.extended-states.good.stdout"));
    CHECK(marked.contains("libssl3:amd64"));
    CHECK(marked.contains("gp-new:amd64"));
    CHECK_FALSE(marked.contains("gp-sec:amd64"));
    CHECK(apt::parse_extended_states("Package: a\nArchitecture: amd64\nAuto-Installed: 0\n").empty());
    CHECK(apt::parse_extended_states("").empty());
}

TEST_CASE("Marked packages, and new ones, are to carry the mark afterwards", "[apt][marks]") {
    MarkedMachine machine;
    CHECK(machine.apt().automatic({patch("gp-sec", "1.1"), patch("gp-upd", "1.1"), patch("gp-lib", "1.1"),
                                   patch("gp-lib:i386", "1.1"), patch("gp-new", "2.0", "")}) ==
          std::vector<std::string>{"gp-sec", "gp-lib:i386", "gp-new"});
    CHECK(machine.processes.commands().empty());
}

TEST_CASE("Only marks that are missing are set, with one call or none", "[apt][marks]") {
    MarkedMachine machine;
    machine.processes.answer({"apt-mark", "auto"}, Answer::exits(0));
    CHECK(machine.apt().mark_automatic({"gp-sec", "gp-lib:i386", "gp-gone"}, machine.context));
    CHECK(machine.processes.commands().empty());
    CHECK(machine.apt().mark_automatic({"gp-sec", "gp-upd", "gp-lib", "gp-gone"}, machine.context));
    CHECK(machine.processes.command_lines() == std::vector<std::string>{"apt-mark auto gp-upd gp-lib"});
}

TEST_CASE("A mark that could not be set is an error", "[apt][marks]") {
    MarkedMachine machine;
    machine.processes.answer({"apt-mark", "auto"}, Answer::exits(100, "", "E: Could not write\n"));
    const auto marked = machine.apt().mark_automatic({"gp-upd"}, machine.context);
    REQUIRE_FALSE(marked);
    CHECK(marked.error().message == "apt-mark auto: Could not write");
}
