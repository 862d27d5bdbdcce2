#include "platform/usage.hpp"

#include <windows.h>

#include <psapi.h>

#include "platform/windows/child.hpp"

namespace guestpatch {
namespace {

milliseconds milliseconds_of(const FILETIME& time) {
    constexpr std::uint64_t ticks_per_ms = 10'000;
    const std::uint64_t ticks = (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
    return milliseconds(static_cast<milliseconds::rep>(ticks / ticks_per_ms));
}

}  // namespace

Usage measure_usage() {
    FILETIME created{};
    FILETIME exited{};
    FILETIME kernel{};
    FILETIME user{};
    PROCESS_MEMORY_COUNTERS memory{};
    ::GetProcessTimes(::GetCurrentProcess(), &created, &exited, &kernel, &user);
    ::K32GetProcessMemoryInfo(::GetCurrentProcess(), &memory, sizeof memory);
    return {milliseconds_of(kernel) + milliseconds_of(user), os::ended_jobs_cpu(),
            static_cast<std::int64_t>(memory.PeakWorkingSetSize / 1024)};
}

}  // namespace guestpatch
