"""The metrics file of the real program, judged by promtool and against what `status` says of the same moment."""
import calendar
import json
import pathlib
import re
import sys
import time
import unittest

import arrange
from guest import GuestTest
from install_guest import InstallTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "metrics"))

import promtool  # noqa: E402

CONFIG = "/etc/guestpatch/config.d/20-metrics.json"
TEXTFILE = "/var/lib/collector/guestpatch.prom"


def seconds(instant):
    """Since 1970, of a time as documents have it."""
    return calendar.timegm(time.strptime(instant, "%Y-%m-%dT%H:%M:%SZ"))


def configure(guest, textfile=TEXTFILE, **sections):
    guest.write(CONFIG, json.dumps({"metrics": {"textfile": textfile}, **sections}))


class Metrics:
    """{(name, frozenset of labels): value}"""

    def __init__(self, guest):
        self.text = guest.read(TEXTFILE)
        self.series = {}
        for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", self.text, re.MULTILINE):
            self.series[name, frozenset(re.findall(r'(\w+)="([^"]*)"', labels))] = int(value)

    def __getitem__(self, name):
        return self.series["guestpatch_" + name, frozenset()]

    def by(self, name, label):
        """{value of the label: sum of its series}"""
        found = {}
        for (series, labels), value in self.series.items():
            if series == "guestpatch_" + name:
                found[dict(labels)[label]] = found.get(dict(labels)[label], 0) + value
        return found

    def state(self, name, label="state"):
        """The one word that holds."""
        [holds] = [word for word, value in self.by(name, label).items() if value]
        return holds

    def names(self):
        return {name for name, _ in self.series}


class Sound(unittest.TestCase):
    """What holds of each exposition."""

    def read(self):
        metrics = Metrics(self.guest)
        try:
            self.assertEqual(promtool.check(metrics.text), "")
        except promtool.Unavailable as reason:
            print(f"not judged by promtool: {reason}")
        self.assertEqual(self.guest.shell(f"stat -c %a {TEXTFILE}").strip(), "644")
        self.assertEqual(self.guest.shell(f"ls -A {pathlib.Path(TEXTFILE).parent}").split(), ["guestpatch.prom"])
        return metrics


class Assessed(Sound, GuestTest):
    def setUp(self):
        super().setUp()
        self.guest.shell(f"mkdir -p {pathlib.Path(TEXTFILE).parent}")
        configure(self.guest)

    def test_say_what_status_says(self):
        self.arrange(arrange.dead_http)
        found = self.guest.assess(codes=[3])
        metrics, status = self.read(), self.guest.status()
        summary = status["patchStatus"]["availablePatchSummary"]
        agent = status["agent"]
        pending = metrics.by("pending_patches", "classification")
        self.assertGreater(pending["Security"], 0)
        self.assertEqual(pending["Critical"] + pending["Security"], summary["criticalAndSecurityPatchCount"])
        self.assertEqual(pending["Other"], summary["otherPatchCount"])
        self.assertEqual(sum(metrics.by("pending_patches", "severity").values()), len(found.rows))
        held = {why: len(found.held_back(why)) for why in metrics.by("held_back_patches", "reason")}
        self.assertEqual(metrics.by("held_back_patches", "reason"), held)
        self.assertGreater(sum(held.values()), 0)
        self.assertEqual(metrics.state("compliance_state"), status["patchStatus"]["guestpatch"]["compliance"]["state"])
        self.assertEqual(metrics["compliance_since_timestamp_seconds"], seconds(status["patchStatus"]["guestpatch"]["compliance"]["since"]))
        self.assertEqual({code for code, count in metrics.by("blind_spots", "code").items() if count}, found.codes())
        self.assertEqual(metrics["reboot_pending"], int(summary["rebootPending"]))
        self.assertEqual(metrics.state("last_assessment_status", "status"), summary["status"])
        self.assertEqual(metrics["last_assessment_timestamp_seconds"], seconds(summary["lastModifiedTime"]))
        self.assertEqual(metrics.state("state"), agent["state"])
        self.assertEqual(set(metrics.by("operation_running", "kind").values()), {0})
        self.assertIn(f'version="{agent["version"]}"', metrics.text)
        self.assertIn(f'patch_mode="{agent["patchMode"]}"', metrics.text)
        self.assertNotIn("guestpatch_last_installation_status", metrics.names())
        self.assertNotIn("guestpatch_outbox_waiting", metrics.names())

    def test_a_failed_assessment_keeps_the_counts_and_says_so(self):
        self.guest.assess("--no-refresh")
        before = self.read()
        self.guest.shell(r"mv /var/lib/dpkg/status /tmp; mkdir /var/lib/dpkg/status")
        failed = self.guest.guestpatch("assess", "--no-refresh")
        self.assertEqual(failed.code, 1, failed)
        after = self.read()
        self.assertEqual(after.state("last_assessment_status", "status"), "Failed")
        self.assertGreaterEqual(after["last_assessment_timestamp_seconds"], before["last_assessment_timestamp_seconds"])
        self.assertNotIn("guestpatch_blind_spots", after.names())
        self.assertEqual(after.by("pending_patches", "classification"), before.by("pending_patches", "classification"))

    def test_the_folder_of_the_collector_is_never_made(self):
        configure(self.guest, "/var/lib/nobody/guestpatch.prom")
        done = self.guest.guestpatch("assess", "--no-refresh")
        self.assertEqual(done.code, 0, done)
        self.assertIn("there is no folder /var/lib/nobody", done.err)
        self.assertFalse(self.guest.path("/var/lib/nobody").exists())

    def test_without_a_file_configured_none_is_written(self):
        self.guest.path(CONFIG).unlink()
        self.guest.assess("--no-refresh")
        self.assertEqual(self.guest.shell(f"ls -A {pathlib.Path(TEXTFILE).parent}"), "")


