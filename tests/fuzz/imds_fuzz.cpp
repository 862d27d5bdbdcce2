// Hostile answers at the address of the instance metadata service.
#include <algorithm>
#include <cstdint>

#include "agent/wire/imds.hpp"
#include "tests/fuzz/must.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace guestpatch;
    const auto place = decode_imds_compute(std::string(data, data + size));
    if (!place) {
        must(!place.error().message.empty(), "a refusal says why");
        return 0;
    }
    const auto harmless = [](const std::string& text, std::size_t most) {
        return text.size() <= most && std::ranges::none_of(text, [](char letter) { return letter == '\n' || letter == '\x1b' || letter == '\0'; });
    };
    for (const std::string& word : {place->region, place->zone, place->fault_domain, place->update_domain, place->scale_set,
                                    place->resource_group}) {
        must(harmless(word, 256), "words are short and on one line");
    }
    must(place->tags.size() <= 128, "tags are few");
    for (const auto& [name, value] : place->tags) {
        must(!name.empty() && harmless(name, 128 * 1024) && harmless(value, 128 * 1024), "tags are on one line");
    }
    must(place->os_type.empty() && place->availability_set.empty(), "what is not asked for is not taken");
    return 0;
}
