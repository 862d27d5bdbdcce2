"""The hosts of the tests are hosts: what a machine may rely on, on the reference host and on a real nginx alike."""
import contextlib
import http.client
import json
import pathlib
import ssl
import tempfile
import threading
import unittest
import uuid

import schemas
from certificates import Authority
from host_faults import FAULTS, HOSTILE_GOALS, Script, Storm
from real_nginx import Nginx, configuration
from reference_host import BASE, ReferenceHost, server_tls

MACHINE = "5c08b38e-4d57-4c23-ac45-aca61037f084"
OTHER = "6a3f0f0e-52a1-4c7b-9d5e-0b6f2f5f9a11"


def example(name, **members):
    return {**json.loads((schemas.WIRE / f"{name}.example.json").read_text()), **members}


def number(count):
    """A report of this sequence number."""
    return example("report", sequenceNumber=count, reportId=str(uuid.uuid4()))


class Client:
    """A machine that can do nothing but ask."""

    def __init__(self, url, tls=None, token=None, machine=MACHINE):
        address = url.split("/")[2]
        self._connection = (http.client.HTTPSConnection(address, timeout=10, context=tls) if tls
                            else http.client.HTTPConnection(address, timeout=10))
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._base = f"{BASE}/machines/{machine}"

    def ask(self, method, resource, document=None, **headers):
        """(status, headers, body)"""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        body = document if isinstance(document, (bytes, type(None))) else json.dumps(document).encode()
        if body is not None:
            names = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()),
                     "X-Request-Id": str(uuid.uuid4()), **names}
        try:
            self._connection.request(method, f"{self._base}/{resource}", body, {**self._headers, **names})
            answer = self._connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def put(self, resource, document, **headers):
        return self.ask("PUT", resource, document, **headers)[0]


class HostContract:
    """What every host does, also one that only stores what it is sent."""

    def test_keeps_what_it_was_sent_last(self):
        record = example("machine-record")
        self.assertIn(self.client.put("record", record), (200, 201, 204))
        self.assertEqual(self.stored("record"), record)
        self.assertIn(self.client.put("record", {**record, "hostName": "another"}), (200, 201, 204))
        self.assertEqual(self.stored("record")["hostName"], "another")

    def test_keeps_every_kind_of_document(self):
        self.client.put("record", example("machine-record"))
        assessment, installation = example("assessment-result"), example("installation-result")
        for resource, document in (("patchStatus", example("report")),
                                   (f"assessments/{assessment['assessmentActivityId']}", assessment),
                                   (f"installations/{installation['installationActivityId']}", installation)):
            with self.subTest(resource):
                self.assertIn(self.client.put(resource, document), (200, 201, 204))
                self.assertEqual(self.stored(resource), document)

    def test_an_answer_to_a_put_is_empty_or_json(self):
        for resource, document in (("record", example("machine-record")), ("patchStatus", example("report"))):
            status, _, body = self.client.ask("PUT", resource, document)
            self.assertIn(status, (200, 201, 204))
            if body:
                json.loads(body)

    def test_a_long_document(self):
        self.client.put("record", example("machine-record"))
        document = example("assessment-result")
        document["availablePatches"] *= (3 << 20) // len(json.dumps(document["availablePatches"]))
        resource = f"assessments/{document['assessmentActivityId']}"
        self.assertIn(self.client.put(resource, document), (200, 201, 204))
        self.assertEqual(self.stored(resource), document)

    def test_no_goal_is_404(self):
        self.client.put("record", example("machine-record"))
        self.assertEqual(self.client.ask("GET", "goalState")[0], 404)

    def test_a_goal_has_an_etag_and_is_sent_once(self):
        self.client.put("record", example("machine-record"))
        self.set_goal({"goalSequence": 1})
        status, headers, body = self.client.ask("GET", "goalState")
        self.assertEqual((status, json.loads(body)), (200, {"goalSequence": 1}))
        self.assertRegex(headers["ETag"], r'^"[^"]+"$')
        again = self.client.ask("GET", "goalState", If_None_Match=headers["ETag"])
        self.assertEqual((again[0], again[2]), (304, b""))
        self.set_goal({"goalSequence": 22})
        status, changed, body = self.client.ask("GET", "goalState", If_None_Match=headers["ETag"])
        self.assertEqual((status, json.loads(body)), (200, {"goalSequence": 22}))
        self.assertNotEqual(changed["ETag"], headers["ETag"])

    def test_events_are_taken_or_unsupported(self):
        self.client.put("record", example("machine-record"))
        self.assertIn(self.client.ask("POST", "events", example("events"))[0], (200, 404, 405))

    def test_nobody_else_is_told(self):
        with self.assertRaises((OSError, http.client.HTTPException)):
            # Whoever does not know who is there is not talked to.
            self.stranger().put("record", example("machine-record"))

    def test_one_machine_cannot_write_as_another(self):
        self.assertEqual(self.as_another().put("record", example("machine-record", machineId=OTHER)), 403)


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.authority = Authority(cls.folder / "tls")
        cls.server = cls.authority.issue("localhost", "DNS:localhost,IP:127.0.0.1")
        cls.mine = cls.authority.issue(MACHINE, f"URI:urn:uuid:{MACHINE}")

    def trusting(self, certificate=None):
        context = ssl.create_default_context(cafile=self.authority.file)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def stranger(self):
        return Client(self.url, ssl.create_default_context())

    def as_another(self):
        """With the certificate of MACHINE."""
        return Client(self.url, self.trusting(self.mine), machine=OTHER)


