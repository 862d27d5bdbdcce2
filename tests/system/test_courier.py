"""The courier against servers that are slow, greedy, broken or lie about who they are. All on this machine's loopback."""
import email.utils
import os
import pathlib
import shutil
import socket
import ssl
import tempfile
import time
import unittest
import warnings

from courier_peer import COURIER, Certificates, Peer, ask, call, ok, run, until_gone

SYSTEM_AUTHORITIES = "/etc/ssl/certs"
# Runs its arguments with a folder in the place of the system's authorities, and with no network but loopback.
ELSEWHERE = ["unshare", "--mount", "sh", "-euc", f'mount --bind "$0" {SYSTEM_AUTHORITIES}; exec "$@"']
ALONE = ["unshare", "--net", "sh", "-euc", 'ip link set lo up; exec "$0" "$@"']


class Conversation(unittest.TestCase):
    def test_calls_go_over_one_connection_in_their_order(self):
        with Peer(ok("one", 'ETag: "g1"'), ok("", status="304 Not Modified"), ok("three", status="401 Unauthorized")) as peer:
            replies = ask(f"http://localhost:{peer.port}/v1", call("/a", "1"), call("/b?wait=5", "2"),
                          call("/c", "3", method="PUT", body='{"é":1}', headers=[("Idempotency-Key", "k")]))
        self.assertEqual(replies, [
            {"id": "1", "status": 200, "etag": '"g1"', "body": "one", "silence": "none"},
            {"id": "2", "status": 304, "silence": "none"},
            {"id": "3", "status": 401, "body": "three", "silence": "none"}])
        self.assertEqual(peer.connections, 1)
        self.assertEqual([(request.method, request.path, request.body) for request in peer.requests],
                         [("GET", "/v1/a", ""), ("GET", "/v1/b?wait=5", ""), ("PUT", "/v1/c", '{"é":1}')])

    def test_it_says_who_it_is_and_nothing_it_was_not_told_to(self):
        with Peer(ok("{}", "Set-Cookie: a=b")) as peer:
            ask(f"http://localhost:{peer.port}", call(), call(method="POST", body="{}", headers=[("Prefer", "wait=5")]),
                credentials={"bearer": "t.0"})
        first, second = (request.headers for request in peer.requests)
        self.assertRegex(first["user-agent"], r"^guestpatch/\d")
        self.assertRegex(first["x-request-id"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertNotEqual(first["x-request-id"], second["x-request-id"])
        self.assertEqual(first["authorization"], "Bearer t.0")
        self.assertEqual(set(first), {"host", "accept", "user-agent", "x-request-id", "authorization"})
        self.assertEqual(set(second), {*first, "prefer", "content-type", "content-length"})
        self.assertEqual(second["content-type"], "application/json")
        with Peer(ok()) as peer:
            ask(f"http://localhost:{peer.port}", call(method="PUT"))
        self.assertNotIn("content-type", peer.requests[0].headers)
        self.assertEqual(peer.requests[0].headers["content-length"], "0")

    def test_a_redirect_is_an_answer(self):
        with Peer(ok("", "Location: /elsewhere", status="302 Found")) as peer:
            replies = ask(f"http://localhost:{peer.port}")
        self.assertEqual([reply["status"] for reply in replies], [302])
        self.assertEqual(len(peer.requests), 1)

    def test_a_pause_is_asked_for_in_seconds_or_by_a_date(self):
        later = email.utils.formatdate(time.time() + 120, usegmt=True)
        for header, least, most in (("30", 30, 30), (later, 100, 120), ("999999", 3600, 3600),
                                    ("Fri, 01 Jan 2100 00:00:00 GMT", 3600, 3600), ("Sat, 01 Jan 2000 00:00:00 GMT", 0, 0)):
            with self.subTest(header), Peer(ok("", f"Retry-After: {header}", status="503 Later")) as peer:
                [reply] = ask(f"http://localhost:{peer.port}")
                self.assertEqual(reply["status"], 503)
                self.assertTrue(least <= reply["retryAfter"] <= most, reply)
        for header in ("soon", "-5", ""):
            with self.subTest(header), Peer(ok("", f"Retry-After: {header}", status="503 Later")) as peer:
                [reply] = ask(f"http://localhost:{peer.port}")
                self.assertIn(reply.get("retryAfter", 0), (0, 3600))

    def test_what_is_provisional_does_not_count(self):
        provisional = b'HTTP/1.1 103 Early Hints\r\nETag: "early"\r\n\r\n'
        with Peer(provisional + ok("x", 'etag:"late" '), provisional + ok("x")) as peer:
            first, second = ask(f"http://localhost:{peer.port}", call(), call())
        self.assertEqual((first["status"], first["etag"]), (200, '"late"'))
        self.assertNotIn("etag", second)

    def test_what_is_no_text_becomes_text(self):
        with Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nca\xff\x00") as peer:
            [reply] = ask(f"http://localhost:{peer.port}")
        self.assertEqual(reply["body"], "ca\ufffd\0")

    def test_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{folder}/host.sock")
            listener.listen()
            with Peer(ok("here"), listener=listener) as peer:
                [reply] = ask(f"unix:{folder}/host.sock", call("/x"), credentials={"bearer": "t"})
            self.assertEqual(reply["body"], "here")
            self.assertEqual(peer.requests[0].headers["authorization"], "Bearer t")
            [reply] = ask(f"unix:{folder}/nobody.sock")
            self.assertEqual(reply["silence"], "unreached")


class Misfortune(unittest.TestCase):
    def silence(self, *answers, limit=20, message="."):
        """Of the first of two calls, said with this message; the second is not made then."""
        with Peer(*answers) as peer:
            replies = ask(f"http://localhost:{peer.port}", call(name="a", limit=limit), call(name="b"))
        self.assertEqual([reply["id"] for reply in replies], ["a"])
        self.assertEqual(replies[0]["status"], 0)
        self.assertRegex(replies[0]["message"], message)
        return replies[0]["silence"]

    def test_half_an_answer(self):
        for name, answer in {
            "cut in the body": lambda connection: connection.sendall(ok("x" * 100)[:-1]),
            "cut in the head": lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"),
            "nothing": lambda connection: None,
            "reset": lambda connection: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"),
            "no HTTP": lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
            "no status": lambda connection: connection.sendall(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
            "bad chunks": lambda connection: connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        }.items():
            with self.subTest(name):
                self.assertEqual(self.silence(answer), "broken")

    def test_too_slow(self):
        def trickles(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            until_gone(connection)
        for name, answer in {"silent": until_gone, "trickling": trickles}.items():
            with self.subTest(name):
                started = time.monotonic()
                self.assertEqual(self.silence(answer, limit=1), "broken")
                self.assertLess(time.monotonic() - started, 15)

    def test_too_much(self):
        def endless(piece, beginning=b""):
            def talk(connection):
                connection.sendall(beginning)
                while True:
                    connection.sendall(piece)
            return talk
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for name, answer, message in (
            ("announced", ok("x" * (1024 * 1024 + 1)), "1 MiB"),
            ("chunked", endless(chunk, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "1 MiB"),
            ("headers", endless(b"X-Header: " + b"x" * 1000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "64 KiB"),
            ("provisional", endless(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"), "64 KiB"),
        ):
            with self.subTest(name):
                self.assertEqual(self.silence(answer, message=message), "broken")

    def test_a_whole_mebibyte_is_not_too_much(self):
        with Peer(ok("x" * 1024 * 1024)) as peer:
            [reply] = ask(f"http://localhost:{peer.port}")
        self.assertEqual(len(reply["body"]), 1024 * 1024)

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        for url in (f"http://127.0.0.1:{port}", f"https://localhost:{port}"):
            self.assertEqual([reply["silence"] for reply in ask(url)], ["unreached"])
        for url in ("https://no-such-host.example", "https://192.0.2.1"):
            self.assertEqual([reply["silence"] for reply in ask(url, before=ALONE)], ["unreached"])

    def test_a_connection_that_died_between_two_calls_is_made_anew(self):
        def last_words(connection):
            connection.sendall(ok("one"))  # and the connection closes, unannounced
        with Peer(last_words, ok("two")) as peer:
            replies = ask(f"http://localhost:{peer.port}", call(name="1"), call(name="2"))
        self.assertEqual([reply["body"] for reply in replies], ["one", "two"])
        self.assertEqual(peer.connections, 2)


@unittest.skipIf(shutil.which("openssl") is None, "openssl is not installed")
class Trust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.made = Certificates(folder.name)

    def outcome(self, pair=None, clients=None, name="localhost", context=None, **options):
        """(status or silence, requests that arrived)."""
        context = context or self.made.context(pair or self.made.server, clients)
        with Peer(ok("trusted"), tls=context) as peer:
            [reply] = ask(f"https://{name}:{peer.port}", **options)
        return reply["status"] or reply["silence"], len(peer.requests)

    def authority(self, authority=None, **others):
        return {"ca": (authority or self.made.good).text, "bearer": "secret", **others}

    def identity(self, pair):
        certificate, key = pair
        return {"certificate": certificate.read_text(), "key": key.read_text()}

    def test_the_server_it_was_told_of(self):
        self.assertEqual(self.outcome(credentials=self.authority()), (200, 1))
        self.assertEqual(self.outcome(name="127.0.0.1", credentials=self.authority()), (200, 1))

    def test_any_other_server_hears_nothing(self):
        self_signed = (self.made.other.file, self.made.folder / "other/ca.key")
        other_name = self.made.good.issue("other-name", "DNS:other.example")
        for name, pair, authority in (("unknown authority", self.made.server, self.made.other),
                                      ("another name", other_name, None),
                                      ("expired", self.made.expired, None),
                                      ("self-signed", self_signed, None)):
            with self.subTest(name):
                self.assertEqual(self.outcome(pair, credentials=self.authority(authority)), ("untrusted", 0))
        with self.subTest("no authority at all"):
            self.assertEqual(self.outcome(credentials={"bearer": "secret"}), ("untrusted", 0))
        with self.subTest("authorities that are none"):
            self.assertEqual(self.outcome(credentials={"ca": "nonsense", "bearer": "secret"}), ("untrusted", 0))

    def test_the_systems_authorities_count_where_none_is_named_and_only_there(self):
        system = self.made.folder / "system"
        system.mkdir()
        (system / "ca-certificates.crt").write_text(self.made.good.text)
        shutil.copy(self.made.good.file, system / "good.pem")
        hashed = os.popen(f"openssl x509 -noout -subject_hash -in {self.made.good.file}").read().strip()
        (system / f"{hashed}.0").symlink_to("good.pem")
        before = [*ELSEWHERE, str(system)]
        self.assertEqual(self.outcome(before=before), (200, 1))
        self.assertEqual(self.outcome(before=before, credentials=self.authority()), (200, 1))
        self.assertEqual(self.outcome(before=before, credentials=self.authority(self.made.other)), ("untrusted", 0))

    def test_old_tls_is_not_spoken(self):
        context = self.made.context(self.made.server)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        permissive = self.made.folder / "openssl.cnf"  # the system forbids it too, unless told otherwise
        permissive.write_text("openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n"
                              "[c]\nMinProtocol=TLSv1\nCipherString=DEFAULT:@SECLEVEL=0\n")
        self.assertEqual(self.outcome(context=context, credentials=self.authority(),
                                      environment={"OPENSSL_CONF": str(permissive)}), ("untrusted", 0))

    def test_a_server_that_speaks_no_tls(self):
        with Peer(ok()) as peer:
            [reply] = ask(f"https://localhost:{peer.port}", call(limit=1), credentials=self.authority())
        self.assertEqual(reply["silence"], "unreached")
        self.assertEqual(peer.requests, [])

    def test_our_own_certificate(self):
        machine = "URI:urn:uuid:5c08b38e-4d57-4c23-ac45-aca61037f084"
        ours = self.identity(self.made.good.issue("ours", machine))
        theirs = self.identity(self.made.other.issue("theirs", machine))
        context = self.made.context(self.made.server, clients=self.made.good)
        with Peer(ok(), tls=context) as peer:
            [reply] = ask(f"https://localhost:{peer.port}", credentials=self.authority(**ours))
        self.assertEqual(reply["status"], 200)
        self.assertIn(("URI", machine.removeprefix("URI:")), peer.certificates[0]["subjectAltName"])
        both = {"certificate": ours["certificate"] + ours["key"]}
        self.assertEqual(self.outcome(clients=self.made.good, credentials=self.authority(**both)), (200, 1))
        for name, identity in {"none": {}, "of another authority": theirs,
                               "with another key": {**ours, "key": theirs["key"]},
                               "that is none": {"certificate": "nonsense", "key": "nonsense"}}.items():
            with self.subTest(name):
                self.assertEqual(self.outcome(clients=self.made.good, credentials=self.authority(**identity)), ("untrusted", 0))

    def test_a_probe_does_not_look_at_certificates(self):
        self.assertEqual(self.outcome(self.made.expired, peer="probe"), (200, 1))

    def test_plain_http_stays_on_the_machine(self):
        for url in ("http://host.example", "http://192.0.2.1", "http://0.0.0.0:1", "http://127.1"):
            with self.subTest(url):
                [reply] = ask(url, credentials={"bearer": "secret"}, before=ALONE)
                self.assertEqual((reply["status"], reply["silence"]), (0, "refused"))

    def test_metadata_is_asked_at_its_one_address(self):
        ours = ["unshare", "--net", "sh", "-euc", """ip link set lo up; ip address add 169.254.169.254/32 dev lo
            echo '{"compute":{}}' >"$0/instance"; cd "$0"
            /usr/bin/python3 -m http.server 80 --bind 169.254.169.254 >/dev/null 2>&1 & server=$!
            until bash -c 'exec 3<>/dev/tcp/169.254.169.254/80' 2>/dev/null; do :; done
            status=0; "$@" || status=$?; kill $server; exit $status""", str(self.made.folder)]
        [reply] = ask("http://169.254.169.254", call("/instance", headers=[("Metadata", "true")]), peer="imds", before=ours,
                      environment={"http_proxy": "http://127.0.0.1:1", "all_proxy": "http://127.0.0.1:1"})
        self.assertEqual(reply["body"].strip(), '{"compute":{}}')
        [reply] = ask("http://127.0.0.1", peer="imds")
        self.assertEqual(reply["silence"], "refused")


class Surroundings(unittest.TestCase):
    def test_nobodys_configuration_counts(self):
        with tempfile.TemporaryDirectory() as home, Peer(ok()) as peer:
            pathlib.Path(home, ".netrc").write_text("machine localhost login a password b\n")
            pathlib.Path(home, ".curlrc").write_text('user-agent = "evil"\n')
            proxies = {f"{kind}_proxy": "http://127.0.0.1:1" for kind in ("http", "https", "all")}
            [reply] = ask(f"http://localhost:{peer.port}", environment={"HOME": home, "CURL_HOME": home, **proxies})
            self.assertEqual(reply["status"], 200)
            self.assertNotIn("authorization", peer.requests[0].headers)

    def test_a_host_elsewhere_may_be_behind_a_proxy(self):
        with Peer(ok("", status="502 Bad Gateway")) as proxy:
            [reply] = ask("https://host.example", environment={"https_proxy": f"http://127.0.0.1:{proxy.port}"},
                          credentials={"bearer": "secret"})
        self.assertEqual([(request.method, request.path) for request in proxy.requests], [("CONNECT", "host.example:443")])
        self.assertNotIn("authorization", proxy.requests[0].headers)
        self.assertNotEqual(reply["silence"], "none")

    def test_it_needs_no_rights(self):
        with tempfile.TemporaryDirectory() as folder, Peer(ok("seen")) as peer:
            os.chmod(folder, 0o755)
            binary = shutil.copy(COURIER, folder)
            [reply] = ask(f"http://localhost:{peer.port}", binary=binary, user=65534, group=65534, extra_groups=[], cwd="/")
        self.assertEqual(reply["body"], "seen")

    def test_a_request_that_means_nothing(self):
        for text in ("", "nonsense", "{}", '{"peer":"host","url":"x","calls":[{"id":""}]}'):
            with self.subTest(text):
                done = run(text)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"^guestpatch-courier: exchange: .+\n$")

    def test_a_secret_is_not_repeated(self):
        document = '{"peer":"host","url":"http://host.example","credentials":{"bearer":"S3CRET"},"calls":[%s]}'
        for calls in ('{"id":"a","method":"GET","headers":[],"limit":1}', '{"id":7}', '"S3'):
            done = run(document % calls)
            self.assertNotIn("S3CRET", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
