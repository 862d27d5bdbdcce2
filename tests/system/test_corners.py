"""Surroundings a careful program survives: closed descriptors, odd masks, files nobody may read, things in the way."""
import repos
import roots
from guest import NOBODY, STATE, GuestTest, parse
from test_patches import EXPECTED, PAIRS


class Surroundings(GuestTest):
    def test_closed_descriptors_receive_nothing(self):
        """A file opened as descriptor 1 must not be mistaken for standard output."""
        for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                self.fresh()
                self.guest.run(["bash", "-c", f"exec {roots.PROGRAM} assess --no-refresh {closed}"])
                self.guest.check_state()
                self.assertNotIn("gp-sec", self.guest.read(f"{STATE}/lock"))
                self.assertEqual(sorted(self.guest.assess("--no-refresh", codes=[0]).patches), sorted(EXPECTED))

    def test_a_strict_umask_hides_nothing_from_readers(self):
        self.guest.shell(f"umask 077; {roots.PROGRAM} assess --no-refresh --json")
        self.assertEqual(self.guest.status(user=NOBODY), self.guest.status())
        modes = self.guest.shell(f"stat -c %a {STATE} {STATE}/assessments {STATE}/patchStatus.json")
        self.assertEqual(modes.split(), ["755", "755", "644"])

    def test_an_empty_environment(self):
        done = self.guest.run(["env", "-i", roots.PROGRAM, "assess", "--json"])
        self.assertEqual(len(parse(done)["availablePatches"]), len(PAIRS))

    def test_a_hostile_search_path(self):
        self.guest.write("/tmp/evil/apt-get", "#!/bin/sh\ntouch /tmp/evil/ran\n")
        self.guest.shell("chmod 755 /tmp/evil/apt-get")
        done = self.guest.guestpatch("assess", "--no-refresh", "--json", environment={"PATH": "/tmp/evil"})
        self.assertEqual(len(parse(done)["availablePatches"]), len(PAIRS))
        self.assertFalse(self.guest.path("/tmp/evil/ran").exists())

    def test_configuration_of_apt_from_the_environment_is_ignored(self):
        self.guest.write("/tmp/evil.conf", 'Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "/dev/null";')
        done = self.guest.guestpatch("assess", "--no-refresh", "--json", environment={"APT_CONFIG": "/tmp/evil.conf"})
        self.assertEqual(len(parse(done)["availablePatches"]), len(PAIRS))

    def test_something_else_where_the_state_should_be(self):
        self.guest.write(STATE, "a file\n")
        done = self.guest.guestpatch("assess", "--no-refresh", "--json")
        self.assertEqual(done.code, 1, done)
        self.assertIn("error", parse(done))
        self.assertEqual(self.guest.read(STATE), "a file\n")

    def test_old_results_go_and_new_ones_stay(self):
        old = self.guest.assess("--no-refresh").document["assessmentActivityId"]
        self.guest.shell(f"touch -d '2 years ago' {STATE}/assessments/*")
        new = self.guest.assess("--no-refresh").document["assessmentActivityId"]
        self.assertEqual(set(self.guest.kept_results()), {f"{new}.json"})
        self.assertNotEqual(old, new)


class NotRoot(GuestTest):
    """What root alone may read must not look like nothing."""

    def test_a_source_only_root_may_read(self):
        """As sources with a password in them are."""
        self.guest.write("/etc/apt/sources.list.d/private.list", repos.source_line("ubuntu", "jammy-security"))
        self.guest.shell("sed -i /jammy-security/d /etc/apt/sources.list; chmod 600 /etc/apt/sources.list.d/*")
        self.guest.assess(codes=[0])
        done = self.guest.guestpatch("assess", "--no-refresh", "--json", user=NOBODY)
        self.assertIn(done.code, (1, 3), done)
        self.assertNotIn('"state":"Compliant"', done.out)

    def test_lists_only_root_may_read(self):
        self.guest.shell("chmod 600 /var/lib/apt/lists/*jammy-security*; rm /var/cache/apt/*.bin")
        done = self.guest.guestpatch("assess", "--no-refresh", "--json", user=NOBODY)
        self.assertIn(done.code, (1, 3), done)
        self.assertNotIn('"state":"Compliant"', done.out)


class Oddities(GuestTest):
    def test_the_same_version_built_anew(self):
        """apt would install it; whoever lists it lists it once."""
        repos.add(self.guest, "vendor", "stable", [("gp-local", "1.0", {"Depends": "gp-sec"})])
        repos.publish(self.guest, "vendor", "stable")
        found = self.guest.assess(codes=[0])
        rebuilt = {("gp-local", "1.0")}
        self.assertEqual((found.installable() | found.held_back("wouldRemove")) - rebuilt,
                         self.guest.simulated() - rebuilt)

    def test_release_fields_with_odd_characters(self):
        repos.POCKETS["odd", "odd"] = {"Origin": "O, Inc. l=Debian-Security", "Label": "a=b,c=d", "Codename": "odd"}
        self.addCleanup(repos.POCKETS.pop, ("odd", "odd"))
        repos.add(self.guest, "odd", "odd", [("gp-current", "7.0")])
        repos.publish(self.guest, "odd", "odd")
        self.guest.write("/etc/apt/sources.list.d/odd.list", repos.source_line("odd", "odd"))
        found = self.guest.assess(codes=[0])
        self.assertEqual(found.patches["gp-current"]["classifications"], ["Other"])

    def test_a_hold_of_something_new_or_foreign(self):
        self.guest.shell("apt-mark hold gp-foreign:i386 gp-lib:amd64")
        found = self.guest.assess("--no-refresh", codes=[0])
        held = {name for name, _ in found.held_back("held")}
        self.assertLessEqual({"gp-held", "gp-foreign:i386", "gp-lib"}, held)
        self.assertEqual(found.installable() | found.held_back("wouldRemove"), self.guest.simulated())

    def test_an_upgrade_nobody_asked_for_twice(self):
        """Two architectures of one package, one of them no longer offered."""
        self.guest.shell("dpkg --purge gp-lib:i386 gp-foreign:i386; dpkg --remove-architecture i386; apt-get update")
        found = self.guest.assess("--no-refresh", codes=[0])
        self.assertNotIn("gp-lib:i386", found.patches)
        self.assertEqual(found.installable() | found.held_back("wouldRemove"), self.guest.simulated())