class ReferenceHostKeepsIt(HostContract, TlsTest):
    def setUp(self):
        self.host = self.enterContext(ReferenceHost(server_tls(self.authority, self.server, clients=True),
                                                    machines_by_certificate=True))
        self.url = self.host.listen()
        self.client = Client(self.url, self.trusting(self.mine))
        self.set_goal = self.host.store.set_goal

    def tearDown(self):
        self.assertEqual(self.host.store.violations, [])

    def stored(self, resource):
        machine = self.host.store.machine(MACHINE)
        kind, _, activity = resource.partition("/")
        return {"record": machine.record, "patchStatus": machine.report}.get(kind) or machine.results[kind, activity][-1]

    def test_without_a_certificate_there_is_nobody(self):
        with self.assertRaises((OSError, http.client.HTTPException)):
            Client(self.url, self.trusting()).put("record", example("machine-record"))


class NginxKeepsIt(HostContract, TlsTest):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.nginx = self.enterContext(Nginx(folder, configuration(self.authority, self.server)))
        self.url = self.nginx.url
        self.client = Client(self.url, self.trusting(self.mine))
        self.set_goal = self.nginx.set_goal

    def stored(self, resource):
        return self.nginx.stored(MACHINE, resource)

    def test_without_a_certificate_nothing_is_kept(self):
        self.assertIn(Client(self.url, self.trusting()).put("record", example("machine-record")), (400, 403))


