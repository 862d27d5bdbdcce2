#!/usr/bin/env python3
"""Zones and recurrences against Python: zoneinfo for local times, and the rules of docs/usage/windows.md written a second
time, day by day. Usage: zone_oracle_test.py PROBE (tests/tools/zone_probe.cpp)."""
import calendar
import datetime
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import zoneinfo
from pathlib import Path

PROBE = sys.argv.pop(1)
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
FIRST, LAST = datetime.datetime(2020, 1, 1, tzinfo=UTC), datetime.datetime(2039, 12, 31, tzinfo=UTC)
SECOND, DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)
SYSTEM = Path("/usr/share/zoneinfo")
ZIC = shutil.which("zic", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WEEKDAYS = list(calendar.day_name)
ORDINALS = ["First", "Second", "Third", "Fourth", "Last"]


def ask(lines, **environment):
    done = subprocess.run([PROBE], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True,
                          env={**os.environ, **environment})
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} questions"
    return answers


def count(moment):
    """Seconds since 1970, of an instant or of a local time."""
    plain = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return (plain - EPOCH) // SECOND


def transitions(zone):
    """Instants at which the offset is another than a second before."""
    moment, step = FIRST, 6 * DAY
    while moment < LAST:
        if moment.astimezone(zone).utcoffset() != (moment + step).astimezone(zone).utcoffset():
            low, high = moment, moment + step
            while high - low > SECOND:
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        moment += step


def names():
    return sorted(name for name in zoneinfo.available_timezones() if (SYSTEM / name).is_file() and name != "localtime")


