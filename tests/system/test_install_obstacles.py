"""No archive, no room, no lock, no time: what can go in goes in, the machine stays sound, the rest is named."""
import json
import os
import signal
import subprocess

import arrange
from guest import parse
from install_guest import Installation, InstallTest
from install_world import PLAIN

ARCHIVES = "/var/cache/apt/archives"
DPKG_LOCK = "/var/lib/dpkg/lock-frontend"
SMALL = "8m"


def stalls_are_short(root):
    root.write("/etc/apt/apt.conf.d/99timeout", 'Acquire::http::Timeout "1";\n')


class Downloads(InstallTest):
    FAULTS = ("missing", "broken off", "altered", "never ends")

    def test_one_archive_fails(self):
        for fault in self.FAULTS:
            with self.subTest(fault):
                self.fresh()
                self.arrange(stalls_are_short)
                mirror = self.mirror()
                mirror.faults["gi-berry_1.1"] = fault
                found = self.guest.install(codes=[3])
                self.assertEqual(found.outcome(), {"gi-apple": "Installed", "gi-cherry": "Installed",
                                                   "gi-berry": ("Failed", "DOWNLOAD_FAILED")})
                mirror.faults.clear()
                self.assertEqual(self.guest.install().states(), {"Installed": {"gi-berry"}})
                self.guest.check_idle()

    def test_all_fail(self):
        mirror = self.mirror()
        mirror.faults["/pool/"] = "missing"
        found = self.guest.install(codes=[1])
        self.assertEqual(found.outcome(), dict.fromkeys(PLAIN, ("Failed", "DOWNLOAD_FAILED")))
        self.assertEqual(found.status, "Failed")
        self.guest.check_idle()

    def test_a_new_dependency_fails(self):
        self.on("dependency", "plain")
        self.mirror().faults["gi-newer_2.0"] = "missing"
        found = self.guest.install(codes=[3])
        self.assertEqual(found.outcome()["gi-newer"], ("Failed", "DOWNLOAD_FAILED"))
        self.assertLessEqual({*PLAIN, "gi-library"}, found.states()["Installed"])
        self.guest.check_idle()

    def test_the_repository_changes_after_the_refresh(self):
        """The version assessed is gone; a newer one is not what was asked for."""
        mirror = self.mirror()

        def gone():
            self.guest.path("/srv/repo/debian-security/pool/plain/gi-berry_1.1_all.deb").unlink(missing_ok=True)

        mirror.faults["/pool/"] = gone
        found = self.guest.install(codes=[3])
        self.assertEqual(found.states()["Installed"], {"gi-apple", "gi-cherry"})


class FullDisk(InstallTest):
    suites = ("plain", "big")

    def small(self, folder, size=SMALL):
        self.guest.shell(f"mkdir -p {folder}; mount -t tmpfs -o size={size},mode=755 tmpfs {folder}")

    def then_with_room(self, folder):
        """The machine is sound at once, and complete as soon as there is room."""
        self.guest.check_idle()
        self.guest.shell(f"umount {folder}")
        self.assertIn("gi-big", self.guest.install().states()["Installed"])
        self.assertEqual(self.guest.packages().unsound(), set())

    def test_archives_do_not_fit(self):
        self.mirror()
        self.small(ARCHIVES)
        found = self.guest.install(codes=[1, 3])
        self.assertEqual(found.reason("gi-big"), "DISK_FULL")
        self.assertNotEqual(found.state("gi-big"), "Installed")
        self.then_with_room(ARCHIVES)

    def test_files_do_not_fit(self):
        """On a file system of their own, where nobody can know it beforehand."""
        self.small("/opt/gi-big")
        found = self.guest.install(codes=[3])
        self.assertEqual(found.outcome(), {**dict.fromkeys(PLAIN, "Installed"), "gi-big": ("Failed", "DISK_FULL")})
        self.then_with_room("/opt/gi-big")

    def test_the_package_database_cannot_grow(self):
        self.guest.shell("""
            cp -a /var/lib/dpkg /tmp/kept
            mount -t tmpfs -o size=24m,mode=755 tmpfs /var/lib/dpkg
            cp -a /tmp/kept/. /var/lib/dpkg
            dd if=/dev/zero of=/var/lib/dpkg/filler bs=1k 2>/dev/null || :""")
        found = self.guest.install(codes=[1, 3])
        self.assertNotIn("Installed", found.states())
        self.assertIn("DISK_FULL", {found.reason(name) for name in PLAIN})
        self.guest.path("/var/lib/dpkg/filler").unlink()
        self.guest.install()
        self.assertEqual({self.guest.packages().version(name) for name in PLAIN}, {"1.1"})

    def test_the_state_cannot_be_written(self):
        """Nothing is begun that could not be accounted for."""
        self.guest.shell("mkdir -p /var/lib/guestpatch; mount -t tmpfs -o size=64k,mode=755 tmpfs /var/lib/guestpatch")
        self.guest.run(["dd", "if=/dev/zero", "of=/var/lib/guestpatch/filler", "bs=1k"])
        before = self.guest.packages()
        done = self.guest.guestpatch("install", "--json")
        self.assertEqual(done.code, 1, done)
        self.assertRegex((done.out + done.err).lower(), "no space left")
        self.assertEqual(self.guest.packages(), before)


