// Hostile answers to the question for admission.
#include <cstdint>

#include "agent/wire/admission.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace guestpatch;
    const auto answer = decode_admission(std::string(data, data + size));
    if (!answer) {
        must(!answer.error().message.empty(), "a refusal says why");
        return 0;
    }
    must(answer->lease >= seconds(0) && answer->lease <= std::chrono::days(7), "a lease is bounded");
    must(answer->retry_after >= seconds(0) && answer->retry_after <= longest_turn_away, "so is the time until the next try");
    return 0;
}
