#include "agent/domain/experience.hpp"

#include <algorithm>

namespace guestpatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint64_t megabyte = 1'000'000;

/// Nothing takes no time, and nothing that ended took for ever.
struct Bounds {
    milliseconds least;
    milliseconds most;

    [[nodiscard]] milliseconds operator()(milliseconds time) const { return std::clamp(time, least, most); }
};
constexpr Bounds of_package{seconds(1), hours(2)};
constexpr Bounds of_batch{seconds(5), minutes(10)};
constexpr Bounds of_megabyte{milliseconds(1), seconds(100)};

constexpr milliseconds standard_batch = seconds(60);
constexpr milliseconds standard_package = seconds(10);
constexpr milliseconds standard_megabyte = seconds(1);

/// Two samples say little about the spread: half as much again has room for a busy disk, and the caller's second for what
/// is too short to be measured.
milliseconds expect(const Past& past, milliseconds more, const Bounds& bounds) {
    const milliseconds longest = bounds(std::max(past.last, past.before));
    return bounds(longest * 3 / 2 + more);
}

void remember(Past& past, milliseconds took, const Bounds& bounds, Instant now) {
    past = {bounds(took), past.last, now};
}

void forget(Experience& experience, Instant now) {
    // A clock that was set back must not keep anything for ever.
    std::erase_if(experience.packages, [&](const auto& entry) {
        return now - entry.second.learned > experience_life || entry.second.learned - now > experience_life;
    });
    while (experience.packages.size() > most_experience) {
        const auto learned = [](const auto& entry) { return entry.second.learned; };
        experience.packages.erase(std::ranges::min_element(experience.packages, {}, learned));
    }
}

}  // namespace

Estimate estimate_batch(const std::vector<Patch>& patches, const Experience& experience) {
    milliseconds time = experience.batch ? expect(*experience.batch, seconds(1), of_batch) : standard_batch;
    std::size_t known = experience.batch ? 1U : 0U;
    std::size_t parts = 1;
    std::uint64_t bytes = 0;
    for (const Patch& patch : patches) {
        const auto past = experience.packages.find(patch.id.name);
        const bool is_known = past != experience.packages.end();
        time += is_known ? expect(past->second, seconds(1), of_package) : standard_package;
        known += is_known ? 1U : 0U;
        ++parts;
        bytes += patch.download_bytes;
    }
    if (bytes > 0) {
        const auto& past = experience.download;
        const milliseconds each = past ? expect(*past, milliseconds(0), of_megabyte) : standard_megabyte;
        // In two parts: the product of all bytes and milliseconds would not fit.
        const auto of_rest = (bytes % megabyte * static_cast<std::uint64_t>(each.count()) + megabyte - 1) / megabyte;
        time += each * static_cast<milliseconds::rep>(bytes / megabyte) + milliseconds(static_cast<milliseconds::rep>(of_rest));
        known += experience.download ? 1U : 0U;
        ++parts;
    }
    const auto source = known == 0 ? EstimateSource::standard : known == parts ? EstimateSource::history : EstimateSource::mixed;
    return {std::chrono::ceil<seconds>(time), source};
}

void learn(Experience& experience, const BatchTimes& times, Instant now) {
    for (const auto& [name, took] : times.packages) remember(experience.packages[name], took, of_package, now);
    if (!experience.batch) experience.batch.emplace();
    remember(*experience.batch, times.rest, of_batch, now);
    forget(experience, now);
}

void learn_download(Experience& experience, std::uint64_t bytes, milliseconds took, Instant now) {
    if (bytes < megabyte) return;
    if (!experience.download) experience.download.emplace();
    remember(*experience.download, took / static_cast<milliseconds::rep>(bytes / megabyte), of_megabyte, now);
}

}  // namespace guestpatch
