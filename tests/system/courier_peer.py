"""A server that says exactly what a test tells it to, byte by byte, and the courier that asks it."""
import contextlib
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading

from certificates import Authority

COURIER = pathlib.Path(os.environ["GUESTPATCH"]).parent / "guestpatch-courier"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
PATIENCE = 20  # s, for what should take a moment


def ok(body="{}", *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


class Request:
    def __init__(self, head, body):
        line, *headers = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = line.split(" ")
        self.headers = {name.lower(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
        self.body = body.decode()


class Peer:
    """Listens; `answers` are given in order, to the end of which the last one is repeated. An answer is bytes, or is called
    with the connection and does what it likes. `connections` counts, `requests` keeps what was asked."""

    def __init__(self, *answers, tls=None, listener=None):
        self._answers = list(answers)
        self._tls = tls
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1] if self._listener.family == socket.AF_INET else None
        self.connections = 0
        self.requests = []
        self.certificates = []
        self._closing = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self):
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(PATIENCE)
            # When the courier goes away, the test looks at what it made of that.
            with connection, connection.dup() as plain, contextlib.suppress(OSError):
                try:
                    with self._shake_hands(connection) as ready:
                        self._talk(ready)
                except ssl.SSLError:
                    # The reason is on its way; a connection closed over unread bytes would take it along.
                    plain.shutdown(socket.SHUT_WR)
                    until_gone(plain)

    def _shake_hands(self, connection):
        if not self._tls:
            return connection
        wrapped = self._tls.wrap_socket(connection, server_side=True)
        self.certificates.append(wrapped.getpeercert())
        return wrapped

    def _talk(self, connection):
        while request := self._read(connection):
            self.requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if callable(answer):
                return answer(connection)
            connection.sendall(answer)

    @staticmethod
    def _read(connection):
        text = b""
        while b"\r\n\r\n" not in text:
            if not (piece := connection.recv(65536)):
                return None
            text += piece
        head, _, body = text.partition(b"\r\n\r\n")
        request = Request(head, b"")
        while len(body) < int(request.headers.get("content-length", 0)):
            body += connection.recv(65536)
        request.body = body.decode()
        return request


def until_gone(connection):
    """Says nothing until the other side has had enough."""
    while connection.recv(65536):
        pass


def call(path="/x", name="a", limit=PATIENCE, method="GET", headers=(), body=""):
    return {"id": name, "method": method, "path": path, "limit": limit, "body": body,
            "headers": [{"name": key, "value": value} for key, value in headers]}


def run(request, before=(), environment=None, binary=None, **options):
    """The courier with `request` (text or document) on its standard input."""
    text = request if isinstance(request, str) else json.dumps(request)
    return subprocess.run([*before, binary or COURIER, "exchange"], input=text, capture_output=True, text=True,
                          env={**ENVIRONMENT, **(environment or {})}, timeout=60, **options)


def ask(url, *calls, peer="host", credentials=None, **options):
    """Its replies."""
    done = run({"peer": peer, "url": url, "credentials": credentials or {}, "calls": list(calls or [call()])}, **options)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"courier: exit status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["replies"]


class Certificates:
    """One good authority, another one, and servers of every kind."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.good = Authority(self.folder / "good")
        self.other = Authority(self.folder / "other", "another authority")
        self.server = self.good.issue("server", "DNS:localhost,IP:127.0.0.1")
        self.expired = self._expired()

    @staticmethod
    def context(pair, clients=None):
        """For a server with this (certificate, key), that asks for a certificate of an authority's where `clients` is one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients.file)
        return context

    def _expired(self):
        """`openssl x509` cannot look back; `openssl ca` can."""
        home = self.folder / "expired"
        home.mkdir()
        good = self.folder / "good"
        (home / "index.txt").touch()
        (home / "serial").write_text("01\n")
        (home / "extensions").write_text("subjectAltName=DNS:localhost\n")
        (home / "configuration").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={home}/index.txt\nserial={home}/serial\nnew_certs_dir={home}\n"
            "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
        subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", home / "configuration", "-in", good / "server.csr",
                        "-cert", good / "ca.pem", "-keyfile", good / "ca.key", "-startdate", "20200101000000Z", "-enddate",
                        "20200201000000Z", "-extfile", home / "extensions", "-out", home / "server.pem"],
                       check=True, capture_output=True)
        return home / "server.pem", good / "server.key"
