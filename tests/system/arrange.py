"""What scenarios and captures do to a machine before they ask.

Each takes the root; some give back a server to close.
"""
import repos
from mirror import Mirror


def lists(root):
    return root.path("/var/lib/apt/lists")


def add_source(root, *line, **options):
    root.write("/etc/apt/sources.list", root.read("/etc/apt/sources.list") + repos.source_line(*line, **options))


def delete_list(root):
    next(lists(root).glob("*jammy-security*binary-amd64_Packages")).unlink()


def empty_list(root):
    next(lists(root).glob("*jammy-security*binary-amd64_Packages")).write_bytes(b"")


def empty_list_http(root):
    serve_repo(root)
    empty_list(root)


def compressed_lists(root):
    """As container images have them."""
    root.write("/etc/apt/apt.conf.d/gzip", 'Acquire::GzipIndexes "true";\n')
    root.shell("rm -rf /var/lib/apt/lists/*; apt-get update")


def garbage_list(root):
    next(lists(root).glob("*vendor*binary-amd64_Packages")).write_text("garbage\n")


def never_fetched(root):
    add_source(root, "never", "stable")


def flat(root):
    repos.add(root, "flat", "x", [("gp-upd", "3.0")])
    root.shell(f"""
        cd {repos.REPO}/flat
        apt-ftparchive packages pool >Packages
        apt-ftparchive release . >/tmp/Release
        mv /tmp/Release Release
        {repos.sign_command("archive")}""")
    root.write("/etc/apt/sources.list.d/flat.list", f"deb [signed-by={repos.KEYRING}] file:{repos.REPO}/flat ./\n")
    root.run(["apt-get", "update"])


def empty_component(root):
    repos.publish(root, "ubuntu", "jammy-empty")
    add_source(root, "ubuntu", "jammy-empty")
    root.run(["apt-get", "update"])


def half_configured(root):
    repos.build_deb(root.path("/tmp"), "gp-fail", "1.0", {"scripts": {"postinst": "exit 7\n"}})
    root.run(["dpkg", "-i", "/tmp/gp-fail_1.0_all.deb"])


def unpacked(root):
    repos.build_deb(root.path("/tmp"), "gp-unpacked", "1.0")
    root.run(["dpkg", "--unpack", "/tmp/gp-unpacked_1.0_all.deb"])


def broken(root):
    repos.build_deb(root.path("/tmp"), "gp-needy", "1.0", {"Depends": "gp-nosuch"})
    root.run(["dpkg", "--force-depends", "-i", "/tmp/gp-needy_1.0_all.deb"])


def broken_fixable(root):
    repos.build_deb(root.path("/tmp"), "gp-needy", "1.0", {"Depends": "gp-new"})
    root.run(["dpkg", "--force-depends", "-i", "/tmp/gp-needy_1.0_all.deb"])


def half_installed(root):
    """The database as a power cut in the middle of unpacking leaves it."""
    status = root.read("/var/lib/dpkg/status")
    root.write("/var/lib/dpkg/status", status.replace(
        "Package: gp-sec\nStatus: install ok installed", "Package: gp-sec\nStatus: install reinstreq half-installed"))


def interrupted(root):
    """dpkg leaves its journal behind when it is killed."""
    stanza = root.read("/var/lib/dpkg/status").split("Package: gp-sec\n")[1].split("\n\n")[0]
    root.write("/var/lib/dpkg/updates/0000", "Package: gp-sec\n" + stanza.replace(
        "install ok installed", "install ok unpacked") + "\n")


def nothing_to_do(root):
    repos.set_sources(root, repos.source_line("ubuntu", "jammy"), repos.source_line("debian", "bookworm"))
    root.run(["apt-get", "update"])


def no_sources(root):
    repos.set_sources(root)
    root.run(["apt-get", "update"])


def downgrade(root):
    repos.build_deb(root.path("/tmp"), "gp-sec", "3.0")
    root.run(["dpkg", "-i", "/tmp/gp-sec_3.0_all.deb"])
    root.write("/etc/apt/preferences.d/down", "Package: gp-sec\nPin: release a=jammy-security\nPin-Priority: 1001\n")


