"""A booted machine on which the service runs, and what the tests of the daemon ask of it.

Stories are waited for by reading files from outside: a command of guestpatch would take part in them.
"""
import contextlib
import datetime
import json
import pathlib
import re
import select
import time

import booted
import install_world
import repos
import roots
import schemas
from booted import BootedGuest, NotBooted
from guest import STATE
from install_world import PLAIN
from roots import PROGRAM
from test_install_systemd import BootedTest

ROOTFS = pathlib.Path(__file__).parents[2] / "packaging" / "rootfs"
SERVICE = "guestpatch.service"
CONFIG = "/etc/guestpatch/config.d"
DROP_INS = f"/etc/systemd/system/{SERVICE}.d"

AUTOMATIC = {"patchMode": "AutomaticByPlatform"}
# Nobody is warned and nobody is waited for, or a test would take minutes.
HASTE = {"reboot": {"warning": "PT0S", "inhibitorGrace": "PT0S", "reserve": "PT1M"}, "offPeak": {"spread": "PT0S"}}
RESTART_AT_ONCE = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=0\n"
GONE = (FileNotFoundError, ProcessLookupError, ValueError, RuntimeError)  # what a machine says that goes down meanwhile


def window(name="now", opens=datetime.timedelta(0), hours=3, reboot="IfRequired"):
    """A maintenance configuration whose window opens so long from now, to the minute."""
    start = datetime.datetime.now(datetime.timezone.utc) + opens
    return {
        "id": name, "maintenanceScope": "InGuestPatch", "extensionProperties": {"InGuestPatchMode": "User"},
        "maintenanceWindow": {"startDateTime": f"{start:%Y-%m-%d %H:%M}", "duration": f"{hours:02}:00",
                              "timeZone": "UTC", "recurEvery": "Day"},
        "installPatches": {"rebootSetting": reboot,
                           "linuxParameters": {"classificationsToInclude": ["Critical", "Security"]}}}


def window_to_come():
    return window("to-come", opens=datetime.timedelta(hours=9))


def native_layers():
    """The booted root with unattended-upgrades installed."""
    below = roots.base("native-base", ["--include=systemd,systemd-sysv,dbus,unattended-upgrades"])
    sources = [pathlib.Path(module.__file__).read_text() for module in (install_world, repos, roots)]
    return roots.layer("native", roots.digest(below, *sources, *booted.MASKED), below, booted.fill)


class DaemonGuest(BootedGuest):
    """With the installed files of the package; the service is enabled and does not run yet."""

    def __init__(self, suites, lower=None):
        self.boots = 0
        super().__init__(suites, lower)
        for file in filter(pathlib.Path.is_file, (ROOTFS / "usr/lib").rglob("*")):
            self.write(f"/{file.relative_to(ROOTFS)}", file.read_text())
        self.shell("mkdir -p /var/log/journal; systemd-sysusers; systemd-tmpfiles --create; journalctl --flush")
        self.service_settings("restart", RESTART_AT_ONCE)
        self.configure()
        self.run(["systemctl", "enable", SERVICE], check=True)

    def service_settings(self, name, text):
        self.write(f"{DROP_INS}/{name}.conf", text)
        self.run(["systemctl", "daemon-reload"], check=True)

    def configure(self, **settings):
        self.write(f"{CONFIG}/10-test.json", json.dumps(HASTE | settings))

    def systemctl(self, *arguments, check=True, **options):
        return self.run(["systemctl", *arguments, SERVICE], check=check, **options)

    def service(self):
        return self.unit(SERVICE)

    def daemon(self):
        """The daemon's number outside; None when it does not run. Asks nobody inside: a program from outside that a
        shutdown stops before it ends it leaves nsenter stopped for ever, and the shutdown waiting."""
        return next((pid for pid, line in self.processes().items() if line == f"{PROGRAM} run"), None)

    def kill(self, signal="KILL"):
        """The daemon alone; what it has started goes on."""
        self.systemctl("kill", "--kill-whom=main", f"--signal={signal}", check=False)

    def log(self):
        """What the service and systemd said about it, over all boots."""
        return self.run(["journalctl", "-u", SERVICE, "--no-pager", "-o", "short-precise"]).out

    def log_records(self):
        lines = self.run(["journalctl", "-u", SERVICE, "--no-pager", "-o", "json"], check=True).out.splitlines()
        return [json.loads(line) for line in lines]

    def journal(self):
        file = self.path(f"{STATE}/journal.json")
        return json.loads(file.read_text()) if file.exists() else {"state": "Idle"}

    def history(self):
        document = self.document("history", codes=[0])
        schemas.validate(document, "history")
        return document["runs"]

    def finished(self, count=1):
        """So many installations have been made, and nothing is open."""
        kept = self.kept_installations()
        return (len(kept) >= count and all(found.status != "InProgress" for found in kept)
                and self.journal()["state"] == "Idle")

    def live(self, seconds):
        """Lets time pass. When the machine goes down meanwhile, it is booted again."""
        if select.select([self._init.stdout], [], [], seconds)[0]:
            if not self.off():
                raise RuntimeError("it went down without a reboot")
            self.boot()

    def boot(self, timeout=30):
        """A machine may reboot before anybody has seen that it came up."""
        self.boots += 1
        try:
            super().boot(timeout)
        except NotBooted as why:
            if not str(why).startswith("ended "):
                raise
            self.boot(timeout)

    def until(self, true, timeout=60):
        """Through all reboots, until it is `true()`."""
        end = time.monotonic() + timeout
        while True:
            with contextlib.suppress(*GONE):
                if true():
                    return
            if time.monotonic() > end:
                raise AssertionError(f"it never came true; {self.account()}")
            self.live(0.02)

    def account(self):
        states = [(found.activity, found.status) for found in self.kept_installations()]
        return f"{self.journal()}\n{states}\n{self.log()[-6000:]}"

    def until_quiet(self):
        """Until the daemon has nothing more to do: it sleeps, has no child, and was not woken between many looks."""
        seen = []

        def quiet():
            seen.append(self._stirrings())
            return len(seen) > 15 and seen[-1] is not None and len(set(seen[-15:])) == 1

        self.until(quiet)

    def _stirrings(self):
        """How often its threads went to sleep; None while it is at work."""
        pid = self.daemon()
        if not pid or self.service()["ActiveState"] != "active" or self.journal()["state"] != "Idle":
            return None
        threads = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
        if any((thread / "children").read_text() for thread in threads):
            return None
        return pid, sum(switches(thread) for thread in threads)



