// A file system in memory whose disk can fill up and whose power can be cut.
#pragma once

#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "platform/files.hpp"
#include "tests/fakes/clocks.hpp"

namespace guestpatch {

/// Writes are whole, and durable when the interface promises it. May be used from several threads.
class FakeFiles final : public Files {
  public:
    /// Written files get their time from `clocks`.
    explicit FakeFiles(Clocks& clocks) : clocks_(clocks) {}

    Result<std::string> read(const Path& path) override;
    Result<std::string> read_private(const Path& path) override;
    Result<void> write_durably(const Path& path, std::string_view content, Readers readers) override;
    Result<void> write_volatile(const Path& path, std::string_view content, Readers readers) override;
    Result<std::vector<FileInfo>> list(const Path& folder) override;
    Result<FileInfo> info(const Path& path) override;
    Result<void> remove(const Path& path) override;
    Result<void> remove_folder(const Path& path) override;
    Result<std::uint64_t> free_space(const Path& path) override;

    // What the rest of the machine does; neither counted nor refused.
    void put(const Path& path, std::string_view content);
    void put_folder(const Path& path) { put(path, FileKind::directory); }
    void put(const Path& path, FileKind kind);
    void set_modified(const Path& path, Instant modified);
    void erase(const Path& path);  ///< with everything below it

    /// Reading, writing and listing `path` and everything below it gives Errc::permission.
    void forbid(const Path& path);
    /// Every write gives Errc::no_space.
    void fill_disk() { set_full(true); }
    void free_disk() { set_full(false); }
    /// What free_space() says of every path, until the disk is full.
    void set_free_space(std::uint64_t bytes);
    /// After `writes` more durable writes (removals count) everything fails with Errc::failed, and files whose last
    /// write was a volatile one are gone.
    void cut_power_after(int writes);
    /// The machine is up again and finds what survived.
    void restore_power() { cut_power_after(std::numeric_limits<int>::max()); }

    [[nodiscard]] bool dark() const;

    /// Durable writes and removals so far.
    int durable_writes() const;
    /// Who may read `path`, or nothing when this program did not write it.
    std::optional<Readers> readers(const Path& path) const;

  private:
    struct Node {
        FileKind kind = FileKind::regular;
        std::string content;
        Instant modified;
        std::optional<Readers> readers;
        bool may_be_lost = false;
    };

    void set_full(bool full);
    bool forbidden(const Path& path) const;
    std::optional<Error> trouble(const Path& path, bool entering) const;
    Result<void> make_parents(const Path& path);
    Result<void> write(const Path& path, std::string_view content, Readers readers, bool durably);
    void count_write();
    void lose_what_may_be_lost();

    Clocks& clocks_;
    mutable std::mutex mutex_;
    std::map<Path, Node> nodes_;
    std::set<Path> forbidden_;
    bool full_ = false;
    std::uint64_t free_space_ = std::uint64_t{1} << 40U;
    bool dark_ = false;
    int writes_ = 0;
    int writes_left_ = std::numeric_limits<int>::max();
};

}  // namespace guestpatch