class Protocol(unittest.TestCase):
    """What only the reference host does: the rules of the host API."""

    def setUp(self):
        self.host = self.enterContext(ReferenceHost())
        self.store = self.host.store
        self.client = Client(self.host.listen())
        self.assertEqual(self.client.put("record", example("machine-record")), 201)
        self.machine = self.store.machine()

    def put_report(self, report):
        status, _, body = self.client.ask("PUT", "patchStatus", report, Idempotency_Key=report["reportId"])
        return status, json.loads(body).get("acceptedSequence")

    def test_reports_are_ordered_by_their_number(self):
        first, second = number(5), number(6)
        self.assertEqual(self.put_report(first), (200, 5))
        self.assertEqual(self.put_report(first), (200, 5))
        self.assertEqual(self.put_report(second), (200, 6))
        self.assertEqual(self.put_report(first), (409, 6))
        self.assertEqual(self.put_report(number(6)), (409, 6))
        self.assertEqual(self.machine.report, second)
        self.assertEqual(len(self.machine.streams[0].reports), 2)

    def test_another_agent_instance_begins_anew(self):
        self.put_report(number(5))
        self.assertEqual(self.put_report({**number(1), "agentInstanceId": OTHER}), (200, 1))
        self.assertEqual([stream.accepted for stream in self.machine.streams], [5, 1])
        self.assertEqual(self.put_report(number(5)), (409, 5))
        self.assertEqual(self.put_report(number(6)), (200, 6))

    def test_a_result_with_the_same_key_is_applied_once(self):
        document, key = example("installation-result"), str(uuid.uuid4())
        resource = f"installations/{document['installationActivityId']}"
        for _ in range(3):
            self.assertEqual(self.client.put(resource, document, Idempotency_Key=key), 201)
        self.assertEqual([len(applied) for applied in self.machine.results.values()], [1])
        self.assertEqual(len(self.store.suppressed), 2)
        self.assertEqual(self.client.put(resource, document), 200)
        self.assertEqual([len(applied) for applied in self.machine.results.values()], [2])

    def test_a_batch_of_events_counts_once(self):
        for _ in range(2):
            status, _, body = self.client.ask("POST", "events", example("events"))
            self.assertEqual((status, json.loads(body)), (200, {"accepted": 1, "rejected": []}))
        self.assertEqual(len(self.machine.view()["events"]), 1)

    def test_a_long_poll_ends_with_the_goal(self):
        threading.Timer(0.1, self.store.set_goal, [{"goalSequence": 1}]).start()
        status, headers, _ = self.client.ask("GET", "goalState", Prefer="wait=9")
        self.assertEqual(status, 200)
        self.assertEqual(self.client.ask("GET", "goalState", Prefer="wait=1", If_None_Match=headers["ETag"])[0], 304)

    def test_an_operation_leaves_the_goal_with_its_result(self):
        document = example("installation-result")
        activity = document["installationActivityId"]
        self.store.set_goal({"goalSequence": 1, "operations": [{"activityId": activity, "operation": "Installation"}]})
        self.client.put(f"installations/{activity}", {**document, "status": "InProgress"})
        self.assertEqual(len(self.store.goal["operations"]), 1)
        self.client.put(f"installations/{activity}", document)
        self.assertEqual(self.store.goal, {"goalSequence": 2, "operations": []})

    def test_one_at_a_time_is_admitted(self):
        other = Client(self.host.listen(), machine=OTHER)
        other.put("record", example("machine-record", machineId=OTHER))

        def asks(client):
            return json.loads(client.ask("POST", "admissions", example("admission-request"))[2])

        self.assertTrue(asks(self.client)["granted"])
        self.assertTrue(asks(self.client)["granted"])
        self.assertEqual(asks(other), {"granted": False, "retryAfterSeconds": 1, "holder": MACHINE})
        document = example("installation-result", installationActivityId=example("admission-request")["activityId"])
        self.client.put(f"installations/{document['installationActivityId']}", document)
        self.assertTrue(asks(other)["granted"])

    def test_a_machine_nobody_knows_must_register(self):
        self.store.forget()
        self.assertEqual(self.put_report(number(1))[0], 410)
        self.assertEqual(self.client.put("record", example("machine-record")), 200)
        self.assertEqual(self.put_report(number(1))[0], 200)

    def test_what_is_wrong_is_refused_and_remembered(self):
        for status, resource, document, headers in (
                (404, "nothing", {}, {}), (404, "record/..", {}, {}), (404, "assessments", {}, {}),
                (404, "assessments/x", {}, {}), (405, "goalState", {}, {}),
                (415, "record", example("machine-record"), {"Content_Type": "text/plain"}),
                (413, "patchStatus", b" " * (200 << 10), {}), (422, "record", b"{", {}), (422, "record", {}, {}),
                (422, "record", example("machine-record", machineId=OTHER), {}),
                (422, f"assessments/{OTHER}", example("assessment-result"), {})):
            with self.subTest(resource=resource, status=status):
                self.assertEqual(self.client.put(resource, document, **headers), status)
        self.assertEqual(len(self.store.violations), 5)

    def test_a_wrong_bearer_is_refused(self):
        self.host.token = "secret"
        self.assertEqual(self.client.put("record", example("machine-record")), 401)
        self.assertEqual(Client(self.host.listen(), token="secret").put("record", example("machine-record")), 200)

    def test_closed_and_back(self):
        self.host.close()
        with self.assertRaises(OSError):
            self.client._connection.close()
            self.client.put("record", example("machine-record"))
        self.assertEqual(Client(self.host.listen()).put("record", example("machine-record")), 200)


