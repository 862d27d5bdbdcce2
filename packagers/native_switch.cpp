#include "packagers/native_switch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "packagers/native_state.hpp"

namespace guestpatch {
namespace {

std::vector<std::string> list_off(const NativeSnapshot& snapshot) {
    std::vector<std::string> names;
    for (const FoundUnit& unit : snapshot.units) {
        if (unit.off && was_on(unit)) names.push_back(unit.name);
    }
    for (const FoundFile& file : snapshot.files) {
        if (file.off) names.push_back(file.path);
    }
    return names;
}

}  // namespace

Result<void> NativeSwitch::wait_until_idle(Context& context) {
    for (const std::string& run : parts_.runs) {
        const milliseconds left = context.deadline.left(seams_.clocks.boot());
        const auto states = seams_.units.states({run});
        if (!states && states.error().code == Errc::not_found) break;
        if (!states) return states.error().within(parts_.name);
        if (!is_active(states->front())) continue;
        if (left <= milliseconds(0)) return Error{Errc::busy, run};
        context.progress.step("waiting for " + run, {});
        if (auto waited = seams_.units.wait_until_inactive(run, left, context.stop); !waited) {
            return std::move(waited).within(run);
        }
    }
    for (const Path& lock : parts_.locks) {
        const std::string owner = seams_.locks.owner(lock);
        if (owner.find(parts_.name) == std::string::npos) continue;
        const milliseconds left = context.deadline.left(seams_.clocks.boot());
        if (left <= milliseconds(0)) return Error{Errc::busy, owner};
        context.progress.step("waiting for " + owner, {});
        if (auto waited = seams_.locks.wait_until_free(lock, left, context.stop); !waited) {
            return std::move(waited).within(owner);
        }
    }
    return {};
}

Result<NativeSwitch::States> NativeSwitch::look(const std::vector<FoundUnit>& units, NativeChange& change) {
    std::vector<std::string> names;
    for (const NativeUnit& unit : parts_.units) names.push_back(unit.name);
    for (const FoundUnit& unit : units) {
        if (std::ranges::find(names, unit.name) == names.end()) names.push_back(unit.name);
    }
    if (names.empty()) return States();
    auto found = seams_.units.states(names);
    if (!found && found.error().code == Errc::not_found) {
        change.only_files = true;
        return States();
    }
    if (!found) return found.error();
    States states;
    for (UnitState& state : *found) states[state.name] = std::move(state);
    return states;
}

Result<std::optional<NativeSnapshot>> NativeSwitch::read_snapshot(NativeChange& change) {
    const auto text = seams_.files.read(document_);
    if (!text && text.error().code == Errc::not_found) return std::optional<NativeSnapshot>();
    if (!text) return text.error();
    auto snapshot = decode_native_snapshot(*text);
    if (snapshot) return std::optional(std::move(*snapshot));
    if (auto kept = set_aside(*text); !kept) return kept.error();
    auto anew = find_anew(change);
    if (!anew) return anew.error();
    return std::optional(std::move(*anew));
}

/// How things are now: a drop-in of ours is known by its name, what else was changed is not.
Result<NativeSnapshot> NativeSwitch::find_anew(NativeChange& change) {
    NativeSnapshot snapshot;
    const auto states = look({}, change);
    if (!states) return states.error();
    if (auto added = add_new(snapshot, *states, change); !added) return added.error();
    if (auto written = write_snapshot(snapshot); !written) return written.error();
    return snapshot;
}

Path NativeSwitch::aside(int nth) const {
    return document_.string() + (nth == 1 ? ".unreadable" : fmt::format(".unreadable-{}", nth));
}

/// An earlier one is never overwritten: it knows more than what was found after it.
Result<void> NativeSwitch::set_aside(const std::string& text) {
    for (int nth = 1;; ++nth) {
        const auto there = read_file(aside(nth));
        if (!there) return there.error();
        if (*there == text) return {};
        if (!*there) return seams_.files.write_durably(aside(nth), text, Readers::owner);
    }
}

void NativeSwitch::name_what_is_lost(NativeChange& change) {
    for (int nth = 1; seams_.files.info(aside(nth)); ++nth) {
        change.lost.push_back(
            fmt::format("{} tells how it was found, but cannot be read: what it lists does not come back by "
                        "itself; put it back by hand, then remove that file",
                        aside(nth).string()));
    }
}

Result<void> NativeSwitch::write_snapshot(const NativeSnapshot& snapshot) {
    return seams_.files.write_durably(document_, encode(snapshot), Readers::owner);
}

Result<std::optional<std::string>> NativeSwitch::read_file(const Path& path) {
    auto content = seams_.files.read(path);
    if (content) return std::optional(std::move(*content));
    if (content.error().code == Errc::not_found) return std::optional<std::string>();
    return content.error();
}

NativeChange NativeSwitch::turn_off() {
    NativeChange change;
    if (auto done = change_off(change); !done) change.failed.push_back(done.error().message);
    name_what_is_lost(change);
    return change;
}

Result<void> NativeSwitch::change_off(NativeChange& change) {
    auto known = read_snapshot(change);
    if (!known) return known.error();
    if (*known && (*known)->restoring) {  // what was begun is brought to its end, then begun anew
        if (auto restored = change_on(change); !restored) return restored;
        if (!change.complete()) return {};  // only the old document knows how the rest was found
        known = std::optional<NativeSnapshot>();
    }
    NativeSnapshot snapshot = known->value_or(NativeSnapshot());
    const auto states = look(snapshot.units, change);
    if (!states) return states.error();
    name_what_came_back(snapshot, *states, change);
    const NativeSnapshot before = snapshot;
    if (auto added = add_new(snapshot, *states, change); !added) return added;
    if (!(snapshot == before)) {
        if (auto written = write_snapshot(snapshot); !written) return written;
    }
    const NativeSnapshot begun = snapshot;
    if (auto locked = lock_units(snapshot, *states, change); !locked) return locked;
    if (auto quiet = quieten_files(snapshot, change); !quiet) return quiet;
    change.off = list_off(snapshot);
    return snapshot == begun ? Result<void>() : write_snapshot(snapshot);
}

void NativeSwitch::name_what_came_back(const NativeSnapshot& snapshot, const States& states, NativeChange& change) {
    for (const FoundUnit& unit : snapshot.units) {
        const auto now = states.find(unit.name);
        if (unit.off && now != states.end() && is_on(now->second, unit.lock)) {
            change.kept.push_back(unit.name + ": somebody has turned it on again; left so");
        }
    }
    for (const FoundFile& file : snapshot.files) {
        const auto content = read_file(file.path);
        if (file.off && content && *content != file.after) {
            change.kept.push_back(file.path + ": somebody has changed it; left so");
        }
    }
}

/// What has come since goes off as well; what is listed already was found once and for all.
Result<void> NativeSwitch::add_new(NativeSnapshot& snapshot, const States& states, NativeChange& change) {
    for (const NativeUnit& unit : parts_.units) {
        const auto now = states.find(unit.name);
        if (now == states.end() || now->second.load == "not-found") continue;
        if (std::ranges::find(snapshot.units, unit.name, &FoundUnit::name) != snapshot.units.end()) continue;
        const UnitState& state = now->second;
        snapshot.units.push_back({unit.name, unit.lock, state.file, state.active, !is_on(state, unit.lock)});
    }
    for (const NativeFile& file : parts_.files) {
        if (file.rule == FileRule::without_units && !change.only_files) continue;
        if (auto added = add_file(snapshot, file); !added) return added;
    }
    return {};
}

Result<void> NativeSwitch::add_file(NativeSnapshot& snapshot, const NativeFile& file) {
    auto content = read_file(file.path);
    if (!content) return content.error();
    const auto known = std::ranges::find(snapshot.files, file.path.string(), &FoundFile::path);
    if (known != snapshot.files.end() && (known->off || *content == known->before || *content == known->after)) {
        return {};
    }
    const auto quieted = file.quieted(*content);
    // Changed by somebody before we got to it: nothing of ours is in it, so this is how it was found.
    if (known != snapshot.files.end()) snapshot.files.erase(known);
    if (!quieted) return {};
    if (file.own) content->reset();  // nobody else's: what is there is ours, from a state folder that is gone
    snapshot.files.push_back({file.path.string(), file.own, std::move(*content), *quieted});
    return {};
}

Result<void> NativeSwitch::lock_units(NativeSnapshot& snapshot, const States& states, NativeChange& change) {
    for (FoundUnit& unit : snapshot.units) {
        if (unit.off || !states.contains(unit.name)) continue;
        const UnitChange lock = unit.lock == UnitLock::mask ? UnitChange::mask : UnitChange::disable;
        auto changed = seams_.units.change(lock, {unit.name}).and_then([&] {
            return seams_.units.change(UnitChange::stop, {unit.name});
        });
        const auto now = changed ? seams_.units.states({unit.name}) : Result<std::vector<UnitState>>(changed.error());
        if (!now) {
            change.failed.push_back(fmt::format("{}: {}", unit.name, now.error().message));
        } else if (is_on(now->front(), unit.lock)) {
            change.failed.push_back(
                fmt::format("{}: it is {} and {} all the same", unit.name, now->front().file, now->front().active));
        } else {
            unit.off = true;
            change.done.push_back(unit.name +
                                  (lock == UnitChange::mask ? ": stopped and masked" : ": disabled and stopped"));
        }
    }
    return {};
}

Result<void> NativeSwitch::quieten_files(NativeSnapshot& snapshot, NativeChange& change) {
    for (FoundFile& file : snapshot.files) {
        if (file.off) continue;
        if (auto written = seams_.files.write_durably(file.path, file.after, Readers::everyone); !written) {
            return written;
        }
        file.off = true;
        change.done.push_back(file.path + (file.own ? ": written" : ": edited"));
    }
    return {};
}

std::vector<std::string> NativeSwitch::still_on(Context& context) {
    return parts_.resistance ? parts_.resistance(context) : std::vector<std::string>();
}

}  // namespace guestpatch
