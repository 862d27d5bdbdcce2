#include "platform/service.hpp"

namespace guestpatch {
namespace {

class NoServiceManager final : public ServiceManager {
    void ready() override {}
    void reloading() override {}
    void stopping(seconds) override {}
    void status(std::string_view) override {}
    void alive() override {}
    [[nodiscard]] std::optional<milliseconds> watchdog() const override { return std::nullopt; }
};

}  // namespace

std::unique_ptr<ServiceManager> make_service_manager() { return std::make_unique<NoServiceManager>(); }

}  // namespace guestpatch
