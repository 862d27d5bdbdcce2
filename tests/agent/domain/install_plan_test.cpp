#include "agent/domain/install_plan.hpp"

#include "tests/agent/patches.hpp"
#include "tests/catch.hpp"

using namespace guestpatch;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> names(const std::vector<Patch>& patches) {
    std::vector<std::string> found;
    for (const Patch& patch : patches) found.push_back(patch.id.name);
    return found;
}

}  // namespace

TEST_CASE("the package manager goes first, then what is urgent, by name") {
    std::vector<Patch> patches{upgrade("b", Classification::other), upgrade("z"), upgrade("a"),
                               upgrade("c", Classification::critical), upgrade("libapt-pkg6.0", Classification::other)};
    patches.back().first = true;
    CHECK(names(in_order(patches)) == std::vector<std::string>{"libapt-pkg6.0", "c", "a", "z", "b"});
}

TEST_CASE("batches stay about ten minutes long and lose nobody") {
    std::vector<Patch> waiting = upgrades(120);
    const auto batches = plan_batches(waiting, 4h, {});
    REQUIRE(batches.size() == 3);
    CHECK(batches[0].patches.size() == 54);
    CHECK(batches[1].patches.size() == 54);
    CHECK(batches[2].patches.size() == 12);
    CHECK(waiting.empty());
    for (const PlannedBatch& batch : batches) CHECK(batch.estimate <= batch_length);
}

TEST_CASE("what does not fit the time left waits") {
    struct Row {
        seconds left;
        std::size_t fits;
    };
    for (const auto& [left, fits] : {Row{0s, 0}, Row{69s, 0}, Row{70s, 1}, Row{89s, 2}, Row{600s, 54}}) {
        std::vector<Patch> waiting = upgrades(60);
        CHECK(take_batch(waiting, left, {}).patches.size() == fits);
        CHECK(waiting.size() == 60 - fits);
    }
}

TEST_CASE("one patch may be longer than a batch, never longer than the time left") {
    std::vector<Patch> waiting = upgrades(2);
    waiting[0].download_bytes = 1'000'000'000;
    CHECK(take_batch(waiting, 17min, {}).patches.empty());
    CHECK(names(take_batch(waiting, 18min, {}).patches) == std::vector<std::string>{"p000"});
}

TEST_CASE("the package manager's own patches go in by themselves") {
    std::vector<Patch> waiting = upgrades(3);
    waiting[0].first = true;
    CHECK(names(take_batch(waiting, 1h, {}).patches) == std::vector<std::string>{"p000"});
    CHECK(names(take_batch(waiting, 1h, {}).patches) == std::vector<std::string>{"p001", "p002"});
}

TEST_CASE("more goes into a batch where the past says it is quick") {
    Experience experience;
    for (const Patch& patch : upgrades(120)) experience.packages[patch.id.name] = {1s, 1s, Instant()};
    std::vector<Patch> waiting = upgrades(120);
    const PlannedBatch batch = take_batch(waiting, 4h, experience);
    CHECK(batch.patches.size() == 120);
    CHECK(batch.source == EstimateSource::mixed);  // of the batch itself nothing is known
}
