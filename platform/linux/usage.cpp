#include "platform/usage.hpp"

#include <sys/resource.h>
#include <time.h>

namespace guestpatch {
namespace {

milliseconds cpu_of(const rusage& usage) {
    const auto ms = [](const timeval& time) {
        return milliseconds(std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000);
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace

Usage measure_usage() {
    // getrusage() counts whole timer ticks; a command this short needs the exact clock.
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    const auto own_cpu = seconds(cpu.tv_sec) + std::chrono::round<std::chrono::microseconds>(std::chrono::nanoseconds(cpu.tv_nsec));
    rusage own{};
    rusage children{};
    ::getrusage(RUSAGE_SELF, &own);
    ::getrusage(RUSAGE_CHILDREN, &children);
    return {own_cpu, cpu_of(children), own.ru_maxrss};
}

}  // namespace guestpatch
