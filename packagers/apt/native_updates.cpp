#include "packagers/apt/native_updates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/base/text.hpp"

namespace guestpatch::apt {
namespace {

/// The first alone is enough for apt's own script; the others are for everybody else who reads them.
constexpr std::array<std::string_view, 4> settings{"APT::Periodic::Enable", "APT::Periodic::Update-Package-Lists",
                                                   "APT::Periodic::Download-Upgradeable-Packages",
                                                   "APT::Periodic::Unattended-Upgrade"};
constexpr std::chrono::minutes question_limit{1};

std::string drop_in_content() {
    std::string content = "// Written by guestpatch while patchMode is AutomaticByPlatform, deleted when it ends.\n";
    for (const std::string_view setting : settings) content += fmt::format("{} \"0\";\n", setting);
    return content;
}

/// Configuration files that apt reads after ours and that speak of these settings.
std::vector<std::string> find_winners(Files& files) {
    std::vector<std::string> suspects;
    const Path folder = Path(native_drop_in).parent_path();
    const std::string ours = Path(native_drop_in).filename().string();
    const auto listed = files.list(folder);
    for (const FileInfo& info : listed ? *listed : std::vector<FileInfo>()) {
        if (info.name > ours) suspects.push_back((folder / info.name).string());
    }
    suspects.emplace_back("/etc/apt/apt.conf");
    std::erase_if(suspects, [&files](const std::string& path) {
        const auto content = files.read(path);
        return !content || to_lower(*content).find("periodic") == std::string::npos;
    });
    return suspects;
}

std::vector<std::string> find_resistance(Seams seams, Context& context) {
    const Command command{.argv = {"apt-config", "dump"}, .deadline = question_limit, .silence = question_limit};
    const auto answer = seams.processes.run(command, context.stop);
    if (!answer && answer.error().code == Errc::not_found) return {};
    if (!answer || !answer->exited_with(0)) {
        return {fmt::format("apt-config dump: {}", answer ? describe(*answer) : answer.error().message)};
    }
    std::vector<std::string> lost = find_lost_settings(answer->out);
    if (lost.empty()) return lost;
    const auto winners = find_winners(seams.files);
    const std::string by =
        winners.empty() ? "by a file that another one includes, or that APT_CONFIG names" : "by " + join(winners);
    for (std::string& sentence : lost) sentence = fmt::format("{}, set {}", sentence, by);
    return lost;
}

}  // namespace

std::vector<std::string> find_lost_settings(std::string_view dump) {
    std::array<std::string, settings.size()> values;
    while (!dump.empty()) {
        std::string_view line = take_line(dump);
        const std::string name = to_lower(take_until(line, ' '));
        const auto known =
            std::ranges::find_if(settings, [&](std::string_view setting) { return to_lower(setting) == name; });
        if (known == settings.end() || line.size() < 3 || !line.starts_with('"')) continue;
        values[static_cast<std::size_t>(known - settings.begin())] = line.substr(1, line.rfind('"') - 1);
    }
    std::vector<std::string> lost;
    for (std::size_t i = 0; i < settings.size(); ++i) {
        if (values[i] != "0") lost.push_back(fmt::format("{} is \"{}\"", settings[i], values[i]));
    }
    return lost;
}

NativeParts native_updates(Seams seams) {
    using enum UnitLock;
    const auto drop_in = [files = &seams.files](const std::optional<std::string>&) {
        const bool has_apt = files->info(Path(native_drop_in).parent_path()).has_value();
        return has_apt ? std::optional(drop_in_content()) : std::nullopt;
    };
    return {.name = "apt",
            .units = {{"apt-daily.timer", disable},
                      {"apt-daily-upgrade.timer", disable},
                      {"unattended-upgrades.service", disable}},
            .runs = {"apt-daily.service", "apt-daily-upgrade.service"},
            .locks = {},
            .files = {{Path(native_drop_in), true, FileRule::always, drop_in}},
            .resistance = [seams](Context& context) { return find_resistance(seams, context); }};
}

}  // namespace guestpatch::apt
