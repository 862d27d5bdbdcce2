"""What a host asks for, with every right and without."""
import signal

from host_faults import HOSTILE_GOALS, window
from host_guest import AUTOMATIC, HostTest, goal, operation
from install_world import PLAIN


class Goals(HostTest):
    def ask(self, *operations, **members):
        self.sequence = getattr(self, "sequence", 0) + 1
        self.store.set_goal(goal(self.sequence, *operations, **members))

    def runs(self):
        return [(run["kind"], run["activityId"]) for run in self.guest.document("history", codes=[0])["runs"]]

    def test_an_assessment(self):
        wanted = operation("Assessment")
        self.ask(wanted)
        self.run_service()
        document = self.until_result("assessments", wanted["activityId"])
        self.assertEqual((document["status"], document["guestpatch"]["startedBy"]), ("Succeeded", "User"))
        self.until_agreed()

    def test_an_installation(self):
        wanted = operation()
        self.ask(wanted)
        self.run_service()
        document = self.until_result("installations", wanted["activityId"])
        self.assertEqual((document["status"], document["installedPatchCount"]), ("Succeeded", len(PLAIN)))
        self.until_agreed()
        self.guest.check_idle()
        self.assertEqual(self.store.goal["operations"], [])

    def test_once_though_the_host_keeps_asking(self):
        self.store.tidy = False
        wanted = [operation("Assessment"), operation(sequenceNumber=2)]
        self.ask(*wanted)
        self.run_service()
        self.until_result("installations", wanted[1]["activityId"])
        self.until_agreed()
        runs = self.runs()
        self.ask(*wanted, patchSettings={"assessmentMode": "ImageDefault"})
        self.until_polled(3)
        self.stop_service()
        self.start_service()
        self.until_polled(3)
        self.assertEqual(self.runs(), runs)
        self.until_agreed()

    def test_once_though_the_service_is_killed_in_the_middle(self):
        self.store.tidy = False
        wanted = operation()
        self.ask(wanted)
        gate = self.gate("gi-berry")
        self.run_service()
        gate.reached()
        self.stop_service(signal.SIGKILL)
        self.start_service()
        gate.open()
        document = self.until_result("installations", wanted["activityId"])
        self.assertEqual((document["status"], document["installedPatchCount"]), ("Succeeded", len(PLAIN)))
        self.until_polled(3)
        self.assertEqual([run for run in self.runs() if run[0] == "Installation"], [("Installation", wanted["activityId"])])
        self.until_agreed()

    def test_only_what_was_asked_for(self):
        wanted = operation(parameters={"maximumDuration": "PT1H", "rebootSetting": "Never", "linuxParameters": {
            "packageNameMasksToInclude": ["gi-apple", "gi-cherry_1.1"], "maintenanceRunId": "wave 1"}})
        self.ask(wanted)
        self.run_service()
        document = self.until_result("installations", wanted["activityId"])
        installed = {patch["name"] for patch in document["patches"] if patch["installationState"] == "Installed"}
        self.assertEqual(installed, {"gi-apple", "gi-cherry"})
        self.assertEqual(document["guestpatch"]["maintenanceRunId"], "wave 1")
        self.until_agreed()

    def test_what_cannot_be_done_is_answered(self):
        """{what is asked: the code of its failed result}"""
        cases = {
            "OperationNotSupported": operation("Reinstall", parameters={"image": "debian"}),
            "OperationExpired": operation(notAfter="2020-01-01T00:00:00Z"),
            "InvalidParameter": operation(parameters={"maximumDuration": "2h", "rebootSetting": "Never"}),
        }
        before = self.guest.packages()
        self.ask(*cases.values())
        self.run_service()
        for code, wanted in cases.items():
            with self.subTest(code):
                self.until(lambda: self.failure(wanted), timeout=30)
                self.assertIn(code, str(self.failure(wanted)["error"]))
        self.until_agreed()
        self.assertEqual(self.guest.packages(), before)

    def failure(self, wanted):
        """The failed result of an operation, whatever it was filed as."""
        found = [documents for (_, activity), documents in self.results().items() if activity == wanted["activityId"]]
        return found[0][0] if found and found[0][0]["status"] == "Failed" else None

    def test_the_result_of_another_run_cannot_be_overwritten(self):
        """A host knows the ids of the machine's own runs."""
        self.run_service()
        mine = self.by_hand("install")
        self.until_agreed()
        self.store.tidy = False
        self.ask(operation(activityId=mine))
        self.until_polled(3)
        self.assertEqual([run for run in self.runs() if run[1] == mine], [("Installation", mine)])
        self.until_agreed()

    def test_mode_and_window(self):
        self.ask(patchSettings=AUTOMATIC, maintenanceConfigurations=[window("wave-1")])
        self.run_service()
        self.until(lambda: any(kind == "installations" for kind, _ in self.results()), timeout=60)
        self.until_agreed()
        [document] = [ones[0] for (kind, _), ones in self.results().items() if kind == "installations"]
        self.assertEqual((document["status"], document["guestpatch"]["startedBy"]), ("Succeeded", "Platform"))
        self.assertEqual(self.guest.status()["agent"]["patchMode"], "AutomaticByPlatform")
        self.assertEqual(self.store.machine().report["observedGoal"]["goalSequence"], 1)
        self.store.set_goal(None)
        self.until(lambda: self.guest.status()["agent"]["patchMode"] == "ImageDefault")

    def test_the_administrator_has_the_last_word(self):
        self.guest.write("/etc/guestpatch/config.d/10-mine.json", '{"patchSettings": {"patchMode": "ImageDefault"}}')
        self.ask(patchSettings=AUTOMATIC, maintenanceConfigurations=[window("wave-1")])
        self.run_service()
        self.until(lambda: "Configuration/Overridden" in str(self.store.machines and self.store.machine().report))
        self.assertEqual(self.guest.status()["agent"]["patchMode"], "ImageDefault")
        self.assertFalse([name for name in self.results() if name[0] == "installations"])

    def test_another_machine_is_meant(self):
        self.ask(patchSettings=AUTOMATIC, maintenanceConfigurations=[
            window("wave-1", filter={"tagSettings": {"tags": {"stage": ["test"]}}})])
        self.run_service()
        self.until(lambda: self.guest.status()["agent"]["patchMode"] == "AutomaticByPlatform")
        self.until_polled()
        self.assertFalse([name for name in self.results() if name[0] == "installations"])

    def test_a_long_poll_hears_at_once(self):
        self.run_service(longPoll=True, interval="PT10M")
        self.until(lambda: any("prefer" in one.headers for one in self.host.seen("GET", "/goalState")))
        wanted = operation("Assessment")
        self.ask(wanted)
        self.until_result("assessments", wanted["activityId"], timeout=20)
        self.until_agreed()


class HostileGoals(HostTest):
    def test_none_does_anything(self):
        self.store.set_goal(goal(1, patchSettings={"assessmentMode": "ImageDefault"}))
        self.run_service()
        self.until_agreed()
        self.until(lambda: self.guest.path("/var/lib/guestpatch/goalState.json").exists())
        packages, settings = self.guest.packages(), self.settings()
        good = self.store.goal
        for name, make in HOSTILE_GOALS.items():
            with self.subTest(name):
                self.store.set_goal(make(good))
                self.until_polled()
                self.assertEqual(self.settings(), settings)
                self.assertEqual(self.guest.packages(), packages)
                self.assertFalse(self.guest.path("/pwned").exists())
                self.assertEqual([run for run in self.results() if run[0] == "installations"], [])
                self.assertIsNone(self.service.poll(), self.said()[-2000:])
        self.store.set_goal({**good, "goalSequence": 2, "operations": [wanted := operation("Assessment")]})
        self.until_result("assessments", wanted["activityId"])
        self.until_agreed()

    def settings(self):
        """What the machine goes by, the origins left out."""
        shown = self.guest.document("config", "show", codes=[0])
        return {key: value for key, value in shown.items() if key != "origins"}
