"""HTTP servers on the loopback of a private root: a mirror that counts, and a server that never answers."""
import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import repos


class Mirror:
    """Serves a folder of the root over HTTP and keeps account of every answer: (path, status, bytes of body).

    `faults` maps a part of a path to what is wrong with it: "missing", "broken off", "altered", "never ends", or
    something to call before the answer.
    """

    def __init__(self, root, folder=repos.REPO, port=8080):
        self.answers = []
        self.faults = {}
        self.closed = threading.Event()
        handler = functools.partial(Handler, self, directory=str(root.path(folder)))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = root.listen(port)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{port}"

    def close(self):
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, path):
        return next((fault for part, fault in self.faults.items() if part in path), None)

    def bodies(self, ending=""):
        """Bytes of body sent for paths that end so."""
        return sum(size for path, _, size in self.answers if path.endswith(ending))


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, mirror, *arguments, **options):
        self._mirror = mirror
        self._answers = mirror.answers
        self._status = 0
        super().__init__(*arguments, **options)

    def send_head(self):
        fault = self._mirror.fault(self.path)
        if fault == "missing":
            self.send_error(404)
            return None
        if callable(fault):
            fault()
        return super().send_head()

    def send_response(self, code, message=None):
        self._status = code
        super().send_response(code, message)
        if code == 304:
            self.send_header("Content-Length", "0")
            self._answers.append((self.path, code, 0))

    def copyfile(self, source, target):
        data = source.read()
        fault = self._mirror.fault(self.path)
        if fault == "altered":
            data = bytes(len(data))
        elif fault in ("broken off", "never ends"):
            data = data[:len(data) // 2]
            self.close_connection = True
        self._answers.append((self.path, self._status, len(data)))
        target.write(data)
        if fault == "never ends":
            target.flush()
            self._mirror.closed.wait()

    def log_message(self, *_):
        pass


class Silence:
    """Accepts connections and never says a word."""

    def __init__(self, root, port=8081):
        self._socket = root.listen(port)
        self.url = f"http://127.0.0.1:{port}"
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        try:
            while True:
                self._open.append(self._socket.accept())
        except OSError:
            pass  # closed

    def close(self):
        self._socket.close()
        for connection, _ in self._open:
            connection.close()
