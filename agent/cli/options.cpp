#include "agent/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cxxopts.hpp>

#include "agent/cli/version.hpp"
#include "agent/wire/enums.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::string_view overview = R"(guestpatch keeps this machine patched and tells the truth about it.

Usage: guestpatch COMMAND [OPTIONS]

Commands:
  assess          refresh package metadata, list pending patches, record the result
  status          what is known of this machine: last assessment, compliance, reboot pending
  history         past runs, the newest first; with an activity id, that run patch by patch
  config check    validate the configuration, naming file and line of every fault
  config show     print the merged settings and where each value came from

Common options (every command):
  --json                  machine output on stdout: one document, nothing else
  --config-dir DIR        read drop-ins from DIR instead of the system's folders
  --state-dir DIR         keep state in DIR instead of the system's folder
  --package-manager NAME  override detection
  --log-level LEVEL       debug, info, warning or error
  --progress MODE         auto, plain or none (on stderr)
  --no-color              plain text on a terminal too
  --version               version, commit, compiler and libraries
  --help                  this text; with a command, that command's own

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 done with warnings, 4 reboot pending,
75 another operation is running, 77 needs root, 100 patches pending (assess --check).
)";

constexpr std::string_view assess_help = R"(Usage: guestpatch assess [OPTIONS]

Refreshes the package lists, finds every pending patch, classifies it from evidence, records the
assessment and prints it. What could not be seen is named as a blind spot; it is never a silent zero.
Without root only `assess --no-refresh` works; it prints and records nothing.

Options:
  --no-refresh                 use the package lists at hand, and say how old they are
  --check                      exit 100 when Critical or Security patches are pending
  --classifications LIST       what an installation would take: Critical, Security, Other, or none
  --include MASK               also take these (repeatable): name or name=version, wildcards * and ?
  --exclude MASK               never take these (repeatable); wins over everything
  --max-publish-date INSTANT   only what was published until then, e.g. 2026-11-10T00:00:00Z

Examples:
  guestpatch assess
  guestpatch assess --no-refresh --json | jq '.availablePatches[].name'
  guestpatch assess --check || page-the-operator
)";

constexpr std::string_view status_help = R"(Usage: guestpatch status [OPTIONS]

Prints what the last assessment found, whether the machine may be called compliant, whether a reboot is
pending, and what runs at this moment. Needs no root and changes nothing.
)";

constexpr std::string_view history_help = R"(Usage: guestpatch history [ACTIVITY_ID] [OPTIONS]

Lists past runs, the newest first. With an activity id, shows that run patch by patch as it was recorded.
Needs no root and changes nothing.
)";

constexpr std::string_view config_help = R"(Usage: guestpatch config check|show [OPTIONS]

check   reads every drop-in and reports each fault with its file and line; exit 2 when there is one
show    prints every setting, its value, and the file and line it came from
)";

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
constexpr std::array assess_specs{OptionSpec{"no-refresh", false},     OptionSpec{"check", false},
                                  OptionSpec{"classifications", true}, OptionSpec{"include", true},
                                  OptionSpec{"exclude", true},         OptionSpec{"max-publish-date", true}};

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

Result<std::vector<Classification>> parse_classifications(std::string_view list) {
    std::vector<Classification> classifications;
    if (list == "none") return classifications;
    while (!list.empty()) {
        const std::string_view word = trim(take_until(list, ','));
        const auto value = from_wire<Classification>(word);
        if (!value) return usage(fmt::format("--classifications: \"{}\" is not Critical, Security, Other or none", word), "assess");
        classifications.push_back(*value);
    }
    return classifications;
}

Result<std::vector<PatchMask>> parse_masks(const Values& texts, std::string_view option) {
    std::vector<PatchMask> masks;
    for (const std::string& text : texts) {
        auto mask = parse_mask(text);
        if (!mask) return usage(fmt::format("--{}: {}", option, mask.error().message), "assess");
        masks.push_back(std::move(*mask));
    }
    return masks;
}

Result<CommandOptions> read_assess(const cxxopts::ParseResult& parsed) {
    AssessOptions options{.refresh = parsed.count("no-refresh") == 0, .check = parsed.count("check") > 0};
    if (const auto list = last_of(parsed, "classifications")) {
        auto classifications = parse_classifications(*list);
        if (!classifications) return classifications.error();
        options.classifications = std::move(*classifications);
    }
    auto include = parse_masks(all_of(parsed, "include"), "include");
    if (!include) return include.error();
    if (parsed.count("include") > 0) options.include = std::move(*include);
    auto exclude = parse_masks(all_of(parsed, "exclude"), "exclude");
    if (!exclude) return exclude.error();
    options.exclude = std::move(*exclude);
    if (const auto text = last_of(parsed, "max-publish-date")) {
        const auto instant = parse_instant(*text);
        if (!instant) return usage("--max-publish-date: " + instant.error().message, "assess");
        options.max_publish_date = *instant;
    }
    return CommandOptions(options);
}

struct CommandSpec {
    std::string_view name;
    std::string_view help;
};

constexpr std::array commands{CommandSpec{"assess", assess_help}, CommandSpec{"status", status_help},
                              CommandSpec{"history", history_help}, CommandSpec{"config", config_help}};

Result<CommandOptions> read_command(std::string_view name, const cxxopts::ParseResult& parsed) {
    const Values& words = parsed.unmatched();
    const std::size_t allowed = name == "config" || name == "history" ? 1 : 0;
    if (words.size() > allowed) return usage(fmt::format("\"{}\" is one word too many", words[allowed]), name);
    if (name == "assess") return read_assess(parsed);
    if (name == "status") return CommandOptions(StatusOptions());
    if (name == "history") return CommandOptions(HistoryOptions{words.empty() ? "" : words.front()});
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
    if (first == "--help" || first == "-h" || first == "help") return Invocation{{}, PrintText{std::string(overview)}};
    const auto command = std::ranges::find(commands, std::string_view(first), &CommandSpec::name);
    if (command == commands.end()) return unknown_command(first);

    cxxopts::Options options("guestpatch");
    options.allow_unrecognised_options();
    auto adder = options.add_options();
    const auto add = [&adder](const OptionSpec& spec) {
        spec.takes_value ? adder(spec.name, "", cxxopts::value<std::string>()) : adder(spec.name, "");
    };
    std::ranges::for_each(common_specs, add);
    if (command->name == "assess") std::ranges::for_each(assess_specs, add);
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

Result<Selection> apply_options(const AssessOptions& options, Selection configured) {
    if (options.classifications) configured.classifications = *options.classifications;
    if (options.include) configured.include = *options.include;
    configured.exclude.insert(configured.exclude.end(), options.exclude.begin(), options.exclude.end());
    if (options.max_publish_date) configured.max_publish_date = options.max_publish_date;
    if (configured.classifications.empty() && configured.include.empty()) {
        return usage("nothing is selected: no classification and no --include", "assess");
    }
    return configured;
}

}  // namespace guestpatch
