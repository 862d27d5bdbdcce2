#include "packagers/apt/version.hpp"

#include "platform/base/text.hpp"
#include "tests/catch.hpp"
#include "tests/packagers/golden.hpp"

using namespace guestpatch;
using namespace guestpatch::apt;

namespace {

std::string_view relation(std::string_view one, std::string_view other) {
    const auto order = compare_versions(one, other);
    return order < 0 ? "<" : order > 0 ? ">" : "=";
}

}  // namespace

TEST_CASE("Versions are ordered as Debian's Policy does it", "[apt][version]") {
    // "the following parts are in sorted order from earliest to latest"
    const std::vector<std::string_view> parts{"~~", "~~a", "~", "", "a"};
    for (std::size_t at = 1; at < parts.size(); ++at) {
        CAPTURE(parts[at]);
        CHECK(relation("1" + std::string(parts[at - 1]), "1" + std::string(parts[at])) == "<");
    }
    CHECK(relation("1.0~beta1~svn1245", "1.0~beta1") == "<");
    CHECK(relation("1.0~beta1", "1.0") == "<");
    CHECK(relation("2.9", "2.10") == "<");
    CHECK(relation("1.0-9", "1.0-10") == "<");
    CHECK(relation("5.15.0-91.101", "5.15.0-101.111") == "<");
    CHECK(relation("1:0.1", "2.0") == ">");
    CHECK(relation("0:1.0", "1.0") == "=");
    CHECK(relation("1.0", "1.0-0") == "=");
    CHECK(relation("1.0+deb12u1", "1.0") == ">");
    CHECK(relation("1.0-1ubuntu0.1", "1.0-1") == ">");
    CHECK(relation("", "") == "=");
}

TEST_CASE("Versions of every shape are ordered as dpkg itself does it", "[apt][version]") {
    const std::string text = golden("apt/debian-12.versions.random.stdout");
    std::string_view rest = text;
    std::size_t compared = 0;
    while (!rest.empty()) {
        std::string_view other = take_line(rest);
        const std::string_view one = take_until(other, ' ');
        const std::string_view expected = take_until(other, ' ');
        ++compared;
        if (relation(one, other) == expected) continue;
        CAPTURE(one, other, expected);
        CHECK(relation(one, other) == expected);
    }
    CHECK(compared == 1500);
}
