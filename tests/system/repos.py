"""Small signed apt repositories, made inside a private root with the tools of that root.

They lie in /srv/repo of the root, so a scenario may tamper with them or publish newer versions as it likes.
"""
import pathlib
import shutil
import subprocess
import tempfile

from packages import ARCHITECTURES, POCKETS

REPO = "/srv/repo"
KEY = "/srv/keys"
KEYRING = "/usr/share/keyrings/guestpatch-test.gpg"


def build_deb(folder, name, version, fields=None):
    """One package; returns its file name.

    Besides control fields `fields` may hold `scripts` {name: body}, `debconf` (its templates) and `files` {path: text,
    or how many bytes}; those below /etc are configuration files.
    """
    fields = dict(fields or {})
    scripts = fields.pop("scripts", {})
    files = fields.pop("files", {})
    templates = fields.pop("debconf", "")
    architecture = fields.pop("Architecture", "all")
    control = {"Package": name, "Version": version, "Architecture": architecture, "Section": "misc",
               "Priority": "optional", "Maintainer": "guestpatch tests <tests@example.com>", **fields,
               "Description": f"test package {name}"}
    file_name = f"{name}_{version.split(':')[-1]}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as tree:
        debian = pathlib.Path(tree, "DEBIAN")
        debian.mkdir()
        debian.chmod(0o755)
        (debian / "control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()))
        for script, body in scripts.items():
            (debian / script).write_text("#!/bin/sh\n" + body)
            (debian / script).chmod(0o755)
        (debian / "conffiles").write_text("".join(f"{path}\n" for path in files if path.startswith("/etc/")))
        if templates:
            (debian / "templates").write_text(templates)
        for path, content in files.items():
            file = pathlib.Path(tree, path.lstrip("/"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else bytes(content))
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, str(pathlib.Path(folder, file_name))],
                       check=True, stdout=subprocess.DEVNULL)
    return file_name


def make_key(root, name="archive", keyring=KEYRING):
    """A signing key of our own; its public half goes where `signed-by` names it."""
    root.shell(f"""
        mkdir -p -m 700 {KEY}/{name}
        export GNUPGHOME={KEY}/{name}
        gpg --batch --quiet --passphrase '' --quick-generate-key '{name} <{name}@example.com>' ed25519 sign never
        gpg --batch --quiet --export >{keyring}
        gpgconf --kill all""")


def pool(repository, suite):
    return f"{REPO}/{repository}/pool/{suite}"


def add(root, repository, suite, packages):
    """Puts packages into the pool of a pocket; `publish` makes them known."""
    folder = root.path(pool(repository, suite))
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        build_deb(folder, *package)


def publish(root, repository, suite, key="archive", component="main", release_options=(), sign=True, fields=None):
    """Writes the indexes of a pocket from its pool, and signs them."""
    fields = {"Suite": suite,
              **(fields or POCKETS.get((repository, suite), {"Origin": repository, "Codename": suite})),
              "Components": component, "Architectures": " ".join(ARCHITECTURES)}
    options = "".join(f" -o 'APT::FTPArchive::Release::{name}={value}'" for name, value in fields.items())
    options += "".join(f" -o '{option}'" for option in release_options)
    indexes = "\n".join(f"""
        mkdir -p {component}/binary-{architecture}
        index {architecture} >{component}/binary-{architecture}/Packages
        gzip -9nkf {component}/binary-{architecture}/Packages""" for architecture in ARCHITECTURES)
    root.shell(f"""
        mkdir -p {pool(repository, suite)} {REPO}/{repository}/dists/{suite}
        index() (
            cd {REPO}/{repository}
            apt-ftparchive --arch "$1" packages pool/{suite}
        )
        cd {REPO}/{repository}/dists/{suite}
        rm -rf InRelease Release Release.gpg
        {indexes}
        apt-ftparchive{options} release . >/tmp/Release
        mv /tmp/Release Release
        {sign_command(key) if sign else ":"}""")


def sign_command(key):
    return f"""GNUPGHOME={KEY}/{key} gpg --batch --quiet --yes --clearsign --output InRelease Release
        GNUPGHOME={KEY}/{key} gpgconf --kill all"""


def source_line(repository, suite, base=f"file:{REPO}", options=f"signed-by={KEYRING}", component="main"):
    return f"deb [{options}] {base}/{repository} {suite} {component}\n"


def set_sources(root, *lines):
    """The repositories of the machine are exactly these."""
    folder = root.path("/etc/apt/sources.list.d")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    root.write("/etc/apt/sources.list", "".join(lines))
