// A machine with apt, for the verbs that change it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "packagers/apt/apt.hpp"
#include "platform/base/text.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/progress.hpp"

namespace guestpatch {

/// Whether somebody watching was told of a step.
inline bool heard(const FakeProgress& progress, std::string_view step) {
    return std::ranges::find(progress.steps, step, &FakeProgress::Step::text) != progress.steps.end();
}

/// One package as it stands in dpkg's database.
inline std::string stanza(const std::string& name, const std::string& version,
                          const std::string& status = "install ok installed",
                          const std::string& architecture = "amd64") {
    return fmt::format("Package: {}\nStatus: {}\nVersion: {}\nArchitecture: {}\n\n", name, status, version,
                       architecture);
}

inline Patch patch(const std::string& name, const std::string& version, const std::string& installed = "1.0") {
    return {.id = {name, version}, .architecture = "amd64", .installed_version = installed, .download_bytes = 1000};
}

/// gp-sec and gp-upd can be upgraded from 1.0 to 1.1.
struct AptMachine : FakeMachine {
    AptMachine() { database({stanza("gp-sec", "1.0"), stanza("gp-upd", "1.0")}); }

    void database(const std::vector<std::string>& stanzas) {
        std::string text = stanza("dpkg", "1.21") + stanza("apt", "2.6.1");
        for (const std::string& one : stanzas) text += one;
        files.put("/var/lib/dpkg/status", text);
    }
    /// What a call of apt-get that ends with this operation, or of dpkg, does.
    void on(const std::string& words, FakeProcessRunner::Behaviour behaviour) {
        processes.behave(
            [words](const Command& command) {
                const std::string line = " " + join(command.argv, " ") + " ";
                return line.find(" " + words + " ") != std::string::npos;
            },
            std::move(behaviour));
    }
    void on(const std::string& words, Answer answer) {
        on(words, [answer](const Command&) { return answer; });
    }

    PackageManager& apt() {
        if (!manager) manager = apt::make_apt(seams, settings);
        return *manager;
    }
    [[nodiscard]] std::size_t runs(std::string_view words) const {
        const auto lines = processes.command_lines();
        return static_cast<std::size_t>(std::ranges::count_if(
            lines, [words](const std::string& line) { return line.find(words) != std::string::npos; }));
    }

    PackageManagerSettings settings{.private_cache = "/var/cache/guestpatch"};
    std::unique_ptr<PackageManager> manager;
    FakeProgress progress;
    std::stop_source stop;
    Context context{{BootTime(std::chrono::hours(3))}, stop.get_token(), progress, std::chrono::minutes(1)};
    Batch batch{.job = {"guestpatch-install-1", "/var/lib/guestpatch/jobs/1"},
                .patches = {patch("gp-sec", "1.1"), patch("gp-upd", "1.1")},
                .untouchable = {},
                .lock_patience = std::chrono::minutes(5)};
};

}  // namespace guestpatch
