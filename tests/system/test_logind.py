"""Restarts, who is in their way, and wishes to be spared, with a real logind under a real systemd."""
import time

import probe
from probe import ProbeTest
from test_install_systemd import BootedTest

SCHEDULED = "/run/systemd/shutdown/scheduled"
MINUTE = "60000"  # ms, and never waited for


def setUpModule():
    probe.skip_where_nothing_boots()


class LogindTest(ProbeTest):
    def inhibit(self, what, who="backup", why="copying", mode="block"):
        """Another program's wish; ends with the process."""
        process = self.guest.popen(["systemd-inhibit", f"--what={what}", f"--who={who}", f"--why={why}",
                                    f"--mode={mode}", "sh", "-c", "echo held; exec sleep infinity"])
        self.addCleanup(self._reap, process)
        self.assertEqual(process.stdout.readline(), "held\n")

    def let_go(self):
        self.guest.shell("pkill -x sleep")

    def login(self, user, script="exec sleep infinity"):
        """A session of a user who exists, without a terminal, as a desktop would open it."""
        self.guest.run(["systemd-run", f"--unit=login-{user}", "--property=PAMName=login", f"--property=User={user}",
                        "--setenv=XDG_SESSION_CLASS=user", "sh", "-c", f"echo >/tmp/in-{user}; {script}"], check=True)
        self.wait_until(lambda: self.guest.path(f"/tmp/in-{user}").exists())  # the session is listed before that

    def login_at_terminal(self, user):
        process = self.guest.popen(["systemd-run", "--pty", f"--unit=login-{user}", "--property=PAMName=login",
                                    f"--property=User={user}", "sleep", "infinity"])
        self.addCleanup(self._reap, process)
        self.wait_until(lambda: user in self.sessions())

    def logout(self, user):
        self.guest.run(["systemctl", "stop", f"login-{user}"], check=True)

    def sessions(self):
        return self.guest.run(["loginctl", "list-sessions", "--no-legend"], check=True).out

    def add_user(self, name):
        self.guest.run(["useradd", "--create-home", name], check=True)

    def in_the_way(self):
        """At this moment."""
        waiting, *staying, over = self.probe("clear", "0")
        self.assertEqual((waiting, over), ("waiting", "over"))
        return staying

    def waiting(self):
        """A probe that waits until nobody is in the way, and has found that somebody is."""
        process = self.probing("clear", MINUTE, first="waiting")
        pid = self.guest.find_process(f"{probe.INSIDE} clear")

        def asleep():  # in poll(), with nothing more to be read
            with open(f"/proc/{pid}/wchan") as place:
                return "poll" in place.read()
        self.wait_until(asleep)
        return process

    def shutdown_program(self):
        self.guest.shell("rm /usr/sbin/shutdown")
        self.guest.write("/usr/sbin/shutdown", '#!/bin/sh\necho "$@" >/run/shutdown-calls\n')
        self.guest.shell("chmod 755 /usr/sbin/shutdown")


class Restarts(LogindTest):
    def test_announced_to_the_second(self):
        self.probe("schedule", "95", "patches need\na restart")
        found = dict(line.split("=", 1) for line in self.guest.read(SCHEDULED).splitlines())
        self.assertEqual(found["MODE"], "reboot")
        self.assertIn("patches need", found["WALL_MESSAGE"])
        self.assertAlmostEqual(int(found["USEC"]) / 1e6, time.time() + 95, delta=20)
        self.guest.run(["shutdown", "-c"], check=True)
        self.assertFalse(self.guest.path(SCHEDULED).exists())

    def test_at_once_and_soon(self):
        for delay in ("0", "-5", "1"):
            with self.subTest(delay):
                before = self.guest.boot_id()
                self.guest.run([probe.INSIDE, "schedule", delay, "why"])
                self.assertTrue(self.guest.off())
                self.guest.boot()
                self.assertNotEqual(self.guest.boot_id(), before)

    def test_refused_to_somebody_else(self):
        done = self.guest.run([probe.INSIDE, "schedule", "600", "why"], user=65534)
        self.assertEqual(done.code, 3)
        self.assertIn("login1: ", done.out)
        self.assertFalse(self.guest.path(SCHEDULED).exists())

    def test_without_logind_by_the_program(self):
        self.shutdown_program()
        for steps in ("systemctl mask --now systemd-logind", "systemctl stop dbus.socket dbus"):
            with self.subTest(steps):
                self.guest.shell(f"rm -f /run/shutdown-calls; {steps}")
                self.probe("schedule", "61", "why")
                self.assertEqual(self.guest.read("/run/shutdown-calls"), "-r +2 why\n")
                self.assertEqual(self.probe("clear", MINUTE), ["waiting, unheard", "over"])
                [said] = self.probe("hold", "why", code=3)
                self.assertTrue(said.startswith("error 2: "), said)

    def test_a_logind_that_does_not_answer_holds_nobody_up_for_ever(self):
        self.shutdown_program()
        self.guest.shell("systemctl kill --signal=STOP systemd-logind")
        self.probe("schedule", "61", "why")
        self.assertEqual(self.guest.read("/run/shutdown-calls"), "-r +2 why\n")
        self.guest.shell("systemctl kill --signal=CONT systemd-logind")


