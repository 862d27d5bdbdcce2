"""A real nginx that stores what is PUT is a host, with the configuration docs/usage/host.md shows."""
import pathlib
import tempfile

import schemas
from certificates import Authority
from host_faults import window
from host_guest import AUTOMATIC, HostTest, configure_host, goal, kept_results, operation
from install_world import PLAIN
from real_nginx import Nginx, configuration, plain

TLS = "/etc/guestpatch/tls"
SCHEMAS = {"record": "machine-record", "patchStatus": "report", "assessments": "assessment-result",
           "installations": "installation-result"}


class StoredByNginx(HostTest):
    def serve(self, authority, server):
        text = configuration(authority, server)
        self.nginx = self.enterContext(Nginx(self.folder, text, self.guest))
        return self.nginx.url

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def documents(self):
        try:
            return self.nginx.documents()
        except ValueError:
            return {}  # one is just being written

    def until_stored(self, *names, timeout=60):
        self.until(lambda: all(name in self.documents() for name in names), timeout)

    def check_the_store(self):
        """Every document fits its schema, and what has ended is stored as the machine keeps it."""
        kept = {f"{kind}/{activity}": document for (kind, activity), document in kept_results(self.guest).items()}
        self.until_stored(*kept)
        stored = self.documents()
        for name, document in stored.items():
            with self.subTest(name):
                schemas.validate(document, SCHEMAS[name.split("/")[0]])
        self.assertEqual({name: document for name, document in stored.items() if "/" in name}, kept)
        puts = [path.split("/machines/")[1].partition("/")[2] for method, path, status in self.nginx.requests()
                if method == "PUT" and status < 300]
        self.assertEqual(sorted(name for name in puts if "/" in name), sorted(kept), "a result was sent twice")

    def test_with_certificates_and_a_goal_for_the_fleet(self):
        machine = self.guest.status()["agent"]["machineId"]
        authority = Authority(self.folder / "tls")
        url = self.serve(authority, authority.issue("host", "DNS:localhost,IP:127.0.0.1"))
        certificate, key = authority.issue(machine, f"URI:urn:uuid:{machine}")
        for name, file in (("ca.pem", authority.file), ("machine.pem", certificate), ("machine.key", key)):
            self.guest.write(f"{TLS}/{name}", file.read_text())
            self.guest.run(["chmod", "600", f"{TLS}/{name}"], check=True)
        elsewhere = {"tagSettings": {"tags": {"stage": ["production"]}}}
        self.nginx.set_goal(goal(1, patchSettings=AUTOMATIC, maintenanceConfigurations=[
            window("not-here", filter=elsewhere), window("here", filter={"osTypes": ["Linux"]})]))
        configure_host(self.guest, url, caFile=f"{TLS}/ca.pem", clientCertificate=f"{TLS}/machine.pem",
                       clientKey=f"{TLS}/machine.key")
        self.start_service()
        self.until(lambda: any(name.startswith("installations/") for name in self.documents()), timeout=60)
        [installation] = [one for name, one in self.documents().items() if name.startswith("installations/")]
        self.assertEqual((installation["status"], installation["installedPatchCount"]), ("Succeeded", len(PLAIN)))
        self.check_the_store()
        self.assertEqual(self.nginx.stored(machine, "patchStatus")["observedGoal"]["goalSequence"], 1)

    def test_plain_on_loopback_and_operations(self):
        authority = Authority(self.folder / "tls")
        self.nginx = self.enterContext(Nginx(
            self.folder, plain(configuration(authority, authority.issue("host", "IP:127.0.0.1"))), self.guest))
        asked = [operation("Assessment"), operation(sequenceNumber=2)]
        self.nginx.set_goal(goal(1, *asked))
        configure_host(self.guest, self.nginx.url)
        self.start_service()
        self.until_stored(f"assessments/{asked[0]['activityId']}", f"installations/{asked[1]['activityId']}")
        self.check_the_store()
        unchanged = [status for method, path, status in self.nginx.requests() if path.endswith("/goalState")]
        self.assertEqual(unchanged.count(200), 1)
        self.until(lambda: sum(1 for _, path, status in self.nginx.requests() if status == 304) > 2)
        # Such a host takes no events; it is asked once.
        self.assertLessEqual(sum(1 for method, *_ in self.nginx.requests() if method == "POST"), 1)