def of_children(pid):
    """Page faults of all children a process has ever waited for: nothing, when there were none."""
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[8])  # cminflt, proc(5)


def switches(thread):
    """How often a thread stopped running; `thread` is its folder in /proc."""
    found = re.findall(r"^(?:non)?voluntary_ctxt_switches:\s+(\d+)$", (thread / "status").read_text(), re.M)
    return sum(map(int, found))


class DaemonTest(BootedTest):
    suites = ("plain", "restart")

    def machine(self):
        return DaemonGuest(self.suites)

    def configure(self, *windows, **settings):
        self.guest.configure(**{"patchSettings": AUTOMATIC, "maintenanceConfigurations": list(windows), **settings})

    def start_service(self):
        """A story begins: what the machine is like before."""
        before = self.guest.packages()
        self.guest.systemctl("start")
        return before

    def started_at_the_gate(self, package="gi-berry"):
        """The daemon runs and its installation stands at a gate: (packages before, gate, unit of that)."""
        gate = self.gate(package)
        before = self.start_service()
        gate.reached()
        [unit] = self.guest.batches()
        return before, gate, unit

    def check_the_end(self, before, names=(*PLAIN, "gi-restart"), reboots=("Completed",)):
        """Everything is in, and one installation tells of it."""
        self.assertEqual(len(self.guest.kept_installations()), 1, self.guest.kept_installations())
        [kept] = self.guest.kept_installations()
        self.guest.check_installation(kept, before)
        self.assertEqual((kept.status, kept.own["startedBy"]), ("Succeeded", "Platform"),
                         f"{kept.own}\n{self.guest.account()}")
        self.assertIn(kept.document["rebootStatus"], reboots)
        self.assertEqual(kept.states(), {"Installed": set(names)})
        now = self.guest.packages()
        self.assertEqual({now.version(name) for name in names}, {"1.1"})
        self.assertEqual(now.unsound(), set())
        self.guest.check_marks(before, now)
        self.guest.check_idle()
        self.assertEqual(self.guest.batches(), [])
        self.assertEqual(self.guest.failed_units(), [])
        self.check_what_is_told(kept)
        return kept

    def check_what_is_told(self, kept):
        """`status` and `history` agree with it."""
        status = self.guest.status()
        told, agent = status["patchStatus"], status["agent"]
        self.assertEqual(told["lastPatchInstallationSummary"]["installationActivityId"], kept.activity)
        self.assertEqual(told["lastPatchInstallationSummary"]["status"], kept.status)
        self.assertEqual(told["availablePatchSummary"]["criticalAndSecurityPatchCount"], 0)
        self.assertFalse(told["availablePatchSummary"]["rebootPending"])
        self.assertEqual((agent["state"], agent["operation"], agent["rebootPending"]["required"]),
                         ("Idle", None, False))
        runs = self.guest.history()
        [installation] = [run for run in runs if run["kind"] == "Installation"]
        self.assertEqual((installation["activityId"], installation["status"], installation["startedBy"]),
                         (kept.activity, kept.status, "Platform"))
        self.assertNotIn("InProgress", {run["status"] for run in runs})
        newest = told["availablePatchSummary"]["assessmentActivityId"]
        [assessment] = [run for run in runs if run["activityId"] == newest]
        self.assertEqual(assessment["startedBy"], "Platform")
        self.assertEqual(assessment["counts"], {"critical": 0, "security": 0, "other": 0})
