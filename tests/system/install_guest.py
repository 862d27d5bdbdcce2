"""A machine of install_world.py, and what must hold of every installation on it."""
import errno
import json
import os
import time
from dataclasses import dataclass

import arrange
import install_world
import roots
import schemas
from guest import STATE, Guest, GuestTest, parse

COUNTS = {"installedPatchCount": "Installed", "failedPatchCount": "Failed", "excludedPatchCount": "Excluded",
          "notSelectedPatchCount": "NotSelected", "pendingPatchCount": "Pending"}
EXIT_CODES = {"Succeeded": (0, 4), "CompletedWithWarnings": (3,), "Failed": (1,), "InProgress": (0, 3)}
BOOT_ID = "/proc/sys/kernel/random/boot_id"


@dataclass
class Packages:
    """What dpkg and apt say of the machine, asked directly."""
    found: dict  # name: (status, error flag, version)
    automatic: set
    manual: set

    def version(self, name):
        status, _, version = self.found.get(name, ("not-installed", "ok", None))
        return None if status in ("not-installed", "config-files") else version

    def sound(self, name):
        return self.found.get(name, ("", "", ""))[:2] == ("installed", "ok")

    def unsound(self):
        return {name for name in self.found if self.version(name) and not self.sound(name)}


class Installation:
    """One result document."""

    def __init__(self, document):
        self.document = document
        self.own = document["guestpatch"]
        self.status = document["status"]
        self.activity = document["installationActivityId"]
        self.rows = {(patch["name"], patch["version"]): patch for patch in document["patches"]}
        self.patches = {patch["name"]: patch for patch in document["patches"]}

    def state(self, name):
        return self.patches[name]["installationState"]

    def reason(self, name):
        return self.patches[name]["guestpatch"].get("reason")

    def message(self, name):
        return self.patches[name]["guestpatch"].get("message", "")

    def states(self):
        """{state: names in it}"""
        found = {}
        for name, patch in self.patches.items():
            found.setdefault(patch["installationState"], set()).add(name)
        return found

    def outcome(self):
        """{name: state, or (state, reason) where there is one}: what a table compares."""
        return {name: (self.state(name), self.reason(name)) if self.reason(name) else self.state(name)
                for name in self.patches}

    def notes(self):
        return {note["code"] for note in self.own["notes"]}


