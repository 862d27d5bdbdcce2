// Running the helper program (tests/tools/talker.cpp) and talking about what it does.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/process.hpp"

namespace guestpatch {

/// How long anything may take that should take a moment. Generous: sanitizers, Wine, busy machines.
constexpr milliseconds a_while{60'000};

/// A command for the helper program.
Command talker(std::vector<std::string> words);

/// On Linux, as opposed to Windows: asked at run time, tests have no conditionals.
bool on_linux();

/// A program running on a thread of its own while the test goes on. Stopped when it goes out of scope.
class Running {
  public:
    explicit Running(Command command);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();

    /// Waits until standard output contains `text`; false when that takes too long.
    bool says(std::string_view text);
    void stop() { stop_.request_stop(); }
    /// Waits for the end.
    Result<Completion> outcome();

  private:
    std::unique_ptr<ProcessRunner> runner_ = make_process_runner();
    Command command_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable heard_more_;
    std::string heard_;
    std::future<Result<Completion>> outcome_;
};

}  // namespace guestpatch
