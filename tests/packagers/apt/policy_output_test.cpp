#include "packagers/apt/policy_output.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

const PackagePolicy& find(const std::vector<PackagePolicy>& policies, std::string_view name) {
    const auto found = std::ranges::find(policies, name, &PackagePolicy::name);
    REQUIRE(found != policies.end());
    return *found;
}

}  // namespace

TEST_CASE("Version tables keep order, priorities, phasing and sources", "[apt][policy]") {
    const std::string text = golden("apt/debian-12.policy-names.stdout");
    const auto policies = parse_policy(text);
    REQUIRE(policies);

    const PackagePolicy& both = find(*policies, "gp-both");
    CHECK(both.installed == "1.0");
    CHECK(both.candidate == "1.2");
    REQUIRE(both.versions.size() == 3);
    CHECK(both.versions[0].version == "1.2");
    CHECK(both.versions[1].sources.front() == "file:/srv/repo/ubuntu jammy-security/main amd64 Packages");
    CHECK(both.versions[2].installed);
    CHECK(both.versions[2].sources.empty());  // dpkg's status is no source

    CHECK(find(*policies, "gp-phased").versions.front().phased_percent == 0);
    CHECK(find(*policies, "gp-pin-never").versions.front().priority == -1);
    CHECK(find(*policies, "gp-pin-release").candidate == "1.0");
    CHECK_FALSE(find(*policies, "gp-both").versions.front().phased_percent);
}

TEST_CASE("Every version table that real apt printed is understood", "[apt][policy]") {
    const std::string name = GENERATE(as<std::string>(), "policy-names.default-release", "policy-names.downgrade", "policy-names.empty-list",
                                      "policy-names.flat");
    CAPTURE(name);
    const std::string text = golden("apt/debian-12." + name + ".stdout");
    const auto policies = parse_policy(text);
    INFO((policies ? "" : policies.error().message));
    CHECK(policies);
}

TEST_CASE("A line that makes no sense is an error that names it", "[apt][policy]") {
    const auto policies = parse_policy("a:\n  Installed: 1\n  Version table:\n     x y\n");
    REQUIRE_FALSE(policies);
    CHECK(policies.error().message == "apt-cache policy, line 4: \"     x y\"");
    CHECK_FALSE(parse_policy("  Installed: 1\n"));
    CHECK(parse_policy("")->empty());
}
