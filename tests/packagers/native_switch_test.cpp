#include "packagers/native_switch.hpp"

#include "tests/packagers/native_machine.hpp"

using namespace guestpatch;

TEST_CASE("apt's own updates go off and come back as they were found", "[native]") {
    NativeMachine machine;
    machine.files.put("/etc/apt/apt.conf.d/20auto-upgrades",
                      "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n");
    const auto before = machine.shape();
    CHECK(machine.still_on(machine.apt()).size() == 4);

    const NativeChange off = machine.apt().turn_off();
    CHECK(off.failed.empty());
    CHECK(off.kept.empty());
    CHECK(off.off == std::vector<std::string>{"apt-daily.timer", "apt-daily-upgrade.timer",
                                              "unattended-upgrades.service", "/etc/apt/apt.conf.d/zzzz-guestpatch"});
    CHECK(machine.units.units.at("apt-daily.timer") == UnitState{"apt-daily.timer", "loaded", "inactive", "disabled"});
    CHECK(machine.units.units.at("unattended-upgrades.service").active == "inactive");
    CHECK(machine.still_on(machine.apt()).empty());
    CHECK(machine.files.readers(snapshots / "apt.json") == Readers::owner);
    CHECK(machine.shape().at("/etc/apt/apt.conf.d/20auto-upgrades") ==
          before.at("/etc/apt/apt.conf.d/20auto-upgrades"));

    CHECK(machine.apt().turn_on().complete());
    CHECK(machine.shape() == before);
    CHECK_FALSE(machine.files.info(snapshots / "apt.json"));
}

TEST_CASE("What was off stays off on the way back", "[native]") {
    NativeMachine machine;
    machine.units.add("apt-daily.timer", "disabled", "inactive");
    machine.units.add("apt-daily-upgrade.timer", "enabled", "inactive");
    machine.units.add("unattended-upgrades.service", "disabled", "active");
    const auto before = machine.shape();
    CHECK(machine.apt().turn_off().complete());
    CHECK(machine.units.units.at("unattended-upgrades.service").active == "inactive");
    CHECK(machine.apt().turn_on().complete());
    CHECK(machine.shape() == before);
}

TEST_CASE("Turning off again changes nothing, and never what was found", "[native]") {
    NativeMachine machine;
    CHECK(machine.apt().turn_off().complete());
    const auto found = machine.files.read(snapshots / "apt.json");
    const int writes = machine.files.durable_writes();
    const NativeChange again = machine.apt().turn_off();
    CHECK(again.complete());
    CHECK(again.done.empty());
    CHECK(again.off.size() == 4);
    CHECK(machine.files.durable_writes() == writes);
    CHECK(machine.files.read(snapshots / "apt.json") == *found);
}

TEST_CASE("What is installed later goes off with the next call", "[native]") {
    NativeMachine machine;
    machine.units.units.erase("unattended-upgrades.service");
    CHECK(machine.apt().turn_off().complete());
    machine.units.add("unattended-upgrades.service", "enabled", "active");
    CHECK(machine.apt().turn_off().done ==
          std::vector<std::string>{"unattended-upgrades.service: disabled and stopped"});
    CHECK(machine.apt().turn_on().complete());
    CHECK(machine.units.units.at("unattended-upgrades.service").file == "enabled");
}

