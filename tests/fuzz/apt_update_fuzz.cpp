// Hostile complaints of apt-get update.
#include <cstdint>

#include "packagers/apt/update_output.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const apt::UpdateFailures failures = apt::parse_update_failures(text);
    for (std::size_t i = 0; i < failures.sources.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            must(failures.sources[i].source != failures.sources[j].source, "a source is named once");
        }
    }
    const auto percent = apt::parse_update_percent(text);
    must(!percent || (*percent >= 0 && *percent <= 100), "a percentage is one");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
