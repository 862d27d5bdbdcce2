// What Clocks promises, kept by the machine and by the fake alike.
#include "platform/clock.hpp"

#include <chrono>

#include "tests/catch.hpp"
#include "tests/fakes/clocks.hpp"

namespace guestpatch {
namespace {

using namespace std::chrono_literals;

struct RealClocks {
    std::unique_ptr<Clocks> clocks = make_clocks();
};

struct FakedClocks {
    std::unique_ptr<Clocks> clocks = std::make_unique<FakeClocks>();
};

TEMPLATE_TEST_CASE("the boot clock never goes back", "[clocks]", RealClocks, FakedClocks) {
    TestType subject;
    BootTime last = subject.clocks->boot();
    CHECK(last >= BootTime(0ms));
    for (int i = 0; i < 10'000; ++i) {
        const BootTime now = subject.clocks->boot();
        REQUIRE(now >= last);
        last = now;
    }
}

TEMPLATE_TEST_CASE("a boot keeps its id", "[clocks]", RealClocks, FakedClocks) {
    TestType subject;
    const std::string id = subject.clocks->boot_id();
    CHECK_FALSE(id.empty());
    CHECK(subject.clocks->boot_id() == id);
    CHECK(TestType().clocks->boot_id() == id);
}

TEMPLATE_TEST_CASE("wall time can be written down and read again", "[clocks]", RealClocks, FakedClocks) {
    TestType subject;
    const Instant now = subject.clocks->wall();
    CHECK(now > std::chrono::sys_days(std::chrono::year(2024) / 1 / 1));
    CHECK(parse_instant(format_instant(now)) == now);
}

TEST_CASE("the real wall clock is the system's, and the boot clock runs as fast", "[clocks]") {
    const auto clocks = make_clocks();
    const auto steady_start = std::chrono::steady_clock::now();
    const BootTime start = clocks->boot();
    const auto system = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    CHECK(clocks->wall() - system >= 0s);
    CHECK(clocks->wall() - system <= 5s);
    // Either clock may advance in ticks of up to 16 ms.
    while (clocks->boot() < start + 100ms) {
    }
    CHECK(std::chrono::steady_clock::now() - steady_start >= 80ms);
}

}  // namespace
}  // namespace guestpatch
