"""The service as systemd sees it: stop, crash, watchdog, reload."""
import time

from daemon_guest import SERVICE, DaemonTest, window, window_to_come
from test_install_systemd import HASTY, UNIT, setUpModule  # noqa: F401

WATCHDOG = 2  # seconds
BROKEN = '{\n  "reboot": {\n    "warning": "soon"\n  }\n}\n'
BROKEN_AT = "20-broken.json"


class Interrupted(DaemonTest):
    """The daemon ends while its package manager is at work: that goes on, and whoever comes next takes it over."""

    def finish(self, before, gate, unit):
        gate.open()
        self.guest.until(self.guest.finished)
        kept = self.check_the_end(before)
        self.assertEqual(kept.activity, UNIT.fullmatch(unit)[1])

    def test_stopped_and_started_again(self):
        self.configure(window(), installPatches=HASTY)
        before, gate, unit = self.started_at_the_gate()
        started = time.monotonic()
        self.guest.systemctl("stop")
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual((self.guest.service()["ActiveState"], self.guest.service()["Result"]), ("inactive", "success"))
        self.assertEqual(self.state(unit), "active")
        self.assertTrue(self.guest.pids("dpkg"))
        summary = self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]
        self.assertEqual((summary["status"], summary["installationActivityId"]), ("InProgress", UNIT.fullmatch(unit)[1]))
        self.assertEqual(self.guest.kept(UNIT.fullmatch(unit)[1]).own["leftRunning"], unit)
        self.guest.systemctl("start")
        self.finish(before, gate, unit)

    def test_stopped_and_started_again_when_the_package_manager_has_ended(self):
        self.configure(window(), installPatches=HASTY)
        before, gate, unit = self.started_at_the_gate()
        self.guest.systemctl("stop")
        gate.open()
        self.guest.until(lambda: self.state(unit) != "active")
        self.guest.systemctl("start")
        self.finish(before, gate, unit)

    def test_killed(self):
        self.configure(window())
        before, gate, unit = self.started_at_the_gate()
        first = self.guest.daemon()
        self.guest.kill()
        self.guest.until(lambda: self.guest.daemon() not in (None, first))
        self.assertEqual(self.guest.service()["NRestarts"], "1")
        self.assertEqual(self.guest.batches(), [unit])
        self.finish(before, gate, unit)

    def test_somebody_else_reboots_the_machine(self):
        """That waits for the package manager, and is as good as a reboot of ours."""
        self.configure(window(), installPatches=HASTY)
        before, gate, unit = self.started_at_the_gate()
        self.guest.run(["systemctl", "reboot"], check=True)
        self.guest.until(lambda: self.state(unit) == "deactivating" and self.state(SERVICE) == "inactive")
        self.assertTrue(self.guest.pids("dpkg"))
        gate.open()
        self.guest.until(lambda: self.guest.boots > 1 and self.guest.finished())
        self.assertEqual(self.guest.boots, 2)
        self.check_the_end(before, reboots=("Completed", "NotNeeded"))


class Watchdog(DaemonTest):
    def watched(self):
        self.guest.service_settings("watchdog", f"[Service]\nWatchdogSec={WATCHDOG}\nTimeoutAbortSec=1\n")

    def test_a_daemon_that_hangs_is_started_anew(self):
        self.watched()
        self.configure(window_to_come())
        self.start_service()
        self.guest.until_quiet()
        self.guest.kill("STOP")
        self.guest.until(lambda: self.guest.service()["NRestarts"] == "1")
        self.guest.until(lambda: self.guest.service()["ActiveState"] == "active")
        self.assertIn("Failed with result 'watchdog'", self.guest.log())

    def test_a_daemon_that_waits_for_a_long_installation_lives(self):
        self.watched()
        self.configure(window())
        before, gate, _ = self.started_at_the_gate()
        daemon, end = self.guest.daemon(), time.monotonic() + 3 * WATCHDOG
        self.guest.until(lambda: time.monotonic() > end)
        self.assertEqual((self.guest.daemon(), self.guest.service()["NRestarts"]), (daemon, "0"))
        gate.open()
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def test_an_idle_daemon_lives(self):
        self.watched()
        self.configure(window_to_come())
        self.start_service()
        self.guest.until_quiet()
        daemon, end = self.guest.daemon(), time.monotonic() + 3 * WATCHDOG
        self.guest.until(lambda: time.monotonic() > end)
        self.assertEqual((self.guest.daemon(), self.guest.service()["NRestarts"]), (daemon, "0"))


