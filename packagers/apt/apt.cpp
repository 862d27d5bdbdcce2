#include "packagers/apt/apt.hpp"

#include "packagers/apt/database.hpp"
#include "packagers/apt/installing.hpp"
#include "packagers/apt/looking.hpp"
#include "packagers/apt/marks.hpp"
#include "packagers/apt/questions.hpp"
#include "packagers/apt/rebooting.hpp"
#include "packagers/apt/refreshing.hpp"
#include "packagers/apt/repairing.hpp"
#include "packagers/apt/version.hpp"

namespace guestpatch::apt {
namespace {

/// Each verb has a file of its own.
class Apt final : public PackageManager {
  public:
    Apt(Seams seams, const PackageManagerSettings& settings)
        : seams_(seams),
          questions_(seams, settings.private_cache, settings.snapshot),
          looker_(seams, questions_, settings),
          installer_(seams, settings) {}

    Refresh refresh(Context& context) override { return apt::refresh(seams_, questions_, looker_, context); }
    Result<Sight> pending(Context& context) override { return looker_.pending(context); }
    Repair repair(const Batch& batch, Context& context) override {
        return apt::repair(seams_, questions_, installer_, batch, context);
    }
    Download download(const Batch& batch, Context& context) override {
        return installer_.download(batch, looker_.plan_size(), context);
    }
    InstallOutcome install(const Batch& batch, Context& context) override { return installer_.install(batch, context); }
    InstallOutcome collect(const Batch& batch, Context& context) override { return installer_.collect(batch, context); }

    Result<std::vector<Presence>> verify(const std::vector<Patch>& patches) override {
        const auto installed = read_installed(seams_.files);
        if (!installed) return installed.error();
        std::vector<Presence> found;
        found.reserve(patches.size());
        for (const Patch& patch : patches) found.push_back(presence(*installed, patch.id));
        return found;
    }
    std::vector<std::string> automatic(const std::vector<Patch>& patches) override {
        return apt::automatic(seams_.files, patches);
    }
    Result<void> mark_automatic(const std::vector<std::string>& names, Context& context) override {
        return apt::mark_automatic(seams_.files, questions_, names, context);
    }
    Result<RebootNeed> reboot_need(Context& context, Effort effort) override {
        return apt::reboot_need(seams_, questions_, context, effort);
    }

  private:
    Seams seams_;
    Questions questions_;
    Looker looker_;
    Installer installer_;
};

}  // namespace

std::unique_ptr<PackageManager> make_apt(Seams seams, const PackageManagerSettings& settings) {
    return std::make_unique<Apt>(seams, settings);
}

bool knows_snapshots(Seams seams) {
    const auto os_release = seams.host.facts().os_release;
    const auto id = os_release.find("ID");
    if (id == os_release.end() || id->second != "ubuntu") return false;
    const auto installed = read_installed(seams.files);
    if (!installed) return false;
    const auto apt = installed->find("apt");
    return apt != installed->end() && compare_versions(apt->second.version, "2.4.11") >= 0;
}

}  // namespace guestpatch::apt
