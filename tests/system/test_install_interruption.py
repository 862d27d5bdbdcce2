"""SIGKILL in the middle of unpacking and of configuring; one more installation, and everything is in and told."""
import os
import signal

from install_guest import InstallTest
from install_world import PLAIN

SUITES = ("plain", "files", "dependency")
ALL = {*PLAIN, "gi-files", "gi-pull", "gi-new", "gi-newer", "gi-library"}
FINAL = {"Succeeded", "CompletedWithWarnings", "Failed"}


class Kills(InstallTest):
    suites = SUITES

    def interrupted(self, where, victim):
        """Kills when a script of gi-berry runs; what survives may go on. The machine as it was before."""
        before = self.guest.packages()
        gate = self.gate("gi-berry", where)
        process, inside = self.running_install()
        gate.reached()
        if victim == "everything":
            self.guest.kill_everything()
        else:
            for pid in [inside] if victim == "guestpatch" else self.guest.pids(victim):
                os.kill(pid, signal.SIGKILL)
        gate.open()
        done = self.wait_for(process)
        if victim not in ("guestpatch", "everything"):
            self.guest.checked(done, before, codes=[0, 1, 3])
        return before

    def check_the_next(self, before):
        """The next installation ends well, and the one that was interrupted has its report."""
        found = self.guest.install(marks=before)
        self.assertLessEqual(found.states().get("Installed", set()), ALL)
        now = self.guest.packages()
        self.assertEqual(now.unsound(), set())
        self.assertEqual({name for name in ALL if now.version(name) in ("1.1", "2.0")}, ALL)
        self.guest.check_idle()
        kept = self.guest.kept_installations()
        self.assertEqual(len(kept), 2)
        listed = {run["activityId"]: run["status"] for run in self.guest.document("history")["runs"]}
        for run in kept:
            self.assertIn(run.status, FINAL)
            self.assertEqual(listed[run.activity], run.status)
            self.assertLessEqual(run.states().get("Installed", set()), ALL)
        self.assertEqual(set().union(*(run.states().get("Installed", set()) for run in kept)), ALL)

    def check(self, where):
        for victim in ("guestpatch", "apt-get", "dpkg", "everything"):
            with self.subTest(victim):
                self.fresh()
                self.check_the_next(self.interrupted(where, victim))

    def test_in_the_middle_of_unpacking(self):
        self.check("preinst")

    def test_in_the_middle_of_configuring(self):
        self.check("postinst")

    def test_the_next_command_reports_it_whatever_it_is(self):
        for command in (["history"], ["status"], ["assess", "--no-refresh"]):
            with self.subTest(command):
                self.fresh()
                before = self.interrupted("postinst", "guestpatch")
                self.wait_until_gone("apt-get")
                self.assertIn(self.guest.guestpatch(*command, "--json").code, (0, 3))
                self.guest.check_idle()
                [kept] = self.guest.kept_installations()
                self.guest.check_installation(kept, before)
                self.assertEqual(kept.states()["Installed"], ALL)

    def test_a_reader_without_rights_finishes_nothing_and_hurts_nothing(self):
        before = self.interrupted("postinst", "guestpatch")
        for command in ("history", "status"):
            self.assertEqual(self.guest.guestpatch(command, "--json", user=65534).code, 0)
        self.check_the_next(before)


class PowerCuts(InstallTest):
    """Every process killed at once, and the machine started anew."""

    suites = SUITES

    def test_while_scripts_run(self):
        for where in ("preinst", "postinst"):
            with self.subTest(where):
                self.fresh()
                before = self.guest.packages()
                gate = self.gate("gi-berry", where)
                process, _ = self.running_install()
                gate.reached()
                self.guest.reboot()
                gate.open()
                process.wait(timeout=30)
                self.guest.install(marks=before)
                now = self.guest.packages()
                self.assertEqual({name for name in ALL if now.version(name) in ("1.1", "2.0")}, ALL)
                self.guest.check_idle()

    def test_while_downloading(self):
        mirror = self.mirror()
        mirror.faults["gi-cherry_1.1"] = "never ends"
        before = self.guest.packages()
        process, _ = self.running_install()
        while not any("gi-cherry_1.1" in path for path, _, _ in mirror.answers):
            self.assertIsNone(process.poll())
        self.guest.reboot()
        process.wait(timeout=30)
        mirror.faults.clear()
        self.assertEqual(self.guest.packages(), before)
        self.assertEqual(self.guest.install().states(), {"Installed": ALL})
        self.guest.check_idle()
