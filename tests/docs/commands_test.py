#!/usr/bin/python3
"""Every command, option and exit code stands in --help, docs/usage/commands.md, the man page and the completions alike.

Usage: commands_test.py GUESTPATCH
"""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/usage/commands.md").read_text(encoding="utf-8")
MAN = ROOT / "packaging/man/guestpatch.1"
COMPLETIONS = ROOT / "packaging/rootfs/usr/share"
BASH = COMPLETIONS / "bash-completion/completions/guestpatch"
ZSH = COMPLETIONS / "zsh/vendor-completions/_guestpatch"
PROGRAM = ""


def run(*argv, **options):
    return subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, **options)


def options_of_help(*command):
    """{"--include MASK", ...} of `guestpatch COMMAND --help`."""
    done = run(PROGRAM, *command, "--help")
    assert done.returncode == 0, done.stderr
    return {" ".join(found).strip() for found in re.findall(r"^  (?:-\w, )?(--[a-z-]+)(?: ([A-Z]+))?(?=  )", done.stdout, re.MULTILINE)}


def commands_of_help():
    body = run(PROGRAM, "--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return set(re.findall(r"^  (\S+(?: \S+)?)  ", body, re.MULTILINE))


def section(text, start, end):
    return text.split(start, 1)[1].split(end, 1)[0]


def options_of_guide(heading):
    body = section(GUIDE + "\n## ", f"\n## {heading}\n", "\n## ")
    return set(re.findall(r"^\| `(--[^`]+)` \|", body, re.MULTILINE))


def options_of_man(start, end=r"\.S[sh] "):
    body = re.split(f"^{end}", MAN.read_text(encoding="utf-8").split(f"\n{start}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^\.It Fl (-[a-z-]+)(?: Ar (\w+))?$", body, re.MULTILINE)
    return {" ".join(pair).strip().replace("-", "--", 1) for pair in found}


def options_of_zsh(array):
    """{"--include", ...} of one array of the completion and of the arrays it repeats."""
    body = section(ZSH.read_text(encoding="utf-8"), f"    {array}=(\n", "\n    )\n")
    found = set(re.findall(r"^ +'\*?(--[a-z-]+)", body, re.MULTILINE))
    return found.union(*map(options_of_zsh, re.findall(r"^ +\$(\w+)$", body, re.MULTILINE)))


def names(options):
    return {option.split()[0] for option in options}


def complete(*words):
    """What bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    script = f"""source '{BASH}'
        complete -p guestpatch >/dev/null || exit 1
        COMP_WORDS=(guestpatch {line}); COMP_CWORD={len(words)}
        _guestpatch; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = run("bash", "--norc", "-euc", script)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


class Options(unittest.TestCase):
    maxDiff = None

    WITH_OPTIONS = ("assess", "install", "plan", "windows", "configure")
    WITHOUT = ("status", "history", "config", "run")

    @classmethod
    def setUpClass(cls):
        cls.common = options_of_help()
        cls.own = {command: options_of_help(command) for command in cls.WITH_OPTIONS}

    def test_help_was_understood(self):
        self.assertIn("--state-dir DIR", self.common)
        self.assertIn("--include MASK", self.own["assess"])
        self.assertIn("--dry-run", self.own["install"])
        self.assertIn("--maximum-duration DURATION", self.own["plan"])
        for command in self.WITHOUT:
            self.assertEqual(options_of_help(command), set())
        self.assertEqual({command.split()[0] for command in commands_of_help()}, {*self.WITH_OPTIONS, *self.WITHOUT})

    def test_the_program_takes_what_help_says(self):
        """Refused for the other option's sake, so that nothing ever runs here."""
        for command, own in self.own.items():
            for option in self.common | own:
                with self.subTest(f"{command} {option}"):
                    done = run(PROGRAM, command, re.sub(" .*", "=x", option), "--frobnicate")
                    self.assertEqual(done.returncode, 2)
                    self.assertIn('"--frobnicate" is not an option', done.stderr)

    def test_the_program_takes_no_others(self):
        every = set().union(*self.own.values())
        for command in (*self.WITH_OPTIONS, *self.WITHOUT):
            for option in every - self.own.get(command, set()):
                with self.subTest(f"{command} {option}"):
                    done = run(PROGRAM, command, re.sub(" .*", "=x", option))
                    self.assertEqual(done.returncode, 2)
                    self.assertIn("is not an option", done.stderr)

    def test_the_guide(self):
        self.assertEqual(options_of_guide("Common options"), self.common)
        for command, own in self.own.items():
            with self.subTest(command):
                self.assertEqual(options_of_guide(f"guestpatch {command}"), own)

    def test_the_man_page(self):
        self.assertEqual(options_of_man(".Sh COMMON OPTIONS"), self.common)
        for command, own in self.own.items():
            with self.subTest(command):
                self.assertEqual(options_of_man(f".Ss {command}"), own)

    def test_zsh(self):
        self.assertEqual(options_of_zsh("common"), names(self.common))
        calls = dict(re.findall(r"^ +(\w+)\) _arguments (?:\$(\w+) )?\$common", ZSH.read_text(encoding="utf-8"), re.MULTILINE))
        self.assertEqual(calls, {**{command: command for command in self.WITH_OPTIONS}, **dict.fromkeys(self.WITHOUT, "")})
        for command, own in self.own.items():
            with self.subTest(command):
                self.assertEqual(options_of_zsh(command), names(own))

    def test_bash(self):
        for command in (*self.WITH_OPTIONS, *self.WITHOUT):
            with self.subTest(command):
                self.assertEqual(complete(command, "--"), names(self.common | self.own.get(command, set())))


class Commands(unittest.TestCase):
    def test_stand_everywhere(self):
        commands = commands_of_help()
        self.assertIn("config check", commands)
        self.assertEqual(set(re.findall(r"^\| \[`([a-z ]+)`\]", GUIDE, re.MULTILINE)), commands)
        man = section(MAN.read_text(encoding="utf-8"), ".Sh COMMANDS", ".Sh COMMON OPTIONS")
        self.assertEqual(set(re.findall(r"^\.Ss (.+)$", man, re.MULTILINE)), commands)
        firsts = {command.split()[0] for command in commands}
        self.assertEqual(complete("") - {"--help", "--version"}, firsts)
        zsh = section(ZSH.read_text(encoding="utf-8"), "_values", "return")
        self.assertEqual(set(re.findall(r"'([a-z]+)\[", zsh)), firsts)

    def test_exit_codes_stand_everywhere(self):
        header = (ROOT / "agent/cli/exit_code.hpp").read_text(encoding="utf-8")
        codes = set(re.findall(r"= (\d+),", header))
        self.assertIn("75", codes)
        self.assertEqual(set(re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)), codes)
        man = section(MAN.read_text(encoding="utf-8"), ".Sh EXIT STATUS", ".Sh EXAMPLES")
        self.assertEqual(set(re.findall(r"^\.It (\d+)$", man, re.MULTILINE)), codes)
        self.assertEqual(set(re.findall(r"\b(\d+) [a-z]", section(run(PROGRAM, "--help").stdout, "Exit codes:", "\n\n"))), codes)


class Completions(unittest.TestCase):
    CASES = {
        # words typed, the last one unfinished: what is offered
        ("a",): {"assess"},
        ("config", ""): {"check", "show"},
        ("config", "s"): {"show"},
        ("config", "show", ""): set(),
        ("configure", "--patch-mode", "A"): {"AutomaticByPlatform"},
        ("configure", "--a"): {"--assessment-mode"},
        ("status", "--log-level", ""): {"debug", "info", "warning", "error"},
        ("status", "--progress", "p"): {"plain"},
        ("status", "--progress", "=", "n"): {"none"},
        ("status", "--progress", "="): {"auto", "plain", "none"},
        ("assess", "--no-r"): {"--no-refresh"},
        ("assess", "--classifications", "C"): {"Critical", "Critical,Security"},
        ("assess", "--max-publish-date", ""): set(),
        ("i",): {"install"},
        ("install", "--reboot", ""): {"IfRequired", "Never", "Always"},
        ("install", "--d"): {"--dry-run"},
        ("plan", "--d"): set(),
        ("w",): {"windows"},
        ("windows", "--c"): {"--count", "--config-dir"},
        ("r",): {"run"},
        ("plan", "--maximum-duration", "=", "PT1"): {"PT1H"},
        ("frobnicate", "--"): set(),
    }

    def test_bash_offers(self):
        for words, offered in self.CASES.items():
            with self.subTest(words):
                self.assertEqual(complete(*words), offered)

    def test_bash_offers_folders(self):
        self.assertIn("/etc", complete("status", "--config-dir", "/et"))

    def test_offered_values_are_taken(self):
        for option in ("--log-level", "--progress", "--package-manager"):
            for value in complete("status", option, ""):
                with self.subTest(f"{option} {value}"):
                    self.assertEqual(run(PROGRAM, "config", "check", option, value).returncode, 0)
        with tempfile.TemporaryDirectory() as nothing:
            for option in ("--classifications", "--reboot", "--maximum-duration"):
                for value in complete("plan", option, ""):
                    with self.subTest(f"{option} {value}"):
                        done = run(PROGRAM, "plan", option, value, "--include", "x", f"--state-dir={nothing}", f"--config-dir={nothing}")
                        self.assertEqual(done.returncode, 1, done.stderr)  # 2 would be a word it does not take

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_can_read_its_file(self):
        done = run("zsh", "-n", str(ZSH))
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class ManPage(unittest.TestCase):
    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc here")
    def test_mandoc_finds_no_fault(self):
        done = run("mandoc", "-T", "lint", "-W", "warning", str(MAN))
        self.assertEqual(done.stdout + done.stderr, "")

    @unittest.skipUnless(shutil.which("man") and shutil.which("groff"), "no man and groff here")
    def test_groff_warns_of_nothing(self):
        done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(MAN), env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
