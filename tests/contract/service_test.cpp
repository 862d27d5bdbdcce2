// What is told to the service manager; that systemd understands it is tests/system's to show.
#include "platform/service.hpp"

#include "tests/catch.hpp"
#include "tests/fakes/service.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

struct RealServiceManager {
    std::unique_ptr<ServiceManager> manager = make_service_manager();
};

struct FakedServiceManager {
    std::unique_ptr<ServiceManager> manager = std::make_unique<FakeServiceManager>();
};

TEMPLATE_TEST_CASE("without a service manager nobody minds", "[service]", RealServiceManager, FakedServiceManager) {
    TestType subject;
    subject.manager->ready();
    subject.manager->reloading();
    subject.manager->status("idle");
    subject.manager->alive();
    subject.manager->stopping(60s);
    CHECK(subject.manager->watchdog() == std::nullopt);
}

TEST_CASE("the fake service manager remembers", "[service]") {
    FakeServiceManager manager;
    manager.patience = 120s;
    manager.ready();
    manager.status("waits for the window at 02:00");
    manager.alive();
    manager.alive();
    manager.stopping(60s);
    CHECK(manager.told == std::vector<std::string>{"ready", "status: waits for the window at 02:00", "stopping 60"});
    CHECK(manager.fed == 2);
    CHECK(manager.watchdog() == 120s);
}

}  // namespace
}  // namespace guestpatch