class Installed(Sound, InstallTest):
    def setUp(self):
        super().setUp()
        self.guest.shell(f"mkdir -p {pathlib.Path(TEXTFILE).parent}")
        configure(self.guest)

    def test_say_what_the_installation_did(self):
        done = self.guest.install("--exclude", "gi-apple", codes=(0, 3))
        metrics = self.read()
        states = {state: len(names) for state, names in done.states().items()}
        self.assertGreater(states["Installed"], 0)
        self.assertEqual({state: count for state, count in metrics.by("last_installation_patches", "state").items() if count}, states)
        self.assertEqual(metrics.state("last_installation_status", "status"), done.status)
        self.assertEqual(metrics["last_installation_timestamp_seconds"], seconds(done.own["lastModifiedDateTime"]))
        self.assertEqual(metrics["last_installation_window_exceeded"], int(done.document["maintenanceWindowExceeded"]))
        summary = self.guest.status()["patchStatus"]["availablePatchSummary"]
        pending = metrics.by("pending_patches", "classification")
        self.assertEqual(pending["Critical"] + pending["Security"], summary["criticalAndSecurityPatchCount"])
        self.assertEqual(pending["Other"], summary["otherPatchCount"])

    def test_a_dry_run_leaves_them_alone(self):
        self.guest.assess("--no-refresh")
        before = self.guest.shell(f"stat -c %i {TEXTFILE}")  # another file takes its place when it is written
        self.guest.guestpatch("install", "--dry-run")
        self.assertEqual(self.guest.shell(f"stat -c %i {TEXTFILE}"), before)
        self.guest.assess("--no-refresh")
        self.assertNotEqual(self.guest.shell(f"stat -c %i {TEXTFILE}"), before)


class Scheduled(Sound, GuestTest):
    def setUp(self):
        super().setUp()
        self.guest.shell(f"mkdir -p {pathlib.Path(TEXTFILE).parent}")

    def test_say_when_the_next_window_is(self):
        """Where patches go in by themselves; elsewhere there is none."""
        configure(self.guest)
        self.guest.assess("--no-refresh")
        self.assertNotIn("guestpatch_next_window_opens_timestamp_seconds", self.read().names())
        hours = {"timeZone": "UTC", "allHours": False, "spread": "PT0S"}
        configure(self.guest, patchSettings={"patchMode": "AutomaticByPlatform"}, offPeak=hours)
        self.guest.assess("--no-refresh")
        metrics, window = self.read(), self.guest.status()["agent"]["nextWindow"]
        self.assertEqual(metrics["next_window_opens_timestamp_seconds"], seconds(window["opens"]))
        self.assertEqual(metrics["next_window_closes_timestamp_seconds"], seconds(window["closes"]))
        self.assertEqual(metrics["attempt_overdue"], 0)
