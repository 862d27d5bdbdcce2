#include "packagers/apt/repairing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "packagers/apt/database.hpp"
#include "packagers/apt/plan_output.hpp"
#include "platform/base/text.hpp"
#include "platform/messages.hpp"

namespace guestpatch::apt {
namespace {

using Names = std::vector<std::string>;

Names without(const Names& names, const Names& others) {
    Names rest;
    std::ranges::set_difference(names, others, std::back_inserter(rest));
    return rest;
}

class Mechanic {
  public:
    Mechanic(Seams seams, const Questions& questions, Installer& installer, const Batch& batch, Context& context)
        : seams_(seams), questions_(questions), installer_(installer), batch_(batch), context_(context) {}

    Repair work() {
        if (!wait_for_orphans()) return finish();
        if (!step("configuring what was left half done", "configure", configure_command(), "PACKAGES_CONFIGURED",
                  "finished by dpkg --configure -a")) {
            return finish();
        }
        if (needs_apt() && !repair_dependencies()) return finish();
        if (const Names again = reinstallable(); !again.empty()) {
            step("reinstalling damaged packages", "reinstall", apt(Words{"--reinstall", "install"} + again),
                 "PACKAGES_REINSTALLED", "reinstalled");
        }
        return finish();
    }

  private:
    [[nodiscard]] InstalledPackages look() {
        auto installed = read_installed(seams_.files);
        if (!installed) seams_.log.tell(message::packages_not_read, installed.error().message);
        return installed ? std::move(*installed) : InstalledPackages();
    }
    /// Empty when what is excluded could not be protected.
    [[nodiscard]] Words apt(const Words& operation) {
        const auto options = installer_.options_for(batch_, context_);
        if (options) return install_command(*options, operation);
        seams_.log.tell(message::exclusions_not_protected, options.error().message);
        return {};
    }

    /// apt may have been killed and dpkg not: it goes on alone, and must not be disturbed.
    bool wait_for_orphans() {
        for (const Path lock : {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock"}) {
            const std::string owner = seams_.locks.owner(lock);
            context_.progress.step(owner.empty() ? "waiting for an interrupted run to end" : "waiting for " + owner, std::nullopt);
            const milliseconds left = context_.deadline.left(seams_.clocks.boot());
            const auto free = seams_.locks.wait_until_free(lock, std::min(context_.lock_patience, left), context_.stop);
            if (free) continue;
            seams_.log.tell(message::package_manager_busy, free.error().message);
            repair_.left_running = owner.empty() ? "whoever locks " + lock.generic_string() : owner;
            return false;
        }
        return true;
    }

    /// One call, and what the database says came of it. A stop request cuts the wait short, not the repair: false
    /// when it goes on without us.
    bool step(std::string_view what, const char* suffix, Words argv, const char* code, std::string_view how) {
        if (argv.empty()) return true;
        context_.progress.step(what, std::nullopt);
        const Names before = half_done(look());
        const Detached job{fmt::format("{}-{}", batch_.job.name, suffix), batch_.job.folder / suffix};
        const auto completion = installer_.run(job, std::move(argv), context_);
        if (!completion) {
            seams_.log.tell(message::repair_step_failed, completion.error().message);
        } else if (completion->end == RunEnd::cancelled) {
            repair_.left_running = seams_.processes.whereabouts(job);
            return false;
        } else if (!completion->exited_with(0)) {
            seams_.log.tell(message::repair_step_failed, fmt::format("{}: {}", what, first_complaint(*completion)));
        }
        const Names mended = without(before, half_done(look()));
        if (!mended.empty()) repair_.notes.push_back({code, fmt::format("{}: {}", how, join(mended))});
        return true;
    }

    /// Only the resolver knows of these: dpkg calls such packages installed.
    void ask_for_unmet_dependencies() {
        const auto answer = questions_.plan(context_, {"dist-upgrade"});
        unmet_ = answer ? unmet_dependencies(answer->out) : std::string();
    }

    bool repair_dependencies() {
        constexpr const char* code = "DEPENDENCIES_REPAIRED";
        constexpr std::string_view how = "repaired by apt-get -f install";
        if (!step("repairing dependencies", "fix", apt({"-f", "install"}), code, how)) return false;
        if (unmet_.empty()) return true;
        const std::string unmet = std::move(unmet_);
        ask_for_unmet_dependencies();
        if (unmet_.empty()) repair_.notes.push_back({code, fmt::format("{}: {}", how, unmet)});
        return true;
    }

    /// A script that fails, fails again: apt can help only where dependencies or files are missing.
    bool needs_apt() {
        const InstalledPackages installed = look();
        const bool incomplete = std::ranges::any_of(
            installed, [](const auto& entry) { return entry.second.state >= PackageState::unpacked; });
        ask_for_unmet_dependencies();
        return incomplete || !unmet_.empty();
    }

    /// apt-get -f install exits 0 and leaves a half-installed package alone as long as its version can be fetched.
    Words reinstallable() {
        Words words;
        for (const auto& [name, package] : look()) {
            if (package.state == PackageState::half_installed) words.push_back(target({name, package.version}));
        }
        return words;
    }

    Repair finish() {
        const auto installed = read_installed(seams_.files);
        repair_.still_broken = installed ? half_done(*installed) : Names{"dpkg"};  // it lost its database
        for (std::string_view rest = unmet_; !rest.empty(); rest = trim(rest)) {
            std::string_view dependency = take_until(rest, ';');  // "name : Depends: other but it is not installable"
            std::string name(take_until(dependency, ' '));
            if (std::ranges::find(repair_.still_broken, name) == repair_.still_broken.end()) {
                repair_.still_broken.push_back(std::move(name));
            }
        }
        return std::move(repair_);
    }

    Seams seams_;
    const Questions& questions_;
    Installer& installer_;
    const Batch& batch_;
    Context& context_;
    Repair repair_;
    std::string unmet_;  ///< dependencies that keep the resolver from planning, when it was last asked
};

}  // namespace

Repair repair(Seams seams, const Questions& questions, Installer& installer, const Batch& batch, Context& context) {
    return Mechanic(seams, questions, installer, batch, context).work();
}

}  // namespace guestpatch::apt
