// A folder of the test's own, gone when the test is over.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "platform/random.hpp"

namespace guestpatch {

class TemporaryFolder {
  public:
    TemporaryFolder() { std::filesystem::create_directories(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// `name` in UTF-8, slashes between folders.
    [[nodiscard]] std::filesystem::path at(std::string_view name) const {
        return path_ / std::u8string(name.begin(), name.end());
    }

  private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("guestpatch-test-" + make_guid());
};

/// A path as our programs take it on the command line.
inline std::string utf8(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

}  // namespace guestpatch
