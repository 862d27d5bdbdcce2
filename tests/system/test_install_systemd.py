"""On a machine whose process 1 is systemd: the package manager is a service of its own, and reboots are real."""
import json
import re
import shlex
import unittest

import roots
from booted import BootedGuest, NotBooted
from guest import ACTIVITY
from install_guest import Installation, InstallTest
from install_world import PLAIN

UNIT = re.compile(rf"guestpatch-({ACTIVITY})-1\.service")
CONFIG = "/etc/guestpatch/config.d/10-test.json"
PRINTED = "/var/agent.json"
HASTY = {"stopTimeout": "PT1S"}


def setUpModule():
    try:
        BootedGuest(()).__exit__()
    except NotBooted as error:
        raise unittest.SkipTest(f"systemd cannot be booted in a private root: {error}") from None


class BootedTest(InstallTest):
    def machine(self):
        return BootedGuest(self.suites)

    def configure(self, **settings):
        self.guest.write(CONFIG, json.dumps(settings))

    def at_the_gate(self, start):
        """`start`s an installation and waits until a postinst stands at its gate; (gate, unit).

        Then systemd reads its units anew, as packages tell it to all the time.
        """
        gate = self.gate("gi-berry")
        start()
        gate.reached()
        [unit] = self.guest.batches()
        self.assertRegex(unit, UNIT)
        self.guest.run(["systemctl", "daemon-reload"], check=True)
        return gate, unit

    def by_hand(self, *arguments):
        """guestpatch without a unit, as cron would run it: systemd does not stop it."""
        command = shlex.join([roots.PROGRAM, "install", "--json", *arguments])
        self.guest.shell(f"setsid {command} >{PRINTED} 2>/dev/null &")

    def as_service(self):
        """guestpatch as the service `agent`."""
        self.guest.run(["systemd-run", "--unit=agent", "--collect", f"--property=StandardOutput=file:{PRINTED}",
                        "--property=StandardError=journal", roots.PROGRAM, "install", "--json"], check=True)

    def printed(self):
        return Installation(json.loads(self.guest.read(PRINTED)))

    def begin_reboot(self, unit):
        """Somebody wants one; comes back when `unit` has been asked to stop."""
        self.guest.run(["systemctl", "reboot"], check=True)
        self.wait_until(lambda: self.state(unit) == "deactivating")

    def state(self, unit):
        return self.guest.unit(unit)["ActiveState"]

    def wait_until_over(self):
        self.wait_until(lambda: not self.guest.batches())
        self.assertEqual(self.guest.failed_units(), [])

    def check_everything_is_in(self, before):
        now = self.guest.packages()
        self.assertEqual(now.unsound(), set())
        self.assertEqual({now.version(name) for name in PLAIN}, {"1.1"})
        self.guest.check_marks(before, now)
        self.guest.check_idle()
        self.assertEqual(self.guest.failed_units(), [])


class Service(BootedTest):
    def test_the_package_manager_runs_in_one(self):
        before = self.guest.packages()
        gate = self.gate("gi-berry")
        process, _ = self.running_install()
        gate.reached()
        [unit] = self.guest.batches()
        shown = self.guest.unit(unit)
        self.assertEqual([shown[name] for name in ("ActiveState", "KillMode", "TimeoutStopUSec", "OOMPolicy")],
                         ["active", "process", "10min", "continue"])
        for pid in self.guest.pids("apt-get") + self.guest.pids("dpkg"):
            with open(f"/proc/{pid}/cgroup") as groups:
                self.assertIn(unit, groups.read())
        gate.open()
        found = self.guest.checked(self.wait_for(process), before)
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.assertEqual(UNIT.fullmatch(unit)[1], found.activity)
        self.wait_until(lambda: self.guest.unit(unit)["LoadState"] == "not-found")
        self.check_everything_is_in(before)

    def test_it_stays_sound_when_systemd_reads_its_units_anew(self):
        _, unit = self.at_the_gate(self.by_hand)
        self.assertEqual(self.guest.unit(unit)["LoadState"], "loaded")

    def test_its_failure_is_told_and_its_daemons_live_on(self):
        self.on("plain", "postinst", "daemon")
        found = self.guest.install(codes=[3])
        self.assertEqual(found.states(), {"Installed": {*PLAIN, "gi-daemon"}, "Failed": {"gi-postinst"}})
        self.assertIn("exit status 7", found.message("gi-postinst"))
        self.wait_until_over()
        self.assertTrue(self.guest.pids("sleep"))


