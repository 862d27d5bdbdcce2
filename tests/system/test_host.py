"""A machine and its host: what is reported, in silence and against refusals too."""
import signal

from host_faults import Script
from host_guest import HostTest, answering
from install_world import PLAIN


class Reports(HostTest):
    def test_who_and_how_the_machine_is(self):
        self.run_service()
        self.until_agreed()
        agent = self.guest.status()["agent"]
        record, report = self.store.machine().record, self.store.machine().report
        self.assertEqual({record["machineId"], report["machineId"], *self.store.machines}, {agent["machineId"]})
        self.assertEqual({record["bootId"], report["bootId"]}, {agent["bootId"]})
        self.assertEqual((record["osType"], record["agentVersion"]), ("Linux", agent["version"]))

    def test_assessed_and_installed_by_hand(self):
        self.run_service()
        ids = {("assessments", self.by_hand("assess")), ("installations", self.by_hand("install"))}
        self.until_agreed()
        self.assertLessEqual(ids, set(self.results()))
        self.assertEqual(self.store.machine().view()["patchStatus"]["lastPatchInstallationSummary"]["installedPatchCount"],
                         len(PLAIN))

    def test_what_happened_before_there_was_a_host(self):
        known = ("assessments", self.by_hand("assess"))
        self.run_service()
        self.until_agreed()
        self.assertIn(known, self.results())

    def test_while_an_installation_runs(self):
        self.run_service()
        gate = self.gate("gi-berry")
        self.running_install()
        gate.reached()
        self.until(lambda: self.told_status() == "InProgress")
        self.assertFalse([name for name in self.results() if name[0] == "installations"])
        gate.open()
        self.until(lambda: self.told_status() == "Succeeded")
        self.until_agreed()

    def told_status(self):
        report = self.store.machine().report if self.store.machines else None
        return (report or {}).get("patchStatus", {}).get("lastPatchInstallationSummary", {}).get("status")

    def test_regularly_though_nothing_changes(self):
        self.run_service()
        self.until(lambda: self.store.machines and len(self.reports()) >= 3)
        numbers = [report["sequenceNumber"] for report in self.reports()]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.assertEqual(len({report["reportId"] for report in self.reports()}), len(numbers))

    def reports(self):
        return [report for stream in self.store.machine().streams for report in stream.reports]

    def test_numbers_go_on_after_a_restart(self):
        self.run_service()
        self.until_agreed()
        self.stop_service()
        count = len(self.reports())
        self.start_service()
        self.until(lambda: len(self.reports()) > count)
        self.assertEqual(len(self.store.machine().streams), 1)
        self.until_agreed()

    def test_a_new_start_from_nothing_is_another_instance(self):
        self.run_service()
        self.until_agreed()
        self.stop_service()
        self.guest.shell("rm -r /var/lib/guestpatch")
        self.start_service()
        self.until(lambda: len(self.store.machine().streams) == 2)
        self.assertEqual(self.store.violations, [])


class Silence(HostTest):
    def test_dead_and_back_and_nothing_is_lost(self):
        url = self.run_service()
        self.until_agreed()
        self.host.close()
        ids = {("assessments", self.by_hand("assess")), ("assessments", self.by_hand("assess", "--no-refresh")),
               ("installations", self.by_hand("install"))}
        self.until(lambda: (self.outbox() or {}).get("waiting", 0) >= len(ids) and self.outbox().get("lastError"))
        self.stop_service(signal.SIGKILL)
        self.start_service()
        self.host.listen(self.guest, int(url.split(":")[2].split("/")[0]))
        self.until_agreed(timeout=60)
        self.assertLessEqual(ids, set(self.results()))
        self.until(lambda: self.outbox()["waiting"] == 0)

    def test_patching_does_not_wait_for_it(self):
        self.run_service()
        self.host.close()
        self.guest.install()

    def test_the_log_says_it_once(self):
        url = self.run_service()
        self.until_agreed()
        self.host.close()
        self.until(lambda: (self.outbox() or {}).get("lastError"))
        self.host.listen(self.guest, int(url.split(":")[2].split("/")[0]))
        self.until(lambda: not self.outbox().get("lastError"), timeout=60)
        self.assertEqual(self.said().count("the host takes reports again"), 1, self.said())


class Refusals(HostTest):
    """What each code leads to; see docs/usage/host.md."""

    def refuse(self, status, ending, times=1, **members):
        self.host.faults = Script(*[answering(status, **members)] * times, ending=ending)

    def test_not_acknowledged_is_sent_again(self):
        for status, times in ((400, 2), (401, 1), (403, 2), (404, 2), (405, 2), (415, 2), (422, 2), (500, 2)):
            with self.subTest(status=status):
                self.fresh()
                self.refuse(status, "/patchStatus", times)
                self.run_service()
                self.until_agreed(timeout=40)
                self.assertEqual(self.host.faults.left, [])
                self.assertLessEqual(self.said().count(f"answered {status}"), 1, self.said())

    def test_409_goes_on_above_what_the_host_says(self):
        self.refuse(409, "/patchStatus", acceptedSequence=4711)
        self.run_service()
        self.until_agreed()
        self.assertEqual(self.store.machine().streams[0].reports[0]["sequenceNumber"], 4712)

    def test_410_registers_anew(self):
        self.run_service()
        self.until_agreed()
        self.store.forget()
        self.by_hand("assess")
        self.until(lambda: self.store.machine().registered)
        self.until_agreed()
        self.assertEqual(len(self.host.seen("PUT", "/record")), 2)

    def test_413_sends_less(self):
        self.on("many")
        self.store.limits["assessments"] = 6000
        self.run_service()
        activity = self.by_hand("assess")
        document = self.until_result("assessments", activity)
        self.assertLess(len(document["availablePatches"]), 300)
        self.assertEqual(document["criticalAndSecurityPatchCount"], 300)
        self.assertIn("PACKAGE_LIST_TRUNCATED", str(document["guestpatch"]["notes"]))
        self.assertEqual(self.store.violations, [])

    def test_events_that_nobody_takes(self):
        self.store.unsupported = {"events"}
        self.run_service()
        self.by_hand("assess")
        self.until_agreed()
        self.until_polled(3)
        self.assertLessEqual(len(self.host.seen("POST", "/events")), 1)
