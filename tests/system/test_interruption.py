"""Whatever ends it in the middle, the documents are whole, no child is left, and the next one ends well."""
import contextlib
import os
import re
import signal
import time

import roots
from guest import STATE, GuestTest
from test_patches import EXPECTED

FINAL_STATES = {"Succeeded", "Failed", "CompletedWithWarnings"}


class Signals(GuestTest):
    def test_during_refresh(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                self.fresh()
                self.hold_refresh()
                process = self.start("assess", "--json")
                self.guest.find_process("/usr/lib/apt/methods/http")
                os.kill(self.guest.find_process(f"{roots.PROGRAM} assess"), number)
                ended = self.wait_for(process, timeout=20)
                self.assertNotEqual(ended.code, 0, ended)
                self.assertEqual(self.still_running(), {})
                self.guest.check_state()
                for document in self.guest.kept_results().values():
                    self.assertIn(document["status"], FINAL_STATES)
                self.assertIsNone(self.guest.status()["agent"]["operation"])
                self.guest.shell("sed -i /silent/d /etc/apt/sources.list")
                self.assertEqual(sorted(self.guest.assess(codes=[0]).patches), sorted(EXPECTED))

    def still_running(self):
        """What goes on a moment after the program has ended."""
        for _ in range(100):
            if not (left := self.guest.processes()):
                break
            time.sleep(0.01)
        return left

    def test_killed_during_refresh(self):
        """Nobody can tidy up after SIGKILL; the next one copes with what is left, even with a living child."""
        self.hold_refresh()
        process = self.start("assess", "--json")
        self.guest.find_process("/usr/lib/apt/methods/http")
        os.kill(self.guest.find_process(f"{roots.PROGRAM} assess"), signal.SIGKILL)
        process.wait(timeout=20)
        self.guest.check_state()
        self.guest.shell("sed -i /silent/d /etc/apt/sources.list")
        self.assertIsNone(self.guest.status()["agent"]["operation"])
        self.guest.assess("--no-refresh", codes=[0])
        for pid in self.guest.processes():
            with contextlib.suppress(ProcessLookupError):  # most end by themselves
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(sorted(self.guest.assess(codes=[0]).patches), sorted(EXPECTED))
        self.guest.check_state()


class PowerCuts(GuestTest):
    """Killed at every step of every durable write, once on a first run and once over earlier results."""

    CALLS = "fsync,fdatasync,rename,renameat,renameat2"

    def cut(self, number):
        return self.guest.run(["strace", "-o", "/tmp/cut", "-e", f"trace={self.CALLS}",
                               "-e", f"inject={self.CALLS}:signal=SIGKILL:when={number}",
                               roots.PROGRAM, "assess", "--no-refresh", "--json"])

    def test_at_every_step(self):
        for earlier in (False, True):
            for number in range(1, 60):
                with self.subTest(earlier=earlier, step=number):
                    self.fresh()
                    if earlier:
                        self.guest.assess("--no-refresh")
                    done = self.cut(number)
                    self.guest.check_state()
                    self.guest.status()
                    self.assertEqual(sorted(self.guest.assess("--no-refresh", codes=[0]).patches), sorted(EXPECTED))
                    self.guest.check_state()
                    self.assertEqual(self.leftovers(), [])
                    if done.code == 0:
                        self.assertGreater(number, 2, "the program made no durable write")
                        break
            else:
                self.fail("more steps than anybody expects")

    def leftovers(self):
        """Temporary files of writes that never ended."""
        known = re.compile(r"/(patchStatus|journal)\.json|/assessments/[0-9a-f-]{36}\.json|/lock$|/firstSeen\.json")
        found = self.guest.shell(f"find {STATE} -type f").split()
        return [file for file in found if not known.search(file)]


    def test_between_removing_a_damaged_list_and_fetching_it(self):
        name = "_srv_repo_ubuntu_dists_jammy-security_main_binary-amd64_Packages"
        self.hold_refresh()
        self.guest.write(f"/var/lib/apt/lists/{name}", "")
        process = self.start("assess")
        self.guest.find_process("/usr/lib/apt/methods/http")
        self.guest.shell("kill -KILL $(pidof apt-get guestpatch)")
        process.wait(timeout=20)
        self.guest.shell("sed -i /silent/d /etc/apt/sources.list")
        found = self.guest.assess("--no-refresh", codes=[3])
        self.assertIn("jammy-security", str(found.own["blindSpots"]))
        self.assertEqual(found.compliance(), "Unknown")
        self.assertEqual(sorted(self.guest.assess(codes=[0]).patches), sorted(EXPECTED))


class FullDisk(GuestTest):
    def test_results_cannot_be_written(self):
        self.guest.assess()
        self.guest.shell(f"""
            cp -a {STATE} /tmp/kept
            mount -t tmpfs -o size=128k,mode=755 tmpfs {STATE}
            cp -a /tmp/kept/. {STATE}""")
        self.guest.run(["dd", "if=/dev/zero", f"of={STATE}/filler", "bs=1k"])
        before = self.guest.kept_results()
        done = self.guest.guestpatch("assess", "--json")
        self.assertEqual(done.code, 1, done)
        self.assertRegex((done.out + done.err).lower(), "no space left")
        self.guest.check_state()
        self.assertEqual(self.guest.kept_results(), before)
        self.guest.status()
        self.guest.path(f"{STATE}/filler").unlink()
        self.guest.assess(codes=[0])
        self.guest.check_state()

    def test_state_folder_read_only(self):
        self.guest.shell(f"mkdir -p {STATE}; mount -t tmpfs -o ro tmpfs {STATE}")
        done = self.guest.guestpatch("assess", "--json")
        self.assertEqual(done.code, 1, done)
        self.assertIn("error", done.out)


class Children(GuestTest):
    """How many programs one assessment starts by itself."""

    LIMITS = {"--no-refresh": 5, None: 6}

    def test_few(self):
        for option, limit in self.LIMITS.items():
            with self.subTest(option):
                command = [roots.PROGRAM, "assess", *filter(None, [option])]
                self.assertLessEqual(self.guest.children(command), limit)
