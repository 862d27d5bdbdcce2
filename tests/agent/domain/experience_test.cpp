#include "agent/domain/experience.hpp"

#include <fmt/format.h>

#include "agent/domain/package_timer.hpp"
#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 6 / 10) + 12h};

}  // namespace

TEST_CASE("without a past a batch is estimated at a minute, ten seconds a patch, and its bytes at a megabyte a second") {
    std::vector<Patch> patches = upgrades(3);
    CHECK(estimate_batch(patches, {}) == Estimate{90s, EstimateSource::standard});
    patches[0].download_bytes = 2'500'000;
    patches[1].download_bytes = 1;
    CHECK(estimate_batch(patches, {}).time == 93s);
    CHECK(estimate_batch({}, {}).time == 60s);
}

TEST_CASE("what was done here before is expected to take half as long again, and a second") {
    std::vector<Patch> patches = upgrades(2);
    Experience experience;
    experience.packages["p000"] = {4s, 20s, noon};  // the longer of the two
    CHECK(estimate_batch(patches, experience) == Estimate{60s + 31s + 10s, EstimateSource::mixed});
    experience.packages["p001"] = {2s, 0s, noon};
    experience.batch = {10s, 6s, noon};
    CHECK(estimate_batch(patches, experience) == Estimate{16s + 31s + 4s, EstimateSource::history});
    patches[0].download_bytes = 30'000'000;
    CHECK(estimate_batch(patches, experience) == Estimate{51s + 30s, EstimateSource::mixed});
    experience.download = {100ms, 0ms, noon};
    CHECK(estimate_batch(patches, experience) == Estimate{51s + 5s, EstimateSource::history});  // 4.5 s, rounded up
}

TEST_CASE("no estimate is absurd, whatever the ledger says") {
    std::vector<Patch> patches = upgrades(1);
    patches[0].download_bytes = std::numeric_limits<std::uint64_t>::max();
    Experience experience;
    for (const milliseconds value : {-1'000'000'000ms, 0ms, 1ms, 1'000'000'000ms}) {
        experience.packages["p000"] = {value, value, noon};
        experience.batch = experience.download = Past{value, value, noon};
        const seconds time = estimate_batch(patches, experience).time;
        CHECK(time > 0s);
    }
    patches[0].download_bytes = 0;
    CHECK(estimate_batch(patches, experience).time == 2h + 10min);
}

TEST_CASE("the last two times are remembered, within bounds") {
    Experience experience;
    learn(experience, {{{"a", 30s}, {"b", 0s}}, 9s}, noon);
    learn(experience, {{{"a", 5s}}, 1h}, noon + 1h);
    CHECK(experience.packages["a"] == Past{5s, 30s, noon + 1h});
    CHECK(experience.packages["b"] == Past{1s, 0s, noon});
    CHECK(experience.batch == Past{10min, 9s, noon + 1h});
    learn(experience, {{{"a", 5h}}, 0s}, noon + 2h);
    CHECK(experience.packages["a"].last == 2h);
    learn_download(experience, 40'000'000, 8s, noon);
    CHECK(experience.download == Past{200ms, 0ms, noon});
    learn_download(experience, 999'999, 8s, noon);
    CHECK(experience.download->last == 200ms);
}

TEST_CASE("the ledger is bounded, and nothing in it lives for ever") {
    Experience experience;
    for (int i = 0; i < 2100; ++i) learn(experience, {{{fmt::format("p{:04}", i), 3s}}, 9s}, noon + seconds(i));
    CHECK(experience.packages.size() == most_experience);
    CHECK_FALSE(experience.packages.contains("p0099"));
    CHECK(experience.packages.contains("p0100"));
    learn(experience, {{{"new", 3s}}, 9s}, noon + std::chrono::days(200));
    CHECK(experience.packages.size() == 1);
    // The clock was far ahead for a while.
    learn(experience, {{{"newer", 3s}}, 9s}, noon - std::chrono::days(365));
    CHECK(experience.packages.size() == 1);
}

TEST_CASE("time belongs to the package that was named last") {
    std::vector<Patch> patches = upgrades(3);
    patches[1].architecture = "amd64";
    PackageTimer timer(patches, BootTime(0s));
    timer.heard("", BootTime(1s));
    timer.heard("p000", BootTime(4s));
    timer.heard("p001:amd64", BootTime(10s));
    timer.heard("p000", BootTime(15s));
    timer.heard("man-db", BootTime(16s));  // its triggers run, and it is not of this batch
    timer.heard("p001", BootTime(20s));
    CHECK(timer.ended(BootTime(22s)) == BatchTimes{{{"p000", 7s}, {"p001", 7s}, {"p002", 0s}}, 8s});
}

TEST_CASE("waiting for somebody else's lock is no part of a batch, and silence teaches nothing of packages") {
    PackageTimer timer(upgrades(1), BootTime(0s));
    timer.heard("", BootTime(5s));
    timer.heard("p000", BootTime(9min));
    CHECK(timer.ended(BootTime(10min)) == BatchTimes{{{"p000", 60s}}, 60s});
    PackageTimer silent(upgrades(1), BootTime(0s));
    CHECK(silent.ended(BootTime(30s)).packages.empty());
}
