"""A private root with a real systemd as process 1, which can be rebooted and can lose its power.

What is written survives a boot, /run and the boot id do not. What systemd does there stays there: /sys and /proc/sys are
read-only, /dev is its own, its control groups lie below the test's, and the clock, modules and audit are out of reach.
"""
import contextlib
import os
import pathlib
import select
import signal
import subprocess
import time

import install_world
import repos
import roots
from guest import COURIER, PROGRAM
from install_guest import InstallGuest
from sandbox import PATH

# What needs hardware or a network, would touch the machine, or takes apt's locks when it likes.
MASKED = """systemd-modules-load.service systemd-sysctl.service systemd-binfmt.service systemd-remount-fs.service
systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service
systemd-networkd.service systemd-networkd.socket systemd-resolved.service systemd-timesyncd.service getty.target
console-getty.service systemd-pstore.service dev-hugepages.mount sys-kernel-config.mount sys-kernel-debug.mount
sys-kernel-tracing.mount sys-fs-fuse-connections.mount systemd-journald-audit.socket systemd-random-seed.service
systemd-tmpfiles-clean.timer apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
e2scrub_reap.service fstrim.timer""".split()
CAPABILITIES_TAKEN = ["sys_module", "sys_time", "sys_rawio", "syslog", "wake_alarm", "audit_control", "audit_read",
                      "audit_write", "mac_admin", "mac_override"]

# Stays outside, whatever happens inside, and clears away the control groups at the end.
KEEPER = r"""
set -eu
mount -t tmpfs -o size=2g tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/groups
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
mount -t cgroup2 cgroup2 /mnt/groups
export GROUP="/mnt/groups$(sed -n s/^0:://p /proc/self/cgroup)/guestpatch-test-$$"
mkdir "$GROUP"
unshare --pid --fork --kill-child bash -c "$POWER" || true
find "$GROUP" -depth -type d -exec rmdir {} +
"""

# Boots once for each line it reads. It ends with the test, however that ends, and with it, as process 1, all boots.
POWER = r"""
while read -r _; do
    {
        unshare --mount --pid --ipc --uts --net --fork --kill-child bash -c "$BOOT" 2>&1
        ended=$?
        find "$GROUP" -mindepth 1 -depth -type d -exec rmdir {} +
        echo "ended $ended"
    } 2>/dev/null &
done
"""

# Becomes process 1 of the booted root. Its first word is its number as the machine knows it.
BOOT = r"""
set -eu
read -r pid _ </proc/self/stat
echo 0 >"$GROUP/cgroup.procs"
echo "$pid"
exec unshare --cgroup bash -c "$ENTER"
"""
ENTER = r"""
set -eu
cd /mnt/root
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mknod -m 600 dev/console c 1 3
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
cat /proc/sys/kernel/random/uuid >/mnt/boot_id
for path in proc/sys proc/sysrq-trigger; do
    [ -e "$path" ] || continue
    mount --bind "$path" "$path"
    mount -o remount,bind,ro "$path"
done
mount --bind /mnt/boot_id proc/sys/kernel/random/boot_id
mount --bind "$PROGRAM" "./$PROGRAM_AT"
if [ -e "$COURIER" ]; then
    mkdir -p "./${COURIER_AT%/*}"
    [ -e "./$COURIER_AT" ] || : >"./$COURIER_AT"
    mount --bind "$COURIER" "./$COURIER_AT"
fi
hostname guest
pivot_root . mnt
exec chroot . /bin/bash -euc '
    umount -l /mnt
    exec </dev/null >/dev/null 2>&1
    exec setpriv --bounding-set "$TAKEN" env -i PATH="$PATH" container=guestpatch-test /lib/systemd/systemd'
"""


class NotBooted(Exception):
    """Why systemd did not come up."""


def layers():
    below = roots.base("booted-base", ["--include=systemd,systemd-sysv,dbus,libpam-systemd"])
    sources = [pathlib.Path(module.__file__).read_text() for module in (repos, roots, install_world)]
    return roots.layer("booted", roots.digest(below, *sources, *MASKED), below, fill)


