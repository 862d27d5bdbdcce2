// What only the real runner can show of detached programs: deaths, strangers, sessions, files.
#include <thread>
#include <utility>

#include "platform/base/text.hpp"
#include "platform/console.hpp"
#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/process.hpp"
#include "platform/random.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

constexpr Patience patient{.deadline = a_while, .silence = a_while, .after_stop = 0ms};

bool skipped() {
    if (on_linux() && (make_host()->privileged() || !std::filesystem::exists("/run/systemd/system"))) return false;
    WARN("nothing is run detached here (Windows, or systemd without root): skipped");
    return true;
}

/// One detached program. Those that obey go on until they are let go.
struct Subject {
    TemporaryFolder folder;
    std::unique_ptr<Locks> locks = make_locks();
    std::unique_ptr<HeldLock> held = std::move(locks->acquire(folder.at("lock"), "obey").value());
    std::unique_ptr<ProcessRunner> runner = make_process_runner();
    Detached detached{"guestpatch-test-" + make_guid(), folder.at("detached")};

    void let_go() { held.reset(); }
    void launch(const Command& command) const { REQUIRE(runner->launch(detached, command)); }
    void launch_script(const std::string& script, const std::vector<std::string>& words) const {
        Command command{.argv = {"sh", "-c", script}};
        command.argv.insert(command.argv.end(), words.begin(), words.end());
        launch(command);
    }
    /// Says its parent's and its own number, then obeys.
    void launch_numbered(const std::string& before = "") const {
        launch_script(before + R"(echo "$PPID $$"; exec "$@")",
                      {"sh", GUESTPATCH_TALKER, "obey", utf8(folder.at("lock")), "7"});
    }
    [[nodiscard]] Completion await(const OutputSink& sink = {}) const {
        const auto completion = runner->await(detached, patient, {}, sink);
        REQUIRE(completion);
        return *completion;
    }
    /// What has been said by the time `text` was.
    [[nodiscard]] std::string said(std::string_view text) const {
        std::stop_source stop;
        std::string heard;
        const auto listen = [&](std::string_view piece) {
            heard += piece;
            if (heard.contains(text)) stop.request_stop();
        };
        const auto completion = runner->await(detached, patient, stop.get_token(), listen);
        REQUIRE(completion);
        CHECK(completion->end == RunEnd::cancelled);
        return heard;
    }
    /// What is said by a script that ends by itself.
    [[nodiscard]] static std::string said_by(const std::string& script, const std::vector<std::string>& words = {}) {
        const Subject subject;
        subject.launch_script(script, words);
        const Completion completion = subject.await();
        CHECK(completion.exited_with(0));
        CHECK(completion.err.empty());
        return completion.out;
    }
};

std::string run(const std::vector<std::string>& argv) {
    const auto completion = make_process_runner()->run({.argv = argv, .deadline = a_while, .silence = a_while}, {});
    REQUIRE(completion);
    CHECK(completion->exited_with(0));
    return completion->out;
}

void kill_process(std::string_view number) {
    run({"sh", "-c", R"(kill -KILL "$1")", "sh", std::string(number)});
}

struct Numbers {
    std::string wrapper;
    std::string program;
};

Numbers numbers_in(std::string_view said) {
    std::string_view line = take_line(said);
    const std::string_view wrapper = take_until(line, ' ');
    return {std::string(wrapper), std::string(line)};
}

TEST_CASE("a detached program outlives the one that launched it", "[detached]") {
    if (skipped()) return;
    Subject subject;
    const Command launcher = talker({"launch-and-die", subject.detached.name, utf8(subject.detached.folder), "obey",
                                     utf8(subject.folder.at("lock")), "7"});
    const auto died = make_process_runner()->run(launcher, {});
    REQUIRE(died);
    CHECK(died->out.empty());
    CHECK(died->end == RunEnd::signalled);
    CHECK(subject.said("ready") == "ready\n");
    subject.let_go();
    CHECK(subject.await().exited_with(7));
}

