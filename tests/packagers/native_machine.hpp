// A make-believe machine that updates itself, and its state as one value.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "packagers/apt/native_updates.hpp"
#include "packagers/native_switch.hpp"
#include "packagers/native_units.hpp"
#include "platform/base/text.hpp"
#include "tests/catch.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/progress.hpp"

namespace guestpatch {

inline const Path snapshots = "/state/native-updates";

/// Debian with unattended-upgrades, as installed.
struct NativeMachine : FakeMachine {
    NativeMachine() {
        files.put_folder("/etc/apt/apt.conf.d");
        units.add("apt-daily.timer", "enabled", "active");
        units.add("apt-daily-upgrade.timer", "enabled", "active");
        units.add("apt-daily.service", "static", "inactive");
        units.add("apt-daily-upgrade.service", "static", "inactive");
        units.add("unattended-upgrades.service", "enabled", "active");
        processes.behave([](const Command& command) { return command.argv.front() == "apt-config"; },
                         [this](const Command&) { return Answer::prints(dump()); });
    }

    /// Of /etc/apt: one setting a line, the last one wins.
    std::string dump() {
        std::map<std::string, std::string> settings;
        std::vector<Path> read;
        const auto parts = files.list("/etc/apt/apt.conf.d");
        for (const FileInfo& info : *parts) read.push_back(Path("/etc/apt/apt.conf.d") / info.name);
        read.emplace_back("/etc/apt/apt.conf");
        for (const Path& path : read) {
            const auto content = files.read(path);
            for (std::string_view rest = content ? std::string_view(*content) : std::string_view(); !rest.empty();) {
                std::string_view line = take_line(rest);
                const std::string key(take_until(line, ' '));
                if (key != "//") settings[key] = line;
            }
        }
        std::string text;
        for (const auto& [key, value] : settings) text += key + " " + value + "\n";
        return text;
    }

    NativeSwitch apt() { return {seams, snapshots, apt::native_updates(seams)}; }
    NativeSwitch other(std::string_view name) {
        for (NativeParts& parts : portable_native_updates()) {
            if (parts.name == name) return {seams, snapshots, std::move(parts)};
        }
        FAIL("no such native updates: " << name);
        return {seams, snapshots, {}};
    }

    std::vector<std::string> still_on(NativeSwitch native) {
        FakeProgress progress;
        Context context{{}, {}, progress};
        return native.still_on(context);
    }

    /// Everything a user would notice: units, and files outside of our own folder.
    std::map<std::string, std::string> shape() {
        std::map<std::string, std::string> all;
        for (const auto& [name, unit] : units.units) all[name] = unit.file + " " + unit.active;
        for (const char* folder : {"/etc/apt/apt.conf.d", "/etc/apt", "/etc/sysconfig", "/etc/yum"}) {
            const auto listed = files.list(folder);
            for (const FileInfo& info : listed ? *listed : std::vector<FileInfo>()) {
                if (info.kind == FileKind::regular) {
                    all[std::string(folder) + "/" + info.name] = *files.read(Path(folder) / info.name);
                }
            }
        }
        return all;
    }

    /// From now on every durable write and every change of a unit counts; after `events` of them all goes dark.
    void cut_power_after(int events) {
        left_ = events;
        units.after_change = [this] {
            if (--left_ <= 0) go_dark();
        };
        files.cut_power_after(events);
    }
    void restore_power() {
        files.restore_power();
        units.refusal.reset();
        units.after_change = nullptr;
    }

  private:
    void go_dark() {
        files.cut_power_after(0);
        units.refusal = Error{Errc::failed, "the power is cut"};
    }
    int left_ = 0;
};

}  // namespace guestpatch
