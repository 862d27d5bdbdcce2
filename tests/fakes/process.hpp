// Programs that answer from a script.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
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
    /// How long it runs, without printing. Reaching the command's silence or deadline ends it there. A detached
    /// program prints first and is silent then; with clocks it goes on while nobody awaits it.
    milliseconds takes{};

    static Answer exits(int status, std::string out = {}, std::string err = {});
    static Answer prints(std::string out) { return exits(0, std::move(out)); }
    static Answer fails(Errc code, std::string message) { return {.outcome = Error{code, std::move(message)}}; }
};

/// Runs nothing: looks for the first rule that still applies. A program no rule knows does not exist
/// (Errc::not_found). Every command is remembered. May be used from several threads.
///
/// A launched program does what it does (its Behaviour) at once, whether it is awaited or not, and ends when its time
/// is over: `takes` an hour and a stop request leave it running. An outcome that is an error refuses the launch; one
/// with RunEnd::lost is lost. It remembers launches for as long as it lives: keep it when the program dies.
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

    Result<void> launch(const Detached& detached, const Command& command) override;
    Result<Completion> await(const Detached& detached, const Patience& patience, std::stop_token stop,
                             const OutputSink& sink) override;
    std::string whereabouts(const Detached& detached) override;
    /// A power cut: what was launched and still runs is lost. Another boot id does the same.
    void lose_running();

    /// Everything that was run or launched, in order.
    std::vector<Command> commands() const;
    /// The same as lines: argv joined by blanks.
    std::vector<std::string> command_lines() const;

  private:
    struct Rule {
        Matches matches;
        Behaviour behaviour;
        int left;
    };
    struct Launched {
        Completion end;
        std::vector<std::string> pieces;
        milliseconds takes{};
        BootTime begun{};
        std::string boot_id;
        bool over = false;  ///< seen to have ended
    };
    Behaviour find(const Command& command);
    Launched* look_at(const std::string& name);
    milliseconds left(const Launched& launched) const;

    FakeClocks* clocks_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<Rule> rules_;
    std::vector<Command> commands_;
    std::map<std::string, Launched> launched_;
};

}  // namespace guestpatch
