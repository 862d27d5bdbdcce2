// The command line, parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/domain/installation.hpp"
#include "agent/domain/selection.hpp"
#include "platform/base/result.hpp"
#include "platform/files.hpp"
#include "platform/log.hpp"

namespace guestpatch {

enum class ProgressMode { automatic, plain, none };

/// What every command takes.
struct CommonOptions {
    bool json = false;
    bool color = true;
    Path config_dir;  ///< empty: the system's folders
    Path state_dir;   ///< empty: the system's folder
    std::string package_manager;
    std::optional<LogLevel> log_level;
    ProgressMode progress = ProgressMode::automatic;
};

/// What is laid over the configured selection.
struct SelectionOptions {
    std::optional<std::vector<Classification>> classifications;
    std::optional<std::vector<PatchMask>> include;
    std::vector<PatchMask> exclude;
    std::optional<Instant> max_publish_date;

    friend bool operator==(const SelectionOptions&, const SelectionOptions&) = default;
};
/// What `install` and `plan` have in common.
struct RunOptions {
    SelectionOptions selection;
    bool exclude_reboot = false;
    std::optional<seconds> maximum_duration;
    std::optional<RebootSetting> reboot;

    friend bool operator==(const RunOptions&, const RunOptions&) = default;
};

struct AssessOptions {
    bool refresh = true;
    bool check = false;
    SelectionOptions selection;
};
struct InstallOptions {
    RunOptions run;
    bool refresh = true;
    bool dry_run = false;
};
struct PlanOptions {
    RunOptions run;
};
struct StatusOptions {};
struct HistoryOptions {
    std::string activity_id;  ///< empty: all runs, a line each
};
struct WindowsOptions {
    std::size_t count = 5;
};
struct DaemonOptions {};
/// Without either: say what is applied, and change nothing.
struct ConfigureOptions {
    std::optional<std::string> patch_mode;
    std::optional<std::string> assessment_mode;
};
struct ConfigCheckOptions {};
struct ConfigShowOptions {};
/// Print this and be done.
struct PrintText {
    std::string text;
};

using CommandOptions = std::variant<AssessOptions, InstallOptions, PlanOptions, StatusOptions, HistoryOptions,
                                    WindowsOptions, DaemonOptions, ConfigureOptions, ConfigCheckOptions, ConfigShowOptions, PrintText>;

struct Invocation {
    CommonOptions common;
    CommandOptions command;
};

/// `arguments` without the program's name. Errc::invalid says what is wrong and where to read on.
Result<Invocation> parse_arguments(const std::vector<std::string>& arguments);

/// The configured selection with the command line's options laid over it. Errc::invalid when nothing could
/// be selected: no classification and no inclusion.
Result<Selection> apply_options(const SelectionOptions& options, Selection configured);

}  // namespace guestpatch
