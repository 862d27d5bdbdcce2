#include "agent/cli/help.hpp"

namespace guestpatch::help {

constinit const std::string_view overview = R"(guestpatch keeps this machine patched and tells the truth about it.

Usage: guestpatch COMMAND [OPTIONS]

Commands:
  assess          refresh package metadata, list pending patches, record the result
  install         install Critical and Security patches now, in the time given
  plan            what an installation would do, and why each patch would be left out
  status          what is known of this machine: assessment, installation, compliance, reboot pending
  history         past runs, the newest first; with an activity id, that run patch by patch
  windows         the next windows in which patches go in by themselves
  configure       choose who patches this machine, and apply it at once
  config check    validate the configuration, naming file and line of every fault
  config show     print the merged settings and where each value came from
  run             the service: assess and install by itself, as patch mode and windows say

Common options (every command):
  --json                  machine output on stdout: one document, nothing else
  --config-dir DIR        read drop-ins from DIR instead of the system's folders
  --state-dir DIR         keep state in DIR instead of the system's folder
  --package-manager NAME  override detection
  --log-level LEVEL       debug, info, warning or error
  --progress MODE         auto, plain or none (on stderr)
  --no-color              plain text on a terminal too
  --version               version, commit, compiler and libraries
  --help                  this text; with a command, that command's own

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 done with warnings, 4 reboot pending,
75 another operation is running, 77 needs root, 100 patches pending (assess --check).
)";

constinit const std::string_view assess = R"(Usage: guestpatch assess [OPTIONS]

Refreshes the package lists, finds every pending patch, classifies it from evidence, records the
assessment and prints it. What could not be seen is named as a blind spot; it is never a silent zero.
Without root only `assess --no-refresh` works; it prints and records nothing.

Options:
  --no-refresh                 use the package lists at hand, and say how old they are
  --check                      exit 100 when Critical or Security patches are pending
  --classifications LIST       what an installation would take: Critical, Security, Other, or none
  --include MASK               also take these (repeatable): name or name=version, wildcards * and ?
  --exclude MASK               never take these (repeatable); wins over everything
  --max-publish-date INSTANT   only what was published until then, e.g. 2026-11-10T00:00:00Z

Examples:
  guestpatch assess
  guestpatch assess --no-refresh --json | jq '.availablePatches[].name'
  guestpatch assess --check || page-the-operator
)";

constinit const std::string_view install = R"(Usage: guestpatch install [OPTIONS]

Assesses this machine, installs the selected patches in the time given, reboots it if that is needed and
allowed, and reports what the package database says of each patch. Ctrl-C never hurts the package manager:
no further batch starts, the running one is waited for (installPatches.stopTimeout), then left to end alone
and collected by the next command. The same goes for a power cut. Needs root.

Options:
  --classifications LIST       take these classes: Critical, Security, Other, or none
  --include MASK               also take these (repeatable): name or name=version, wildcards * and ?
  --exclude MASK               never take these (repeatable); wins over everything
  --max-publish-date INSTANT   only what was published until then, e.g. 2026-11-10T00:00:00Z
  --exclude-reboot             leave out what needs a reboot, or may ask for one
  --maximum-duration DURATION  e.g. PT2H; no batch starts that does not fit what is left
  --reboot SETTING             IfRequired, Never or Always
  --no-refresh                 use the package lists at hand
  --dry-run                    show what would be done; install nothing

Every default is the configuration's; see guestpatch config show.

Examples:
  guestpatch install --maximum-duration PT1H --reboot Never
  guestpatch install --classifications none --include curl
  guestpatch install --exclude 'linux-image-*' --json | jq '.patches[] | {name, installationState}'
)";

constinit const std::string_view plan = R"(Usage: guestpatch plan [OPTIONS]

Shows what an installation would do now: the batches with their estimates, each patch that would be left out
with its reason, and whether a reboot is to be expected. Rests on the last assessment, never refreshes, needs
no root and changes nothing.

Options:
  --classifications LIST       take these classes: Critical, Security, Other, or none
  --include MASK               also take these (repeatable): name or name=version, wildcards * and ?
  --exclude MASK               never take these (repeatable); wins over everything
  --max-publish-date INSTANT   only what was published until then, e.g. 2026-11-10T00:00:00Z
  --exclude-reboot             leave out what needs a reboot, or may ask for one
  --maximum-duration DURATION  e.g. PT2H; no batch starts that does not fit what is left
  --reboot SETTING             IfRequired, Never or Always
)";

constinit const std::string_view status = R"(Usage: guestpatch status [OPTIONS]

Prints what the last assessment found, what the last installation did, whether the machine may be called
compliant, whether a reboot is pending, and what runs at this moment. Needs no root. As root it first brings
to its end what an interrupted installation left behind.
)";

constinit const std::string_view history = R"(Usage: guestpatch history [ACTIVITY_ID] [OPTIONS]

Lists past runs, the newest first. With an activity id, shows that run patch by patch as it was recorded.
Needs no root. As root it first brings to its end what an interrupted installation left behind.
)";

constinit const std::string_view windows = R"(Usage: guestpatch windows [-n N] [OPTIONS]

Shows the next windows in which this machine installs patches by itself: off-peak hours, or the maintenance
configurations that replace them, in local time and UTC, each with where it comes from. There are none unless
patchSettings.patchMode is AutomaticByPlatform. Needs no root.

Options:
  -n, --count N                how many (5)
)";

constinit const std::string_view run = R"(Usage: guestpatch run [OPTIONS]

The service. It assesses and installs by itself, as patch mode, assessment mode and windows say, finishes what
an interrupted command or a power cut left behind, and sleeps in between. Under systemd it is guestpatch.service:
`systemctl reload guestpatch` reads the configuration anew, and keeps the old one when the new one has faults;
stopping it never hurts a package manager that runs. One per machine; needs root.
)";

constinit const std::string_view configure = R"(Usage: guestpatch configure [OPTIONS]

Sets the patch mode and the assessment mode in 50-configure.json and applies them at once: in AutomaticByPlatform the
machine's own automatic updates go off after a first assessment has succeeded, in ImageDefault they come back exactly
as they were found. Prints what was changed. Without options it prints what is applied and changes nothing. Needs
root to change anything.

Options:
  --patch-mode MODE            ImageDefault or AutomaticByPlatform; Windows: AutomaticByOS, AutomaticByPlatform, Manual
  --assessment-mode MODE       ImageDefault or AutomaticByPlatform

Examples:
  guestpatch configure --patch-mode AutomaticByPlatform
  guestpatch configure --patch-mode ImageDefault --assessment-mode AutomaticByPlatform
)";

constinit const std::string_view config = R"(Usage: guestpatch config check|show [OPTIONS]

check   reads every drop-in and reports each fault with its file and line; exit 2 when there is one
show    prints every setting, its value, and the file and line it came from
)";

}  // namespace guestpatch::help
