#!/usr/bin/python3
"""docs/usage/messages.md against the catalogue in platform/messages.hpp, and every sentence of the log against both."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = (ROOT / "platform/messages.hpp").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/usage/messages.md").read_text(encoding="utf-8")
SOURCES = [file for folder in ("agent", "packagers", "platform") for file in sorted((ROOT / folder).rglob("*.?pp"))]

TEXT = r'"((?:[^"\\]|\\.)*)"'
ENTRY = re.compile(r"inline constexpr Message (\w+)\{(\d+), " + TEXT + ", " + TEXT +
                   r",\s+LogLevel::(\w+), " + TEXT + r",\s+" + TEXT + r"\};")
# log.info(, seams_.log->warning(, log().error(: a sentence without an id.
WITHOUT_ID = re.compile(r"\blog_?(?:\(\))?(?:\.|->)(?:info|warning|error)\(")


def catalogue():
    """Rows as the guide has them: (number, name, level, meaning, remedy, id)."""
    entries = ENTRY.findall(CATALOGUE)
    assert len(entries) == CATALOGUE.count("inline constexpr Message "), "an entry of the catalogue was not understood"
    return [(number, name, level, meaning, remedy, identity) for _, number, name, identity, level, meaning, remedy in entries]


def sentences_without_id(text):
    return [number for number, line in enumerate(text.splitlines(), 1) if WITHOUT_ID.search(line)]


class Catalogue(unittest.TestCase):
    def test_calls_every_message_by_its_name(self):
        for identifier, _, name, *_ in ENTRY.findall(CATALOGUE):
            self.assertEqual(identifier, name)

    def test_counts_every_message(self):
        counted = re.search(r"constexpr std::array all\{(.*?)\};", CATALOGUE, re.DOTALL)[1]
        self.assertEqual(re.findall(r"&(\w+)", counted), [row[1] for row in catalogue()])


class Guide(unittest.TestCase):
    maxDiff = None

    def test_has_every_message(self):
        rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (\w+) \| (.*?) \| (.*?) \| `(\w+)` \|$", GUIDE, re.MULTILINE)
        self.assertEqual(rows, catalogue())

    def test_its_examples_name_real_ids(self):
        used = set(re.findall(r"MESSAGE_ID=(\w+)", GUIDE))
        self.assertGreater(len(used), 0)
        self.assertLessEqual(used, {row[5] for row in catalogue()})


class Sentences(unittest.TestCase):
    def test_the_rule_can_fail(self):
        for line in ('seams.log.info("x");', "machine_.seams.log.warning(x);", "log().error(x.message);", "log->info(x);",
                     "log_.error(x);"):
            self.assertEqual(sentences_without_id(f"// fine\n{line}\n"), [2], line)
        for line in ("log.tell(message::assessed, x);", "log.debug(x);", "lock.error().message", "files.info(path)"):
            self.assertEqual(sentences_without_id(line), [], line)

    def test_all_have_an_id(self):
        found = [f"{file.relative_to(ROOT)}:{line}" for file in SOURCES
                 for line in sentences_without_id(file.read_text(encoding="utf-8"))]
        self.assertEqual(found, [])

    def test_every_message_told_is_in_the_catalogue_by_name_alone(self):
        """Nobody makes up a Message on the spot."""
        made = [file.relative_to(ROOT).as_posix() for file in SOURCES
                if re.search(r"\bMessage\{", file.read_text(encoding="utf-8"))]
        self.assertEqual(made, [])


if __name__ == "__main__":
    unittest.main()
