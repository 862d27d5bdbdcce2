"""The service patches the machine by itself: whole stories, told by what is on the machine afterwards."""
import os
import signal

from daemon_guest import DaemonTest, of_children, window, window_to_come
from guest import parse
from install_guest import Installation
from install_world import PLAIN
from test_install_systemd import UNIT, setUpModule  # noqa: F401

MINE = ("Installation", "User")
INSTALLATION_BEGINS = "f41840b4022b407eba23d7ec556badc0"  # docs/usage/messages.md


class Story(DaemonTest):
    def test_assessed_installed_rebooted_verified(self):
        self.configure(window(), log={"level": "debug"})
        boot = self.guest.boot_id()
        before = self.start_service()
        self.guest.until(self.guest.finished)
        self.assertNotEqual(self.guest.boot_id(), boot)
        self.assertEqual(self.guest.boots, 2)
        kept = self.check_the_end(before)
        self.assertIn("gi-restart", kept.own["rebootReason"])
        self.check_the_log(kept)
        self.check_nothing_more_is_done()

    def check_the_log(self, kept):
        """Every line about a state and about this run can be found by its field."""
        records = self.guest.log_records()
        states = {record["GUESTPATCH_STATE"] for record in records if "GUESTPATCH_STATE" in record}
        self.assertLessEqual({"Assessing", "Installing", "Rebooting", "Verifying", "Idle"}, states)
        begun = [record for record in records if record.get("MESSAGE_ID") == INSTALLATION_BEGINS]
        self.assertEqual([(record["GUESTPATCH_EVENT"], record["GUESTPATCH_MESSAGE"]) for record in begun],
                         [("2000", "installation_begins")])
        without = [record["MESSAGE"] for record in records if record.get("SYSLOG_IDENTIFIER") == "guestpatch"
                   and record["_TRANSPORT"] == "journal" and record["PRIORITY"] != "7" and "MESSAGE_ID" not in record]
        self.assertEqual(without, [])
        boots = {record["_BOOT_ID"] for record in records if record.get("GUESTPATCH_ACTIVITY") == kept.activity}
        self.assertEqual(len(boots), 2)

    def check_nothing_more_is_done(self):
        """The window is still open, and another one opens the same night."""
        boots, packages = self.guest.boots, self.guest.packages()
        self.guest.systemctl("restart")
        self.guest.until_quiet()
        self.configure(window(), window("another"))
        self.guest.systemctl("reload")
        self.guest.until_quiet()
        self.assertEqual((self.guest.boots, self.guest.packages()), (boots, packages))
        self.assertEqual(len([kept for kept in self.guest.kept_installations() if kept.states()]), 1)

    def test_at_all_hours_without_a_maintenance_configuration(self):
        self.configure(offPeak={"allHours": True, "spread": "PT0S"})
        before = self.start_service()
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def test_without_a_reboot_where_nothing_asks_for_one(self):
        self.on("plain")
        self.configure(window())
        before = self.start_service()
        self.guest.until(self.guest.finished)
        self.check_the_end(before, PLAIN, ["NotNeeded"])
        self.assertEqual(self.guest.boots, 1)

    def test_nothing_is_installed_while_no_window_is_open(self):
        self.configure(window_to_come())
        before = self.start_service()
        self.guest.until_quiet()
        self.assertEqual(self.guest.kept_installations(), [])
        self.assertEqual(self.guest.packages(), before)
        self.assertIn("to-come", str(self.guest.status()["agent"]["nextWindow"]))

    def test_what_fails_is_tried_again_in_the_next_window_and_not_before(self):
        self.on("plain", "preinst")
        self.configure(window())
        before = self.start_service()
        self.guest.until(self.guest.finished)
        self.guest.until_quiet()
        [first] = self.guest.kept_installations()
        self.guest.check_installation(first, before)
        self.assertEqual((first.status, first.states()),
                         ("CompletedWithWarnings", {"Installed": set(PLAIN), "Failed": {"gi-preinst"}}))
        self.configure(window(), window("another"))
        self.guest.systemctl("reload")
        self.guest.until(lambda: self.guest.finished(2))
        self.guest.until_quiet()
        [second] = [kept for kept in self.guest.kept_installations() if kept.activity != first.activity]
        self.assertEqual(second.states(), {"Failed": {"gi-preinst"}})
        self.guest.check_idle()

    def test_a_look_that_could_not_see_security_patches_does_not_use_a_window_up(self):
        self.on("plain")
        self.guest.shell("mv /srv/repo /srv/away")
        self.configure(window())
        before = self.start_service()
        self.guest.until_quiet()
        agent = self.guest.status()["agent"]
        self.assertEqual((agent["windowsMet"], {spot["hidesSecurity"] for spot in agent["blindSpots"]} & {True}), (0, {True}))
        self.guest.shell("mv /srv/away /srv/repo")
        self.guest.assess()  # or the daemon would look again in a quarter of an hour
        self.guest.until(lambda: any(kept.states() for kept in self.guest.kept_installations()) and self.guest.finished(),
                         timeout=120)
        self.check_the_end(before, PLAIN, ["NotNeeded"])

    def test_a_power_cut_in_the_middle_of_an_installation(self):
        self.configure(window())
        before, _, unit = self.started_at_the_gate()
        self.guest.cut_power()
        self.guest.boot()
        self.guest.until(self.guest.finished)
        kept = self.check_the_end(before)
        self.assertEqual(kept.activity, UNIT.fullmatch(unit)[1])

    def test_a_power_cut_before_the_reboot_has_happened(self):
        """What asks for it is gone with the power, and the boot counts as the one that was meant."""
        self.configure(window(), reboot={"warning": "PT1M", "inhibitorGrace": "PT0S", "reserve": "PT2M"})
        before = self.start_service()
        self.guest.until(lambda: self.guest.journal()["state"] == "Rebooting")
        self.guest.cut_power()
        self.guest.boot()
        self.guest.until(self.guest.finished)
        self.check_the_end(before)


