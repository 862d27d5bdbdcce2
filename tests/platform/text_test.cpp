#include "platform/base/text.hpp"

#include "tests/catch.hpp"
#include "tests/tools/dice.hpp"

namespace guestpatch {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) lines.emplace_back(take_line(text));
    return lines;
}

TEST_CASE("lines end with LF or CRLF, the last one perhaps with neither", "[text]") {
    CHECK(lines_of("a\nb\r\nc") == std::vector<std::string>{"a", "b", "c"});
    CHECK(lines_of("a\n") == std::vector<std::string>{"a"});
    CHECK(lines_of("\n\na") == std::vector<std::string>{"", "", "a"});
    CHECK(lines_of("a\rb\n") == std::vector<std::string>{"a\rb"});
    CHECK(lines_of("").empty());
}

TEST_CASE("a separator is taken with what stands before it", "[text]") {
    std::string_view rest = "one:two::three";
    CHECK(take_until(rest, ':') == "one");
    CHECK(take_until(rest, ':') == "two");
    CHECK(take_until(rest, ':').empty());
    CHECK(take_until(rest, ':') == "three");
    CHECK(rest.empty());
}

TEST_CASE("taking and joining are inverse", "[text]") {
    Dice dice(6);
    for (int i = 0; i < 2'000; ++i) {
        std::vector<std::string> parts(1 + dice.count(4));
        for (std::string& part : parts) part = dice.text("ab ", 3);
        const std::string joined = join(parts, ":");
        std::string_view rest = joined;
        INFO(joined);
        for (const std::string& part : parts) REQUIRE(take_until(rest, ':') == part);
    }
}

TEST_CASE("joining keeps empty parts", "[text]") {
    CHECK(join({"a", "b", "c"}) == "a, b, c");
    CHECK(join({"", "a"}) == ", a");
    CHECK(join({"a", "", "b"}, "") == "ab");
    CHECK(join({}).empty());
}

TEST_CASE("trimming takes blanks at the ends only", "[text]") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim("a") == "a");
    CHECK(trim(" \n ").empty());
    CHECK(trim("").empty());
}

TEST_CASE("only ASCII is lowered", "[text]") {
    CHECK(to_lower("AZaz09_ÄÖ") == "azaz09_ÄÖ");
}

TEST_CASE("broken UTF-8 is replaced byte by byte and the rest kept", "[text]") {
    CHECK(to_valid_utf8("Grüße 補丁 🩹") == "Grüße 補丁 🩹");
    CHECK(to_valid_utf8("a\xffz") == "a\uFFFDz");
    CHECK(to_valid_utf8("\xc3") == "\uFFFD");
    CHECK(to_valid_utf8("\xc3(") == "\uFFFD(");
    CHECK(to_valid_utf8("\xe8\xa3") == "\uFFFD\uFFFD");                      // cut short
    CHECK(to_valid_utf8("\xc0\xaf") == "\uFFFD\uFFFD");                      // overlong '/'
    CHECK(to_valid_utf8("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");            // a surrogate
    CHECK(to_valid_utf8("\xf4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond Unicode
    CHECK(to_valid_utf8("\xf4\x8f\xbf\xbf") == "\xf4\x8f\xbf\xbf");          // its very last character
}

TEST_CASE("what was made valid stays as it is", "[text]") {
    Dice dice(7);
    for (int i = 0; i < 20'000; ++i) {
        const std::string valid = to_valid_utf8(dice.text("a\x80\xa0\xbf\xc2\xe0\xed\xef\xf0\xf4\xff", 8));
        REQUIRE(to_valid_utf8(valid) == valid);
    }
}

TEST_CASE("a misspelt word finds what was meant", "[text]") {
    const std::vector<std::string_view> known{"assess", "install", "status", "run"};
    CHECK(closest("asess", known) == "assess");
    CHECK(closest("INSTAL", known) == "install");
    CHECK(closest("stauts", known) == "status");
    CHECK(closest("status", known) == "status");
    CHECK(closest("uninstall", known) == "install");
    CHECK(closest("reboot", known).empty());
    CHECK(closest("", {}).empty());
}

}  // namespace
}  // namespace guestpatch
