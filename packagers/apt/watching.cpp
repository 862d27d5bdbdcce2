#include "packagers/apt/watching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "packagers/apt/install_output.hpp"
#include "packagers/apt/plan_output.hpp"
#include "packagers/apt/update_output.hpp"
#include "platform/base/text.hpp"

namespace guestpatch::apt {

void Watcher::operator()(std::string_view piece) {
    tail_ += piece;
    std::string_view rest = tail_;
    while (rest.find('\n') != std::string_view::npos) read(take_line(rest));
    tail_ = std::string(rest);
    if (heard_ == told_) return;
    told_ = heard_;
    progress_.report({.step = told_.step, .percent = told_.percent, .patch = told_.patch});
}

void Watcher::read(std::string_view line) {
    if (read_download(line) || read_dpkg(line)) return;
    if (const auto holder = lock_holder(line)) {
        heard_ = {fmt::format("waiting for the package manager's lock: {}", *holder), std::nullopt, ""};
    } else if (const auto packages = packages_to_change(line)) {
        steps_ = 2 * *packages;
    }
}

bool Watcher::read_download(std::string_view line) {
    if (const auto percent = parse_update_percent(line)) {
        heard_ = {std::string(downloading_), percent, fetched_};
        return true;
    }
    constexpr std::string_view start = "Get:";
    if (!line.starts_with(start)) return false;
    // "Get:3 http://host/ubuntu jammy-updates/main amd64 name all 2.0 [20.7 kB]"; of a list no version is said.
    for (int word = 0; word < 4; ++word) take_until(line, ' ');
    const std::string_view name = take_until(line, ' ');
    if (!line.starts_with('[')) fetched_ = name;
    return true;
}

bool Watcher::read_dpkg(std::string_view line) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> verbs{{
        {"Unpacking ", "unpacking"},
        {"Setting up ", "configuring"},
        {"Removing ", "removing"},
        {"Processing triggers for ", "processing triggers"},
    }};
    for (const auto& [start, step] : verbs) {
        if (!line.starts_with(start)) continue;
        line.remove_prefix(start.size());
        const bool counted = step == "unpacking" || step == "configuring";
        // What has only begun is not done yet; removals and triggers are no steps of their own.
        const std::size_t done = counted ? begun_++ : begun_;
        std::optional<int> percent;
        if (steps_ > 0) percent = static_cast<int>(std::min<std::size_t>(100, done * 100 / steps_));
        heard_ = {std::string(step), percent, std::string(take_until(line, ' '))};
        return true;
    }
    return false;
}

}  // namespace guestpatch::apt
