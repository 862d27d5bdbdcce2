"""Asked to stop, and two at once: nothing is hurt, nothing new begins, and the next command collects what goes on."""
import os
import re
import signal

import schemas
from guest import ACTIVITY, STATE, parse
from install_guest import InstallTest
from install_world import PLAIN
from roots import PROGRAM

HASTY = '{"installPatches": {"stopTimeout": "PT1S"}}'
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(InstallTest):
    def hasty(self):
        self.guest.write("/etc/guestpatch/config.d/10-stop.json", HASTY)

    def left_running(self, number):
        """An installation that was told to stop, and left the package manager at work."""
        self.hasty()
        gate = self.gate("gi-berry")
        process, inside = self.running_install()
        gate.reached()
        os.kill(inside, number)
        return gate, self.wait_for(process, timeout=20)

    def test_left_running_and_collected(self):
        for number in SIGNALS:
            with self.subTest(number.name):
                self.fresh()
                before = self.guest.packages()
                gate, done = self.left_running(number)
                found = self.guest.checked(done, before, codes=[0, 1, 3])
                self.assertEqual(found.status, "InProgress")
                self.assertRegex(found.own["leftRunning"], r"process \d+|\.service")
                self.assertTrue(self.guest.pids("apt-get"))
                self.assertEqual(self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]["status"],
                                 "InProgress")
                gate.open()
                self.wait_until_gone("apt-get")
                ended = self.guest.document("history", found.activity, codes=[0])
                self.assertIn(ended["status"], ("Succeeded", "CompletedWithWarnings"))
                self.assertEqual(ended["installedPatchCount"], 3)
                self.guest.check_installation(self.guest.kept(found.activity), before)
                self.guest.check_idle()

    def test_the_next_installation_waits_for_what_goes_on(self):
        before = self.guest.packages()
        gate, done = self.left_running(signal.SIGTERM)
        first = self.guest.checked(done, before, codes=[0, 1, 3])
        process, _ = self.running_install()
        self.assertIsNone(process.poll())
        gate.open()
        done = self.wait_for(process)
        self.assertIn(done.code, (0, 3), done)
        self.assertEqual(self.guest.packages().unsound(), set())
        self.guest.check_marks(before, self.guest.packages())
        self.assertEqual(self.guest.kept(first.activity).states(), {"Installed": set(PLAIN)})
        self.guest.check_idle()

    def test_interrupted_again_while_it_is_finished(self):
        """Whoever finishes a run may be killed at it; what goes on must not be forgotten."""
        before = self.guest.packages()
        gate, done = self.left_running(signal.SIGTERM)
        found = self.guest.checked(done, before, codes=[0, 1, 3])
        for _ in range(2):
            process = self.start("assess", "--no-refresh")
            inside = self.guest.find_process(f"{PROGRAM} assess")
            self.wait_until(lambda: "Repairing" in self.guest.read(f"{STATE}/journal.json"))
            os.kill(inside, signal.SIGKILL)
            process.wait(timeout=20)
        self.assertEqual(self.guest.document("history", found.activity)["status"], "InProgress")
        gate.open()
        self.wait_until_gone("apt-get")
        self.assertEqual(self.guest.document("history", found.activity)["installedPatchCount"], 3)
        self.guest.check_installation(self.guest.kept(found.activity), before)
        self.guest.check_idle()

    def test_a_hook_of_the_package_manager_does_not_wait_for_it(self):
        self.guest.write("/etc/apt/apt.conf.d/99hook",
                         'DPkg::Post-Invoke {"guestpatch assess --no-refresh; echo $? >/tmp/code";};\n')
        gate, _ = self.left_running(signal.SIGTERM)
        gate.open()
        self.wait_until_gone("apt-get")
        self.assertEqual(self.guest.read("/tmp/code"), "75\n")

    def test_in_time(self):
        """The running batch ends within the stop timeout; no further one begins."""
        for number in SIGNALS:
            with self.subTest(number.name):
                self.on("many")
                before = self.guest.packages()
                gate = self.gate("gi-many-001")
                process, inside = self.running_install()
                gate.reached()
                os.kill(inside, number)
                gate.open()
                found = self.guest.checked(self.wait_for(process), before, codes=[3])
                self.assertEqual(found.status, "CompletedWithWarnings")
                self.assertEqual(found.own["batches"], 1)
                self.assertIn("gi-many-001", found.states()["Installed"])
                self.assertIn("gi-many-300", found.states()["Pending"])
                self.guest.check_idle()

    def test_while_downloading(self):
        for number in SIGNALS:
            with self.subTest(number.name):
                self.fresh()
                mirror = self.mirror()
                mirror.faults["gi-berry_1.1"] = "never ends"
                before = self.guest.packages()
                process, inside = self.running_install()
                while not any("gi-berry_1.1" in path for path, _, _ in mirror.answers):
                    self.assertIsNone(process.poll())
                os.kill(inside, number)
                done = self.wait_for(process, timeout=20)
                self.assertIn(done.code, (1, 3), done)
                self.assertEqual(self.guest.packages(), before)
                self.assertEqual(self.guest.pids("apt-get"), [])
                self.guest.check_idle()
                mirror.faults.clear()
                self.assertEqual(self.guest.install().states(), {"Installed": set(PLAIN)})


class TwoAtOnce(InstallTest):
    def test_the_second_is_told_about_the_first(self):
        before = self.guest.packages()
        gate = self.gate("gi-berry")
        process, _ = self.running_install()
        gate.reached()
        for command in (["install"], ["assess"], ["assess", "--no-refresh"], ["install", "--dry-run"]):
            with self.subTest(command):
                second = self.guest.guestpatch(*command, "--json")
                self.assertEqual(second.code, 75, second)
                schemas.validate(parse(second), "error")
                message = parse(second)["error"]["message"]
                self.assertRegex(message, "(?i)install")
                self.assertRegex(message, r"\d+ ?(s|seconds?)\b|PT\d")
        operation = self.guest.status()["agent"]["operation"]
        self.assertEqual(operation["activityId"], re.search(ACTIVITY, message)[0])
        schemas.validate(parse(self.guest.run(["cat", f"{STATE}/lock"])), "running")
        gate.open()
        self.guest.checked(self.wait_for(process), before)

    def test_readers_are_never_in_the_way(self):
        gate = self.gate("gi-berry")
        process, _ = self.running_install()
        gate.reached()
        for command in ("status", "history", "plan"):
            for user in (None, 65534):
                self.assertEqual(self.guest.guestpatch(command, "--json", user=user).code, 0)
        gate.open()
        self.assertEqual(self.wait_for(process).code, 0)
