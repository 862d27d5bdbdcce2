#include "platform/linux/living.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>
#include <charconv>
#include <string>

#include "platform/base/text.hpp"

namespace guestpatch::os {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool readable(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return uninterrupted([&] { return ::poll(&waiting, 1, 0); }) > 0;
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view line) {
    constexpr int group_field = 5;
    constexpr int start_field = 22;
    ProcessStat stat;
    const std::size_t name_end = line.rfind(')');  // the name may have blanks and brackets of its own
    if (name_end == std::string_view::npos || !parse_number(take_until(line, ' '), stat.pid)) return std::nullopt;
    std::string_view rest = line.substr(line.rfind(')') + 1);
    take_until(rest, ' ');
    const std::string_view state = take_until(rest, ' ');
    stat.zombie = state == "Z" || state == "X";
    for (int field = 4; field <= start_field; ++field) {
        const std::string_view value = take_until(rest, ' ');
        if (field == group_field && !parse_number(value, stat.group)) return std::nullopt;
        if (field == start_field && !parse_number(value, stat.start)) return std::nullopt;
    }
    return stat;
}

std::optional<ProcessStat> current_stat(pid_t pid) {
    const Descriptor fd(::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.open()) return std::nullopt;
    std::array<char, 1024> buffer{};
    const ssize_t got = uninterrupted([&] { return ::read(fd.get(), buffer.data(), buffer.size()); });
    if (got <= 0) return std::nullopt;
    return parse_stat({buffer.data(), static_cast<std::size_t>(got)});
}

Living::Living(const ProcessStat& seen) : seen_(seen), end_(static_cast<int>(::syscall(SYS_pidfd_open, seen.pid, 0))) {
    // Only now: the descriptor holds on to whoever has the number, and that must be the one once seen.
    const auto now = current_stat(seen_.pid);
    here_ = now && now->start == seen_.start;
    if (!here_) end_.reset();
}

bool Living::here() {
    if (!here_) return false;
    if (end_.open()) {
        here_ = !readable(end_.get());
    } else {
        const auto now = current_stat(seen_.pid);
        here_ = now && now->start == seen_.start && !now->zombie;
    }
    if (!here_) end_.reset();
    return here_;
}

void Living::signal_group(int number) {
    if (!here()) return;
    const auto now = current_stat(seen_.pid);
    if (now && now->start == seen_.start) ::kill(-now->group, number);
}

}  // namespace guestpatch::os
