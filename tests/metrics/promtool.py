"""Debian's promtool, taken out of its package: installing that would start a monitoring server."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

import roots  # noqa: E402

PACKAGE = "prometheus"
INSIDE = "./usr/bin/promtool"


class Unavailable(Exception):
    """There is no promtool here; the message says why."""


def program():
    """Its path. Fetched once per version, from the machine's own package sources, and kept under ~/.cache/guestpatch."""
    known = run("apt-cache", "show", "--no-all-versions", PACKAGE)
    version = next((line.split(": ", 1)[1] for line in known.stdout.splitlines() if line.startswith("Version: ")), None)
    if version is None:
        raise Unavailable(f"the package sources of this machine have no {PACKAGE}")
    with roots.building("promtool", roots.digest(PACKAGE, version)) as (folder, fresh):
        if fresh:
            extract(fresh, version)
    return folder / "usr/bin/promtool"


def extract(folder, version):
    # As root: apt's own user may not write to our cache.
    fetched = run("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", f"{PACKAGE}={version}", cwd=folder)
    package = next(folder.glob("*.deb"), None)
    if fetched.returncode != 0 or package is None:
        raise Unavailable(f"{PACKAGE} {version} cannot be fetched: {fetched.stderr.strip()}")
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", str(folder), INSIDE], stdin=archive.stdout, check=True)
    package.unlink()


def check(text):
    """What `promtool check metrics`, its lint included, has to say about an exposition; empty: nothing."""
    done = run(str(program()), "check", "metrics", input=text)
    complaint = (done.stdout + done.stderr).strip()
    return complaint or ("" if done.returncode == 0 else f"exit status {done.returncode}")


def run(*argv, **options):
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=300, **{"input": "", **options})
    except FileNotFoundError as error:
        raise Unavailable(f"not installed: {error.filename}") from None
