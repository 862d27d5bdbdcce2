// The vocabulary every package manager and every decision shares. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.hpp"

namespace guestpatch {

/// What a patch is for. Critical and Security only from evidence; everything else is Other.
enum class Classification { critical, security, other };

/// The vendor's own severity, where an advisory gives one.
enum class Severity { critical, important, moderate, low, unspecified };

/// Whether installing needs a reboot (VMGuestPatchRebootBehavior).
enum class RebootBehavior { unknown, never_reboots, always_requires_reboot, can_request_reboot };

/// Why a pending patch cannot go in now. It is still listed and counted.
enum class HeldBack { held, pinned, phased, kept_back, would_remove };

/// Why a patch is not (or would not be) installed: one closed list for every package manager.
/// Code, sentence and remedy stand in docs/wire/reasons.md.
enum class Reason {
    held,
    pinned,
    phased,
    kept_back,
    would_remove,
    excluded,
    not_selected,
    reboot_excluded,
    superseded,
    prerequisite_missing,
    published_too_late,
    no_time_left,
    lock_held,
    disk_full,
    download_failed,
    script_failed,
    silent_too_long,
    license_not_accepted,
    needs_user,
    ua_esm_required,
    esu_required,
    loop_broken,
    unhealthy,
    not_admitted,
};

/// What names a patch on one machine. `name` carries ":architecture" where it is not the machine's own.
struct PatchId {
    std::string name;
    std::string version;  ///< the candidate's, as the package manager writes it

    friend auto operator<=>(const PatchId&, const PatchId&) = default;
};

/// One installed package with a newer version, or a new package an upgrade pulls in.
struct Patch {
    PatchId id;
    std::string architecture;
    std::string installed_version;  ///< empty: the package is new
    Classification classification = Classification::other;
    Severity severity = Severity::unspecified;
    RebootBehavior reboot = RebootBehavior::unknown;
    std::string source;                    ///< the repository it would come from
    std::vector<std::string> advisories;   ///< only those the machine knows before installation
    std::vector<std::string> cves;         ///< likewise, never inferred
    std::uint64_t download_bytes = 0;      ///< still to be fetched; 0 when already here or unknown
    std::optional<Instant> published;      ///< nothing when the source does not say
    bool first = false;  ///< the package manager itself or one of its libraries: installed before everything else
    std::optional<HeldBack> held_back;     ///< it cannot go in now
    std::optional<Reason> reason;          ///< why it would not be installed
    std::optional<Instant> first_seen;     ///< set by the assessment, not by the package manager

    friend bool operator==(const Patch&, const Patch&) = default;
};

/// Why one patch did not go in.
struct PatchFailure {
    PatchId id;
    Reason reason = Reason::script_failed;
    std::string message;  ///< what the package manager said of it

    friend bool operator==(const PatchFailure&, const PatchFailure&) = default;
};

/// A refusal that names no patch: nothing was changed.
struct Refusal {
    Reason reason = Reason::prerequisite_missing;
    std::string message;

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// How a call of the package manager ended, in its own words. The package database has the last word:
/// ask verify().
struct InstallOutcome {
    std::vector<PatchFailure> failures;
    std::optional<Refusal> refused;    ///< nothing was unpacked
    std::string left_running;          ///< a stop was requested and it goes on without us: where
    std::string complaint;             ///< the first thing it complained about, for patches it does not name
    bool cut_short = false;            ///< it did not come to an end of its own: killed, ended for its silence, or gone
};

/// What the package database says of one patch.
enum class Presence {
    absent,     ///< an older version, or none
    broken,     ///< half installed, or not configured
    installed,  ///< this version or a newer one, sound
};

/// What could not be seen. A silent zero is the one thing this program must never report.
enum class BlindSpotCode {
    source_unreachable,   ///< a repository's index could not be fetched
    source_untrusted,     ///< its signature is missing or wrong
    source_not_fetched,   ///< no index of it on this machine
    list_empty,           ///< its index is on the machine but empty, and stayed so after another refresh
    list_damaged,         ///< its index has another size than its Release file says
    lock_held,            ///< another program holds the package manager's lock
    refresh_failed,       ///< the refresh failed for a reason that names no source
    resolver_failed,      ///< the resolver could not work out an upgrade
    packages_broken,      ///< packages are not fully installed
    no_sources,           ///< no repository is configured at all
    no_security_source,   ///< none of the repositories is a security pocket
    advisories_unreadable,///< an advisory tool is present but its answer could not be read
    os_end_of_support,    ///< nobody makes security updates for this operating system any more
};

struct BlindSpot {
    std::string source;  ///< a repository or a program, as the operator knows it
    BlindSpotCode code = BlindSpotCode::refresh_failed;
    std::string message;
    bool security = false;  ///< security patches may be hidden behind it: the compliance verdict is Unknown

    friend bool operator==(const BlindSpot&, const BlindSpot&) = default;
};

/// Something the operator should know that hides nothing: "LISTS_REBUILT".
struct Note {
    std::string code;
    std::string message;

    friend bool operator==(const Note&, const Note&) = default;
};

/// Whether the machine waits for a reboot, and for what.
struct RebootNeed {
    bool required = false;
    std::optional<Instant> since;
    std::vector<std::string> reasons;
    std::vector<std::string> services;  ///< that still run replaced files and need a restart, as far as was looked

    friend bool operator==(const RebootNeed&, const RebootNeed&) = default;
};

}  // namespace guestpatch
