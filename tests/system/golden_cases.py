"""The cases capture_golden.py captures: what is arranged, and which commands are asked."""
import os
import random
import shutil
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Callable

import arrange
import repos
from mirror import Mirror

FORMAT = "$(CREATED_BY)|$(SITE)|$(RELEASE)|$(COMPONENT)|$(ARCHITECTURE)|$(FILENAME)|$(IDENTIFIER)|$(URI)"
RELEASE_FORMAT = "$(METAKEY)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)|$(SUITE)|$(CODENAME)|$(FILENAME)"
TARGETS = ["apt-get", "indextargets", "--no-release-info", "--format", FORMAT]
TARGETS_RELEASE = ["apt-get", "indextargets", "--format", RELEASE_FORMAT]
TARGETS_FULL = ["apt-get", "indextargets"]
POLICY = ["apt-cache", "policy"]
PRINT_URIS = ["apt-get", "--print-uris", "-V", "-y", "dist-upgrade"]
SIMULATE = ["apt-get", "-s", "dist-upgrade"]
UPDATE = ["apt-get", "-o", "APT::Update::Error-Mode=any", "-o", "pkgCacheFile::Generate=false",
          "-o", "APT::Status-Fd=1", "-o", "Acquire::Retries=0", "-q", "update"]
QUERY = ["dpkg-query", "-W", "-f",
         r"${db:Status-Abbrev}|${binary:Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n"]
COMMON = ["-y", "-V", "-o", "quiet=1", "-o", "APT::Get::AutomaticRemove=false", "-o", "DPkg::Lock::Timeout=2",
          "--no-remove"]
DOWNLOAD = ["apt-get", *COMMON, "-o", "APT::Status-Fd=1", "--download-only", "install"]
CHANGE = ["nice", "-n", "10", "apt-get", *COMMON, "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confdef",
          "-o", "Dpkg::Options::=--force-confold"]
INSTALL = [*CHANGE, "install"]
FIX = [*CHANGE, "-f", "install"]
CONFIGURE = ["dpkg", "--force-confdef", "--force-confold", "--configure", "-a"]


@dataclass
class Case:
    name: str
    commands: dict
    before: Callable = None  # may give back a server
    user: int = None


RESOLVE = {"print-uris": PRINT_URIS, "simulate": SIMULATE}
INDEX = {"indextargets": TARGETS, "indextargets-release": TARGETS_RELEASE, "policy": POLICY}
NAMES = ["gp-sec", "gp-both", "gp-held", "gp-phased", "gp-phased-sec", "gp-pin-version", "gp-pin-release",
         "gp-pin-never", "gp-proposed", "gp-backport", "gp-lib", "gp-lib:i386", "gp-lib:any", "gp-foreign:i386",
         "gp-epoch", "gp-plus++", "gp-local", "gp-esm", "gp-vendor", "gp-new", "nosuch"]


# --- what installations meet ---------------------------------------------------------------------------


def vendor(*packages, then=None):
    """Packages offered by the vendor's pocket; what `then` does comes after."""
    def before(root):
        repos.add(root, "vendor", "stable", packages)
        repos.publish(root, "vendor", "stable")
        root.run(["apt-get", "update"], check=True)
        return then(root) if then else None
    return before


def offer_tree(root, name, version, megabytes=0, conffile=None):
    """A package with something in it, offered by the vendor's pocket; returns its path."""
    tree = root.path("/tmp/tree")
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
                                         f"Installed-Size: {megabytes * 1024}\nMaintainer: A <a@example.com>\n"
                                         f"Description: test package {name}\n")
    if megabytes:
        (tree / "usr/share/gp").mkdir(parents=True)
        (tree / "usr/share/gp" / name).write_bytes(os.urandom(megabytes << 20))
    if conffile is not None:
        (tree / "etc").mkdir()
        (tree / "etc" / f"{name}.conf").write_text(conffile)
        (tree / "DEBIAN/conffiles").write_text(f"/etc/{name}.conf\n")
    deb = f"{repos.pool('vendor', 'stable')}/{name}_{version}_all.deb"
    root.shell(f"dpkg-deb --root-owner-group -Znone -b /tmp/tree {deb}; rm -r /tmp/tree")
    repos.publish(root, "vendor", "stable")
    root.run(["apt-get", "update"], check=True)
    return deb


def changed_conffile(root):
    root.run(["dpkg", "-i", offer_tree(root, "gp-conf", "1.0", conffile="a\n")], check=True)
    root.write("/etc/gp-conf.conf", "the administrator's\n")
    offer_tree(root, "gp-conf", "1.1", conffile="b\n")