class Reload(DaemonTest):
    def broken(self):
        self.guest.write(f"/etc/guestpatch/config.d/{BROKEN_AT}", BROKEN)

    def test_what_is_configured_anew_takes_effect(self):
        self.configure(window_to_come())
        before = self.start_service()
        self.guest.until_quiet()
        self.assertIn("idle until", self.guest.service()["StatusText"])
        daemon = self.guest.daemon()
        self.configure(window())
        self.guest.systemctl("reload")
        self.guest.until(self.guest.finished)
        self.check_the_end(before)
        self.assertNotEqual(self.guest.daemon(), daemon)  # the machine was rebooted

    def test_a_configuration_with_errors_changes_nothing(self):
        self.configure(window_to_come())
        before = self.start_service()
        self.guest.until_quiet()
        daemon = self.guest.daemon()
        self.configure(window())
        self.broken()
        self.guest.systemctl("reload", check=False)
        self.guest.until(lambda: BROKEN_AT in self.guest.service()["StatusText"])
        self.guest.until_quiet()
        self.assertEqual((self.guest.daemon(), self.guest.kept_installations()), (daemon, []))
        self.assertRegex(self.guest.log(), rf"{BROKEN_AT}:3\b.*warning")
        self.guest.shell(f"rm /etc/guestpatch/config.d/{BROKEN_AT}")
        self.guest.systemctl("reload")
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def test_it_does_not_start_with_errors(self):
        self.configure(window())
        self.broken()
        self.guest.systemctl("start", check=False)
        service = self.guest.service()
        self.assertEqual((service["ActiveState"], service["ExecMainStatus"], service["NRestarts"]), ("failed", "2", "0"))
        self.assertRegex(self.guest.log(), rf"{BROKEN_AT}:3\b.*warning")

    def test_the_status_tells_what_is_being_done(self):
        self.configure(window())
        before, gate, _ = self.started_at_the_gate()
        self.assertRegex(self.guest.service()["StatusText"], "(?i)install")
        self.assertIn(self.guest.service()["StatusText"], self.guest.systemctl("status", check=False).out)
        gate.open()
        self.guest.until(self.guest.finished)
        self.check_the_end(before)


