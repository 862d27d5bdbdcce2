#include "agent/cli/output_parts.hpp"

#include <fmt/format.h>

#include "agent/wire/enums.hpp"

namespace guestpatch {

Tint tint_of(const Patch& patch) {
    if (patch.held_back) return Tint::held;
    switch (patch.classification) {
        case Classification::critical: return Tint::critical;
        case Classification::security: return Tint::security;
        case Classification::other: break;
    }
    return Tint::none;
}

std::string render_blind_spots(const std::vector<BlindSpot>& blind_spots, const TextStyle& style) {
    std::string lines;
    for (const BlindSpot& spot : blind_spots) {
        lines += tinted(fmt::format("not seen: {} {}: {}", to_wire(spot.code), spot.source, spot.message), Tint::held, style.color) + "\n";
    }
    return lines;
}

std::string render_notes(const std::vector<Note>& notes) {
    std::string lines;
    for (const Note& note : notes) lines += fmt::format("note: {} {}\n", note.code, note.message);
    return lines;
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace guestpatch
