#!/usr/bin/python3
"""The metrics and the rules for alerts, judged by promtool; exit status 77 and a sentence where there is none."""
import pathlib
import re
import sys
import unittest

import promtool

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = (HERE.parent / "golden/metrics/full.prom").read_text(encoding="utf-8")
RULES = HERE.parents[1] / "packaging/rootfs/usr/share/guestpatch/prometheus/guestpatch.rules.yml"
STORIES = HERE / "rules_test.yml"


def judged(*arguments):
    done = promtool.run(str(promtool.program()), *map(str, arguments))
    return done.returncode, done.stdout + done.stderr


class Metrics(unittest.TestCase):
    def test_are_sound(self):
        self.assertEqual(promtool.check(GOLDEN), "")

    def test_unsound_ones_would_be_found(self):
        for broken in ("guestpatch_x{a=\"b} 1\n", "# HELP guestpatch_x X.\n# TYPE guestpatch_x gauge\nguestpatch_x_total 1 2 3\n",
                       "# HELP guestpatch_x_total X.\n# TYPE guestpatch_x_total gauge\nguestpatch_x_total 1\n",
                       "# TYPE guestpatch_x gauge\nguestpatch_x 1\n"):
            with self.subTest(broken):
                self.assertNotEqual(promtool.check(GOLDEN + broken), "")


class Rules(unittest.TestCase):
    def test_are_sound(self):
        code, said = judged("check", "rules", RULES)
        self.assertEqual(code, 0, said)

    def test_fire_when_they_should(self):
        code, said = judged("test", "rules", STORIES)
        self.assertEqual(code, 0, said)

    def test_each_alert_has_its_story(self):
        alerts = set(re.findall(r"^ +- alert: (\w+)$", RULES.read_text(encoding="utf-8"), re.MULTILINE))
        told = re.findall(r"alertname: (\w+)\n +exp_alerts:\n", STORIES.read_text(encoding="utf-8"))
        self.assertGreater(len(alerts), 5)
        self.assertEqual(set(told), alerts)

    def test_speak_of_metrics_that_exist(self):
        text = re.sub(r"^ *#.*", "", RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)
        exist = set(re.findall(r"^# TYPE (\w+) ", GOLDEN, re.MULTILINE))
        self.assertLessEqual(set(re.findall(r"\bguestpatch_\w+", text)), exist)

    def test_speak_of_states_that_exist(self):
        text = RULES.read_text(encoding="utf-8")
        for metric, label, value in re.findall(r'(guestpatch_\w+)\{(\w+)="(\w+)"\}', text):
            with self.subTest(metric):
                self.assertRegex(GOLDEN, rf'(?m)^{metric}\{{[^}}]*{label}="{value}"')


if __name__ == "__main__":
    try:
        promtool.program()
    except promtool.Unavailable as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
