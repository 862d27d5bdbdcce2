// Programs that answer from a script.
#pragma once

#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "platform/process.hpp"
#include "tests/fakes/clocks.hpp"

namespace guestpatch {

/// What a make-believe program does when it is run.
struct Answer {
    Result<Completion> outcome = Completion{};
    /// Standard output in the pieces it arrives in; when empty, outcome's `out` arrives whole.
    std::vector<std::string> pieces{};
    /// How long it runs, without printing. Reaching the command's silence or deadline ends it there.
    milliseconds takes{};

    static Answer exits(int status, std::string out = {}, std::string err = {});
    static Answer prints(std::string out) { return exits(0, std::move(out)); }
    static Answer fails(Errc code, std::string message) { return {.outcome = Error{code, std::move(message)}}; }
};

/// Runs nothing: looks for the first rule that still applies. A program no rule knows does not exist
/// (Errc::not_found). Every command is remembered. May be used from several threads.
class FakeProcessRunner final : public ProcessRunner {
  public:
    using ProcessRunner::run;
    using Matches = std::function<bool(const Command&)>;
    using Behaviour = std::function<Answer(const Command&)>;
    static constexpr int always = std::numeric_limits<int>::max();

    FakeProcessRunner() = default;
    /// Time passes on `clocks` while programs run.
    explicit FakeProcessRunner(FakeClocks& clocks) : clocks_(&clocks) {}

    /// Commands whose argv starts with `prefix` get this answer, at most `times` times.
    void answer(std::vector<std::string> prefix, Answer answer, int times = always);
    void answer_when(Matches matches, Answer answer, int times = always);
    /// For programs whose answer depends on what they are asked, or that change the machine.
    void behave(Matches matches, Behaviour behaviour, int times = always);

    Result<Completion> run(const Command& command, std::stop_token stop, const OutputSink& sink) override;

    /// Everything that was run, in order.
    std::vector<Command> commands() const;
    /// The same as lines: argv joined by blanks.
    std::vector<std::string> command_lines() const;

  private:
    struct Rule {
        Matches matches;
        Behaviour behaviour;
        int left;
    };
    Behaviour find(const Command& command);

    FakeClocks* clocks_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<Rule> rules_;
    std::vector<Command> commands_;
};

}  // namespace guestpatch
