#include "packagers/apt/installing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "packagers/apt/database.hpp"
#include "packagers/apt/install_output.hpp"
#include "packagers/apt/watching.hpp"
#include "platform/messages.hpp"

namespace guestpatch::apt {
namespace {

using std::chrono::minutes;

constexpr minutes script_silence{30};  // DKMS compiles a module for each kernel without a word
constexpr minutes download_silence{5};

const Path archives_lock = "/var/cache/apt/archives/lock";
const Path preferences = "/etc/apt/preferences";

/// apt finds no candidate for a package all of whose versions have a negative priority, so the resolver goes around
/// it. What apt reads first prevails: the administrator's file follows, and preferences.d after it.
std::string pin_down(const std::vector<PatchId>& untouchable, std::string_view administrators) {
    std::string text;
    for (const PatchId& id : untouchable) {
        text += fmt::format("Package: {}\nPin: version *\nPin-Priority: -1\n\n", id.name);
    }
    return text.append(administrators);
}

bool nothing_to_fetch(const std::vector<Patch>& patches) {
    const bool no_bytes = std::ranges::all_of(patches, [](const Patch& patch) { return patch.download_bytes == 0; });
    return no_bytes || targets(patches).empty();
}

Download refuse(Reason reason, std::string message) {
    return {.refused = Refusal{reason, std::move(message)}};
}

/// What is excluded could not be protected: then nothing goes in.
Refusal unprotected(const Error& error) {
    return {error.code == Errc::no_space ? Reason::disk_full : Reason::needs_user, error.message};
}

/// Not apt's refusal: nobody was asked. systemd starts nothing any more while the machine shuts down.
Refusal not_started(const Error& error) {
    return {error.code == Errc::no_space ? Reason::disk_full : Reason::no_time_left,
            "apt-get could not be started: " + error.message};
}

}  // namespace

Installer::Installer(Seams seams, const PackageManagerSettings& settings)
    : seams_(seams),
      allow_removals_(settings.allow_removals),
      private_cache_(settings.private_cache),
      snapshot_(settings.snapshot) {}

Result<CallOptions> Installer::options_for(const Batch& batch, const Context& context) {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    CallOptions options{.allow_removals = allow_removals_,
                        .lock_patience = std::chrono::ceil<seconds>(std::min(batch.lock_patience, left)),
                        .preferences = {},
                        .snapshot = snapshot_};
    if (batch.untouchable.empty()) return options;
    auto administrators = seams_.files.read(preferences);
    if (!administrators && administrators.error().code != Errc::not_found) return administrators.error();
    options.preferences = private_cache_ / "untouchable.preferences";
    const std::string text = pin_down(batch.untouchable, administrators ? *administrators : std::string());
    const auto written = seams_.files.write_durably(options.preferences, text, Readers::owner);
    return written ? Result<CallOptions>(std::move(options)) : written.error();
}

/// apt waits for dpkg's lock by itself, for this one it does not.
void Installer::wait_for_archives(const Batch& batch, Context& context) {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    if (const std::string owner = seams_.locks.owner(archives_lock); !owner.empty()) {
        context.progress.step(fmt::format("waiting for {}, which fetches archives", owner), std::nullopt);
    }
    const auto free = seams_.locks.wait_until_free(archives_lock, std::min(batch.lock_patience, left), context.stop);
    if (!free) seams_.log.tell(message::package_manager_busy, free.error().message);
}

Download Installer::download(const Batch& batch, const std::optional<PlanSize>& plan, Context& context) {
    context.progress.step("checking free space", std::nullopt);
    if (auto refusal = refuse_for_space(seams_.files, batch.patches, plan)) return {.refused = std::move(refusal)};
    if (nothing_to_fetch(batch.patches)) return {};
    wait_for_archives(batch, context);
    context.progress.step("downloading", std::nullopt);
    const auto options = options_for(batch, context);
    if (!options) return {.refused = unprotected(options.error())};
    Watcher watcher(context.progress, "downloading");
    const Command command{.argv = download_command(*options, targets(batch.patches)),
                          .environment = quiet_environment(),
                          .deadline = context.deadline.left(seams_.clocks.boot()),
                          .silence = download_silence};
    const auto completion =
        seams_.processes.run(command, context.stop, [&watcher](std::string_view piece) { watcher(piece); });
    if (!completion) return refuse(Reason::download_failed, completion.error().message);
    if (completion->end == RunEnd::cancelled || completion->exited_with(0)) return {};
    if (completion->end == RunEnd::deadline) return refuse(Reason::no_time_left, "fetching the archives took too long");

    const InstallReport report = parse_install(completion->out, completion->err);
    Download download{.failures = failures_among(batch.patches, report.faults)};
    const bool whole = report.complaint.reason == Reason::lock_held || report.complaint.reason == Reason::disk_full;
    if (whole) download.refused = report.complaint;
    if (completion->end != RunEnd::exited && download.failures.empty() && !whole) {
        return refuse(Reason::download_failed, fmt::format("apt-get: {}", describe(*completion)));
    }
    return download;
}

Result<Completion> Installer::await(const Detached& job, Context& context) {
    const Patience patience{.deadline = context.deadline.left(seams_.clocks.boot()),
                            .silence = script_silence,
                            .after_stop = context.stop_patience};
    Watcher watcher(context.progress, "downloading");
    return seams_.processes.await(job, patience, context.stop, [&watcher](std::string_view piece) { watcher(piece); });
}

Result<Completion> Installer::run(const Detached& job, Words argv, Context& context) {
    const Command command{.argv = std::move(argv), .environment = quiet_environment()};
    const auto launched = seams_.processes.launch(job, command);
    if (!launched && launched.error().code != Errc::busy) return launched.error();
    return await(job, context);
}

/// Whoever is ended for its silence leaves behind what it was about to do.
void Installer::note_silence(const std::vector<Patch>& patches, InstallOutcome& outcome) {
    const auto installed = read_installed(seams_.files);
    for (const Patch& patch : patches) {
        const bool named = std::ranges::find(outcome.failures, patch.id, &PatchFailure::id) != outcome.failures.end();
        if (named || (installed && presence(*installed, patch.id) == Presence::installed)) continue;
        outcome.failures.push_back({patch.id, Reason::silent_too_long, outcome.complaint});
    }
}

InstallOutcome Installer::judge(const Batch& batch, const Completion& completion) {
    if (completion.end == RunEnd::cancelled) return {.left_running = seams_.processes.whereabouts(batch.job)};
    const InstallReport report = parse_install(completion.out, completion.err);
    if (completion.exited_with(0)) return {.failures = failures_among(batch.patches, report.faults)};
    InstallOutcome outcome{.failures = failures_among(batch.patches, report.faults),
                           .complaint = report.complaint.message,
                           .cut_short = completion.end != RunEnd::exited};
    if (completion.end != RunEnd::exited || outcome.complaint.empty()) {
        outcome.complaint = fmt::format("apt-get: {}", describe(completion));
    }
    if (completion.end == RunEnd::silence || completion.end == RunEnd::deadline) {
        note_silence(batch.patches, outcome);
    } else if (completion.end == RunEnd::exited && !report.touched) {
        outcome.refused = Refusal{report.complaint.reason, outcome.complaint};
    }
    return outcome;
}

InstallOutcome Installer::install(const Batch& batch, Context& context) {
    if (targets(batch.patches).empty()) return {};  // new packages come with those that want them
    wait_for_archives(batch, context);
    const auto options = options_for(batch, context);
    if (!options) return {.refused = unprotected(options.error())};
    const auto completion =
        run(batch.job, install_command(*options, upgrade_operation(targets(batch.patches))), context);
    if (!completion) return {.refused = not_started(completion.error())};
    return judge(batch, *completion);
}

InstallOutcome Installer::collect(const Batch& batch, Context& context) {
    const auto completion = await(batch.job, context);
    if (completion) return judge(batch, *completion);
    if (completion.error().code == Errc::not_found)
        return {.refused = Refusal{Reason::no_time_left, "was never started"}};
    return {.complaint = completion.error().message};
}

}  // namespace guestpatch::apt
