"""The layers private roots start from, built once per content and kept under ~/.cache/guestpatch.

base:   a minimal Debian, from the machine's own package sources
world:  on top of it the repositories of packages.py, and the old versions installed
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import packages
import repos
from sandbox import Root

HERE = pathlib.Path(__file__).parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "guestpatch"
RELEASE = "bookworm"
INCLUDE = ["apt-utils", "gnupg", "procps", "python3-minimal", "distro-info-data", "libsystemd0", "libstdc++6",
           "libcurl4", "strace"]

# No verdict may depend on the day the test runs.
SUPPORTED_UNTIL = "2099-12-31"
UNUSED_AFTER = 24 * 3600  # seconds
PROGRAM = "/usr/bin/guestpatch"
COURIER = "/usr/lib/guestpatch/guestpatch-courier"
MACHINE_ID = "5f1e1c7d0a2b4c3d9e8f70615243f4e5"


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def host_sources():
    """The machine's own package sources, whatever their format."""
    folder = pathlib.Path("/etc/apt")
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list")),
             *sorted((folder / "sources.list.d").glob("*.sources"))]
    return [str(file) for file in files if file.exists() and RELEASE in file.read_text()]


@contextlib.contextmanager
def building(name, key):
    """Yields (folder, fresh): `fresh` names a new folder to fill, which then takes the name `folder`, or is None.

    One builder at a time; whoever waits finds the folder finished. Older contents of the same name go when nobody
    has used them for a day.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / f"{name}-{key}"
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            os.utime(folder)
            yield folder, None
            return
        for old in CACHE.glob(f"{name}-{'[0-9a-f]' * 16}"):
            if time.time() - old.stat().st_mtime > UNUSED_AFTER:
                shutil.rmtree(old)
        fresh = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}.new.", dir=CACHE))
        fresh.chmod(0o755)
        try:
            yield folder, fresh
            fresh.rename(folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


def base(name="base", options=()):
    """A minimal Debian; `options` are further ones of mmdebstrap."""
    key = digest(RELEASE, INCLUDE, SUPPORTED_UNTIL, PROGRAM, MACHINE_ID, *options)
    with building(name, key) as (folder, fresh):
        if fresh:
            subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=" + ",".join(INCLUDE), *options,
                            RELEASE, str(fresh / "root"), *host_sources()], check=True, stdin=subprocess.DEVNULL)
            prepare(fresh / "root")
    return folder / "root"


def prepare(root):
    (root / "etc/machine-id").write_text(MACHINE_ID + "\n")  # without one apt takes part in every phased update
    (root / PROGRAM.lstrip("/")).touch(mode=0o755)  # the program under test is bind-mounted here
    info = root / "usr/share/distro-info/debian.csv"
    info.write_text("".join(supported(line) for line in info.read_text().splitlines(True)))


def supported(line):
    """A line of distro-info-data, its release supported for the rest of the century."""
    fields = line.rstrip("\n").split(",")
    if len(fields) > 1 and fields[2] == RELEASE:
        fields[5:] = [SUPPORTED_UNTIL] * len(fields[5:])
    return ",".join(fields) + "\n"


def world():
    """Layers of the world of packages.py, its lists fetched and its old versions installed."""
    below = base()
    sources = [(HERE / name).read_text() for name in ("packages.py", "repos.py", "roots.py")]
    return layer("world", digest(below, *sources), below, populate)


def layer(name, key, below, fill):
    """Layers of what `fill` does to a root that stands on `below`."""
    with building(name, key) as (folder, fresh):
        if fresh:
            upper = fresh / "root"
            upper.mkdir()
            with Root([below], upper=upper) as root:
                fill(root)
            for leftover in fresh.iterdir():
                if leftover != upper:
                    shutil.rmtree(leftover)
    return [folder / "root", below]


def populate(root):
    repos.make_key(root)
    for (repository, suite) in packages.POCKETS:
        repos.add(root, repository, suite, packages.OFFERED[repository, suite])
        repos.publish(root, repository, suite)
    root.shell("dpkg --add-architecture i386; mkdir /srv/old")
    for package in packages.INSTALLED:
        repos.build_deb(root.path("/srv/old"), *package)
    root.shell("dpkg -i /srv/old/*.deb && rm -r /srv/old && apt-mark hold " + " ".join(packages.HELD))
    root.shell("dpkg --remove " + " ".join(packages.REMOVED))
    root.write("/etc/apt/preferences.d/tests", packages.PREFERENCES)
    root.write("/etc/apt/apt.conf.d/90tests", 'Acquire::Retries "0";\n')  # or each dead repository costs seven seconds
    repos.set_sources(root, *(repos.source_line(*pocket) for pocket in packages.POCKETS))
    root.run(["apt-get", "update"], check=True)
