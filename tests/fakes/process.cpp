#include "tests/fakes/process.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

bool starts_with(const std::vector<std::string>& argv, const std::vector<std::string>& prefix) {
    return argv.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), argv.begin());
}

/// Keeps the tail, as the real runner does.
void cap(std::string& text, std::size_t most, bool& truncated) {
    if (text.size() <= most) return;
    text.erase(0, text.size() - most);
    truncated = true;
}

}  // namespace

Answer Answer::exits(int status, std::string out, std::string err) {
    return {.outcome = Completion{.code = status, .out = std::move(out), .err = std::move(err)}};
}

void FakeProcessRunner::answer(std::vector<std::string> prefix, Answer answer, int times) {
    answer_when([prefix = std::move(prefix)](const Command& command) { return starts_with(command.argv, prefix); },
                std::move(answer), times);
}

void FakeProcessRunner::answer_when(Matches matches, Answer answer, int times) {
    behave(std::move(matches), [answer = std::move(answer)](const Command&) { return answer; }, times);
}

void FakeProcessRunner::behave(Matches matches, Behaviour behaviour, int times) {
    const std::scoped_lock held(mutex_);
    rules_.push_back({std::move(matches), std::move(behaviour), times});
}

FakeProcessRunner::Behaviour FakeProcessRunner::find(const Command& command) {
    const std::scoped_lock held(mutex_);
    commands_.push_back(command);
    for (Rule& rule : rules_) {
        if (rule.left == 0 || !rule.matches(command)) continue;
        if (rule.left != always) --rule.left;
        return rule.behaviour;
    }
    return {};
}

Result<Completion> FakeProcessRunner::run(const Command& command, std::stop_token stop, const OutputSink& sink) {
    const Behaviour behaviour = find(command);
    if (!behaviour) return Error{Errc::not_found, fmt::format("{}: no such program", command.argv.front())};
    if (stop.stop_requested()) return Completion{.end = RunEnd::cancelled};
    const Answer answer = behaviour(command);
    if (!answer.outcome) return answer.outcome;

    const milliseconds limit = std::min(command.deadline, command.silence);
    if (clocks_ != nullptr) clocks_->tick(std::min(answer.takes, limit));
    if (answer.takes > milliseconds::zero() && answer.takes >= limit) {
        return Completion{.end = command.silence < command.deadline ? RunEnd::silence : RunEnd::deadline};
    }
    Completion completion = *answer.outcome;
    if (!answer.pieces.empty()) completion.out = join(answer.pieces, "");
    if (sink) {
        for (const std::string& piece : answer.pieces) sink(piece);
        if (answer.pieces.empty() && !completion.out.empty()) sink(completion.out);
    }
    cap(completion.out, command.output_cap, completion.truncated);
    cap(completion.err, command.output_cap, completion.truncated);
    return completion;
}

std::vector<Command> FakeProcessRunner::commands() const {
    const std::scoped_lock held(mutex_);
    return commands_;
}

std::vector<std::string> FakeProcessRunner::command_lines() const {
    const std::scoped_lock held(mutex_);
    std::vector<std::string> lines;
    for (const Command& command : commands_) lines.push_back(join(command.argv, " "));
    return lines;
}

}  // namespace guestpatch
