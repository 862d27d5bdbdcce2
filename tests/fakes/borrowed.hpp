// A package manager that is somebody else's.
#pragma once

#include "packagers/package_manager.hpp"

namespace guestpatch {

/// Passes everything on: for code that wants one of its own, while the test keeps the machine's.
class BorrowedPackageManager final : public PackageManager {
  public:
    explicit BorrowedPackageManager(PackageManager& owner) : owner_(owner) {}

    Refresh refresh(Context& context) override { return owner_.refresh(context); }
    Result<Sight> pending(Context& context) override { return owner_.pending(context); }
    Repair repair(const Batch& batch, Context& context) override { return owner_.repair(batch, context); }
    Download download(const Batch& batch, Context& context) override { return owner_.download(batch, context); }
    InstallOutcome install(const Batch& batch, Context& context) override { return owner_.install(batch, context); }
    InstallOutcome collect(const Batch& batch, Context& context) override { return owner_.collect(batch, context); }
    Result<std::vector<Presence>> verify(const std::vector<Patch>& patches) override { return owner_.verify(patches); }
    std::vector<std::string> automatic(const std::vector<Patch>& patches) override { return owner_.automatic(patches); }
    Result<void> mark_automatic(const std::vector<std::string>& names, Context& context) override {
        return owner_.mark_automatic(names, context);
    }
    Result<RebootNeed> reboot_need(Context& context, Effort effort) override { return owner_.reboot_need(context, effort); }

  private:
    PackageManager& owner_;
};

}  // namespace guestpatch
