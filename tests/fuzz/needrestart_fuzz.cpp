// Hostile output of needrestart.
#include <cstdint>

#include "packagers/apt/needrestart_output.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const apt::RestartNeed need = apt::parse_needrestart(text);
    for (std::size_t i = 0; i < need.services.size(); ++i) {
        must(!need.services[i].empty(), "a service has a name");
        for (std::size_t j = 0; j < i; ++j) must(need.services[i] != need.services[j], "a service is named once");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