class Settings(DaemonTest):
    def test_the_time_zone_of_the_machine_changes(self):
        """Off-peak hours begin this minute, in Tokyo."""
        now = time.strftime("%H:%M", time.gmtime(time.time() + 9 * 3600))
        self.configure(offPeak={"start": now, "duration": "PT3H", "spread": "PT0S"})
        before = self.start_service()
        self.guest.until_quiet()
        self.assertEqual(self.guest.kept_installations(), [])
        self.assertEqual(self.first_window(), (now, "Etc/UTC"))
        self.guest.shell("ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime; echo Asia/Tokyo >/etc/timezone")
        self.assertEqual(self.first_window(), (now, "Asia/Tokyo"))
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def first_window(self):
        first, *_ = self.guest.document("windows", "-n", "1", codes=[0])["windows"]
        return first["localOpens"][11:16], first["timeZone"]

    def test_a_hook_that_fails_cancels_the_run(self):
        self.configure(window(), hooks={"preInstall": [["/bin/sh", "-c", "echo the database is busy; exit 3"]]})
        before = self.start_service()
        self.guest.until(self.guest.finished)
        self.guest.until_quiet()
        self.assertEqual(self.guest.packages(), before)
        kept = self.guest.kept_installations()[0]
        self.guest.check_installation(kept, before)
        self.assertIn("the database is busy", str(kept.document))
        self.assertEqual((kept.status, set(kept.states())), ("Failed", {"Pending"}))

    def test_hooks_run_around_an_installation_and_after_its_reboot(self):
        note = ["/bin/sh", "-c", 'echo "$0" >>/var/hooks']
        self.configure(window(), hooks={"preInstall": [[*note, "before"]], "postInstall": [[*note, "after"]],
                                        "postReboot": [[*note, "rebooted"]],
                                        "onResult": [["/bin/sh", "-c", "cat >/var/result.json"]]})
        before = self.start_service()
        self.guest.until(self.guest.finished)
        kept = self.check_the_end(before)
        self.assertEqual(self.guest.read("/var/hooks").split(), ["before", "after", "rebooted"])
        self.guest.until(lambda: kept.activity in self.guest.read("/var/result.json"))

    def test_nothing_is_installed_on_battery(self):
        self.guest.shell("""
            mount -t tmpfs tmpfs /sys/class/power_supply
            cd /sys/class/power_supply
            mkdir AC BAT0
            echo Mains >AC/type; echo 0 >AC/online
            echo Battery >BAT0/type; echo Discharging >BAT0/status; echo System >BAT0/scope""")
        self.configure(window())
        before = self.start_service()
        self.guest.until_quiet()
        self.assertEqual(self.guest.packages(), before)
        self.assertRegex(self.guest.log(), "(?i)battery")
        self.guest.shell("echo 1 >/sys/class/power_supply/AC/online")
        self.guest.systemctl("restart")
        self.guest.until(self.guest.finished)
        self.check_the_end(before)


class Inhibitors(DaemonTest):
    GRACE = 4  # seconds

    def held(self):
        """Who holds what off, and how."""
        lines = self.guest.run(["systemd-inhibit", "--list", "--no-legend", "--no-pager"]).out.splitlines()
        return [line for line in lines if line.startswith("guestpatch")]

    def test_the_machine_stays_up_while_packages_are_installed(self):
        self.configure(window())
        before, gate, _ = self.started_at_the_gate()
        [line] = self.held()
        self.assertRegex(line, r"\b(shutdown:sleep|sleep:shutdown)\b.*\bblock\b")
        gate.open()
        self.guest.until(self.guest.finished)
        self.assertEqual(self.held(), [])
        self.check_the_end(before)

    def test_somebody_in_the_way_of_the_reboot_is_respected_for_the_grace(self):
        self.configure(window(), reboot={"warning": "PT0S", "inhibitorGrace": f"PT{self.GRACE}S", "reserve": "PT1M"})
        self.guest.run(["systemd-run", "--unit=backup", "systemd-inhibit", "--who=backup", "--why=not yet",
                        "--mode=block", "--what=shutdown", "sleep", "infinity"], check=True)
        self.guest.until(lambda: "backup" in self.guest.run(["systemd-inhibit", "--list"]).out)
        before = self.start_service()
        self.guest.until(lambda: self.guest.journal()["state"] in ("AwaitingReboot", "Rebooting"))
        started = time.monotonic()
        self.guest.until(self.guest.finished)
        self.assertGreaterEqual(time.monotonic() - started, self.GRACE - 1)
        kept = self.check_the_end(before)
        [told] = [note["message"] for note in kept.own["notes"] if note["code"] == "REBOOT_OVER_OBSTACLES"]
        self.assertIn("backup", told)

    def test_the_reboot_comes_as_soon_as_nobody_is_in_its_way(self):
        self.configure(window(), reboot={"warning": "PT0S", "inhibitorGrace": "PT5M", "reserve": "PT6M"})
        self.guest.run(["systemd-run", "--unit=backup", "systemd-inhibit", "--mode=block", "--what=shutdown",
                        "sleep", "infinity"], check=True)
        before = self.start_service()
        self.guest.until(lambda: self.guest.journal()["state"] == "AwaitingReboot")
        boots = self.guest.boots
        self.guest.run(["systemctl", "stop", "backup"], check=True)
        self.guest.until(self.guest.finished)
        self.assertEqual(self.guest.boots, boots + 1)
        self.check_the_end(before)
