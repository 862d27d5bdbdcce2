#include "platform/usage.hpp"

#include <sys/resource.h>

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
    rusage own{};
    rusage children{};
    ::getrusage(RUSAGE_SELF, &own);
    ::getrusage(RUSAGE_CHILDREN, &children);
    return {cpu_of(own), cpu_of(children), own.ru_maxrss};
}

}  // namespace guestpatch
