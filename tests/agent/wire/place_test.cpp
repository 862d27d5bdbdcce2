#include "agent/wire/place.hpp"

#include "tests/catch.hpp"
#include "tests/tools/dice.hpp"

using namespace guestpatch;

namespace {

const MachinePlace whole{"Linux", "westeurope", "1", "2", "3", "set", "pool", "rg", {{"env", "prod"}, {"e m\"p\nty", ""}}};

}  // namespace

TEST_CASE("A place survives its own encoding", "[wire][place]") {
    CHECK(decode_place(encode(whole)) == whole);
    CHECK(decode_place(encode(MachinePlace())) == MachinePlace());
    Dice dice(GENERATE(range(0U, 40U)));
    MachinePlace place{.region = dice.text("abc", 3), .zone = dice.text("\"\\", 4), .update_domain = dice.text("12", 2)};
    for (std::size_t i = dice.count(4); i > 0; --i) place.tags[dice.text("ab\"\n:;", 6)] = dice.text("ab\\ ", 6);
    CHECK(decode_place(encode(place)) == place);
}

TEST_CASE("A place is written like this", "[wire][place]") {
    CHECK(encode(MachinePlace{.region = "westeurope", .tags = {{"a", "1"}}}) ==
          R"({"schema":1,"place":{"region":"westeurope","tags":[{"name":"a","value":"1"}]}})");
}

TEST_CASE("A place that is damaged, or newer than we are, is refused by its member", "[wire][place]") {
    const auto [text, message] = GENERATE(table<const char*, const char*>({
        {"", ""},
        {"[]", ""},
        {R"({"place": {}})", "schema"},
        {R"({"schema": 2, "place": {}})", "newer"},
        {R"({"schema": 1})", "place"},
        {R"({"schema": 1, "place": {"region": 7}})", "place.region"},
        {R"({"schema": 1, "place": {"tags": {"a": "1"}}})", "place.tags"},
        {R"({"schema": 1, "place": {"tags": [{"name": "a"}]}})", "value"},
    }));
    CAPTURE(text);
    const auto place = decode_place(text);
    REQUIRE_FALSE(place);
    CAPTURE(place.error().message);
    CHECK(place.error().message.find(message) != std::string::npos);
}
