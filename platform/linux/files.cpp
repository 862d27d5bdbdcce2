#include "platform/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "platform/linux/descriptor.hpp"
#include "platform/linux/folder.hpp"

namespace guestpatch {
namespace {

using os::Descriptor;
using os::make_folder;
using os::sync_folder;
using os::system_error;
using os::uninterrupted;

constexpr std::string_view temporary_suffix = ".guestpatch-new";

FileInfo info_of(std::string name, const struct stat& status) {
    FileInfo info{.name = std::move(name), .modified = Instant(seconds(status.st_mtim.tv_sec))};
    if (S_ISREG(status.st_mode)) {
        info.kind = FileKind::regular;
        info.size = static_cast<std::uint64_t>(status.st_size);
    } else if (S_ISDIR(status.st_mode)) {
        info.kind = FileKind::directory;
    } else if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3)) {
        info.kind = FileKind::null_device;
    }
    return info;
}

Result<void> write_all(int fd, std::string_view content, const Path& path) {
    while (!content.empty()) {
        const ssize_t written = uninterrupted([&] { return ::write(fd, content.data(), content.size()); });
        if (written < 0) return system_error(path.native());
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

enum class Durable { no, yes };

/// The folder a name stands in.
Path folder_of(const Path& path) {
    return path.has_parent_path() ? path.parent_path() : Path(".");
}

Result<void> write_new(const Path& path, std::string_view content, Readers readers, Durable durable) {
    const mode_t mode = readers == Readers::everyone ? 0644 : 0600;
    const Descriptor fd(
        uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode); }));
    if (!fd.open()) return system_error(path.native());
    if (::fchmod(fd.get(), mode) != 0) return system_error(path.native());  // whatever the umask says
    if (auto written = write_all(fd.get(), content, path); !written) return written;
    if (durable == Durable::yes && ::fsync(fd.get()) != 0) return system_error(path.native());
    return {};
}

Result<void> replace(const Path& path, std::string_view content, Readers readers, Durable durable) {
    if (auto made = make_folder(path.parent_path()); !made) return made;
    Path temporary = path;
    temporary += temporary_suffix;
    auto written = write_new(temporary, content, readers, durable);
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0) written = system_error(path.native());
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    return durable == Durable::yes ? sync_folder(folder_of(path)) : written;
}

class LinuxFiles final : public Files {
  public:
    Result<std::string> read(const Path& path) override {
        const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
        if (!fd.open()) return system_error(path.native());
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0) return system_error(path.native());
        std::string content;
        std::size_t filled = 0;
        // One byte more than the size says, so that the end is seen without another allocation.
        content.resize(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1);
        while (true) {
            if (filled == content.size()) content.resize(content.size() * 2);
            const ssize_t got =
                uninterrupted([&] { return ::read(fd.get(), content.data() + filled, content.size() - filled); });
            if (got < 0) return system_error(path.native());
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        content.resize(filled);
        return content;
    }

    Result<std::string> read_private(const Path& path) override {
        // Nothing that is no file may hold us up.
        const Descriptor fd(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
        if (!fd.open()) return system_error(path.native());
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0) return system_error(path.native());
        if (!S_ISREG(status.st_mode)) return Error{Errc::permission, fmt::format("{} is not a file", path.native())};
        const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
        if (!ours || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
            return Error{Errc::permission, fmt::format("{0} is not root's alone; `chown root:root {0} && chmod 600 {0}` makes it so", path.native())};
        }
        if (status.st_size > static_cast<off_t>(largest_secret)) return Error{Errc::invalid, fmt::format("{} is too large", path.native())};
        std::string content(static_cast<std::size_t>(status.st_size), '\0');
        const ssize_t got = uninterrupted([&] { return ::read(fd.get(), content.data(), content.size()); });
        if (got < 0) return system_error(path.native());
        content.resize(static_cast<std::size_t>(got));
        return content;
    }

    Result<void> write_durably(const Path& path, std::string_view content, Readers readers) override {
        return replace(path, content, readers, Durable::yes);
    }

    Result<void> write_volatile(const Path& path, std::string_view content, Readers readers) override {
        return replace(path, content, readers, Durable::no);
    }

    Result<std::vector<FileInfo>> list(const Path& folder) override {
        std::error_code error;
        std::filesystem::directory_iterator entries(folder, error);
        if (error) return system_error(folder.native(), error.value());
        std::vector<FileInfo> infos;
        for (; entries != std::filesystem::directory_iterator(); entries.increment(error)) {
            const std::string name = entries->path().filename().native();
            if (name.ends_with(temporary_suffix)) continue;
            struct stat status {};
            if (::stat(entries->path().c_str(), &status) == 0) infos.push_back(info_of(name, status));
        }
        if (error) return system_error(folder.native(), error.value());  // an error ends the loop
        std::ranges::sort(infos, {}, &FileInfo::name);
        return infos;
    }

    Result<FileInfo> info(const Path& path) override {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) return system_error(path.native());
        return info_of(path.filename().native(), status);
    }

    Result<void> remove(const Path& path) override {
        if (::unlink(path.c_str()) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) return {};
            return system_error(path.native());
        }
        return sync_folder(folder_of(path));
    }

    Result<void> remove_folder(const Path& path) override {
        const Path folder = path.has_filename() ? path : path.parent_path();
        std::error_code error;
        if (std::filesystem::remove_all(folder, error) == 0) return {};
        if (error) return system_error(folder.native(), error.value());
        return sync_folder(folder_of(folder));
    }

    Result<std::uint64_t> free_space(const Path& path) override {
        struct statvfs space {};
        Path existing = path.empty() ? Path(".") : path;
        while (uninterrupted([&] { return ::statvfs(existing.c_str(), &space); }) != 0) {
            const Path above = folder_of(existing);
            if ((errno != ENOENT && errno != ENOTDIR) || above == existing) return system_error(existing.native());
            existing = above;
        }
        return std::uint64_t{space.f_bavail} * space.f_frsize;
    }
};

}  // namespace

std::unique_ptr<Files> make_files() { return std::make_unique<LinuxFiles>(); }

}  // namespace guestpatch
