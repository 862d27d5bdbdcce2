// Hostile versions, two separated by the first line end: an order is an order whatever they are.
#include <cstdint>
#include <string>

#include "packagers/apt/version.hpp"
#include "platform/base/text.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_versions(std::string_view one, std::string_view other) {
    const auto order = apt::compare_versions(one, other);
    must(apt::compare_versions(one, one) == 0, "a version equals itself");
    must((order < 0) == (apt::compare_versions(other, one) > 0), "what is less the other way round is greater");
    must((order == 0) == (apt::compare_versions(other, one) == 0), "what is equal is so both ways");
    const std::string before = std::string(one) + "~";
    const std::string after = std::string(one) + "+";
    must(apt::compare_versions(before, one) < 0, "a tilde at the end comes before the end");
    must(apt::compare_versions(after, one) > 0, "anything else comes after it");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(data, data + size);
    std::string_view other = input;
    const std::string_view one = guestpatch::take_until(other, '\n');
    guestpatch::try_versions(one, other);
    return 0;
}
