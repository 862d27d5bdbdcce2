// Hostile masks: the first line is the mask, the rest what it is held against.
#include <cstdint>
#include <vector>

#include "platform/base/mask.hpp"
#include "platform/base/text.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

/// The definition, row by row: slow but certain.
bool table_match(std::string_view pattern, std::string_view text) {
    std::vector<bool> row(text.size() + 1);
    row[0] = true;
    for (const char p : pattern) {
        std::vector<bool> next(text.size() + 1);
        next[0] = p == '*' && row[0];
        for (std::size_t i = 1; i <= text.size(); ++i) {
            next[i] = p == '*' ? row[i] || next[i - 1] : row[i - 1] && (p == '?' || p == text[i - 1]);
        }
        row = std::move(next);
    }
    return row.back();
}

void try_mask(std::string_view pattern, std::string_view text) {
    must(wildcard_match(pattern, text) == table_match(pattern, text), "wildcards mean what their definition says");
    if (const auto mask = parse_mask(pattern)) {
        must(parse_mask(mask->text()) == *mask, "a mask survives writing and reading");
        must(mask->matches(text, "1") == (table_match(mask->name, text) && table_match(mask->version, "1")),
             "a mask matches name and version");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    std::string_view text = input;
    const std::string_view pattern = guestpatch::take_until(text, '\n');
    guestpatch::try_mask(pattern, text);
    return 0;
}
