// The commands an assessment runs, each with its deadline. Nothing here decides anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "packagers/apt/sources.hpp"
#include "packagers/package_manager.hpp"
#include "platform/seams.hpp"

namespace guestpatch::apt {

/// What apt is configured with.
struct ConfiguredSources {
    std::vector<IndexTarget> targets;
    std::vector<std::string> passed_over;  ///< files and folders this user may not read
};

/// Asks apt. Errors: Errc::not_found (no such program), Errc::cancelled (a stop was requested), Errc::failed
/// and Errc::timed_out with the first thing apt complained about.
class Questions {
  public:
    /// `private_cache` is used where the machine switches apt's binary caches off.
    Questions(Seams seams, const Path& private_cache, const std::optional<Instant>& snapshot);

    /// What `verb` ("dist-upgrade") would do, in apt's words; a nonzero exit is part of the answer.
    Result<Completion> plan(Context& context, const std::vector<std::string>& verb) const;
    /// The version tables of `names`, as text.
    Result<std::string> policy(Context& context, const std::vector<std::string>& names) const;
    Result<ConfiguredSources> sources(Context& context) const;
    /// Refreshes the lists, telling `context.progress`; a nonzero exit is part of the answer.
    Result<Completion> update(Context& context) const;
    /// Ubuntu's `pro security-status`, as JSON text.
    Result<std::string> pro_status(Context& context) const;
    /// `needrestart -b`: which services still run replaced files.
    Result<std::string> restarts(Context& context) const;
    /// Marks packages as automatically installed; apt keeps no lock for it.
    Result<void> mark_automatic(Context& context, const std::vector<std::string>& names) const;

  private:
    [[nodiscard]] Result<Completion> ask(Context& context, std::vector<std::string> argv) const;
    /// ask(), where only exit status 0 is an answer.
    [[nodiscard]] Result<Completion> ask_to_succeed(Context& context, std::vector<std::string> argv) const;
    [[nodiscard]] Result<std::string> ask_for_text(Context& context, std::vector<std::string> argv) const;

    Seams seams_;
    std::vector<std::string> cache_options_;
    std::optional<Instant> snapshot_;
};

/// The first error apt printed, or how it ended: for messages.
[[nodiscard]] std::string first_complaint(const Completion& completion);

}  // namespace guestpatch::apt
