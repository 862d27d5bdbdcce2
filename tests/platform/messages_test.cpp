// The catalogue of messages keeps its promises to those who filter by number, name or id.
#include "platform/messages.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/catch.hpp"

namespace guestpatch {
namespace {

TEST_CASE("no two messages share a number, a name or an id", "[messages]") {
    std::set<std::uint16_t> numbers;
    std::set<std::string_view> names;
    std::set<std::string_view> ids;
    for (const Message* message : message::all) {
        CAPTURE(message->name);
        CHECK(numbers.insert(message->number).second);
        CHECK(names.insert(message->name).second);
        CHECK(ids.insert(message->id).second);
    }
    CHECK(std::ranges::is_sorted(message::all, {}, [](const Message* message) { return message->number; }));
}

TEST_CASE("every message has an id journald takes, a group, and something to say", "[messages]") {
    for (const Message* message : message::all) {
        CAPTURE(message->name);
        CHECK(message->id.size() == 32);
        CHECK(message->id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
        CHECK(message->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        CHECK(message->number >= 1000);
        CHECK(message->number < 9000);
        CHECK(message->level != LogLevel::debug);  // what operators may miss has no id
        CHECK(message->meaning.ends_with('.'));
        CHECK(message->remedy.ends_with('.'));
    }
}

TEST_CASE("a message stands in the group of its number", "[messages]") {
    const std::array groups{&message::assessed,         &message::installation_begins, &message::reboot_completed,
                            &message::window_not_used,  &message::configuration_refused, &message::host_unreachable,
                            &message::package_manager_not_found, &message::admitted};
    for (std::size_t group = 0; group < groups.size(); ++group) CHECK(groups[group]->number == (group + 1) * 1000);
}

TEST_CASE("what was promised once still holds", "[messages]") {
    std::ifstream promised(GUESTPATCH_TESTS "/golden/messages.txt");
    std::map<std::string, const Message*> known;
    for (const Message* message : message::all) known[std::string(message->name)] = message;
    std::size_t promises = 0;
    std::uint16_t number = 0;
    std::string name;
    std::string id;
    for (; promised >> number >> name >> id; ++promises) {
        CAPTURE(name);
        REQUIRE(known.contains(name));
        CHECK(known[name]->number == number);
        CHECK(known[name]->id == id);
    }
    CHECK(promises >= 62);
}

}  // namespace
}  // namespace guestpatch
