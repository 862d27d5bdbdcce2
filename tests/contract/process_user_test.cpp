// A program that runs as somebody else has nothing of ours. Only the real runner can show it.
#include <map>

#include "platform/base/text.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "tests/catch.hpp"
#include "tests/contract/talking.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace guestpatch {
namespace {

/// Whether this can be shown here; says so when not.
bool can_become_others() {
    if (on_linux() && make_host()->privileged()) return true;
    WARN("not root on Linux: skipped");
    return false;
}

Completion run_as(const std::string& user, std::vector<std::string> argv) {
    const auto completion = make_process_runner()->run(
        {.argv = std::move(argv), .deadline = a_while, .silence = a_while, .user = user}, {});
    REQUIRE(completion);
    return *completion;
}

std::string line_of_shell(const std::string& user, const std::string& script) {
    const Completion completion = run_as(user, {"/bin/sh", "-c", script});
    CAPTURE(completion.err);
    REQUIRE(completion.exited_with(0));
    return std::string(trim(completion.out));
}

std::map<std::string, std::string> status_as(const std::string& user) {
    std::map<std::string, std::string> status;
    const std::string text = run_as(user, {"/bin/cat", "/proc/self/status"}).out;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view line = take_line(rest);
        const std::string name(take_until(line, ':'));
        status[name] = trim(line);
    }
    return status;
}

TEST_CASE("another user's program has that user's rights and no more", "[process]") {
    if (!can_become_others()) return;
    const std::string uid = line_of_shell("", "id -u nobody");
    const std::string gid = line_of_shell("", "id -g nobody");
    REQUIRE(uid != "0");
    auto status = status_as("nobody");
    CHECK(status["Uid"] == join({uid, uid, uid, uid}, "\t"));
    CHECK(status["Gid"] == join({gid, gid, gid, gid}, "\t"));
    CHECK(status["Groups"].empty());
    CHECK(status["NoNewPrivs"] == "1");
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
        CAPTURE(set);
        CHECK(status[set] == "0000000000000000");
    }
    CHECK(status_as("")["NoNewPrivs"] == "0");
}

TEST_CASE("another user's program stands in the root folder, writes for itself and dumps no core", "[process]") {
    if (!can_become_others()) return;
    CHECK(line_of_shell("nobody", "pwd; umask; ulimit -c; echo $HOME") == "/\n0077\n0\n/");
}

TEST_CASE("another user's program inherits nothing but its three streams", "[process]") {
    if (!can_become_others()) return;
    const TemporaryFolder folder;
    std::FILE* leaked = std::fopen(utf8(folder.at("secret")).c_str(), "w");  // without O_CLOEXEC
    REQUIRE(leaked != nullptr);
    const std::string ours = line_of_shell("", "ls /proc/$$/fd");
    const std::string theirs = line_of_shell("nobody", "ls /proc/$$/fd");
    std::fclose(leaked);
    CHECK(theirs == "0\n1\n2");
    CHECK(ours != theirs);
}

TEST_CASE("another user's program is given its input and ended like any other", "[process]") {
    if (!can_become_others()) return;
    const auto completion = make_process_runner()->run(
        {.argv = {"/bin/cat"}, .deadline = a_while, .silence = a_while, .input = "a secret", .user = "nobody"}, {});
    REQUIRE(completion);
    CHECK(completion->out == "a secret");
    const auto late = make_process_runner()->run(
        {.argv = {"/bin/sleep", "60"}, .deadline = milliseconds(100), .silence = a_while, .user = "nobody"}, {});
    REQUIRE(late);
    CHECK(late->end == RunEnd::deadline);
}

TEST_CASE("another user's program dies with us like any other", "[process]") {
    if (!can_become_others()) return;
    // PR_GET_PDEATHSIG, which a change of the user clears: only the program itself can ask.
    constexpr const char* ask =
        "import ctypes; signal = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(signal)); print(signal.value)";
    CHECK(trim(run_as("nobody", {"/usr/bin/python3", "-c", ask}).out) == "15");
}

TEST_CASE("a user who does not exist runs nothing", "[process]") {
    if (!on_linux()) return;
    const TemporaryFolder folder;
    const auto outcome = make_process_runner()->run({.argv = {"/bin/sh", "-c", "touch " + utf8(folder.at("mark"))},
                                                     .deadline = a_while,
                                                     .silence = a_while,
                                                     .user = "no-such-user"},
                                                    {});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Errc::not_found);
    CHECK(outcome.error().message.ends_with("no such user: no-such-user"));
    CHECK_FALSE(std::filesystem::exists(folder.at("mark")));
}

TEST_CASE("nothing is launched, nor on Windows run, as another user", "[process]") {
    Command command = talker({"exit", "0"});
    command.user = "nobody";
    const TemporaryFolder folder;
    CHECK_FALSE(make_process_runner()->launch({.name = "guestpatch-test-user", .folder = folder.at("job")}, command));
    CHECK_FALSE(std::filesystem::exists(folder.at("job")));
    if (!on_linux()) CHECK_FALSE(make_process_runner()->run(command, {}));
}

}  // namespace
}  // namespace guestpatch
