// What belongs to the operation that runs: its detached jobs, and how far it has come.
#include <fmt/format.h>

#include <algorithm>

#include "agent/engine/state_folder.hpp"
#include "agent/wire/progress.hpp"

namespace guestpatch {

std::vector<std::string> StateFolder::jobs_of(const std::string& activity_id) const {
    std::vector<std::string> jobs;
    const auto listed = seams_.files.list(folder_ / "running");
    for (const FileInfo& info : listed ? *listed : std::vector<FileInfo>()) {
        if (info.name.starts_with(fmt::format("guestpatch-{}-", activity_id))) jobs.push_back(info.name);
    }
    // "-10" comes after "-9".
    std::ranges::sort(jobs, {}, [](const std::string& job) { return std::pair(job.size(), job); });
    return jobs;
}

std::vector<Detached> StateFolder::parts_of(const std::string& name) const {
    std::vector<Detached> parts{job(name)};
    const auto listed = seams_.files.list(parts.front().folder);
    for (const FileInfo& info : listed ? *listed : std::vector<FileInfo>()) {
        if (info.kind == FileKind::directory) parts.push_back({name + "-" + info.name, parts.front().folder / info.name});
    }
    return parts;
}

bool StateFolder::job_lives(const std::string& job_or_part) const {
    const auto listed = seams_.files.list(folder_ / "running");
    for (const FileInfo& info : listed ? *listed : std::vector<FileInfo>()) {
        if (!job_or_part.starts_with(info.name)) continue;
        for (const Detached& part : parts_of(info.name)) {
            if (part.name == job_or_part && !seams_.processes.whereabouts(part).empty()) return true;
        }
    }
    return false;
}

std::optional<OperationProgress> StateFolder::progress(const std::string& activity_id) const {
    const auto text = seams_.files.read(runtime_ / "progress.json");
    if (!text) return std::nullopt;
    const auto progress = decode_progress(*text);
    return progress && progress->activity_id == activity_id ? std::optional(*progress) : std::nullopt;
}

void StateFolder::write_progress(const OperationProgress& progress) {
    auto written = seams_.files.write_volatile(runtime_ / "progress.json", encode(progress), Readers::everyone);
    if (!written) seams_.log.debug(written.error().message);  // a progress bar less
}

}  // namespace guestpatch
