// Reading members and writing documents. Parsing: json_test.cpp.
#include "platform/base/time.hpp"
#include "tests/catch.hpp"
#include "tests/platform/generated_json.hpp"

namespace guestpatch {
namespace {

using enum JsonDialect;

TEST_CASE("a document survives being written and read", "[json]") {
    Dice dice(8);
    for (int i = 0; i < 3'000; ++i) {
        const Json json = roll_json(dice, 5);
        const std::string text = JsonWriter().json(json).take();
        INFO(text);
        for (const JsonDialect dialect : {strict, relaxed}) {
            const auto read = parse_json(text, dialect);
            REQUIRE(read);
            REQUIRE(same(*read, json));
        }
        REQUIRE(JsonWriter().json(*parse_json(text, strict)).take() == text);
    }
}

TEST_CASE("a document is written compact and in order", "[json]") {
    JsonWriter out;
    out.begin_object().key("b").integer(-5).key("a").begin_array().boolean(true).null().string("x\"\n").end_array();
    out.key("o").begin_object().end_object().end_object();
    CHECK(out.take() == R"({"b":-5,"a":[true,null,"x\"\n"],"o":{}})");
    out.begin_array().end_array();
    CHECK(out.take() == "[]");  // the writer can be used again
}

TEST_CASE("whole numbers keep every digit", "[json]") {
    for (const std::int64_t number : {INT64_MIN, INT64_C(-1), INT64_C(0), INT64_C(9'007'199'254'740'993), INT64_MAX}) {
        const auto json = parse_json(JsonWriter().integer(number).take(), strict);
        REQUIRE(json);
        const JsonReader in(*json);
        CHECK(in.integer() == number);
        CHECK_FALSE(in.fault());
    }
}

TEST_CASE("invalid UTF-8 never reaches a document, in values or in names", "[json]") {
    JsonWriter out;
    out.begin_object().key("na\xffme").string("va\xc3lue").end_object();
    CHECK(out.take() == "{\"na\uFFFDme\":\"va\uFFFDlue\"}");
    Dice dice(9);
    for (int i = 0; i < 5'000; ++i) {
        const std::string wild = dice.text("a\"\\\x01\x80\xbf\xc3\xe2\x82\xac\xed\xf0\x9f\xff", 12);
        REQUIRE(parse_json(JsonWriter().string(wild).take(), strict));
    }
}

const char* const document = R"({
  "status": "Succeeded", "count": 7, "flag": true, "none": null, "half": 1.5,
  "list": [{"name": "a"}, {"name": 5}, null], "when": "2026-11-10T23:02:11Z", "huge": 9223372036854775808
})";

TEST_CASE("members are read by name, with fallbacks for what is absent", "[json]") {
    const Json json = parse_json(document, strict).value();
    const JsonReader in(json);
    CHECK(in.member("status").string() == "Succeeded");
    CHECK(in.member("count").integer() == 7);
    CHECK(in.member("flag").boolean_or(false));
    CHECK(in.member("when").parsed(parse_instant) == parse_instant("2026-11-10T23:02:11Z").value());
    CHECK(in.member("list").elements().size() == 3);
    CHECK(in.member("list").elements()[0].member("name").string() == "a");
    for (const char* absent : {"none", "missing"}) {
        CHECK_FALSE(in.member(absent).present());
        CHECK(in.member(absent).string_or("x") == "x");
        CHECK(in.member(absent).integer_or(3) == 3);
        CHECK(in.member(absent).boolean_or(true));
        CHECK(in.member(absent).elements().empty());
        CHECK(in.member(absent).member("deeper").string_or("y") == "y");
    }
    CHECK_FALSE(in.fault());
}

/// The fault that reading `document` this way leaves behind.
template <class Read>
std::string fault_of(Read read) {
    const Json json = parse_json(document, strict).value();
    const JsonReader in(json);
    read(in);
    CHECK((!in.fault() || in.fault()->code == Errc::invalid));
    return in.fault() ? in.fault()->message : "";
}

TEST_CASE("a fault names the place and what is wrong with it", "[json]") {
    using In = const JsonReader&;
    CHECK(fault_of([](In in) { return in.member("missing").string(); }) == "missing: is missing");
    CHECK(fault_of([](In in) { return in.member("a").member("b").integer(); }) == "a.b: is missing");
    CHECK(fault_of([](In in) { return in.member("none").string(); }) == "none: is missing");
    CHECK(fault_of([](In in) { return in.member("count").string(); }) == "count: expected a string, found a number");
    CHECK(fault_of([](In in) { return in.member("count").string_or("x"); }) ==
          "count: expected a string, found a number");
    CHECK(fault_of([](In in) { return in.member("status").integer_or(0); }) ==
          "status: expected a number, found a string");
    CHECK(fault_of([](In in) { return in.member("half").integer(); }) == "half: 1.5 is not a whole number");
    CHECK(fault_of([](In in) { return in.member("huge").integer(); }) ==
          "huge: 9223372036854775808 is not a whole number");
    CHECK(fault_of([](In in) { return in.member("list").boolean_or(true); }) ==
          "list: expected true or false, found an array");
    CHECK(fault_of([](In in) { return in.member("flag").elements().size(); }) ==
          "flag: expected an array, found true or false");
    CHECK(fault_of([](In in) { return in.member("status").member("x").string_or(""); }) ==
          "status: expected an object, found a string");
    CHECK(fault_of([](In in) { return in.string(); }) == "document: expected a string, found an object");
    CHECK(fault_of([](In in) { return in.member("list").elements().at(1).member("name").string(); }) ==
          "list[1].name: expected a string, found a number");
    CHECK(fault_of([](In in) { return in.member("list").elements().at(2).string(); }) ==
          "list[2]: expected a string, found null");
    CHECK(fault_of([](In in) {
              return in.member("status").parsed(parse_instant);
          }).starts_with("status: \"Succeeded\" is not"));
}

TEST_CASE("the first fault stands, and every reader of the document sees it", "[json]") {
    const Json json = parse_json(document, strict).value();
    const JsonReader in(json);
    const JsonReader count = in.member("count");
    in.member("first").fail("is odd");
    count.fail("is even");
    REQUIRE(count.fault());
    CHECK(count.fault()->message == "first: is odd");
    CHECK(in.fault() == count.fault());
}

TEST_CASE("a missing string is reported before a parser sees it", "[json]") {
    CHECK(fault_of([](const JsonReader& in) { return in.member("missing").parsed(parse_instant); }) ==
          "missing: is missing");
}

}  // namespace
}  // namespace guestpatch
