"""A booted machine with the platform probe (tests/platform/linux/platform_probe.cpp) on it: the seams, asked one by one."""
import os
import pathlib
import shutil
import time
import unittest

from booted import BootedGuest, NotBooted
from guest import GuestTest

PROBE = pathlib.Path(os.environ.get("GUESTPATCH_PROBE", "build/dev/tests/guestpatch_platform_probe"))
INSIDE = "/usr/local/bin/probe"


def skip_where_nothing_boots():
    """For setUpModule."""
    try:
        BootedGuest(()).__exit__()
    except NotBooted as error:
        raise unittest.SkipTest(f"systemd cannot be booted in a private root: {error}") from None


class ProbeTest(GuestTest):
    def machine(self):
        guest = BootedGuest(())
        shutil.copy(PROBE, guest.path(INSIDE))
        return guest

    def probe(self, *words, code=0):
        """What the probe says, line by line."""
        done = self.guest.run([INSIDE, *words])
        self.assertEqual(done.code, code, done)
        return done.out.splitlines()

    def probing(self, *words, first):
        """The probe, started, once it has said its first line."""
        process = self.guest.popen([INSIDE, *words])
        self.addCleanup(self._reap, process)
        self.assertEqual(process.stdout.readline(), first + "\n")
        return process

    def said(self, process):
        """All it said after that, when it has ended."""
        return self.wait_for(process).out.splitlines()

    def service(self, name, *properties, command=("sleep", "infinity")):
        """A unit of the administrator's, not started."""
        lines = ["[Service]", f"ExecStart=/usr/bin/env {' '.join(command)}", *properties,
                 "[Install]", "WantedBy=multi-user.target", ""]
        self.guest.write(f"/etc/systemd/system/{name}", "\n".join(lines))
        self.guest.run(["systemctl", "daemon-reload"], check=True)

    def wait_until(self, true, timeout=20):
        end = time.monotonic() + timeout
        while not true():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.02)
