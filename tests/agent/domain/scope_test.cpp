#include "agent/domain/scope.hpp"

#include "tests/catch.hpp"

using namespace guestpatch;

namespace {

const MachinePlace machine{.os_type = "Linux",
                           .region = "westeurope",
                           .resource_group = "RG-Web",
                           .tags = {{"Env", "prod"}, {"wave", "1"}}};

}  // namespace

TEST_CASE("A filter that asks for nothing is for every machine, known or not", "[scope]") {
    CHECK(in_scope({}, machine));
    CHECK(in_scope({}, {}));
    CHECK(in_scope({.all_tags = false}, {}));
    CHECK(in_scope({.tags = {{"env", {}}}, .all_tags = false}, {}));
}

TEST_CASE("Everything that is asked for must hold; of each list one entry will do", "[scope]") {
    CHECK(in_scope({.os_types = {"Windows", "linux"}}, machine));
    CHECK_FALSE(in_scope({.os_types = {"Windows"}}, machine));
    CHECK(in_scope({.resource_groups = {"other", "rg-web"}}, machine));
    CHECK_FALSE(in_scope({.resource_groups = {"rg-web-2"}}, machine));
    CHECK(in_scope({.os_types = {"Linux"}, .locations = {"westeurope"}, .resource_groups = {"rg-web"}}, machine));
    CHECK_FALSE(in_scope({.os_types = {"Linux"}, .locations = {"northeurope"}, .resource_groups = {"rg-web"}}, machine));
}

TEST_CASE("Regions are the same in the words of people and of programs", "[scope]") {
    CHECK(in_scope({.locations = {"West Europe"}}, machine));
    CHECK(in_scope({.locations = {"westeurope"}}, {.region = "West  Europe"}));
    CHECK_FALSE(in_scope({.locations = {"west-europe"}}, machine));
}

TEST_CASE("Tags: all of the names, or any; of each name any of its values", "[scope]") {
    const std::map<std::string, std::vector<std::string>> both{{"ENV", {"test", "Prod"}}, {"wave", {"2"}}};
    CHECK_FALSE(in_scope({.tags = both}, machine));
    CHECK(in_scope({.tags = both, .all_tags = false}, machine));
    CHECK(in_scope({.tags = {{"env", {"prod"}}, {"wave", {"1", "2"}}}}, machine));
    CHECK_FALSE(in_scope({.tags = {{"wave", {"2"}}, {"owner", {"1"}}}, .all_tags = false}, machine));
    CHECK_FALSE(in_scope({.tags = {{"owner", {""}}}}, machine));
    CHECK(in_scope({.tags = {{"owner", {""}}}}, {.tags = {{"owner", ""}}}));
}

TEST_CASE("What is not known of the machine never holds", "[scope]") {
    CHECK_FALSE(in_scope({.os_types = {"Linux"}}, {}));
    CHECK_FALSE(in_scope({.locations = {""}}, {}));
    CHECK_FALSE(in_scope({.resource_groups = {" "}}, {}));
    CHECK_FALSE(in_scope({.tags = {{"env", {"prod"}}}}, {}));
}
