#include "agent/domain/first_seen.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;
using std::chrono::days;

namespace {

const Instant day_one = Instant(days(20'000));

std::vector<Patch> pending(const std::string& version, Classification classification = Classification::security) {
    return {{.id = {"curl", version}, .classification = classification, .source = "http://x s"}};
}

}  // namespace

TEST_CASE("A newer candidate does not make a patch young again", "[first-seen]") {
    auto patches = pending("1");
    auto ledger = advance_first_seen({}, patches, {}, day_one);
    CHECK(patches.front().first_seen == day_one);
    patches = pending("2");
    ledger = advance_first_seen(ledger, patches, {}, day_one + days(9));
    CHECK(patches.front().first_seen == day_one);
}

TEST_CASE("A break or another class starts anew", "[first-seen]") {
    auto patches = pending("1");
    auto ledger = advance_first_seen({}, patches, {}, day_one);
    SECTION("a break") {
        std::vector<Patch> none;
        ledger = advance_first_seen(ledger, none, {}, day_one + days(1));
        CHECK(ledger.empty());
        patches = pending("1");
    }
    SECTION("another class") { patches = pending("1", Classification::other); }
    ledger = advance_first_seen(ledger, patches, {}, day_one + days(2));
    CHECK(patches.front().first_seen == day_one + days(2));
}

TEST_CASE("Blindness is no break", "[first-seen]") {
    auto patches = pending("1");
    auto ledger = advance_first_seen({}, patches, {}, day_one);
    std::vector<Patch> none;
    ledger = advance_first_seen(ledger, none, {{"http://x s", BlindSpotCode::source_not_fetched, "", true}}, day_one + days(1));
    patches = pending("2");
    ledger = advance_first_seen(ledger, patches, {}, day_one + days(2));
    CHECK(patches.front().first_seen == day_one);
}

TEST_CASE("A clock set back leaves nothing first seen in the future", "[first-seen]") {
    auto patches = pending("1");
    const auto ledger = advance_first_seen({}, patches, {}, day_one);
    (void)advance_first_seen(ledger, patches, {}, day_one - days(100));
    CHECK(patches.front().first_seen == day_one - days(100));
}