def kept_back_only(root):
    repos.set_sources(root, repos.source_line("ubuntu", "jammy-updates"))
    root.run(["apt-get", "update"])
    root.run(["apt-mark", "hold", "gp-upd", "gp-both", "gp-remover", "gp-pull", "gp-tilde",
              "gp-fixed", "gp-halfway"])


def phased_only(root):
    repos.set_sources(root, repos.source_line("ubuntu", "jammy-updates"))
    root.run(["apt-get", "update"])
    root.run(["dpkg", "--purge", "gp-upd", "gp-both", "gp-remover", "gp-pull", "gp-tilde", "gp-broken",
              "gp-fixed", "gp-halfway"])


def essential_removed(root):
    repos.build_deb(root.path("/tmp"), "gp-core", "1.0", {"Essential": "yes"})
    root.run(["dpkg", "-i", "/tmp/gp-core_1.0_all.deb"])
    repos.add(root, "vendor", "stable", [("gp-vendor", "9.1", {"Conflicts": "gp-core"})])
    repos.publish(root, "vendor", "stable")
    root.run(["apt-get", "update"])


def default_release(root):
    root.write("/etc/apt/apt.conf.d/99default", 'APT::Default-Release "bookworm";\n')


def dead_http(root):
    add_source(root, "none", "stable", base="http://127.0.0.1:9")


def gone_file(root):
    add_source(root, "gone", "stable")


def bad_signature(root):
    release = f"{repos.REPO}/ubuntu/dists/jammy-security/InRelease"
    root.write(release, root.read(release).replace("Label: Ubuntu", "Label: Ubunto"))


def missing_key(root):
    repos.make_key(root, "stranger", "/tmp/stranger.gpg")
    repos.publish(root, "vendor", "stable", key="stranger")


def unsigned(root):
    repos.publish(root, "vendor", "stable", sign=False)


def newer_vendor(root):
    repos.add(root, "vendor", "stable", [("gp-vendor", "9.1")])
    repos.publish(root, "vendor", "stable")


def missing_packages(root):
    serve_repo(root)
    newer_vendor(root)
    for file in root.path(f"{repos.REPO}/vendor/dists/stable/main/binary-amd64").iterdir():
        file.unlink()


def wrong_hash(root):
    serve_repo(root)
    newer_vendor(root)
    folder = root.path(f"{repos.REPO}/vendor/dists/stable/main/binary-amd64")
    (folder / "Packages").write_text((folder / "Packages").read_text().replace("gp-vendor", "gp-vandor"))
    (folder / "Packages.gz").unlink()


def expired(root):
    repos.publish(root, "vendor", "stable", release_options=["APT::FTPArchive::Release::ValidTime=3600"])
    release = f"{repos.REPO}/vendor/dists/stable/Release"
    text = "".join("Valid-Until: Sat, 02 Jan 2021 00:00:00 UTC\n" if line.startswith("Valid-Until") else line
                   for line in root.read(release).splitlines(True))
    resign(root, "vendor", "stable", text)


def clock_behind(root):
    release = f"{repos.REPO}/vendor/dists/stable/Release"
    text = "".join("Date: Wed, 02 Jan 2098 00:00:00 UTC\n" if line.startswith("Date") else line
                   for line in root.read(release).splitlines(True))
    resign(root, "vendor", "stable", text)


def resign(root, repository, suite, text):
    root.write(f"{repos.REPO}/{repository}/dists/{suite}/Release", text)
    root.shell(f"cd {repos.REPO}/{repository}/dists/{suite}; {repos.sign_command('archive')}")


def serve_repo(root):
    """All repositories over HTTP instead of from files."""
    served = Mirror(root)
    text = root.read("/etc/apt/sources.list").replace(f"file:{repos.REPO}", served.url)
    root.write("/etc/apt/sources.list", text)
    root.run(["apt-get", "update"])
    return served


def lock_held(path):
    def arrange(root):
        holder = root.popen(["python3", "-c", f"""
import fcntl, time
held = open({path!r}, "r+")
fcntl.lockf(held, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)"""])
        holder.stdout.readline()
    return arrange


def shutdown(code=0):
    """A shutdown(8) that only takes notes (InstallGuest.shutdown_calls)."""
    def arrange(root):
        root.write("/usr/sbin/shutdown", f'#!/bin/sh\necho "$*" >>/var/shutdown-calls\nexit {code}\n')
        root.shell("chmod 755 /usr/sbin/shutdown")
    return arrange
