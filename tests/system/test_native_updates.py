"""Native updates of a real apt under a real systemd: off, proved, and back as they were."""
import json
import unittest

import roots
import schemas
from booted import BootedGuest, NotBooted
from guest import GuestTest

TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"]
# Not on this root: units of these names, as the packages ship them.
FOREIGN = {
    "unattended-upgrades.service": "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
    "packagekit.service": "[Service]\nExecStart=/bin/sleep infinity\n",
    "packagekit-offline-update.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    "dnf-automatic.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
    "dnf-automatic.service": "[Service]\nType=oneshot\nExecStart=/bin/true\n",
}
UNITS = TIMERS + list(FOREIGN)
DROP_IN = "/etc/apt/apt.conf.d/zzzz-guestpatch"
YAST = "/etc/sysconfig/automatic_online_update"
YAST_CONTENT = 'AOU_ENABLE_CRONJOB="true"\nAOU_PATCH_CATEGORIES=""\n'


def setUpModule():
    try:
        BootedGuest(()).__exit__()
    except NotBooted as error:
        raise unittest.SkipTest(f"systemd cannot be booted in a private root: {error}") from None


class NativeTest(GuestTest):
    def machine(self):
        return BootedGuest(("plain",))

    def setUp(self):
        super().setUp()
        for name, text in FOREIGN.items():
            self.guest.write(f"/usr/lib/systemd/system/{name}", text)
        self.guest.write("/etc/apt/apt.conf.d/20auto-upgrades",
                         'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n')
        self.guest.write(YAST, YAST_CONTENT)
        self.systemctl("unmask", *TIMERS)
        # What a timer starts would take apt's locks whenever it likes.
        for run in ("apt-daily.service", "apt-daily-upgrade.service"):
            self.guest.write(f"/etc/systemd/system/{run}.d/test.conf",
                             "[Service]\nExecStartPre=\nExecStart=\nExecStart=/bin/true\n")
        self.systemctl("daemon-reload")
        self.systemctl("enable", "--now", *TIMERS, "unattended-upgrades.service", "dnf-automatic.timer")
        self.systemctl("start", "packagekit.service")
        self.before = self.shape()

    def systemctl(self, *words):
        self.guest.run(["systemctl", *words], check=True)

    def states(self):
        shown = {name: self.guest.unit(name) for name in UNITS}
        return {name: (unit["LoadState"], unit["UnitFileState"], unit["ActiveState"]) for name, unit in shown.items()}

    def shape(self):
        files = self.guest.shell(f"find /etc/apt /etc/systemd/system -printf '%p %y %l\\n' | sort; "
                                 f"find /etc/apt {YAST} -type f -print0 | sort -z | xargs -0 sha256sum")
        return self.states(), files, self.periodic()

    def periodic(self):
        return [line for line in self.guest.run(["apt-config", "dump"], check=True).out.splitlines() if "Periodic" in line]

    def configure(self, mode, codes=(0,)):
        document = self.guest.document("configure", "--patch-mode", mode, codes=codes)
        schemas.validate(document, "configure")
        return document

    def codes(self, document):
        return [status["code"] for status in document["configurationStatuses"]]

    def message(self, document, code):
        [found] = [status["message"] for status in document["configurationStatuses"] if status["code"] == code]
        return found

    def assert_off(self):
        for name, (_, file, active) in self.states().items():
            with self.subTest(name):
                self.assertIn(file, ("disabled", "masked", "static" if name == "dnf-automatic.service" else ""))
                self.assertEqual(active, "inactive")
        for setting in ("Enable", "Unattended-Upgrade", "Update-Package-Lists"):
            self.assertIn(f'APT::Periodic::{setting} "0";', self.periodic())

    def assert_back(self):
        self.assertEqual(self.shape(), self.before)
        self.assertEqual(self.guest.shell("ls /var/lib/guestpatch/native-updates").split(), ["mode.json"])
        self.assertEqual(self.guest.failed_units(), [])


