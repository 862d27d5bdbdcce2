"""Packages with scripts that misbehave: the others go in, and the report says which did not."""
from install_guest import InstallTest
from install_world import PLAIN

FAILED = ("Failed", "SCRIPT_FAILED")


class Scripts(InstallTest):
    # pockets: how theirs end, the exit code
    TABLE = {
        ("preinst",): ({"gi-preinst": FAILED}, 3),
        ("postinst",): ({"gi-postinst": FAILED}, 3),
        ("preinst", "postinst"): ({"gi-preinst": FAILED, "gi-postinst": FAILED}, 3),
        ("daemon", "asks", "debconf"): ({"gi-daemon": "Installed", "gi-asks": "Installed",
                                         "gi-debconf": "Installed"}, 0),
        ("postinst", "dependency"): ({"gi-postinst": FAILED, "gi-pull": "Installed", "gi-library": "Installed",
                                      "gi-new": "Installed", "gi-newer": "Installed"}, 3),
    }

    def test_the_others_go_in(self):
        for suites, (ends, code) in self.TABLE.items():
            with self.subTest(suites):
                found = self.on("plain", *suites).install(codes=[code])
                self.assertEqual(found.outcome(), {**dict.fromkeys(PLAIN, "Installed"), **ends})
                self.assertEqual(found.document["error"]["code"], "1" if code else "0")

    def test_what_they_said_is_told(self):
        found = self.on("plain", "preinst", "postinst").install(codes=[3])
        self.assertRegex(found.message("gi-preinst"), "exit status 3|not on this machine")
        self.assertRegex(found.message("gi-postinst"), "exit status 7|no luck")

    def test_nothing_else_to_install(self):
        for name in ("preinst", "postinst"):
            with self.subTest(name):
                found = self.on(name).install(codes=[1])
                self.assertEqual((found.status, found.outcome()), ("Failed", {f"gi-{name}": FAILED}))

    def test_one_that_fails_only_once(self):
        first = self.on("plain", "flaky").install(codes=[0, 3])
        self.assertLessEqual(set(PLAIN), first.states()["Installed"])
        second = self.guest.install()
        self.assertEqual(second.patches, {})
        self.assertEqual(self.guest.packages().version("gi-flaky"), "1.1")
        self.guest.check_idle()

    def test_one_that_stays_broken(self):
        """What was left half configured keeps nothing else from going in, the next time either."""
        self.on("postinst").install(codes=[1])
        text = self.guest.read("/etc/apt/sources.list")
        self.guest.write("/etc/apt/sources.list", text + text.replace(" postinst ", " plain "))
        found = self.guest.install(codes=[3])
        self.assertLessEqual(set(PLAIN), found.states()["Installed"])
        self.assertEqual(self.guest.packages().unsound(), {"gi-postinst"})

    def test_nobody_is_asked(self):
        self.on("asks", "debconf").install()
        self.assertEqual(self.guest.read("/var/lib/gi-asks"), "nobody\n")

    def test_a_daemon_it_leaves_behind_lives_on(self):
        self.on("daemon").install()
        self.assertTrue(self.guest.pids("sleep"))


class ConfigurationFiles(InstallTest):
    suites = ("conffile", "plain")

    def test_changed_here(self):
        self.guest.write("/etc/gi-conffile", "mine\n")
        found = self.guest.install()
        self.assertEqual(found.states(), {"Installed": {"gi-conffile", *PLAIN}})
        self.assertEqual(self.guest.read("/etc/gi-conffile"), "mine\n")

    def test_removed_here(self):
        self.guest.path("/etc/gi-conffile").unlink()
        self.guest.install()
        self.assertFalse(self.guest.path("/etc/gi-conffile").exists())

    def test_as_shipped(self):
        self.guest.install()
        self.assertEqual(self.guest.read("/etc/gi-conffile"), "shipped anew\n")

    def test_settings_of_apt_change_nothing(self):
        for setting in ('Dpkg::Options { "--force-confnew"; };', 'APT::Get::Assume-No "true";',
                        'APT::Get::Assume-Yes "false";', 'APT::Get::AutomaticRemove "true";',
                        'APT::Get::Download-Only "true";', 'APT::Keep-Downloaded-Packages "false";',
                        'APT::Install-Recommends "false";', 'Dpkg::Use-Pty "true";', 'quiet "2";',
                        'DPkg::Post-Invoke { "echo hello; echo hello >&2"; };', 'APT::Get::Show-Versions "true";'):
            with self.subTest(setting):
                self.fresh()
                self.guest.write("/etc/apt/apt.conf.d/99tests", setting + "\n")
                self.guest.write("/etc/gi-conffile", "mine\n")
                self.guest.install()
                self.assertEqual(self.guest.read("/etc/gi-conffile"), "mine\n")


class Slow(InstallTest):
    """A script that takes its time and says nothing."""

    suites = ("plain",)

    def test_waited_for_and_shown_meanwhile(self):
        before = self.guest.packages()
        gate = self.gate("gi-berry")
        process, _ = self.running_install()
        gate.reached()
        operation = self.guest.status()["agent"]["operation"]
        self.assertEqual(operation["kind"], "Installation")
        self.wait_until(lambda: self.guest.status()["agent"]["operation"].get("patch") == "gi-berry")
        summary = self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]
        self.assertEqual(summary["status"], "InProgress")
        gate.open()
        found = self.guest.checked(self.wait_for(process), before)
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.guest.check_idle()

    def test_a_pipe_gets_plain_lines(self):
        done = self.guest.guestpatch("install")
        self.assertEqual(done.code, 0, done)
        self.assertNotRegex(done.out + done.err, "[\r\x1b]")
        self.assertRegex(done.err, "(?m)^download.*\n(?s:.*)^.*configuring")

    def test_a_terminal_is_shown_package_and_percent(self):
        code, text = self.on_terminal("install")
        self.assertEqual(code, 0, text)
        for name in PLAIN:
            self.assertIn(name, text)
        self.assertRegex(text, r"\d+ ?%")


class Kept(InstallTest):
    """Administrators' own marks, whatever the names."""

    suites = ("plain", "dependency", "postinst", "many")

    def test_marks_survive_failures_and_batches(self):
        self.guest.shell("apt-mark auto gi-apple gi-postinst; apt-mark manual gi-library")
        self.guest.install(codes=[3])  # which compares them

    def test_an_automatic_mark_nobody_needs_is_no_reason_to_remove(self):
        self.guest.write("/etc/apt/apt.conf.d/99tests", 'APT::Get::AutomaticRemove "true";\n')
        self.guest.install("--exclude", "gi-many-*", codes=[3])

    def test_a_hold_set_by_the_administrator(self):
        self.guest.shell("apt-mark hold gi-berry")
        found = self.guest.install("--exclude", "gi-many-*", codes=[3])
        self.assertEqual(found.outcome()["gi-berry"], ("Excluded", "HELD"))
        self.assertEqual(self.guest.shell("apt-mark showhold"), "gi-berry\n")
