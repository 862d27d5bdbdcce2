#include "platform/console.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace guestpatch {
namespace {

sigset_t stop_signals() {
    sigset_t set{};
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    return set;
}

/// One thread sits in sigwait(); nothing ever runs in a signal handler.
class SignalListener final : public StopSignals {
  public:
    SignalListener() {
        const sigset_t set = stop_signals();
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        thread_ = std::jthread([this] { listen(); });
    }
    SignalListener(const SignalListener&) = delete;
    SignalListener& operator=(const SignalListener&) = delete;
    ~SignalListener() override {
        ending_ = true;
        pthread_kill(thread_.native_handle(), SIGHUP);  // wakes sigwait(), nothing more
        thread_.join();
    }

    [[nodiscard]] std::stop_token token() const override { return source_.get_token(); }

  private:
    void listen() {
        const sigset_t set = stop_signals();
        int number = 0;
        while (!ending_ && sigwait(&set, &number) == 0) {
            if (!ending_) source_.request_stop();
        }
    }

    std::stop_source source_;
    std::atomic<bool> ending_ = false;
    std::jthread thread_;
};

}  // namespace

void reserve_standard_streams() {
    ::signal(SIGPIPE, SIG_IGN);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // The lowest free number is the closed stream's own.
        if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDWR);
    }
}

Console inspect_console() {
    Console console{.out_is_terminal = ::isatty(STDOUT_FILENO) == 1, .err_is_terminal = ::isatty(STDERR_FILENO) == 1};
    winsize size{};
    const int terminal = console.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO;
    if (::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) console.columns = size.ws_col;
    return console;
}

std::unique_ptr<StopSignals> listen_for_stop() { return std::make_unique<SignalListener>(); }

}  // namespace guestpatch