class Faults(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(ReferenceHost())
        self.client = Client(self.host.listen())
        self.client.put("record", example("machine-record"))

    def sent(self, fault, report):
        """Status; or None, when there was no answer."""
        self.host.faults = Script(fault)
        try:
            return self.client.put("patchStatus", report, Idempotency_Key=report["reportId"])
        except (OSError, http.client.HTTPException):
            return None

    def test_each_is_what_its_name_says(self):
        """(what the machine hears, whether the host has it)"""
        expected = {
            "drop_before_reading": ({None}, False), "drop_after_processing": ({None}, True),
            "reset_in_the_answer": ({None}, True), "busy": ({429, 503}, False), "busy_until_a_date": ({503}, False),
            "failing": ({500, 502, 504}, False), "slow": ({200}, True), "delivered_twice": ({200}, True),
            "lies_about_the_sequence": ({409}, False), "forgets_the_machine": ({410}, False), "garbage": ({200}, True),
            "huge": ({200}, True), "of_another_kind": ({200}, True), "hostile_goal": ({200}, True)}
        self.assertEqual(sorted(expected), sorted(fault.__name__ for fault in FAULTS))
        for count, fault in enumerate(FAULTS, 1):
            with self.subTest(fault.__name__):
                self.client.put("record", example("machine-record"))
                report = number(count)
                statuses, has_it = expected[fault.__name__]
                self.assertIn(self.sent(fault, report), statuses)
                self.host.until(lambda: not has_it or self.host.requests[-1].statuses)
                newest = self.host.store.machine().report
                self.assertEqual(newest == report, has_it)
        self.assertEqual(self.host.store.violations, [])

    def test_no_hostile_goal_is_one_by_accident(self):
        """Each is too much, no JSON, against the schema, or says more than the schema knows."""
        goal = example("goal-state")
        schema = json.loads((schemas.WIRE / "goal-state.schema.json").read_text())
        for name, make in HOSTILE_GOALS.items():
            text = make(goal)
            if len(text) > 1 << 20:
                continue
            with self.subTest(name):
                try:
                    document = json.loads(text)
                    schemas.validate(document, "goal-state")
                except (ValueError, AssertionError, RecursionError):
                    continue
                surplus = set(document) - set(schema["properties"])
                settings = set(document["patchSettings"]) - set(schema["properties"]["patchSettings"]["properties"])
                ids = [one["activityId"] for one in document["operations"]]
                self.assertTrue(surplus or settings or len(ids) != len(set(ids)) or "Mars" in str(document)
                                or "passwd" in str(document) or "Manual" in str(document), document)

    def test_a_client_that_never_gives_up_loses_nothing(self):
        """The property itself, with the smallest client that keeps the rules."""
        for seed in range(20):
            with self.subTest(seed=seed), ReferenceHost(faults=Storm(seed)) as host:
                client = Patient(Client(host.listen()))
                for count in range(1, 6):
                    client.report(count)
                machine = host.store.machine()
                self.assertEqual(machine.report["patchStatus"], client.state)
                self.assertEqual([len(applied) for applied in machine.results.values()], [1] * 5)
                self.assertEqual(host.store.violations, [])
                self.assertTrue(host.faults.made)


class Patient:
    """Sends until it is heard; waits for nothing."""

    def __init__(self, client):
        self._client = client
        self._sequence = 0
        self.state = None

    def report(self, count):
        document = example("installation-result", installationActivityId=str(uuid.uuid4()))
        self._until_heard("PUT", f"installations/{document['installationActivityId']}", lambda: document, str(uuid.uuid4()))
        self.state = example("report")["patchStatus"]
        self.state["availablePatchSummary"]["otherPatchCount"] = count
        self._until_heard("PUT", "patchStatus", self._envelope)

    def _envelope(self):
        self._sequence += 1
        return number(self._sequence) | {"patchStatus": self.state}

    def _until_heard(self, method, resource, make, key=None):
        while True:
            document = make()
            try:
                status, _, body = self._client.ask(method, resource, document, Idempotency_Key=key or document["reportId"])
            except (OSError, http.client.HTTPException):
                continue
            if status < 300:
                return
            if status == 409:
                self._sequence = json.loads(body)["acceptedSequence"]
            elif status == 410:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    self._client.put("record", example("machine-record"))
