#include "packagers/apt/questions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "packagers/apt/commands.hpp"
#include "packagers/apt/watching.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

using std::chrono::minutes;

constexpr minutes refresh_limit{30};
constexpr minutes refresh_silence{5};
constexpr minutes question_limit{10};

/// Container images switch apt's binary caches off: every call then parses all package lists anew.
bool caches_switched_off(Files& files) {
    const Path folder = "/etc/apt/apt.conf.d";
    const auto listed = files.list(folder);
    if (!listed) return false;
    return std::ranges::any_of(*listed, [&](const FileInfo& info) {
        const auto text = files.read(folder / info.name);
        std::string_view rest = text ? std::string_view(*text) : std::string_view();
        while (!rest.empty()) {
            if (trim(take_line(rest)).starts_with("Dir::Cache::pkgcache \"\";")) return true;
        }
        return false;
    });
}

}  // namespace

std::string first_complaint(const Completion& completion) {
    std::string_view rest = completion.err;
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        if (line.starts_with("E: ")) return std::string(line.substr(3));
    }
    return describe(completion);
}

Questions::Questions(Seams seams, const Path& private_cache, const std::optional<Instant>& snapshot)
    : seams_(seams), snapshot_(snapshot) {
    if (!caches_switched_off(seams_.files)) return;
    cache_options_ = {"-o", "Dir::Cache::pkgcache=" + (private_cache / "pkgcache.bin").string(), "-o",
                      "Dir::Cache::srcpkgcache=" + (private_cache / "srcpkgcache.bin").string()};
}

Result<Completion> Questions::ask(Context& context, Words argv) const {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    const Command command{.argv = std::move(argv),
                          .environment = {"DEBIAN_FRONTEND=noninteractive"},
                          .deadline = std::min<milliseconds>(question_limit, left),
                          .silence = question_limit};
    auto completion = seams_.processes.run(command, context.stop);
    if (completion && completion->end == RunEnd::cancelled) return Error{Errc::cancelled, "a stop was requested"};
    return completion;
}

Result<Completion> Questions::ask_to_succeed(Context& context, Words argv) const {
    const std::string asked = fmt::format("{} {}", argv[0], argv[1]);
    auto answer = ask(context, std::move(argv));
    if (!answer || answer->exited_with(0)) return answer;
    return Error{Errc::failed, fmt::format("{}: {}", asked, first_complaint(*answer))};
}

Result<std::string> Questions::ask_for_text(Context& context, Words argv) const {
    auto answer = ask_to_succeed(context, std::move(argv));
    if (!answer) return answer.error();
    return std::move(answer->out);
}

/// The resolver's exact answer at a third of a simulation's price. Runs as any user, beside a running dpkg,
/// and changes nothing. Without --allow-downgrades one pin above 1000 would make apt refuse the whole plan;
/// with `quiet "2"` in apt.conf it would print addresses and no plan.
Result<Completion> Questions::plan(Context& context, const Words& verb) const {
    return ask(context, Words{"apt-get", "--print-uris", "-V", "-y", "--allow-downgrades", "-o",
                              "APT::Get::AutomaticRemove=false", "-o", "quiet=1"} +
                            cache_options_ + snapshot_option(snapshot_) + verb);
}

Result<std::string> Questions::policy(Context& context, const Words& names) const {
    return ask_for_text(
        context, Words{"apt-cache", "policy"} + cache_options_ + snapshot_setting(snapshot_) + Words{"--"} + names);
}

Result<ConfiguredSources> Questions::sources(Context& context) const {
    const Words argv = Words{"apt-get", "indextargets", "--no-release-info", "--format", index_target_format()} +
                       snapshot_setting(snapshot_);
    auto answer = ask_to_succeed(context, argv);
    // A list full of garbage fails the first call only: after it apt goes on without that list and says nothing.
    if (!answer && answer.error().code == Errc::failed) answer = ask_to_succeed(context, argv);
    if (!answer) return answer.error();
    auto targets = parse_index_targets(answer->out);
    if (!targets) return targets.error();
    return ConfiguredSources{std::move(*targets), parse_passed_over(answer->err)};
}

Result<Completion> Questions::update(Context& context) const {
    const milliseconds left = context.deadline.left(seams_.clocks.boot());
    const Command command{// Error-Mode: since apt 2.1.6; older ones ignore it, their W: lines are read all the same.
                          // Generate=false: two thirds of a refresh that changes nothing would be rebuilding the cache.
                          .argv = Words{"apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any", "-o",
                                        "pkgCacheFile::Generate=false", "-o", "APT::Status-Fd=1"} +
                                  snapshot_option(snapshot_),
                          .environment = {"DEBIAN_FRONTEND=noninteractive"},
                          .deadline = std::min<milliseconds>(refresh_limit, left),
                          .silence = refresh_silence};
    Watcher watcher(context.progress, "refreshing package lists");
    return seams_.processes.run(command, context.stop, [&watcher](std::string_view piece) { watcher(piece); });
}

Result<std::string> Questions::pro_status(Context& context) const {
    return ask_for_text(context, {"pro", "security-status", "--format=json"});
}

Result<std::string> Questions::restarts(Context& context) const {
    return ask_for_text(context, {"needrestart", "-b"});
}

Result<void> Questions::mark_automatic(Context& context, const Words& names) const {
    const auto marked = ask_to_succeed(context, Words{"apt-mark", "auto"} + names);
    return marked ? Result<void>() : marked.error();
}

}  // namespace guestpatch::apt