def fill(root):
    install_world.fill(root)
    root.run(["systemctl", "mask", *MASKED], check=True)
    root.run(["systemctl", "set-default", "multi-user.target"], check=True)


class BootedGuest(InstallGuest):
    """A machine with these pockets, already booted. What the test runs on it belongs to no unit of systemd's."""

    def __init__(self, suites, lower=None):  # makes its root in a way of its own
        variables = {"PATH": PATH, "LOWER": ":".join(map(str, lower or layers())), "POWER": POWER,
                     "BOOT": BOOT, "ENTER": ENTER, "PROGRAM": str(PROGRAM.resolve()), "PROGRAM_AT": roots.PROGRAM,
                     "COURIER": str(COURIER.resolve()), "COURIER_AT": roots.COURIER,
                     "TAKEN": ",".join(f"-{name}" for name in CAPABILITIES_TAKEN)}
        self._init = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", KEEPER], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables, bufsize=0, start_new_session=True)
        try:
            self.boot()
        except NotBooted:
            self.__exit__()
            raise
        install_world.take(self, *suites)

    def argv(self, command, user=None, environment=None):
        nsenter, *rest = super().argv(command, user, environment)
        return [nsenter, "--cgroup", *rest]

    def write(self, inside, text):
        """From inside: here are absolute links (/usr/sbin/shutdown), which from outside lead to the machine's files."""
        self.run(["mkdir", "-p", os.path.dirname(inside)], check=True)
        self.run(["tee", inside], stdin=text, check=True)

    def _heard(self, timeout):
        """The next line of the keeper; empty when it has ended."""
        if not select.select([self._init.stdout], [], [], timeout)[0]:
            raise NotBooted(f"nothing happened within {timeout} s")
        return self._init.stdout.readline().decode().strip()

    def boot(self, timeout=30):
        with contextlib.suppress(BrokenPipeError):  # what the keeper said before it ended is read below
            self._init.stdin.write(b"boot\n")
        first = self._heard(timeout)
        if not first.isdigit():
            raise NotBooted(first)
        self.pid = int(first)
        end = time.monotonic() + timeout
        while not self._up():
            if time.monotonic() > end:
                raise NotBooted(f"it did not come up within {timeout} s")
            if select.select([self._init.stdout], [], [], 0.01)[0]:
                raise NotBooted(self._heard(0))
        try:
            state = self.run(["systemctl", "is-system-running", "--wait"], timeout=timeout).out.strip()
        except subprocess.TimeoutExpired:
            state = f"still starting after {timeout} s"
        if state != "running":
            raise NotBooted(f"it is {state}: {self.failed_units()}")

    def _up(self):
        try:
            begun = os.readlink(f"/proc/{self.pid}/exe").endswith("/systemd")
        except OSError:
            return False  # it has ended
        return begun and self.path("/run/systemd/private").exists()

    def off(self, timeout=60):
        """Waits until the machine is down; was that a reboot?

        What was started from outside and still runs holds a shutdown up: those are not children of systemd.
        """
        while not (said := self._heard(timeout)).startswith("ended "):
            if not said:
                raise RuntimeError("the keeper has ended")
        return int(said.split()[1]) == 128 + signal.SIGHUP  # so says the kernel about a namespace that reboots

    def reboot(self):
        """By somebody, and nothing is in its way."""
        self.run(["systemctl", "reboot"], check=True)
        if not self.off():
            raise RuntimeError("it went down without a reboot")
        self.boot()

    def cut_power(self):
        """Everything is gone at once, apart from what was written."""
        os.kill(self.pid, signal.SIGKILL)
        self.off()

    def boot_id(self):
        return self.read("/proc/sys/kernel/random/boot_id")

    def failed_units(self):
        return self.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]).out.split("\n")[:-1]

    def unit(self, name):
        """{property: value} of a unit, also of one that is not there."""
        shown = self.run(["systemctl", "show", name], check=True).out
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def batches(self):
        """The units in which package managers run."""
        listed = self.run(["systemctl", "list-units", "--plain", "--no-legend", "guestpatch-*"], check=True)
        return [line.split()[0] for line in listed.out.splitlines()]
