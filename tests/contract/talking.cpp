#include "tests/contract/talking.hpp"

#include "platform/host.hpp"

namespace guestpatch {

Command talker(std::vector<std::string> words) {
    words.insert(words.begin(), GUESTPATCH_TALKER);
    return {.argv = std::move(words), .deadline = a_while, .silence = a_while};
}

bool on_linux() {
    return make_host()->facts().os_type == "Linux";
}

Running::Running(Command command) : command_(std::move(command)) {
    outcome_ = std::async(std::launch::async, [this] {
        return runner_->run(command_, stop_.get_token(), [this](std::string_view piece) {
            const std::scoped_lock held(mutex_);
            heard_ += piece;
            heard_more_.notify_all();
        });
    });
}

Running::~Running() {
    stop();
    if (outcome_.valid()) outcome_.wait();
}

bool Running::says(std::string_view text) {
    std::unique_lock held(mutex_);
    return heard_more_.wait_for(held, a_while, [&] { return heard_.contains(text); });
}

Result<Completion> Running::outcome() {
    return outcome_.get();
}

}  // namespace guestpatch
