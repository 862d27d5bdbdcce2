#include "platform/base/mask.hpp"

#include "tests/catch.hpp"
#include "tests/tools/dice.hpp"

namespace guestpatch {
namespace {

/// The definition, read aloud. Exponential, so for short words only.
bool naive_match(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
        return naive_match(pattern.substr(1), text) || (!text.empty() && naive_match(pattern, text.substr(1)));
    }
    return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
           naive_match(pattern.substr(1), text.substr(1));
}

TEST_CASE("wildcards mean what their definition says", "[mask]") {
    Dice dice(4);
    int matches = 0;
    for (int i = 0; i < 50'000; ++i) {
        const std::string pattern = dice.text("ab*?", 8);
        const std::string text = dice.text("ab", 10);
        INFO(pattern << " on " << text);
        const bool expected = naive_match(pattern, text);
        REQUIRE(wildcard_match(pattern, text) == expected);
        matches += expected ? 1 : 0;
    }
    CHECK(matches > 5'000);  // the dice did roll both answers
    CHECK(matches < 45'000);
}

TEST_CASE("a hostile mask does not take for ever", "[mask]") {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    CHECK_FALSE(wildcard_match(pattern + "b", std::string(5'000, 'a')));
    CHECK(wildcard_match(pattern, std::string(5'000, 'a')));
}

TEST_CASE("masks match package names as operators write them", "[mask]") {
    CHECK(wildcard_match("linux-image-*", "linux-image-6.1.0-40-amd64"));
    CHECK(wildcard_match("python3.?", "python3.9"));
    CHECK_FALSE(wildcard_match("python3.?", "python3.11"));
    CHECK_FALSE(wildcard_match("bash", "Bash"));
    CHECK_FALSE(wildcard_match("bash", "bash-completion"));
    CHECK_FALSE(wildcard_match("", "bash"));
    CHECK(wildcard_match("libstdc++6", "libstdc++6"));
    CHECK(wildcard_match("[a-z]", "[a-z]"));
}

TEST_CASE("a mask names a patch and perhaps its version", "[mask]") {
    CHECK(parse_mask("bash") == PatchMask{"bash", "*"});
    CHECK(parse_mask("kernel*=4.18*") == PatchMask{"kernel*", "4.18*"});
    CHECK(parse_mask("a=b=c") == PatchMask{"a", "b=c"});
    CHECK(parse_mask("bash")->matches("bash", "5.2"));
    CHECK(parse_mask("bash=5.*")->matches("bash", "5.2"));
    CHECK_FALSE(parse_mask("bash=5.*")->matches("bash", "4.9"));
    CHECK_FALSE(parse_mask("bash=5.*")->matches("dash", "5.2"));
}

TEST_CASE("a mask is written as it was read", "[mask]") {
    Dice dice(5);
    for (int i = 0; i < 5'000; ++i) {
        const std::string text = dice.text("ab*?=.-", 12);
        const auto mask = parse_mask(text);
        if (!mask) continue;
        INFO(text);
        CHECK(parse_mask(mask->text()) == *mask);
        if (mask->version != "*") CHECK(mask->text() == text);
    }
}

TEST_CASE("what is not a mask is refused by name", "[mask]") {
    for (const std::string text : {"", "=", "=1.0", "bash=", "two words", "tab\there", "line\n", "\x7f", "bash=1 0"}) {
        INFO(text);
        const auto mask = parse_mask(text);
        REQUIRE_FALSE(mask);
        CHECK(mask.error().code == Errc::invalid);
        CHECK(mask.error().message.contains("\"" + text + "\""));
    }
    CHECK_FALSE(parse_mask(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace guestpatch
