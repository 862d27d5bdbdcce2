// Parts that several texts for people share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/cli/output.hpp"
#include "agent/cli/table.hpp"

namespace guestpatch {

[[nodiscard]] Tint tint_of(const Patch& patch);
[[nodiscard]] std::string render_blind_spots(const std::vector<BlindSpot>& blind_spots, const TextStyle& style);
[[nodiscard]] std::string render_notes(const std::vector<Note>& notes);
/// "1 patch", "2 patches".
[[nodiscard]] std::string counted(std::size_t number, std::string_view one, std::string_view many);

}  // namespace guestpatch
