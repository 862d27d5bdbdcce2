#!/usr/bin/python3
"""docs/usage/metrics.md against what encode_metrics writes: the golden exposition of which all is known."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = (ROOT / "tests/golden/metrics/full.prom").read_text(encoding="utf-8")
SOURCE = (ROOT / "agent/wire/metrics.cpp").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/usage/metrics.md").read_text(encoding="utf-8")
RULES = (ROOT / "packaging/rootfs/usr/share/guestpatch/prometheus/guestpatch.rules.yml").read_text(encoding="utf-8")


def written():
    """[(metric, labels, meaning)], in their order."""
    families = []
    for name, meaning in re.findall(r"^# HELP (\w+) (.+)$", GOLDEN, re.MULTILINE):
        sample = re.search(rf"^{name}(?:\{{(.*)\}})? \d+$", GOLDEN, re.MULTILINE)
        families.append((name, re.findall(r'(\w+)="', sample[1] or ""), meaning))
    return families


class Guide(unittest.TestCase):
    maxDiff = None

    def test_has_every_metric_with_its_labels_and_meaning(self):
        rows = re.findall(r"^\| `(guestpatch_\w+)` \| (.+?) \| (.+?) \|$", GUIDE, re.MULTILINE)
        documented = [(name, re.findall(r"`(\w+)`", labels), meaning) for name, labels, meaning in rows]
        self.assertGreater(len(documented), 30)
        self.assertEqual(documented, written())

    def test_nothing_is_missing_from_the_golden_exposition(self):
        families = set(re.findall(r'family\(\s*"(\w+)"', SOURCE))
        self.assertEqual({name for name, _, _ in written()}, families)

    def test_has_every_alert(self):
        alerts = re.findall(r"- alert: (\w+)", RULES)
        self.assertEqual(re.findall(r"^\| `(Guestpatch\w+)` \|", GUIDE, re.MULTILINE), alerts)


if __name__ == "__main__":
    unittest.main()
