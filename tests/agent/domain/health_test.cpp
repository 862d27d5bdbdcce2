#include "agent/domain/health.hpp"

#include <algorithm>

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

using enum HealthState;

constexpr Instant now(seconds(1'800'000'000));

HealthFacts well() { return {.managed = true, .booted = true}; }

/// Nobody manages services there: a container, a chroot.
HealthFacts unmanaged(int told_by = 0) { return {.well = told_by}; }

HealthFacts with(HealthFacts facts, void (*change)(HealthFacts&)) {
    change(facts);
    return facts;
}

Health was(std::vector<std::string> failed) { return {.state = healthy, .failed_units = std::move(failed)}; }

}  // namespace

TEST_CASE("what is bad decides, then what may still come, then what could not be asked", "[health]") {
    using Facts = HealthFacts;
    struct Row {
        const char* story;
        HealthFacts facts;
        std::optional<Health> before;
        HealthState given;  ///< while grace is given
        HealthState over;
        std::vector<std::string> reasons;
    };
    const auto starting = [](Facts& facts) { facts.booted = false; };
    const auto failed = [](Facts& facts) { facts.failed_units = {"b.service", "a.service"}; };
    const auto unsound = [](Facts& facts) { facts.unsound = {"libc6", "man-db"}; };
    const auto refused = [](Facts& facts) { facts.refused = {"tcp 127.0.0.1:22: refused"}; };
    const auto unasked = [](Facts& facts) { facts.unasked = {"/bin/check: no such program"}; };
    const std::string late = "the machine has not finished starting";
    const std::string unmade = "/bin/check: no such program";
    const std::string shut = "tcp 127.0.0.1:22: refused";
    const std::vector<Row> rows{
        {"all is well", well(), was({}), healthy, healthy, {}},
        {"it still starts", with(well(), starting), was({}), initializing, unhealthy, {late}},
        {"a probe is refused", with(well(), refused), was({}), initializing, unhealthy, {shut}},
        {"units failed since", with(well(), failed), was({}), unhealthy, unhealthy, {"failed since: a.service, b.service"}},
        {"one of them had failed before", with(well(), failed), was({"a.service"}), unhealthy, unhealthy,
         {"failed since: b.service"}},
        {"both had", with(well(), failed), was({"a.service", "b.service"}), healthy, healthy, {}},
        {"nobody looked before", with(well(), failed), std::nullopt, healthy, healthy, {}},
        {"what had failed runs again", well(), was({"a.service"}), healthy, healthy, {}},
        {"packages are half in", with(well(), unsound), was({}), unhealthy, unhealthy, {"not fully installed: libc6, man-db"}},
        {"a check could not be made", with(well(), unasked), was({}), unknown, unknown, {unmade}},
        {"one could not, another waits", with(with(well(), unasked), refused), was({}), initializing, unhealthy, {shut, unmade}},
        {"one could not, and units failed", with(with(well(), unasked), failed), was({}), unhealthy, unhealthy,
         {"failed since: a.service, b.service", unmade}},
        {"it starts, and packages are half in", with(with(well(), starting), unsound), was({}), unhealthy, unhealthy,
         {"not fully installed: libc6, man-db", late}},
        {"nobody manages services, and nothing else tells", unmanaged(), was({}), unknown, unknown,
         {"no service manager runs here"}},
        {"nobody manages services, but a probe answers", unmanaged(1), was({}), healthy, healthy, {}},
        {"nobody manages services, and the probe is refused", with(unmanaged(), refused), was({}), initializing, unhealthy,
         {shut}},
        {"nobody manages services, and packages are half in", with(unmanaged(1), unsound), was({}), unhealthy, unhealthy,
         {"not fully installed: libc6, man-db"}},
        {"nobody manages services, and the check could not be made", with(unmanaged(), unasked), was({}), unknown, unknown,
         {unmade}},
    };
    for (const Row& row : rows) {
        INFO(row.story);
        const Health early = judge_health(row.facts, row.before, Grace::given, now);
        const Health late_one = judge_health(row.facts, row.before, Grace::over, now);
        CHECK(early.state == row.given);
        CHECK(late_one.state == row.over);
        CHECK(early.reasons == row.reasons);
        CHECK(late_one.reasons == row.reasons);
        CHECK(early.at == now);
        CHECK(std::ranges::is_permutation(early.failed_units, row.facts.failed_units));
    }
}

TEST_CASE("a judgement is healthy exactly when it gives no reason", "[health]") {
    for (unsigned bits = 0; bits < 512; ++bits) {
        CAPTURE(bits);
        const auto on = [bits](unsigned bit) { return (bits >> bit & 1U) != 0; };
        const auto some = [&](unsigned bit) { return on(bit) ? std::vector<std::string>{"x"} : std::vector<std::string>{}; };
        const HealthFacts facts{.managed = on(0),
                                .booted = on(0) && on(1),
                                .failed_units = some(2),
                                .unsound = some(3),
                                .refused = some(4),
                                .unasked = some(5),
                                .well = on(6) ? 1 : 0};
        const auto before = on(7) ? std::optional(was({})) : std::nullopt;
        const Health health = judge_health(facts, before, on(8) ? Grace::given : Grace::over, now);
        CHECK((health.state == healthy) == health.reasons.empty());
        if (!on(8)) CHECK(health.state != initializing);
    }
}

TEST_CASE("a probe is named as what it asks", "[health]") {
    CHECK(describe({.port = 22}) == "tcp 127.0.0.1:22");
    CHECK(describe({ProbeProtocol::http, 8080, "/healthz"}) == "http 127.0.0.1:8080/healthz");
    CHECK(describe({ProbeProtocol::https, 443}) == "https 127.0.0.1:443/");
}
