#!/usr/bin/python3
"""Makes one test run out of several build trees: gather_tests.py OUT PRESET...

Writes OUT/CTestTestfile.cmake with every test of build/PRESET, named PRESET.NAME and labelled PRESET, so that
`ctest --test-dir OUT` runs them side by side and counts them together.
"""
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ("FIXTURES_SETUP", "FIXTURES_REQUIRED", "FIXTURES_CLEANUP", "DEPENDS")  # these name something of their own tree


def quote(value):
    """As CMake takes any text whatever is in it."""
    fence = "="
    while f"]{fence}]" in value or value.endswith(f"]{fence}"):
        fence += "="
    return f"[{fence}[{value}]{fence}]"


def text_of(name, value, preset):
    if name in FIXTURES:
        value = [f"{preset}.{item}" for item in value]
    if name == "LABELS":
        value = [*value, preset]
    if isinstance(value, list):
        return ";".join(value)
    return str(value)


def lines_of(test, preset):
    name = quote(f"{preset}.{test['name']}")
    properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
    properties.setdefault("LABELS", [])
    # A test without a command was never built; ctest reports it as not run, which is a failure.
    command = test.get("command", ["NOT_AVAILABLE"])
    yield f"add_test({name} {' '.join(map(quote, command))})"
    pairs = [f"{key} {quote(text_of(key, value, preset))}" for key, value in properties.items()]
    yield f"set_tests_properties({name} PROPERTIES {' '.join(pairs)})"


def tests_of(preset):
    shown = subprocess.run(["ctest", "--test-dir", ROOT / "build" / preset, "--show-only=json-v1"],
                           check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    tests = json.loads(shown.stdout)["tests"]
    if not tests:
        sys.exit(f"gather_tests: build/{preset} has no tests")
    return tests


def main(out, *presets):
    folder = ROOT / out
    folder.mkdir(parents=True, exist_ok=True)
    lines = [line for preset in presets for test in tests_of(preset) for line in lines_of(test, preset)]
    (folder / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
