// Columns that fit a terminal.
#pragma once

#include <string>
#include <vector>

namespace guestpatch {

enum class Tint { none, critical, security, held, dim, bold };

struct Cell {
    std::string text;
    Tint tint = Tint::none;
};

/// Aligned under `header`; the last column is cut with "…" where the terminal ends. Colours only on request.
[[nodiscard]] std::string render_table(const std::vector<std::string>& header, const std::vector<std::vector<Cell>>& rows,
                                       int columns, bool color);

/// The text in its colour, or as it is.
[[nodiscard]] std::string tinted(const std::string& text, Tint tint, bool color);

}  // namespace guestpatch