TEST_CASE("a detached program is heard while it runs", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch(talker({"obey", utf8(subject.folder.at("lock")), "7"}));
    const Completion completion = subject.await([&](std::string_view) { subject.let_go(); });
    CHECK(completion.exited_with(7));
    CHECK(completion.out == "ready\ndone\n");
}

TEST_CASE("another process can wait for a detached program and hears it from the beginning", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch(talker({"obey", utf8(subject.folder.at("lock")), "7"}));
    Running other(talker({"await", subject.detached.name, utf8(subject.detached.folder)}));
    REQUIRE(other.says("ready"));
    subject.let_go();
    const auto completion = other.outcome();
    REQUIRE(completion);
    CHECK(completion->out == "ready\ndone\nexit status 7");
}

TEST_CASE("of long output the tail is kept, and the sink hears all of it", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    subject.launch(talker({"flood", "3000000"}));
    std::string heard;
    const Completion completion = subject.await([&](std::string_view piece) { heard += piece; });
    CHECK(completion.exited_with(0));
    CHECK(completion.truncated);
    CHECK(completion.out.size() < 2'000'000);
    CHECK(completion.out.ends_with(".tail"));
    CHECK(completion.err == completion.out);
    CHECK(heard.size() == 3'000'004);
}

TEST_CASE("a program that is gone without a word is lost, though its daemon holds the output", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    subject.launch_numbered(R"("$1" hang & )");
    const Numbers numbers = numbers_in(subject.said("ready"));
    kill_process(numbers.wrapper);
    kill_process(numbers.program);
    const Completion completion = subject.await();
    CHECK(completion.end == RunEnd::lost);
    CHECK(completion.out.contains("ready"));
    CHECK(subject.runner->whereabouts(subject.detached).empty());
}

TEST_CASE("a program whose wrapper was killed is waited for all the same", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch_numbered();
    const Numbers numbers = numbers_in(subject.said("ready"));
    kill_process(numbers.wrapper);
    CHECK_FALSE(subject.runner->whereabouts(subject.detached).empty());
    std::string heard;
    bool released = false;
    const Completion completion = subject.await([&](std::string_view piece) {
        heard += piece;
        if (!std::exchange(released, true)) subject.let_go();
    });
    CHECK(completion.end == RunEnd::lost);
    CHECK(heard.ends_with("done\n"));
}

TEST_CASE("what another boot left behind is lost at once", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch(talker({"obey", utf8(subject.folder.at("lock")), "7"}));
    CHECK(subject.said("ready") == "ready\n");
    const auto files = make_files();
    const Path where = subject.detached.folder / "where";
    std::string text = files->read(where).value();
    text.replace(0, text.find('\n'), make_guid());
    REQUIRE(files->write_durably(where, text, Readers::owner));
    CHECK(subject.await().end == RunEnd::lost);
    CHECK(subject.runner->whereabouts(subject.detached).empty());
}

TEST_CASE("a launch that died before the program began is lost, and stays so", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    REQUIRE(make_files()->write_durably(subject.detached.folder / "out", "", Readers::owner));
    CHECK(subject.await().end == RunEnd::lost);
    CHECK(subject.await().end == RunEnd::lost);
    CHECK(subject.runner->launch(subject.detached, talker({"exit", "0"})).error().code == Errc::busy);
}

TEST_CASE("a daemon that holds the output does not keep us waiting", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    subject.launch(talker({"spawn-holder", "hang"}));
    CHECK(subject.await().exited_with(0));
}

TEST_CASE("a detached program deaf to polite requests is ended all the same", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    subject.launch(talker({"deaf", "hang"}));
    CHECK(subject.said("ready") == "ready\n");
    const Patience none{.deadline = 100ms, .silence = 100ms, .after_stop = 0ms};
    const auto completion = subject.runner->await(subject.detached, none, {}, {});
    REQUIRE(completion);
    CHECK(completion->end == RunEnd::silence);
    CHECK(subject.runner->whereabouts(subject.detached).empty());
}

