#include "platform/base/tzif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "platform/base/zone_footer.hpp"

namespace guestpatch {
namespace {

using std::chrono::days;

constexpr std::size_t header_size = 44;
constexpr std::size_t type_size = 6;
// A local time may lie this far from its instant, with a day to spare: what is asked for at the edge is known too.
constexpr days margin{3};
// Rules that follow no recorded transition begin here; beyond the other, the years of our documents end.
constexpr std::chrono::year first_year(1970);
constexpr Instant latest = std::chrono::sys_days(std::chrono::year(9999) / 1 / 1);

Error damaged(std::string_view what) { return {Errc::invalid, fmt::format("not a sound zone file: {}", what)}; }

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    if (width == 4) return std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return std::bit_cast<std::int64_t>(value);
}

/// One of the up to two data blocks of a file: a first with 32-bit instants, for old readers, and a second.
struct Block {
    std::string_view bytes;  ///< header and data
    std::size_t width = 4;   ///< of an instant
    std::size_t transitions = 0;
    std::size_t types = 0;
    std::size_t leaps = 0;
};

Result<Block> cut_block(std::string_view bytes, std::size_t width) {
    if (bytes.size() < header_size || !bytes.starts_with("TZif")) return damaged("no header");
    const auto count = [bytes](std::size_t field) {
        return static_cast<std::size_t>(static_cast<std::uint32_t>(big_endian(bytes, 20 + field * 4, 4)));
    };
    const std::size_t utc_flags = count(0);
    const std::size_t standard_flags = count(1);
    Block block{.width = width, .transitions = count(3), .types = count(4), .leaps = count(2)};
    const std::size_t size = header_size + block.transitions * (width + 1) + block.types * type_size + count(5) +
                             block.leaps * (width + 4) + standard_flags + utc_flags;
    if (size > bytes.size()) return damaged("cut short");
    block.bytes = bytes.substr(0, size);
    return block;
}

Result<std::vector<ZonePeriod>> read_periods(const Block& block) {
    if (block.types == 0) return damaged("no types of local time");
    const std::size_t indices = header_size + block.transitions * block.width;
    const std::size_t types = indices + block.transitions;
    const auto offset_of = [&](std::size_t type) { return seconds(big_endian(block.bytes, types + type * type_size, 4)); };
    std::vector<ZonePeriod> periods{{Instant::min(), offset_of(0)}};
    for (std::size_t i = 0; i < block.transitions; ++i) {
        const Instant from(seconds(big_endian(block.bytes, header_size + i * block.width, block.width)));
        const auto type = static_cast<std::uint8_t>(block.bytes[indices + i]);
        if (type >= block.types) return damaged("a transition to nowhere");
        if (from <= periods.back().from && i > 0) return damaged("transitions out of order");
        periods.push_back({from, offset_of(type)});
    }
    const auto absurd = [](const ZonePeriod& period) { return std::chrono::abs(period.offset) > std::chrono::hours(26); };
    if (std::ranges::any_of(periods, absurd)) return damaged("an offset of more than a day");
    return periods;
}

/// What the footer says, from the last recorded transition on.
Result<void> append_footer(std::string_view rest, Instant to, std::vector<ZonePeriod>& periods) {
    if (!rest.starts_with('\n') || rest.find('\n', 1) == std::string_view::npos) return damaged("no footer");
    const std::string_view text = rest.substr(1, rest.find('\n', 1) - 1);
    if (text.empty()) return {};  // nobody knows how it goes on: as it is
    const auto last_year = std::chrono::year_month_day(std::chrono::floor<days>(to)).year();
    // A rule's day may lie in the next year.
    const auto rule = expand_footer(text, first_year, last_year + std::chrono::years(1));
    if (!rule) return rule.error();
    const Instant last_recorded = periods.back().from;
    for (const ZonePeriod& period : *rule) {
        if (period.from > last_recorded) periods.push_back(period);
    }
    return {};
}

}  // namespace

Result<ZoneRules> decode_tzif(std::string_view bytes, Instant to) {
    to = std::clamp(to, Instant(), latest) + margin;
    auto block = cut_block(bytes, 4);
    std::string_view footer;
    if (block && bytes[4] >= '2') {
        block = cut_block(bytes.substr(block->bytes.size()), 8);
        if (block) footer = std::string_view(block->bytes.data() + block->bytes.size(), bytes.data() + bytes.size());
    }
    if (!block) return block.error();
    if (block->leaps > 0) return Error{Errc::invalid, "a zone file that counts leap seconds, which clocks here do not"};
    auto periods = read_periods(*block);
    if (!periods) return periods.error();
    if (block->width == 8) {
        if (const auto appended = append_footer(footer, to, *periods); !appended) return appended.error();
    }
    std::erase_if(*periods, [to](const ZonePeriod& period) { return period.from > to; });
    return ZoneRules{"", tidy(*periods)};
}

}  // namespace guestpatch
