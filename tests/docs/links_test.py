#!/usr/bin/python3
"""Relative links in the documents lead somewhere, every page can be reached, and every file a page names exists."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:agent|platform|packagers|tests|packaging|docs|\.ci)/[\w./-]*[\w/])`")


def text_of(page):
    """Without blocks of code, where brackets mean other things."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page):
    """As GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    for target in LINK.findall(text_of(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield target, (page.parent / path).resolve() if path else page, anchor


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        for page in PAGES:
            for target, path, anchor in links(page):
                with self.subTest(f"{page.relative_to(ROOT)}: {target}"):
                    self.assertTrue(path.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(path))

    def test_every_page_can_be_reached(self):
        seen, left = set(), [ROOT / "README.md"]
        while left:
            page = left.pop()
            if page in seen or page.suffix != ".md":
                continue
            seen.add(page)
            left += [path for _, path, _ in links(page)]
        self.assertEqual([str(page.relative_to(ROOT)) for page in PAGES if page not in seen], [])

    def test_named_files_exist(self):
        for page in PAGES:
            for name in NAMED.findall(text_of(page)):
                with self.subTest(f"{page.relative_to(ROOT)}: {name}"):
                    self.assertTrue((ROOT / name).exists())


class Promises(unittest.TestCase):
    def test_each_names_what_keeps_it(self):
        rows = re.findall(r"^\| (.+?) \| (.+?) \|$", (ROOT / "docs/promises.md").read_text(encoding="utf-8"), re.MULTILINE)
        rows = [row for row in rows if row[0] not in ("promise", "---")]
        self.assertGreater(len(rows), 20)
        for promise, keepers in rows:
            with self.subTest(promise):
                self.assertRegex(keepers, r"`tests/[\w./-]+`")

    def test_the_tests_they_name_exist(self):
        """`file` "name of a test", "another": the file holds those names."""
        text = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
        for file, names in re.findall(r'`(tests/[\w./-]+)`((?:,? "[^"]+")+)', text):
            content = (ROOT / file).read_text(encoding="utf-8")
            for name in re.findall(r'"([^"]+)"', names):
                with self.subTest(f"{file}: {name}"):
                    self.assertTrue(name in content)


if __name__ == "__main__":
    unittest.main()
