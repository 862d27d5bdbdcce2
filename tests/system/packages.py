"""The packages of the small world the system tests live in. A name says what becomes of its package.

Each pocket holds (name, version[, control fields]); INSTALLED is what the machine starts from.
"""

POCKETS = {
    # (repository, suite): Release fields
    ("ubuntu", "jammy"): {"Origin": "Ubuntu", "Label": "Ubuntu", "Codename": "jammy"},
    ("ubuntu", "jammy-updates"): {"Origin": "Ubuntu", "Label": "Ubuntu", "Codename": "jammy"},
    ("ubuntu", "jammy-security"): {"Origin": "Ubuntu", "Label": "Ubuntu", "Codename": "jammy"},
    ("ubuntu", "jammy-proposed"): {"Origin": "Ubuntu", "Label": "Ubuntu", "Codename": "jammy",
                                   "NotAutomatic": "yes"},
    ("ubuntu", "jammy-backports"): {"Origin": "Ubuntu", "Label": "Ubuntu", "Codename": "jammy",
                                    "NotAutomatic": "yes", "ButAutomaticUpgrades": "yes"},
    ("esm", "jammy-apps-security"): {"Origin": "UbuntuESMApps", "Label": "UbuntuESMApps", "Codename": "jammy"},
    ("debian", "bookworm"): {"Origin": "Debian", "Label": "Debian", "Suite": "stable", "Codename": "bookworm"},
    ("debian-security", "bookworm-security"): {"Origin": "Debian", "Label": "Debian-Security",
                                               "Suite": "stable-security", "Codename": "bookworm-security"},
    ("vendor", "stable"): {"Origin": "Vendor Inc.", "Label": "Vendor", "Codename": "stable"},
}

ARCHITECTURES = ("amd64", "i386")

INSTALLED = [
    ("gp-sec", "1.0"), ("gp-upd", "1.0"), ("gp-both", "1.0"), ("gp-held", "1.0"), ("gp-phased", "1.0"),
    ("gp-phased-sec", "1.0"), ("gp-pin-version", "1.0"), ("gp-pin-release", "1.0"), ("gp-pin-never", "1.0"),
    ("gp-victim", "1.0"), ("gp-remover", "1.0"), ("gp-pull", "1.0"), ("gp-broken", "1.0"),
    ("linux-image-gp", "5.15.0.1"), ("linux-image-5.15.0-1-gp", "5.15.0-1.1"), ("gp-esm", "1.0"),
    ("gp-epoch", "2.0"), ("gp-plus++", "1.0"), ("gp-tilde", "1.0~rc1-1"),
    ("gp-lib", "1.0", {"Architecture": "amd64", "Multi-Arch": "same"}),
    ("gp-lib", "1.0", {"Architecture": "i386", "Multi-Arch": "same"}),
    ("gp-foreign", "1.0", {"Architecture": "i386"}),
    ("gp-vendor", "1.0"), ("gp-proposed", "1.0"), ("gp-backport", "1.0~bpo1"), ("gp-debian", "1.0"),
    ("gp-local", "1.0"), ("gp-current", "1.0"), ("gp-fixed", "1.1"), ("gp-halfway", "1.0"),
    ("gp-removed", "1.0", {"scripts": {"postrm": ":\n"}}),
]

# What pockets offer beyond the versions installed.
OFFERED = {
    ("ubuntu", "jammy"): [("gp-sec", "1.0"), ("gp-current", "1.0"), ("gp-held", "1.0")],
    ("ubuntu", "jammy-security"): [
        ("gp-sec", "1.1"), ("gp-both", "1.1"), ("gp-held", "1.1"), ("gp-phased-sec", "1.1"),
        ("gp-pin-version", "1.1"), ("gp-pin-release", "1.1"), ("gp-pin-never", "1.1"),
        ("linux-image-gp", "5.15.0.2", {"Depends": "linux-image-5.15.0-2-gp"}),
        ("linux-image-5.15.0-2-gp", "5.15.0-2.2"),
        ("gp-epoch", "1:1.0-1"), ("gp-plus++", "1.1"),
        ("gp-lib", "1.1", {"Architecture": "amd64", "Multi-Arch": "same"}),
        ("gp-lib", "1.1", {"Architecture": "i386", "Multi-Arch": "same"}),
        ("gp-foreign", "1.1", {"Architecture": "i386"}),
        ("gp-fixed", "1.1"), ("gp-halfway", "1.2"), ("gp-removed", "1.1"),
    ],
    ("ubuntu", "jammy-updates"): [
        ("gp-upd", "1.1"), ("gp-both", "1.2"), ("gp-phased", "1.1", {"Phased-Update-Percentage": "0"}),
        ("gp-phased-sec", "1.2", {"Phased-Update-Percentage": "0"}),
        ("gp-remover", "1.1", {"Conflicts": "gp-victim"}), ("gp-pull", "1.1", {"Depends": "gp-new (>= 2)"}),
        ("gp-new", "2.0"), ("gp-broken", "1.1", {"Depends": "gp-nosuch (>= 9)"}), ("gp-tilde", "1.0-1+b1"),
        ("gp-fixed", "1.2"), ("gp-halfway", "1.1"),
    ],
    ("ubuntu", "jammy-proposed"): [("gp-proposed", "9.0"), ("gp-sec", "9.0")],
    ("ubuntu", "jammy-backports"): [("gp-backport", "1.1~bpo1"), ("gp-upd", "9.0~bpo1")],
    ("esm", "jammy-apps-security"): [("gp-esm", "1.0+esm1")],
    ("debian", "bookworm"): [("gp-debian", "1.0")],
    ("debian-security", "bookworm-security"): [("gp-debian", "1.0+deb12u1")],
    ("vendor", "stable"): [("gp-vendor", "9.0")],
}

HELD = ["gp-held"]
REMOVED = ["gp-removed"]  # its configuration stays behind

PREFERENCES = """\
Package: gp-pin-version
Pin: version 1.0
Pin-Priority: 1001

Package: gp-pin-release
Pin: release a=jammy-security
Pin-Priority: 50

Package: gp-pin-never
Pin: release a=jammy-security
Pin-Priority: -1

Package: gp-halfway
Pin: release a=jammy-updates
Pin-Priority: 900
"""
