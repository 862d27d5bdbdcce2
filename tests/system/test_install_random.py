"""SIGKILL of any process at 50 random moments, each time followed by one more installation."""
import os
import random
import signal
import subprocess
import time

from guest import parse
from install_guest import Installation, InstallTest
from test_install_interruption import ALL, SUITES

ROUNDS = 50
VICTIMS = ("guestpatch", "apt-get", "dpkg", "everything")


class AnyMoment(InstallTest):
    suites = SUITES

    def test_fifty(self):
        seed = int(os.environ.get("GUESTPATCH_SEED", "20260417"))
        print(f"GUESTPATCH_SEED={seed}", flush=True)
        dice = random.Random(seed)
        started = time.monotonic()
        self.guest.install()
        length = time.monotonic() - started
        for number in range(ROUNDS):
            victim, moment = dice.choice(VICTIMS), dice.uniform(0, length)
            with self.subTest(round=number, victim=victim, moment=f"{moment:.3f}"):
                self.fresh()
                self.one_round(victim, moment)

    def one_round(self, victim, moment):
        before = self.guest.packages()
        process = self.start("install", "--json")
        try:
            process.wait(timeout=moment)  # nobody is waited for: this is the moment
        except subprocess.TimeoutExpired:
            self.kill(victim)
        done = self.wait_for(process)
        if done.out.strip():
            self.check_first(Installation(parse(done)))
        self.guest.install(marks=before)
        now = self.guest.packages()
        self.assertEqual({name for name in ALL if now.version(name) in ("1.1", "2.0")}, ALL)
        self.assertEqual(now.unsound(), set())
        self.guest.check_idle()

    def kill(self, victim):
        if victim == "everything":
            self.guest.kill_everything()
            return
        for pid in self.guest.pids(victim):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it was faster

    def check_first(self, found):
        """Whatever happened to its children, it says nothing that is not so."""
        now = self.guest.packages()
        for name in found.states().get("Installed", ()):
            self.assertIn(now.version(name), ("1.1", "2.0"))
