#include "packagers/apt/update_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

/// "URI suite" out of the address of one of a repository's files.
std::string repository_of(std::string_view url) {
    constexpr std::string_view dists = "/dists/";
    const std::size_t at = url.find(dists);
    if (at == std::string_view::npos) {
        std::string_view folder = url.substr(0, url.rfind('/'));  // flat: the file stands in the repository's folder
        if (folder.ends_with("/.")) folder.remove_suffix(2);
        return fmt::format("{} ./", folder);
    }
    std::string_view suite = url.substr(at + dists.size());
    // The suite may hold slashes ("stable/updates"): it ends where a file or component/binary- begins.
    std::size_t end = suite.rfind('/');
    for (const std::string_view inside : {"/binary-", "/i18n/", "/source/"}) {
        const std::size_t found = suite.find(inside);
        if (found != std::string_view::npos) end = suite.rfind('/', found - 1);
    }
    return fmt::format("{} {}", url.substr(0, at), suite.substr(0, end));
}

/// "'URI suite InRelease'", quoted or in plain words: without the file's name.
std::string repository_in(std::string_view words) {
    words = trim(words);
    for (const std::string_view file : {" InRelease", " Release", " Release.gpg"}) {
        if (words.ends_with(file)) words.remove_suffix(file.size());
    }
    const std::size_t blank = words.find(' ');
    std::string_view uri = words.substr(0, blank);
    if (uri.ends_with('/')) uri.remove_suffix(1);
    return blank == std::string_view::npos ? std::string(uri) : fmt::format("{}{}", uri, words.substr(blank));
}

std::string_view between(std::string_view line, std::string_view start, std::string_view end) {
    const std::size_t from = line.find(start);
    if (from == std::string_view::npos) return {};
    const std::size_t to = line.find(end, from + start.size());
    return to == std::string_view::npos ? std::string_view() : line.substr(from + start.size(), to - from - start.size());
}

/// A complaint about one repository; nothing when the line names none.
std::optional<BlindSpot> complaint(std::string_view line) {
    using enum BlindSpotCode;
    const std::string message(line);
    constexpr std::string_view fetch = "Failed to fetch ";
    if (const std::size_t at = line.find(fetch); at != std::string_view::npos) {
        std::string_view rest = line.substr(at + fetch.size());
        const std::string repository = repository_of(take_until(rest, ' '));
        const bool signature = rest.find("signatures") != std::string_view::npos;
        return BlindSpot{repository, signature ? source_untrusted : source_unreachable, message};
    }
    if (line.find("GPG error: ") != std::string_view::npos) {
        return BlindSpot{repository_in(between(line, "GPG error: ", ": ")), source_untrusted, message};
    }
    for (const std::string_view start : {"The repository '", "Repository '"}) {
        const std::string_view name = between(line, start, "'");
        if (name.empty()) continue;
        const bool missing = line.find("does not have a Release file") != std::string_view::npos ||
                             line.find("no longer has a Release file") != std::string_view::npos;
        return BlindSpot{repository_in(name), missing ? source_unreachable : source_untrusted, message};
    }
    constexpr std::string_view stale = "Release file for ";
    if (const std::size_t at = line.find(stale); at != std::string_view::npos) {
        std::string_view rest = line.substr(at + stale.size());
        return BlindSpot{repository_of(take_until(rest, ' ')), source_untrusted, message};
    }
    return std::nullopt;
}

void add(std::vector<BlindSpot>& sources, BlindSpot spot) {
    const auto same = std::ranges::find(sources, spot.source, &BlindSpot::source);
    if (same == sources.end()) {
        sources.push_back(std::move(spot));
    } else if (same->code == BlindSpotCode::source_unreachable && spot.code == BlindSpotCode::source_untrusted) {
        *same = std::move(spot);
    }
}

}  // namespace

UpdateFailures parse_update_failures(std::string_view err) {
    UpdateFailures failures;
    while (!err.empty()) {
        std::string_view line = take_line(err);
        const bool error = line.starts_with("E: ");
        if (!error && !line.starts_with("W: ")) continue;
        line.remove_prefix(3);
        if (line.find("lists/lock") != std::string_view::npos && line.find("ould not get lock") != std::string_view::npos) {
            failures.lists_locked = true;
            failures.lock_holder = line;
        } else if (auto spot = complaint(line)) {
            add(failures.sources, std::move(*spot));
        } else if (error && failures.first_error.empty() && !line.starts_with("Some index files failed to download")) {
            failures.first_error = line;
        }
    }
    return failures;
}

std::optional<int> parse_update_percent(std::string_view line) {
    constexpr std::string_view download = "dlstatus:";
    if (!line.starts_with(download)) return std::nullopt;
    line.remove_prefix(download.size());
    take_until(line, ':');
    const std::string_view percent = take_until(line, ':');
    int whole = 0;
    const auto [end, error] = std::from_chars(percent.data(), percent.data() + percent.size(), whole);
    if (error != std::errc() || whole < 0 || whole > 100) return std::nullopt;
    return whole;
}

}  // namespace guestpatch::apt