def full(folder):
    def before(root):
        offer_tree(root, "gp-big", "1.0", megabytes=30)
        if folder.startswith("/var/cache"):
            arrange.serve_repo(root)
        root.shell(f"mkdir -p {folder}; mount -t tmpfs -o size=4m tmpfs {folder}")
    return before


def spoiled_archives(root):
    server = arrange.serve_repo(root)
    pool = root.path(f"{repos.REPO}/ubuntu/pool/jammy-security")
    (pool / "gp-sec_1.1_all.deb").unlink()
    epoch, plus = pool / "gp-epoch_1.0-1_all.deb", pool / "gp-plus++_1.1_all.deb"
    epoch.write_bytes(epoch.read_bytes()[:-5] + b"wrong")
    plus.write_bytes(plus.read_bytes()[:-50])
    return server


def dead_mirror(root):
    arrange.serve_repo(root).close()


class CutHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "20672")
        self.end_headers()
        self.wfile.write(b"x" * 5000)
        self.close_connection = True

    def log_message(self, *_):
        pass


def cut_mirror(root):
    """A mirror that hangs up in the middle of each archive."""
    arrange.serve_repo(root).close()
    mirror = Mirror(root)
    mirror._server.RequestHandlerClass = CutHandler
    return mirror


def reinstreq(*names):
    """The database as a power cut in the middle of unpacking these leaves it."""
    def before(root):
        status = root.read("/var/lib/dpkg/status")
        for name in names:
            status = status.replace(f"Package: {name}\nStatus: install ok installed",
                                    f"Package: {name}\nStatus: install reinstreq half-installed")
        root.write("/var/lib/dpkg/status", status)
    return before


def killed(root):
    """apt and dpkg ended in the middle of unpacking a package, others unpacked already."""
    repos.build_deb(root.path("/tmp"), "gp-slow", "1.0")
    root.run(["dpkg", "-i", "/tmp/gp-slow_1.0_all.deb"], check=True)
    vendor(("gp-slow", "1.1", {"scripts": {"preinst": "sleep 60\n"}}))(root)
    install = root.popen([*INSTALL, "gp-slow=1.1", "gp-sec=1.1", "gp-upd=1.1"])
    root.find_process("/bin/sh /var/lib/dpkg/tmp.ci/preinst")
    for pid, line in root.processes().items():
        if "/var/lib/dpkg/tmp.ci" in line or line.startswith(("apt-get", "/usr/bin/dpkg", "sleep")):
            os.kill(pid, 9)
    install.wait()
    time.sleep(0.1)


def preferences(root):
    vendor(("gp-vendor", "9.1", {"Depends": "gp-sec (>= 1.1)"}), ("gp-debian", "8", {"Depends": "gp-fresh"}),
           ("gp-fresh", "1"))(root)
    root.write("/tmp/preferences", "".join(
        f"Package: {name}\nPin: version *\nPin-Priority: -1\n\n"
        for name in ("gp-sec", "gp-fresh", "gp-lib", "gp-plus++", "gp-foreign:i386", "gp-pin-version")))


def version_pairs(root):
    """Versions of all the shapes deb-version(7) allows, and pairs of them that differ little."""
    chance = random.Random(1)
    parts = ["", "0", "1", "00", "10", "9", "~", "~~", "+", ".", "a", "Z", "rc", "-", "0a", "~rc1", "+b1",
             "18446744073709551616"]

    def version():
        epoch = chance.choice(["", "", "", "0:", "1:", "12:"])
        return epoch + str(chance.randrange(3)) + "".join(chance.choice(parts) for _ in range(chance.randrange(6)))

    def neighbour(one):
        at = chance.randrange(one.find(":") + 2, len(one) + 1)
        return one[:at] + chance.choice(parts) + one[at + chance.randrange(2):]

    pairs = []
    while len(pairs) < 1500:
        one = version()
        other = version() if chance.randrange(3) == 0 else neighbour(one)
        if not one.endswith("-") and not other.endswith("-"):  # an empty revision is no version
            pairs.append(f"{one} {other}\n")
    root.write("/tmp/pairs", "".join(pairs))


COMPARE = ["bash", "-c", """
    while read -r one other; do
        relation="="
        dpkg --compare-versions "$one" lt "$other" && relation="<"
        dpkg --compare-versions "$one" gt "$other" && relation=">"
        echo "$one $relation $other"
    done </tmp/pairs"""]

