"""A real nginx with the configuration docs/usage/host.md shows, on loopback.

The program comes out of Debian's package, which is not installed: that would start a service on this machine.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

import roots
import schemas

PAGE = schemas.WIRE.parent / "usage" / "host.md"


def program():
    with roots.building("nginx", roots.digest(roots.RELEASE)) as (folder, fresh):
        if fresh:
            with tempfile.TemporaryDirectory() as packages:
                os.chmod(packages, 0o755)
                subprocess.run(["apt-get", "download", "-q", "nginx"], cwd=packages, check=True, capture_output=True,
                               stdin=subprocess.DEVNULL)
                [package] = pathlib.Path(packages).glob("*.deb")
                subprocess.run(["dpkg-deb", "-x", package, fresh], check=True)
    return folder / "usr/sbin/nginx"


def configuration(authority, server):
    """The page's, with these certificates; {folder} and {port} are left to fill in."""
    [text] = re.findall(r"^```nginx\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for written, here in (("/etc/nginx/tls/server.pem", server[0]), ("/etc/nginx/tls/server.key", server[1]),
                          ("/etc/nginx/tls/machines-ca.pem", authority.file), ("listen 443", "listen 127.0.0.1:{port}"),
                          ("/srv/guestpatch", "{folder}/data")):
        assert written in text, written
        text = text.replace(written, str(here))
    return text


def plain(text):
    """Without TLS, and without asking who is there."""
    text = text.replace(" ssl;", ";")
    return re.sub(r"^ *(?:ssl_\w+ .*;|if \(.*\) \{.*\})\n", "", text, flags=re.MULTILINE)


# What Debian's nginx.conf says around it; no word of it may lead to a file of the machine's own.
AROUND = """
daemon off;
master_process off;
user root;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    proxy_temp_path {folder}/x1; fastcgi_temp_path {folder}/x2; uwsgi_temp_path {folder}/x3; scgi_temp_path {folder}/x4;
    {site}
}}
"""


class Nginx:
    """Runs in `root`'s network, or in the test's own."""

    def __init__(self, folder, site, root=None):
        self.folder = pathlib.Path(folder)
        (self.folder / "data").mkdir(exist_ok=True)
        self._root = root
        port = self._free_port()
        site = site.replace("{folder}", str(self.folder)).replace("{port}", str(port))
        conf = self.folder / "nginx.conf"
        conf.write_text(AROUND.format(folder=self.folder, site=site))
        inside = ["nsenter", f"--net=/proc/{root.pid}/ns/net"] if root else []
        self._process = subprocess.Popen([*inside, program(), "-p", folder, "-c", conf, "-e", self.folder / "error.log"],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.url = f"{'https' if ' ssl;' in site else 'http'}://127.0.0.1:{port}/guestpatch/v1"
        self._wait(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=10)

    def _free_port(self):
        with self._root.listen() if self._root else socket.create_server(("127.0.0.1", 0)) as taken:
            return taken.getsockname()[1]

    def _wait(self, port):
        end = time.monotonic() + 10
        while not self._answers(port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"nginx does not run: {self._process.stdout.read()}")
            time.sleep(0.01)

    def _answers(self, port):
        """Whether the port is taken by now."""
        try:
            with self._root.listen(port) if self._root else socket.create_server(("127.0.0.1", port)):
                return False
        except OSError:
            return True

    def stored(self, machine, resource):
        return json.loads((self.folder / "data/guestpatch/v1/machines" / machine / resource).read_text())

    def documents(self):
        """{path below machines/ID: document} of all that was ever put."""
        top = self.folder / "data/guestpatch/v1/machines"
        return {"/".join(file.relative_to(top).parts[1:]): json.loads(file.read_text())
                for file in top.rglob("*") if file.is_file()}

    def set_goal(self, goal):
        text = goal if isinstance(goal, (bytes, str)) else json.dumps(goal)
        new = self.folder / "data/goalState.new"
        new.write_bytes(text if isinstance(text, bytes) else text.encode())
        new.rename(self.folder / "data/goalState.json")

    def requests(self):
        """(method, path, status), in order."""
        text = (self.folder / "access.log").read_text()
        return [(one[0], one[1], int(one[2])) for one in re.findall(r'"(\w+) (\S+) HTTP/[\d.]+" (\d+)', text)]
