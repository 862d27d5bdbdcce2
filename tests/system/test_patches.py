"""What is listed, as what, and that it is the set apt itself would install."""
import arrange
import repos
from guest import Guest, GuestTest

SECURITY, OTHER = "Security", "Other"

# name: (version, classification, heldBack, installed version)
EXPECTED = {
    "gp-sec": ("1.1", SECURITY, None, "1.0"),
    "gp-upd": ("1.1", OTHER, None, "1.0"),
    "gp-both": ("1.2", SECURITY, None, "1.0"),  # evidence in the security pocket, candidate from -updates
    "gp-held": ("1.1", SECURITY, "held", "1.0"),
    "gp-phased": ("1.1", OTHER, "phased", "1.0"),
    "gp-phased-sec": ("1.2", SECURITY, None, "1.0"),  # apt does not phase what has a security version
    "gp-pin-version": ("1.1", SECURITY, "pinned", "1.0"),
    "gp-pin-release": ("1.1", SECURITY, "pinned", "1.0"),
    "gp-pin-never": ("1.1", SECURITY, "pinned", "1.0"),
    "gp-remover": ("1.1", OTHER, "wouldRemove", "1.0"),
    "gp-pull": ("1.1", OTHER, None, "1.0"),
    "gp-new": ("2.0", OTHER, None, None),
    "gp-broken": ("1.1", OTHER, "keptBack", "1.0"),
    "linux-image-gp": ("5.15.0.2", SECURITY, None, "5.15.0.1"),
    "linux-image-5.15.0-2-gp": ("5.15.0-2.2", SECURITY, None, None),
    "gp-esm": ("1.0+esm1", SECURITY, None, "1.0"),
    "gp-epoch": ("1:1.0-1", SECURITY, None, "2.0"),
    "gp-plus++": ("1.1", SECURITY, None, "1.0"),
    "gp-tilde": ("1.0-1+b1", OTHER, None, "1.0~rc1-1"),
    "gp-lib": ("1.1", SECURITY, None, "1.0"),
    "gp-lib:i386": ("1.1", SECURITY, None, "1.0"),
    "gp-foreign:i386": ("1.1", SECURITY, None, "1.0"),
    "gp-vendor": ("9.0", OTHER, None, "1.0"),
    "gp-fixed": ("1.2", OTHER, None, "1.1"),  # the security version is the one installed
    "gp-halfway": ("1.1", OTHER, None, "1.0"),  # a pin prefers this to the security version 1.2: see HALFWAY
    "gp-backport": ("1.1~bpo1", OTHER, None, "1.0~bpo1"),
    "gp-debian": ("1.0+deb12u1", SECURITY, None, "1.0"),
}
HALFWAY = ("gp-halfway", "1.2")  # the second row of that package
PAIRS = {(name, version) for name, (version, *_) in EXPECTED.items()} | {HALFWAY}
REASONS = {None: None, "held": "HELD", "pinned": "PINNED", "phased": "PHASED", "keptBack": "KEPT_BACK",
           "wouldRemove": "WOULD_REMOVE"}


