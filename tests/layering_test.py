#!/usr/bin/env python3
"""Who may include whom: the table of the architecture, enforced on every #include line.

Run by ctest (label "layering"). The rules prove on a bad example that they can fail, then judge the house.
"""
import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("agent", "packagers", "platform", "tests")
AGENT_FOLDERS = ("cli", "config", "daemon", "engine", "handler", "host")
OS_FOLDERS = ("linux", "windows")

# area of the including file -> areas of our own files it may include; everybody may include their own area.
MAY_INCLUDE = {
    "platform/base": set(),
    "platform": {"platform/base"},
    "platform/http": {"platform/base"},
    "platform/curl": {"platform/base", "platform"},
    "platform/linux": {"platform/base", "platform"},
    "platform/windows": {"platform/base", "platform"},
    "packagers/patch": {"platform/base"},
    "packagers": {"platform/base", "platform", "packagers/patch"},
    "packagers/detect": {"platform/base", "platform", "packagers/patch", "packagers", "packagers/<tool>"},
    "packagers/<tool>": {"platform/base", "platform", "packagers/patch", "packagers"},
    "agent/domain": {"platform/base", "packagers/patch"},
    "agent/wire": {"platform/base", "packagers/patch", "agent/domain"},
    "agent": {"platform/base", "platform", "packagers/patch", "packagers", "agent/domain", "agent/wire"},
    "agent/courier": {"platform/base", "platform", "platform/http", "agent/wire"},
}
MAY_INCLUDE["platform/curl"].add("platform/http")
SEES_EVERYTHING = {"agent/main", "tests"}

# prefix of a library's headers -> prefixes of the files that may include them ("" is everybody).
LIBRARIES = {
    "fmt/": ("",),
    "rapidjson/": ("platform/base/json.cpp",),
    "cxxopts.hpp": ("agent/cli/",),
    "curl/": ("platform/curl/",),
    "catch2/": ("tests/catch.hpp",),
}
MOST_LINES_OF_MAIN = 100

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITIONAL = re.compile(r"^\s*#\s*(?:el)?if(?:n?def)?\b(.*)")
SYSTEM_NAMES = re.compile(r"\b(_?WIN32|_WIN64|__linux__|linux|__unix__|__APPLE__|_MSC_VER|__MINGW(32|64)__|__CYGWIN__)\b")


def area(path: str) -> str:
    """The part of the house a file belongs to."""
    parts = path.split("/")
    stem = path.rsplit(".", 1)[0]
    if parts[0] == "tests" or stem == "agent/main":
        return "tests" if parts[0] == "tests" else stem
    if stem in ("platform/http", "packagers/patch"):
        return stem
    if path == "packagers/detect.cpp":
        return "packagers/detect"
    if parts[0] == "packagers":
        return "packagers" if len(parts) == 2 else "packagers/<tool>"
    if parts[0] == "agent" and len(parts) > 2 and parts[1] in AGENT_FOLDERS:
        return "agent"
    return parts[0] if len(parts) == 2 else "/".join(parts[:2])


def os_folder(path: str) -> str | None:
    """platform/linux and platform/windows, or the folder of their own tests."""
    match = re.match(r"(?:tests/)?platform/(%s)/" % "|".join(OS_FOLDERS), path)
    return match and match[1]


def judge_own(path: str, included: str, root: Path) -> str | None:
    if not (root / included).is_file():
        return "does not exist below the root; includes are written from there"
    if os_folder(included) and os_folder(included) != os_folder(path):
        return "belongs to one operating system"
    mine, theirs = area(path), area(included)
    if theirs == "tests" and mine != "tests":
        return "is a test's"
    if mine in SEES_EVERYTHING:
        return None
    if mine not in MAY_INCLUDE:
        return f"stands in {mine}, a folder the table does not know"
    if mine == theirs == "packagers/<tool>" and path.split("/")[1] != included.split("/")[1]:
        return "belongs to another tool"
    if mine != theirs and theirs not in MAY_INCLUDE[mine]:
        return f"{mine} may not know {theirs}"
    return None


