"""What somebody else's interrupted run left behind is put right first, and reported."""
import arrange
import repos
from install_guest import InstallTest
from install_world import FLAKY
from test_patches import EXPECTED, SECURITY

WANTED = {name for name, (_, classification, held, _) in EXPECTED.items() if classification == SECURITY and not held}
CONFIGURED, REPAIRED, REINSTALLED = "PACKAGES_CONFIGURED", "DEPENDENCIES_REPAIRED", "PACKAGES_REINSTALLED"


def once_failed(root):
    repos.build_deb(root.path("/tmp"), "gi-flaky", "1.0", {"scripts": {"postinst": FLAKY}})
    root.run(["dpkg", "-i", "/tmp/gi-flaky_1.0_all.deb"])


def half_installed_by_a_kill(root):
    """Really killed in the middle of unpacking."""
    repos.build_deb(root.path("/tmp"), "gp-sec", "1.05", {"scripts": {"preinst": "kill -KILL $PPID\n"}})
    root.run(["dpkg", "-i", "/tmp/gp-sec_1.05_all.deb"])


def lists_emptied(root):
    arrange.half_installed(root)
    arrange.empty_list(root)


class Repairs(InstallTest):
    suites = ()

    # what happened: the note about it
    TABLE = {
        once_failed: CONFIGURED,
        arrange.unpacked: CONFIGURED,
        arrange.interrupted: CONFIGURED,
        arrange.half_installed: REINSTALLED,
        half_installed_by_a_kill: REINSTALLED,
        lists_emptied: REINSTALLED,
        arrange.broken_fixable: REPAIRED,
    }

    def test_repaired_and_everything_in(self):
        for step, note in self.TABLE.items():
            with self.subTest(step.__name__):
                self.fresh()
                self.arrange(step)
                found = self.guest.install()
                self.assertIn(note, found.notes())
                self.assertLessEqual(WANTED - {"gp-sec"}, found.states()["Installed"])
                self.assertEqual(self.guest.packages().version("gp-sec"), "1.1")
                self.assertEqual(self.guest.packages().unsound(), set())
                self.guest.check_idle()
                self.assertEqual(self.guest.install().notes(), set())

    def test_what_nobody_can_repair_keeps_little_from_going_in(self):
        self.arrange(arrange.half_configured)
        found = self.guest.install(codes=[3])
        self.assertEqual(found.states()["Installed"], WANTED)
        self.assertEqual(self.guest.packages().unsound(), {"gp-fail"})
        self.assertIn("gp-fail", str(found.document))

    def test_unmet_dependencies_nobody_can_meet(self):
        """apt's only answer would be to remove the package."""
        self.arrange(arrange.broken)
        found = self.guest.install(codes=[1, 3])
        self.assertIn("gp-needy", str(found.document))
        self.assertEqual(self.guest.packages().version("gp-needy"), "1.0")

    def test_a_dry_run_repairs_nothing(self):
        self.arrange(once_failed)
        before = self.guest.fingerprint()
        self.assertIn(self.guest.guestpatch("install", "--dry-run", "--json").code, (0, 3))
        self.assertEqual(self.guest.fingerprint(), before)
