"""A machine of realistic size: the distribution's whole index, about a thousand packages, 150 of them outdated.

The packages are real stanzas of the index written into dpkg's database, closed under dependencies by apt itself;
nothing of them is unpacked. Apt's lists and caches are as a virtual machine has them: plain and on.
"""
import lzma
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "system"))

import repos  # noqa: E402
import roots  # noqa: E402
from mirror import Mirror  # noqa: E402

MACHINE = ["build-essential", "git", "openssh-server", "nginx", "postgresql", "default-jdk-headless", "php-fpm",
           "ruby-rails", "emacs-nox", "vim-nox", "docker.io", "samba", "postfix", "python3-pip", "python3-numpy",
           "python3-scipy", "mariadb-server", "libvirt-daemon-system", "qemu-system-x86", "ansible", "bind9",
           "certbot", "collectd", "prometheus-node-exporter", "rsyslog", "tmux", "zsh", "nfs-kernel-server"]
PENDING = 150
STATUS = "/var/lib/dpkg/status"
OF_THE_ARCHIVE = re.compile(r"^(Filename|Size|MD5sum|SHA1|SHA256|SHA512|Description-md5):.*\n", re.M)


def layers():
    below = roots.base("bench-base", ["--skip=cleanup/apt/lists"])
    key = roots.digest(below, pathlib.Path(__file__).read_text(), pathlib.Path(repos.__file__).read_text())
    return roots.layer("bench", key, below, fill)


def fill(root):
    repos.make_key(root)
    suites = publish_index(root)
    mirror = Mirror(root)
    lines = [repos.source_line("debian", suite, base=mirror.url) for suite in suites]
    root.shell("rm -rf /var/lib/apt/lists/*")
    repos.set_sources(root, *lines)
    root.run(["apt-get", "update"], check=True)
    install_on_paper(root)
    outdate(root)
    root.run(["apt-get", "check"], check=True)
    mirror.close()


def publish_index(root):
    """The lists the root was made from become a repository of our own; returns its suites."""
    suites = []
    for inrelease in sorted(root.path("/var/lib/apt/lists").glob("*_InRelease")):
        stem = inrelease.name.removesuffix("_InRelease")
        suite = stem.split("_dists_")[1]
        fields = dict(re.findall(r"^(Origin|Label|Suite|Codename): (.*)$", inrelease.read_text(), re.M))
        folder = root.path(f"{repos.REPO}/debian/dists/{suite}/main/binary-amd64")
        folder.mkdir(parents=True)
        index = (inrelease.parent / f"{stem}_main_binary-amd64_Packages").read_bytes()
        (folder / "Packages").write_bytes(index)
        (folder / "Packages.xz").write_bytes(lzma.compress(index, preset=1))
        options = "".join(f" -o 'APT::FTPArchive::Release::{name}={value}'" for name, value in fields.items())
        root.shell(f"""
            cd {repos.REPO}/debian/dists/{suite}
            apt-ftparchive{options} -o APT::FTPArchive::Release::Components=main \
                -o APT::FTPArchive::Release::Architectures=amd64 release . >/tmp/Release
            mv /tmp/Release Release
            rm main/binary-amd64/Packages
            {repos.sign_command("archive")}""")
        suites.append(suite)
    return suites


def stanzas(text):
    return {re.match(r"Package: (\S+)", stanza)[1]: stanza for stanza in text.split("\n\n") if stanza.strip()}


def install_on_paper(root):
    """Writes into dpkg's database what apt would install for MACHINE."""
    plan = root.run(["apt-get", "-s", "install", *MACHINE], check=True).out
    wanted = dict(re.findall(r"^Inst (\S+) \((\S+)", plan, re.M))
    offered = {}
    for file in root.path("/var/lib/apt/lists").glob("*_Packages"):
        for stanza in file.read_text().split("\n\n"):
            if name := re.match(r"Package: (\S+)", stanza):
                version = re.search(r"^Version: (\S+)", stanza, re.M)[1]
                offered[name[1], version] = stanza
    added = []
    for name, version in wanted.items():
        stanza = OF_THE_ARCHIVE.sub("", offered[name, version] + "\n").rstrip("\n")
        added.append(stanza.replace("\n", "\nStatus: install ok installed\n", 1) + "\n\n")
        architecture = re.search(r"^Architecture: (\S+)", stanza, re.M)[1]
        same = "Multi-Arch: same" in stanza
        root.write(f"/var/lib/dpkg/info/{name}{':' + architecture if same else ''}.list", "/.\n")
    root.write(STATUS, root.read(STATUS) + "".join(added))


def outdate(root):
    """Makes about PENDING packages older than the index, whole sources at a time so that dependencies hold."""
    installed = stanzas(root.read(STATUS))
    by_source = {}
    for name, stanza in installed.items():
        source = re.search(r"^Source: (\S+)", stanza, re.M)
        by_source.setdefault(source[1] if source else name, []).append(name)
    older = {}
    for source in sorted(by_source, key=lambda source: roots.digest(source)):
        if len(older) >= PENDING:
            break
        for name in by_source[source]:
            older[name] = re.search(r"^Version: (\S+)", installed[name], re.M)[1]

    def exact(found):
        name, relation, version = found.groups()
        return f"{name} ({relation} {version}~)" if older.get(name.split(":")[0]) == version else found[0]

    for name, stanza in installed.items():
        if name in older:
            stanza = re.sub(r"^Version: (\S+)", r"Version: \1~", stanza, flags=re.M)
        installed[name] = re.sub(r"(\S+) \((>?=) ([^)\s]+)\)", exact, stanza)
    root.write(STATUS, "\n\n".join(installed.values()) + "\n\n")
