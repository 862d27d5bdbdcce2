"""When a reboot is due, who decides, and that the report is completed after it."""
import os
import re

import arrange
import install_world
import repos
import schemas
from guest import STATE
from install_guest import InstallTest
from install_world import PLAIN


class Reboots(InstallTest):
    # pockets, arguments: exit code, rebootStatus
    TABLE = [
        (("restart",), (), 0, "Started"),
        (("kernel",), (), 0, "Started"),
        (("plain",), (), 0, "NotNeeded"),
        (("restart",), ("--reboot", "Never"), 4, "Required"),
        (("restart", "postinst"), ("--reboot", "Never"), 3, "Required"),
        (("plain",), ("--reboot", "Always"), 0, "Started"),
        (("plain",), ("--reboot", "Always", "--classifications", "Other"), 0, "NotNeeded"),
    ]

    def test_by_policy(self):
        for suites, arguments, code, status in self.TABLE:
            with self.subTest(suites=suites, arguments=arguments):
                self.on(*suites)
                self.arrange(arrange.shutdown())
                found = self.guest.install(*arguments, codes=[code])
                self.assertEqual(found.document["rebootStatus"], status)
                calls = self.guest.shutdown_calls()
                self.assertEqual(len(calls), 1 if status == "Started" else 0, calls)
                self.assertTrue(all("-r" in call.split() for call in calls), calls)
                if status != "NotNeeded":
                    self.assertTrue(found.own["rebootReason"])

    def test_a_kernel_newer_than_the_running_one(self):
        """Nobody writes a flag for it: the package of the running kernel is installed, and so is a newer one."""
        running = os.uname().release
        flavour = re.fullmatch(r"\d[^a-z]*-([a-z].*)", running)
        if not flavour:
            self.skipTest(f"the running kernel {running} has no flavour")
        repos.build_deb(self.guest.path("/tmp"), f"linux-image-{running}", "1.0")
        repos.build_deb(self.guest.path("/tmp"), "linux-image-any", "1.0")
        self.guest.shell("dpkg -i /tmp/*.deb")
        newest = f"linux-image-99.0.0-{flavour[1]}"
        repos.add(self.guest, install_world.REPOSITORY, "plain",
                  [(newest, "99.0"), ("linux-image-any", "99.0", {"Depends": newest})])
        install_world.publish(self.guest, "plain")
        found = self.guest.install("--reboot", "Never", codes=[4])
        self.assertIn(newest, found.states()["Installed"])
        self.assertIn(newest, found.own["rebootReason"])

    def test_completed_after_the_boot(self):
        for command in (["history"], ["status"], ["assess"], ["install"]):
            with self.subTest(command):
                self.on("restart", "plain")
                self.arrange(arrange.shutdown())
                before = self.guest.packages()
                found = self.guest.install()
                self.assertEqual(found.document["rebootStatus"], "Started")
                self.assertTrue(self.guest.path(f"{STATE}/journal.json").exists())
                self.guest.status()
                self.assertEqual(self.guest.kept(found.activity).document["rebootStatus"], "Started")
                self.guest.reboot()
                self.guest.guestpatch(*command)
                ended = self.guest.kept(found.activity)
                self.assertEqual((ended.status, ended.document["rebootStatus"]), ("Succeeded", "Completed"))
                self.guest.check_installation(ended, before)
                self.guest.check_idle()
                self.assertEqual(len(self.guest.shutdown_calls()), 1)

    def test_a_reboot_by_somebody_else_completes_nothing_twice(self):
        self.on("restart")
        self.arrange(arrange.shutdown())
        found = self.guest.install("--reboot", "Never", codes=[4])
        self.assertIs(self.guest.assess(codes=[0]).document["rebootPending"], True)
        self.guest.reboot()
        self.assertIs(self.guest.assess(codes=[0]).document["rebootPending"], False)
        self.assertEqual(self.guest.kept(found.activity).document["rebootStatus"], "Required")
        self.assertEqual(self.guest.shutdown_calls(), [])

    def test_not_twice_for_one_reason(self):
        """What asks for a reboot again right after one is not obeyed for ever."""
        self.on("restart")
        self.arrange(arrange.shutdown())
        self.guest.install()
        self.guest.reboot()
        self.guest.write("/run/reboot-required", "again\n")
        self.guest.guestpatch("status")
        self.assertEqual(len(self.guest.shutdown_calls()), 1)
        self.guest.check_idle()

    def test_refused(self):
        for steps in ([arrange.shutdown(code=1)], []):
            with self.subTest(refusing=len(steps)):
                self.on("restart")
                self.arrange(*steps)
                found = self.guest.install(codes=[3])
                self.assertEqual((found.document["rebootStatus"], found.state("gi-restart")), ("Failed", "Installed"))
                schemas.validate(self.guest.status(), "status")
                self.guest.check_idle()

    def test_patches_that_need_one_can_be_left_out(self):
        self.on("kernel", "plain")
        self.arrange(arrange.shutdown())
        found = self.guest.install("--exclude-reboot")
        self.assertEqual(found.states()["Installed"], set(PLAIN))
        self.assertEqual(found.outcome()["linux-image-5.15.0-2-gi"], ("Excluded", "REBOOT_EXCLUDED"))
        self.assertEqual(found.document["rebootStatus"], "NotNeeded")
        self.assertEqual(self.guest.shutdown_calls(), [])

    def test_the_machine_says_who_asks_for_it(self):
        self.on("restart")
        found = self.guest.install("--reboot", "Never", codes=[4])
        self.assertIn("gi-restart", found.own["rebootReason"])
        pending = self.guest.status()["agent"]["rebootPending"]
        self.assertEqual((pending["required"], pending["reasons"]), (True, ["gi-restart"]))
