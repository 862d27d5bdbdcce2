#include "agent/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cxxopts.hpp>

#include "agent/cli/help.hpp"
#include "agent/cli/version.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

/// An option of this program; cxxopts only ever sees these.
struct OptionSpec {
    const char* name;
    bool takes_value;
};

constexpr std::array common_specs{OptionSpec{"json", false},           OptionSpec{"no-color", false},
                                  OptionSpec{"config-dir", true},      OptionSpec{"state-dir", true},
                                  OptionSpec{"package-manager", true}, OptionSpec{"log-level", true},
                                  OptionSpec{"progress", true},        OptionSpec{"help", false},
                                  OptionSpec{"version", false}};
constexpr std::array selection_specs{OptionSpec{"classifications", true}, OptionSpec{"include", true},
                                     OptionSpec{"exclude", true}, OptionSpec{"max-publish-date", true}};
constexpr std::array assess_specs{OptionSpec{"no-refresh", false}, OptionSpec{"check", false}};
constexpr std::array run_specs{OptionSpec{"exclude-reboot", false}, OptionSpec{"maximum-duration", true},
                               OptionSpec{"reboot", true}};
constexpr std::array windows_specs{OptionSpec{"n,count", true}};
constexpr std::array install_specs{OptionSpec{"no-refresh", false}, OptionSpec{"dry-run", false}};

constexpr std::array configure_specs{OptionSpec{"patch-mode", true}, OptionSpec{"assessment-mode", true}};

Error usage(std::string message, std::string_view command = {}) {
    message += command.empty() ? "; see guestpatch --help" : fmt::format("; see guestpatch {} --help", command);
    return {Errc::invalid, std::move(message)};
}

using Values = std::vector<std::string>;

