"""A host that drops, delays, duplicates and lies: in the end it knows what the machine knows, all of it and nothing twice."""
import os
import random
import signal
import time

from host_faults import Storm
from host_guest import HostTest, goal, operation

SEEDS = 3


def first_seed():
    seed = int(os.environ.get("GUESTPATCH_SEED", "20261121"))
    print(f"GUESTPATCH_SEED={seed}", flush=True)
    return seed


class AnyStorm(HostTest):
    def test_nothing_is_lost_and_nothing_comes_twice(self):
        for seed in range(first_seed(), first_seed() + SEEDS):
            with self.subTest(seed=seed):
                self.fresh()
                self.one_storm(seed)

    def one_storm(self, seed):
        dice = random.Random(seed)
        self.host.faults = storm = Storm(seed)
        self.store.tidy = False
        asked = [operation("Assessment"), operation(sequenceNumber=2), operation("Yodel", sequenceNumber=3)]
        self.store.set_goal(goal(1, *asked))
        self.run_service()
        for _ in range(3):
            self.by_hand("assess", "--no-refresh")
            end = time.monotonic() + dice.uniform(0, 2)
            self.until(lambda: time.monotonic() > end)
            self.stop_service(signal.SIGKILL)
            self.start_service()
        self.until(lambda: self.kept(asked), timeout=60)
        storm.calm()
        self.until_agreed(timeout=60)
        self.until(lambda: self.outbox()["waiting"] == 0)
        self.assertGreater(len(storm.made), 5)
        self.assertFalse(self.guest.path("/pwned").exists())
        runs = [run["activityId"] for run in self.guest.document("history", codes=[0])["runs"]]
        self.assertEqual(len(runs), len(set(runs)))

    def kept(self, asked):
        """Each has its result on disk."""
        there = {name.removesuffix(".json") for kind in ("assessments", "installations")
                 for name in os.listdir(self.guest.path(f"/var/lib/guestpatch/{kind}"))}
        return {one["activityId"] for one in asked} <= there
