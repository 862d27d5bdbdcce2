// The composition root: binds the real seams, parses, runs, returns the exit code.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "agent/cli/options.hpp"
#include "agent/cli/run.hpp"
#include "platform/arguments.hpp"
#include "platform/clock.hpp"
#include "platform/console.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/lock.hpp"
#include "platform/log.hpp"
#include "platform/paths.hpp"
#include "platform/process.hpp"
#include "platform/reboot.hpp"
#include "platform/time_zone.hpp"
#include "platform/units.hpp"

int main(int argc, char** argv) {
    using namespace guestpatch;
    reserve_standard_streams();
    const std::vector<std::string> arguments = utf8_arguments(argc, argv);
    const auto invocation = parse_arguments(arguments);
    // Before any other thread exists. The service waits for its signals in a way of its own (platform/waiter.hpp).
    const bool is_service = invocation && std::holds_alternative<DaemonOptions>(invocation->command);
    const auto stop = is_service ? nullptr : listen_for_stop();

    const auto clocks = make_clocks();
    const auto files = make_files();
    const auto host = make_host();
    const auto locks = make_locks();
    const auto log = make_log(invocation ? invocation->common.log_level.value_or(LogLevel::info) : LogLevel::info);
    const auto processes = make_process_runner();
    const auto rebooter = make_rebooter(*processes);
    const auto zones = make_time_zones();
    const auto units = make_units();
    Console console = inspect_console();
    const char* no_color = std::getenv("NO_COLOR");
    const char* job = std::getenv(job_variable);
    console.colors = no_color == nullptr || *no_color == '\0';
    App app{.seams = {*clocks, *files, *host, *locks, *log, *processes, *rebooter, *zones, *units},
            .paths = system_paths(),
            .console = console,
            .stop = stop ? stop->token() : std::stop_token(),
            .out = std::cout,
            .err = std::cerr,
            .job = job != nullptr ? job : ""};
    if (!invocation) {
        const bool json = std::ranges::find(arguments, "--json") != arguments.end();
        return static_cast<int>(report(app, json, invocation.error()));
    }
    return static_cast<int>(run(app, *invocation));
}
