#!/usr/bin/env python3
"""Writes the table of platform/base/windows_zones.cpp from CLDR's windowsZones.xml.

    apt-get download unicode-cldr-core && dpkg -x unicode-cldr-core_*.deb cldr
    tests/tools/windows_zones.py cldr/usr/share/unicode/cldr/common/supplemental/windowsZones.xml
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "platform/base/windows_zones.cpp"
BEGIN, END = "// generated: begin\n", "// generated: end\n"

# Names CLDR keeps though the zone data has moved on; newer systems put the old ones into a package of their own.
CURRENT = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires", "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis", "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu", "Asia/Rangoon": "Asia/Yangon", "Europe/Kiev": "Europe/Kyiv",
}
# Ids the service accepts and Windows has given up. Mid-Atlantic once had daylight time, in no place on earth.
OBSOLETE = {"Kamchatka Standard Time": "Asia/Kamchatka", "Mid-Atlantic Standard Time": "Etc/GMT+2"}


def rows(xml):
    found = dict(re.findall(r'<mapZone other="([^"]+)" territory="001" type="([^" ]+)"', xml)) | OBSOLETE
    for zone, name in sorted(found.items(), key=lambda row: row[0].lower()):
        current = CURRENT.get(name, name)
        yield f'    {{"{zone}", "{current}", "{name if name != current else ""}"{", true" if zone in OBSOLETE else ""}}},\n'


def main():
    table = list(rows(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
    before, rest = TABLE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    lines = [f"constexpr std::array<WindowsZone, {len(table)}> zones{{{{\n", *table, "}};\n"]
    TABLE.write_text(before + BEGIN + "".join(lines) + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
