#include "platform/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"
#include "platform/clock.hpp"
#include "platform/windows/capture.hpp"
#include "platform/windows/child.hpp"
#include "platform/windows/command_line.hpp"
#include "platform/windows/utf.hpp"
#include "platform/windows/wake.hpp"

namespace guestpatch {
namespace {

using os::Capture;
using os::Child;

/// CreateProcessW hands these to cmd.exe, whose quoting no argv survives.
bool is_script(const std::wstring& program) {
    const std::string name = to_lower(os::utf8(program));
    return name.ends_with(".bat") || name.ends_with(".cmd");
}

/// Sleeps until the child exits, output arrives, a stop is requested or the time is over.
void wait_for_events(const Capture& out, const Capture& err, const Child& child, HANDLE wake, milliseconds at_most) {
    std::array<HANDLE, 4> events{};
    DWORD count = 0;
    for (const Capture* stream : {&out, &err}) {
        if (stream->open()) events[count++] = stream->event();
    }
    events[count++] = child.process();
    if (wake != nullptr) events[count++] = wake;
    constexpr milliseconds longest{3600'000};
    ::WaitForMultipleObjects(count, events.data(), FALSE, static_cast<DWORD>(std::min(at_most, longest).count()));
}

/// Takes everything that is in a pipe. Only when nobody writes to it any more.
void drain(Capture& stream, const OutputSink& sink) {
    while (stream.collect(sink)) {
    }
}

class WindowsProcessRunner final : public ProcessRunner {
  public:
    using ProcessRunner::run;

    Result<Completion> run(const Command& command, std::stop_token stop, const OutputSink& sink) override {
        if (command.argv.empty()) return Error{Errc::invalid, "no program to run"};
        if (!command.user.empty()) return Error{Errc::failed, "nothing is run as another user on Windows"};
        const std::string& name = command.argv.front();
        const std::wstring program = os::find_program(name);
        if (program.empty()) return Error{Errc::not_found, fmt::format("{}: no such program", name)};
        if (command.deadline <= milliseconds::zero()) return Completion{.end = RunEnd::deadline};
        if (is_script(program)) return Error{Errc::failed, fmt::format("{}: is a script, not a program", name)};

        auto out_pipe = os::make_output_pipe();
        auto err_pipe = os::make_output_pipe();
        if (!out_pipe || !err_pipe) return (out_pipe ? err_pipe : out_pipe).error().within(name);
        const auto child = Child::start(program, command, out_pipe->writer.get(), err_pipe->writer.get());
        if (!child) return child.error();
        out_pipe->writer.reset();
        err_pipe->writer.reset();

        Capture out(std::move(out_pipe->reader), command.output_cap);
        Capture err(std::move(err_pipe->reader), command.output_cap);
        return watch(command, *child, out, err, stop, sink);
    }

    // Package managers of Windows run in a service of their own: nothing has to be kept from our end.
    Result<void> launch(const Detached&, const Command&) override {
        return Error{Errc::failed, "nothing is run detached on Windows"};
    }
    Result<Completion> await(const Detached& detached, const Patience&, std::stop_token, const OutputSink&) override {
        return Error{Errc::not_found, fmt::format("{} was never launched", detached.name)};
    }
    std::string whereabouts(const Detached&) override { return ""; }

  private:
    /// Reads both streams until the child is gone, or makes it go.
    Completion watch(const Command& command, const Child& child, Capture& out, Capture& err,
                     const std::stop_token& stop, const OutputSink& sink) {
        const os::StopWake wake(stop);
        const BootTime start = clocks_->boot();
        BootTime heard = start;
        Completion completion;
        while (::WaitForSingleObject(child.process(), 0) == WAIT_TIMEOUT) {
            const BootTime now = clocks_->boot();
            if (completion.end == RunEnd::exited) {
                if (stop.stop_requested()) completion.end = RunEnd::cancelled;
                if (now - start >= command.deadline) completion.end = RunEnd::deadline;
                if (now - heard >= command.silence) completion.end = RunEnd::silence;
                if (completion.end != RunEnd::exited) child.end_all();
            }
            const bool ending = completion.end != RunEnd::exited;
            const Deadline next{std::min(start + command.deadline, heard + command.silence)};
            wait_for_events(out, err, child, ending ? nullptr : wake.event(),
                            ending ? milliseconds::max() : next.left(now));
            const bool out_came = out.collect(sink);
            const bool err_came = err.collect({});
            if (out_came || err_came) heard = clocks_->boot();
        }
        child.end_all();  // what it left behind would go with the job anyway, and must not fill the pipes any more
        drain(out, sink);
        drain(err, {});
        completion.code = child.exit_code();
        completion.out = out.take(completion.truncated);
        completion.err = err.take(completion.truncated);
        return completion;
    }

    std::unique_ptr<Clocks> clocks_ = make_clocks();
};

}  // namespace

std::int64_t current_process_id() {
    return ::GetCurrentProcessId();
}

std::unique_ptr<ProcessRunner> make_process_runner() {
    return std::make_unique<WindowsProcessRunner>();
}

}  // namespace guestpatch
