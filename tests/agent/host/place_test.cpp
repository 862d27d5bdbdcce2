#include "agent/host/place.hpp"

#include "agent/wire/exchange.hpp"
#include "agent/wire/place.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"

using namespace guestpatch;

namespace {

const Path known = "/state/place.json";

/// A machine on Azure; its courier carries `reply`.
struct World : FakeMachine {
    World() {
        files.put("/sys/class/dmi/id/chassis_asset_tag", std::string(azure_chassis) + "\n");
        processes.behave([](const Command& command) { return command.argv.front() == "/courier"; },
                         [this](const Command& command) {
                             asked.push_back(decode_exchange(command.input).value());
                             limit = command.deadline;
                             return courier;
                         });
        answers(200, R"({"location": "westeurope", "tags": "env:prod"})");
    }

    void answers(int status, std::string body) {
        courier = Answer::prints(encode(std::vector{Reply{.id = "compute", .status = status, .body = std::move(body)}}));
    }
    Result<Learned> learn(AskPlace when = AskPlace::once_per_boot, Imds setting = Imds::automatic) {
        const Courier program(processes, "/courier", "nobody");
        return learn_place(seams, program, setting, {known, "/run/guestpatch/place-asked"}, when, {});
    }
    std::optional<MachinePlace> place() {
        const auto text = files.read(known);
        return text ? std::optional(decode_place(*text).value()) : std::nullopt;
    }

    std::vector<Exchange> asked;
    milliseconds limit{};
    Answer courier;
};

const MachinePlace answered{.region = "westeurope", .tags = {{"env", "prod"}}};

}  // namespace

TEST_CASE("Only firmware that says Azure, or the configuration, lets anybody be asked", "[place]") {
    CHECK(should_ask(Imds::automatic, azure_chassis));
    CHECK_FALSE(should_ask(Imds::automatic, ""));
    CHECK_FALSE(should_ask(Imds::automatic, "Default string"));
    CHECK_FALSE(should_ask(Imds::automatic, std::string(azure_chassis) + "0"));
    CHECK(should_ask(Imds::always, ""));
    CHECK_FALSE(should_ask(Imds::never, azure_chassis));
}

TEST_CASE("The place is asked for within a second, and kept", "[place]") {
    World machine;
    CHECK(machine.learn() == Learned::changed);
    CHECK(machine.place() == answered);
    CHECK(machine.files.readers(known) == Readers::everyone);
    REQUIRE(machine.asked.size() == 1);
    const Exchange& exchange = machine.asked.front();
    CHECK(exchange.peer == Peer::imds);
    CHECK(exchange.url == "http://169.254.169.254");
    REQUIRE(exchange.calls.size() == 1);
    CHECK(exchange.calls.front().path == "/metadata/instance/compute?api-version=2021-12-13");
    CHECK(exchange.calls.front().headers == std::vector<Header>{{"Metadata", "true"}});
    CHECK(machine.limit == seconds(1));
}

TEST_CASE("One answer does for a boot, unless somebody asks again", "[place]") {
    World machine;
    REQUIRE(machine.learn() == Learned::changed);
    CHECK(machine.learn() == Learned::not_asked);
    CHECK(machine.asked.size() == 1);
    CHECK(machine.learn(AskPlace::now) == Learned::unchanged);
    CHECK(machine.asked.size() == 2);
    machine.clocks.reboot();
    machine.answers(200, R"({"location": "northeurope"})");
    CHECK(machine.learn() == Learned::changed);
    CHECK(machine.place() == MachinePlace{.region = "northeurope"});
}

TEST_CASE("An answer that is no news is not written again", "[place]") {
    World machine;
    REQUIRE(machine.learn() == Learned::changed);
    const int writes = machine.files.durable_writes();
    CHECK(machine.learn(AskPlace::now) == Learned::unchanged);
    CHECK(machine.files.durable_writes() == writes);
}

TEST_CASE("A service that is not ready is asked again, and what is known stays", "[place]") {
    World machine;
    REQUIRE(machine.learn() == Learned::changed);
    machine.clocks.reboot();
    SECTION("410") { machine.answers(410, ""); }
    SECTION("429") { machine.answers(429, ""); }
    SECTION("503") { machine.answers(503, R"({"location": "nowhere"})"); }
    SECTION("no answer") {
        machine.courier = Answer::prints(encode(std::vector{Reply{.id = "compute", .silence = Silence::unreached, .message = "no route"}}));
    }
    SECTION("too slow") { machine.courier = Answer{.takes = seconds(2)}; }
    SECTION("no courier") { machine.courier = Answer::fails(Errc::not_found, "no such program"); }
    CHECK_FALSE(machine.learn());
    CHECK_FALSE(machine.learn());
    CHECK(machine.asked.size() == 3);
    CHECK(machine.place() == answered);
}

TEST_CASE("An answer that will stay useless is not asked for twice in a boot, and what is known stays", "[place]") {
    World machine;
    REQUIRE(machine.learn() == Learned::changed);
    machine.clocks.reboot();
    SECTION("404") { machine.answers(404, ""); }
    SECTION("400") { machine.answers(400, ""); }
    SECTION("garbage") { machine.answers(200, "<html>"); }
    const auto learned = machine.learn();
    REQUIRE_FALSE(learned);
    CHECK(learned.error().message.starts_with("instance metadata service: "));
    CHECK(machine.learn() == Learned::not_asked);
    CHECK(machine.asked.size() == 2);
    CHECK(machine.place() == answered);
}

TEST_CASE("Where nobody may be asked no courier starts, and an answer of earlier is forgotten", "[place]") {
    World machine;
    REQUIRE(machine.learn() == Learned::changed);
    const auto setting = GENERATE(Imds::never, Imds::automatic);
    if (setting == Imds::automatic) machine.files.put("/sys/class/dmi/id/chassis_asset_tag", "Default string\n");
    CHECK(machine.learn(AskPlace::now, setting) == Learned::changed);
    CHECK(machine.learn(AskPlace::now, setting) == Learned::not_asked);
    CHECK_FALSE(machine.place());
    CHECK(machine.asked.size() == 1);
}

TEST_CASE("A machine without firmware to read is not asked for by itself", "[place]") {
    World machine;
    machine.files.erase("/sys");
    CHECK(machine.learn() == Learned::not_asked);
    CHECK(machine.asked.empty());
    CHECK(machine.learn(AskPlace::once_per_boot, Imds::always) == Learned::changed);
}

TEST_CASE("A place that cannot be kept is an error", "[place]") {
    World machine;
    machine.files.fill_disk();
    const auto learned = machine.learn();
    REQUIRE_FALSE(learned);
    CHECK(learned.error().code == Errc::no_space);
}
