"""A host for the tests: the host API over HTTP, on the loopback of private roots or on a unix socket.

What it knows is its `store` (host_store.py). `faults` says what becomes of each request (host_faults.py).
"""
import gzip
import os
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from host_store import HostStore, refusal

BASE = "/guestpatch/v1"
MOST = 16 << 20  # bytes of a body that are read at all
PATIENCE = 30  # seconds a connection may be silent


@dataclass
class Request:
    method: str
    path: str  # below the base
    headers: dict  # names in lower case
    body: bytes
    fault: str  # what was done to it on purpose; "" for nothing
    at: float
    statuses: list  # of the answers that were made; empty: it was dropped unread


class ReferenceHost:
    """`tls`: an ssl.SSLContext. `token`: what a bearer must say. `machines_by_certificate`: mTLS decides who is who."""

    def __init__(self, tls=None, token=None, faults=None, machines_by_certificate=False):
        self.store = HostStore()
        self.faults = faults
        self.token = token
        self.tls = tls
        self.machines_by_certificate = machines_by_certificate
        self.requests = []
        self.handshakes_failed = []
        self._sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def listen(self, root=None, port=0):
        """Also on the loopback of this root; the URL of that."""
        where = root.listen(port) if root else socket.create_server(("127.0.0.1", port))
        self._serve(where)
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{where.getsockname()[1]}{BASE}"

    def listen_at(self, path):
        """Also on a unix socket."""
        where = socket.socket(socket.AF_UNIX)
        where.bind(str(path))
        os.chmod(path, 0o666)
        where.listen(16)
        self._serve(where)

    def _serve(self, where):
        self._sockets.append(where)
        threading.Thread(target=self._accept, args=(where,), daemon=True).start()

    def _accept(self, where):
        try:
            while True:
                threading.Thread(target=self._converse, args=where.accept(), daemon=True).start()
        except OSError:
            pass  # closed

    def _converse(self, connection, address):
        connection.settimeout(PATIENCE)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
        except OSError as error:
            self.handshakes_failed.append(str(error))
            connection.close()
            return
        try:
            Handler(connection, address or ("unix", 0), self)
        except OSError:
            pass  # the other side has gone, or was sent away
        finally:
            connection.close()

    def close(self):
        """Dead: who calls is refused. `listen` brings it back."""
        for where in self._sockets:
            where.shutdown(socket.SHUT_RDWR)  # wakes who accepts; closing alone does not
            where.close()
        self._sockets = []

    def seen(self, method, ending):
        """The requests of this kind, in order."""
        return [one for one in self.requests if one.method == method and one.path.endswith(ending)]

    def until(self, true, timeout=30):
        """Waits until it is `true()` of what the store holds."""
        with self.store.changed:
            if not self.store.changed.wait_for(true, timeout):
                raise AssertionError(f"it never came true; {self.account()}")

    def account(self):
        last = [(one.method, one.path[46:], one.fault, one.statuses) for one in self.requests[-12:]]
        return f"violations {self.store.violations[-5:]}, {len(self.requests)} requests, the last {last}"


class Handler(BaseHTTPRequestHandler):
    """One connection. Also what a fault is given to play with."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "reference-host", ""

    def handle_any(self):
        host = self.server
        path = self.path.split("?")[0]
        fault = host.faults.next(self.command, path) if host.faults else None
        self.request_seen = Request(self.command, path.removeprefix(BASE), {k.lower(): v for k, v in self.headers.items()},
                                    b"", fault.__name__ if fault else "", time.monotonic(), [])
        host.requests.append(self.request_seen)
        if fault and getattr(fault, "unread", False):
            self.reset()
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self.answer(refusal(413, "too much, or nobody knows how much"))
            return
        self.request_seen.body = self.rfile.read(length)
        if fault:
            fault(self)
        else:
            self.answer(self.process())

    do_GET = do_PUT = do_POST = do_DELETE = handle_any

    @property
    def store(self):
        return self.server.store

    def process(self):
        """What an honest host makes of the request."""
        one = self.request_seen
        answer = self._unwelcome() or self.store.answer(one.method, one.path, one.headers, self._plain(one))
        one.statuses.append(answer.status)
        return answer

    @staticmethod
    def _plain(request):
        return gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body

    def _unwelcome(self):
        if self.server.token is not None and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return refusal(401, "who says so?")
        if self.connection.family != socket.AF_UNIX and not self.path.startswith(BASE + "/"):
            return refusal(404, "nothing is here")
        if self.server.machines_by_certificate:
            names = [value for _, value in (self.connection.getpeercert() or {}).get("subjectAltName", ())]
            if not any(name.startswith("urn:uuid:") and f"/machines/{name[9:]}/" in self.path for name in names):
                return refusal(403, f"the certificate is for {names}")
        return None

    def answer(self, answer, kind="application/json", pause=0):
        """Sends it; with a pause, in ten pieces."""
        body = answer.body()
        self._head(answer, len(body), kind)
        pieces = [body[at:at + len(body) // 10 + 1] for at in range(0, len(body), len(body) // 10 + 1)] if pause else [body]
        for piece in pieces:
            time.sleep(pause)
            self.wfile.write(piece)
            self.wfile.flush()

    def answer_by_half(self, answer):
        body = answer.body() or b" "
        self._head(answer, len(body) + 1, "application/json")
        self.wfile.write(body[:len(body) // 2])
        self.wfile.flush()
        self.reset()

    def _head(self, answer, length, kind):
        self.send_response(answer.status)
        if "X-Request-Id" in self.headers:
            self.send_header("X-Request-Id", self.headers["X-Request-Id"])
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def reset(self):
        """The other side gets a reset, not an end."""
        self.close_connection = True
        if self.connection.family != socket.AF_UNIX:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A TLS socket would say goodbye, and http.server flushes what it still holds.
        os.close(self.connection.detach())
        raise ConnectionResetError("on purpose")

    def finish(self):
        if self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, *_):
        pass


def server_tls(authority, certificate, clients=False):
    """TLS 1.2 or newer with this (certificate, key); with `clients` only those with one of the authority's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*certificate)
    if clients:
        context.load_verify_locations(authority.file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