class ThePatches(GuestTest):
    """One assessment, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.machine = Guest()
        cls.addClassCleanup(cls.machine.__exit__)
        cls.before = cls.machine.fingerprint()
        cls.assessment = cls.machine.assess(codes=[0])

    def setUp(self):
        self.guest = self.machine

    def test_each_package_is_what_its_name_says(self):
        self.assertEqual(self.assessment.pairs(), PAIRS)
        for name, (version, classification, held, installed) in EXPECTED.items():
            patch = self.assessment.patches[name]
            own = patch["guestpatch"]
            with self.subTest(name):
                self.assertEqual(patch["version"], version)
                self.assertEqual(patch["classifications"], [classification])
                self.assertEqual(own.get("heldBack"), held)
                self.assertEqual(own.get("reason"), self.reason(held, classification))
                self.assertEqual(own.get("installedVersion"), installed)
                self.assertEqual(patch["assessmentState"], "Available")
                self.assertRegex(own["firstSeen"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_security_version_pinned_away_has_a_row_of_its_own(self):
        patch = self.assessment.rows[HALFWAY]
        self.assertEqual(patch["classifications"], [SECURITY])
        self.assertEqual(patch["guestpatch"]["heldBack"], "pinned")

    @staticmethod
    def reason(held, classification):
        """Why it would not go in by default: Critical and Security are selected, others are not."""
        return REASONS[held] or (None if classification == SECURITY else "NOT_SELECTED")

    def test_the_same_set_as_the_resolver(self):
        held_for_removal = self.assessment.held_back("wouldRemove")
        self.assertEqual(self.assessment.installable() | held_for_removal, self.guest.simulated())

    def test_the_package_database_agrees(self):
        versions = dict(line.split(" ") for line in self.guest.shell(
            r"dpkg-query -W -f '${binary:Package} ${Version}\n'").splitlines())
        for name, patch in self.assessment.patches.items():
            if installed := patch["guestpatch"].get("installedVersion"):
                with self.subTest(name):
                    self.assertEqual(installed, versions.get(name) or versions[f"{name}:amd64"])
                    self.guest.run(["dpkg", "--compare-versions", patch["version"], "gt", installed], check=True)
        holds = self.guest.shell("apt-mark showhold").split()
        self.assertEqual({name for name, _ in self.assessment.held_back("held")}, set(holds))

    def test_the_counts_add_up(self):
        document = self.assessment.document
        classes = [patch["classifications"][0] for patch in document["availablePatches"]]
        self.assertEqual(document["criticalAndSecurityPatchCount"], classes.count(SECURITY))
        self.assertEqual(document["otherPatchCount"], classes.count(OTHER))
        self.assertEqual(document["status"], "Succeeded")

    def test_architecture_and_source_are_named(self):
        self.assertEqual(self.assessment.patches["gp-lib:i386"]["guestpatch"]["architecture"], "i386")
        for name, where in {"gp-sec": "jammy-security", "gp-both": "jammy-updates", "gp-vendor": "vendor",
                            "gp-debian": "bookworm-security"}.items():
            with self.subTest(name):
                self.assertIn(where, self.assessment.patches[name]["guestpatch"]["source"])

    def test_nothing_of_the_machine_changed(self):
        self.assertEqual(self.guest.fingerprint(), self.before)

    def test_a_second_assessment_says_the_same(self):
        again = self.guest.assess(codes=[0])
        self.assertEqual(again.pairs(), self.assessment.pairs())
        self.assertEqual({n: p["guestpatch"]["firstSeen"] for n, p in again.patches.items()},
                         {n: p["guestpatch"]["firstSeen"] for n, p in self.assessment.patches.items()})

    def test_the_result_is_on_disk_and_in_the_status(self):
        activity = self.assessment.document["assessmentActivityId"]
        self.assertEqual(self.guest.kept_results()[f"{activity}.json"], self.assessment.document)
        self.guest.check_state()
        summary = self.guest.status()["patchStatus"]["availablePatchSummary"]
        self.assertEqual(summary["criticalAndSecurityPatchCount"],
                         self.assessment.document["criticalAndSecurityPatchCount"])

    def test_fresh_patches_are_no_breach_yet(self):
        self.assertEqual(self.assessment.compliance(), "Compliant")


class Machines(GuestTest):
    """Other machines, other policies."""

    def test_default_release_pins_a_security_pocket_away(self):
        self.arrange(arrange.default_release)
        patch = self.guest.assess("--no-refresh").patches["gp-debian"]
        self.assertEqual(patch["classifications"], [SECURITY])
        self.assertEqual(patch["guestpatch"]["heldBack"], "pinned")
        self.assertEqual(patch["version"], "1.0+deb12u1")

    def test_an_essential_package_stays(self):
        self.arrange(arrange.essential_removed)
        found = self.guest.assess("--no-refresh")
        self.assertIn(("gp-vendor", "9.1"), found.held_back("keptBack") | found.held_back("wouldRemove"))
        self.assertEqual(found.installable(), self.guest.simulated() - found.held_back("wouldRemove"))

    def test_a_forced_downgrade_hides_nothing(self):
        self.arrange(arrange.downgrade)
        found = self.guest.assess("--no-refresh")
        self.assertEqual(found.installable() | found.held_back("wouldRemove"),
                         {pair for pair in self.guest.simulated() if pair[0] != "gp-sec"})

    def test_a_repository_without_folders(self):
        self.arrange(arrange.flat)
        found = self.guest.assess("--no-refresh")
        self.assertEqual(found.patches["gp-upd"]["version"], "3.0")
        self.assertEqual(found.codes(), set())

    def test_an_empty_component_is_no_blind_spot(self):
        self.arrange(arrange.empty_component)
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual(found.codes(), set())

    def test_compressed_lists(self):
        self.arrange(arrange.compressed_lists)
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_nothing_to_do(self):
        self.guest.shell("apt-mark unhold gp-held; rm /etc/apt/preferences.d/tests; apt-get -y purge gp-broken")
        self.guest.shell("apt-get -y -o APT::Get::Always-Include-Phased-Updates=true dist-upgrade")
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual(found.patches, {})
        self.assertEqual(found.compliance(), "Compliant")

    def test_more_patches_than_one_line_holds(self):
        """Whatever is asked about by name, hundreds of names must fit."""
        many = [f"gp-with-quite-a-long-name-{number}" for number in range(300)]
        repos.add(self.guest, "debian-security", "bookworm-security", [(name, "2.0") for name in many])
        repos.publish(self.guest, "debian-security", "bookworm-security")
        status = self.guest.read("/var/lib/dpkg/status")
        stanza = status.split("Package: gp-sec\n")[1].split("\n\n")[0]
        for name in many:
            status += f"Package: {name}\n{stanza}\n\n"
            self.guest.write(f"/var/lib/dpkg/info/{name}.list", "/.\n")
        self.guest.write("/var/lib/dpkg/status", status)
        found = self.guest.assess(codes=[0])
        self.assertEqual(found.installable() | found.held_back("wouldRemove"), self.guest.simulated())
        self.assertEqual(len([name for name in found.patches if name in many]), 300)


class Selection(GuestTest):
    """What an installation would take; every row needs only one look at the same machine."""

    # arguments: {name: reason it would be left out}
    TABLE = {
        ("--exclude", "gp-s*"): {"gp-sec": "EXCLUDED", "gp-upd": "NOT_SELECTED", "gp-held": "HELD"},
        ("--exclude", "gp-lib"): {"gp-lib": "EXCLUDED", "gp-lib:i386": "EXCLUDED", "gp-sec": None},
        ("--include", "gp-upd"): {"gp-upd": None, "gp-sec": None, "gp-vendor": "NOT_SELECTED"},
        ("--include", "gp-upd=1.*"): {"gp-upd": None},
        ("--include", "gp-upd=9.9"): {"gp-upd": "NOT_SELECTED"},
        ("--include", "gp-upd", "--exclude", "gp-upd"): {"gp-upd": "EXCLUDED"},
        ("--include", "gp-plus++"): {"gp-plus++": None},
        ("--classifications", "Other"): {"gp-upd": None, "gp-sec": "NOT_SELECTED"},
        ("--classifications", "none", "--include", "gp-upd"): {"gp-upd": None, "gp-sec": "NOT_SELECTED"},
        ("--include", "gp-held"): {"gp-held": "HELD"},
    }

    def test_reasons(self):
        for arguments, reasons in self.TABLE.items():
            with self.subTest(arguments):
                found = self.guest.assess("--no-refresh", *arguments, codes=[0])
                self.assertEqual(found.pairs(), PAIRS)
                self.assertEqual({name: found.patches[name]["guestpatch"].get("reason") for name in reasons}, reasons)

    def test_refused_before_anything_is_done(self):
        for arguments in (["--classifications", "none"], ["--classifications", "Bogus"], ["--include", ""],
                          ["--max-publish-date", "2020-01-01T00:00:00Z"], ["--max-publish-date", "yesterday"]):
            with self.subTest(arguments):
                done = self.guest.guestpatch("assess", *arguments)
                self.assertEqual(done.code, 2, done)
                self.assertEqual(done.out, "")
                self.assertFalse(self.guest.path("/var/lib/guestpatch").exists())

    def test_the_age_of_the_lists_is_told(self):
        self.guest.set_origin_time("/var/lib/apt/lists", "3 hours ago")
        done = self.guest.guestpatch("assess", "--no-refresh")
        self.assertRegex(done.out + done.err, r"\b3 ?h")
        self.assertRegex(self.guest.assess("--no-refresh").own["metadataAge"], r"^PT3H")
