// A hostile os-release and support table.
#include <cstdint>

#include "agent/domain/support.hpp"
#include "platform/base/os_release.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto fields = parse_os_release(text);
    must(!short_os_name(fields).empty(), "an operating system has a name");
    (void)support_end({fields, text, true, ""});
    const std::map<std::string, std::string> debian{{"ID", "debian"}, {"VERSION_CODENAME", "bookworm"}};
    (void)support_end({debian, text, false, text});
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
