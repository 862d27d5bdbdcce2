"""Hooks, loops and estimates on a real apt."""
import json

from guest import STATE
from install_guest import InstallTest
from install_world import PLAIN

HOOKS = "/usr/local/sbin"
SAY = "#!/bin/sh\necho \"$GUESTPATCH_HOOK $GUESTPATCH_INSTALLED $GUESTPATCH_STATUS\" >>/var/log/hooks\n"


class Hooks(InstallTest):
    suites = ("plain",)

    def hook(self, name, text):
        self.guest.write(f"{HOOKS}/{name}", text)
        self.guest.shell(f"chmod 755 {HOOKS}/{name}")
        return [f"{HOOKS}/{name}"]

    def set(self, **hooks):
        self.guest.write("/etc/guestpatch/config.d/50-hooks.json", json.dumps({"hooks": hooks}))

    def said(self):
        return self.guest.read("/var/log/hooks").splitlines()

    def test_in_their_order(self):
        say = self.hook("say", SAY)
        keep = self.hook("keep", "#!/bin/sh\ncat >/var/log/result.json\n")
        self.set(preInstall=[say, ["/bin/echo", "two words", "$HOME"]], postInstall=[say], postReboot=[say], onResult=[say, keep])
        found = self.guest.install()
        self.assertEqual(self.said(), ["preInstall 0 InProgress", f"postInstall {len(PLAIN)} InProgress",
                                       f"onResult {len(PLAIN)} Succeeded"])
        self.assertEqual(json.loads(self.guest.read("/var/log/result.json")), found.document)
        told = found.own["hooks"]
        self.assertEqual([one["hook"] for one in told], ["preInstall", "preInstall", "postInstall"])
        self.assertEqual((told[1]["exitStatus"], told[1]["output"]), (0, "two words $HOME\n"))

    def test_one_that_forbids_it(self):
        no = self.hook("no", "#!/bin/sh\necho not now >&2; exit 5\n")
        before = self.guest.packages()
        self.set(preInstall=[no], postInstall=[self.hook("say", SAY)])
        found = self.guest.install(codes=[1])
        self.assertEqual((found.status, set(found.outcome().values())), ("Failed", {("Pending", "NO_TIME_LEFT")}))
        self.assertEqual(self.guest.packages(), before)
        self.assertEqual(found.own["errors"][0]["code"], "HOOK_FAILED")
        self.assertEqual(found.own["hooks"][0]["output"], "not now\n")
        self.assertFalse(self.guest.path("/var/log/hooks").exists())
        self.set(preInstall=[no], onPreFailure="proceed")
        self.assertEqual(self.guest.install().states(), {"Installed": set(PLAIN)})

    def test_one_that_takes_too_long(self):
        self.set(preInstall=[["/bin/sleep", "600"]], timeout="PT2S")
        found = self.guest.install(codes=[1])
        self.assertEqual(found.own["hooks"][0]["end"], "Deadline")


class Lessons(InstallTest):
    suites = ("plain",)

    def setUp(self):
        super().setUp()
        self.before = self.guest.read("/var/lib/dpkg/status")

    def undo(self):
        """Something on the machine brings the old versions back."""
        self.guest.write("/var/lib/dpkg/status", self.before)
        self.guest.shell("rm -f /var/cache/apt/*.bin")  # apt knows a file by its second and its size

    def test_how_long_it_took(self):
        self.guest.assess(codes=[0, 3])
        plan = json.loads(self.guest.guestpatch("plan", "--json").out)
        self.assertEqual({batch["estimateSource"] for batch in plan["batches"]}, {"default"})
        self.guest.install()
        learned = json.loads(self.guest.read(f"{STATE}/estimates.json"))
        self.assertEqual({one["name"] for one in learned["packages"]}, set(PLAIN))
        for one in learned["packages"]:
            self.assertLess(one["took"]["lastMilliseconds"], 60_000)
        self.guest.check_state()
        self.undo()
        self.guest.assess(codes=[0, 3])
        later = json.loads(self.guest.guestpatch("plan", "--json").out)
        self.assertEqual(sum(len(batch["patches"]) for batch in later["batches"]), len(PLAIN))
        self.assertNotIn("default", {batch["estimateSource"] for batch in later["batches"]})
        self.assertLess(sum(batch["estimateSeconds"] for batch in later["batches"]),
                        sum(batch["estimateSeconds"] for batch in plan["batches"]))

    def test_what_comes_back_is_left_alone_the_third_time(self):
        for _ in range(2):
            self.assertEqual(self.guest.install().states(), {"Installed": set(PLAIN)})
            self.undo()
        found = self.guest.install(codes=[3])
        self.assertEqual(set(found.outcome().values()), {("Pending", "LOOP_BROKEN")})
        plan = json.loads(self.guest.guestpatch("plan", "--json").out)
        self.assertEqual({one["reason"] for one in plan["leftOut"]}, {"LOOP_BROKEN"})
        self.guest.check_state()
        self.guest.shell(f"rm {STATE}/attempts.json")
        self.assertEqual(self.guest.install().states(), {"Installed": set(PLAIN)})
