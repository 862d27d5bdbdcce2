// What the fakes can do beyond their interfaces; the rest is the contract tests' business.
#include "platform/messages.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"
#include "tests/fakes/files.hpp"
#include "tests/fakes/host.hpp"
#include "tests/fakes/lock.hpp"
#include "tests/fakes/log.hpp"
#include "tests/fakes/package_manager.hpp"
#include "tests/fakes/process.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("fake time passes only when told", "[fakes]") {
    FakeClocks clocks;
    const Instant start = clocks.wall();
    clocks.tick(1500ms);
    CHECK(clocks.wall() == start + 1s);
    CHECK(clocks.boot() == BootTime(1500ms));
    clocks.set_wall(start - 1h);
    CHECK(clocks.boot() == BootTime(1500ms));
    const std::string first_boot = clocks.boot_id();
    clocks.reboot();
    CHECK(clocks.boot() == BootTime(0ms));
    CHECK(clocks.boot_id() != first_boot);
}

TEST_CASE("after a power cut everything fails and what was written before survives", "[fakes]") {
    FakeClocks clocks;
    FakeFiles files(clocks);
    files.cut_power_after(2);
    REQUIRE(files.write_durably("/state/a", "1", Readers::owner));
    REQUIRE(files.write_durably("/state/a", "2", Readers::owner));
    CHECK(files.write_durably("/state/a", "3", Readers::owner).error().code == Errc::failed);
    CHECK(files.read("/state/a").error().code == Errc::failed);
    CHECK(files.remove("/state/a").error().code == Errc::failed);
    CHECK(files.list("/state").error().code == Errc::failed);
    CHECK(files.durable_writes() == 2);

    files.restore_power();
    CHECK(files.read("/state/a") == "2");
    CHECK(files.write_durably("/state/a", "3", Readers::owner));
}

TEST_CASE("a power cut may come before the first write", "[fakes]") {
    FakeClocks clocks;
    FakeFiles files(clocks);
    files.cut_power_after(0);
    CHECK_FALSE(files.write_durably("/a", "1", Readers::owner));
    files.restore_power();
    CHECK(files.read("/a").error().code == Errc::not_found);
}

TEST_CASE("a full disk keeps the old content", "[fakes]") {
    FakeClocks clocks;
    FakeFiles files(clocks);
    files.put("/state/a", "old");
    files.fill_disk();
    CHECK(files.write_durably("/state/a", "new", Readers::owner).error().code == Errc::no_space);
    CHECK(files.read("/state/a") == "old");
    CHECK(files.remove("/state/a"));
    files.free_disk();
    CHECK(files.write_durably("/state/a", "new", Readers::owner));
}

TEST_CASE("forbidden folders refuse reading, writing and listing", "[fakes]") {
    FakeClocks clocks;
    FakeFiles files(clocks);
    files.put("/etc/secret/key", "k");
    files.forbid("/etc/secret");
    CHECK(files.read("/etc/secret/key").error().code == Errc::permission);
    CHECK(files.info("/etc/secret/key").error().code == Errc::permission);
    CHECK(files.list("/etc/secret").error().code == Errc::permission);
    CHECK(files.write_durably("/etc/secret/new", "x", Readers::owner).error().code == Errc::permission);
    CHECK(files.info("/etc/secret"));
}

TEST_CASE("what others put there has a kind and a time", "[fakes]") {
    FakeClocks clocks;
    FakeFiles files(clocks);
    files.put("/units/masked.service", FileKind::null_device);
    files.put_folder("/empty");
    files.put("/old", "x");
    files.set_modified("/old", clocks.wall() - 24h);
    CHECK(files.info("/units/masked.service")->kind == FileKind::null_device);
    CHECK(files.list("/empty")->empty());
    CHECK(files.info("/old")->modified == clocks.wall() - 24h);
    files.erase("/units");
    CHECK(files.list("/units").error().code == Errc::not_found);
}

TEST_CASE("fake programs answer the first rule that still applies", "[fakes]") {
    FakeProcessRunner runner;
    runner.answer({"apt-get", "update"}, Answer::exits(100, "", "locked"), 1);
    runner.answer({"apt-get"}, Answer::prints("done"));
    const Command update{.argv = {"apt-get", "update", "-q"}, .deadline = 1s, .silence = 1s};
    CHECK(runner.run(update, {})->code == 100);
    CHECK(runner.run(update, {})->out == "done");
    CHECK(runner.run({.argv = {"dnf"}, .deadline = 1s, .silence = 1s}, {}).error().code == Errc::not_found);
    CHECK(runner.command_lines() == std::vector<std::string>{"apt-get update -q", "apt-get update -q", "dnf"});
}

TEST_CASE("fake programs take fake time and run into their limits", "[fakes]") {
    FakeClocks clocks;
    FakeProcessRunner runner(clocks);
    Answer slow = Answer::prints("done");
    slow.takes = 10min;
    runner.answer({"slow"}, slow);
    CHECK(runner.run({.argv = {"slow"}, .deadline = 1h, .silence = 1h}, {})->out == "done");
    CHECK(clocks.boot() == BootTime(10min));
    CHECK(runner.run({.argv = {"slow"}, .deadline = 1h, .silence = 5min}, {})->end == RunEnd::silence);
    CHECK(runner.run({.argv = {"slow"}, .deadline = 5min, .silence = 1h}, {})->end == RunEnd::deadline);
    CHECK(clocks.boot() == BootTime(20min));
}

TEST_CASE("a lock of another program's is waited for in fake time", "[fakes]") {
    FakeClocks clocks;
    FakeLocks locks(clocks);
    locks.hold("/lock", "pid 7", 30s);
    CHECK(locks.acquire("/lock", "us").error() == Error{Errc::busy, "pid 7"});
    CHECK(locks.wait_until_free("/lock", 10s, {}).error().code == Errc::timed_out);
    CHECK(locks.wait_until_free("/lock", 60s, {}));
    CHECK(clocks.boot() == BootTime(30s));
    CHECK(locks.acquire("/lock", "us"));
    locks.hold("/lock", "for ever");
    clocks.tick(24h);
    CHECK(locks.holder("/lock") == "for ever");
    locks.let_go("/lock");
    CHECK(locks.holder("/lock") == std::nullopt);
}

TEST_CASE("the fake log and the fake package manager remember", "[fakes]") {
    FakeLog log;
    log.tell(message::document_not_read, "lists are old", {{"source", "deb"}});
    CHECK(log.count(LogLevel::warning, "old") == 1);
    CHECK(log.count(message::document_not_read) == 1);
    CHECK(log.count(message::document_set_aside) == 0);
    CHECK(log.entries().front().fields.at("source") == "deb");

    FakePackageManager manager;
    manager.sight_after_refresh = Sight{.patches = {Patch{.id = {"bash", "5.2"}}}};
    FakeProgress progress;
    Context context{.progress = progress};
    CHECK(manager.pending(context)->patches.empty());
    CHECK(manager.refresh(context).blind_spots.empty());
    CHECK(manager.pending(context)->patches.size() == 1);
    CHECK(manager.calls == std::vector<std::string>{"pending", "refresh", "pending"});
    CHECK(progress.steps.size() == 3);
    CHECK(FakeHost().facts().os_name == "Debian");
}

}  // namespace
}  // namespace guestpatch
