#include "platform/files.hpp"

#include <windows.h>

#include <fmt/format.h>

#include <algorithm>

#include "platform/windows/access.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch {
namespace {

using os::Handle;
using os::utf8;

constexpr std::string_view temporary_suffix = ".guestpatch-new";
constexpr DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr int replace_attempts = 50;
constexpr DWORD replace_pause_ms = 10;
constexpr std::uint64_t ticks_per_second = 10'000'000;         // a FILETIME counts 100 ns
constexpr std::int64_t seconds_1601_to_1970 = 11'644'473'600;  // and starts in 1601

std::uint64_t joined(DWORD high, DWORD low) {
    return (static_cast<std::uint64_t>(high) << 32U) | low;
}

Instant instant_of(const FILETIME& time) {
    const std::uint64_t ticks = joined(time.dwHighDateTime, time.dwLowDateTime);
    return Instant(seconds(static_cast<std::int64_t>(ticks / ticks_per_second) - seconds_1601_to_1970));
}

/// Of BY_HANDLE_FILE_INFORMATION or WIN32_FIND_DATAW, which name these members alike.
template <class Data>
FileInfo info_of(std::string name, const Data& data) {
    FileInfo info{.name = std::move(name), .modified = instant_of(data.ftLastWriteTime)};
    if ((data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        info.kind = FileKind::directory;
    } else {
        info.kind = FileKind::regular;
        info.size = joined(data.nFileSizeHigh, data.nFileSizeLow);
    }
    return info;
}

bool is_folder(const Path& path) {
    const DWORD attributes = ::GetFileAttributesW(path.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/// What went wrong with a file. Windows says "access denied" of a folder used as a file, too.
Error file_error(const Path& path, DWORD number = ::GetLastError()) {
    if (number == ERROR_ACCESS_DENIED && is_folder(path)) {
        return {Errc::failed, utf8(path.native()) + ": is a folder"};
    }
    return os::system_error(utf8(path.native()), number);
}

enum class Durable { no, yes };

Result<void> write_new(const Path& path, std::string_view content, Readers readers, Durable durable) {
    // One left behind by a crash, or put there by somebody else, would keep its owner and access rights.
    ::DeleteFileW(path.c_str());
    os::Access access = os::Access::file(readers);
    const Handle file(
        ::CreateFileW(path.c_str(), GENERIC_WRITE, 0, access.attributes(), CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file.open()) return file_error(path);
    while (!content.empty()) {
        const DWORD piece = static_cast<DWORD>(std::min<std::size_t>(content.size(), 1U << 30U));
        DWORD written = 0;
        if (::WriteFile(file.get(), content.data(), piece, &written, nullptr) == 0) return file_error(path);
        content.remove_prefix(written);
    }
    if (durable == Durable::yes && ::FlushFileBuffers(file.get()) == 0) return file_error(path);
    return {};
}

/// A file that somebody has open, be it a reader or a virus scanner, cannot be replaced until they are done.
Result<void> move_over(const Path& from, const Path& to, Durable durable) {
    const DWORD how = MOVEFILE_REPLACE_EXISTING | (durable == Durable::yes ? MOVEFILE_WRITE_THROUGH : 0);
    for (int attempt = 1;; ++attempt) {
        if (::MoveFileExW(from.c_str(), to.c_str(), how) != 0) return {};
        const DWORD error = ::GetLastError();
        const bool may_pass = (error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION) && !is_folder(to);
        if (!may_pass || attempt == replace_attempts) return file_error(to, error);
        ::Sleep(replace_pause_ms);
    }
}

Result<void> replace(const Path& path, std::string_view content, Readers readers, Durable durable) {
    if (auto made = os::make_folder(path.parent_path()); !made) return made;
    Path temporary = path;
    temporary += temporary_suffix;
    auto written = write_new(temporary, content, readers, durable);
    if (written) written = move_over(temporary, path, durable);
    if (!written) ::DeleteFileW(temporary.c_str());
    return written;
}

class WindowsFiles final : public Files {
  public:
    Result<std::string> read(const Path& path) override {
        const Handle file(::CreateFileW(path.c_str(), GENERIC_READ, share_all, nullptr, OPEN_EXISTING, 0, nullptr));
        LARGE_INTEGER size{};
        if (!file.open() || ::GetFileSizeEx(file.get(), &size) == 0) return file_error(path);
        std::string content;
        std::size_t filled = 0;
        // One byte more than the size says, so that the end is seen without another allocation.
        content.resize(static_cast<std::size_t>(size.QuadPart) + 1);
        while (true) {
            if (filled == content.size()) content.resize(content.size() * 2);
            const DWORD room = static_cast<DWORD>(std::min<std::size_t>(content.size() - filled, 1U << 30U));
            DWORD got = 0;
            if (::ReadFile(file.get(), content.data() + filled, room, &got, nullptr) == 0) return file_error(path);
            if (got == 0) break;
            filled += got;
        }
        content.resize(filled);
        return content;
    }

    Result<std::string> read_private(const Path& path) override { return read(path); }

    Result<void> write_durably(const Path& path, std::string_view content, Readers readers) override {
        return replace(path, content, readers, Durable::yes);
    }

    Result<void> write_volatile(const Path& path, std::string_view content, Readers readers) override {
        return replace(path, content, readers, Durable::no);
    }

    Result<std::vector<FileInfo>> list(const Path& folder) override {
        WIN32_FIND_DATAW data{};
        const HANDLE search = ::FindFirstFileExW((folder / L"*").c_str(), FindExInfoBasic, &data, FindExSearchNameMatch,
                                                 nullptr, FIND_FIRST_EX_LARGE_FETCH);
        if (search == INVALID_HANDLE_VALUE) return os::system_error(utf8(folder.native()));
        std::vector<FileInfo> infos;
        do {
            std::string name = utf8(data.cFileName);
            if (name == "." || name == ".." || name.ends_with(temporary_suffix)) continue;
            if ((data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
                infos.push_back(info_of(std::move(name), data));
            } else if (auto target = info(folder / data.cFileName)) {
                infos.push_back(std::move(*target));
            }
        } while (::FindNextFileW(search, &data) != 0);
        const DWORD end = ::GetLastError();
        ::FindClose(search);
        if (end != ERROR_NO_MORE_FILES) return os::system_error(utf8(folder.native()), end);
        std::ranges::sort(infos, {}, &FileInfo::name);
        return infos;
    }

    Result<FileInfo> info(const Path& path) override {
        const Handle file(::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, share_all, nullptr, OPEN_EXISTING,
                                        FILE_FLAG_BACKUP_SEMANTICS, nullptr));
        BY_HANDLE_FILE_INFORMATION data{};
        if (!file.open() || ::GetFileInformationByHandle(file.get(), &data) == 0) {
            return os::system_error(utf8(path.native()));
        }
        return info_of(utf8(path.filename().native()), data);
    }

    Result<void> remove(const Path& path) override {
        if (::DeleteFileW(path.c_str()) != 0) return {};
        const DWORD error = ::GetLastError();
        if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {};
        return file_error(path, error);
    }

    Result<void> remove_folder(const Path& path) override {
        std::error_code error;
        std::filesystem::remove_all(path, error);
        if (error) return os::system_error(utf8(path.native()), static_cast<DWORD>(error.value()));
        return {};
    }

    Result<std::uint64_t> free_space(const Path& path) override {
        ULARGE_INTEGER available{};
        Path existing = path.empty() ? Path(L".") : path;
        while (::GetDiskFreeSpaceExW(existing.c_str(), &available, nullptr, nullptr) == 0) {
            const DWORD error = ::GetLastError();
            const Path above = existing.has_parent_path() ? existing.parent_path() : Path(L".");
            const bool missing =
                error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND || error == ERROR_DIRECTORY;
            if (!missing || above == existing) return os::system_error(utf8(existing.native()), error);
            existing = above;
        }
        return available.QuadPart;
    }
};

}  // namespace

std::unique_ptr<Files> make_files() {
    return std::make_unique<WindowsFiles>();
}

}  // namespace guestpatch
