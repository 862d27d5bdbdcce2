"""What a host knows of its machines, and how it answers them: the server side of the host API, without a network.

Every body is validated against docs/wire; what is wrong with one is refused and remembered in `violations`.
"""
import copy
import hashlib
import json
import re
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

import schemas

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PATH = re.compile(rf"/machines/([^/]+)/(record|goalState|patchStatus|assessments|installations|events|admissions)(?:/({GUID}))?")
METHODS = {"goalState": "GET", "events": "POST", "admissions": "POST"}  # of all others: PUT
SCHEMAS = {"record": "machine-record", "patchStatus": "report", "assessments": "assessment-result",
           "installations": "installation-result", "events": "events", "admissions": "admission-request"}
RESULTS = ("assessments", "installations")
LIMITS = {"patchStatus": 128 << 10, "assessments": 4 << 20, "installations": 4 << 20, "events": 4 << 20}


@dataclass
class Answer:
    status: int
    document: object = None
    headers: dict = field(default_factory=dict)
    raw: bytes = None  # sent instead of `document`

    def body(self):
        if self.raw is not None:
            return self.raw
        return b"" if self.document is None else json.dumps(self.document).encode()


def refusal(status, message, **members):
    return Answer(status, {"error": {"code": str(status), "message": message}, **members})


@dataclass
class Stream:
    """The reports of one agent instance."""
    instance: str
    accepted: int = 0
    reports: list = field(default_factory=list)  # as accepted, oldest first


@dataclass
class Machine:
    record: dict = None
    registered: bool = False
    streams: list = field(default_factory=list)  # the last is the current one
    results: dict = field(default_factory=dict)  # (kind, activity id): documents as they were applied, oldest first
    batches: dict = field(default_factory=dict)  # (agent instance, batch id): events
    admissions: list = field(default_factory=list)  # (request, answer)

    @property
    def report(self):
        return self.streams[-1].reports[-1] if self.streams else None

    def view(self):
        """What an operator would be shown."""
        newest = {kind: {activity: documents[-1] for (of, activity), documents in self.results.items() if of == kind}
                  for kind in RESULTS}
        return copy.deepcopy({"record": self.record, "patchStatus": self.report and self.report["patchStatus"], **newest,
                              "events": [event for events in self.batches.values() for event in events]})


