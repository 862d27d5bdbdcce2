// The reading end of a child's output. For this folder only.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "platform/process.hpp"
#include "platform/windows/handle.hpp"

namespace guestpatch::os {

/// A pipe whose reading end can be waited for. An anonymous pipe cannot, so this one has a name nobody guesses.
struct OutputPipe {
    Handle reader;
    Handle writer;  ///< inheritable, for the child
};

Result<OutputPipe> make_output_pipe();

/// One captured stream with its cap. A read is always under way until the stream ends.
class Capture {
  public:
    Capture(Handle reader, std::size_t cap);
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    ~Capture();

    [[nodiscard]] bool open() const { return reader_.open(); }
    /// Signalled when there is something to collect.
    [[nodiscard]] HANDLE event() const { return event_.get(); }

    /// Takes one piece if one has arrived; true when it did. The end of the stream closes it.
    bool collect(const OutputSink& sink);

    std::string take(bool& truncated);

  private:
    void start_reading();
    void keep(std::string_view piece);

    Handle reader_;
    Handle event_{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    OVERLAPPED reading_{};
    std::size_t cap_;
    std::string text_;
    bool truncated_ = false;
    std::array<char, 65536> buffer_{};
};

}  // namespace guestpatch::os
