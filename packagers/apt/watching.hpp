// Tells Progress what apt-get prints while it works.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "packagers/package_manager.hpp"

namespace guestpatch::apt {

/// Follows one call of apt-get or dpkg. Output may arrive in pieces of any size; of each piece the last news is
/// told, and what apt repeats once.
class Watcher {
  public:
    /// `downloading` names the step apt's percentages stand for: "refreshing package lists".
    Watcher(Progress& progress, std::string_view downloading) : progress_(progress), downloading_(downloading) {}

    void operator()(std::string_view piece);

  private:
    void read(std::string_view line);
    bool read_download(std::string_view line);
    bool read_dpkg(std::string_view line);

    struct News {
        std::string step;
        std::optional<int> percent;
        std::string patch;
        friend bool operator==(const News&, const News&) = default;
    };

    Progress& progress_;
    std::string_view downloading_;
    std::string tail_;
    News heard_;
    News told_;
    std::string fetched_;    ///< the package whose archive apt fetches
    std::size_t steps_ = 0;  ///< of dpkg: unpacking and configuring, for each package
    std::size_t begun_ = 0;
};

}  // namespace guestpatch::apt
