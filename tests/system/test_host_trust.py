"""Who may be told and who is believed: certificates, tokens, files with secrets."""
import pathlib
import tempfile

from certificates import Authority
from host_guest import HostTest, configure_host
from reference_host import ReferenceHost, server_tls

TLS = "/etc/guestpatch/tls"
HERE = "DNS:localhost,IP:127.0.0.1"


class TrustTest(HostTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.authority = Authority(cls.folder / "ours")
        cls.other = Authority(cls.folder / "other", "another authority")

    def serve(self, tls, **options):
        """A host of this kind takes the place of the plain one."""
        self.host.close()
        self.host = ReferenceHost(tls, **options)
        self.store = self.host.store
        self.addCleanup(self.host.close)

    def bring(self, name, content, mode="600"):
        """A file of the machine's; its path there."""
        text = content if isinstance(content, str) else content.read_text()
        self.guest.write(f"{TLS}/{name}", text)
        self.guest.run(["chmod", mode, f"{TLS}/{name}"], check=True)
        return f"{TLS}/{name}"

    def check_nothing_is_told(self, code):
        """The trouble has this code, nothing came through, and the machine goes on."""
        self.until(lambda: code in str(self.outbox()))
        self.assertEqual([one for one in self.host.requests if 200 in one.statuses], [])
        self.by_hand("assess")
        self.assertIsNone(self.service.poll())


class Servers(TrustTest):
    def test_one_of_our_authority_is_told(self):
        self.serve(server_tls(self.authority, self.authority.issue("host", HERE)))
        self.run_service(caFile=self.bring("ca.pem", self.authority.file))
        self.by_hand("assess")
        self.until_agreed()

    def test_others_are_told_nothing(self):
        for name, authority, names in (("of another authority", self.other, HERE),
                                       ("of another name", self.authority, "DNS:patch.example,IP:192.0.2.1")):
            with self.subTest(name):
                self.fresh()
                self.serve(server_tls(authority, authority.issue("host", names)))
                self.run_service(caFile=self.bring("ca.pem", self.authority.file))
                self.check_nothing_is_told("UNTRUSTED")
                self.assertEqual(self.host.requests, [])

    def test_without_a_ca_file_the_systems_authorities_decide(self):
        self.serve(server_tls(self.authority, self.authority.issue("host", HERE)))
        self.run_service()
        self.check_nothing_is_told("UNTRUSTED")

    def test_a_certificate_that_is_replaced_is_believed_without_a_restart(self):
        self.serve(server_tls(self.other, self.other.issue("host", HERE)))
        self.run_service(caFile=self.bring("ca.pem", self.authority.file))
        self.check_nothing_is_told("UNTRUSTED")
        self.bring("ca.pem", self.other.file)
        self.until_agreed(timeout=60)


class Machines(TrustTest):
    """Mutual TLS."""

    def machine_id(self):
        return self.guest.status()["agent"]["machineId"]

    def serve_known(self):
        self.serve(server_tls(self.authority, self.authority.issue("host", HERE), clients=True), machines_by_certificate=True)

    def present(self, authority, machine, **settings):
        certificate, key = authority.issue("machine", f"URI:urn:uuid:{machine}")
        self.run_service(caFile=self.bring("ca.pem", self.authority.file),
                         clientCertificate=self.bring("machine.pem", certificate),
                         clientKey=self.bring("machine.key", key), **settings)

    def test_with_its_own_certificate(self):
        self.serve_known()
        self.present(self.authority, self.machine_id())
        self.by_hand("assess")
        self.until_agreed()

    def test_with_the_certificate_of_another(self):
        self.serve_known()
        self.present(self.authority, "00000000-0000-4000-8000-000000000001")
        self.check_nothing_is_told("HTTP_403")

    def test_with_one_of_another_authority(self):
        self.serve_known()
        self.present(self.other, self.machine_id())
        self.until(lambda: (self.outbox() or {}).get("lastError"))
        self.assertEqual(self.host.requests, [])

    def test_without_one(self):
        self.serve_known()
        self.run_service(caFile=self.bring("ca.pem", self.authority.file))
        self.until(lambda: (self.outbox() or {}).get("lastError"))
        self.assertEqual(self.host.requests, [])

    def test_a_key_that_everybody_may_read_is_not_used(self):
        self.serve_known()
        certificate, key = self.authority.issue("machine", f"URI:urn:uuid:{self.machine_id()}")
        self.run_service(caFile=self.bring("ca.pem", self.authority.file),
                         clientCertificate=self.bring("machine.pem", certificate),
                         clientKey=self.bring("machine.key", key, mode="644"))
        self.check_nothing_is_told("CREDENTIAL_UNSAFE")
        self.assertEqual(self.host.requests, [])


class Bearers(TrustTest):
    def test_the_right_one(self):
        self.serve(None, token="s3cret-token")
        self.run_service(bearerTokenFile=self.bring("token", "s3cret-token\n"))
        self.by_hand("assess")
        self.until_agreed()
        self.assertNotIn("s3cret", self.said())
        self.assertNotIn("s3cret", self.guest.run(["grep", "-r", "s3cret", "/var/lib/guestpatch", "/run/guestpatch"]).out)

    def test_the_wrong_one_until_it_is_replaced(self):
        self.serve(None, token="new")
        self.run_service(bearerTokenFile=self.bring("token", "old"))
        self.check_nothing_is_told("HTTP_401")
        self.bring("token", "new")
        configure_host(self.guest, self.host.listen(self.guest), bearerTokenFile=f"{TLS}/token")
        self.stop_service()
        self.start_service()
        self.until_agreed()


class Sockets(TrustTest):
    def test_a_unix_socket(self):
        self.host.listen_at(self.guest.path("/run") / "host.sock")
        configure_host(self.guest, "unix:/run/host.sock")
        self.start_service()
        self.by_hand("assess")
        self.until_agreed()

    def test_the_courier_runs_as_nobody_much(self):
        self.host.listen_at(self.guest.path("/run") / "host.sock")
        configure_host(self.guest, "unix:/run/host.sock", longPoll=True, interval="PT10M")
        self.start_service()
        pid = self.guest.find_process("/usr/lib/guestpatch/guestpatch-courier")
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        self.assertEqual(set(status["Uid"].split()), {"990"})
        self.assertEqual(set(status["Gid"].split()), {"990"})
        self.assertEqual((status["Groups"].strip(), int(status["CapEff"], 16), status["NoNewPrivs"]), ("", 0, "1"))
