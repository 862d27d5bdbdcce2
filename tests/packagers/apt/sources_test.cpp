#include "packagers/apt/sources.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

Release release(std::string origin, std::string label, std::string suite, std::string codename) {
    return {.origin = std::move(origin),
            .label = std::move(label),
            .suite = std::move(suite),
            .codename = std::move(codename)};
}

const SecurityRules debian_rules = security_rules({{"ID", "debian"}, {"NAME", "Debian GNU/Linux"}}, {});

}  // namespace

TEST_CASE("The vendors' security pockets are believed, a stranger's is not", "[apt][sources]") {
    CHECK(is_security(release("Debian", "Debian-Security", "oldstable-security", "bookworm-security"), debian_rules));
    CHECK(is_security(release("Debian", "Debian-Security", "oldoldstable", "buster"), debian_rules));
    CHECK(is_security(release("Ubuntu", "Ubuntu", "jammy-security", "jammy"), debian_rules));
    CHECK(is_security(release("UbuntuESMApps", "UbuntuESMApps", "jammy-apps-security", "jammy"), debian_rules));
    CHECK(is_security(release("UbuntuESM", "UbuntuESM", "jammy-infra-security", "jammy"), debian_rules));
    CHECK_FALSE(is_security(release("Debian", "Debian", "oldstable", "bookworm"), debian_rules));
    CHECK_FALSE(is_security(release("Ubuntu", "Ubuntu", "jammy-updates", "jammy"), debian_rules));
    CHECK_FALSE(is_security(release("Docker", "Docker CE", "jammy-security", "jammy"), debian_rules));
    CHECK_FALSE(is_security(release("", "", "", ""), debian_rules));
}

TEST_CASE("A derivative's own pocket counts on that derivative", "[apt][sources]") {
    const auto mint = security_rules({{"ID", "linuxmint"}, {"NAME", "Linux Mint"}}, {});
    CHECK(is_security(release("linuxmint", "linuxmint", "virginia-security", "virginia"), mint));
    CHECK_FALSE(is_security(release("linuxmint", "linuxmint", "virginia-security", "virginia"), debian_rules));
}

TEST_CASE("The administrator can add origins", "[apt][sources]") {
    auto rule = parse_origin_rule("origin=Docker,suite=*");
    REQUIRE(rule);
    const auto rules = security_rules({{"ID", "debian"}}, {*rule});
    CHECK(is_security(release("Docker", "Docker CE", "bookworm", "bookworm"), rules));
    CHECK_FALSE(is_security(release("Other", "Docker CE", "bookworm", "bookworm"), rules));
    CHECK(parse_origin_rule("o=Docker, a=stable, n=x*, l=CE")->fields.size() == 4);
    for (const char* wrong : {"", "Docker", "colour=red", "origin=", "origin=a,,"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_origin_rule(wrong));
    }
}

TEST_CASE("Index targets are read with their repository", "[apt][sources]") {
    const auto targets = parse_index_targets(
        "Packages\tfile:/srv/repo/ubuntu jammy-security/main amd64 "
        "Packages\t/var/lib/apt/lists/_srv_repo_ubuntu_dists_jammy-security_main_binary-amd64_Packages\tmain/"
        "binary-amd64/Packages\tamd64\t/etc/apt/sources.list:2\n"
        "Translations\tfile:/srv/repo/ubuntu jammy/main "
        "Translation-en\t/x\tmain/i18n/Translation-en\t$(ARCHITECTURE)\t/etc/apt/sources.list:1\n"
        "Packages\tfile:/srv/repo/flat ./ "
        "Packages\t/var/lib/apt/lists/_srv_repo_flat_._Packages\tPackages\t$(ARCHITECTURE)\t/etc/apt/sources.list:3\n"
        "Packages\thttp://x/debian-security buster/updates/main amd64 "
        "Packages\t/var/lib/apt/lists/x_debian-security_dists_buster_updates_main_binary-amd64_Packages\tmain/"
        "binary-amd64/Packages\tamd64\t/etc/apt/sources.list:4\n");
    REQUIRE(targets);
    REQUIRE(targets->size() == 3);
    CHECK((*targets)[0].repository() == "file:/srv/repo/ubuntu jammy-security");
    CHECK((*targets)[0].list_prefix() == "/var/lib/apt/lists/_srv_repo_ubuntu_dists_jammy-security_");
    CHECK((*targets)[1].repository() == "file:/srv/repo/flat ./");
    CHECK((*targets)[1].list_prefix() == "/var/lib/apt/lists/_srv_repo_flat_._");
    CHECK((*targets)[2].repository() == "http://x/debian-security buster/updates");
    CHECK(parse_index_targets("")->empty());
    CHECK_FALSE(parse_index_targets("Packages only\n"));
}

TEST_CASE("Configuration apt may not read is passed over by apt, not by us", "[apt][sources]") {
    CHECK(parse_passed_over("W: Unable to read /etc/apt/sources.list.d/private.list - open (13: Permission denied)\n"
                            "W: Did not understand pin type frob\n"
                            "W: Unable to read /etc/apt/sources.list.d/ - opendir (13: Permission denied)\n") ==
          std::vector<std::string>{"/etc/apt/sources.list.d/private.list", "/etc/apt/sources.list.d/"});
    CHECK(parse_passed_over("").empty());
}
