"""A throw-away private root: its own mounts, processes, host name and network, gone without a trace in milliseconds.

Commands run in it through nsenter, its files are reached from outside through `path`, and servers of the test itself
listen on its loopback through `listen`.
"""
import ctypes
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
TOOLS = ("unshare", "nsenter", "mmdebstrap", "dpkg-deb")

# Runs as process 1 of the root. It prints its number as the machine knows it, and ends (and all with it) when the test
# closes its standard input. The shell stays because a process 1 has to collect orphans.
SETUP = r"""
set -eu
read -r pid _ </proc/self/stat
if [ -z "$UPPER" ]; then
    mount -t tmpfs -o size=2g tmpfs /mnt
    UPPER=/mnt/upper WORK=/mnt/work
fi
mkdir -p "$UPPER" "$WORK" "$MERGED"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$MERGED"
mount -t proc proc "$MERGED/proc"
mount --rbind /dev "$MERGED/dev"
mount -t sysfs -o ro sysfs "$MERGED/sys" 2>/dev/null || mount --rbind /sys "$MERGED/sys"
mount -t tmpfs -o mode=755 tmpfs "$MERGED/run"
mkdir -p "$MERGED/run/lock"
for bind in $BINDS; do
    place="$MERGED${bind#*=}"
    [ -e "$place" ] || { mkdir -p "${place%/*}"; : >"$place"; }
    mount --bind "${bind%%=*}" "$place"
done
hostname guest
echo "$pid"
exec env -i PATH="$PATH" chroot "$MERGED" /bin/bash -c 'while read -r _; do :; done'
"""


@dataclass
class Done:
    """How a command ended."""
    code: int
    out: str
    err: str
    seconds: float

    def __str__(self):
        return f"exit status {self.code} after {self.seconds:.2f} s\n--- stdout\n{self.out}--- stderr\n{self.err}"


def unavailable():
    """Why private roots cannot be made on this machine; None when they can."""
    if os.geteuid() != 0:
        return "private roots need root"
    if missing := [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]:
        return "not installed: " + " ".join(missing)
    probe = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--ipc", "--uts", "--net",
                            "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True, text=True)
    return None if probe.returncode == 0 else "namespaces are not available: " + probe.stderr.strip()


class Root:
    """`layers` are lower layers, topmost first; without `upper` whatever is written dies with the root."""

    def __init__(self, layers, binds=None, upper=None):
        work = str(upper) + ".work" if upper else ""
        self._merged = f"{upper}.merged" if upper else "/mnt/root"
        variables = {"PATH": PATH, "LOWER": ":".join(map(str, layers)), "UPPER": str(upper or ""), "WORK": work,
                     "MERGED": self._merged if upper else "/mnt/root",
                     "BINDS": " ".join(f"{source}={target}" for source, target in (binds or {}).items())}
        self._init = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--ipc", "--uts", "--net", "--propagation", "private",
             "--kill-child", "bash", "-c", SETUP],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables, text=True)
        self.pid = int(self._init.stdout.readline() or 0)
        if not self.pid:
            raise RuntimeError(f"no private root: exit status {self._init.wait()}")
        self._wait_for_chroot()
        self._in_network(raise_loopback)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._init.stdin.close()
        self._init.wait()
        self._init.stdout.close()

    def _wait_for_chroot(self):
        """The program of process 1 becomes the shell inside just after it printed its number."""
        while os.readlink(f"/proc/{self.pid}/root") == "/":
            time.sleep(0.001)

    def path(self, inside):
        """Where a file of the root is seen from outside. Links are followed inside the root: an absolute one, left to
        the kernel, would lead out into the machine the test runs on."""
        top = f"/proc/{self.pid}/root"
        found, rest = [], str(inside).split("/")
        while rest:
            part = rest.pop(0)
            if part == "..":
                del found[-1:]
            elif part not in ("", "."):
                here = "/".join([top, *found, part])
                if not os.path.islink(here):
                    found.append(part)
                    continue
                target = os.readlink(here)
                if target.startswith("/"):
                    found = []
                rest = target.split("/") + rest
        return pathlib.Path(top, *found)

    def write(self, inside, text):
        self.path(inside).parent.mkdir(parents=True, exist_ok=True)
        self.path(inside).write_text(text)

    def read(self, inside):
        return self.path(inside).read_text()

    def argv(self, command, user=None, environment=None):
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--ipc", "--uts", "--net", "--root",
                 "--wdns=/"]
        lower = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        variables = [f"{name}={value}" for name, value in {**ENVIRONMENT, **(environment or {})}.items()]
        return enter + ["env", "-i", *variables, *lower, *map(str, command)]

    def popen(self, command, user=None, environment=None, **options):
        """Starts a command inside. `nsenter` forks once: the command is its child, signals go through `signal`."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
                   **options}
        return subprocess.Popen(self.argv(command, user, environment), **options)

    def run(self, command, user=None, environment=None, check=False, timeout=120, stdin=None):
        started = time.monotonic()
        source = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(self.argv(command, user, environment), capture_output=True, text=True,
                              errors="replace", timeout=timeout, **source)
        result = Done(done.returncode, done.stdout, done.stderr, time.monotonic() - started)
        if check and result.code != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {result}")
        return result

    def shell(self, script, **options):
        return self.run(["bash", "-euc", script], check=True, **options).out

    def processes(self):
        """{number outside: command line} of everything that runs inside, process 1 and zombies left out."""
        namespace = os.readlink(f"/proc/{self.pid}/ns/pid")
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == self.pid:
                continue
            try:
                if os.readlink(f"/proc/{entry}/ns/pid") != namespace:
                    continue
                line = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if state != "Z":
                found[int(entry)] = line
        return found

    def find_process(self, beginning, timeout=20):
        """Number outside of the process whose command line begins so; waits for it to come up."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for pid, line in self.processes().items():
                if line.startswith(beginning):
                    return pid
            time.sleep(0.01)
        raise TimeoutError(f"no process {beginning!r} came up in the root: {self.processes()}")

    def listen(self, port=0, address="127.0.0.1"):
        """A listening TCP socket on the loopback of the root, served by the test."""
        def open_socket():
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return socket.create_server((address, port), family=family, backlog=16)
        return self._in_network(open_socket)

    def _in_network(self, action):
        """A thread may change its network alone; what it opened there stays usable everywhere."""
        outcome = {}

        def visit():
            try:
                with open(f"/proc/{self.pid}/ns/net") as network:
                    if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), 0) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                outcome["value"] = action()
            except OSError as error:
                outcome["error"] = error

        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]


def raise_loopback():
    set_flags, get_flags, up = 0x8914, 0x8913, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = fcntl.ioctl(control, get_flags, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", request)[1] | up
        fcntl.ioctl(control, set_flags, struct.pack("16sH14x", b"lo", flags))
