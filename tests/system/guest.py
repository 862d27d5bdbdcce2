"""A machine with guestpatch on it, and what the tests ask of both."""
import json
import os
import pathlib
import pty
import re
import subprocess
import threading
import unittest

import arrange
import roots
import schemas
from sandbox import Done, Root

PROGRAM = pathlib.Path(os.environ.get("GUESTPATCH", "build/dev/agent/guestpatch"))
COURIER = PROGRAM.parent / "guestpatch-courier"
STATE = "/var/lib/guestpatch"
NOBODY = 65534
ACTIVITY = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Guest(Root):
    """A throw-away root in which /usr/bin/guestpatch is the program under test, and its courier lies where it belongs."""

    def __init__(self, layers=None):
        binds = {PROGRAM.resolve(): roots.PROGRAM}
        if COURIER.exists():
            binds[COURIER.resolve()] = roots.COURIER
        super().__init__(layers or roots.world(), binds=binds)

    def guestpatch(self, *arguments, **options):
        return self.run([roots.PROGRAM, *arguments], **options)

    def document(self, *arguments, codes=None, **options):
        """The one document `--json` prints; its exit code must be among `codes`."""
        done = self.guestpatch(*arguments, "--json", **options)
        document = parse(done)
        if list(document) == ["error"]:
            schemas.validate(document, "error")
        if codes is not None and done.code not in codes:
            raise AssertionError(f"expected exit code {codes}, got {done}")
        return document

    def assess(self, *arguments, codes=(0, 3), **options):
        """An assessment, checked for what must hold of each."""
        document = self.document("assess", *arguments, codes=codes, **options)
        schemas.validate(document, "assessment-result")
        return Assessment(document)

    def status(self, **options):
        document = self.document("status", codes=[0], **options)
        schemas.validate(document, "status")
        return document

    def simulated(self):
        """(name, version) of everything apt itself would install in one dist-upgrade."""
        done = self.run(["apt-get", "-s", "dist-upgrade"], check=True)
        return {(found[1], found[2]) for found in re.finditer(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", done.out, re.M)}

    def kept_results(self):
        """The result documents on disk; each must be readable."""
        folder = self.path(f"{STATE}/assessments")
        return {file.name: json.loads(file.read_text()) for file in folder.iterdir()} if folder.exists() else {}

    def check_state(self):
        """Whatever happened: every document is whole, and nothing half-written stays under a final name."""
        summary = self.path(f"{STATE}/patchStatus.json")
        if summary.exists():
            schemas.validate(json.loads(summary.read_text()), "patch-status")
        for document in self.kept_results().values():
            schemas.validate(document, "assessment-result")
        for name, schema in (("firstSeen", "first-seen"), ("attempts", "attempts"), ("estimates", "estimates")):
            ledger = self.path(f"{STATE}/{name}.json")
            if ledger.exists():
                schemas.validate(json.loads(ledger.read_text()), schema)

    def fingerprint(self):
        """What an assessment must never change."""
        return self.shell("""
            find /var/lib/dpkg /etc/apt /etc/dpkg -type f ! -name 'lock*' -print0 | sort -z | xargs -0 sha256sum
            apt-mark showmanual; apt-mark showauto; apt-mark showhold""")

    def children(self, command):
        """How many programs a command starts by itself; what those start in turn does not count."""
        calls = "clone,clone3,fork,vfork"
        self.run(["strace", "-f", "-b", "execve", "-o", "/tmp/calls", "-e", f"trace={calls}", *command])
        return len([line for line in self.read("/tmp/calls").splitlines()
                    if re.search(r"(clone3?|v?fork)\(", line) and "CLONE_THREAD" not in line])

    def set_origin_time(self, path, when):
        self.shell(f"find {path} -exec touch -d '{when}' {{}} +")


class Assessment:
    def __init__(self, document):
        self.document = document
        self.own = document["guestpatch"]
        self.rows = {(patch["name"], patch["version"]): patch for patch in document["availablePatches"]}
        if len(self.rows) != len(document["availablePatches"]):
            raise AssertionError("a patch is listed twice")
        # By name; of two rows the one that can go in.
        self.patches = {}
        for (name, _), patch in self.rows.items():
            if name not in self.patches or not patch["guestpatch"].get("heldBack"):
                self.patches[name] = patch

    def installable(self):
        return {pair for pair, patch in self.rows.items() if not patch["guestpatch"].get("heldBack")}

    def held_back(self, why):
        return {pair for pair, patch in self.rows.items() if patch["guestpatch"].get("heldBack") == why}

    def codes(self):
        return {spot["code"] for spot in self.own.get("blindSpots", [])}

    def sources(self, code):
        return [spot["source"] for spot in self.own.get("blindSpots", []) if spot["code"] == code]

    def notes(self):
        return {note["code"] for note in self.own.get("notes", [])}

    def compliance(self):
        return self.own["compliance"]["state"]

    def pairs(self):
        return set(self.rows)


def parse(done: Done):
    """The document of a `--json` run: one, and nothing else on standard output."""
    try:
        return json.loads(done.out)
    except ValueError as error:
        raise AssertionError(f"not one JSON document ({error}): {done}") from None


class GuestTest(unittest.TestCase):
    """Each test has a fresh machine of its own."""

    maxDiff = None

    def setUp(self):
        self.guest = self.machine()
        self.addCleanup(self.guest.__exit__)

    def machine(self):
        return Guest()

    def fresh(self):
        """Another machine, for the next row of a table."""
        self.doCleanups()
        self.setUp()

    def arrange(self, *steps):
        for step in steps:
            if server := step(self.guest):
                self.addCleanup(server.close)
        return self.guest

    def wait_for(self, process, timeout=60):
        """(exit code, stdout, stderr) of a program started with popen."""
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Done(process.returncode, out, err, 0)

    def start(self, *arguments, **options):
        process = self.guest.popen([roots.PROGRAM, *arguments], **options)
        self.addCleanup(self._reap, process)
        return process

    def on_terminal(self, *arguments):
        """(exit code, everything said) of the program on a terminal."""
        main, other = pty.openpty()
        process = self.start(*arguments, stdin=other, stdout=other, stderr=other,
                             environment={"TERM": "xterm-256color"})
        os.close(other)
        pieces = []

        def collect():
            try:
                while piece := os.read(main, 65536):
                    pieces.append(piece)
            except OSError:
                pass  # the other side is closed

        reader = threading.Thread(target=collect)
        reader.start()
        code = process.wait(timeout=60)
        reader.join()
        os.close(main)
        return code, b"".join(pieces).decode()

    @staticmethod
    def _reap(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream and not stream.closed:
                stream.close()

    def hold_refresh(self):
        """A repository that accepts the connection and never answers; returns its host and port."""
        from mirror import Silence
        silence = Silence(self.guest)
        self.addCleanup(silence.close)
        arrange.add_source(self.guest, "silent", "stable", base=silence.url)
        return silence.url
