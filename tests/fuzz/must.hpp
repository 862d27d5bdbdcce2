// What a fuzz target demands of the code under test.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace guestpatch {

/// Ends the program when a promise was broken, so that the fuzzer keeps the input.
inline void must(bool held, const char* promise) {
    if (held) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

}  // namespace guestpatch
