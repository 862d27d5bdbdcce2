// Hostile source lists, Release files and origin rules.
#include <cstdint>

#include "packagers/apt/release_file.hpp"
#include "packagers/apt/sources.hpp"
#include "tests/fuzz/must.hpp"

namespace guestpatch {
namespace {

void try_text(const std::string& text) {
    const auto rules = apt::security_rules({}, {});
    const apt::Release release = apt::parse_release(text);
    must(!apt::is_security(release, rules) || !release.origin.empty(), "only a named vendor is believed");
    (void)apt::stated_size(text, "main/binary-amd64/Packages");
    (void)apt::has_index(text, "main/binary-amd64/Packages");
    (void)apt::looks_like_security(text);
    if (const auto targets = apt::parse_index_targets(text)) {
        for (const apt::IndexTarget& target : *targets) {
            must(target.file.starts_with(target.list_prefix()), "a list starts with its prefix");
            must(!target.repository().empty(), "a repository has a name");
        }
    }
    if (const auto rule = parse_origin_rule(text)) must(!rule->fields.empty(), "a rule asks for something");
}

}  // namespace
}  // namespace guestpatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    guestpatch::try_text(std::string(data, data + size));
    return 0;
}
