#include "agent/cli/table.hpp"

#include <algorithm>
#include <string_view>

namespace guestpatch {
namespace {

std::string_view escape(Tint tint) {
    switch (tint) {
        case Tint::critical: return "\x1b[1;31m";
        case Tint::security: return "\x1b[31m";
        case Tint::held: return "\x1b[33m";
        case Tint::dim: return "\x1b[2m";
        case Tint::bold: return "\x1b[1m";
        case Tint::none: break;
    }
    return "";
}

std::string cut(const std::string& text, std::size_t width) {
    if (text.size() <= width) return text;
    if (width == 0) return "";
    return text.substr(0, width - 1) + "…";
}

}  // namespace

std::string tinted(const std::string& text, Tint tint, bool color) {
    if (!color || tint == Tint::none) return text;
    return std::string(escape(tint)) + text + "\x1b[0m";
}

std::string render_table(const std::vector<std::string>& header, const std::vector<std::vector<Cell>>& rows, int columns,
                         bool color) {
    constexpr std::size_t gap = 2;
    std::vector<std::size_t> widths;
    widths.reserve(header.size());
    for (const std::string& title : header) widths.push_back(title.size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].text.size());
    }
    std::string table;
    const auto append = [&](const std::vector<Cell>& row) {
        std::size_t used = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            const std::size_t room = static_cast<std::size_t>(std::max(columns, 20));
            const std::string text = last ? cut(row[i].text, room > used ? room - used : 0) : row[i].text;
            table += tinted(text, row[i].tint, color);
            if (!last) table.append(widths[i] - text.size() + gap, ' ');
            used += widths[i] + gap;
        }
        while (table.ends_with(' ')) table.pop_back();
        table += '\n';
    };
    std::vector<Cell> titles;
    titles.reserve(header.size());
    for (const std::string& title : header) titles.push_back({title, Tint::bold});
    append(titles);
    for (const auto& row : rows) append(row);
    return table;
}

}  // namespace guestpatch
