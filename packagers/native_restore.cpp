// The way back: NativeSwitch::turn_on().
#include <fmt/format.h>

#include <algorithm>

#include "packagers/native_state.hpp"
#include "packagers/native_switch.hpp"

namespace guestpatch {
namespace {

/// What somebody else did to a unit that we had turned off; nothing when it is as we left it.
std::optional<std::string> find_interference(const FoundUnit& unit, const UnitState& now) {
    const bool masks = unit.lock == UnitLock::mask;
    if (now.file == unit.file) {
        const bool undone = unit.off && (masks || is_enabled(unit.file));
        return undone ? std::optional(unit.name + ": somebody has turned it on again already; left so") : std::nullopt;
    }
    const bool as_left = is_masked(now.file) ? masks : !masks && !is_enabled(now.file);
    if (as_left) return std::nullopt;
    return fmt::format("{}: somebody has made it {} in between; left so", unit.name, now.file);
}

}  // namespace

NativeChange NativeSwitch::turn_on() {
    NativeChange change;
    if (auto done = change_on(change); !done) change.failed.push_back(done.error().message);
    name_what_is_lost(change);
    return change;
}

Result<void> NativeSwitch::change_on(NativeChange& change) {
    auto known = read_snapshot(change);
    if (!known) return known.error();
    if (!*known) return {};
    NativeSnapshot& snapshot = **known;
    const auto states = look(snapshot.units, change);
    if (!states) return states.error();
    if (!snapshot.restoring) {
        sift(snapshot, *states);
        if (auto written = write_snapshot(snapshot); !written) return written;
    }
    change.kept.insert(change.kept.end(), snapshot.kept.begin(), snapshot.kept.end());
    // Files first: a timer that is started may run at once, and must find them as they were.
    for (const FoundFile& file : snapshot.files) {
        if (auto given = give_back(file, change); !given) return given;
    }
    if (auto unlocked = unlock_units(snapshot, *states, change); !unlocked) return unlocked;
    return change.failed.empty() ? seams_.files.remove(document_) : Result<void>();
}

/// Leaves only what is ours to put back, and decides it once: after a power cut our own half-done work must not look
/// like somebody else's.
void NativeSwitch::sift(NativeSnapshot& snapshot, const States& states) {
    snapshot.restoring = true;
    std::erase_if(snapshot.units, [&](const FoundUnit& unit) {
        const auto now = states.find(unit.name);
        if (!was_on(unit) || (now != states.end() && now->second.load == "not-found")) return true;
        const auto why = now != states.end() ? find_interference(unit, now->second) : std::nullopt;
        if (why) snapshot.kept.push_back(*why);
        return why.has_value();
    });
    std::erase_if(snapshot.files, [&](const FoundFile& file) {
        const auto content = read_file(file.path);
        if (!content || *content == file.after || *content == file.before) return false;
        const bool given_back = file.own;  // its changed content is kept beside it: updates must come back on
        snapshot.kept.push_back(given_back ? fmt::format("{0}: somebody has changed it; kept as {0}.save", file.path)
                                           : file.path + ": somebody has changed it in between; left so");
        return !given_back;
    });
}

Result<void> NativeSwitch::give_back(const FoundFile& file, NativeChange& change) {
    const auto content = read_file(file.path);
    if (!content) return content.error();
    if (*content == file.before) return {};
    if (*content != file.after) {
        if (!file.own) return {};
        auto kept =
            seams_.files.write_durably(file.path + ".save", **content, Readers::everyone);  // apt passes over this name
        if (!kept) return kept;
    }
    auto done = file.before ? seams_.files.write_durably(file.path, *file.before, Readers::everyone)
                            : seams_.files.remove(file.path);
    if (done) change.done.push_back(file.path + (file.before ? ": restored" : ": removed"));
    return done;
}

Result<void> NativeSwitch::unlock_units(const NativeSnapshot& snapshot, const States& states, NativeChange& change) {
    for (const FoundUnit& unit : snapshot.units) {
        const auto now = states.find(unit.name);
        if (now == states.end()) {
            change.failed.push_back(unit.name + ": no service manager runs here that could turn it on again");
            continue;
        }
        const UnitState& state = now->second;
        if (state.load == "not-found") continue;  // removed since it could not be turned on
        Result<void> changed;
        if (unit.lock == UnitLock::mask && is_masked(state.file)) {
            changed = seams_.units.change(UnitChange::unmask, {unit.name});
        }
        if (unit.lock == UnitLock::disable && is_enabled(unit.file)) {
            changed = seams_.units.change(UnitChange::enable, {unit.name});
        }
        const bool starts = unit.active == "active" && !is_active(state);
        if (changed && starts) changed = seams_.units.change(UnitChange::start, {unit.name});
        if (!changed) {
            change.failed.push_back(fmt::format("{}: {}", unit.name, changed.error().message));
        } else {
            const std::string_view verb = unit.lock == UnitLock::mask ? "unmasked" : "put back as it was found";
            change.done.push_back(fmt::format("{}: {}{}", unit.name, verb, starts ? ", started" : ""));
        }
    }
    return {};
}

}  // namespace guestpatch