TEST_CASE("A user's change in between is noticed and not trampled", "[native]") {
    NativeMachine machine;
    CHECK(machine.apt().turn_off().complete());
    SECTION("a timer enabled again") {
        machine.units.add("apt-daily.timer", "enabled", "active");
        const auto now = machine.shape();
        CHECK(machine.apt().turn_off().kept ==
              std::vector<std::string>{"apt-daily.timer: somebody has turned it on again; left so"});
        CHECK(machine.shape() == now);
        CHECK(machine.apt().turn_on().kept ==
              std::vector<std::string>{"apt-daily.timer: somebody has turned it on again already; left so"});
        CHECK(machine.units.units.at("apt-daily.timer") == UnitState{"apt-daily.timer", "loaded", "active", "enabled"});
    }
    SECTION("a timer masked") {
        machine.units.add("apt-daily.timer", "masked", "inactive");
        CHECK(machine.apt().turn_off().kept.empty());
        CHECK(machine.apt().turn_on().kept ==
              std::vector<std::string>{"apt-daily.timer: somebody has made it masked in between; left so"});
        CHECK(machine.units.units.at("apt-daily.timer").file == "masked");
        CHECK(machine.units.units.at("apt-daily-upgrade.timer").file == "enabled");
    }
    SECTION("our drop-in edited: it goes all the same, its content is kept beside it") {
        machine.files.put(apt::native_drop_in, "APT::Periodic::Enable \"1\";\n");
        CHECK(machine.apt().turn_off().kept.size() == 1);
        CHECK(machine.files.read(apt::native_drop_in) == std::string("APT::Periodic::Enable \"1\";\n"));
        CHECK(machine.apt().turn_on().kept.size() == 1);
        CHECK_FALSE(machine.files.info(apt::native_drop_in));
        CHECK(machine.files.read(std::string(apt::native_drop_in) + ".save") ==
              std::string("APT::Periodic::Enable \"1\";\n"));
    }
    SECTION("a package removed") {
        machine.units.units.erase("unattended-upgrades.service");
        const NativeChange on = machine.apt().turn_on();
        CHECK(on.complete());
        CHECK(on.kept.empty());
    }
    CHECK_FALSE(machine.files.info(snapshots / "apt.json"));
}

TEST_CASE("Units nobody can disable are masked, and unmasked again", "[native]") {
    NativeMachine machine;
    machine.units.add("packagekit.service", "static", "active");
    machine.units.add("packagekit-offline-update.service", "static", "inactive");
    const auto before = machine.shape();
    CHECK(machine.other("packagekit").turn_off().off ==
          std::vector<std::string>{"packagekit.service", "packagekit-offline-update.service"});
    CHECK(machine.units.units.at("packagekit.service") ==
          UnitState{"packagekit.service", "masked", "inactive", "masked"});
    CHECK(machine.other("packagekit").turn_on().complete());
    CHECK(machine.shape() == before);
}

TEST_CASE("A file that decides is edited and restored byte for byte", "[native]") {
    NativeMachine machine;
    const Path path = "/etc/sysconfig/automatic_online_update";
    const std::string original = "## \xff not UTF-8\r\nAOU_ENABLE_CRONJOB = \"true\"\nAOU_X=\"true\"";
    machine.files.put(path, original);
    CHECK(machine.other("yast-online-update").turn_off().complete());
    CHECK(machine.files.read(path) ==
          std::string("## \xff not UTF-8\r\nAOU_ENABLE_CRONJOB = \"false\"\nAOU_X=\"true\""));
    SECTION("as it was") {
        CHECK(machine.other("yast-online-update").turn_on().complete());
        CHECK(machine.files.read(path) == original);
    }
    SECTION("somebody's edit stays") {
        machine.files.put(path, "AOU_ENABLE_CRONJOB=\"true\" # mine\n");
        CHECK(machine.other("yast-online-update").turn_off().kept.size() == 1);
        CHECK(machine.other("yast-online-update").turn_on().kept.size() == 1);
        CHECK(machine.files.read(path) == std::string("AOU_ENABLE_CRONJOB=\"true\" # mine\n"));
    }
    CHECK_FALSE(machine.files.info(snapshots / "yast-online-update.json"));
}

TEST_CASE("Without a service manager only files are left to change", "[native]") {
    NativeMachine machine;
    machine.files.put("/etc/yum/yum-cron.conf", "[commands]\napply_updates = yes\n");
    const auto before = machine.shape();
    SECTION("with one the units decide") {
        machine.units.add("yum-cron.service", "enabled", "active");
        CHECK(machine.other("yum-cron").turn_off().off == std::vector<std::string>{"yum-cron.service"});
    }
    SECTION("without one") {
        machine.units.present = false;
        const NativeChange off = machine.other("yum-cron").turn_off();
        CHECK(off.only_files);
        CHECK(off.off == std::vector<std::string>{"/etc/yum/yum-cron.conf"});
        CHECK(machine.apt().turn_off().off == std::vector<std::string>{std::string(apt::native_drop_in)});
        CHECK(machine.still_on(machine.apt()).empty());
        CHECK(machine.other("yum-cron").turn_on().complete());
        CHECK(machine.apt().turn_on().complete());
        CHECK(machine.shape() == before);
    }
}

