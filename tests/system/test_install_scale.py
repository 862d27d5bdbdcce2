"""Three hundred packages: several batches, one report."""
from install_guest import InstallTest
from install_world import MANY


class Many(InstallTest):
    suites = ("many",)

    def test_all_of_them(self):
        found = self.guest.install()
        self.assertEqual(sorted(found.states()["Installed"]), MANY)
        self.assertGreater(found.own["batches"], 4)
        self.assertEqual(self.guest.assess(codes=[0]).patches, {})
        self.guest.check_idle()

    def test_most_of_them_excluded(self):
        found = self.guest.install("--exclude", "gi-many-1*", "--exclude", "gi-many-2??")
        self.assertEqual(sorted(found.states()["Installed"]), [*MANY[:99], MANY[-1]])

    def test_bad_ones_in_between(self):
        self.on("many", "preinst", "postinst")
        found = self.guest.install(codes=[3])
        self.assertEqual(sorted(found.states()["Installed"]), MANY)
        self.assertEqual(found.states()["Failed"], {"gi-preinst", "gi-postinst"})