def judge_foreign(path: str, included: str) -> str | None:
    for prefix, places in LIBRARIES.items():
        if included.startswith(prefix):
            return None if path.startswith(places) else f"only for {', '.join(places)}"
    if "." in included or "/" in included:  # no header of the C++ standard library
        return None if os_folder(path) else "an operating system's header, only for platform/linux and platform/windows"
    return None


def judge_line(path: str, line: str, root: Path) -> str | None:
    if include := INCLUDE.match(line):
        own, included = include[1] == '"', include[2]
        fault = judge_own(path, included, root) if own else judge_foreign(path, included)
        return fault and f"{included}: {fault}"
    if (conditional := CONDITIONAL.match(line)) and SYSTEM_NAMES.search(conditional[1]) and not os_folder(path):
        return f"a conditional on the operating system: {line.strip()}"
    return None


def violations(root: Path) -> list[str]:
    """Everything that breaks the table, as "file:line: what"."""
    found = []
    for source in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.?pp")):
        path = source.relative_to(root).as_posix()
        lines = source.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if fault := judge_line(path, line, root):
                found.append(f"{path}:{number}: {fault}")
        if path == "agent/main.cpp" and len(lines) > MOST_LINES_OF_MAIN:
            found.append(f"{path}: {len(lines)} lines, more than {MOST_LINES_OF_MAIN}")
    return found