TEST_CASE("What cannot be turned off is said, and tried again", "[native]") {
    NativeMachine machine;
    const auto before = machine.shape();
    machine.units.refusal = Error{Errc::permission, "Access denied"};
    const NativeChange refused = machine.apt().turn_off();
    CHECK_FALSE(refused.complete());
    CHECK(refused.failed.front() == "apt-daily.timer: Access denied");
    machine.units.refusal.reset();
    CHECK(machine.apt().turn_off().complete());
    CHECK(machine.apt().turn_on().complete());
    CHECK(machine.shape() == before);
}

TEST_CASE("A machine without any of it is left alone", "[native]") {
    NativeMachine machine;
    for (const char* name : {"packagekit", "dnf-automatic", "dnf5-automatic", "yum-cron", "yast-online-update"}) {
        CHECK(machine.other(name).turn_off().off.empty());
        CHECK_FALSE(machine.files.info(snapshots / (std::string(name) + ".json")));
        CHECK(machine.other(name).turn_on().done.empty());
    }
}

namespace {

/// Cuts the power after `events` writes or changes of units, on either way, goes on as `forward` says, then both ways.
void cut_and_go_on(bool way_back, bool forward, int events) {
    NativeMachine machine;
    machine.units.add("unattended-upgrades.service", "disabled", "active");
    const auto before = machine.shape();
    if (way_back) CHECK(machine.apt().turn_off().complete());
    machine.cut_power_after(events);
    (void)(way_back ? machine.apt().turn_on() : machine.apt().turn_off());
    machine.restore_power();
    const NativeChange rest = way_back == forward ? machine.apt().turn_on() : machine.apt().turn_off();
    CHECK(rest.complete());
    CHECK(rest.kept.empty());
    const NativeChange off = machine.apt().turn_off();
    CHECK(off.off.size() == 4);
    CHECK(off.kept.empty());
    CHECK(machine.apt().turn_on().complete());
    CHECK(machine.shape() == before);
}

}  // namespace

TEST_CASE("A power cut after any write or change ends nowhere in between", "[native]") {
    for (const bool way_back : {false, true}) {
        for (const bool forward : {false, true}) {
            for (int events = 0; events < 20; ++events) {
                INFO((way_back ? "turning on, " : "turning off, ")
                     << events << " events, then " << (forward ? "on" : "back"));
                cut_and_go_on(way_back, forward, events);
            }
        }
    }
}

TEST_CASE("What could not be put back is not forgotten when it is to go off again", "[native]") {
    NativeMachine machine;
    const auto before = machine.shape();
    CHECK(machine.apt().turn_off().complete());
    machine.units.refusal = Error{Errc::permission, "Access denied"};
    CHECK_FALSE(machine.apt().turn_on().complete());
    const NativeChange off = machine.apt().turn_off();
    CHECK(off.failed.front() == "apt-daily.timer: Access denied");
    machine.units.refusal.reset();
    SECTION("and back") {
        CHECK(machine.apt().turn_on().complete());
    }
    SECTION("off, and back") {
        CHECK(machine.apt().turn_off().off.size() == 4);
        CHECK(machine.apt().turn_on().complete());
    }
    CHECK(machine.shape() == before);
}

TEST_CASE("A unit removed while it could not be put back hinders nobody", "[native]") {
    NativeMachine machine;
    CHECK(machine.apt().turn_off().complete());
    machine.units.refusal = Error{Errc::permission, "Access denied"};
    CHECK_FALSE(machine.apt().turn_on().complete());
    machine.units.refusal.reset();
    machine.units.units.erase("unattended-upgrades.service");
    const NativeChange on = machine.apt().turn_on();
    CHECK(on.complete());
    CHECK(std::ranges::none_of(on.done, [](const std::string& s) { return s.starts_with("unattended-upgrades"); }));
}

