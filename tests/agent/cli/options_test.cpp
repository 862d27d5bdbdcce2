#include "agent/cli/options.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

AssessOptions assess(std::vector<std::string> words) {
    words.insert(words.begin(), "assess");
    const auto parsed = parse_arguments(words);
    INFO((parsed ? "" : parsed.error().message));
    REQUIRE(parsed);
    return std::get<AssessOptions>(parsed->command);
}

std::string refusal(const std::vector<std::string>& words) {
    const auto parsed = parse_arguments(words);
    if (parsed) return "";
    CHECK(parsed.error().code == Errc::invalid);
    return parsed.error().message;
}

}  // namespace

TEST_CASE("Options and their defaults", "[cli]") {
    CHECK(assess({}).refresh);
    CHECK_FALSE(assess({"--no-refresh"}).refresh);
    CHECK(assess({"--check"}).check);
    CHECK_FALSE(assess({}).selection.classifications);
    CHECK(assess({"--classifications", "critical,Security"}).selection.classifications == std::vector{Classification::critical, Classification::security});
    CHECK(assess({"--classifications=none"}).selection.classifications->empty());
    CHECK(assess({"--include", "a", "--include=b=1.*"}).selection.include == std::vector{PatchMask{"a"}, PatchMask{"b", "1.*"}});
    CHECK(assess({"--exclude", "a,b"}).selection.exclude == std::vector{PatchMask{"a,b"}});
    CHECK(assess({"--max-publish-date", "2026-11-10T00:00:00Z"}).selection.max_publish_date);

    const auto parsed = parse_arguments({"status", "--json", "--no-color", "--config-dir", "c", "--state-dir", "s", "--package-manager", "apt",
                                         "--log-level", "debug", "--progress", "none"});
    REQUIRE(parsed);
    CHECK(parsed->common.json);
    CHECK_FALSE(parsed->common.color);
    CHECK(parsed->common.config_dir == "c");
    CHECK(parsed->common.state_dir == "s");
    CHECK(parsed->common.package_manager == "apt");
    CHECK(parsed->common.log_level == LogLevel::debug);
    CHECK(parsed->common.progress == ProgressMode::none);
    CHECK(std::holds_alternative<ConfigShowOptions>(parse_arguments({"config", "show"})->command));
}

TEST_CASE("What is wrong is said, with where to read on", "[cli]") {
    CHECK(refusal({}) == "no command; see guestpatch --help");
    CHECK(refusal({"asses"}) == "\"asses\" is not a command; did you mean \"assess\"?; see guestpatch --help");
    CHECK(refusal({"assess", "--frob"}) == "\"--frob\" is not an option of assess; see guestpatch assess --help");
    CHECK(refusal({"status", "--check"}) == "\"--check\" is not an option of status; see guestpatch status --help");
    CHECK(refusal({"assess", "word"}) == "\"word\" is one word too many; see guestpatch assess --help");
    CHECK(refusal({"assess", "--include", ""}).starts_with("--include: \"\" is not a mask"));
    CHECK(refusal({"assess", "--classifications", "Severe"}).starts_with("--classifications: \"Severe\" is not"));
    CHECK(refusal({"assess", "--max-publish-date", "yesterday"}).starts_with("--max-publish-date: \"yesterday\" is not an RFC 3339 instant"));
    CHECK(refusal({"assess", "--log-level", "loud"}).starts_with("--log-level"));
    CHECK(refusal({"assess", "--progress", "fast"}).starts_with("--progress"));
    CHECK(refusal({"config"}).starts_with("config needs to be told what"));
    CHECK(refusal({"config", "burn"}).starts_with("config burn"));
    CHECK_FALSE(refusal({"assess", "--include"}).empty());
}

TEST_CASE("Help and version need nothing else", "[cli]") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"help"}, {"assess", "--help"}, {"--version"}, {"status", "--version"}}) {
        const auto parsed = parse_arguments(words);
        REQUIRE(parsed);
        CHECK_FALSE(std::get<PrintText>(parsed->command).text.empty());
    }
}

TEST_CASE("Options replace the configured selection, exclusions add to it", "[cli]") {
    const Selection configured{.classifications = {Classification::security}, .include = {PatchMask{"a"}}, .exclude = {PatchMask{"b"}}};
    const Selection both = *apply_options({.classifications = std::vector{Classification::other}, .include = std::vector{PatchMask{"c"}}, .exclude = {PatchMask{"d"}}}, configured);
    CHECK(both.classifications == std::vector{Classification::other});
    CHECK(both.include == std::vector{PatchMask{"c"}});
    CHECK(both.exclude == std::vector{PatchMask{"b"}, PatchMask{"d"}});
    CHECK(*apply_options({}, configured) == configured);
    CHECK(apply_options({.classifications = std::vector<Classification>()}, Selection{}).error().code == Errc::invalid);
}

TEST_CASE("install and plan say when, how long and what about a reboot", "[cli]") {
    const auto install = [](std::vector<std::string> words) {
        words.insert(words.begin(), "install");
        return std::get<InstallOptions>(parse_arguments(words)->command);
    };
    CHECK(install({}).refresh);
    CHECK_FALSE(install({}).dry_run);
    CHECK_FALSE(install({}).run.reboot);
    CHECK_FALSE(install({"--no-refresh"}).refresh);
    CHECK(install({"--dry-run"}).dry_run);
    CHECK(install({"--exclude-reboot"}).run.exclude_reboot);
    CHECK(install({"--maximum-duration", "PT2H"}).run.maximum_duration == std::chrono::hours(2));
    CHECK(install({"--reboot=never"}).run.reboot == RebootSetting::never);
    CHECK(install({"--include", "a", "--exclude=b"}).run.selection.exclude == std::vector{PatchMask{"b"}});
    const auto plan = parse_arguments({"plan", "--reboot", "Always", "--classifications", "Other"});
    REQUIRE(plan);
    CHECK(std::get<PlanOptions>(plan->command).run.reboot == RebootSetting::always);

    CHECK(refusal({"install", "--maximum-duration", "2h"}).starts_with("--maximum-duration: \"2h\""));
    CHECK(refusal({"install", "--maximum-duration", "PT0S"}).starts_with("--maximum-duration"));
    CHECK(refusal({"install", "--reboot", "Sometimes"}).starts_with("--reboot: \"Sometimes\" is not"));
    CHECK(refusal({"install", "--reboot", "Sometimes"}).ends_with("see guestpatch install --help"));
    CHECK(refusal({"plan", "--dry-run"}).starts_with("\"--dry-run\" is not an option of plan"));
    CHECK(refusal({"assess", "--reboot", "Never"}).starts_with("\"--reboot\" is not an option of assess"));
}
