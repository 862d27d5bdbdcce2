// The program the contract tests run: says, holds, floods or hangs as told. Portable; no sleeping but
// the hang itself, which ends by itself so that no test leaves anything behind for long.
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "platform/arguments.hpp"
#include "platform/lock.hpp"
#include "platform/log.hpp"
#include "platform/messages.hpp"
#include "platform/process.hpp"

namespace {

using Arguments = std::vector<std::string>;

std::string self;

void say(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

int hang(const Arguments&) {
    say("ready\n");
    std::mutex mutex;
    std::unique_lock held(mutex);
    std::condition_variable().wait_for(held, std::chrono::seconds(30), [] { return false; });
    return 0;
}

int exit_with(const Arguments& words) {
    return std::stoi(words.at(0));
}

int out(const Arguments& words) {
    say(words.at(0));
    return 0;
}

int err(const Arguments& words) {
    std::fputs(words.at(0).c_str(), stderr);
    return 0;
}

/// Every argument in brackets, so that blanks and empty ones show.
int args(const Arguments& words) {
    for (const std::string& word : words) say(fmt::format("[{}]", word));
    return 0;
}

int env(const Arguments& names) {
    for (const std::string& name : names) {
        const char* value = std::getenv(name.c_str());
        say(value == nullptr ? fmt::format("[{} unset]", name) : fmt::format("[{}={}]", name, value));
    }
    return 0;
}

int count_input(const Arguments&) {
    int bytes = 0;
    while (std::getchar() != EOF) ++bytes;
    say(std::to_string(bytes));
    return 0;
}

int repeat_input(const Arguments&) {
    std::string text;
    for (int byte = std::getchar(); byte != EOF; byte = std::getchar()) text += static_cast<char>(byte);
    say(text);
    return 0;
}

int chatter(const Arguments&) {
    const std::string line(4095, 'x');
    while (std::puts(line.c_str()) >= 0) {
    }
    return 0;
}

/// N bytes of '.' and then "tail", on both streams.
int flood(const Arguments& words) {
    const std::string text = std::string(std::stoul(words.at(0)), '.') + "tail";
    std::fputs(text.c_str(), stderr);
    say(text);
    return 0;
}

int raise_signal(const Arguments& words) {
    return std::raise(std::stoi(words.at(0)));
}

int lock(const Arguments& words) {
    const auto locks = guestpatch::make_locks();
    const std::u8string path(words.at(0).begin(), words.at(0).end());
    const auto held = locks->acquire(path, words.at(1));
    if (!held) {
        say(held.error().message);
        return 3;
    }
    say("locked\n");
    return hang({});
}

/// The rest of the words, deaf to polite requests.
int deaf(const Arguments& words);

/// Starts another of us in the background with the rest of the words, holding our output.
void spawn(const Arguments& words) {
    std::string line = fmt::format("\"{}\"", self);
    for (const std::string& word : words) line += fmt::format(" \"{}\"", word);
    const bool windows = std::filesystem::path::preferred_separator == '\\';
    [[maybe_unused]] const int status = std::system((windows ? "start /b \"\" " + line : line + " &").c_str());
}

int spawn_holder(const Arguments& words) {
    spawn(words);
    return 0;
}

int spawn_and_hang(const Arguments& words) {
    spawn(words);
    return hang({});
}

/// Waits until nobody holds the lock any more.
int obey(const Arguments& words) {
    const std::u8string path(words.at(0).begin(), words.at(0).end());
    say("ready\n");
    if (!guestpatch::make_locks()->wait_until_free(path, std::chrono::seconds(60), {})) return 3;
    say("done\n");
    return std::stoi(words.at(1));
}

guestpatch::Detached detached(const Arguments& words) {
    return {words.at(0), std::u8string(words.at(1).begin(), words.at(1).end())};
}

/// Launches another of us with the words after name and folder, and is killed in the next moment.
int launch_and_die(const Arguments& words) {
    guestpatch::Command command{.argv = {words.begin() + 2, words.end()}};
    command.argv.insert(command.argv.begin(), self);
    const auto launched = guestpatch::make_process_runner()->launch(detached(words), command);
    if (!launched) {
        say(launched.error().message);
        return 3;
    }
    constexpr int unconditionally = 9;
    return std::raise(unconditionally);
}

int await(const Arguments& words) {
    const guestpatch::Patience patience{std::chrono::seconds(60), std::chrono::seconds(60), {}};
    const auto completion = guestpatch::make_process_runner()->await(detached(words), patience, {}, say);
    say(completion ? describe(*completion) : completion.error().message);
    return 0;
}

int log(const Arguments& words) {
    const auto log = guestpatch::make_log(guestpatch::parse_log_level(words.at(0)).value());
    log->debug("looking");
    log->tell(guestpatch::message::assessed, "found", {{"patch", "bash"}, {"state", "idle"}});
    log->tell(guestpatch::message::attempt_overdue, "lists are old");
    log->tell(guestpatch::message::state_not_written, "gave up");
    return 0;
}

const std::map<std::string, std::function<int(const Arguments&)>> modes{
    {"exit", exit_with},
    {"out", out},
    {"err", err},
    {"args", args},
    {"env", env},
    {"count-input", count_input},
    {"repeat-input", repeat_input},
    {"hang", hang},
    {"chatter", chatter},
    {"flood", flood},
    {"raise", raise_signal},
    {"lock", lock},
    {"deaf", deaf},
    {"log", log},
    {"obey", obey},
    {"launch-and-die", launch_and_die},
    {"await", await},
    {"spawn-holder", spawn_holder},
    {"spawn-and-hang", spawn_and_hang},
};

int deaf(const Arguments& words) {
    std::signal(SIGTERM, SIG_IGN);
    return modes.at(words.at(0))({words.begin() + 1, words.end()});
}

}  // namespace

int main(int argc, char** argv) {
    self = argv[0];
    const Arguments words = guestpatch::utf8_arguments(argc, argv);
    return modes.at(words.at(0))({words.begin() + 1, words.end()});
}
