// Hostile version tables.
#include <cstdint>

#include "packagers/apt/policy_output.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto policies = apt::parse_policy(text);
    if (!policies) return;
    for (const apt::PackagePolicy& policy : *policies) {
        for (const apt::PolicyVersion& version : policy.versions) must(!version.version.empty(), "a version has a name");
    }
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
