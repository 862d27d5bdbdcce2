#include "agent/wire/imds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "agent/wire/parts.hpp"
#include "platform/base/text.hpp"

namespace guestpatch {
namespace {

constexpr std::size_t longest_word = 256;
constexpr std::size_t longest_tag = 1024;  // Azure: 512 for a name, 256 for a value
constexpr std::size_t most_tags = 128;     // Azure: 50

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; });
}

std::string bounded(const JsonReader& in, std::size_t most) {
    std::string text = in.string_or("");
    if (text.size() > most) in.fail(fmt::format("is longer than {} bytes", most));
    if (has_control_character(text)) in.fail("holds a control character");
    return text;
}

std::string word(const JsonReader& in) { return bounded(in, longest_word); }

void add_tag(const JsonReader& in, std::map<std::string, std::string>& tags, std::string name, std::string value) {
    if (name.empty() || tags.contains(name)) return;
    if (tags.size() == most_tags) return in.fail(fmt::format("holds more than {} tags", most_tags));
    tags.emplace(std::move(name), std::move(value));
}

/// "name:value;name:value": what versions without tagsList have. A semicolon in a value cannot be told from a separator.
std::map<std::string, std::string> read_plain_tags(const JsonReader& in) {
    std::map<std::string, std::string> tags;
    const std::string text = bounded(in, most_tags * longest_tag);
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view value = take_until(rest, ';');
        const std::string_view name = take_until(value, ':');
        add_tag(in, tags, std::string(trim(name)), std::string(trim(value)));
    }
    return tags;
}

std::map<std::string, std::string> read_tags(const JsonReader& in) {
    const JsonReader list = in.member("tagsList");
    if (!list.present()) return read_plain_tags(in.member("tags"));
    std::map<std::string, std::string> tags;
    for (const JsonReader& tag : list.elements()) {
        std::string name = bounded(tag.member("name"), longest_tag);
        add_tag(list, tags, std::move(name), bounded(tag.member("value"), longest_tag));
    }
    return tags;
}

MachinePlace read_place(const JsonReader& in) {
    return {.region = word(in.member("location")),
            .zone = word(in.member("zone")),
            .fault_domain = word(in.member("platformFaultDomain")),
            .update_domain = word(in.member("platformUpdateDomain")),
            .scale_set = word(in.member("vmScaleSetName")),
            .resource_group = word(in.member("resourceGroupName")),
            .tags = read_tags(in)};
}

}  // namespace

Result<MachinePlace> decode_imds_compute(std::string_view text) { return wire::decode(text, read_place); }

}  // namespace guestpatch
