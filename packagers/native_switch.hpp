// Native updates made of units and files: how they go off, and come back as they were found.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/native_snapshot.hpp"
#include "packagers/native_updates.hpp"
#include "platform/seams.hpp"

namespace guestpatch {

/// A unit that starts them.
struct NativeUnit {
    std::string name;
    UnitLock lock = UnitLock::disable;
};

/// When a file is changed.
enum class FileRule {
    always,
    without_units,  ///< where the units decide as well, the file stays untouched
};

/// A file that decides about them.
struct NativeFile {
    Path path;
    bool own = false;  ///< a drop-in of ours
    FileRule rule = FileRule::always;
    /// What the file must say for them to be off, given what it says; nothing: it needs no change.
    std::function<std::optional<std::string>(const std::optional<std::string>& content)> quieted;
};

/// Everything about one tool's or service's native updates.
struct NativeParts {
    std::string name;
    std::vector<NativeUnit> units;
    std::vector<std::string> runs;  ///< services in which they install
    std::vector<Path> locks;        ///< held while they install outside of those
    std::vector<NativeFile> files;
    std::function<std::vector<std::string>(Context&)>
        resistance;  ///< see NativeUpdates::still_on(); none: the units' state
};

class NativeSwitch final : public NativeUpdates {
  public:
    /// `folder` keeps the document `<name>.json`.
    NativeSwitch(Seams seams, const Path& folder, NativeParts parts)
        : seams_(seams), document_(folder / (parts.name + ".json")), parts_(std::move(parts)) {}

    [[nodiscard]] std::string name() const override { return parts_.name; }
    Result<void> wait_until_idle(Context& context) override;
    NativeChange turn_off() override;
    NativeChange turn_on() override;
    std::vector<std::string> still_on(Context& context) override;

  private:
    using States = std::map<std::string, UnitState, std::less<>>;

    /// Of the units of the table and of these; empty where no service manager runs.
    Result<States> look(const std::vector<FoundUnit>& units, NativeChange& change);
    /// One that cannot be read is set aside and begun anew: what is off would otherwise stay off for ever.
    Result<std::optional<NativeSnapshot>> read_snapshot(NativeChange& change);
    Result<NativeSnapshot> find_anew(NativeChange& change);
    [[nodiscard]] Path aside(int nth) const;
    Result<void> set_aside(const std::string& text);
    void name_what_is_lost(NativeChange& change);
    Result<void> write_snapshot(const NativeSnapshot& snapshot);
    Result<std::optional<std::string>> read_file(const Path& path);

    Result<void> change_off(NativeChange& change);
    void name_what_came_back(const NativeSnapshot& snapshot, const States& states, NativeChange& change);
    Result<void> add_new(NativeSnapshot& snapshot, const States& states, NativeChange& change);
    Result<void> add_file(NativeSnapshot& snapshot, const NativeFile& file);
    Result<void> lock_units(NativeSnapshot& snapshot, const States& states, NativeChange& change);
    Result<void> quieten_files(NativeSnapshot& snapshot, NativeChange& change);

    Result<void> change_on(NativeChange& change);
    void sift(NativeSnapshot& snapshot, const States& states);
    Result<void> unlock_units(const NativeSnapshot& snapshot, const States& states, NativeChange& change);
    Result<void> give_back(const FoundFile& file, NativeChange& change);

    Seams seams_;
    Path document_;
    NativeParts parts_;
};

}  // namespace guestpatch
