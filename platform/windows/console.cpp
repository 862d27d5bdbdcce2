#include "platform/console.hpp"

#include <windows.h>

#include <mutex>
#include <optional>

namespace guestpatch {
namespace {

// A control handler is a plain function: what it acts on can only be global.
std::mutex listening_mutex;
std::optional<std::stop_source> listening;

BOOL WINAPI on_control(DWORD event) {
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT && event != CTRL_CLOSE_EVENT) return FALSE;
    std::optional<std::stop_source> source;
    {
        const std::scoped_lock held(listening_mutex);
        source = listening;
    }
    if (!source) return FALSE;
    source->request_stop();
    // Windows ends the process once a close event counts as handled; this leaves main() the seconds it grants.
    if (event == CTRL_CLOSE_EVENT) ::Sleep(INFINITE);
    return TRUE;
}

class ControlListener final : public StopSignals {
  public:
    ControlListener() {
        const std::scoped_lock held(listening_mutex);
        listening = source_;
        ::SetConsoleCtrlHandler(on_control, TRUE);
    }
    ControlListener(const ControlListener&) = delete;
    ControlListener& operator=(const ControlListener&) = delete;
    ~ControlListener() override {
        ::SetConsoleCtrlHandler(on_control, FALSE);
        const std::scoped_lock held(listening_mutex);
        listening.reset();
    }

    [[nodiscard]] std::stop_token token() const override { return source_.get_token(); }

  private:
    std::stop_source source_;
};

bool is_console(DWORD stream) {
    DWORD mode = 0;
    return ::GetConsoleMode(::GetStdHandle(stream), &mode) != 0;
}

}  // namespace

void reserve_standard_streams() {}  // a handle is never mistaken for a standard stream here

Console inspect_console() {
    Console console{.out_is_terminal = is_console(STD_OUTPUT_HANDLE), .err_is_terminal = is_console(STD_ERROR_HANDLE)};
    // We write UTF-8; a console goes by its code page, whoever set it last.
    if (console.out_is_terminal || console.err_is_terminal) ::SetConsoleOutputCP(CP_UTF8);
    CONSOLE_SCREEN_BUFFER_INFO screen{};
    const DWORD terminal = console.out_is_terminal ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE;
    if (::GetConsoleScreenBufferInfo(::GetStdHandle(terminal), &screen) != 0) {
        console.columns = screen.srWindow.Right - screen.srWindow.Left + 1;
    }
    return console;
}

std::unique_ptr<StopSignals> listen_for_stop() {
    return std::make_unique<ControlListener>();
}

}  // namespace guestpatch