class Locks(InstallTest):
    """Another package manager is faster: it takes the lock between plan and installation."""

    def taken_meanwhile(self, path=DPKG_LOCK):
        mirror = self.mirror()

        def take():
            if not self.guest.pids("python3"):
                arrange.lock_held(path)(self.guest)

        mirror.faults["/pool/"] = take

    def release(self):
        for pid in self.guest.pids("python3"):
            os.kill(pid, signal.SIGKILL)

    def test_released_while_waited_for(self):
        before = self.guest.packages()
        self.taken_meanwhile()
        process = self.start("install", "--json", "--progress", "plain")
        line = ""
        while "python3" not in line:
            line = process.stderr.readline()
            self.assertTrue(line, "nobody named the holder")
        self.assertRegex(line, r"\b\d+\b")
        self.release()
        found = self.guest.checked(self.wait_for(process), before)
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})

    def test_never_released(self):
        self.taken_meanwhile()
        found = self.guest.install("--maximum-duration", "PT1M35S", "--reboot", "Never", codes=[1])
        self.assertEqual({found.reason(name) for name in PLAIN}, {"LOCK_HELD"})
        self.assertRegex(json.dumps(found.document["error"]), r"python3")
        self.release()
        self.assertEqual(self.guest.install().states(), {"Installed": set(PLAIN)})


    def test_removed_while_waited_for(self):
        """What the administrator removed meanwhile is not brought back."""
        self.taken_meanwhile()
        process = self.start("install", "--json", "--progress", "plain")
        while "python3" not in process.stderr.readline():
            self.assertIsNone(process.poll())
        self.guest.run(["dpkg", "--remove", "gi-apple"], environment={"DPKG_FRONTEND_LOCKED": "1"}, check=True)
        self.release()
        done = self.wait_for(process)
        found = Installation(parse(done))
        self.assertEqual(found.outcome()["gi-apple"], ("Failed", "SUPERSEDED"))
        self.assertIsNone(self.guest.packages().version("gi-apple"))
        self.assertEqual(found.states()["Installed"], set(PLAIN) - {"gi-apple"})


class Windows(InstallTest):
    """First estimates: 60 s a batch, 10 s a package, 1 s a megabyte."""

    suites = ("plain", "big")
    LATE = ("Pending", "NO_TIME_LEFT")

    # arguments: who goes in
    TABLE = {
        ("--maximum-duration", "PT1M45S", "--reboot", "Never"): {"gi-apple", "gi-berry"},  # gi-big needs 112 s
        ("--maximum-duration", "PT1M", "--reboot", "Never"): set(),
        ("--maximum-duration", "PT24M"): set(),  # 23 of them are kept for a reboot
        ("--maximum-duration", "PT30M"): {"gi-apple", "gi-berry", "gi-big", "gi-cherry"},
    }

    def test_no_batch_starts_that_does_not_fit(self):
        for arguments, within in self.TABLE.items():
            with self.subTest(arguments):
                self.fresh()
                self.mirror()
                late = {"gi-apple", "gi-berry", "gi-big", "gi-cherry"} - within
                found = self.guest.install(*arguments, codes=[3 if late else 0])
                self.assertEqual(found.outcome(),
                                 {**dict.fromkeys(within, "Installed"), **dict.fromkeys(late, self.LATE)})
                self.assertIs(found.document["maintenanceWindowExceeded"], bool(late))
                self.guest.check_idle()

    def test_a_slow_batch_leaves_no_time_for_the_next(self):
        """The clock of the wall runs on while the first batch takes its time."""
        self.on("many")
        before = self.guest.packages()
        gate = self.gate("gi-many-001")
        process, _ = self.running_install("--maximum-duration", "PT80S", "--reboot", "Never")
        gate.reached()
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(timeout=12)  # both clocks of the program are the machine's own: time has to pass
        gate.open()
        found = self.guest.checked(self.wait_for(process), before, codes=[3])
        self.assertEqual(found.states()["Installed"], {"gi-many-001"})
        self.assertEqual({found.outcome()[name] for name in found.states()["Pending"]}, {self.LATE})