/// cxxopts throws; it is called here and nowhere else.
Result<cxxopts::ParseResult> parse_with(cxxopts::Options& options, const Values& arguments, std::string_view command) {
    std::vector<const char*> argv{"guestpatch"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    try {
        return options.parse(static_cast<int>(argv.size()), argv.data());
    } catch (const cxxopts::exceptions::exception& fault) {
        std::string message = fault.what();
        std::ranges::transform(message.begin(), message.begin() + 1, message.begin(), [](char c) { return to_lower({&c, 1})[0]; });
        return usage(std::move(message), command);
    }
}

/// All values of an option, in the order given. Every occurrence counts; cxxopts would split at commas.
Values all_of(const cxxopts::ParseResult& parsed, std::string_view name) {
    Values values;
    for (const cxxopts::KeyValue& argument : parsed.arguments()) {
        if (argument.key() == name) values.push_back(argument.value());
    }
    return values;
}

std::optional<std::string> last_of(const cxxopts::ParseResult& parsed, std::string_view name) {
    Values values = all_of(parsed, name);
    return values.empty() ? std::nullopt : std::optional(std::move(values.back()));
}

Result<ProgressMode> parse_progress(const std::string& word) {
    if (word == "auto") return ProgressMode::automatic;
    if (word == "plain") return ProgressMode::plain;
    if (word == "none") return ProgressMode::none;
    return usage(fmt::format("--progress: \"{}\" is not auto, plain or none", word));
}

Result<CommonOptions> read_common(const cxxopts::ParseResult& parsed) {
    CommonOptions common{.json = parsed.count("json") > 0,
                         .color = parsed.count("no-color") == 0,
                         .config_dir = last_of(parsed, "config-dir").value_or(""),
                         .state_dir = last_of(parsed, "state-dir").value_or(""),
                         .package_manager = last_of(parsed, "package-manager").value_or("")};
    if (const auto level = last_of(parsed, "log-level")) {
        common.log_level = parse_log_level(*level);
        if (!common.log_level) return usage(fmt::format("--log-level: \"{}\" is not debug, info, warning or error", *level));
    }
    auto progress = parse_progress(last_of(parsed, "progress").value_or("auto"));
    if (!progress) return progress.error();
    common.progress = *progress;
    return common;
}

Result<std::vector<Classification>> parse_classifications(std::string_view list, std::string_view command) {
    std::vector<Classification> classifications;
    if (list == "none") return classifications;
    while (!list.empty()) {
        const std::string_view word = trim(take_until(list, ','));
        const auto value = from_wire<Classification>(word);
        if (!value) return usage(fmt::format("--classifications: \"{}\" is not Critical, Security, Other or none", word), command);
        classifications.push_back(*value);
    }
    return classifications;
}

Result<std::vector<PatchMask>> parse_masks(const Values& texts, std::string_view option, std::string_view command) {
    std::vector<PatchMask> masks;
    for (const std::string& text : texts) {
        auto mask = parse_mask(text);
        if (!mask) return usage(fmt::format("--{}: {}", option, mask.error().message), command);
        masks.push_back(std::move(*mask));
    }
    return masks;
}

Result<SelectionOptions> read_selection(const cxxopts::ParseResult& parsed, std::string_view command) {
    SelectionOptions options;
    if (const auto list = last_of(parsed, "classifications")) {
        auto classifications = parse_classifications(*list, command);
        if (!classifications) return classifications.error();
        options.classifications = std::move(*classifications);
    }
    auto include = parse_masks(all_of(parsed, "include"), "include", command);
    if (!include) return include.error();
    if (parsed.count("include") > 0) options.include = std::move(*include);
    auto exclude = parse_masks(all_of(parsed, "exclude"), "exclude", command);
    if (!exclude) return exclude.error();
    options.exclude = std::move(*exclude);
    if (const auto text = last_of(parsed, "max-publish-date")) {
        const auto instant = parse_instant(*text);
        if (!instant) return usage("--max-publish-date: " + instant.error().message, command);
        options.max_publish_date = *instant;
    }
    return options;
}

Result<RunOptions> read_run(const cxxopts::ParseResult& parsed, std::string_view command) {
    auto selection = read_selection(parsed, command);
    if (!selection) return selection.error();
    RunOptions options{.selection = std::move(*selection), .exclude_reboot = parsed.count("exclude-reboot") > 0};
    if (const auto text = last_of(parsed, "maximum-duration")) {
        const auto duration = parse_duration(*text);
        if (!duration) return usage("--maximum-duration: " + duration.error().message, command);
        if (*duration == seconds(0)) return usage("--maximum-duration: nothing fits no time at all", command);
        options.maximum_duration = *duration;
    }
    if (const auto word = last_of(parsed, "reboot")) {
        options.reboot = from_wire<RebootSetting>(*word);
        if (!options.reboot) return usage(fmt::format("--reboot: \"{}\" is not IfRequired, Never or Always", *word), command);
    }
    return options;
}

Result<CommandOptions> read_assess(const cxxopts::ParseResult& parsed) {
    auto selection = read_selection(parsed, "assess");
    if (!selection) return selection.error();
    return CommandOptions(AssessOptions{parsed.count("no-refresh") == 0, parsed.count("check") > 0, std::move(*selection)});
}

Result<CommandOptions> read_install(const cxxopts::ParseResult& parsed) {
    auto run = read_run(parsed, "install");
    if (!run) return run.error();
    return CommandOptions(InstallOptions{std::move(*run), parsed.count("no-refresh") == 0, parsed.count("dry-run") > 0});
}

Result<CommandOptions> read_plan(const cxxopts::ParseResult& parsed) {
    auto run = read_run(parsed, "plan");
    if (!run) return run.error();
    return CommandOptions(PlanOptions{std::move(*run)});
}

Result<CommandOptions> read_windows(const cxxopts::ParseResult& parsed) {
    WindowsOptions options;
    if (const auto text = last_of(parsed, "count")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), options.count);
        const bool whole = error == std::errc() && end == text->data() + text->size();
        if (!whole || options.count < 1 || options.count > 1000) {
            return usage(fmt::format("-n: \"{}\" is not a number from 1 to 1000", *text), "windows");
        }
    }
    return CommandOptions(options);
}

Result<CommandOptions> read_configure(const cxxopts::ParseResult& parsed) {
    constexpr std::array<std::string_view, 4> modes{"ImageDefault", "AutomaticByPlatform", "AutomaticByOS", "Manual"};
    ConfigureOptions options{last_of(parsed, "patch-mode"), last_of(parsed, "assessment-mode")};
    if (options.patch_mode && std::ranges::find(modes, *options.patch_mode) == modes.end()) {
        return usage(fmt::format("--patch-mode: \"{}\" is not ImageDefault, AutomaticByPlatform, AutomaticByOS or Manual",
                                 *options.patch_mode), "configure");
    }
    if (options.assessment_mode && *options.assessment_mode != modes[0] && *options.assessment_mode != modes[1]) {
        return usage(fmt::format("--assessment-mode: \"{}\" is not ImageDefault or AutomaticByPlatform",
                                 *options.assessment_mode), "configure");
    }
    return CommandOptions(std::move(options));
}

struct CommandSpec {
    std::string_view name;
    std::string_view help;
};

