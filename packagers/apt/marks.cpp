#include "packagers/apt/marks.hpp"

#include "packagers/apt/database.hpp"
#include "packagers/apt/extended_states.hpp"

namespace guestpatch::apt {
namespace {

/// The marks by the names patches go by.
class Marks {
  public:
    Marks(Files& files, const InstalledPackages& installed) : native_(native_architecture(installed)) {
        if (const auto text = files.read("/var/lib/apt/extended_states")) marked_ = parse_extended_states(*text);
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return marked_.contains(name.find(':') == std::string::npos ? name + ":" + native_ : name);
    }

  private:
    std::string native_;
    std::set<std::string, std::less<>> marked_;
};

}  // namespace

std::vector<std::string> automatic(Files& files, const std::vector<Patch>& patches) {
    const auto installed = read_installed(files);
    const Marks marks(files, installed ? *installed : InstalledPackages());
    std::vector<std::string> names;
    for (const Patch& patch : patches) {
        if (patch.installed_version.empty() || marks.has(patch.id.name)) names.push_back(patch.id.name);
    }
    return names;
}

Result<void> mark_automatic(Files& files, const Questions& questions, const std::vector<std::string>& names,
                            Context& context) {
    const auto installed = read_installed(files);
    if (!installed) return installed.error();
    const Marks marks(files, *installed);
    std::vector<std::string> missing;
    for (const std::string& name : names) {
        if (installed->contains(name) && !marks.has(name)) missing.push_back(name);
    }
    return missing.empty() ? Result<void>() : questions.mark_automatic(context, missing);
}

}  // namespace guestpatch::apt
