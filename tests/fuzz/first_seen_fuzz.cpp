// Hostile ledgers.
#include <cstdint>

#include "agent/wire/first_seen.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto document = decode_first_seen(text);
    if (!document) {
        must(!document.error().message.empty(), "a refusal says why");
        return;
    }
    const std::string written = encode(*document);
    const auto again = decode_first_seen(written);
    must(again.has_value() && encode(*again) == written, "a document survives writing and reading");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
