"""Machines as administrators made them: strange settings change nothing, broken ones are never a clean bill."""
import arrange
import repos
from guest import GuestTest, parse
from test_patches import EXPECTED, PAIRS


def setting(text):
    return lambda root: root.write("/etc/apt/apt.conf.d/99tests", text + "\n")


def autoremovable(root):
    """An upgrade of theirs would also sweep away what nobody needs any more; no patch is to blame for that."""
    root.shell("apt-mark auto gp-local gp-current")
    setting('APT::Get::AutomaticRemove "true";')(root)


def lists_elsewhere(root):
    setting('Dir::State::lists "/srv/lists";')(root)
    root.shell("mv /var/lib/apt/lists /srv/lists")


def cache_read_only(root):
    root.shell("rm /var/cache/apt/*.bin; mount --bind /var/cache/apt /var/cache/apt; "
               "mount -o remount,ro,bind /var/cache/apt")


def downloaded_already(root):
    """What lies in apt's own archive has no address to fetch from."""
    root.shell("cp /srv/repo/ubuntu/pool/jammy-security/gp-sec_1.1_all.deb /var/cache/apt/archives/")


# Some touch the refresh as well; the others only what is asked after it.
STRANGE_REFRESH = {
    "quiet": setting('quiet "2";'),
    "keeps lists": setting('APT::Get::List-Cleanup "false";'),
    "read-only cache": cache_read_only,
    "lists elsewhere": lists_elsewhere,
    "own status channel": setting('APT::Status-Fd "2";'),
    "own error mode": setting('APT::Update::Error-Mode "persistent-failure";'),
    "hooks": setting('APT::Update::Post-Invoke-Success { "touch /tmp/hook; echo hello"; };'),
}
STRANGE = {
    "assume no": setting('APT::Get::Assume-No "true";'),
    "download only": setting('APT::Get::Download-Only "true";'),
    "autoremove": autoremovable,
    "no caches": setting('Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";'),
    "compressed lists": arrange.compressed_lists,
    "talkative": setting('Debug::pkgProblemResolver "true"; Debug::pkgDepCache::Marker "true";'),
    "short names only": setting('APT::Get::Show-Versions "false";'),
    "already downloaded": downloaded_already,
    "trusted by word": lambda root: root.write(
        "/etc/apt/sources.list", root.read("/etc/apt/sources.list").replace("[signed-by=", "[trusted=yes signed-by=")),
}


class Strange(GuestTest):
    def test_settings_change_nothing(self):
        for name, step in {**STRANGE_REFRESH, **STRANGE}.items():
            with self.subTest(name):
                self.fresh()
                self.arrange(step)
                found = self.guest.assess(*[] if name in STRANGE_REFRESH else ["--no-refresh"], codes=[0])
                self.assertEqual(found.pairs(), PAIRS)
                for package, (_, classification, held, _) in EXPECTED.items():
                    patch = found.patches[package]
                    self.assertEqual((package, patch["guestpatch"].get("heldBack"), patch["classifications"]),
                                     (package, held, [classification]))

    def test_their_hooks_run(self):
        self.arrange(STRANGE_REFRESH["hooks"])
        self.guest.assess(codes=[0])
        self.assertTrue(self.guest.path("/tmp/hook").exists())


BROKEN = {
    "sources.list": lambda root: root.write("/etc/apt/sources.list.d/bad.list", "deb http://\n"),
    "deb822 sources": lambda root: root.write("/etc/apt/sources.list.d/bad.sources", "Types: deb\nSuites: x\n"),
    "apt.conf": setting('APT { "'),
    "preferences": lambda root: root.write("/etc/apt/preferences.d/bad", "Pin: version 1\nPin-Priority: 5\n"),
    "package database": lambda root: root.write("/var/lib/dpkg/status", "garbage\n"),
    "package database gone": lambda root: root.path("/var/lib/dpkg/status").unlink(),
}


class Broken(GuestTest):
    def test_never_a_clean_bill(self):
        for name, step in BROKEN.items():
            for options in ([], ["--no-refresh"]):
                with self.subTest(name, options=options):
                    self.fresh()
                    self.arrange(step)
                    document = self.guest.document("assess", *options, codes=[1, 3])
                    if "error" in document and "status" not in document:
                        continue
                    self.assertIn(document["status"], ("Failed", "CompletedWithWarnings"))
                    self.assertNotEqual(document["guestpatch"]["compliance"]["state"], "Compliant")
                    self.assertTrue(document["guestpatch"]["blindSpots"] or document.get("error"))
                    self.guest.check_state()
                    self.guest.status()

    def test_no_package_manager(self):
        self.guest.shell("rm /usr/bin/apt-get /usr/bin/apt-cache")
        done = self.guest.guestpatch("assess", "--json")
        self.assertIn(done.code, (1, 2), done)
        self.assertIn("error", parse(done))


class Reboots(GuestTest):
    def test_asked_for_by_a_package(self):
        self.guest.write("/run/reboot-required", "*** System restart required ***\n")
        self.guest.write("/run/reboot-required.pkgs", "linux-image-gp\nlibc6\nlibc6\n")
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertIs(found.document["rebootPending"], True)
        self.assertEqual(found.own["rebootPending"]["reasons"], ["linux-image-gp", "libc6"])
        self.assertEqual(self.guest.status()["agent"]["rebootPending"], found.own["rebootPending"])

    def test_not_asked_for(self):
        self.assertIs(self.guest.assess("--no-refresh", codes=[0]).document["rebootPending"], False)


class Origins(GuestTest):
    def test_a_vendor_named_in_the_configuration_is_security(self):
        self.guest.write("/etc/guestpatch/config.d/10-origins.json",
                         '{"packageManager": {"securityOrigins": ["origin=Vendor Inc."]}}')
        found = self.guest.assess(codes=[0])
        self.assertEqual(found.patches["gp-vendor"]["classifications"], ["Security"])

    def test_a_name_alone_is_no_evidence(self):
        """A third party may call its suite what it likes."""
        repos.add(self.guest, "vendor", "stable-security", [("gp-current", "6.6")])
        repos.publish(self.guest, "vendor", "stable-security")
        arrange.add_source(self.guest, "vendor", "stable-security")
        found = self.guest.assess(codes=[0])
        self.assertEqual(found.patches["gp-current"]["classifications"], ["Other"])
