"""A machine with a host: `guestpatch run` in a private root, the reference host on its loopback."""
import json
import os
import signal
import tempfile
import time
import uuid

import host_faults
import roots
import schemas
from guest import STATE, parse
from install_guest import InstallGuest, InstallTest
from reference_host import ReferenceHost

CONFIG = "/etc/guestpatch/config.d"
COURIER_USER = "guestpatch-courier"
USER_ID = 990
EVERY_SECOND = {"interval": "PT1S"}
AUTOMATIC = {"patchMode": "AutomaticByPlatform",
             "automaticByPlatformSettings": {"bypassPlatformSafetyChecksOnUserSchedule": True}}
MODES = ("PatchMode/", "AssessmentMode/", "NativeUpdates/")


class HostGuest(InstallGuest):
    """Without systemd, so the courier's user is made by hand."""

    def __init__(self, suites):
        super().__init__(suites)
        for file, line in (("passwd", f"{COURIER_USER}:x:{USER_ID}:{USER_ID}::/:/usr/sbin/nologin"),
                           ("group", f"{COURIER_USER}:x:{USER_ID}:")):
            self.write(f"/etc/{file}", self.read(f"/etc/{file}") + line + "\n")


def configure_host(guest, url, **settings):
    guest.write(f"{CONFIG}/20-host.json", json.dumps({"host": {"url": url, **EVERY_SECOND, **settings}}))


def operation(kind="Installation", **members):
    """As a host asks for it, under an id of its own; a `parameters` of None is left out."""
    asked = {"activityId": str(uuid.uuid4()), "operation": kind, "sequenceNumber": 1, **members}
    if kind == "Installation":
        asked.setdefault("parameters", {"maximumDuration": "PT1H", "rebootSetting": "Never",
                                        "linuxParameters": {"classificationsToInclude": ["Critical", "Security"]}})
    return asked


def goal(sequence, *operations, **members):
    return {"goalSequence": sequence, "operations": list(operations), **members}


def answering(status, **members):
    """A fault: refuses with this status and does nothing."""
    def refuse(request):
        answer = host_faults.refusal(status, "on purpose", **members)
        request.request_seen.statuses.append(status)
        request.answer(answer)
    refuse.__name__ = f"answering_{status}"
    return refuse


def kept_results(guest):
    """{(kind, activity id): document} of what has ended, as the machine keeps it."""
    found = {}
    for kind in ("assessments", "installations"):
        folder = guest.path(f"{STATE}/{kind}")
        for file in folder.iterdir() if folder.exists() else ():
            document = json.loads(file.read_text())
            if document["status"] != "InProgress":
                found[kind, file.stem] = document
    return found


def differences(guest, store):
    """What the host's view lacks, has wrong, or has had twice; empty when it is what the machine keeps."""
    if not store.machines or not store.machine().report:
        return ["the machine has never been heard of"]
    machine, found = store.machine(), []
    kept = kept_results(guest)
    for name, document in kept.items():
        applied = machine.results.get(name, [])
        if len(applied) != 1:
            found.append(f"{name} arrived {len(applied)} times")
        elif applied[0] != document:
            found.append(f"{name} arrived as something else")
    found += [f"{name} is not the machine's" for name in machine.results if name not in kept]
    told = machine.report["patchStatus"]
    summary = guest.path(f"{STATE}/patchStatus.json")
    own = json.loads(summary.read_text())["patchStatus"] if summary.exists() else {"configurationStatuses": []}
    found += [f"{part}: told {told.get(part)}, is {own.get(part)}" for part in
              ("availablePatchSummary", "lastPatchInstallationSummary", "guestpatch") if told.get(part) != own.get(part)]
    modes = [one for one in told.get("configurationStatuses", []) if one["code"].startswith(MODES)]
    if modes != own["configurationStatuses"]:
        found.append(f"configurationStatuses: told {modes}, is {own['configurationStatuses']}")
    return found


class HostTest(InstallTest):
    """Each test has a machine, a host, and nothing running yet."""

    def setUp(self):
        super().setUp()
        self.host = ReferenceHost()
        self.addCleanup(self.host.close)
        self.store = self.host.store
        self.service = None

    def machine(self):
        return HostGuest(self.suites)

    def run_service(self, **settings):
        """From now on it reports to the host, which listens on an address of its own."""
        url = self.host.listen(self.guest)
        configure_host(self.guest, url, **settings)
        self.start_service()
        return url

    def start_service(self):
        log = tempfile.TemporaryFile("w+")
        self.addCleanup(log.close)
        self.log = log
        self.service = self.start("run", stdout=log, stderr=log)

    def pid(self):
        return self.guest.find_process(f"{roots.PROGRAM} run")

    def stop_service(self, with_signal=signal.SIGTERM):
        os.kill(self.pid(), with_signal)
        self.service.wait(timeout=60)

    def said(self):
        """What the service has logged so far."""
        self.log.seek(0)
        return self.log.read()

    def until(self, true, timeout=30):
        end = time.monotonic() + timeout
        while not true():
            if time.monotonic() > end:
                self.fail(f"it never came true; {self.host.account()}\n{self.said()[-4000:]}")
            time.sleep(0.02)

    def until_agreed(self, timeout=30):
        """The host knows what the machine knows, all of it, and nothing twice."""
        last = []

        def agreed():
            last[:] = differences(self.guest, self.store)
            return not last

        try:
            self.until(agreed, timeout)
        except self.failureException as error:
            raise AssertionError(f"{last}\n{error}") from None
        self.assertEqual(self.store.violations, [])

    def until_polled(self, times=2):
        """The goal as it is now has been heard: it was asked for so often since."""
        seen = len(self.polls())
        self.until(lambda: len(self.polls()) >= seen + times)

    def polls(self):
        return [one for one in self.host.seen("GET", "/goalState") if one.statuses]

    def until_result(self, kind, activity, timeout=60):
        self.until(lambda: (kind, activity) in self.results(), timeout)
        [document] = self.results()[kind, activity]
        return document

    def results(self):
        return self.store.machine().results if self.store.machines else {}

    def by_hand(self, command, *arguments):
        """The activity id of what somebody did beside the service, as soon as that let him."""
        done = []
        self.until(lambda: done.append(self.guest.guestpatch(command, *arguments, "--json")) or done[-1].code != 75)
        document = parse(done[-1])
        schemas.validate(document, f"{'assessment' if command == 'assess' else 'installation'}-result")
        return document.get("assessmentActivityId") or document["installationActivityId"]

    def outbox(self):
        return self.guest.document("status", codes=[0])["agent"].get("outbox")
