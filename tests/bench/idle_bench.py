"""Measures what the daemon costs while it has nothing to do, beside unattended-upgrade-shutdown, and checks the bars.

    GUESTPATCH=build/release/agent/guestpatch /usr/bin/python3 tests/bench/idle_bench.py [SECONDS]

Both are services of one booted root. SECONDS are how long each spell of idleness is watched, at least a minute.
Prints a table; exit status 1 when a bar is missed, 77 where private roots cannot be made.
"""
import pathlib
import re
import select
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "system"))

from assess_bench import Table  # noqa: E402
from daemon_guest import AUTOMATIC, DaemonGuest, native_layers, of_children, switches, window_to_come  # noqa: E402
from sandbox import unavailable  # noqa: E402

THEIRS = "/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown"
WATCHDOG = 240  # seconds; it is fed at least once in half of them
ASSESSMENTS = 100
ASSESSING = {"patchSettings": {"assessmentMode": "AutomaticByPlatform"}}


def memory(pid):
    """kB: (resident, private and dirty)"""
    found = dict(re.findall(r"^(Rss|Private_Dirty): +(\d+) kB$", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M))
    return int(found["Rss"]), int(found["Private_Dirty"])


class Spell:
    """A spell of idleness of one process."""

    def __init__(self, pid):
        self._pid = pid
        self._before = self._account()

    def _account(self):
        task = pathlib.Path(f"/proc/{self._pid}/task")
        children = sum(len((thread / "children").read_text().split()) for thread in task.iterdir())
        return sum(map(switches, task.iterdir())), children, of_children(self._pid)

    def wakeups(self, seconds):
        """A minute, when so many have passed."""
        select.select([], [], [], seconds)
        woken, children, ended = self._account()
        if children or ended != self._before[2]:
            raise SystemExit(f"it started programs: {children} run, and page faults of its children went from "
                             f"{self._before[2]} to {ended}")
        return (woken - self._before[0]) * 60 / seconds


def start_anew(guest, watchdog):
    """A daemon with a watchdog of so many seconds, which has settled; its number."""
    guest.service_settings("watchdog", f"[Service]\nWatchdogSec={watchdog}\n")
    guest.systemctl("restart")
    guest.until_quiet()
    return guest.daemon()


def measure_memory(table, pid, theirs, when):
    resident, dirty = memory(pid)
    table.row(f"resident memory, {when}", resident, unit="kB")
    table.row("the same / unattended-upgrade-shutdown's", resident / theirs[0], 0.40)
    table.row(f"private dirty memory, {when}", dirty, unit="kB")
    table.row("the same / unattended-upgrade-shutdown's", dirty / theirs[1], 0.15)
    return resident, dirty


def configured(guest, **settings):
    guest.configure(**settings)
    guest.systemctl("reload")


def assess(guest, pid, count):
    """So many assessments, or a few more, by the daemon itself, which then has nothing to do until tomorrow."""
    before = assessments(guest)
    configured(guest, **ASSESSING, assessment={"interval": "PT1S"})
    guest.until(lambda: assessments(guest) >= before + count, timeout=400)
    configured(guest, **ASSESSING)
    guest.until_quiet()
    if guest.daemon() != pid:
        raise SystemExit(f"it is another daemon now: {guest.log()[-1000:]}")


def assessments(guest):
    return sum(document["status"] == "Succeeded" for document in guest.kept_results().values())


def measure(table, guest, seconds):
    guest.configure(**ASSESSING)
    guest.assess()  # the daemon need not, until tomorrow
    theirs = memory(guest.find_process(THEIRS))
    table.row("unattended-upgrade-shutdown: resident memory", theirs[0], unit="kB")
    table.row("unattended-upgrade-shutdown: private dirty memory", theirs[1], unit="kB")
    pid = start_anew(guest, WATCHDOG)
    table.row("wakeups a minute, with a watchdog", Spell(pid).wakeups(max(seconds, WATCHDOG // 2 + 10)), 1)
    measure_memory(table, pid, theirs, "just started")
    assess(guest, pid, 1)  # what the program touches once stays touched
    first = measure_memory(table, pid, theirs, "after an assessment")
    assess(guest, pid, ASSESSMENTS)
    last = measure_memory(table, pid, theirs, f"after {ASSESSMENTS} more")
    table.row(f"resident memory after {ASSESSMENTS} assessments / before", last[0] / first[0], 1.1)
    table.row("private dirty memory, the same", last[1] / first[1], 1.1)
    configured(guest, patchSettings=AUTOMATIC, maintenanceConfigurations=[window_to_come()])
    guest.until_quiet()
    measure_memory(table, pid, theirs, "patching by itself")
    pid = start_anew(guest, 0)
    table.row("wakeups a minute, patching by itself, without a watchdog", Spell(pid).wakeups(seconds), 0)


def main(seconds):
    if reason := unavailable():
        print(f"skipped: {reason}")
        return 77
    table = Table()
    guest = DaemonGuest(["plain"], native_layers())
    try:
        measure(table, guest, seconds)
    finally:
        guest.__exit__()
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main(max(60, int(sys.argv[1])) if len(sys.argv) > 1 else 60))