class Agent(BootedTest):
    """guestpatch is a service itself, and ends while its package manager is at work."""

    def check(self, end, *collect):
        before = self.guest.packages()
        gate, unit = self.at_the_gate(self.as_service)
        end()
        self.wait_until(lambda: self.state("agent") == "inactive")
        self.assertEqual(self.state(unit), "active")
        self.assertTrue(self.guest.pids("dpkg"))
        self.assertEqual(self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]["status"], "InProgress")
        gate.open()
        self.wait_until_over()
        self.assertEqual(self.guest.packages().unsound(), set())
        self.assertEqual(self.guest.guestpatch(*collect, "--json").code, 0)
        kept = self.guest.kept(UNIT.fullmatch(unit)[1])
        self.assertEqual(kept.states(), {"Installed": set(PLAIN)})
        self.guest.check_installation(kept, before)
        self.check_everything_is_in(before)
        return unit

    def test_stopped_and_collected(self):
        self.configure(installPatches=HASTY)
        unit = self.check(lambda: self.guest.run(["systemctl", "stop", "agent"], check=True), "status")
        self.assertEqual((self.printed().status, self.printed().own["leftRunning"]), ("InProgress", unit))

    def test_killed_and_collected(self):
        self.check(lambda: self.guest.run(["systemctl", "kill", "--signal=KILL", "agent"], check=True), "install")


class Reboots(BootedTest):
    suites = ("plain", "restart")

    def check_completed(self, before, boot):
        self.assertNotEqual(self.guest.boot_id(), boot)
        found = self.printed()
        self.assertEqual((found.status, found.document["rebootStatus"]), ("InProgress", "Started"))
        self.assertEqual(found.states(), {"Installed": {*PLAIN, "gi-restart"}})
        self.guest.status()
        kept = self.guest.kept(found.activity)
        self.assertEqual((kept.status, kept.document["rebootStatus"]), ("Succeeded", "Completed"))
        self.guest.check_installation(kept, before)
        self.check_everything_is_in(before)

    def check_at_once(self, start):
        self.configure(reboot={"warning": "PT0S"})
        before, boot = self.guest.packages(), self.guest.boot_id()
        start()
        self.assertTrue(self.guest.off())
        self.guest.boot()
        self.check_completed(before, boot)

    def test_at_once_and_completed_after_the_boot(self):
        self.check_at_once(self.by_hand)

    def test_at_once_and_stopped_by_it_before_shutdown_has_ended(self):
        """shutdown(8) is asked only where no logind answers."""
        self.guest.shell("systemctl mask --runtime --now systemd-logind; rm /usr/sbin/shutdown")
        self.guest.write("/usr/sbin/shutdown", "#!/bin/sh\nsystemctl reboot\nexec sleep infinity\n")
        self.guest.shell("chmod 755 /usr/sbin/shutdown")
        self.check_at_once(self.as_service)

    def test_announced(self):
        """Until it comes nothing else is installed; and it may come earlier than announced."""
        before, boot = self.guest.packages(), self.guest.boot_id()
        self.as_service()
        self.wait_until(lambda: self.guest.path("/run/systemd/shutdown/scheduled").exists())
        self.wait_until(lambda: self.state("agent") == "inactive")
        self.assertIn("MODE=reboot", self.guest.read("/run/systemd/shutdown/scheduled"))
        self.assertEqual(self.guest.guestpatch("install").code, 75)
        self.guest.reboot()
        self.check_completed(before, boot)


class Interruptions(BootedTest):
    """The machine goes down in the middle of a postinst; one more installation, and everything is in."""

    def check_the_next(self, before, activity):
        self.guest.install(marks=before)
        kept = self.guest.kept(activity)
        self.assertNotEqual(kept.status, "InProgress")
        self.guest.check_installation(kept, before)
        self.check_everything_is_in(before)

    def test_power_cut(self):
        for start in (self.by_hand, self.as_service):
            with self.subTest(start.__name__):
                self.fresh()
                before = self.guest.packages()
                _, unit = self.at_the_gate(start)
                self.guest.cut_power()
                self.guest.boot()
                self.assertTrue(self.guest.packages().unsound())
                self.check_the_next(before, UNIT.fullmatch(unit)[1])

    def test_a_reboot_by_somebody_else_waits_for_the_package_manager(self):
        for start in (self.by_hand, self.as_service):
            with self.subTest(start.__name__):
                self.fresh()
                self.configure(installPatches=HASTY)
                before = self.guest.packages()
                gate, unit = self.at_the_gate(start)
                self.begin_reboot(unit)
                self.wait_until(lambda: self.state("agent") == "inactive")
                self.assertTrue(self.guest.pids("dpkg"))
                gate.open()
                self.assertTrue(self.guest.off())
                self.guest.boot()
                self.assertEqual(self.guest.packages().unsound(), set())
                self.check_the_next(before, UNIT.fullmatch(unit)[1])

    def test_a_batch_that_a_shutdown_does_not_let_begin_fails_no_patch(self):
        self.on("many")
        hold = "/run/hold"
        self.guest.shell(f"mkfifo {hold}")
        self.guest.run(["systemd-run", f"--property=ExecStop=/bin/sh -c 'read -r _ <{hold}'", "sleep", "infinity"],
                       check=True)
        gate = self.gate("gi-many-001")
        self.by_hand()
        gate.reached()
        self.begin_reboot(*self.guest.batches())
        gate.open()
        self.wait_until(lambda: not self.guest.pids("guestpatch"))
        self.assertEqual(set(self.printed().states()), {"Installed", "Pending"})
        self.assertEqual(self.printed().own["batches"], 1)