class OneShots(DaemonTest):
    """Somebody uses the command line beside the service."""

    def test_a_second_daemon_is_refused(self):
        self.configure(window_to_come())
        self.start_service()
        self.guest.until_quiet()
        done = self.guest.guestpatch("run")
        self.assertEqual(done.code, 75, done)
        self.assertEqual(self.guest.service()["ActiveState"], "active")

    def test_beside_an_idle_daemon(self):
        self.on("plain")
        self.configure(window_to_come())
        self.start_service()
        self.guest.until_quiet()
        self.guest.assess()
        found = self.guest.install()
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.guest.until_quiet()
        self.assertIn(MINE, [(run["kind"], run["startedBy"]) for run in self.guest.history()])
        self.configure(window())
        self.guest.systemctl("reload")
        self.guest.until_quiet()
        self.assertEqual(self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]["status"], "Succeeded")
        self.assertEqual([kept.activity for kept in self.guest.kept_installations() if kept.states()], [found.activity])

    def test_beside_a_daemon_at_work(self):
        self.configure(window())
        before, gate, unit = self.started_at_the_gate()
        activity = UNIT.fullmatch(unit)[1]
        for command in ("assess", "install"):
            done = self.guest.guestpatch(command)
            self.assertEqual(done.code, 75, done)
            self.assertRegex(done.err, f"(?is)installation.*{activity}")
            self.assertEqual(list(parse(self.guest.guestpatch(command, "--json"))), ["error"])
        operation = self.guest.status()["agent"]["operation"]
        self.assertEqual((operation["kind"], operation["activityId"]), ("Installation", activity))
        gate.open()
        self.guest.until(self.guest.finished)
        self.check_the_end(before)

    def test_a_window_opens_while_somebody_installs(self):
        """The daemon waits for the end of that, and does the rest."""
        self.configure(window_to_come())
        self.start_service()
        self.guest.until_quiet()
        gate = self.gate("gi-berry")
        self.by_hand("--classifications", "none", "--include", "gi-berry", "--reboot", "Never")
        gate.reached()
        [unit] = self.guest.batches()
        activity = UNIT.fullmatch(unit)[1]
        self.configure(window())
        self.guest.systemctl("reload")
        self.guest.until(lambda: activity in self.guest.service()["StatusText"])
        gate.open()
        self.guest.until(lambda: self.guest.finished(2))
        kept = {found.activity: found for found in self.guest.kept_installations()}
        self.assertEqual(kept.pop(activity).states()["Installed"], {"gi-berry"})
        [rest] = kept.values()
        self.assertEqual((rest.status, rest.own["startedBy"]), ("Succeeded", "Platform"))
        self.assertEqual(rest.states(), {"Installed": {"gi-apple", "gi-cherry", "gi-restart"}})
        self.guest.check_idle()


class ByDefault(DaemonTest):
    """ImageDefault: the service finishes what it finds, and does nothing by itself."""

    def test_nothing_happens(self):
        self.guest.configure(maintenanceConfigurations=[window()])
        self.start_service()
        self.guest.until_quiet()
        self.assertEqual(of_children(self.guest.daemon()), 0)
        self.assertEqual((self.guest.history(), self.guest.kept_installations()), ([], []))
        self.assertIsNone(self.guest.status()["agent"]["nextWindow"])

    def test_the_reboot_of_a_one_shot_installation_is_completed(self):
        self.guest.configure()
        before = self.start_service()
        self.guest.until_quiet()
        done = self.guest.guestpatch("install", "--json")
        self.assertEqual(done.code, 0, done)
        found = Installation(parse(done))
        self.assertEqual(found.document["rebootStatus"], "Started")
        self.guest.until(self.guest.finished)
        kept = self.guest.kept(found.activity)
        self.assertEqual((kept.status, kept.document["rebootStatus"], kept.own["startedBy"]),
                         ("Succeeded", "Completed", "User"))
        self.guest.check_installation(kept, before)
        self.check_everything_is_in(before)
        self.guest.until_quiet()
        self.assertEqual(len(self.guest.kept_installations()), 1)

    def test_a_one_shot_installation_that_is_killed_is_brought_to_its_end(self):
        self.on("plain")
        self.guest.configure()
        before = self.start_service()
        self.guest.until_quiet()
        gate, unit = self.at_the_gate(self.by_hand)
        [pid] = set(self.guest.pids("guestpatch")) - {self.guest.daemon()}
        os.kill(pid, signal.SIGKILL)
        gate.open()
        self.guest.until(self.guest.finished)
        kept = self.guest.kept(UNIT.fullmatch(unit)[1])
        self.assertEqual(kept.states(), {"Installed": set(PLAIN)})
        self.guest.check_installation(kept, before)
        self.check_everything_is_in(before)
