#include "platform/memory.hpp"

#include <windows.h>

namespace guestpatch {

void keep_one_heap() {}  // Windows has one

void release_memory() { ::SetProcessWorkingSetSize(::GetCurrentProcess(), static_cast<SIZE_T>(-1), static_cast<SIZE_T>(-1)); }

void keep_secrets() {}

}  // namespace guestpatch
