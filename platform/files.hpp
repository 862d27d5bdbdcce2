// Small files, read whole and written durably.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

using Path = std::filesystem::path;

enum class FileKind { regular, directory, null_device, other };

/// What a name in a folder stands for, symbolic links followed.
struct FileInfo {
    std::string name;  ///< last component, UTF-8
    FileKind kind = FileKind::other;
    std::uint64_t size = 0;  ///< bytes, regular files only
    Instant modified;

    friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

/// Who may read what is written. Writing is always the owner's alone.
enum class Readers { everyone, owner };

/// The most a secret may have: more is no key and no token.
constexpr std::size_t largest_secret = 1U << 20U;

/// The file system, as far as this program needs one. Exists so that tests can cut the power between
/// two writes and fill the disk.
class Files {
  public:
    virtual ~Files() = default;

    /// The whole file. Errc::not_found, Errc::permission, or Errc::failed.
    virtual Result<std::string> read(const Path& path) = 0;

    /// A secret: refused (Errc::permission, with what helps) unless it is a regular file of root's or our own that nobody
    /// else may read or write. Windows: no such check yet.
    virtual Result<std::string> read_private(const Path& path) = 0;

    /// Replaces the file so that after a power cut either the old or the new content is there, whole:
    /// temporary file beside it, fsync, rename, fsync of the folder. Missing parent folders are made.
    /// Errc::no_space, Errc::permission, or Errc::failed; the old content then still stands.
    virtual Result<void> write_durably(const Path& path, std::string_view content, Readers readers) = 0;

    /// Replaces the file whole, but without waiting for the disk: for what may be lost with the power.
    virtual Result<void> write_volatile(const Path& path, std::string_view content, Readers readers) = 0;

    /// The names in a folder, sorted; our own temporary files left out. Errc::not_found, Errc::permission.
    virtual Result<std::vector<FileInfo>> list(const Path& folder) = 0;

    /// One name. Errc::not_found, Errc::permission.
    virtual Result<FileInfo> info(const Path& path) = 0;

    /// Deletes a file and makes that durable; one that is not there is fine.
    virtual Result<void> remove(const Path& path) = 0;

    /// Deletes a folder with everything in it; one that is not there is fine.
    virtual Result<void> remove_folder(const Path& path) = 0;

    /// Bytes an ordinary write may still take on the file system that holds `path`, or will once it exists.
    virtual Result<std::uint64_t> free_space(const Path& path) = 0;
};

std::unique_ptr<Files> make_files();

}  // namespace guestpatch
