// What a fuzz target demands of the code under test.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace guestpatch {

/// Ends the program when a promise was broken, so that the fuzzer keeps the input.
inline void must(bool held, const char* promise) {
    if (held) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// What `decode` accepts must survive being written and read again; what it refuses must say why.
template <class Decode>
void must_survive_writing(const std::string& text, Decode&& decode) {
    const auto document = decode(text);
    if (!document) {
        must(!document.error().message.empty(), "a refusal says why");
        return;
    }
    const std::string written = encode(*document);
    const auto again = decode(written);
    must(again.has_value() && encode(*again) == written, "a document survives writing and reading");
}

}  // namespace guestpatch
