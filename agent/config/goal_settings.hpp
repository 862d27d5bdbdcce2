// What a goal state may say of the configuration: a copy of that, and of nothing else. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "agent/config/object_reader.hpp"

namespace guestpatch {

/// The root of a drop-in with patchSettings and maintenanceConfigurations alone, each value where it stood in the goal
/// state: `properties` are taken out of their envelope, words spelled as the schema has them, null is absent.
[[nodiscard]] Json goal_settings(const Json& goal, Faults& into);

/// Warns of members that are not `known` and speak of what a goal state may never carry: commands, sources, credentials,
/// or what else the configuration has. Others are ignored in silence: they may be news of a newer host's.
void warn_of_trespass(const ObjectReader& in, Words known);

/// What is kept under its name, or written into a log: short, and no control characters.
Result<std::string> parse_label(std::string_view text);

/// A message that repeats what somebody else wrote, fit for one line of a log: short, and no control characters.
[[nodiscard]] std::string one_line(std::string_view message);

/// Sequence numbers go up to here: every JSON library can still write them.
constexpr std::uint64_t most_sequence = std::uint64_t{1} << 62;

}  // namespace guestpatch