class HostStore:
    """Thread-safe; `changed` is notified whenever something was stored, and when the goal changes."""

    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self.machines = {}
        self.violations = []
        self.suppressed = []  # (path, key) of requests that came again and changed nothing
        self.limits = dict(LIMITS)
        self.unsupported = set()  # resources this host does not have
        self.slots = 1  # how many machines may be at work
        self.lease = 3600  # seconds
        self.tidy = True  # operations vanish from the goal when their result is here
        self.goal = None
        self._goal_text = None
        self._remembered = {}  # (path, Idempotency-Key): (digest of the body, answer)
        self._leases = {}  # machine: (activity id, until)

    def machine(self, name=None):
        """The only one, unless it is named."""
        if name is None:
            [name] = self.machines
        return self.machines.setdefault(name, Machine())

    def set_goal(self, goal):
        """A document, or text that need not be one; None: no machine has a goal."""
        with self.changed:
            self.goal = copy.deepcopy(goal) if isinstance(goal, dict) else None
            text = json.dumps(goal) if isinstance(goal, dict) else goal
            self._goal_text = text.encode() if isinstance(text, str) else text
            self.changed.notify_all()

    def etag(self):
        return '"' + hashlib.sha256(self._goal_text).hexdigest()[:16] + '"'

    def forget(self):
        """The machines have to register again; what they reported is kept."""
        for machine in self.machines.values():
            machine.registered = False

    def answer(self, method, path, headers, body):
        """`headers`: names in lower case. A long poll waits in here."""
        found = PATH.fullmatch(path)
        if not found or found[2] in self.unsupported or bool(found[3]) != (found[2] in RESULTS):
            return refusal(404, f"there is no {path}")
        name, kind, activity = urllib.parse.unquote(found[1]), found[2], found[3]
        if method != METHODS.get(kind, "PUT"):
            return refusal(405, f"{method} is not for {kind}")
        with self.changed:
            machine = self.machine(name)
            if kind != "record" and not machine.registered:
                return refusal(410, "who is that? register again")
            if kind == "goalState":
                return self._goal_state(headers)
            answer = self._read(path, kind, name, headers, body)
            if isinstance(answer, dict):
                document = answer
                answer = self._once(path, headers, body, lambda: self._take(machine, name, kind, activity, document))
            self.changed.notify_all()
            return answer

    def _goal_state(self, headers):
        wanted = re.fullmatch(r"wait=(\d+)", headers.get("prefer", ""))
        known = headers.get("if-none-match")
        if wanted:
            self.changed.wait_for(lambda: self._goal_text is not None and self.etag() != known, int(wanted[1]))
        if self._goal_text is None:
            return refusal(404, "no goal for this machine")
        if known == self.etag():
            return Answer(304, headers={"ETag": known})
        return Answer(200, headers={"ETag": self.etag()}, raw=self._goal_text)

    def _read(self, path, kind, name, headers, body):
        """The document, or the answer to what is none."""
        if headers.get("content-type", "").split(";")[0] != "application/json":
            return self._violation(415, path, "its Content-Type is not application/json")
        if len(body) > self.limits.get(kind, 64 << 10):
            return refusal(413, f"{len(body)} bytes are too many")
        for header in ("idempotency-key", "x-request-id"):
            if not headers.get(header):
                self._violation(400, path, f"it has no {header}")
        try:
            document = json.loads(body)
            schemas.validate(document, SCHEMAS[kind])
        except (ValueError, AssertionError) as error:
            return self._violation(422, path, str(error))
        if document.get("machineId", name) != name:
            return self._violation(422, path, "it is about another machine")
        return document

    def _violation(self, status, path, message):
        self.violations.append(f"{path}: {message}")
        return refusal(status, message)

    def _once(self, path, headers, body, take):
        """Rule 1: what has come before changes nothing, and gets the answer it got then."""
        key = (path, headers.get("idempotency-key"))
        digest = hashlib.sha256(body).digest()
        if path.endswith("/patchStatus") or not key[1]:
            return take()  # a report is known by its number (rule 2)
        if key in self._remembered:
            before, answer = self._remembered[key]
            if before != digest:
                self._violation(422, path, f"another body under the same key {key[1]}")
            self.suppressed.append(key)
            return answer
        answer = take()
        self._remembered[key] = (digest, answer)
        return answer

    def _take(self, machine, name, kind, activity, document):
        if kind == "record":
            new = machine.record is None
            machine.record, machine.registered = document, True
            return Answer(201 if new else 200)
        if kind in RESULTS:
            return self._take_result(machine, kind, activity, document)
        return {"patchStatus": self._take_report, "events": self._take_events,
                "admissions": self._admit}[kind](machine, name, document)

    def _take_report(self, machine, _, report):
        """Rule 2."""
        number, instance = report["sequenceNumber"], report["agentInstanceId"]
        [stream] = [one for one in machine.streams if one.instance == instance] or [Stream(instance)]
        if number > stream.accepted:
            machine.streams = [one for one in machine.streams if one is not stream] + [stream]
            stream.accepted = number
            stream.reports.append(report)
        elif number == stream.accepted and report["reportId"] == stream.reports[-1]["reportId"]:
            self.suppressed.append(("patchStatus", report["reportId"]))
        else:
            return refusal(409, f"number {number} is over", acceptedSequence=stream.accepted)
        return Answer(200, {"acceptedSequence": stream.accepted})

    def _take_result(self, machine, kind, activity, document):
        written = document.get("assessmentActivityId", document.get("installationActivityId"))
        if written != activity:
            return self._violation(422, f"{kind}/{activity}", f"it is the result of {written}")
        applied = machine.results.setdefault((kind, activity), [])
        applied.append(document)
        if document["status"] != "InProgress":
            self._over(activity)
        return Answer(201 if len(applied) == 1 else 200)

    def _over(self, activity):
        """Its operation leaves the goal, and others may begin."""
        self._leases = {name: lease for name, lease in self._leases.items() if lease[0] != activity}
        left = [one for one in (self.goal or {}).get("operations", []) if one.get("activityId") != activity]
        if self.tidy and self.goal and left != self.goal.get("operations", []):
            self.set_goal({**self.goal, "goalSequence": self.goal["goalSequence"] + 1, "operations": left})

    def _take_events(self, machine, _, batch):
        key = (batch["agentInstanceId"], batch["batchId"])
        if key in machine.batches:
            self.suppressed.append(("events", batch["batchId"]))
        rejected = [{"index": index, "code": "TooLarge"} for index, event in enumerate(batch["events"])
                    if sum(len(str(value)) for value in event.values()) > 6144]
        machine.batches[key] = batch["events"]
        return Answer(200, {"accepted": len(batch["events"]) - len(rejected), "rejected": rejected})

    def _admit(self, machine, name, request):
        now = time.monotonic()
        self._leases = {who: lease for who, lease in self._leases.items() if lease[1] > now}
        others = [who for who in self._leases if who != name]
        if len(others) < self.slots:
            self._leases[name] = (request["activityId"], now + self.lease)
            answer = Answer(200, {"granted": True, "leaseSeconds": self.lease})
        else:
            answer = Answer(200, {"granted": False, "retryAfterSeconds": 1, "holder": others[0] if others else "the operator"})
        schemas.validate(answer.document, "admission-answer")
        machine.admissions.append((request, answer.document))
        return answer
