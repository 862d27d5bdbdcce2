"""What one command starts, waits for and writes, seen from outside by strace."""
import pathlib
import re
from dataclasses import dataclass

PACKAGE_MANAGER = {"apt-get", "apt-cache", "apt-mark", "dpkg", "dpkg-query"}
FORKS = "clone,clone3,fork,vfork"
NAPS = "nanosleep,clock_nanosleep,poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_pwait2,futex"
TRACE = "/tmp/trace"

LINE = re.compile(r"^(\d+) +([\d.]+) (.*?)(?: <([\d.]+)>)?$")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"^<\.\.\. \w+ resumed>")
FORKED = re.compile(r"^(?:clone3?|v?fork)\(.* = (\d+)$")
STARTED = re.compile(r'^execve\("([^"]+)", \[(.*?)\], .* = 0$')
RAN_OUT = re.compile(r"^\w*nanosleep\(.* = 0$|\(Timeout\)$|ETIMEDOUT")  # nobody ended it: it was waited out


@dataclass
class Call:
    """One program, from its start to its end."""
    pid: int
    name: str
    arguments: str
    start: float
    end: float = 0.0


class Trace:
    def __init__(self, text):
        self.parents, self.calls, self.waited_out = {}, [], [0.0]
        self.pids_of_others = set()
        events = list(whole_calls(text))
        self.own = events[0][0]
        self.start, self.end = events[0][1], 0.0
        for pid, _, what, _ in events:  # a vfork returns only after its child's execve
            if found := FORKED.search(what):
                self.parents[int(found[1])] = pid
        for event in events:
            self._event(*event)

    def _event(self, pid, when, what, seconds):
        if found := STARTED.match(what):
            if self.calls:
                self.pids_of_others.add(pid)
            self.calls.append(Call(pid, pathlib.PurePath(found[1]).name, found[2], when))
        elif what.startswith("+++"):
            for call in self.calls:
                if call.pid == pid and not call.end:
                    call.end = when
            if pid == self.own:
                self.end = when
        elif RAN_OUT.search(what) and not self.of_others(pid):
            self.waited_out.append(seconds)

    def _ancestors(self, pid):
        while pid in self.parents:
            pid = self.parents[pid]
            yield pid

    def of_others(self, pid):
        return pid in self.pids_of_others or any(other in self.pids_of_others for other in self._ancestors(pid))

    def package_manager(self):
        """Calls of the package manager that were not made by a package manager."""
        theirs = [call for call in self.calls if call.name in PACKAGE_MANAGER]
        pids = {call.pid for call in theirs}
        return [call for call in theirs if not pids & set(self._ancestors(call.pid))]

    def busy(self):
        """Seconds in which at least one of those ran."""
        total, until = 0.0, self.start
        for call in sorted(self.package_manager(), key=lambda call: call.start):
            total += max(0.0, min(call.end, self.end) - max(call.start, until))
            until = max(until, call.end)
        return total


def whole_calls(text):
    """(process, when, what, seconds it took) of each line; what others interrupted is put together again."""
    begun = {}
    for found in map(LINE.match, text.splitlines()):
        pid, when, what = int(found[1]), float(found[2]), found[3]
        if what.endswith(UNFINISHED):
            begun[pid] = what.removesuffix(UNFINISHED)
            continue
        if RESUMED.match(what):
            what = begun.pop(pid, "") + RESUMED.sub("", what)
        yield pid, when, what, float(found[4] or 0)


def trace(guest, command, calls=f"execve,{FORKS},{NAPS}", codes=(0,)):
    done = guest.run(["strace", "-f", "--seccomp-bpf", "-ttt", "-T", "-s", "300", "-o", TRACE, "-e", f"trace={calls}",
                      *command], timeout=600)
    if done.code not in codes:
        raise SystemExit(f"{' '.join(command)}: {done}")
    return Trace(guest.read(TRACE))


def written(guest, command, folder):
    """Bytes written below a folder: (by the program itself, by what it starts)."""
    guest.run(["strace", "-f", "--seccomp-bpf", "-y", "-ttt", "-s", "0", "-o", TRACE, "-e",
               f"trace=execve,{FORKS},write,pwrite64,writev", *command], timeout=600)
    text = guest.read(TRACE)
    seen = Trace(text)
    own = others = 0
    wrote = re.compile(rf"^(?:write|writev|pwrite64)\(\d+<{folder}/.* = (\d+)$")
    for pid, _, what, _ in whole_calls(text):
        if not (found := wrote.match(what)):
            continue
        if seen.of_others(pid):
            others += int(found[1])
        else:
            own += int(found[1])
    return own, others