TEST_CASE("A snapshot nobody can read is kept, named, and stops neither way", "[native]") {
    const std::string text = GENERATE(R"({"schema": 2})", "{\"schema\": 1, \"uni");
    NativeMachine machine;
    CHECK(machine.apt().turn_off().complete());
    machine.files.put(snapshots / "apt.json", text);
    const Path aside = snapshots / "apt.json.unreadable";
    SECTION("going off") {
        const NativeChange off = machine.apt().turn_off();
        CHECK(off.complete());
        CHECK(off.lost.size() == 1);
        CHECK(off.lost.front().starts_with(aside.string() + " tells how it was found"));
        CHECK(machine.still_on(machine.apt()).empty());
        CHECK(machine.apt().turn_off().lost == off.lost);
        CHECK(machine.apt().turn_on().complete());
    }
    SECTION("coming back") {
        CHECK(machine.apt().turn_on().lost.size() == 1);
        CHECK_FALSE(machine.files.info(snapshots / "apt.json"));
    }
    SECTION("a second one does not overwrite the first") {
        CHECK(machine.apt().turn_off().complete());
        machine.files.put(snapshots / "apt.json", "another");
        CHECK(machine.apt().turn_off().lost.size() == 2);
        CHECK(machine.files.read(snapshots / "apt.json.unreadable-2") == std::string("another"));
        CHECK(machine.apt().turn_on().complete());
    }
    CHECK(machine.files.read(aside) == text);
    CHECK(machine.files.readers(aside) == Readers::owner);
    // Our drop-in is known by its name; what the units were is not.
    CHECK_FALSE(machine.files.info(apt::native_drop_in));
    CHECK(machine.units.units.at("apt-daily.timer").file == "disabled");
}

TEST_CASE("A run in progress is waited for", "[native]") {
    NativeMachine machine;
    FakeProgress progress;
    Context context{{machine.clocks.boot() + std::chrono::hours(1)}, {}, progress};
    machine.units.add("apt-daily-upgrade.service", "static", "activating");
    CHECK(machine.apt().wait_until_idle(context));
    CHECK(machine.units.units.at("apt-daily-upgrade.service").active == "inactive");
    machine.units.add("apt-daily-upgrade.service", "static", "activating");
    machine.units.ends = false;
    CHECK(machine.apt().wait_until_idle(context).error().code == Errc::timed_out);
    context.deadline = {machine.clocks.boot()};
    CHECK(machine.apt().wait_until_idle(context).error() == Error{Errc::busy, "apt-daily-upgrade.service"});
}

TEST_CASE("Whatever wins over our drop-in is named", "[native]") {
    NativeMachine machine;
    CHECK(machine.apt().turn_off().complete());
    machine.files.put("/etc/apt/apt.conf", "APT::Periodic::Unattended-Upgrade \"1\";\n");
    CHECK(machine.still_on(machine.apt()) ==
          std::vector<std::string>{"APT::Periodic::Unattended-Upgrade is \"1\", set by /etc/apt/apt.conf"});
    machine.files.erase("/etc/apt/apt.conf");
    machine.files.put("/etc/apt/apt.conf.d/zzzzz", "APT::Periodic::Enable \"1\";\n");
    CHECK(machine.still_on(machine.apt()) ==
          std::vector<std::string>{"APT::Periodic::Enable is \"1\", set by " + (Path("/etc/apt/apt.conf.d") / "zzzzz").string()});
}

TEST_CASE("Settings are switched off in place", "[native]") {
    CHECK(switch_setting_off("a = yes\nb=yes\n", "a", "no") == std::string("a = no\nb=yes\n"));
    CHECK(switch_setting_off("A=\"TRUE\"", "A", "false") == std::string("A=\"false\""));
    CHECK(switch_setting_off("  a='1'\r\n", "a", "0") == std::string("  a='0'\r\n"));
    CHECK_FALSE(switch_setting_off("a = no\n#a = yes\nab = yes\n", "a", "no"));
    CHECK_FALSE(switch_setting_off("", "a", "no"));
}

TEST_CASE("A prepared offline update is seen", "[native]") {
    NativeMachine machine;
    CHECK_FALSE(prepared_offline_update(machine.files));
    machine.files.put_folder("/system-update");
    CHECK(prepared_offline_update(machine.files) == std::string("/system-update"));
}
