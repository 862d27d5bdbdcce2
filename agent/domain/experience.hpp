// How long things took on this machine, and how long they will take. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "packagers/patch.hpp"
#include "platform/base/time.hpp"

namespace guestpatch {

/// The last two times something was done here.
struct Past {
    milliseconds last{};
    milliseconds before{};  ///< zero: it was done once
    Instant learned;        ///< when it was done last

    friend bool operator==(const Past&, const Past&) = default;
};

/// What this machine's own runs have taught.
struct Experience {
    std::map<std::string, Past, std::less<>> packages;  ///< by PatchId::name: unpacked and configured
    std::optional<Past> batch;     ///< a batch, without its packages
    std::optional<Past> download;  ///< a megabyte (10^6 bytes)

    friend bool operator==(const Experience&, const Experience&) = default;
};

/// So many names are kept, the ones learned last; and each for so long: a machine changes, and a value from one bad
/// night must not keep a patch out of a short window for ever.
constexpr std::size_t most_experience = 2000;
constexpr seconds experience_life = std::chrono::days(180);

/// Where an estimate comes from.
enum class EstimateSource {
    standard,  ///< nobody knows better
    history,   ///< this machine's own past
    mixed,
};

struct Estimate {
    seconds time{};
    EstimateSource source = EstimateSource::standard;

    friend bool operator==(const Estimate&, const Estimate&) = default;
};

/// How long a batch will take. What this machine has never done: 60 s, 10 s a package, and its bytes at 1 MB/s,
/// generous on purpose, since a window is never overrun. What it has done: the longer of the last two times and a
/// half more, plus a second, so that one quick night does not make the next one late.
[[nodiscard]] Estimate estimate_batch(const std::vector<Patch>& patches, const Experience& experience);

/// What one batch took, package by package; `rest` belongs to none of them.
struct BatchTimes {
    std::map<std::string, milliseconds> packages;
    milliseconds rest{};

    friend bool operator==(const BatchTimes&, const BatchTimes&) = default;
};

void learn(Experience& experience, const BatchTimes& times, Instant now);
/// Too few bytes teach nothing: then it is the handshakes that took so long.
void learn_download(Experience& experience, std::uint64_t bytes, milliseconds took, Instant now);

}  // namespace guestpatch
