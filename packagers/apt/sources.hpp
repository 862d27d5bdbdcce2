// The repositories apt is configured with, and which of them bring security updates. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packagers/apt/release_file.hpp"
#include "packagers/origin_rule.hpp"
#include "platform/base/result.hpp"

namespace guestpatch::apt {

/// One package index apt would use, as `apt-get indextargets` lists it.
struct IndexTarget {
    std::string description;   ///< "URI suite/component arch Packages": what apt-cache policy prints too
    std::string file;          ///< where the list is kept, without a compression suffix
    std::string meta_key;      ///< "main/binary-amd64/Packages"
    std::string architecture;  ///< "amd64", "all"
    std::string entry;         ///< "/etc/apt/sources.list:3"

    /// "URI suite": the repository, as messages of apt-get update name it too.
    [[nodiscard]] std::string repository() const;
    /// The path every list of the same Release starts with.
    [[nodiscard]] std::string list_prefix() const;
};

/// The format asked of `apt-get indextargets --format`; one line per target.
[[nodiscard]] std::string index_target_format();
/// Reads that format; targets other than package indexes are left out. Errc::invalid on anything else.
Result<std::vector<IndexTarget>> parse_index_targets(std::string_view text);

/// Files and folders of configuration apt could not open and passed over, from the warnings it prints with any
/// answer: a source with a password in it is root's alone.
[[nodiscard]] std::vector<std::string> parse_passed_over(std::string_view err);

/// Whose `*-security` pockets are believed, and what the administrator added.
struct SecurityRules {
    std::vector<std::string> vendors;  ///< origins of this operating system and its parents
    std::vector<OriginRule> additions;
};
/// The rules for an operating system, by os-release(5).
[[nodiscard]] SecurityRules security_rules(const std::map<std::string, std::string>& os_release,
                                           std::vector<OriginRule> additions);

[[nodiscard]] bool is_security(const Release& release, const SecurityRules& rules);
/// The same, when all that is known of a repository is the suite's name in the source entry.
[[nodiscard]] bool looks_like_security(std::string_view repository);
/// Ubuntu's extended maintenance: support beyond the operating system's own.
[[nodiscard]] bool is_extended_support(const Release& release);

}  // namespace guestpatch::apt
