// Hostile plans of apt.
#include <cstdint>

#include "packagers/apt/plan_output.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto plan = apt::parse_plan(text);
    if (!plan) return;
    // Views stay inside the text they were cut from.
    for (const apt::PlannedDownload& download : plan->downloads) {
        must(download.file.data() >= text.data() && download.file.data() + download.file.size() <= text.data() + text.size(),
             "a download points into the text");
        must(download.name().size() + download.architecture().size() <= download.file.size(), "a file name holds its parts");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
