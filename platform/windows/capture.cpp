#include "platform/windows/capture.hpp"

#include "platform/random.hpp"
#include "platform/windows/utf.hpp"

namespace guestpatch::os {

Result<OutputPipe> make_output_pipe() {
    constexpr DWORD buffer_size = 65536;
    const std::wstring name = L"\\\\.\\pipe\\guestpatch-" + wide(make_guid());
    OutputPipe pipe;
    pipe.reader = Handle(
        ::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                           PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, buffer_size, buffer_size, 0, nullptr));
    if (!pipe.reader.open()) return system_error("pipe");
    SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
    pipe.writer = Handle(::CreateFileW(name.c_str(), GENERIC_WRITE, 0, &inheritable, OPEN_EXISTING, 0, nullptr));
    if (!pipe.writer.open()) return system_error("pipe");
    return pipe;
}

Capture::Capture(Handle reader, std::size_t cap) : reader_(std::move(reader)), cap_(cap) {
    start_reading();
}

/// The buffer must outlive the read that Windows may still be doing.
Capture::~Capture() {
    if (!open()) return;
    DWORD got = 0;
    ::CancelIoEx(reader_.get(), &reading_);
    ::GetOverlappedResult(reader_.get(), &reading_, &got, TRUE);
}

void Capture::start_reading() {
    reading_ = {};
    reading_.hEvent = event_.get();
    const DWORD room = static_cast<DWORD>(buffer_.size());
    if (::ReadFile(reader_.get(), buffer_.data(), room, nullptr, &reading_) == 0 &&
        ::GetLastError() != ERROR_IO_PENDING) {
        reader_.reset();
    }
}

bool Capture::collect(const OutputSink& sink) {
    DWORD got = 0;
    if (!open()) return false;
    if (::GetOverlappedResult(reader_.get(), &reading_, &got, FALSE) == 0) {
        if (::GetLastError() != ERROR_IO_INCOMPLETE) reader_.reset();
        return false;
    }
    const std::string_view piece(buffer_.data(), got);
    keep(piece);
    if (sink && got > 0) sink(piece);
    start_reading();
    return true;
}

std::string Capture::take(bool& truncated) {
    truncated = truncated || truncated_;
    if (text_.size() > cap_) text_.erase(0, text_.size() - cap_);
    return std::move(text_);
}

void Capture::keep(std::string_view piece) {
    text_ += piece;
    if (text_.size() <= cap_) return;
    truncated_ = true;
    if (text_.size() > 2 * cap_) text_.erase(0, text_.size() - cap_);
}

}  // namespace guestpatch::os