class TheRulesCanFail(unittest.TestCase):
    def house(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return violations(root)

    def assert_refused(self, path: str, line: str, included: str | None = None):
        files = {path: f"// a comment\n{line}\n"}
        if included:
            files[included] = ""
        found = self.house(files)
        self.assertEqual(len(found), 1, f"{path}: {line} should be refused once: {found}")
        self.assertTrue(found[0].startswith(f"{path}:2: "), found[0])

    def test_layers_point_one_way(self):
        for path, included in (
            ("agent/domain/x.cpp", "platform/clock.hpp"),
            ("agent/domain/x.cpp", "agent/wire/x.hpp"),
            ("agent/domain/x.cpp", "packagers/package_manager.hpp"),
            ("agent/wire/x.hpp", "platform/files.hpp"),
            ("agent/wire/x.hpp", "agent/cli/x.hpp"),
            ("agent/cli/x.cpp", "packagers/apt/apt.hpp"),
            ("agent/engine/x.cpp", "packagers/dnf/dnf.hpp"),
            ("agent/daemon/x.cpp", "platform/http.hpp"),
            ("agent/cli/x.cpp", "agent/courier/x.hpp"),
            ("agent/courier/x.cpp", "packagers/patch.hpp"),
            ("agent/courier/x.cpp", "agent/domain/x.hpp"),
            ("agent/attic/x.cpp", "platform/base/text.hpp"),
            ("packagers/apt/apt.cpp", "packagers/dnf/dnf.hpp"),
            ("packagers/apt/apt.cpp", "agent/domain/x.hpp"),
            ("packagers/origin_rule.cpp", "packagers/apt/apt.hpp"),
            ("packagers/patch.hpp", "platform/files.hpp"),
            ("packagers/apt/apt.cpp", "platform/http.hpp"),
            ("platform/files.hpp", "packagers/patch.hpp"),
            ("platform/base/text.cpp", "platform/files.hpp"),
            ("platform/linux/x.cpp", "platform/windows/utf.hpp"),
            ("platform/process.cpp", "platform/linux/wake.hpp"),
            ("agent/main.cpp", "platform/linux/wake.hpp"),
            ("tests/contract/x.cpp", "platform/windows/utf.hpp"),
            ("agent/cli/x.cpp", "tests/fakes/files.hpp"),
        ):
            with self.subTest(path=path, included=included):
                self.assert_refused(path, f'#include "{included}"', included)

    def test_libraries_and_systems_stay_behind_their_doors(self):
        for path, header in (
            ("agent/wire/x.cpp", "rapidjson/reader.h"),
            ("platform/base/json.hpp", "rapidjson/reader.h"),
            ("tests/platform/x_test.cpp", "rapidjson/reader.h"),
            ("tests/platform/x_test.cpp", "catch2/catch.hpp"),
            ("agent/domain/x.cpp", "cxxopts.hpp"),
            ("agent/courier/x.cpp", "curl/curl.h"),
            ("agent/cli/x.cpp", "unistd.h"),
            ("agent/daemon/x.cpp", "systemd/sd-bus.h"),
            ("packagers/apt/apt.cpp", "sys/stat.h"),
            ("platform/files.hpp", "windows.h"),
            ("tests/fakes/x.hpp", "fcntl.h"),
        ):
            with self.subTest(path=path, header=header):
                self.assert_refused(path, f"#include <{header}>")

    def test_conditionals_on_the_system_are_refused(self):
        for line in ("#ifdef _WIN32", "#  if defined(__linux__)", "#ifndef WIN32", "#elif defined _MSC_VER"):
            with self.subTest(line=line):
                self.assert_refused("packagers/apt/apt.cpp", line)

    def test_includes_start_at_the_root_and_exist(self):
        self.assert_refused("agent/cli/x.cpp", '#include "options.hpp"', "agent/cli/options.hpp")
        self.assert_refused("agent/cli/x.cpp", '#include "agent/cli/gone.hpp"')

    def test_main_stays_small(self):
        self.assertEqual(len(self.house({"agent/main.cpp": "\n" * 101})), 1)
        self.assertEqual(self.house({"agent/main.cpp": "\n" * 100}), [])

    def test_a_good_house_is_left_alone(self):
        self.assertEqual(self.house({
            "agent/main.cpp": '#include "agent/cli/x.hpp"\n#include "packagers/detect.hpp"\n#include "platform/files.hpp"\n',
            "agent/cli/x.hpp": '#include <cxxopts.hpp>\n#include "agent/wire/x.hpp"\n#include "packagers/detect.hpp"\n',
            "agent/wire/x.hpp": '#include "agent/domain/x.hpp"\n#include "platform/base/json.hpp"\n',
            "agent/domain/x.hpp": '#include <chrono>\n#include "packagers/patch.hpp"\n',
            "agent/courier/x.cpp": '#include "platform/http.hpp"\n',
            "packagers/detect.hpp": "",
            "packagers/detect.cpp": '#include "packagers/apt/apt.hpp"\n',
            "packagers/apt/apt.hpp": '#include "packagers/patch.hpp"\n#include "platform/files.hpp"\n',
            "packagers/patch.hpp": '#include "platform/base/json.hpp"\n',
            "platform/base/json.hpp": "#include <string>\n#include <fmt/format.h>\n",
            "platform/base/json.cpp": "#include <rapidjson/reader.h>\n",
            "platform/files.hpp": '#include "platform/base/json.hpp"\n',
            "platform/http.hpp": "",
            "platform/curl/http.cpp": '#include <curl/curl.h>\n#include "platform/http.hpp"\n',
            "platform/linux/files.cpp": '#include <fcntl.h>\n#ifdef __linux__\n#endif\n#include "platform/files.hpp"\n',
            "tests/agent/x_test.cpp": '#include "packagers/apt/apt.hpp"\n#if __has_include(<x>)\n#endif\n',
        }), [])


class TheHouse(unittest.TestCase):
    def test_keeps_its_layers(self):
        self.assertEqual(violations(ROOT), [])

    def test_keeps_json_behind_one_door(self):
        doors = [file.relative_to(ROOT).as_posix()
                 for folder in FOLDERS for file in (ROOT / folder).rglob("*.?pp")
                 if re.search(r"^\s*#\s*include\s*<rapidjson/", file.read_text(encoding="utf-8"), re.MULTILINE)]
        self.assertEqual(doors, ["platform/base/json.cpp"])


if __name__ == "__main__":
    unittest.main()