class LocalTimes(unittest.TestCase):
    questions = None

    @classmethod
    def setUpClass(cls):
        """Questions with their answers, around every transition of every zone."""
        cls.questions, seen = [], {}
        for name in names():
            zone = zoneinfo.ZoneInfo(name)
            data = (SYSTEM / name).read_bytes()
            if data not in seen:
                seen[data] = list(cls.about(zone))
            cls.questions.append((f"zone {name}|{count(FIRST)}|{count(LAST)}", name))
            cls.questions += seen[data]

    @staticmethod
    def about(zone):
        for change in [FIRST + 40 * DAY, *transitions(zone)]:
            jump = (change.astimezone(zone).utcoffset() - (change - SECOND).astimezone(zone).utcoffset())
            for moment in (change - SECOND, change, change + SECOND):
                yield f"local {count(moment)}", str(count(moment.astimezone(zone).replace(tzinfo=None)))
            # Where clocks jump: the last before, inside a gap or a fold, its edges, and after.
            before = (change - SECOND).astimezone(zone).replace(tzinfo=None, fold=0)
            for local in (before, before + SECOND, before + jump / 2, before - abs(jump) / 2, before + jump,
                          before + jump + SECOND, before + abs(jump) + SECOND):
                local = local.replace(microsecond=0)
                yield f"instant {count(local)}", str(count(local.replace(tzinfo=zone, fold=0)))

    def check(self, questions, **environment):
        wrong = []
        zone = ""
        for (question, expected), answer in zip(questions, ask([question for question, _ in questions], **environment)):
            zone = question if question.startswith("zone") else zone
            if answer != expected:
                wrong.append(f"{zone}: {question}: {answer}, not {expected}")
        self.assertEqual(wrong[:10], [], f"{len(wrong)} of {len(questions)} wrong")

    def test_are_zoneinfos(self):
        self.assertGreater(len(self.questions), 50_000)
        self.check(self.questions)

    @unittest.skipUnless(ZIC and (SYSTEM / "tzdata.zi").is_file(), "no zone compiler")
    def test_are_the_same_from_slim_files(self):
        """Which leave to a rule at their end what full ones spell out to 2037."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([ZIC, "-b", "slim", "-d", folder, str(SYSTEM / "tzdata.zi")], check=True)
            self.assertLess((Path(folder) / "Europe/Berlin").stat().st_size, 1000)
            there, questions = False, []
            for question, answer in self.questions:
                if question.startswith("zone"):
                    there = (Path(folder) / answer).is_file()
                if there:
                    questions.append((question, answer))
            self.assertGreater(len(questions), 50_000)
            self.check(questions, TZDIR=folder)

    def test_are_read_anew(self):
        """The zone data is one of the packages that get patched."""
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
                [PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "TZDIR": folder}) as probe:
            def hour():
                probe.stdin.write(f"zone Some/Zone|{count(FIRST)}|{count(LAST)}\nlocal 1800000000\n")
                probe.stdin.flush()
                return probe.stdout.readline().strip(), int(probe.stdout.readline()) - 1800000000

            (Path(folder) / "Some").mkdir()
            self.assertIn("no time zone is called", hour()[0])
            for name, offset in (("Etc/GMT-3", 10800), ("Etc/GMT+2", -7200)):
                shutil.copy(SYSTEM / name, Path(folder) / "Some/new")
                os.replace(Path(folder) / "Some/new", Path(folder) / "Some/Zone")
                self.assertEqual(hour(), ("Some/Zone", offset))
            probe.stdin.close()


def month_number(date):
    return date.year * 12 + date.month


class Rule:
    """A recurrence by chance, as text and as a question about a day."""

    def __init__(self, dice, first):
        self.first = first
        self.every = dice.choice([1, 1, 1, 2, 3, 5, 7, 12])
        self.kind = dice.choice(["Day", "Week", "Month", "nth", "Hour"])
        self.days = dice.sample(range(7), dice.randint(0, 3)) if self.kind == "Week" else [
            dice.choice([1, 7, 15, 23, 28, 29, 30, 31, -1]) for _ in range(dice.randint(0, 3))]
        self.nth, self.offset = dice.randint(0, 4), dice.choice([0, 0, *range(-6, 7)])
        self.day = dice.randrange(7)

    def __str__(self):
        unit = {"nth": "Month"}.get(self.kind, self.kind)
        text = f"{self.every}{unit}s" if self.every > 1 else unit
        if self.kind == "Week" and self.days:
            return f"{text} {','.join(WEEKDAYS[day] for day in self.days)}"
        if self.kind == "Month" and self.days:
            return f"{text} {', '.join(f'day{day}' for day in self.days)}"
        if self.kind == "nth":
            return f"{text} {ORDINALS[self.nth]} {WEEKDAYS[self.day]}" + (f" Offset{self.offset}" if self.offset else "")
        return text

    def holds(self, date):
        if date < self.first:
            return False
        if self.kind == "Day":
            return (date - self.first).days % self.every == 0
        if self.kind == "Week":
            weeks = (date - date.weekday() * DAY - (self.first - self.first.weekday() * DAY)).days // 7
            return weeks % self.every == 0 and date.weekday() in (self.days or [self.first.weekday()])
        if self.kind == "nth":
            date -= self.offset * DAY
        if (month_number(date) - month_number(self.first)) % self.every != 0:
            return False
        length = calendar.monthrange(date.year, date.month)[1]
        if self.kind == "Month":
            wanted = self.days or [self.first.day]
            return date.day in wanted or (-1 in wanted and date.day == length)
        nth = date.day + 7 > length if self.nth == 4 else (date.day - 1) // 7 == self.nth
        return date.weekday() == self.day and nth

    def instants(self, start, zone, begin, end):
        """Those in [begin, end)."""
        if self.kind == "Hour":
            moment = start.replace(tzinfo=zone, fold=0).astimezone(UTC)
            step = datetime.timedelta(hours=self.every)
            if moment < begin:
                moment += (begin - moment) // step * step
            while moment < end:
                if moment >= begin:
                    yield moment
                moment += step
            return
        date = max(self.first, (begin - 2 * DAY).date())
        while date <= (end + 2 * DAY).date():
            if self.holds(date):
                moment = datetime.datetime.combine(date, start.time()).replace(tzinfo=zone, fold=0).astimezone(UTC)
                if begin <= moment < end:
                    yield moment
            date += DAY


class Recurrences(unittest.TestCase):
    def test_come_when_a_second_reading_of_the_rules_says(self):
        dice = random.Random(4711)
        known = names()
        questions, expected = [], []
        for number in range(2500):
            name = dice.choice(known)
            zone = zoneinfo.ZoneInfo(name)
            start = datetime.datetime(2019, 12, 20) + datetime.timedelta(minutes=dice.randrange(60 * 24 * 3000))
            begin = datetime.datetime(2020, 1, 1, tzinfo=UTC) + datetime.timedelta(seconds=dice.randrange(86400 * 4500))
            end = begin + datetime.timedelta(days=dice.choice([20, 100, 900]))
            rule = Rule(dice, start.date())
            instants = list(rule.instants(start, zone, begin, end))
            questions += [f"zone {name}|{count(begin)}|{count(end)}",
                          f"recur {rule}|{count(start)}|{count(begin)}|{len(instants) + 1}"]
            expected.append((f"{number}: {rule} from {start} in {name}, seen from {begin}", instants, end))
        self.assertGreater(sum(len(instants) for _, instants, _ in expected), 20_000)
        wrong = []
        for (what, instants, end), answer in zip(expected, ask(questions)[1::2]):
            instants = [str(count(one)) for one in instants]
            found = answer.split()
            # The one that was asked for beyond lies beyond.
            if found[:len(instants)] != instants or any(int(one) < count(end) for one in found[len(instants):]):
                wrong.append(f"{what}: {found[:3]}, not {instants[:3]}")
        self.assertEqual(wrong[:5], [], f"{len(wrong)} of {len(expected)} wrong")


if __name__ == "__main__":
    unittest.main()
