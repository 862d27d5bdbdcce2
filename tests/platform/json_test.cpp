// Parsing, strict and relaxed. Reading and writing: json_codec_test.cpp.
#include "platform/base/json.hpp"

#include "tests/catch.hpp"

namespace guestpatch {
namespace {

using enum JsonDialect;

/// The message when `text` is refused; empty when it is taken.
std::string refusal(std::string_view text, JsonDialect dialect = strict) {
    const auto parsed = parse_json(text, dialect);
    if (parsed) return "";
    CHECK(parsed.error().code == Errc::invalid);
    return parsed.error().message;
}

TEST_CASE("every kind of value is read", "[json]") {
    const auto json =
        parse_json(R"({"n": null, "b": true, "i": -12, "f": 1.50e2, "s": "a\u00e9\n", "a": [1, []]})", strict);
    REQUIRE(json);
    REQUIRE(json->members.size() == 6);
    CHECK(json->find("n")->kind == Json::Kind::null);
    CHECK(json->find("b")->boolean);
    CHECK(json->find("i")->text == "-12");
    CHECK(json->find("f")->text == "1.50e2");  // as written
    CHECK(json->find("s")->text == "aé\n");
    CHECK(json->find("a")->items.size() == 2);
    CHECK(json->find("none") == nullptr);
    CHECK(json->members.front().name == "n");
    CHECK(json->members.back().name == "a");
}

TEST_CASE("a value knows where it stood", "[json]") {
    const std::string text = "{\n \"a\":\n [10,\n  \"b\"],\n \"c\": {\"d\": null},\n \"e\": false }";
    const auto json = parse_json(text, strict);
    REQUIRE(json);
    const auto first_byte = [&](const Json& value) { return text[value.offset]; };
    CHECK(json->offset == 0);
    CHECK(first_byte(*json->find("a")) == '[');
    CHECK(line_of(text, json->find("a")->offset) == 3);
    CHECK(first_byte(json->find("a")->items[0]) == '1');
    CHECK(first_byte(json->find("a")->items[1]) == '"');
    CHECK(line_of(text, json->find("a")->items[1].offset) == 4);
    CHECK(first_byte(*json->find("c")->find("d")) == 'n');
    CHECK(first_byte(*json->find("e")) == 'f');
    CHECK(line_of(text, json->find("e")->offset) == 6);
}

TEST_CASE("lines are counted from one", "[json]") {
    CHECK(line_of("a\nb\nc", 0) == 1);
    CHECK(line_of("a\nb\nc", 1) == 1);
    CHECK(line_of("a\nb\nc", 2) == 2);
    CHECK(line_of("a\nb\nc", 99) == 3);
}

TEST_CASE("a fault names its line wherever it is", "[json]") {
    const auto document = [](int bad_line, std::string_view bad) {
        std::string text = "{\n";
        for (int line = 2; line <= 9; ++line) {
            text += "\"m" + std::to_string(line) + "\": " + std::string(line == bad_line ? bad : "[1, \"two\"]") +
                    (line == 9 ? "\n" : ",\n");
        }
        return text + "}\n";
    };
    REQUIRE(refusal(document(0, "")).empty());
    for (const char* bad : {"@", "tru", "'single'", "[1 2]", "01", "1.", "\"tab\there\"", "\"\\x\"", "\"\xff\"",
                            "1e99999", "NaN", "{\"a\": 1, \"a\": 2}", "\"\\ud800\"", "// no\n"}) {
        for (int line = 2; line <= 9; ++line) {
            INFO(document(line, bad));
            CHECK(refusal(document(line, bad)).starts_with("line " + std::to_string(line) + ": "));
        }
    }
}

TEST_CASE("what is not JSON is refused", "[json]") {
    for (const char* text :
         {"",   " ",  "{", "[1, 2", "{\"a\"}",  "{\"a\":}", "{a: 1}", "{} {}",     "[1,]", "{\"a\":1,}",    "[,]",
          "+1", ".5", "-", "0x10",  "Infinity", "nul",      "\"open", "\"\\u12\"", "]",    "\xef\xbb\xbf{}"}) {
        INFO(text);
        CHECK(refusal(text).starts_with("line 1: "));
    }
    CHECK(refusal(std::string_view("{}\0", 3)).contains("NUL"));
    CHECK(refusal(std::string_view("\"a\0b\"", 5)).contains("NUL"));
}

TEST_CASE("comments and trailing commas are for people, not for programs", "[json]") {
    for (const char* text : {"// why\n{}", "{} // why", "/* why */ {}", "[1, /* two */ 3]", "{\"a\": 1, // why\n}",
                             "[1,]", "{\"a\": 1,}", "/***/ {} /* * / **/"}) {
        INFO(text);
        CHECK(refusal(text, relaxed).empty());
        CHECK_FALSE(refusal(text, strict).empty());
    }
    CHECK_FALSE(refusal("/* never closed {}", relaxed).empty());
    CHECK_FALSE(refusal("[,]", relaxed).empty());
    CHECK_FALSE(refusal("# shell\n{}", relaxed).empty());
    CHECK_FALSE(refusal("{'a': 1}", relaxed).empty());
    CHECK(parse_json(R"(["http://x//y", "/* text */"])", relaxed)->items[0].text == "http://x//y");
}

TEST_CASE("numbers RapidJSON must not see are refused, wherever they hide", "[json]") {
    const std::string nines(400, '9');
    for (const std::string& number :
         {std::string("1e2147483648"), std::string("1e-2147483648"), std::string("1.0E+9999"), "0." + nines + "e-5",
          nines, "-" + nines, "1e" + nines, "1e-" + nines, "0." + std::string(400, '0') + "1", nines + "e-2147483600",
          std::string("1e999"), std::string("1e00001"), std::string("-1e-1000"), std::string("1e308e99999"),
          std::string("1-2e99999")}) {
        for (const std::string& text : {number, "[" + number + "]", "{\"a\":" + number + "}", "[true," + number + ",1]",
                                        "[\"\\\\\"," + number + "]", "[\"\\\"\"," + number + "]"}) {
            INFO(text);
            CHECK_FALSE(refusal(text, strict).empty());
            CHECK_FALSE(refusal(text, relaxed).empty());
        }
        for (const std::string& text : {"/*/ */" + number, "// \"\n" + number, "/* \" */ [" + number + "]"}) {
            INFO(text);
            CHECK_FALSE(refusal(text, relaxed).empty());
        }
    }
}

TEST_CASE("numbers people may mean are taken, and any text about numbers too", "[json]") {
    for (const char* text :
         {"0", "-0", "9223372036854775807", "-9223372036854775808", "1.7976931348623157e308", "2.2250738585072014e-308",
          "0.1", "1E+2", "1e308", "[1,2,-3]", "1234567890123456789012345678901234567890"}) {
        INFO(text);
        CHECK(refusal(text).empty());
    }
    CHECK(refusal("12345678901234567890123456789012345678901").contains("too long"));
    CHECK(refusal("\"1e99999999\"").empty());
    CHECK(refusal("{\"1e99999999\": \"\\\"1e99999999\"}").empty());
    CHECK(refusal("// 1e99999999\n1", relaxed).empty());
    CHECK(refusal("/* 1e99999999 */ 1", relaxed).empty());
}

TEST_CASE("nesting ends at 64 levels", "[json]") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(refusal(nested(64)).empty());
    CHECK(refusal(nested(65)).contains("deeper than 64"));
    CHECK(refusal(nested(1'000'000)).contains("deeper than 64"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK(refusal(objects).contains("deeper than 64"));
}

TEST_CASE("a name may stand once in an object, however it is spelt", "[json]") {
    CHECK(refusal(R"({"a": 1, "b": 2, "a": 3})").contains("\"a\" stands twice"));
    CHECK(refusal(R"({"a": 1, "\u0061": 3})").contains("\"a\" stands twice"));
    CHECK(refusal(R"({"": 1, "": 3})").contains("\"\" stands twice"));
    CHECK(refusal(R"([{"a": {"a": 1}}, {"a": 2, "A": 3}])").empty());
}

TEST_CASE("half a surrogate pair is refused, whichever half", "[json]") {
    for (const char* text : {R"("\ud83e")", R"("\ude79")", R"("\ude79\ud83e")", R"({"\ude79": 1})", R"("\ud83ex")"}) {
        INFO(text);
        CHECK_FALSE(refusal(text).empty());
    }
    CHECK(parse_json(R"(["\ud83e\ude79", "\uD55C", "한"])", strict)->items[0].text == "🩹");
}

}  // namespace
}  // namespace guestpatch