TEST_CASE("a request to end that reaches the wrapper alone does not hurt the program", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch_numbered();
    const Numbers numbers = numbers_in(subject.said("ready"));
    run({"sh", "-c", R"(kill -TERM "$1"; kill -INT "$1"; kill -HUP "$1")", "sh", numbers.wrapper});
    subject.let_go();
    CHECK(subject.await().exited_with(7));
}

TEST_CASE("arguments and environment of a detached program are what was asked for", "[detached]") {
    if (skipped()) return;
    const std::vector<std::string> words{"",          "two words",   "it's", "\"quoted\"", "$HOME",  "${HOME}",
                                         "$$",        "%n",          "%%",   "*",          "`date`", "back\\slash",
                                         "tab\there", "line\nbreak", "-x",   "Grüße 🩹"};
    std::string expected;
    for (const std::string& word : words) expected += "[" + word + "]";
    const Subject arguments;
    Command command = talker({"args"});
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    arguments.launch(command);
    CHECK(arguments.await().out == expected);

    const Subject environment;
    command = talker({"env", "ASKED_FOR", "PATH", "LC_ALL", "HOME", "GUESTPATCH_TEST_LEAK", "INVOCATION_ID", "LANG"});
    command.environment = {"ASKED_FOR=a $value %with = and blanks"};
    environment.launch(command);
    CHECK(environment.await().out ==
          "[ASKED_FOR=a $value %with = and blanks][PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin]"
          "[LC_ALL=C.UTF-8][HOME=/root][GUESTPATCH_TEST_LEAK unset][INVOCATION_ID unset][LANG unset]");
}

TEST_CASE("a detached program starts with nothing of ours", "[detached]") {
    if (skipped()) return;
    CHECK(Subject::said_by("cat; pwd; umask") == "/\n0022\n");
    CHECK(Subject::said_by("for fd in /proc/self/fd/*; do [ ! -e $fd ] || echo ${fd##*/}; done") == "0\n1\n2\n");

    // Fields 6 and 7 of stat(5): the session, and its terminal.
    const std::string session = R"(read -r _ _ _ _ _ session terminal _ </proc/$$/stat; echo "$session $terminal")";
    const std::string theirs = Subject::said_by(session);
    CHECK(theirs.ends_with(" 0\n"));
    std::string_view ours_rest = theirs;
    const std::string ours = run({"sh", "-c", session});
    CHECK_FALSE(ours.starts_with(std::string(take_until(ours_rest, ' ')) + " "));
}

TEST_CASE("a detached program inherits no signal that we block or ignore", "[detached]") {
    if (skipped()) return;
    std::string said;
    std::jthread([&] {  // of its own: the signals stay blocked in the thread that listens
        const auto signals = listen_for_stop();
        const Subject subject;
        const auto launched = subject.runner->launch(
            subject.detached, {.argv = {"sed", "-n", "s/^Sig\\(Blk\\|Ign\\):\\t//p", "/proc/self/status"}});
        said = launched ? subject.runner->await(subject.detached, patient, {}, {}).value().out : "";
    })
        .join();
    CHECK(said == "0000000000000000\n0000000000000000\n");
}

TEST_CASE("how a detached program ended is written though the disk is full", "[detached]") {
    if (skipped()) return;
    Subject subject;
    subject.launch(talker({"obey", utf8(subject.folder.at("lock")), "7"}));
    CHECK(subject.said("ready") == "ready\n");
    const auto before = make_files()->info(subject.detached.folder / "exit");
    REQUIRE(before);
    subject.let_go();
    CHECK(subject.await().exited_with(7));
    CHECK(make_files()->info(subject.detached.folder / "exit")->size == before->size);  // written over what was there
}

TEST_CASE("what a detached program leaves behind is for its owner alone", "[detached]") {
    if (skipped()) return;
    const Subject subject;
    subject.launch(talker({"exit", "0"}));
    CHECK(subject.await().exited_with(0));
    const auto mode = std::filesystem::status(subject.detached.folder).permissions();
    CHECK((mode & std::filesystem::perms::all) == std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace guestpatch
