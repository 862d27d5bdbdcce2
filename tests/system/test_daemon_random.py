"""SIGKILL of the daemon at 50 random moments of its stories: each ends as if nothing had been."""
import os
import random
import time

from daemon_guest import DaemonTest, window
from test_install_systemd import setUpModule  # noqa: F401

KILLS = 50
OF_ONE_STORY = 4


class AnyMoment(DaemonTest):
    def test_fifty(self):
        seed = int(os.environ.get("GUESTPATCH_SEED", "20260417"))
        print(f"GUESTPATCH_SEED={seed}", flush=True)
        dice = random.Random(seed)
        length = self.one_story([])
        made = 0
        while made < KILLS:
            moments = sorted(dice.uniform(0, length) for _ in range(min(OF_ONE_STORY, KILLS - made)))
            with self.subTest(kill=made, moments=[f"{moment:.3f}" for moment in moments]):
                self.fresh()
                self.one_story(moments)
            made += len(moments)

    def one_story(self, moments):
        """Seconds it took. A kill that finds no daemon, because the machine is just booting, is made up for after that."""
        self.configure(window())
        before, started = self.start_service(), time.monotonic()
        for moment in moments:
            end = started + moment
            self.guest.until(lambda: time.monotonic() >= end)
            self.guest.until(self.kill)
        self.guest.until(self.guest.finished)
        length = time.monotonic() - started
        self.check_the_end(before)
        self.assertEqual(self.guest.boots, 2)
        return length

    def kill(self):
        pid = self.guest.daemon()
        if pid:
            os.kill(pid, 9)
        return pid
