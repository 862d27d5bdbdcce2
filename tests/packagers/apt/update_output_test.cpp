#include "packagers/apt/update_output.hpp"

#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

UpdateFailures failures_of(const std::string& name) { return parse_update_failures(golden("apt/debian-12.update." + name + ".stderr")); }

}  // namespace

TEST_CASE("Each way a source can fail names the source", "[apt][update]") {
    struct Row {
        std::string name;
        std::string source;
        BlindSpotCode code;
    };
    const auto row = GENERATE(values<Row>({
        {"dead-http", "http://127.0.0.1:9/none stable", BlindSpotCode::source_unreachable},
        {"gone-file", "file:/srv/repo/gone stable", BlindSpotCode::source_unreachable},
        {"bad-signature", "", BlindSpotCode::source_untrusted},
        {"missing-key", "", BlindSpotCode::source_untrusted},
        {"unsigned", "file:/srv/repo/vendor stable", BlindSpotCode::source_untrusted},
        {"expired", "file:/srv/repo/vendor stable", BlindSpotCode::source_untrusted},
        {"missing-packages", "", BlindSpotCode::source_unreachable},
        {"wrong-hash", "", BlindSpotCode::source_unreachable},
    }));
    CAPTURE(row.name);
    const UpdateFailures failures = failures_of(row.name);
    REQUIRE(failures.sources.size() == 1);
    CAPTURE(failures.sources.front().source, failures.sources.front().message);
    CHECK(failures.sources.front().code == row.code);
    if (!row.source.empty()) CHECK(failures.sources.front().source == row.source);
    CHECK(failures.sources.front().source.find("InRelease") == std::string::npos);
    CHECK(failures.first_error.empty());
}

TEST_CASE("A clock that is behind makes every source untrusted, not unreachable", "[apt][update]") {
    const UpdateFailures failures = failures_of("clock-behind");
    REQUIRE_FALSE(failures.sources.empty());
    for (const BlindSpot& spot : failures.sources) CHECK(spot.code == BlindSpotCode::source_untrusted);
}

TEST_CASE("A held lists lock names its holder and no source", "[apt][update]") {
    const UpdateFailures failures = failures_of("lists-lock-held");
    CHECK(failures.lists_locked);
    CHECK(failures.lock_holder.find("It is held by process") != std::string::npos);
    CHECK(failures.sources.empty());
}

TEST_CASE("Harmless warnings are no failures; an unknown error is kept", "[apt][update]") {
    const UpdateFailures harmless = parse_update_failures(
        "W: Target Packages (main/binary-amd64/Packages) is configured multiple times in /etc/apt/sources.list:1\n"
        "W: http://x/InRelease: Key is stored in legacy trusted.gpg keyring\nN: a notice\n");
    CHECK(harmless.sources.empty());
    CHECK(harmless.first_error.empty());
    CHECK(parse_update_failures("E: Malformed entry 1 in list file /etc/apt/sources.list (Suite)\n").first_error ==
          "Malformed entry 1 in list file /etc/apt/sources.list (Suite)");
}

TEST_CASE("Percentages come from the status lines alone", "[apt][update]") {
    CHECK(parse_update_percent("dlstatus:3:45.2345:Retrieving file 3 of 5") == 45);
    CHECK_FALSE(parse_update_percent("Get:1 http://x jammy InRelease [1613 B]"));
    CHECK_FALSE(parse_update_percent("dlstatus:3:nonsense:x"));
    CHECK_FALSE(parse_update_percent("dlstatus:3:400:x"));
}
