#include "tests/fakes/files.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

std::string utf8(const Path& path) {
    const std::u8string text = path.generic_u8string();
    return {text.begin(), text.end()};
}

/// One name per file: no "." and "..", no slash at the end.
Path plain(const Path& path) {
    Path normal = path.lexically_normal();
    return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

bool within(const Path& folder, const Path& path) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

Error error_at(Errc code, const Path& path, std::string_view what) {
    return Error{code, std::string(what)}.within(utf8(path));
}

}  // namespace

std::optional<Error> FakeFiles::trouble(const Path& path, bool entering) const {
    if (dark_) return error_at(Errc::failed, path, "the power is cut");
    if (forbidden(entering ? path : path.parent_path())) return error_at(Errc::permission, path, "Permission denied");
    return std::nullopt;
}

bool FakeFiles::forbidden(const Path& path) const {
    return std::ranges::any_of(forbidden_, [&](const Path& closed) { return within(closed, path); });
}

Result<std::string> FakeFiles::read(const Path& path) {
    const std::scoped_lock held(mutex_);
    const Path name = plain(path);
    if (auto error = trouble(name, true)) return *error;
    const auto node = nodes_.find(name);
    if (node == nodes_.end()) return error_at(Errc::not_found, path, "No such file or directory");
    if (node->second.kind == FileKind::directory) return error_at(Errc::failed, path, "Is a directory");
    return node->second.content;
}

Result<std::string> FakeFiles::read_private(const Path& path) {
    auto content = read(path);
    if (!content) return content;
    if (readers(path) == Readers::everyone) return Error{Errc::permission, path.string() + " is not root's alone"};
    if (content->size() > largest_secret) return Error{Errc::invalid, path.string() + " is too large"};
    return content;
}

Result<void> FakeFiles::write_durably(const Path& path, std::string_view content, Readers readers) {
    return write(path, content, readers, true);
}

Result<void> FakeFiles::write_volatile(const Path& path, std::string_view content, Readers readers) {
    return write(path, content, readers, false);
}

Result<void> FakeFiles::write(const Path& path, std::string_view content, Readers readers, bool durably) {
    const Instant now = clocks_.wall();
    const std::scoped_lock held(mutex_);
    const Path name = plain(path);
    if (auto error = trouble(name, true)) return *error;
    if (full_) return error_at(Errc::no_space, path, "No space left on device");
    if (auto made = make_parents(name); !made) return made;
    Node& node = nodes_[name];
    if (node.kind == FileKind::directory) return error_at(Errc::failed, path, "Is a directory");
    node = {FileKind::regular, std::string(content), now, readers, !durably};
    if (durably) count_write();
    return {};
}

Result<void> FakeFiles::make_parents(const Path& path) {
    for (Path folder = path.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        const auto [node, made] = nodes_.try_emplace(folder, Node{.kind = FileKind::directory});
        if (node->second.kind != FileKind::directory) return error_at(Errc::not_found, folder, "Not a directory");
        if (!made) break;
    }
    return {};
}

Result<std::vector<FileInfo>> FakeFiles::list(const Path& folder) {
    const std::scoped_lock held(mutex_);
    const Path name = plain(folder);
    if (auto error = trouble(name, true)) return *error;
    const auto found = nodes_.find(name);
    if (name.has_relative_path() && (found == nodes_.end() || found->second.kind != FileKind::directory)) {
        return error_at(Errc::not_found, folder, "No such file or directory");
    }
    std::vector<FileInfo> infos;
    for (const auto& [path, node] : nodes_) {
        if (path == name || path.parent_path() != name) continue;
        infos.push_back({utf8(path.filename()), node.kind, node.content.size(), node.modified});
    }
    std::ranges::sort(infos, {}, &FileInfo::name);
    return infos;
}

Result<FileInfo> FakeFiles::info(const Path& path) {
    const std::scoped_lock held(mutex_);
    const Path name = plain(path);
    if (auto error = trouble(name, false)) return *error;
    const auto node = nodes_.find(name);
    if (node == nodes_.end()) return error_at(Errc::not_found, path, "No such file or directory");
    return FileInfo{utf8(name.filename()), node->second.kind, node->second.content.size(), node->second.modified};
}

Result<void> FakeFiles::remove(const Path& path) {
    const std::scoped_lock held(mutex_);
    const Path name = plain(path);
    if (auto error = trouble(name, true)) return *error;
    const auto node = nodes_.find(name);
    if (node == nodes_.end()) return {};
    if (node->second.kind == FileKind::directory) return error_at(Errc::failed, path, "Is a directory");
    nodes_.erase(node);
    count_write();
    return {};
}

Result<void> FakeFiles::remove_folder(const Path& path) {
    const std::scoped_lock held(mutex_);
    const Path name = plain(path);
    if (auto error = trouble(name, true)) return *error;
    if (std::erase_if(nodes_, [&](const auto& node) { return within(name, node.first); }) > 0) count_write();
    return {};
}

Result<std::uint64_t> FakeFiles::free_space(const Path& path) {
    const std::scoped_lock held(mutex_);
    if (auto error = trouble(plain(path), false)) return *error;
    return full_ ? 0 : free_space_;
}

void FakeFiles::count_write() {
    ++writes_;
    dark_ = --writes_left_ <= 0;
    if (dark_) lose_what_may_be_lost();
}

void FakeFiles::lose_what_may_be_lost() {
    std::erase_if(nodes_, [](const auto& node) { return node.second.may_be_lost; });
}

void FakeFiles::put(const Path& path, std::string_view content) {
    put(path, FileKind::regular);
    const std::scoped_lock held(mutex_);
    nodes_[plain(path)].content = content;
}

void FakeFiles::put(const Path& path, FileKind kind) {
    const Instant now = clocks_.wall();
    const std::scoped_lock held(mutex_);
    [[maybe_unused]] const auto made = make_parents(plain(path));
    nodes_[plain(path)] = {.kind = kind, .modified = now};
}

void FakeFiles::set_modified(const Path& path, Instant modified) {
    const std::scoped_lock held(mutex_);
    nodes_.at(plain(path)).modified = modified;
}

void FakeFiles::erase(const Path& path) {
    const std::scoped_lock held(mutex_);
    std::erase_if(nodes_, [&](const auto& node) { return within(plain(path), node.first); });
}

void FakeFiles::forbid(const Path& path) {
    const std::scoped_lock held(mutex_);
    forbidden_.insert(plain(path));
}

void FakeFiles::set_full(bool full) {
    const std::scoped_lock held(mutex_);
    full_ = full;
}

void FakeFiles::cut_power_after(int writes) {
    const std::scoped_lock held(mutex_);
    writes_left_ = writes;
    dark_ = writes <= 0;
    if (dark_) lose_what_may_be_lost();
}

void FakeFiles::set_free_space(std::uint64_t bytes) {
    const std::scoped_lock held(mutex_);
    free_space_ = bytes;
}

bool FakeFiles::dark() const {
    const std::scoped_lock held(mutex_);
    return dark_;
}

int FakeFiles::durable_writes() const {
    const std::scoped_lock held(mutex_);
    return writes_;
}

std::optional<Readers> FakeFiles::readers(const Path& path) const {
    const std::scoped_lock held(mutex_);
    const auto node = nodes_.find(plain(path));
    return node == nodes_.end() ? std::nullopt : node->second.readers;
}

}  // namespace guestpatch
