#!/usr/bin/python3
"""docs/usage/configuration.md and docs/wire/config-show.schema.json against the key table of agent/config/schema.cpp."""
import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "agent/config/schema.cpp").read_text(encoding="utf-8")
SETTINGS = (ROOT / "agent/config/settings.cpp").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/usage/configuration.md").read_text(encoding="utf-8")
SHOW = json.loads((ROOT / "docs/wire/config-show.schema.json").read_text(encoding="utf-8"))

# How the guide names what a kind of value may be; words are listed instead.
KINDS = {
    "text": "text", "flag": "`true` `false`", "whole_number": "0 to 1000", "duration": "duration",
    "time_of_day": "time of day", "zone": "time zone", "day": 'day or `""`', "instant": 'instant or `""`', "masks": "list of masks",
    "origin_rules": "list of origin rules", "texts": "list of text", "commands": "list of commands",
    "objects": "list of objects", "text_map": "object of text", "flag_or_auto": '`true` `false` `"auto"`',
    "base_url": 'address or `""`', "metrics_file": 'full path of a `*.prom` or `""`',
}


def rules():
    """{key: (kind, default, allowed words)} of the program."""
    constants = dict(re.findall(r'constexpr std::string_view (\w+) =\s*"([^"]*)"', TABLE))
    found = {}
    rows = re.findall(r'KeyRule\{"([^"]+)", (\w+), (?:R"\((.*?)\)"|"([^"]*)"), (?:"([^"]*)"|(\w+))\}', TABLE)
    for key, kind, raw, plain, allowed, constant in rows:
        found[key] = (kind, json.loads(raw or plain), constants[constant] if constant else allowed)
    assert len(found) == TABLE.count("    KeyRule{"), "a row of the key table was not understood"
    return found


def guide(heading):
    """{key: (default, allowed)} of one table of the guide."""
    body = (GUIDE + "\n## ").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([\w.]+)` \| `(.*?)` \| (.*?) \|", body, re.MULTILINE)
    return {key: (json.loads(default), allowed) for key, default, allowed in rows}


def expected(kind, allowed):
    if kind not in ("word", "words"):
        return KINDS[kind]
    words = " ".join(f"`{word}`" if word else '`""`' for word in allowed.split("|"))
    return words if kind == "word" else f"list of {words}"


class Guide(unittest.TestCase):
    maxDiff = None

    def test_has_every_key_with_its_default_and_what_is_allowed(self):
        documented = guide("In effect") | guide("Accepted, not used yet")
        self.assertEqual(documented, {key: (default, expected(kind, allowed)) for key, (kind, default, allowed) in rules().items()})

    def test_says_which_keys_do_something(self):
        """Those the settings are made from."""
        used = {key for key in rules() if f'"{key}"' in SETTINGS}
        self.assertEqual(set(guide("In effect")), used)

    def test_its_example_is_one(self):
        example = re.search(r"```jsonc\n(.*?)```", GUIDE, re.DOTALL)[1]
        bare = re.sub(r",(\s*})", r"\1", re.sub(r"//.*", "", example))
        keys = {f"{section}.{key}" for section, members in json.loads(bare).items() for key in members}
        self.assertLessEqual(keys, set(rules()))


class Schema(unittest.TestCase):
    def test_of_config_show_has_every_key(self):
        def leaves(schema, prefix=""):
            for name, part in schema["properties"].items():
                if "properties" in part:
                    yield from leaves(part, f"{prefix}{name}.")
                else:
                    yield f"{prefix}{name}", part

        shown = dict(leaves(SHOW["properties"]["settings"]))
        self.assertEqual(set(shown), set(rules()))
        for key, (kind, _, allowed) in rules().items():
            words = shown[key]["enum"] if kind == "word" else shown[key]["items"]["enum"] if kind == "words" else None
            if words is not None:
                self.assertEqual(words, allowed.split("|"), key)


if __name__ == "__main__":
    unittest.main()
