#include "packagers/apt/sight.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

/// The sources of the captured machine, as its Release files describe them.
Lists lists_of(const std::vector<PackagePolicy>& policies) {
    Lists lists;
    for (const PackagePolicy& policy : policies) {
        for (const PolicyVersion& version : policy.versions) {
            for (const std::string_view description : version.sources) {
                Source source{.repository = std::string(description.substr(0, description.find('/', description.find(' '))))};
                source.security = source.repository.ends_with("-security");
                source.release.not_automatic = source.repository.ends_with("-proposed") || source.repository.ends_with("-backports");
                lists.by_description[std::string(description)] = source;
            }
        }
    }
    return lists;
}

/// The captured machine: what its policy tables call installed, gp-held on hold.
struct Machine {
    explicit Machine(const std::string& variant = "") {
        policy_text = golden("apt/debian-12.policy-names" + variant + ".stdout");
        plan_text = golden("apt/debian-12.print-uris" + variant + ".stdout");
        policies = *parse_policy(policy_text);
        lists = lists_of(policies);
        for (const PackagePolicy& policy : policies) {
            if (policy.installed.empty()) continue;
            installed.emplace(policy.name, InstalledPackage{.name = std::string(policy.name), .version = std::string(policy.installed),
                                                            .architecture = "amd64", .held = policy.name == "gp-held"});
        }
        auto parsed = parse_plan(plan_text);
        if (parsed) plan = std::move(*parsed);
    }

    std::vector<Patch> patches() const {
        return assemble_patches({installed, plan ? &*plan : nullptr, gentle ? &*gentle : nullptr, policies, lists});
    }

    std::string policy_text;
    std::string plan_text;
    std::vector<PackagePolicy> policies;
    Lists lists;
    std::map<std::string, InstalledPackage, std::less<>> installed;
    std::optional<UpgradePlan> plan;
    std::optional<UpgradePlan> gentle;
};

const Patch& find(const std::vector<Patch>& patches, std::string_view name) {
    const auto found = std::ranges::find(patches, name, [](const Patch& patch) -> std::string_view { return patch.id.name; });
    REQUIRE(found != patches.end());
    return *found;
}

bool has(const std::vector<Patch>& patches, std::string_view name) {
    return std::ranges::any_of(patches, [name](const Patch& patch) { return patch.id.name == name; });
}

}  // namespace

TEST_CASE("Classification comes from where a version above the installed one comes from", "[apt][sight]") {
    const auto patches = Machine().patches();
    CHECK(find(patches, "gp-sec").classification == Classification::security);
    // 1.1 is in -security, the candidate 1.2 only in -updates.
    CHECK(find(patches, "gp-both").classification == Classification::security);
    CHECK(find(patches, "gp-both").id.version == "1.2");
    CHECK(find(patches, "gp-vendor").classification == Classification::other);
    CHECK(find(patches, "gp-esm").classification == Classification::security);
    CHECK(find(patches, "gp-sec").source == "file:/srv/repo/ubuntu jammy-security");
}

TEST_CASE("What cannot go in is listed with its reason and still counts", "[apt][sight]") {
    const auto patches = Machine().patches();
    CHECK(find(patches, "gp-held").held_back == HeldBack::held);
    CHECK(find(patches, "gp-held").reason == Reason::held);
    CHECK(find(patches, "gp-phased").held_back == HeldBack::phased);
    // Phased, but the resolver takes it because a security version lies below: the plan decides.
    CHECK_FALSE(find(patches, "gp-phased-sec").held_back);
    for (const char* name : {"gp-pin-version", "gp-pin-release", "gp-pin-never"}) {
        CAPTURE(name);
        CHECK(find(patches, name).held_back == HeldBack::pinned);
        CHECK(find(patches, name).classification == Classification::security);
        CHECK(find(patches, name).id.version == "1.1");
    }
}

TEST_CASE("A repository that must be asked for by name offers nothing by itself", "[apt][sight]") {
    const auto patches = Machine().patches();
    CHECK_FALSE(has(patches, "gp-proposed"));
    CHECK(find(patches, "gp-sec").id.version == "1.1");  // not 9.0 from -proposed
}

