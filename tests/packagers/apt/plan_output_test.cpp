#include "packagers/apt/plan_output.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

TEST_CASE("A plan names every section, and its downloads with their epochs escaped", "[apt][plan]") {
    const std::string text = golden("apt/debian-12.print-uris.stdout");
    const auto plan = parse_plan(text);
    REQUIRE(plan);
    CHECK(plan->upgraded.size() == 17);
    CHECK(plan->added ==
          std::vector<PlannedPackage>{{"gp-new", "", "2.0"}, {"linux-image-5.15.0-2-gp", "", "5.15.0-2.2"}});
    CHECK(plan->removed == std::vector<PlannedPackage>{{"gp-victim", "1.0", ""}});
    CHECK(plan->kept_back == std::vector<PlannedPackage>{
                                 {"gp-broken", "1.0", "1.1"}, {"gp-held", "1.0", "1.1"}, {"gp-phased", "1.0", "1.1"}});
    CHECK(plan->upgraded[3] == PlannedPackage{"gp-epoch", "2.0", "1:1.0-1"});
    CHECK(plan->upgraded[5] == PlannedPackage{"gp-foreign:i386", "1.0", "1.1"});
    CHECK(plan->downloads.size() == 19);
    CHECK(plan->downloads[3] == PlannedDownload{"gp-epoch_1%3a1.0-1_all.deb", 20672});
    CHECK(plan->downloads[3].name() == "gp-epoch");
    CHECK(plan->downloads[3].architecture() == "all");
    CHECK(plan->not_fully_installed == 0);
}

TEST_CASE("Every plan that real apt printed is understood", "[apt][plan]") {
    const std::string name =
        GENERATE(as<std::string>(), "default-release", "dpkg-lock-held", "essential-removed", "flat", "half-configured",
                 "half-installed", "http", "interrupted", "kept-back-only", "no-sources", "non-root", "nothing-to-do",
                 "phased-only", "unpacked", "downgrade");
    CAPTURE(name);
    const std::string text = golden("apt/debian-12.print-uris." + name + ".stdout");
    const auto plan = parse_plan(text);
    INFO((plan ? "" : plan.error().message));
    CHECK(plan);
}

TEST_CASE("What apt left unfinished is counted", "[apt][plan]") {
    const std::string text = golden("apt/debian-12.print-uris.half-configured.stdout");
    CHECK(parse_plan(text)->not_fully_installed == 1);
}

TEST_CASE("A downgrade stands in a section of its own", "[apt][plan]") {
    const std::string text = golden("apt/debian-12.print-uris.downgrade.stdout");
    const auto plan = parse_plan(text);
    REQUIRE(plan);
    REQUIRE_FALSE(plan->downgraded.empty());
    CHECK(plan->downgraded.front() == PlannedPackage{"gp-sec", "3.0", "1.1"});
}

TEST_CASE("Newer apt's section of phased upgrades counts as kept back", "[apt][plan]") {
    const auto plan = parse_plan(
        "The following upgrades have been deferred due to phasing:\n   a (1 => 2)\n"
        "0 upgraded, 0 newly installed, 0 to remove and 1 not upgraded.\n");
    REQUIRE(plan);
    CHECK(plan->kept_back.size() == 1);
}

TEST_CASE("A text that does not add up is refused, never read as nothing to do", "[apt][plan]") {
    CHECK_FALSE(parse_plan(""));
    CHECK_FALSE(parse_plan("E: something else\n"));
    const auto unknown_heading = parse_plan(
        "The following frobs will be upgraded:\n   a (1 => 2)\n"
        "1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
    REQUIRE_FALSE(unknown_heading);
    CHECK(unknown_heading.error().code == Errc::invalid);
    CHECK(unknown_heading.error().message == "apt counts 1 packages to upgrade, its list names 0");
    const std::string broken = golden("apt/debian-12.print-uris.broken.stdout");
    CHECK_FALSE(parse_plan(broken));
}

TEST_CASE("The dependencies that keep apt from planning are named", "[apt][plan]") {
    CHECK(unmet_dependencies(golden("apt/debian-12.print-uris.broken.stdout")) ==
          "gp-needy : Depends: gp-nosuch but it is not installable");
    CHECK(unmet_dependencies(golden("apt/debian-12.print-uris.stdout")).empty());
    CHECK(unmet_dependencies("").empty());
}

TEST_CASE("What a plan does to the disk is read, whatever the unit", "[apt][plan]") {
    const auto growth = [](const std::string& space) { return parse_growth("After this operation, " + space); };
    CHECK(growth("0 B of additional disk space will be used.") == 0);
    CHECK(growth("12.3 kB of additional disk space will be used.") == 12'300);
    CHECK(growth("1,024 kB of additional disk space will be used.") == 1'024'000);
    CHECK(growth("31.5 MB disk space will be freed.") == -31'500'000);
    CHECK(growth("2 GB of additional disk space will be used.") == 2'000'000'000);
    CHECK_FALSE(growth("lots of additional disk space will be used."));
    CHECK_FALSE(parse_growth("Need to get 0 B/62.0 kB of archives."));
    const std::string text = golden("apt/debian-12.print-uris.stdout");
    CHECK(parse_plan(text)->growth == 0);
    CHECK(parse_plan(text)->download_bytes() == 19 * 20672);
}

TEST_CASE("a file whose name does not hold name, version and architecture is no planned download", "[apt]") {
    const std::string text = "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
                             "'file:/srv/repo/x.deb' x.deb 7 SHA256:00\n"
                             "'file:/srv/repo/x_1.0.deb' x_1.0.deb 7 SHA256:00\n"
                             "'file:/srv/repo/x_1.0_all.deb' x_1.0_all.deb 7 SHA256:00\n";
    const auto plan = parse_plan(text);
    REQUIRE(plan);
    REQUIRE(plan->downloads.size() == 1);
    CHECK(plan->downloads[0].name() == "x");
    CHECK(plan->downloads[0].architecture() == "all");
}

TEST_CASE("The packages apt will unpack are counted, reinstalled ones too", "[apt][plan]") {
    CHECK(packages_to_change("6 upgraded, 1 newly installed, 0 to remove and 16 not upgraded.") == 7);
    CHECK(packages_to_change("0 upgraded, 0 newly installed, 1 reinstalled, 0 to remove and 21 not upgraded.") == 1);
    CHECK_FALSE(packages_to_change("1 not fully installed or removed."));
}