const std::array commands{CommandSpec{"assess", help::assess},   CommandSpec{"install", help::install},
                          CommandSpec{"plan", help::plan},       CommandSpec{"status", help::status},
                          CommandSpec{"history", help::history}, CommandSpec{"windows", help::windows},
                          CommandSpec{"configure", help::configure},
                          CommandSpec{"config", help::config},   CommandSpec{"run", help::run}};

Result<CommandOptions> read_command(std::string_view name, const cxxopts::ParseResult& parsed) {
    const Values& words = parsed.unmatched();
    const std::size_t allowed = name == "config" || name == "history" ? 1 : 0;
    if (words.size() > allowed) return usage(fmt::format("\"{}\" is one word too many", words[allowed]), name);
    if (name == "assess") return read_assess(parsed);
    if (name == "install") return read_install(parsed);
    if (name == "plan") return read_plan(parsed);
    if (name == "configure") return read_configure(parsed);
    if (name == "status") return CommandOptions(StatusOptions());
    if (name == "history") return CommandOptions(HistoryOptions{words.empty() ? "" : words.front()});
    if (name == "windows") return read_windows(parsed);
    if (name == "run") return CommandOptions(DaemonOptions());
    if (words.empty()) return usage("config needs to be told what: check or show", name);
    if (words.front() == "check") return CommandOptions(ConfigCheckOptions());
    if (words.front() == "show") return CommandOptions(ConfigShowOptions());
    return usage(fmt::format("config {}: not check or show", words.front()), name);
}

Error unknown_command(const std::string& word) {
    std::vector<std::string_view> known;
    known.reserve(commands.size());
    for (const CommandSpec& command : commands) known.push_back(command.name);
    const std::string_view meant = closest(word, known);
    return usage(fmt::format("\"{}\" is not a command{}", word,
                             meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant)));
}

std::string version_text() {
    return fmt::format("guestpatch {}\n{}\nwith {}\n", version(), build_description(), library_versions());
}

}  // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return usage("no command");
    const std::string& first = arguments.front();
    if (first == "--version") return Invocation{{}, PrintText{version_text()}};
    if (first == "--help" || first == "-h" || first == "help") return Invocation{{}, PrintText{std::string(help::overview)}};
    const auto command = std::ranges::find(commands, std::string_view(first), &CommandSpec::name);
    if (command == commands.end()) return unknown_command(first);

    cxxopts::Options options("guestpatch");
    options.allow_unrecognised_options();
    auto adder = options.add_options();
    const auto add = [&adder](const OptionSpec& spec) {
        spec.takes_value ? adder(spec.name, "", cxxopts::value<std::string>()) : adder(spec.name, "");
    };
    std::ranges::for_each(common_specs, add);
    const bool is_run = command->name == "install" || command->name == "plan";
    if (command->name == "assess" || is_run) std::ranges::for_each(selection_specs, add);
    if (command->name == "assess") std::ranges::for_each(assess_specs, add);
    if (is_run) std::ranges::for_each(run_specs, add);
    if (command->name == "install") std::ranges::for_each(install_specs, add);
    if (command->name == "configure") std::ranges::for_each(configure_specs, add);
    if (command->name == "windows") std::ranges::for_each(windows_specs, add);
    auto parsed = parse_with(options, {arguments.begin() + 1, arguments.end()}, command->name);
    if (!parsed) return parsed.error();
    for (const std::string& word : parsed->unmatched()) {
        if (word.starts_with('-')) return usage(fmt::format("\"{}\" is not an option of {}", word, command->name), command->name);
    }
    if (parsed->count("help") > 0) return Invocation{{}, PrintText{std::string(command->help)}};
    if (parsed->count("version") > 0) return Invocation{{}, PrintText{version_text()}};
    auto common = read_common(*parsed);
    if (!common) return common.error();
    auto specific = read_command(command->name, *parsed);
    if (!specific) return specific.error();
    return Invocation{std::move(*common), std::move(*specific)};
}

Result<Selection> apply_options(const SelectionOptions& options, Selection configured) {
    if (options.classifications) configured.classifications = *options.classifications;
    if (options.include) configured.include = *options.include;
    configured.exclude.insert(configured.exclude.end(), options.exclude.begin(), options.exclude.end());
    if (options.max_publish_date) configured.max_publish_date = options.max_publish_date;
    if (configured.classifications.empty() && configured.include.empty()) {
        return usage("nothing is selected: no classification and no --include");
    }
    return configured;
}

}  // namespace guestpatch
