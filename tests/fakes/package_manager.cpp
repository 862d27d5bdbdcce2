#include "tests/fakes/package_manager.hpp"

#include <algorithm>

namespace guestpatch {

void FakePackageManager::add(std::vector<Patch> patches) {
    for (Patch& patch : patches) sight->patches.push_back(std::move(patch));
    std::ranges::sort(sight->patches, {}, &Patch::id);
}

Refresh FakePackageManager::refresh(Context& context) {
    calls.emplace_back("refresh");
    context.progress.step("refreshing package lists", std::nullopt);
    if (sight_after_refresh) sight = *sight_after_refresh;
    return refreshed;
}

Result<Sight> FakePackageManager::pending(Context& context) {
    calls.emplace_back("pending");
    if (context.stop.stop_requested()) return Error{Errc::cancelled, "a stop was requested"};
    context.progress.step("looking for pending patches", std::nullopt);
    if (!sight) return sight;
    Sight seen = *sight;
    seen.repair_needed = !broken.empty();
    std::erase_if(seen.patches, [this](const Patch& patch) { return broken.contains(patch.id.name); });
    return seen;
}

Repair FakePackageManager::repair(const Batch&, Context&) {
    calls.emplace_back("repair");
    const std::vector<Patch> pending_now = sight ? sight->patches : std::vector<Patch>();
    for (const Patch& patch : pending_now) {
        if (broken.contains(patch.id.name) && !failing.contains(patch.id.name)) put_in(patch);
    }
    std::erase_if(broken, [this](const std::string& name) { return !failing.contains(name); });
    Repair done = repaired;
    done.still_broken.assign(broken.begin(), broken.end());
    return done;
}

Download FakePackageManager::download(const Batch&, Context& context) {
    calls.emplace_back("download");
    context.progress.step("downloading", 50);
    return downloaded;
}

void FakePackageManager::put_in(const Patch& patch) {
    installed.insert(patch.id.name);
    broken.erase(patch.id.name);
    automatics.erase(patch.id.name);
    std::erase_if(sight->patches, [&](const Patch& pending) { return pending.id == patch.id; });
}

InstallOutcome FakePackageManager::install(const Batch& batch, Context& context) {
    calls.emplace_back("install");
    std::vector<std::string>& names = batches.emplace_back();
    for (const Patch& patch : batch.patches) names.push_back(patch.id.name);
    context.progress.step("unpacking", 10);
    if (refusal) return {.refused = refusal, .complaint = refusal->message};
    if (std::ranges::any_of(names, [this](const std::string& name) { return refused_names.contains(name); })) {
        return {.refused = Refusal{Reason::prerequisite_missing, "unmet dependencies"}};
    }
    InstallOutcome outcome{.left_running = left_running};
    for (std::size_t i = 0; i < batch.patches.size(); ++i) {
        const Patch& patch = batch.patches[i];
        if (names_patches) context.progress.report({.step = "unpacking", .percent = 10, .patch = patch.id.name});
        if (const auto failure = failing.find(patch.id.name); failure != failing.end()) {
            broken.insert(patch.id.name);
            outcome.failures.push_back(failure->second);
            outcome.failures.back().id = patch.id;
        } else if (half_done.erase(patch.id.name) > 0) {
            broken.insert(patch.id.name);
        } else {
            put_in(patch);
        }
        if (i == 0 && while_installing) while_installing(batch);
    }
    return outcome;
}

InstallOutcome FakePackageManager::collect(const Batch&, Context&) {
    calls.emplace_back("collect");
    return {.left_running = left_running};
}

Result<std::vector<Presence>> FakePackageManager::verify(const std::vector<Patch>& patches) {
    calls.emplace_back("verify");
    std::vector<Presence> presence;
    for (const Patch& patch : patches) {
        presence.push_back(broken.contains(patch.id.name)      ? Presence::broken
                           : installed.contains(patch.id.name) ? Presence::installed
                                                               : Presence::absent);
    }
    return presence;
}

std::vector<std::string> FakePackageManager::automatic(const std::vector<Patch>& patches) {
    std::vector<std::string> names;
    for (const Patch& patch : patches) {
        if (patch.installed_version.empty() || automatics.contains(patch.id.name)) names.push_back(patch.id.name);
    }
    return names;
}

Result<void> FakePackageManager::mark_automatic(const std::vector<std::string>& names, Context&) {
    calls.emplace_back("mark_automatic");
    for (const std::string& name : names) {
        if (installed.contains(name) || broken.contains(name)) automatics.insert(name);
    }
    return {};
}

Result<RebootNeed> FakePackageManager::reboot_need(Context&, Effort) {
    calls.emplace_back("reboot_need");
    return need;
}

}  // namespace guestpatch
