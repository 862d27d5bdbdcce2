"""Measures one assessment against what apt itself needs for the same answer, interleaved, and checks the bars.

    GUESTPATCH=build/release/agent/guestpatch /usr/bin/python3 tests/bench/assess_bench.py [RUNS]

Prints a table; exit status 1 when a bar is missed, 77 where private roots cannot be made.
"""
import os
import re
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bench_root  # noqa: E402  (finds the system tests' modules as well)
import roots  # noqa: E402
from guest import Guest, Assessment, parse  # noqa: E402
from mirror import Mirror  # noqa: E402
from sandbox import unavailable  # noqa: E402

ASSESS = [roots.PROGRAM, "assess", "--json"]
HERE = [*ASSESS, "--no-refresh"]
SIMULATE = ["apt-get", "-s", "dist-upgrade"]
UPDATE_AND_SIMULATE = ["sh", "-c", "apt-get update && apt-get -s dist-upgrade"]
NO_CACHES = 'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'


class Table:
    def __init__(self):
        self.missed = 0

    def row(self, what, value, bar=None, unit=""):
        verdict = "" if bar is None else "ok" if value <= bar else "MISSED"
        self.missed += verdict == "MISSED"
        limit = "" if bar is None else f"<= {bar:g}{unit}"
        print(f"{what:<62} {value:>9.3f}{unit:<3} {limit:<12} {verdict}", flush=True)


def timed(guest, command):
    """Seconds of wall clock, seconds of CPU of everything it waited for."""
    started = time.monotonic()
    process = subprocess.Popen(guest.argv(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime


def interleaved(guest, runs, *commands):
    """Median (wall, CPU) of each command, taken in turns after one warming run each."""
    samples = [[] for _ in commands]
    for turn in range(runs + 1):
        for command, taken in zip(commands, samples):
            measured = timed(guest, command)
            if turn:
                taken.append(measured)
    return [tuple(map(statistics.median, zip(*taken))) for taken in samples]


def own_account(guest, command):
    """What the program says about itself at the end, with `--log-level debug`."""
    done = guest.run([*command, "--log-level", "debug"])
    found = {name: float(value) for name, value in
             re.findall(r'"?(own_cpu_ms|children_cpu_ms|own_peak_kb)"?\s*[=:]\s*"?([\d.]+)', done.err)}
    if len(found) != 3:
        raise SystemExit(f"no account of its own in the log: {done.err[-500:]}")
    return found


def check_the_answer(guest):
    assessed = Assessment(parse(guest.run(HERE)))
    simulated = guest.simulated()
    if assessed.installable() != simulated:
        raise SystemExit(f"not the same set: {sorted(assessed.installable() ^ simulated)[:10]}")
    return len(simulated)


def main(runs):
    if reason := unavailable():
        print(f"skipped: {reason}")
        return 77
    table = Table()
    with Guest(bench_root.layers()) as guest:
        mirror = Mirror(guest)
        pending = check_the_answer(guest)
        installed = len(guest.shell("dpkg-query -W").splitlines())
        print(f"{installed} packages installed, {pending} pending, medians of {runs} interleaved runs")
        measure_at_hand(table, guest, runs)
        measure_refresh(table, guest, mirror, runs)
        measure_itself(table, guest, runs)
        guest.write("/etc/apt/apt.conf.d/90no-caches", NO_CACHES)
        (ours, _), (theirs, _) = interleaved(guest, max(3, runs // 2), HERE, SIMULATE)
        table.row("caches off: assess --no-refresh / apt-get -s dist-upgrade", ours / theirs)
    return 1 if table.missed else 0


def measure_at_hand(table, guest, runs):
    (ours, our_cpu), (theirs, their_cpu) = interleaved(guest, runs, HERE, SIMULATE)
    table.row("apt-get -s dist-upgrade, wall", theirs, unit="s")
    table.row("assess --no-refresh, wall", ours, unit="s")
    table.row("assess --no-refresh / apt-get -s dist-upgrade, wall", ours / theirs, 0.45)
    table.row("the same, CPU", our_cpu / their_cpu)


def measure_refresh(table, guest, mirror, runs):
    mirror.answers.clear()
    (ours, our_cpu), (theirs, their_cpu) = interleaved(guest, runs, ASSESS, UPDATE_AND_SIMULATE)
    table.row("apt-get update; apt-get -s dist-upgrade, wall", theirs, unit="s")
    table.row("assess with refresh, unchanged index, wall", ours, unit="s")
    table.row("assess / [update; -s dist-upgrade], wall", ours / theirs, 0.70)
    table.row("the same, CPU", our_cpu / their_cpu)
    fetched = sum(size for path, _, size in mirror.answers if "Release" not in path)
    table.row("bytes of index fetched", fetched, 0, "B")
    table.row("bytes of body fetched in all", mirror.bodies(), unit="B")


def measure_itself(table, guest, runs):
    for name, command, limit in (("without refresh", HERE, 5), ("with refresh", ASSESS, 6)):
        table.row(f"programs started {name}", guest.children(command), limit)
        accounts = [own_account(guest, command) for _ in range(runs)]
        shares = [account["own_cpu_ms"] / account["children_cpu_ms"] for account in accounts]
        # The least disturbed run, as for an installation: what others do at that moment only ever adds.
        table.row(f"own CPU / children's CPU {name}", min(shares), 0.02)
        table.row("the same, median", statistics.median(shares))
        table.row(f"own peak memory {name}", max(account["own_peak_kb"] for account in accounts) / 1024, 15, "MB")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