FAILS = {"scripts": {"postinst": "echo a complaint >&2; exit 7\n"}}
REFUSES = {"scripts": {"preinst": "echo a complaint >&2; exit 7\n"}}
UNTOUCHED = ["-o", "Dir::Etc::preferences=/tmp/preferences"]

INSTALLATIONS = [
    Case("good", {"install": INSTALL + ["gp-sec=1.1", "gp-epoch=1:1.0-1", "gp-pull=1.1", "gp-foreign:i386=1.1",
                                        "gp-lib:i386=1.1"],
                  "install-again": INSTALL + ["gp-sec=1.1"],
                  "download": DOWNLOAD + ["gp-both=1.2", "gp-plus++=1.1", "gp-upd=1.1"],
                  "extended-states": ["cat", "/var/lib/apt/extended_states"]}, arrange.serve_repo),
    Case("preinst", {"install": INSTALL + ["gp-vendor=9.1", "gp-sec=1.1"], "configure": CONFIGURE},
         vendor(("gp-vendor", "9.1", REFUSES))),
    Case("preinst-many", {"install": INSTALL + ["gp-sec=1.1", "gp-upd=1.1", "gp-both=1.2", "gp-plus++=1.1",
                                                "gp-vendor=9.1", "gp-epoch=1:2.0-1"]},
         vendor(("gp-vendor", "9.1"), ("gp-epoch", "1:2.0-1", REFUSES), then=arrange.serve_repo)),
    Case("postinst", {"install": INSTALL + ["gp-vendor=9.1", "gp-sec=1.1", "gp-debian=8"],
                      "install-again": INSTALL + ["gp-upd=1.1"], "configure": CONFIGURE},
         vendor(("gp-vendor", "9.1", FAILS), ("gp-debian", "8", {"Depends": "gp-vendor (>= 9.1)"}))),
    Case("conffile", {"install": INSTALL + ["gp-conf=1.1"]}, changed_conffile),
    Case("impossible", {"install": INSTALL + ["gp-broken=1.1", "gp-sec=1.1"],
                        "install-removal": INSTALL + ["gp-remover=1.1"],
                        "install-held": INSTALL + ["gp-held=1.1", "gp-sec=1.1"],
                        "install-no-version": INSTALL + ["gp-sec=7"]}),
    Case("frontend-locked", {"install": INSTALL + ["gp-sec=1.1"], "configure": CONFIGURE},
         arrange.lock_held("/var/lib/dpkg/lock-frontend")),
    Case("dpkg-locked", {"install": INSTALL + ["gp-sec=1.1"], "download": DOWNLOAD + ["gp-sec=1.1"]},
         arrange.lock_held("/var/lib/dpkg/lock")),
    Case("archives-locked", {"download": DOWNLOAD + ["gp-sec=1.1"]},
         arrange.lock_held("/var/cache/apt/archives/lock")),
    Case("spoiled", {"download": DOWNLOAD + ["gp-sec=1.1", "gp-epoch=1:1.0-1", "gp-plus++=1.1", "gp-both=1.2"],
                     "install": INSTALL + ["gp-sec=1.1", "gp-both=1.2"]}, spoiled_archives),
    Case("cut", {"download": DOWNLOAD + ["gp-sec=1.1"]}, cut_mirror),
    Case("dead-mirror", {"download": DOWNLOAD + ["gp-sec=1.1", "gp-upd=1.1"]}, dead_mirror),
    Case("full-archives", {"download": DOWNLOAD + ["gp-big=1.0"]}, full("/var/cache/apt/archives")),
    Case("full-disk", {"install": INSTALL + ["gp-big=1.0", "gp-sec=1.1"]}, full("/usr/share/gp")),
    Case("killed", {"journal": ["bash", "-c", "for part in /var/lib/dpkg/updates/[0-9]*; do cat $part; echo; done"],
                    "install": INSTALL + ["gp-upd=1.1"], "configure": CONFIGURE, "fix": FIX,
                    "dpkg-query": QUERY + ["gp-*"]}, killed),
    Case("reinstreq", {"fix": FIX, "reinstall": [*CHANGE, "--reinstall", "install", "gp-sec=1.0"]},
         reinstreq("gp-sec")),
    Case("reinstreq-superseded", {"fix": FIX}, reinstreq("gp-upd")),
    Case("reinstreq-lost", {"fix": FIX, "print-uris": PRINT_URIS}, reinstreq("gp-local")),
    Case("unmet", {"install": INSTALL + ["gp-upd=1.1"], "fix": FIX}, arrange.broken_fixable),
    Case("unmet-hopeless", {"fix": FIX}, arrange.broken),
    Case("random", {"versions": COMPARE}, version_pairs),
    Case("untouchable", {"install": INSTALL + UNTOUCHED + ["gp-vendor=9.1", "gp-upd=1.1"],
                         "install-new": INSTALL + UNTOUCHED + ["gp-debian=8"],
                         "install-beside": INSTALL + UNTOUCHED + ["gp-upd=1.1"],
                         "policy": POLICY + UNTOUCHED + ["gp-sec", "gp-lib", "gp-lib:i386", "gp-plus++",
                                                         "gp-foreign:i386", "gp-pin-version"]}, preferences),
]

