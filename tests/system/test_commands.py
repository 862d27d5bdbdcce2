"""The command line: exit codes, documents, tables, rights, configuration."""
import json
import re

import arrange
import repos
import roots
import schemas
from guest import ACTIVITY, NOBODY, STATE, GuestTest, parse
from test_patches import PAIRS

CONFIG = "/etc/guestpatch/config.d"
COLOUR = "\x1b["


def only_other(root):
    repos.set_sources(root, repos.source_line("ubuntu", "jammy-updates"),
                      repos.source_line("debian-security", "bookworm-security"))
    root.shell("apt-get update; apt-get -y install gp-debian")


def nothing_pending(root):
    root.shell("apt-mark unhold gp-held; rm /etc/apt/preferences.d/tests; apt-get -y purge gp-broken")
    root.shell("apt-get -y -o APT::Get::Always-Include-Phased-Updates=true dist-upgrade")


class ExitCodes(GuestTest):
    CASES = {
        # name: (steps, arguments, exit code)
        "pending": ([], [], 0),
        "check, security pending": ([], ["--check"], 100),
        "check, only others pending": ([only_other], ["--check"], 0),
        "check, nothing pending": ([nothing_pending], ["--check"], 0),
        "check, pending and blind": ([arrange.dead_http], ["--check"], 100),
        "check, blind": ([nothing_pending, arrange.dead_http], ["--check"], 3),
        "blind": ([arrange.dead_http], [], 3),
        "unknown option": ([], ["--frobnicate"], 2),
        "stray argument": ([], ["frobnicate"], 2),
        "unknown package manager": ([], ["--package-manager", "frob"], 2),
    }

    def test_table(self):
        for name, (steps, arguments, code) in self.CASES.items():
            with self.subTest(name):
                self.fresh()
                self.arrange(*steps)
                plain = self.guest.guestpatch("assess", "--no-refresh", *arguments)
                self.assertEqual(plain.code, code, plain)
                document = self.guest.guestpatch("assess", "--no-refresh", *arguments, "--json")
                self.assertEqual(document.code, code, document)
                schemas.validate(parse(document), "error" if code == 2 else "assessment-result")

    def test_unknown_commands_and_help(self):
        self.assertEqual(self.guest.guestpatch("frobnicate").code, 2)
        self.assertEqual(self.guest.guestpatch().code, 2)
        for arguments in (["--help"], ["assess", "--help"], ["--version"]):
            with self.subTest(arguments):
                done = self.guest.guestpatch(*arguments)
                self.assertEqual(done.code, 0, done)
                self.assertIn("guestpatch", done.out)

    def test_usage_errors_leave_no_trace(self):
        self.guest.guestpatch("assess", "--frobnicate")
        self.assertFalse(self.guest.path(STATE).exists())


class Output(GuestTest):
    def test_json_is_one_document_and_nothing_else(self):
        done = self.guest.guestpatch("assess", "--no-refresh", "--json", "--log-level", "debug")
        parse(done)
        self.assertNotIn(COLOUR, done.out)

    def test_a_pipe_gets_plain_lines(self):
        done = self.guest.guestpatch("assess", "--no-refresh")
        self.assertNotIn(COLOUR, done.out + done.err)
        self.assertNotIn("\r", done.out + done.err)
        line = next(line for line in done.out.splitlines() if "gp-both" in line)
        self.assertIn("1.2", line)
        self.assertIn("Security", line)

    def test_a_terminal_gets_a_table_and_colours(self):
        code, text = self.on_terminal("assess", "--no-refresh")
        self.assertEqual(code, 0, text)
        self.assertIn(COLOUR, text)
        self.assertIn("gp-both", text)

    def test_no_color(self):
        _, text = self.on_terminal("assess", "--no-refresh", "--progress", "none", "--no-color")
        self.assertFalse(re.search(r"\x1b\[[0-9;]*m", text), text)

    def test_json_on_a_terminal(self):
        code, text = self.on_terminal("assess", "--no-refresh", "--json", "--progress", "none")
        self.assertEqual(code, 0)
        parsed = json.loads(text[text.index("{"):])
        schemas.validate(parsed, "assessment-result")

    def test_a_closed_pipe_kills_nobody(self):
        done = self.guest.run(["bash", "-c", f"{roots.PROGRAM} assess --no-refresh --json | head -c 10"])
        self.guest.check_state()
        self.assertTrue(self.guest.kept_results(), done)

    def test_a_full_output_is_an_error(self):
        done = self.guest.run(["bash", "-c", f"{roots.PROGRAM} assess --no-refresh --json >/dev/full"])
        self.assertEqual(done.code, 1, done)


