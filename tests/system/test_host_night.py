"""The service patches its root through a dozen short windows, while the host drops, delays, duplicates and lies."""
import random
import time

import daemon_guest
import roots
from daemon_guest import DaemonGuest, DaemonTest
from host_faults import Storm, window
from host_guest import AUTOMATIC, configure_host, differences, goal
from install_world import MANY
from reference_host import ReferenceHost
from test_host_storm import first_seed
from test_install_systemd import setUpModule  # noqa: F401

WINDOWS = 12


class StormyGuest(DaemonGuest):
    """Each boot has a network of its own: the host listens there again."""

    host = None

    def boot(self, timeout=30):
        super().boot(timeout)
        if self.host:
            self.host.listen(self, self.port)


def narrow(number):
    """A window for one patch; the last one for what asks for a reboot."""
    name = MANY[number] if number < WINDOWS - 1 else "gi-restart"
    return window(f"window-{number:02}", installPatches={
        "rebootSetting": "IfRequired",
        "linuxParameters": {"classificationsToInclude": ["Critical"], "packageNameMasksToInclude": [name]}})


class NightTest(DaemonTest):
    def machine(self):
        return StormyGuest(self.suites)

    def with_host(self, faults=None, **settings):
        host = self.enterContext(ReferenceHost(faults=faults))
        url = host.listen(self.guest)
        self.guest.host, self.guest.port = host, int(url.split(":")[2].split("/")[0])
        configure_host(self.guest, url, **settings)
        return host


class Leave(NightTest):
    def test_is_asked_for_the_run_and_for_the_reboot(self):
        host = self.with_host(admission=True)
        self.configure(daemon_guest.window())
        before = self.start_service()
        self.guest.until(self.guest.finished)
        kept = self.check_the_end(before)
        self.guest.until(lambda: not differences(self.guest, host.store))
        asked = [(request["purpose"], request["activityId"]) for request, _ in host.store.machine().admissions]
        self.assertEqual(asked, [("install", kept.activity), ("reboot", kept.activity)])


class Night(NightTest):
    suites = ("many", "restart")

    def test_a_dozen_short_windows(self):
        seed = first_seed()
        dice = random.Random(seed)
        storm = Storm(seed, share=0.3)
        host = self.with_host(storm)
        before = self.guest.packages()
        windows = [narrow(number) for number in range(WINDOWS)]
        self.guest.systemctl("start")
        for number in range(WINDOWS):
            host.store.set_goal(goal(number + 1, patchSettings=AUTOMATIC, maintenanceConfigurations=windows[:number + 1]))
            self.guest.until(lambda: len(self.with_patches()) > number and self.guest.journal()["state"] == "Idle",
                             timeout=40)
            if number % 4 == 1:
                end = time.monotonic() + dice.uniform(0, 0.5)
                self.guest.until(lambda: time.monotonic() > end)
                self.guest.kill()
        storm.calm()
        self.guest.until(lambda: not differences(self.guest, host.store), timeout=60)
        self.check_the_night(before, host)

    def with_patches(self):
        return [kept for kept in self.guest.kept_installations()
                if kept.status != "InProgress" and kept.states().get("Installed")]

    def check_the_night(self, before, host):
        self.assertEqual(host.store.violations, [])
        self.assertEqual(self.guest.boots, 2)
        now = self.guest.packages()
        due = {*MANY[:WINDOWS - 1], "gi-restart"}
        self.assertEqual({name for name in now.found if now.version(name) != before.version(name)}, due)
        self.assertEqual(sorted(name for kept in self.with_patches() for name in kept.states()["Installed"]), sorted(due))
        self.assertFalse(self.guest.path("/pwned").exists())
        self.assertEqual(host.store.machine().report["observedGoal"]["goalSequence"], WINDOWS)
        self.assertGreater(len(host.faults.made), 10)
        self.guest.check_idle()
        self.assertEqual(self.guest.failed_units(), [])
        self.assertIn(f"{roots.PROGRAM} run", self.guest.processes().values())