CASES = [
    Case("", {**INDEX, **RESOLVE, "indextargets-full": TARGETS_FULL, "update": UPDATE, "policy-names": POLICY + NAMES,
              "dpkg-query": QUERY, "showhold": ["apt-mark", "showhold"]}),
    Case("never-fetched", INDEX, arrange.never_fetched),
    Case("deleted-list", {**INDEX, "update": UPDATE, "indextargets-after": TARGETS}, arrange.delete_list),
    Case("empty-list", {**INDEX, "policy-names": POLICY + ["gp-sec"], "update": UPDATE}, arrange.empty_list),
    Case("empty-list-http", {"update": UPDATE, "update-again": UPDATE}, arrange.empty_list_http),
    Case("compressed-lists", {**INDEX, "lists": ["ls", "-l", "/var/lib/apt/lists"]}, arrange.compressed_lists),
    Case("garbage-list", {**RESOLVE, "policy": POLICY, "update": UPDATE, "print-uris-after": PRINT_URIS},
         arrange.garbage_list),
    Case("flat", {**INDEX, **RESOLVE, "policy-names": POLICY + ["gp-upd"]}, arrange.flat),
    Case("empty-component",
         {**INDEX, "lists": ["bash", "-c", "cd /var/lib/apt/lists; ls -l *empty*; cat *empty*InRelease"]},
         arrange.empty_component),
    Case("default-release", {**RESOLVE, "policy-names": POLICY + NAMES + ["gp-debian"], "policy": POLICY},
         arrange.default_release),
    Case("half-configured", {**RESOLVE, "dpkg-query": QUERY, "audit": ["dpkg", "--audit"]}, arrange.half_configured),
    Case("unpacked", RESOLVE, arrange.unpacked),
    Case("broken", {**RESOLVE, "check": ["apt-get", "check"]}, arrange.broken),
    Case("broken-fixable", RESOLVE, arrange.broken_fixable),
    Case("half-installed", {**RESOLVE, "dpkg-query": QUERY}, arrange.half_installed),
    Case("interrupted", {**RESOLVE, "dpkg-query": QUERY}, arrange.interrupted),
    Case("nothing-to-do", RESOLVE, arrange.nothing_to_do),
    Case("no-sources", {**RESOLVE, **INDEX, "update": UPDATE}, arrange.no_sources),
    Case("downgrade", {**RESOLVE, "policy-names": POLICY + ["gp-sec"]}, arrange.downgrade),
    Case("kept-back-only", RESOLVE, arrange.kept_back_only),
    Case("phased-only", RESOLVE, arrange.phased_only),
    Case("non-root", {**RESOLVE, **INDEX, "update": UPDATE}, user=65534),
    Case("essential-removed", RESOLVE, arrange.essential_removed),
    Case("dpkg-lock-held", RESOLVE, arrange.lock_held("/var/lib/dpkg/lock-frontend")),
    Case("dead-http", {"update": UPDATE, **INDEX}, arrange.dead_http),
    Case("gone-file", {"update": UPDATE}, arrange.gone_file),
    Case("bad-signature", {"update": UPDATE}, arrange.bad_signature),
    Case("missing-key", {"update": UPDATE}, arrange.missing_key),
    Case("unsigned", {"update": UPDATE}, arrange.unsigned),
    Case("lists-lock-held", {"update": UPDATE}, arrange.lock_held("/var/lib/apt/lists/lock")),
    Case("http", {"update": UPDATE, **RESOLVE}, arrange.serve_repo),
    Case("missing-packages", {"update": UPDATE, "indextargets": TARGETS}, arrange.missing_packages),
    Case("wrong-hash", {"update": UPDATE, "indextargets": TARGETS}, arrange.wrong_hash),
    Case("expired", {"update": UPDATE}, arrange.expired),
    Case("clock-behind", {"update": UPDATE}, arrange.clock_behind),
    *INSTALLATIONS,
]