class InTheWay(LogindTest):
    def test_nobody(self):
        self.assertEqual(self.in_the_way(), [])
        self.assertEqual(self.probe("clear", MINUTE), ["waiting", "over"])

    def test_another_programs_wish(self):
        self.inhibit("sleep:shutdown")
        self.assertEqual(self.in_the_way(), ["backup asks not to shut down (copying)"])
        self.assertEqual(self.probe("clear", "300"), ["waiting", "backup asks not to shut down (copying)", "over"])
        waiting = self.waiting()
        self.let_go()
        self.assertEqual(self.said(waiting), ["over"])

    def test_the_last_of_several(self):
        self.inhibit("shutdown", who="first")
        self.inhibit("shutdown", who="second")
        self.assertEqual(sorted(self.in_the_way()),
                         ["first asks not to shut down (copying)", "second asks not to shut down (copying)"])
        waiting = self.waiting()
        self.let_go()
        self.assertEqual(self.said(waiting), ["over"])

    def test_who_asks_for_less_is_not(self):
        self.inhibit("sleep:idle")
        self.inhibit("shutdown", mode="delay")
        self.assertEqual(self.in_the_way(), [])

    def test_users(self):
        self.add_user("alice")
        self.guest.run(["loginctl", "enable-linger", "alice"], check=True)
        self.assertEqual(self.in_the_way(), [])
        self.login("alice")
        self.login_at_terminal("root")
        self.assertEqual(sorted(self.in_the_way()), ["alice is logged in", "root is logged in (pts/0)"])
        self.logout("root")
        waiting = self.waiting()
        self.logout("alice")
        self.assertEqual(self.said(waiting), ["over"])

    def test_who_comes_meanwhile(self):
        self.add_user("alice")
        self.inhibit("shutdown")
        waiting = self.waiting()
        self.login("alice", "exec tail -f /dev/null")
        self.let_go()
        self.guest.run(["pkill", "-TERM", "-x", "probe"], check=True)
        self.assertEqual(self.said(waiting), ["alice is logged in", "over"])

    def test_what_a_user_leaves_behind_is_not(self):
        self.add_user("alice")
        self.login("alice", "sleep infinity & exec tail -f /dev/null")
        self.assertEqual(self.in_the_way(), ["alice is logged in"])
        waiting = self.waiting()
        self.guest.shell("pkill -x tail")
        self.assertEqual(self.said(waiting), ["over"])
        self.assertTrue(self.guest.pids("sleep"))
        self.assertIn("alice", self.sessions())

    def test_a_user_who_waits_himself_is_not(self):
        self.add_user("alice")
        self.login("alice", f"{probe.INSIDE} clear 0 >/tmp/said; exec sleep infinity")
        said = self.guest.path("/tmp/said")
        self.wait_until(lambda: said.exists() and "over" in said.read_text())
        self.assertEqual(self.in_the_way(), ["alice is logged in"])
        self.assertNotIn("alice", self.guest.read("/tmp/said"))

    def test_a_stop_ends_it(self):
        self.inhibit("shutdown")
        waiting = self.waiting()
        self.guest.run(["pkill", "-TERM", "-x", "probe"], check=True)
        self.assertEqual(self.said(waiting), ["backup asks not to shut down (copying)", "over"])

    def test_logind_and_the_bus_may_end_meanwhile(self):
        self.inhibit("shutdown")
        waiting = self.waiting()
        self.guest.shell("systemctl kill --signal=KILL systemd-logind")
        self.wait_until(lambda: self.guest.unit("systemd-logind")["NRestarts"] == "1")
        self.assertIn("backup asks not to shut down (copying)", self.in_the_way())
        self.guest.shell("systemctl stop dbus.socket dbus")
        self.assertEqual(self.said(waiting), ["over"])


class Wishes(LogindTest):
    def test_one_is_listed_until_it_is_let_go(self):
        holding = self.probing("hold", "12 packages go in", first="held")
        listed = self.guest.run(["systemd-inhibit", "--list", "--no-legend"], check=True).out
        self.assertRegex(listed, r"guestpatch\s+0\s+root\s+\d+\s+probe\s+shutdown:sleep\s+12 packages go in\s+block")
        self.guest.run(["pkill", "-TERM", "-x", "probe"], check=True)
        self.assertEqual(self.said(holding), ["let go"])
        self.assertNotIn("guestpatch", self.guest.run(["systemd-inhibit", "--list"], check=True).out)

    def test_one_ends_with_its_program(self):
        self.probing("hold", "why", first="held")
        self.guest.run(["pkill", "-KILL", "-x", "probe"], check=True)
        self.wait_until(lambda: "guestpatch" not in self.guest.run(["systemd-inhibit", "--list"], check=True).out)


class Installations(BootedTest):
    suites = ("plain", "restart")

    def wishes(self):
        return self.guest.run(["systemd-inhibit", "--list", "--no-legend"], check=True).out

    def test_nobody_is_to_shut_down_while_packages_go_in(self):
        self.configure(reboot={"warning": "PT1H"})
        self.assertNotIn("guestpatch", self.wishes())
        gate, _ = self.at_the_gate(self.by_hand)
        self.assertRegex(self.wishes(),
                         r"guestpatch +0 +root +\d+ +guestpatch +shutdown:sleep +installing updates +block")
        gate.open()
        self.wait_until(lambda: self.guest.path(SCHEDULED).exists())
        self.assertNotIn("guestpatch", self.wishes())

    def test_a_reboot_over_somebody_names_him(self):
        self.configure(reboot={"warning": "PT1H"})
        holder = self.guest.popen(["systemd-inhibit", "--what=shutdown", "--who=backup", "--why=copying",
                                   "--mode=block", "sh", "-c", "echo held; exec sleep infinity"])
        self.addCleanup(self._reap, holder)
        self.assertEqual(holder.stdout.readline(), "held\n")
        found = self.guest.install()
        self.assertEqual(found.document["rebootStatus"], "Started")
        [note] = [note["message"] for note in found.own["notes"] if note["code"] == "REBOOT_OVER_OBSTACLES"]
        self.assertIn("backup asks not to shut down (copying)", note)
        self.assertTrue(self.guest.path(SCHEDULED).exists())