class Rights(GuestTest):
    def test_assess_needs_root(self):
        done = self.guest.guestpatch("assess", "--json", user=NOBODY)
        self.assertEqual(done.code, 77, done)
        schemas.validate(parse(done), "error")
        self.assertEqual(self.guest.guestpatch("assess", user=NOBODY).code, 77)

    def test_without_refresh_anybody_may_look(self):
        for prepared in (False, True):
            with self.subTest(prepared=prepared):
                if prepared:
                    self.guest.assess("--no-refresh")
                before = self.guest.kept_results()
                done = self.guest.guestpatch("assess", "--no-refresh", "--json", user=NOBODY)
                self.assertEqual(done.code, 0, done)
                self.assertEqual(len(parse(done)["availablePatches"]), len(PAIRS))
                self.assertIn("record", done.err + done.out)
                self.assertEqual(self.guest.kept_results(), before)

    def test_status_and_configuration_are_for_everybody(self):
        self.guest.assess("--no-refresh")
        self.assertEqual(self.guest.status(user=NOBODY), self.guest.status())
        for verb in ("check", "show"):
            self.assertEqual(self.guest.guestpatch("config", verb, user=NOBODY).code, 0)

    def test_modes_of_the_state_folder(self):
        self.guest.assess("--no-refresh")
        modes = self.guest.shell(f"stat -c '%a %n' {STATE} {STATE}/patchStatus.json {STATE}/assessments/*")
        self.assertEqual([line.split()[0] for line in modes.splitlines()], ["755", "644", "644"])
        if self.guest.path(f"{STATE}/journal.json").exists():
            self.assertEqual(self.guest.shell(f"stat -c %a {STATE}/journal.json").strip(), "600")


class Status(GuestTest):
    def test_before_anything_happened(self):
        document = self.guest.status()
        self.assertIn("patchStatus", document)
        self.assertIsNone(document["agent"]["operation"])
        self.assertFalse(self.guest.path(STATE).exists())

    def test_after_an_assessment(self):
        found = self.guest.assess("--no-refresh")
        summary = self.guest.status()["patchStatus"]["availablePatchSummary"]
        self.assertEqual(summary["assessmentActivityId"], found.document["assessmentActivityId"])
        self.assertEqual(summary["status"], "Succeeded")
        self.assertIn("Security", self.guest.guestpatch("status").out + "Security")

    def test_with_damaged_documents(self):
        self.guest.assess("--no-refresh")
        for content in ("", "{", "[]", '{"patchStatus": 7}', "\0" * 64):
            with self.subTest(content):
                self.guest.write(f"{STATE}/patchStatus.json", content)
                done = self.guest.guestpatch("status", "--json")
                self.assertIn(done.code, (0, 1, 3), done)
                parse(done)
                self.guest.assess("--no-refresh", codes=[0])
                self.guest.check_state()


