// How native updates were found, and how far turning them off or back on has come: a document of root's alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"

namespace guestpatch {

/// What keeps a unit from being started.
enum class UnitLock {
    disable,  ///< nothing enables it any more
    mask,     ///< nor can it be started: for static and D-Bus-started units, which know no other way
};

/// A unit as it was found.
struct FoundUnit {
    std::string name;
    UnitLock lock = UnitLock::disable;
    std::string file;    ///< UnitState::file
    std::string active;  ///< UnitState::active
    bool off = false;    ///< done: from here on, another state is somebody else's doing

    friend bool operator==(const FoundUnit&, const FoundUnit&) = default;
};

/// A file as it was found.
struct FoundFile {
    std::string path;
    bool own = false;                   ///< a drop-in of ours: nobody else's file by that name
    std::optional<std::string> before;  ///< any bytes; nothing: there was no such file
    std::string after;                  ///< what we write
    bool off = false;                   ///< as above

    friend bool operator==(const FoundFile&, const FoundFile&) = default;
};

struct NativeSnapshot {
    bool restoring = false;  ///< everything listed is ours to put back
    std::vector<FoundUnit> units;
    std::vector<FoundFile> files;
    std::vector<std::string> kept;  ///< while restoring: sentences about what stays as somebody else wanted it

    friend bool operator==(const NativeSnapshot&, const NativeSnapshot&) = default;
};

[[nodiscard]] std::string encode(const NativeSnapshot& snapshot);
/// Errc::invalid names the place; one written by a newer version is refused.
Result<NativeSnapshot> decode_native_snapshot(std::string_view text);

}  // namespace guestpatch
