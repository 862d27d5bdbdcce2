"""Measures what an installation costs beyond the package manager's own work, and checks the bars.

    GUESTPATCH=build/release/agent/guestpatch /usr/bin/python3 tests/bench/install_bench.py [RUNS]

Prints a table; exit status 1 when a bar is missed, 77 where private roots cannot be made.
"""
import os
import pathlib
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "system"))

import install_world  # noqa: E402
import roots  # noqa: E402
import tracing  # noqa: E402
from assess_bench import Table  # noqa: E402
from guest import STATE  # noqa: E402
from install_guest import InstallGuest  # noqa: E402
from sandbox import unavailable  # noqa: E402

INSTALL = [roots.PROGRAM, "install", "--json", "--reboot", "Never"]
CALLS = 7
OF_ONE_BATCH = (1, 50)  # packages
SIZES = (10, 100, 300)
TICKS = os.sysconf("SC_CLK_TCK")


def machine(count):
    """On which so many packages are pending."""
    guest = InstallGuest(["many"])
    if count < len(install_world.MANY):
        folder = guest.path(f"/srv/repo/{install_world.REPOSITORY}/pool/many")
        for name in install_world.MANY[count:]:
            (folder / f"{name}_1.1_all.deb").unlink()
        install_world.publish(guest, "many")
    return guest


def check(guest, count):
    installed = guest.shell("dpkg-query -W -f '${Package} ${Version}\\n' 'gi-many-*'").count(" 1.1\n")
    if installed != count:
        raise SystemExit(f"{installed} packages installed instead of {count}")


def measure_calls(table):
    calls = {}
    for count in (*OF_ONE_BATCH, SIZES[-1]):
        with machine(count) as guest:
            seen = tracing.trace(guest, INSTALL)
            check(guest, count)
            [batches] = {kept.own["batches"] for kept in guest.kept_installations()}
            calls[count] = len(seen.package_manager())
            table.row(f"package manager calls, {count} packages in {batches} batches", calls[count],
                      CALLS + batches - 1)
            if "-v" in sys.argv:
                print("\n".join(f"    {call.name} {call.arguments[:150]}" for call in seen.package_manager()))
    table.row("the same, 50 packages more than 1", calls[50] - calls[1], 0)


def measure_overhead(table, count, runs):
    shares, waits = [], []
    for _ in range(runs):
        with machine(count) as guest:
            seen = tracing.trace(guest, INSTALL)
            check(guest, count)
            shares.append((seen.end - seen.start - seen.busy()) / seen.busy())
            waits.append(max(seen.waited_out))
    # Whatever else the machine does can only add to a gap: the least disturbed run tells.
    table.row(f"time beyond the package manager's own, {count} packages", min(shares), 0.05)
    table.row("the longest wait of its own that nobody ended", max(waits), 0.05, "s")


def cpu_of_orphans(guest):
    """Seconds of CPU of everything process 1 of the root has buried."""
    fields = pathlib.Path(f"/proc/{guest.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / TICKS


def own_cpu(guest):
    """(the program's own seconds of CPU, everybody's)"""
    before = cpu_of_orphans(guest)
    process = subprocess.Popen(guest.argv([*INSTALL, "--log-level", "debug"]), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    log = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    found = re.findall(r'"?own_cpu_ms"?\s*[=:]\s*"?([\d.]+)', log)
    if process.returncode or not found:
        raise SystemExit(f"exit status {process.returncode}, or no account of its own in the log: {log[-500:]}")
    return float(found[-1]) / 1000, used.ru_utime + used.ru_stime + cpu_of_orphans(guest) - before


def measure_cpu(table, count, runs):
    shares = []
    for _ in range(runs):
        with machine(count) as guest:
            own, everybody = own_cpu(guest)
            check(guest, count)
            shares.append(own / (everybody - own))
    table.row(f"own CPU / everybody else's, {count} packages", statistics.median(shares), 0.02)


def measure_state(table):
    """The growth per package must not grow."""
    own, kept = {}, {}
    for count in SIZES:
        with machine(count) as guest:
            own[count], others = tracing.written(guest, INSTALL, STATE)
            check(guest, count)
            kept[count] = int(guest.shell(f"du -sb {STATE} | cut -f 1"))
            table.row(f"bytes written below {STATE}, {count} packages", own[count] / 1000, unit="kB")
            table.row("of output of the package manager besides", others / 1000, unit="kB")
            table.row("bytes kept", kept[count] / 1000, unit="kB")
    small, middle, large = SIZES
    for what, size in (("written", own), ("kept", kept)):
        first = (size[middle] - size[small]) / (middle - small)
        second = (size[large] - size[middle]) / (large - middle)
        table.row(f"bytes {what} per package more, 100 to 300 / 10 to 100", second / first, 1.5)


def main(runs):
    if reason := unavailable():
        print(f"skipped: {reason}")
        return 77
    table = Table()
    measure_calls(table)
    measure_overhead(table, 100, runs)
    measure_cpu(table, 100, runs)
    measure_state(table)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main(int(next(filter(str.isdigit, sys.argv[1:]), 3))))
