"""What cannot be seen is named, whatever the way a repository or its lists went bad; the rest is still assessed."""
import arrange
import repos
from guest import GuestTest
from test_patches import EXPECTED

SECURITY_LIST = "_srv_repo_ubuntu_dists_jammy-security_main_binary-amd64_Packages"


def without_lists(root):
    root.shell("rm -rf /var/lib/apt/lists/*")


def dead_security(root):
    """The security pocket moves to a closed port; its old lists go with it."""
    text = root.read("/etc/apt/sources.list").replace(f"file:{repos.REPO}/debian-security",
                                                      "http://127.0.0.1:9/debian-security")
    root.write("/etc/apt/sources.list", text)


def disc(root):
    root.write("/etc/apt/sources.list.d/disc.list", "deb cdrom:[A disc]/ bookworm main\n")


# name: (steps, code, a word its source must hold, patches that must still be listed, security hidden)
MISFORTUNES = {
    "dead http": ([arrange.dead_http], "SOURCE_UNREACHABLE", "127.0.0.1:9", EXPECTED, False),
    "dead security source": ([dead_security], "SOURCE_UNREACHABLE", "debian-security",
                             EXPECTED.keys() - {"gp-debian"}, True),
    "folder gone": ([arrange.gone_file], "SOURCE_UNREACHABLE", "/srv/repo/gone", EXPECTED, False),
    "bad signature, old lists": ([arrange.bad_signature], "SOURCE_UNTRUSTED", "jammy-security", EXPECTED, True),
    "bad signature, no lists": ([arrange.bad_signature, without_lists], "SOURCE_UNTRUSTED", "jammy-security",
                                ["gp-upd", "gp-debian", "gp-vendor"], True),
    "missing key": ([arrange.missing_key], "SOURCE_UNTRUSTED", "vendor", EXPECTED, False),
    "no longer signed": ([arrange.unsigned], "SOURCE_UNTRUSTED", "vendor", EXPECTED, False),
    "index missing": ([arrange.missing_packages], "SOURCE_UNREACHABLE", "vendor", EXPECTED, False),
    "index not what was signed": ([arrange.wrong_hash], "SOURCE_UNREACHABLE", "vendor", EXPECTED, False),
    "a disc": ([disc], "SOURCE_UNREACHABLE", "A disc", EXPECTED, False),
    "expired": ([arrange.expired], None, "vendor", EXPECTED, False),
    "signed in the future": ([arrange.clock_behind], None, "vendor", EXPECTED, False),
}


class Misfortunes(GuestTest):
    def test_each_is_named_and_the_rest_assessed(self):
        for name, (steps, code, word, remaining, security) in MISFORTUNES.items():
            with self.subTest(name):
                self.fresh()
                self.arrange(*steps)
                found = self.guest.assess(codes=[3])
                if code:
                    self.assertIn(code, found.codes())
                named = [spot for spot in found.own["blindSpots"] if word in spot["source"]]
                self.assertTrue(named, found.own["blindSpots"])
                self.assertEqual(found.document["status"], "CompletedWithWarnings")
                self.assertLessEqual(set(remaining), set(found.patches))
                if security:
                    self.assertEqual(found.compliance(), "Unknown")
                self.guest.check_state()

    def test_a_source_never_fetched_shows_without_refresh_too(self):
        self.arrange(arrange.never_fetched)
        found = self.guest.assess("--no-refresh", codes=[3])
        self.assertIn("SOURCE_NOT_FETCHED", found.codes())
        self.assertIn("/srv/repo/never", " ".join(found.sources("SOURCE_NOT_FETCHED")))

    def test_a_deleted_security_list_without_refresh(self):
        self.arrange(arrange.delete_list)
        found = self.guest.assess("--no-refresh", codes=[3])
        self.assertIn("SOURCE_NOT_FETCHED", found.codes())
        self.assertEqual(found.compliance(), "Unknown")

    def test_a_deleted_list_comes_back(self):
        self.arrange(arrange.delete_list)
        found = self.guest.assess(codes=[0])
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_lists_and_sources_differ_by_options(self):
        """A dead repository in deb822 form with several suites."""
        self.guest.write("/etc/apt/sources.list.d/dead.sources", f"""\
Types: deb deb-src
URIs: http://127.0.0.1:9/dead
Suites: one two
Components: main extra
Signed-By: {repos.KEYRING}
""")
        found = self.guest.assess(codes=[3])
        self.assertTrue(any("127.0.0.1:9/dead" in source for source in found.sources("SOURCE_UNREACHABLE")))
        self.assertLessEqual(set(EXPECTED), set(found.patches))

    def test_a_disabled_source_is_no_source(self):
        self.guest.write("/etc/apt/sources.list.d/dead.sources", f"""\
Enabled: no
Types: deb
URIs: http://127.0.0.1:9/dead
Suites: one
Components: main
""")
        self.assertEqual(self.guest.assess(codes=[0]).codes(), set())


