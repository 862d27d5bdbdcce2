#include "agent/wire/imds.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

std::string seed(const std::string& name) {
    std::ifstream file(std::string(GUESTPATCH_TESTS) + "/fuzz/corpus/imds/" + name);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string fault(const std::string& text) {
    const auto place = decode_imds_compute(text);
    REQUIRE_FALSE(place);
    return place.error().message;
}

}  // namespace

TEST_CASE("The compute document tells the place of a machine", "[imds]") {
    const MachinePlace expected{.region = "westeurope", .zone = "2", .fault_domain = "1", .update_domain = "3",
                                .scale_set = "crpteste9vflji9", .resource_group = "rg-web",
                                .tags = {{"env", "prod"}, {"wave", "1"}}};
    CHECK(decode_imds_compute(seed("full.json")) == expected);
}

TEST_CASE("Tags are read from the plain text where there is no list of them", "[imds]") {
    const auto place = decode_imds_compute(seed("plain_tags.json"));
    REQUIRE(place);
    CHECK(place->tags == std::map<std::string, std::string>{{"env", "prod"}, {"url", "http://x:80"}, {"blank", "b"}, {"novalue", ""}});
    CHECK(decode_imds_compute(R"({"tags": "a:1", "tagsList": []})")->tags.empty());  // the list has the last word
}

TEST_CASE("What the service leaves out stays unknown", "[imds]") {
    CHECK(decode_imds_compute("{}") == MachinePlace());
    CHECK(decode_imds_compute(R"({"location": "", "zone": null, "osType": "Linux", "tags": ""})") == MachinePlace());
}

TEST_CASE("An answer that is not what it should be is refused as a whole, and where", "[imds]") {
    CHECK(fault(R"({"location": 17})") == "location: expected a string, found a number");
    CHECK(fault(R"({"zone": ["1"]})").starts_with("zone: "));
    CHECK(fault(R"({"location": "west\neurope"})") == "location: holds a control character");
    CHECK(fault(fmt::format(R"({{"vmScaleSetName": "{}"}})", std::string(257, 'x'))) == "vmScaleSetName: is longer than 256 bytes");
    CHECK(fault(seed("control.json")).find("tagsList[0].name") != std::string::npos);
    CHECK(fault(R"({"tagsList": {"env": "prod"}})").starts_with("tagsList: "));
    CHECK(fault(R"(["westeurope"])") != "");
    CHECK(fault("<html>not here</html>") != "");
}

TEST_CASE("A machine has no thousands of tags", "[imds]") {
    std::string list;
    std::string plain;
    for (int i = 0; i < 129; ++i) {
        if (i == 128) {
            CHECK(decode_imds_compute(fmt::format(R"({{"tagsList": [{}]}})", list))->tags.size() == 128);
            CHECK(decode_imds_compute(fmt::format(R"({{"tags": "{}"}})", plain))->tags.size() == 128);
        }
        list += fmt::format(R"({}{{"name": "t{}", "value": "v"}})", i == 0 ? "" : ", ", i);
        plain += fmt::format("t{}:v;", i);
    }
    CHECK(fault(fmt::format(R"({{"tagsList": [{}]}})", list)) == "tagsList: holds more than 128 tags");
    CHECK(fault(fmt::format(R"({{"tags": "{}"}})", plain)) == "tags: holds more than 128 tags");
}