class OffAndBack(NativeTest):
    def test_everything_comes_back_as_it_was(self):
        found = self.configure("AutomaticByPlatform")
        self.assert_off()
        self.assertEqual(self.codes(found)[0], "PatchMode/AutomaticByPlatform")
        self.assertIn('AOU_ENABLE_CRONJOB="false"\n', self.guest.read(YAST))
        self.assertEqual(self.guest.shell("stat -c %a /var/lib/guestpatch/native-updates/apt.json").strip(), "600")
        history = self.guest.document("history", codes=[0])["runs"]
        self.assertEqual(sorted(run["startedBy"] for run in history), ["Platform", "User"])
        self.assertEqual(self.guest.status()["patchStatus"]["configurationStatuses"], found["configurationStatuses"])
        self.guest.assess()
        self.assertEqual(self.guest.status()["patchStatus"]["configurationStatuses"], found["configurationStatuses"])
        again = self.configure("AutomaticByPlatform")
        self.assertEqual((again["changed"], self.codes(again)), ([], self.codes(found)))

        self.guest.reboot()
        self.assert_off()
        self.configure("ImageDefault")
        self.assert_back()

    def test_our_drop_in_sorts_after_every_name(self):
        for name in ("99zz", "zz", "ZZZ", "_x", "zzz.conf", "z-9", "aaaa"):
            self.guest.write(f"/etc/apt/apt.conf.d/{name}", 'APT::Periodic::Enable "1";\n')
        found = self.configure("AutomaticByPlatform")
        self.assertNotIn("NativeUpdates/StillOn", self.codes(found))
        self.assertIn('APT::Periodic::Enable "0";', self.periodic())

    def test_a_file_that_still_wins_is_named(self):
        for winner in ("/etc/apt/apt.conf", "/etc/apt/apt.conf.d/zzzzz-mine"):
            with self.subTest(winner):
                self.guest.write(winner, 'APT::Periodic::Unattended-Upgrade "1";\n')
                found = self.configure("AutomaticByPlatform", codes=[3])
                self.assertEqual(self.message(found, "NativeUpdates/StillOn"),
                                 f'apt: APT::Periodic::Unattended-Upgrade is "1", set by {winner}')
                self.guest.run(["rm", winner], check=True)
        self.configure("ImageDefault")
        self.assert_back()

    def test_a_users_change_survives(self):
        self.configure("AutomaticByPlatform")
        self.systemctl("enable", "--now", "apt-daily.timer")
        self.systemctl("mask", "dnf-automatic.timer")
        self.guest.write(YAST, YAST_CONTENT + "# mine\n")
        found = self.configure("AutomaticByPlatform", codes=[3])
        self.assertEqual(self.codes(found).count("NativeUpdates/Kept"), 2)
        found = self.configure("ImageDefault", codes=[3])
        self.assertEqual(self.codes(found).count("NativeUpdates/Kept"), 3)
        now = self.states()
        self.assertEqual(now.pop("dnf-automatic.timer"), ("masked", "masked", "inactive"))
        expected = dict(self.before[0])
        del expected["dnf-automatic.timer"]
        self.assertEqual(now, expected)
        self.assertEqual(self.guest.read(YAST), YAST_CONTENT + "# mine\n")

    def test_a_prepared_offline_update_is_reported(self):
        self.guest.run(["ln", "-s", "/var/cache", "/system-update"], check=True)
        found = self.configure("AutomaticByPlatform", codes=[3])
        self.assertIn("/system-update", self.message(found, "NativeUpdates/OfflineUpdatePrepared"))


class Interrupted(NativeTest):
    def kill_at(self, mode, name):
        """Killed when it has begun with the document of `name`; then the same once more."""
        self.guest.shell(f"""
            {roots.PROGRAM} configure --patch-mode {mode} >/dev/null 2>&1 & agent=$!
            while ! grep -q {name} /var/lib/guestpatch/native-updates/*.json 2>/dev/null; do kill -0 $agent || break; done
            kill -KILL $agent
            ! wait $agent""")

    def test_killed_while_turning_off(self):
        self.kill_at("AutomaticByPlatform", "apt-daily.timer")
        self.configure("AutomaticByPlatform")
        self.assert_off()
        self.configure("ImageDefault")
        self.assert_back()

    def test_killed_while_turning_on(self):
        self.configure("AutomaticByPlatform")
        self.kill_at("ImageDefault", '.restoring.:true')
        self.configure("ImageDefault")
        self.assert_back()

    def test_the_power_fails_while_turning_off(self):
        self.kill_at("AutomaticByPlatform", "apt-daily-upgrade.timer")
        self.guest.cut_power()
        self.guest.boot()
        self.configure("AutomaticByPlatform")
        self.assert_off()

    def test_a_run_in_progress_is_waited_for(self):
        self.guest.shell("mkfifo /var/gate")
        self.guest.write("/etc/systemd/system/apt-daily-upgrade.service.d/test.conf",
                         "[Service]\nExecStartPre=\nExecStart=\nExecStart=/bin/sh -c 'read x </var/gate; touch /var/ended'\n")
        self.systemctl("daemon-reload")
        self.systemctl("start", "--no-block", "apt-daily-upgrade.service")
        process = self.start("configure", "--patch-mode", "AutomaticByPlatform", "--json", "--progress", "plain")
        for line in process.stderr:
            if "waiting for apt-daily-upgrade.service" in line:
                break
        self.assertEqual(self.states()["apt-daily.timer"], self.before[0]["apt-daily.timer"])
        self.assertFalse(self.guest.path("/var/ended").exists())
        self.guest.shell("echo >/var/gate")
        done = self.wait_for(process)
        self.assertEqual(done.code, 0)
        self.assertTrue(self.guest.path("/var/ended").exists())
        self.assertEqual(self.codes(json.loads(done.out))[0], "PatchMode/AutomaticByPlatform")
        self.assert_off()
