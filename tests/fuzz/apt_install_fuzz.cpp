// Hostile output of apt-get and dpkg, on both streams and in pieces of every size.
#include <cstdint>

#include "packagers/apt/install_output.hpp"
#include "packagers/apt/watching.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

class Critic final : public Progress {
  public:
    void report(const ProgressReport& report) override {
        must(!report.percent || (*report.percent >= 0 && *report.percent <= 100), "a percentage is one");
        must(!report.step.empty(), "a step has a name");
        last = std::string(report.step) + " " + std::string(report.patch) + " " + std::to_string(report.percent.value_or(-1));
    }
    std::string last;
};

std::string watch(const std::string& text, std::size_t size) {
    Critic critic;
    apt::Watcher watcher(critic, "downloading");
    for (std::size_t at = 0; at < text.size(); at += size) watcher(std::string_view(text).substr(at, size));
    return critic.last;
}

void try_text(const std::string& text) {
    const apt::InstallReport report = apt::parse_install(text, text);
    const std::vector<Patch> patches{{.id = {"gp-sec", "1"}, .architecture = "amd64"},
                                     {.id = {"gp-sec:i386", "1"}, .architecture = "i386"},
                                     {.id = {"gp-vendor", "1"}, .architecture = "all"}};
    const auto failures = apt::failures_among(patches, report.faults);
    must(failures.size() <= patches.size(), "a patch fails once");
    must(failures.empty() || !report.faults.empty(), "a failure has a fault behind it");
    must(watch(text, 1) == watch(text, text.size() + 1), "however the output is cut into pieces, it ends with the same news");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