class InstallGuest(Guest):
    """A machine with these pockets of install_world.py; without any, the one of packages.py."""

    def __init__(self, suites=()):
        super().__init__(install_world.layers() if suites else roots.world())
        if suites:
            install_world.take(self, *suites)

    def packages(self):
        query = "dpkg-query -W -f '${binary:Package} ${db:Status-Status} ${db:Status-Eflag} ${Version}\\n'"
        text = self.shell(f"{query}; echo; apt-mark showauto; echo; apt-mark showmanual")
        lines, automatic, manual = text.split("\n\n")
        rows = [line.split(" ") for line in lines.splitlines()]
        return Packages({name.removesuffix(":amd64"): tuple(rest) for name, *rest in rows},
                        set(automatic.split()), set(manual.split()))

    def install(self, *arguments, codes=(0,), marks=None, **options):
        """An installation, checked for what must hold of each. `marks`: the machine those are compared with."""
        before = self.packages()
        return self.checked(self.guestpatch("install", *arguments, "--json", **options), before, codes, marks)

    def checked(self, done, before, codes=(0,), marks=None):
        """What an `install --json` that has ended printed."""
        document = parse(done)
        if done.code not in codes or "status" not in document:
            raise AssertionError(f"expected exit code {codes}, got {done}")
        installation = Installation(document)
        assert done.code in EXIT_CODES[installation.status], (installation.status, done.code)
        assert self.kept(installation.activity).document == document, "not what is kept on disk"
        self.check_installation(installation, before, marks)
        return installation

    def kept(self, activity):
        return Installation(json.loads(self.read(f"{STATE}/installations/{activity}.json")))

    def kept_installations(self):
        folder = self.path(f"{STATE}/installations")
        return [self.kept(file.stem) for file in sorted(folder.iterdir())] if folder.exists() else []

    def check_installation(self, installation, before, marks=None):
        """The document agrees with its schema, with itself and with the package database; marks are as they were."""
        document = installation.document
        schemas.validate(document, "installation-result")
        states = [patch["installationState"] for patch in document["patches"]]
        assert len(installation.rows) == len(states), "a patch is listed twice"
        for field, state in COUNTS.items():
            assert document[field] == states.count(state), (field, document[field], states.count(state))
        assert sum(document[field] for field in COUNTS) == len(states)
        now = self.packages()
        for (name, version), patch in installation.rows.items():
            self.check_patch(name, version, patch, before, now, installation.status != "InProgress")
        if installation.status != "InProgress":
            self.check_marks(marks or before, now)

    @staticmethod
    def check_patch(name, version, patch, before, now, final):
        state, own = patch["installationState"], patch["guestpatch"]
        there = now.sound(name) and now.version(name) == version
        assert not final or (state == "Installed") == there, (name, version, state, now.found.get(name))
        assert not final or state == "Installed" or own.get("reason"), (name, "no reason")
        if before.sound(name) or not before.version(name):
            assert own.get("installedVersion") == before.version(name), (name, own, before.version(name))

    @staticmethod
    def check_marks(before, now):
        """Nothing went, what was there is marked as it was, and what came is automatic."""
        there = {name for name in before.found if before.version(name)}
        gone = {name for name in there if not now.version(name)}
        assert not gone, f"removed: {gone}"
        new = {name for name in now.found if now.version(name)} - there
        assert now.automatic - new == before.automatic, now.automatic ^ before.automatic
        assert now.manual - new == before.manual, now.manual ^ before.manual
        assert new <= now.automatic, new - now.automatic

    def check_idle(self):
        """Nothing is left to be done by anybody."""
        if self.path(f"{STATE}/journal.json").exists():
            assert json.loads(self.read(f"{STATE}/journal.json"))["state"] == "Idle"
        for kept in self.kept_installations():
            schemas.validate(kept.document, "installation-result")
            assert kept.status != "InProgress", kept.document
        assert self.shell("dpkg --audit") == ""
        self.run(["apt-get", "check"], check=True)
        self.check_state()

    def pids(self, name):
        """Numbers outside of the processes of one program."""
        return [pid for pid, line in self.processes().items() if os.path.basename(line.split(" ")[0]) == name]

    def kill_everything(self):
        """As a power cut would, apart from what was not yet on the disk."""
        self.run(["bash", "-c", "kill -KILL -1"])

    def reboot(self):
        """The kernel's part of it: another boot id, and nothing in /run; processes must be gone already."""
        self.kill_everything()
        self.shell(f"""
            rm -rf /run/reboot-required* /run/guestpatch
            cat /proc/sys/kernel/random/uuid >/tmp/boot_id
            mount --bind /tmp/boot_id {BOOT_ID}""")

    def shutdown_calls(self):
        file = self.path("/var/shutdown-calls")
        return file.read_text().splitlines() if file.exists() else []


class Gate:
    """Where a script of one package waits (install_world.GATE) until the test lets it go on."""

    def __init__(self, guest, package, script="postinst"):
        self._path = guest.path(f"/run/gate.{package}.{script}")
        self._held = None
        os.mkfifo(self._path)

    def reached(self, timeout=30):
        """Waits until the script stands at the gate."""
        end = time.monotonic() + timeout
        while not self._try():
            if time.monotonic() > end:
                raise TimeoutError(f"nobody came to {self._path.name}")
            time.sleep(0.01)
        return self

    def _try(self):
        if self._held is None:
            try:
                self._held = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
        return self._held is not None

    def open(self):
        """From now on nobody waits here."""
        if self._path.exists():
            self._try()
            self._path.unlink()
        if self._held is not None:
            os.close(self._held)
            self._held = None


class InstallTest(GuestTest):
    maxDiff = 1500  # three hundred names help nobody
    suites = ("plain",)

    def machine(self):
        return InstallGuest(self.suites)

    def on(self, *suites):
        """A fresh machine with these pockets."""
        self.suites = suites
        self.fresh()
        return self.guest

    def gate(self, package, script="postinst"):
        gate = Gate(self.guest, package, script)
        self.addCleanup(gate.open)
        return gate

    def mirror(self):
        """The machine's pockets over HTTP."""
        served = arrange.serve_repo(self.guest)
        self.addCleanup(served.close)
        return served

    def running_install(self, *arguments):
        """A `guestpatch install --json` that has been started; (process, number outside)."""
        process = self.start("install", *arguments, "--json")
        return process, self.guest.find_process(f"{roots.PROGRAM} install")

    def wait_until(self, true, timeout=20):
        end = time.monotonic() + timeout
        while not true():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.02)

    def wait_until_gone(self, name):
        self.wait_until(lambda: not self.guest.pids(name))