TEST_CASE("A default release that makes a security pocket lose hides nothing", "[apt][sight]") {
    const auto patches = Machine(".default-release").patches();
    REQUIRE(has(patches, "gp-debian"));
    CHECK(find(patches, "gp-debian").held_back == HeldBack::pinned);
    CHECK(find(patches, "gp-debian").classification == Classification::security);
}

TEST_CASE("New packages have no installed version and their own origin's class", "[apt][sight]") {
    Machine machine;
    machine.installed.erase("gp-new");
    const auto patches = machine.patches();
    const Patch& added = find(patches, "gp-new");
    CHECK(added.installed_version.empty());
    CHECK(added.id.version == "2.0");
    CHECK(added.classification == Classification::other);
    CHECK(added.architecture == "all");
    CHECK(added.download_bytes == 20672);
}

TEST_CASE("An upgrade that only goes in with a removal is left out", "[apt][sight]") {
    Machine machine;
    machine.gentle = *machine.plan;
    std::erase_if(machine.gentle->upgraded, [](const PlannedPackage& package) { return package.name == "gp-vendor"; });
    const auto patches = machine.patches();
    CHECK(find(patches, "gp-vendor").held_back == HeldBack::would_remove);
    CHECK(find(patches, "gp-vendor").reason == Reason::would_remove);
    CHECK_FALSE(find(patches, "gp-sec").held_back);
}

TEST_CASE("Without the resolver's answer everything newer is listed as kept back", "[apt][sight]") {
    Machine machine;
    machine.plan.reset();
    const auto patches = machine.patches();
    CHECK(find(patches, "gp-sec").held_back == HeldBack::kept_back);
    CHECK(find(patches, "gp-sec").classification == Classification::security);
    CHECK(find(patches, "gp-held").held_back == HeldBack::held);
}

TEST_CASE("The set without obstacles is the resolver's own", "[apt][sight]") {
    const Machine machine;
    std::vector<PatchId> ours;
    for (const Patch& patch : machine.patches()) {
        if (!patch.held_back && !patch.installed_version.empty()) ours.push_back(patch.id);
    }
    std::vector<PatchId> apts;
    for (const PlannedPackage& package : machine.plan->upgraded) {
        const bool asked = std::ranges::any_of(machine.policies, [&](const PackagePolicy& policy) { return policy.name == package.name; });
        if (asked) apts.push_back({std::string(package.name), std::string(package.to)});
    }
    std::ranges::sort(apts);
    ours.erase(std::ranges::unique(ours).begin(), ours.end());  // the capture asked for one name twice
    CHECK(ours == apts);
}

TEST_CASE("Each architecture's archive gives its own size", "[apt][sight]") {
    Machine machine;
    for (PlannedDownload& download : machine.plan->downloads) {
        if (download.file == "gp-lib_1.1_i386.deb") download.bytes = 7;
    }
    const auto patches = machine.patches();
    CHECK(find(patches, "gp-lib").download_bytes == 20672);
    if (has(patches, "gp-lib:i386")) CHECK(find(patches, "gp-lib:i386").download_bytes == 7);
    CHECK(find(patches, "gp-held").download_bytes == 0);
}

TEST_CASE("The package manager and its parts are marked to go in first", "[apt][sight]") {
    std::string text;
    InstalledPackages installed;
    const std::vector<std::string> names{"apt", "apt-listchanges", "dpkg", "dpkg-dev", "libapt-pkg6.0", "libc6"};
    for (const std::string& name : names) {
        installed[name] = {.name = name, .version = "1", .architecture = "amd64"};
        text += name + ":\n  Installed: 1\n  Candidate: 2\n  Version table:\n     2 500\n        500 http://x stable/main amd64 "
                       "Packages\n *** 1 100\n        100 /var/lib/dpkg/status\n";
    }
    const auto policies = parse_policy(text);
    REQUIRE(policies);
    std::vector<std::string> first;
    for (const Patch& patch : assemble_patches({installed, nullptr, nullptr, *policies, {}})) {
        if (patch.first) first.push_back(patch.id.name);
    }
    CHECK(first == std::vector<std::string>{"apt", "dpkg", "libapt-pkg6.0"});
}
