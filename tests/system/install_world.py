"""The world installations are tested in: one security pocket per misfortune, of which a machine takes what it wants.

Each pocket holds what is installed at first and what it offers; AUTOMATIC are marked as automatically installed.
"""
import pathlib

import repos
import roots

REPOSITORY = "debian-security"

# A script waits here while the test holds a gate (install_guest.Gate).
GATE = """gate=/run/gate.$DPKG_MAINTSCRIPT_PACKAGE.$DPKG_MAINTSCRIPT_NAME
[ ! -p $gate ] || read -r _ <$gate || :
"""
GATED = {"preinst": GATE, "postinst": GATE}

FLAKY = """[ -e /var/lib/gi-flaky ] || { touch /var/lib/gi-flaky; echo only this time >&2; exit 9; }
"""
LEAVES_A_DAEMON = "sleep 1000 &\n"
ASKS = """echo 'Really? [y/n]'
read -r answer || answer=nobody
echo "$answer" >/var/lib/gi-asks
"""
ASKS_DEBCONF = """. /usr/share/debconf/confmodule
db_input critical gi-debconf/question || :
db_go || :
"""
TEMPLATES = """Template: gi-debconf/question
Type: string
Default: as shipped
Description: What shall it be?
"""
WANTS_REBOOT = """echo '*** System restart required ***' >/run/reboot-required
echo $DPKG_MAINTSCRIPT_PACKAGE >>/run/reboot-required.pkgs
"""

PLAIN = ["gi-apple", "gi-berry", "gi-cherry"]
MANY = [f"gi-many-{number:03}" for number in range(1, 301)]
BIG = 40 << 20  # bytes


def files(count, text):
    return {f"/usr/share/gi-files/{number}": text for number in range(count)}


# suite: (installed, offered), each (name, version[, control fields, scripts, files])
POCKETS = {
    "plain": ([(name, "1.0") for name in PLAIN], [(name, "1.1", {"scripts": GATED}) for name in PLAIN]),
    "conffile": ([("gi-conffile", "1.0", {"files": {"/etc/gi-conffile": "shipped\n"}})],
                 [("gi-conffile", "1.1", {"files": {"/etc/gi-conffile": "shipped anew\n"}})]),
    "preinst": ([("gi-preinst", "1.0")],
                [("gi-preinst", "1.1", {"scripts": {"preinst": "echo not on this machine >&2; exit 3\n"}})]),
    "postinst": ([("gi-postinst", "1.0")],
                 [("gi-postinst", "1.1", {"scripts": {"postinst": "echo no luck >&2; exit 7\n"}})]),
    "flaky": ([("gi-flaky", "1.0")], [("gi-flaky", "1.1", {"scripts": {"postinst": FLAKY}})]),
    "daemon": ([("gi-daemon", "1.0")], [("gi-daemon", "1.1", {"scripts": {"postinst": LEAVES_A_DAEMON}})]),
    "asks": ([("gi-asks", "1.0")], [("gi-asks", "1.1", {"scripts": {"postinst": ASKS}})]),
    "debconf": ([("gi-debconf", "1.0")],
                [("gi-debconf", "1.1", {"debconf": TEMPLATES, "Depends": "debconf",
                                        "scripts": {"config": ASKS_DEBCONF, "postinst": ASKS_DEBCONF}})]),
    "removal": ([("gi-remover", "1.0"), ("gi-victim", "1.0")], [("gi-remover", "1.1", {"Conflicts": "gi-victim"})]),
    "dependency": ([("gi-pull", "1.0"), ("gi-library", "1.0")],
                   [("gi-pull", "1.1", {"Depends": "gi-new (>= 2), gi-library (>= 1.1)"}),
                    ("gi-new", "2.0", {"Depends": "gi-newer"}), ("gi-newer", "2.0"), ("gi-library", "1.1")]),
    "kernel": ([("linux-image-gi", "5.15.0.1"), ("linux-image-5.15.0-1-gi", "5.15.0-1.1")],
               [("linux-image-gi", "5.15.0.2", {"Depends": "linux-image-5.15.0-2-gi"}),
                ("linux-image-5.15.0-2-gi", "5.15.0-2.2", {"scripts": {"postinst": WANTS_REBOOT}})]),
    "restart": ([("gi-restart", "1.0")], [("gi-restart", "1.1", {"scripts": {"postinst": WANTS_REBOOT}})]),
    "big": ([("gi-big", "1.0")], [("gi-big", "1.1", {"files": {"/opt/gi-big/data": BIG}})]),
    "files": ([("gi-files", "1.0", {"files": files(200, "old\n")})],
              [("gi-files", "1.1", {"files": files(200, "new\n")})]),
    "many": ([(name, "1.0") for name in MANY],
             [(MANY[0], "1.1", {"scripts": GATED}), *((name, "1.1") for name in MANY[1:])]),
}

AUTOMATIC = ["gi-berry", "gi-library", "linux-image-5.15.0-1-gi", *MANY[::3]]


def layers():
    below = roots.base()
    sources = [pathlib.Path(module.__file__).read_text() for module in (repos, roots)]
    key = roots.digest(below, *sources, pathlib.Path(__file__).read_text())
    return roots.layer("install", key, below, fill)


def fill(root):
    repos.make_key(root)
    root.path("/srv/old").mkdir()
    for suite, (installed, offered) in POCKETS.items():
        for package in installed:
            repos.build_deb(root.path("/srv/old"), *package)
        repos.add(root, REPOSITORY, suite, offered)
        publish(root, suite)
    root.shell("dpkg -i /srv/old/*.deb; rm -r /srv/old; apt-mark auto " + " ".join(AUTOMATIC))
    root.write("/etc/apt/apt.conf.d/90tests", 'Acquire::Retries "0";\n')


def publish(root, suite):
    repos.publish(root, REPOSITORY, suite,
                  fields={"Origin": "Debian", "Label": "Debian-Security", "Codename": suite})


def take(root, *suites, base=f"file:{repos.REPO}"):
    """The machine's sources are exactly these pockets; nothing is fetched yet."""
    repos.set_sources(root, *(repos.source_line(REPOSITORY, suite, base=base) for suite in suites))
