"""The service patches the machine by itself: whole stories, told by what is on the machine afterwards."""
from daemon_guest import AUTOMATIC, DaemonTest, of_children, window, window_to_come
from guest import parse
from install_guest import Installation
from install_world import PLAIN
from test_install_systemd import UNIT, setUpModule  # noqa: F401

MINE = ("Installation", "User")


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
