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

/// The sink hears the pieces, or `out` whole when there are none; `out` is all of them afterwards.
void say(const std::vector<std::string>& pieces, std::string& out, const OutputSink& sink) {
    if (!pieces.empty()) out = join(pieces, "");
    if (!sink) return;
    for (const std::string& piece : pieces) sink(piece);
    if (pieces.empty() && !out.empty()) sink(out);
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
    if (command.argv.empty()) return Error{Errc::invalid, "no program to run"};
    const Behaviour behaviour = find(command);
    if (!behaviour) return Error{Errc::not_found, fmt::format("{}: no such program", command.argv.front())};
    if (command.deadline <= milliseconds::zero()) return Completion{.end = RunEnd::deadline};
    if (stop.stop_requested()) return Completion{.end = RunEnd::cancelled};
    const Answer answer = behaviour(command);
    if (!answer.outcome) return answer.outcome;

    const milliseconds limit = std::min(command.deadline, command.silence);
    if (clocks_ != nullptr) clocks_->tick(std::min(answer.takes, limit));
    if (answer.takes > milliseconds::zero() && answer.takes >= limit) {
        return Completion{.end = command.silence < command.deadline ? RunEnd::silence : RunEnd::deadline};
    }
    Completion completion = *answer.outcome;
    say(answer.pieces, completion.out, sink);
    cap(completion.out, command.output_cap, completion.truncated);
    cap(completion.err, command.output_cap, completion.truncated);
    return completion;
}

Result<void> FakeProcessRunner::launch(const Detached& detached, const Command& command) {
    if (command.argv.empty()) return Error{Errc::invalid, "no program to launch"};
    const Behaviour behaviour = find(command);
    if (!behaviour) return Error{Errc::not_found, fmt::format("{}: no such program", command.argv.front())};
    {
        const std::scoped_lock held(mutex_);
        if (launched_.contains(detached.name)) {
            return Error{Errc::busy, fmt::format("{} was launched before", detached.name)};
        }
    }
    const Answer answer = behaviour(command);
    if (!answer.outcome) return answer.outcome.error();
    Launched launched{.end = *answer.outcome, .pieces = answer.pieces, .takes = answer.takes};
    launched.over = answer.takes <= milliseconds::zero() || launched.end.end == RunEnd::lost;
    if (clocks_ != nullptr) {
        launched.begun = clocks_->boot();
        launched.boot_id = clocks_->boot_id();
    }
    const std::scoped_lock held(mutex_);
    launched_.emplace(detached.name, std::move(launched));
    return {};
}

milliseconds FakeProcessRunner::left(const Launched& launched) const {
    if (launched.over) return milliseconds::zero();
    return launched.takes - (clocks_ == nullptr ? milliseconds::zero() : clocks_->boot() - launched.begun);
}

/// As it is by now; null when it was never launched.
FakeProcessRunner::Launched* FakeProcessRunner::look_at(const std::string& name) {
    const auto found = launched_.find(name);
    if (found == launched_.end()) return nullptr;
    Launched& launched = found->second;
    if (!launched.over && clocks_ != nullptr && launched.boot_id != clocks_->boot_id()) {
        launched.end = {.end = RunEnd::lost};
        launched.over = true;
    }
    launched.over = left(launched) <= milliseconds::zero();
    return &launched;
}

Result<Completion> FakeProcessRunner::await(const Detached& detached, const Patience& patience, std::stop_token stop,
                                            const OutputSink& sink) {
    std::unique_lock held(mutex_);
    const Launched* seen = look_at(detached.name);
    if (seen == nullptr) return Error{Errc::not_found, fmt::format("{} was never launched", detached.name)};
    Completion completion = seen->end;
    const std::vector<std::string> pieces = seen->pieces;
    held.unlock();
    say(pieces, completion.out, sink);

    held.lock();
    Launched& launched = *look_at(detached.name);
    if (launched.over) return completion;
    const milliseconds limit = std::max(patience.deadline, patience.silence);
    const milliseconds leave = stop.stop_requested() ? patience.after_stop : milliseconds::max();
    const milliseconds rest = left(launched);
    const milliseconds time = std::min({rest, limit, leave});
    if (clocks_ != nullptr) clocks_->tick(time);
    launched.over = time == rest || time == limit;
    if (time == rest) return completion;
    if (launched.over) launched.end = {.end = RunEnd::signalled, .code = 15, .out = completion.out};
    completion.end = launched.over ? RunEnd::silence : RunEnd::cancelled;
    completion.code = launched.over ? 15 : 0;
    return completion;
}

std::string FakeProcessRunner::whereabouts(const Detached& detached) {
    const std::scoped_lock held(mutex_);
    const Launched* launched = look_at(detached.name);
    return launched == nullptr || launched->over ? "" : "process 4711";
}

void FakeProcessRunner::lose_running() {
    const std::scoped_lock held(mutex_);
    for (auto& [name, launched] : launched_) {
        if (look_at(name)->over) continue;
        launched.end = {.end = RunEnd::lost};
        launched.over = true;
    }
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