class DamagedLists(GuestTest):
    """What a power cut leaves behind, and apt never repairs by itself."""

    DAMAGES = {
        "empty": b"",
        "half": None,
        "garbage": b"\0" * 4096,
    }

    def damage(self, content):
        file = self.guest.path(f"/var/lib/apt/lists/{SECURITY_LIST}")
        whole = file.read_bytes()
        file.write_bytes(whole[:len(whole) // 2] if content is None else content)

    def test_rebuilt_noted_and_the_patches_found(self):
        for name, content in self.DAMAGES.items():
            with self.subTest(name):
                self.fresh()
                self.damage(content)
                found = self.guest.assess(codes=[0])
                self.assertIn("LISTS_REBUILT", found.notes())
                self.assertEqual(sorted(found.patches), sorted(EXPECTED))
                self.assertEqual(found.codes(), set())
                self.assertEqual(self.guest.assess(codes=[0]).notes(), set())

    def test_over_http(self):
        self.arrange(arrange.empty_list_http)
        found = self.guest.assess(codes=[0])
        self.assertIn("LISTS_REBUILT", found.notes())
        self.assertEqual(sorted(found.patches), sorted(EXPECTED))

    def test_still_empty_after_a_refresh(self):
        """The repository has meanwhile died: nothing to rebuild from."""
        self.arrange(arrange.empty_list_http)
        self.guest.shell("sed -i s/:8080/:9/ /etc/apt/sources.list")
        for file in list(self.guest.path("/var/lib/apt/lists").glob("127.0.0.1:8080_*")):
            file.rename(file.with_name(file.name.replace(":8080", ":9")))
        found = self.guest.assess(codes=[3])
        self.assertTrue(found.codes() & {"LIST_EMPTY", "SOURCE_NOT_FETCHED", "SOURCE_UNREACHABLE"})
        self.assertNotEqual(found.compliance(), "Compliant")

    def test_an_empty_list_is_named_without_refresh(self):
        self.damage(b"")
        found = self.guest.assess("--no-refresh", codes=[3])
        self.assertIn("LIST_EMPTY", found.codes())
        self.assertIn("jammy-security", " ".join(found.sources("LIST_EMPTY")))
        self.assertEqual(found.compliance(), "Unknown")


class NoSources(GuestTest):
    def test_none_at_all(self):
        repos.set_sources(self.guest)
        for options in ([], ["--no-refresh"]):
            with self.subTest(options):
                found = self.guest.assess(*options, codes=[3])
                self.assertIn("NO_SOURCES", found.codes())
                self.assertEqual(found.compliance(), "Unknown")
                self.assertEqual(found.patches, {})

    def test_no_security_source(self):
        repos.set_sources(self.guest, repos.source_line("ubuntu", "jammy"),
                          repos.source_line("ubuntu", "jammy-updates"))
        found = self.guest.assess(codes=[3])
        self.assertIn("NO_SECURITY_SOURCE", found.codes())
        self.assertEqual(found.compliance(), "Unknown")
        self.assertIn("gp-upd", found.patches)

    def test_security_lists_of_a_removed_source_do_not_count(self):
        repos.set_sources(self.guest, repos.source_line("ubuntu", "jammy"))
        self.assertIn("NO_SECURITY_SOURCE", self.guest.assess("--no-refresh", codes=[3]).codes())