class TwoAtOnce(GuestTest):
    def test_the_second_is_told_about_the_first(self):
        self.hold_refresh()
        self.start("assess")
        self.guest.find_process("/usr/lib/apt/methods/http")
        second = self.guest.guestpatch("assess", "--json")
        self.assertEqual(second.code, 75, second)
        message = json.dumps(parse(second)["error"])
        self.assertRegex(message, "(?i)assess")
        schemas.validate(parse(second), "error")
        schemas.validate(json.loads(self.guest.read(f"{STATE}/lock")), "running")
        activity = re.search(ACTIVITY, message)
        self.assertTrue(activity, message)
        operation = self.guest.status()["agent"]["operation"]
        self.assertEqual(operation["activityId"], activity[0])
        self.assertRegex(message, r"\d+ ?(s|seconds?)\b|PT\d")
        self.assertEqual(self.guest.guestpatch("assess", "--no-refresh").code, 75)
        self.assertEqual(self.guest.guestpatch("assess", "--no-refresh", user=NOBODY).code, 3)  # one never fetched

    def test_a_lock_nobody_holds_stops_nobody(self):
        self.guest.assess()
        for file in [STATE + "/lock", "/run/guestpatch/lock"]:
            if self.guest.path(file).exists():
                self.guest.write(file, '{"kind":"assess","activityId":"x","pid":1,"startTime":"2020-01-01T00:00:00Z"}')
        self.guest.assess("--no-refresh", codes=[0])


class Configuration(GuestTest):
    FAULTS = {
        # content: (line, a word of the message)
        '{\n  "assessment": {"interval": "2h"}\n}': (2, "interval"),
        '{\n  // a comment\n  "patchSettings": {\n    "patchMode": "Sometimes",\n  }\n}': (4, "patchMode"),
        '{\n  "compliance": {\n    "maxAge": 30\n  }\n}': (3, "maxAge"),
        '{\n  "compliance": {\n': (3, ""),
        '[1]': (1, ""),
    }

    def test_faults_name_file_and_line(self):
        for content, (line, word) in self.FAULTS.items():
            with self.subTest(content):
                self.guest.write(f"{CONFIG}/10-fault.json", content)
                done = self.guest.guestpatch("config", "check", "--json")
                self.assertEqual(done.code, 2, done)
                schemas.validate(parse(done), "config-check")
                fault = parse(done)["errors"][0]
                self.assertEqual(fault["file"], f"{CONFIG}/10-fault.json")
                self.assertEqual(fault["line"], line)
                self.assertIn(word, json.dumps(fault))
                refused = self.guest.guestpatch("assess", "--no-refresh")
                self.assertEqual(refused.code, 2, refused)
                self.assertIn(f"{CONFIG}/10-fault.json:{line}", refused.err)

    def test_unknown_keys_are_warnings_with_a_suggestion(self):
        self.guest.write(f"{CONFIG}/10-typo.json", '{\n  "complience": {"maxAge": "P1D"}\n}')
        done = self.guest.guestpatch("config", "check", "--json")
        self.assertEqual(done.code, 0, done)
        self.assertIn("compliance", parse(done)["warnings"][0]["message"])
        self.guest.assess("--no-refresh", codes=[0])

    def test_show_names_the_file_of_each_value(self):
        self.guest.write("/usr/lib/guestpatch/config.d/10-a.json", '{"compliance": {"maxAge": "P5D"}}')
        self.guest.write(f"{CONFIG}/20-b.json", '{"compliance": {"maxAge": "P7D"}}')
        schemas.validate(parse(self.guest.guestpatch("config", "show", "--json")), "config-show")
        done = self.guest.guestpatch("config", "show")
        self.assertEqual(done.code, 0, done)
        line = next(line for line in done.out.splitlines() if "maxAge" in line)
        self.assertIn("P7D", line)
        self.assertIn("20-b.json", line)

    def test_a_link_to_nowhere_masks(self):
        self.guest.write("/usr/lib/guestpatch/config.d/10-a.json", '{"assessment": {"interval": "nonsense"}}')
        self.guest.path(CONFIG).mkdir(parents=True)
        self.guest.path(f"{CONFIG}/10-a.json").symlink_to("/dev/null")
        self.guest.assess("--no-refresh", codes=[0])

    def test_folders_given_by_option(self):
        self.guest.write("/srv/config/10-fault.json", "{")
        self.assertEqual(self.guest.guestpatch("assess", "--config-dir", "/srv/config").code, 2)
        self.guest.assess("--no-refresh", "--state-dir", "/srv/state", codes=[0])
        self.assertTrue(self.guest.path("/srv/state/patchStatus.json").exists())
        self.assertFalse(self.guest.path(STATE).exists())
