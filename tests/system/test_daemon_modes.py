"""The patch mode is switched on and off while the service runs."""
import contextlib
import json
import os
import random
import signal
import time

from daemon_guest import AUTOMATIC, DaemonGuest, DaemonTest, native_layers, window, window_to_come
from guest import STATE
from test_install_systemd import setUpModule  # noqa: F401

TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"]
NATIVE = [*TIMERS, "unattended-upgrades.service"]
ROUNDS = 4
KILLS = 3  # of one switch


class Modes(DaemonTest):
    def test_switched_on_from_the_shell(self):
        """Nobody tells the daemon: it notices."""
        self.guest.configure(maintenanceConfigurations=[window()])
        before = self.start_service()
        self.guest.until_quiet()
        document = self.guest.document("configure", "--patch-mode", AUTOMATIC["patchMode"], codes=[0])
        self.assertTrue([row for row in document["configurationStatuses"] if AUTOMATIC["patchMode"] in str(row)])
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def test_switched_off_during_a_run(self):
        """The batch that runs ends, and no further one starts."""
        self.on("many")
        self.configure(window())
        before, gate, _ = self.started_at_the_gate("gi-many-001")
        self.guest.configure(maintenanceConfigurations=[window()])
        self.guest.systemctl("reload")
        gate.open()
        self.guest.until(self.guest.finished)
        self.guest.until_quiet()
        [kept] = self.guest.kept_installations()
        self.guest.check_installation(kept, before)
        self.assertEqual(set(kept.states()), {"Installed", "Pending"})
        self.assertEqual((kept.own["batches"], kept.status), (1, "CompletedWithWarnings"))
        self.guest.check_idle()


class NativeUpdates(DaemonTest):
    """A machine that updates itself, with unattended-upgrades."""

    def machine(self):
        guest = DaemonGuest(["plain"], native_layers())
        guest.shell("rm /etc/systemd/system/apt-daily*.timer")  # masked, so that nobody takes apt's locks when he likes
        guest.run(["systemctl", "daemon-reload"], check=True)
        guest.run(["systemctl", "enable", "--now", *TIMERS], check=True)
        return guest

    def found(self):
        """What of it is on."""
        units = {name: self.guest.unit(name) for name in NATIVE}
        return ({name: (unit["UnitFileState"], unit["ActiveState"]) for name, unit in units.items()},
                self.guest.shell("apt-config dump | grep ^APT::Periodic::; find /etc/apt -type f | sort | xargs sha256sum"))

    def told(self, mode):
        """Whether the machine's status says that the mode is in force, all of it."""
        statuses = json.loads(self.guest.read(f"{STATE}/patchStatus.json"))["patchStatus"]["configurationStatuses"]
        codes = {status["code"] for status in statuses if status["level"] == "Info"}
        return len(codes) == len(statuses) and f"PatchMode/{mode}" in codes

    def switch(self, mode, moments=()):
        """The daemon is killed so many seconds after it was told."""
        self.guest.configure(patchSettings={"patchMode": mode}, maintenanceConfigurations=[window_to_come()])
        self.guest.systemctl("reload")
        started = time.monotonic()
        for moment in moments:
            end = started + moment
            self.guest.until(lambda: time.monotonic() >= end)
            with contextlib.suppress(ProcessLookupError):
                if pid := self.guest.daemon():
                    os.kill(pid, signal.SIGKILL)
        self.guest.until(lambda: self.told(mode), timeout=120)
        self.guest.until_quiet()

    def test_off_and_back_on_as_found(self):
        """Also when the daemon is killed on the way."""
        seed = int(os.environ.get("GUESTPATCH_SEED", "20260417"))
        print(f"GUESTPATCH_SEED={seed}", flush=True)
        dice = random.Random(seed)
        found = self.found()
        self.assertEqual(found[0], {name: ("enabled", "active") for name in NATIVE})
        self.start_service()
        self.guest.until_quiet()
        for number in range(ROUNDS):
            moments = [sorted(dice.uniform(0, 0.9) for _ in range(KILLS)) for _ in range(2)]
            with self.subTest(round=number, moments=moments):
                self.switch("AutomaticByPlatform", moments[0])
                units, configuration = self.found()
                self.assertEqual(units, {name: ("disabled", "inactive") for name in NATIVE})
                self.assertIn('APT::Periodic::Unattended-Upgrade "0";', configuration)
                self.switch("ImageDefault", moments[1])
                self.assertEqual(self.found(), found)
