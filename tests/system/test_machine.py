"""Locks held by others, packages an interrupted run left behind, an operating system past its end."""
import os
import signal
import time

import arrange
import repos
import roots
from guest import GuestTest
from test_patches import EXPECTED

LISTS_LOCK = "/var/lib/apt/lists/lock"


class Locks(GuestTest):
    def hold(self, path, seconds):
        holder = self.guest.popen(["python3", "-c", f"""
import fcntl, time
held = open({path!r}, "a")
fcntl.lockf(held, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep({seconds})"""])
        self.assertEqual(holder.stdout.readline(), "held\n")
        self.addCleanup(self._reap, holder)
        return holder

    def test_a_refresh_waits_for_the_lists(self):
        self.hold(LISTS_LOCK, 2)
        started = time.monotonic()
        found = self.guest.assess(codes=[0])
        self.assertGreater(time.monotonic() - started, 1)
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_without_refresh_nobody_waits(self):
        self.hold(LISTS_LOCK, 600)
        started = time.monotonic()
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_waiting_ends_on_ctrl_c(self):
        self.hold(LISTS_LOCK, 600)
        process = self.start("assess", "--json")
        inside = self.guest.find_process(f"{roots.PROGRAM} assess")
        time.sleep(1)
        started = time.monotonic()
        os.kill(inside, signal.SIGINT)
        self.wait_for(process)
        self.assertLess(time.monotonic() - started, 5)
        self.guest.check_state()

    def test_the_lock_of_dpkg_disturbs_nothing(self):
        self.hold("/var/lib/dpkg/lock-frontend", 600)
        self.hold("/var/lib/dpkg/lock", 600)
        found = self.guest.assess(codes=[0])
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))


class BrokenPackages(GuestTest):
    # step: (name of the broken package, whether apt still has a plan)
    BREAKAGES = {
        arrange.half_configured: ("gp-fail", True),
        arrange.unpacked: ("gp-unpacked", True),
        arrange.half_installed: ("gp-sec", True),
        arrange.interrupted: ("gp-sec", True),
        arrange.broken: ("gp-needy", False),
        arrange.broken_fixable: ("gp-needy", False),
    }

    def test_named_and_the_rest_assessed(self):
        for step, (name, planned) in self.BREAKAGES.items():
            with self.subTest(step.__name__):
                self.fresh()
                self.arrange(step)
                before = self.guest.fingerprint()
                found = self.guest.assess("--no-refresh", codes=[3])
                self.assertTrue(found.codes() & {"PACKAGES_BROKEN", "RESOLVER_FAILED"}, found.codes())
                self.assertIn(name, str(found.own["blindSpots"]))
                self.assertLessEqual(set(EXPECTED) - {name, "gp-new", "linux-image-5.15.0-2-gp"},
                                     set(found.patches))
                if planned:
                    self.assertIn("PACKAGES_BROKEN", found.codes())
                    self.assertEqual(found.installable() | found.held_back("wouldRemove"), self.guest.simulated())
                self.assertEqual(self.guest.fingerprint(), before)


class EndOfSupport(GuestTest):
    CSV = "/usr/share/distro-info/debian.csv"

    def supported_until(self, day):
        text = self.guest.read(self.CSV).replace(roots.SUPPORTED_UNTIL, day)
        self.guest.write(self.CSV, text)

    def test_over(self):
        self.supported_until("2020-01-01")
        found = self.guest.assess("--no-refresh", codes=[3])
        self.assertIn("OS_END_OF_SUPPORT", found.codes())
        self.assertEqual(found.compliance(), "Unknown")
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_os_release_speaks_first(self):
        path = "/usr/lib/os-release"
        self.guest.write(path, self.guest.read(path) + "SUPPORT_END=2020-01-01\n")
        self.assertIn("OS_END_OF_SUPPORT", self.guest.assess("--no-refresh", codes=[3]).codes())

    def test_soon_over_is_announced(self):
        self.supported_until(time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400)))
        found = self.guest.assess("--no-refresh")
        self.assertIn("support", str(found.own["compliance"]["reasons"]) + str(found.own["blindSpots"]))
        self.assertNotEqual(found.compliance(), "Unknown")

    def test_long_supported(self):
        self.assertEqual(self.guest.assess("--no-refresh", codes=[0]).codes(), set())


class Clock(GuestTest):
    def test_metadata_from_the_future(self):
        """The clock was set back."""
        self.guest.set_origin_time("/var/lib/apt/lists", "2099-01-01")
        found = self.guest.assess("--no-refresh")
        self.assertNotIn("-", found.own.get("metadataAge", "PT0S"))
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_results_from_the_future(self):
        self.guest.assess("--no-refresh")
        for file in self.guest.path("/var/lib/guestpatch").rglob("*.json"):
            file.write_text(file.read_text().replace(time.strftime("%Y-"), "2099-"))
        self.guest.status()
        self.assertEqual(sorted(self.guest.assess("--no-refresh").patches), sorted(EXPECTED))
        self.guest.check_state()


class FirstSeen(GuestTest):
    def first_seen(self, name):
        return self.guest.assess(codes=[0]).patches[name]["guestpatch"]["firstSeen"]

    def publish(self, pocket, version, name="gp-sec"):
        repos.add(self.guest, *pocket, [(name, version)])
        repos.publish(self.guest, *pocket)
        time.sleep(1.1)  # instants on the wire are whole seconds

    def test_kept_across_a_newer_candidate(self):
        first = self.first_seen("gp-sec")
        self.publish(("ubuntu", "jammy-security"), "1.2")
        self.assertEqual(self.first_seen("gp-sec"), first)

    def test_begins_anew_after_a_break(self):
        first = self.first_seen("gp-sec")
        self.guest.shell("apt-get -y install gp-sec")
        self.assertNotIn("gp-sec", self.guest.assess(codes=[0]).patches)
        self.publish(("ubuntu", "jammy-security"), "1.2")
        self.assertGreater(self.first_seen("gp-sec"), first)

    def test_begins_anew_when_it_becomes_security(self):
        first = self.first_seen("gp-upd")
        self.publish(("ubuntu", "jammy-security"), "1.2", "gp-upd")
        self.assertGreater(self.first_seen("gp-upd"), first)

    def test_pending_too_long_is_a_breach(self):
        self.guest.write("/etc/guestpatch/config.d/10-age.json", '{"compliance": {"maxAge": "PT1S"}}')
        self.guest.assess("--no-refresh", codes=[0])
        time.sleep(2.1)
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual(found.compliance(), "NonCompliant")
        self.assertTrue(found.own["compliance"]["reasons"])
        self.assertRegex(found.own["oldestPending"], r"^\d{4}-.*Z$")
