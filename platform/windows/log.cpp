#include "platform/log.hpp"

#include <windows.h>

#include <atomic>

#include "platform/windows/utf.hpp"

namespace guestpatch {
namespace {

/// A console is written to in UTF-16: what it makes of bytes depends on its code page.
void write_stderr(std::string_view line) {
    const HANDLE stream = ::GetStdHandle(STD_ERROR_HANDLE);
    DWORD written = 0;
    DWORD mode = 0;
    // A log that cannot be written has nowhere to complain.
    if (::GetConsoleMode(stream, &mode) != 0) {
        const std::wstring text = os::wide(line);
        ::WriteConsoleW(stream, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
    } else {
        ::WriteFile(stream, line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
    }
}

class StderrLog final : public Log {
  public:
    explicit StderrLog(LogLevel least) : least_(least) {}
    void write(const Message& message, std::string_view sentence, std::initializer_list<LogField> fields) override {
        if (message.level >= least_) write_stderr(log_line(message.level, sentence, fields));
    }
    void set_least(LogLevel least) override { least_ = least; }

  private:
    std::atomic<LogLevel> least_;
};

}  // namespace

std::unique_ptr<Log> make_log(LogLevel least) {
    return std::make_unique<StderrLog>(least);
}

}  // namespace guestpatch
