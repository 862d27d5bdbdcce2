#include "platform/linux/trace.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "platform/base/text.hpp"
#include "platform/clock.hpp"

namespace guestpatch::os {

std::optional<Trace> read_trace(const Path& folder) {
    const auto text = make_files()->read(folder / "where");
    if (!text) return std::nullopt;
    std::string_view rest = *text;
    if (take_line(rest) != make_clocks()->boot_id()) return std::nullopt;
    const std::string_view unit = take_line(rest);
    const auto wrapper = parse_stat(take_line(rest));
    const auto program = parse_stat(take_line(rest));
    if (!wrapper || !program) return std::nullopt;
    return Trace{unit == "-" ? "" : std::string(unit), *wrapper, *program};
}

std::optional<Completion> read_exit(const Path& folder) {
    const auto text = make_files()->read(folder / "exit");
    if (!text || !text->contains('\n')) return std::nullopt;
    std::string_view rest = *text;
    std::string_view line = take_line(rest);
    const std::string_view word = take_until(line, ' ');
    Completion completion{.end = word == "killed" ? RunEnd::signalled : RunEnd::exited};
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), completion.code);
    if (error != std::errc() || (word != "killed" && word != "exited")) return std::nullopt;
    return completion;
}

bool claimed(const Path& folder) {
    return ::access((folder / "started").c_str(), F_OK) == 0;
}

bool give_up(const Path& folder) {
    const Descriptor fd(::open((folder / "started").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return fd.open() || errno != EEXIST;  // where we cannot make it, nor can the program
}

}  // namespace guestpatch::os
