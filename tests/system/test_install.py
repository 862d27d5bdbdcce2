"""What goes in, what stays out and why, and that every report says so."""
import re

import arrange
import schemas
from guest import NOBODY, STATE, parse
from install_guest import COUNTS, InstallTest
from test_patches import EXPECTED, HALFWAY, SECURITY

# heldBack: how a selected one ends
ENDS = {None: "Installed", "held": ("Excluded", "HELD"), "pinned": ("Excluded", "PINNED"),
        "phased": ("Pending", "PHASED"), "keptBack": ("Pending", "KEPT_BACK"),
        "wouldRemove": ("Pending", "WOULD_REMOVE")}
NOT_SELECTED = ("NotSelected", "NOT_SELECTED")
IN = "Installed"


class TheWholeWorld(InstallTest):
    """All repositories of packages.py."""

    suites = ()

    def outcome(self, found):
        return {name: end for name, end in found.outcome().items() if name != HALFWAY[0]}

    def test_security_by_default(self):
        found = self.guest.install()
        self.assertEqual(self.outcome(found), {
            name: ENDS[held] if classification == SECURITY else NOT_SELECTED
            for name, (_, classification, held, _) in EXPECTED.items() if name != HALFWAY[0]})
        left = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual({pair for pair, patch in left.rows.items() if patch["classifications"] == [SECURITY]
                          and not patch["guestpatch"].get("heldBack")}, set())
        self.guest.check_idle()

    def test_everything(self):
        found = self.guest.install("--classifications", "Critical,Security,Other", codes=[3])
        self.assertEqual(self.outcome(found), {name: ENDS[held] for name, (_, _, held, _) in EXPECTED.items()
                                               if name != HALFWAY[0]})
        self.assertEqual(found.rows[HALFWAY]["guestpatch"]["reason"], "PINNED")
        left = self.guest.assess("--no-refresh", codes=[0])
        self.assertEqual(left.pairs(), {pair for pair, patch in found.rows.items()
                                        if patch["installationState"] != "Installed"})
        self.assertEqual(left.installable(), set())
        self.guest.check_idle()

    def test_phased_ones_alone_are_no_warning(self):
        self.arrange(arrange.phased_only)
        found = self.guest.install("--classifications", "Other", codes=[0, 3])
        self.assertEqual(found.outcome()["gp-phased"], ("Pending", "PHASED"))

    def test_named_masks_do_not_move_what_is_held(self):
        found = self.guest.install("--classifications", "none", "--include", "gp-held", "--include", "gp-pin-*")
        self.assertEqual({found.outcome()[name] for name in ("gp-held", "gp-pin-never")},
                         {ENDS["held"], ENDS["pinned"]})
        self.assertNotIn("Installed", found.states())


class Selection(InstallTest):
    # arguments: {name: end}; what is not named is NOT_SELECTED
    TABLE = {
        (): {"gi-apple": IN, "gi-berry": IN, "gi-cherry": IN},
        ("--classifications", "none", "--include", "gi-apple"): {"gi-apple": IN},
        ("--classifications", "none", "--include", "gi-apple=1.1", "--include", "gi-berry=1.?"):
            {"gi-apple": IN, "gi-berry": IN},
        ("--classifications", "none", "--include", "gi-apple=9"): {},
        ("--classifications", "none", "--include", "gi-*", "--exclude", "gi-b*"):
            {"gi-apple": IN, "gi-berry": ("Excluded", "EXCLUDED"), "gi-cherry": IN},
        ("--include", "gi-apple", "--exclude", "gi-apple=1.1"):
            {"gi-apple": ("Excluded", "EXCLUDED"), "gi-berry": IN, "gi-cherry": IN},
        ("--exclude", "gi-apple=9"): {"gi-apple": IN, "gi-berry": IN, "gi-cherry": IN},
        ("--classifications", "Other"): {},
    }

    def test_table(self):
        for arguments, ends in self.TABLE.items():
            with self.subTest(arguments):
                self.fresh()
                found = self.guest.install(*arguments)
                self.assertEqual(found.outcome(), {**dict.fromkeys(found.patches, NOT_SELECTED), **ends})
                self.assertEqual(found.status, "Succeeded")

    def test_from_the_configuration(self):
        self.guest.write("/etc/guestpatch/config.d/10-masks.json",
                         '{"installPatches": {"patchesToExclude": ["gi-b*"]}}')
        found = self.guest.install("--exclude", "gi-cherry")
        self.assertEqual(found.states(), {"Installed": {"gi-apple"}, "Excluded": {"gi-berry", "gi-cherry"}})

    def test_refused_before_anything_is_done(self):
        before = self.guest.fingerprint()
        for arguments in (["--classifications", "none"], ["--maximum-duration", "2h"], ["--reboot", "Sometimes"],
                          ["--maximum-duration", "PT0S"], ["--include", ""], ["--frobnicate"]):
            with self.subTest(arguments):
                self.assertEqual(self.guest.guestpatch("install", *arguments).code, 2)
                self.assertFalse(self.guest.path(STATE).exists())
        self.assertEqual(self.guest.fingerprint(), before)

    def test_needs_root(self):
        done = self.guest.guestpatch("install", "--json", user=NOBODY)
        self.assertEqual(done.code, 77, done)
        schemas.validate(parse(done), "error")

    def test_a_publish_date_ceiling_apt_cannot_honour(self):
        done = self.guest.guestpatch("install", "--max-publish-date", "2020-01-01T00:00:00Z")
        self.assertEqual(done.code, 2, done)
        self.assertEqual(self.guest.packages().version("gi-apple"), "1.0")


class Dependencies(InstallTest):
    suites = ("dependency", "plain")

    def test_new_ones_come_along(self):
        found = self.guest.install()  # which also checks that they are marked as automatic
        self.assertEqual(found.states(), {"Installed": {*found.patches}})
        self.assertIn("gi-newer", found.patches)

    def test_what_a_selected_one_needs(self):
        found = self.guest.install("--classifications", "none", "--include", "gi-pull")
        self.assertEqual(found.states()["Installed"], {"gi-pull", "gi-new", "gi-newer", "gi-library"})

    def test_an_excluded_one_stays_out(self):
        for name in ("gi-new", "gi-library"):
            with self.subTest(name):
                self.fresh()
                found = self.guest.install("--exclude", name, codes=[3])
                self.assertEqual(found.outcome()[name], ("Excluded", "EXCLUDED"))
                self.assertIn(found.state("gi-pull"), ("Pending", "Failed"))
                self.assertLessEqual({"gi-apple", "gi-berry", "gi-cherry"}, found.states()["Installed"])

    def test_nothing_new_for_its_own_sake(self):
        """A new package comes with the upgrade that wants it."""
        found = self.guest.install("--exclude", "gi-pull")
        self.assertEqual({found.outcome()[name] for name in ("gi-new", "gi-newer")}, {("NotSelected", "NOT_SELECTED")})
        self.on("kernel")
        found = self.guest.install("--exclude", "linux-image-gi", "--reboot", "Never")
        self.assertEqual(found.state("linux-image-5.15.0-2-gi"), "NotSelected")

    def test_nothing_is_ever_removed(self):
        self.on("removal", "plain")
        found = self.guest.install(codes=[3])
        self.assertEqual(found.outcome()["gi-remover"], ("Pending", "WOULD_REMOVE"))
        self.assertEqual(found.states()["Installed"], {"gi-apple", "gi-berry", "gi-cherry"})
        self.guest.shell("dpkg -s gi-victim | grep -q '^Status: install ok installed'")


class Reports(InstallTest):
    suites = ("plain", "postinst", "removal")

    def test_nothing_pending(self):
        self.on("plain")
        self.guest.install()
        found = self.guest.install()
        self.assertEqual((found.status, found.patches), ("Succeeded", {}))
        self.assertEqual(found.document["rebootStatus"], "NotNeeded")

    def test_a_dry_run_changes_nothing(self):
        before = self.guest.fingerprint()
        done = self.guest.guestpatch("install", "--dry-run", "--json")
        self.assertIn(done.code, (0, 3), done)
        document = parse(done)
        schemas.validate(document, "installation-result")
        self.assertIs(document["guestpatch"]["dryRun"], True)
        self.assertEqual(document["installedPatchCount"], 0)
        self.assertEqual({patch["name"] for patch in document["patches"]},
                         {"gi-apple", "gi-berry", "gi-cherry", "gi-postinst", "gi-remover"})
        self.assertEqual(self.guest.fingerprint(), before)
        self.assertEqual(self.guest.kept_installations(), [])
        self.assertNotIn("lastPatchInstallationSummary", self.guest.status()["patchStatus"])

    def test_status_and_history(self):
        found = self.guest.install(codes=[3])
        summary = self.guest.status()["patchStatus"]["lastPatchInstallationSummary"]
        self.assertEqual({field: summary[field] for field in ("status", "installationActivityId", *COUNTS)},
                         {field: found.document[field] for field in ("status", "installationActivityId", *COUNTS)})
        history = self.guest.document("history", codes=[0])
        schemas.validate(history, "history")
        runs = {run["activityId"]: run for run in history["runs"]}
        self.assertEqual((runs[found.activity]["kind"], runs[found.activity]["status"]),
                         ("Installation", "CompletedWithWarnings"))
        self.assertIn(found.document["guestpatch"]["assessmentActivityId"], runs)
        self.assertEqual(self.guest.document("history", found.activity, codes=[0]), found.document)

    def test_history_patch_by_patch_for_people(self):
        found = self.guest.install(codes=[3])
        text = self.guest.guestpatch("history", found.activity, user=NOBODY).out
        for name, patch in found.patches.items():
            line = next(line for line in text.splitlines() if re.search(rf"\b{name}\b", line))
            self.assertIn(patch["installationState"].lower(), line.lower())
        self.assertIn("gi-apple", self.guest.guestpatch("install", "--dry-run").out + text)

    def test_the_assessment_afterwards(self):
        found = self.guest.install(codes=[3])
        left = self.guest.assess(codes=[3])  # gi-postinst is half configured
        self.assertEqual(set(left.patches) & found.states()["Installed"], set())
        self.assertIn("gi-remover", left.patches)

    def test_who_may_read_what(self):
        self.guest.install(codes=[3])
        modes = self.guest.shell(f"cd {STATE}; stat -c '%a %n' installations installations/*.json patchStatus.json")
        self.assertEqual([line.split()[0] for line in modes.splitlines()], ["755", "644", "644"])
        output = ["find", f"{STATE}/running", "-name", "out", "-readable"]
        self.assertTrue(self.guest.run(output).out)
        self.assertEqual(self.guest.run(output, user=NOBODY).out, "")


class Plan(InstallTest):
    suites = ("many", "removal")

    def test_batches_fit_and_nothing_is_forgotten(self):
        self.guest.assess()
        before = self.guest.fingerprint()
        plan = self.guest.document("plan", codes=[0], user=NOBODY)
        schemas.validate(plan, "plan")
        planned = [patch for batch in plan["batches"] for patch in batch["patches"]]
        self.assertEqual(len(planned), 300)
        self.assertGreater(len(plan["batches"]), 4)
        for batch in plan["batches"]:
            self.assertGreaterEqual(batch["estimateSeconds"], 60 + 10 * len(batch["patches"]))
            self.assertLessEqual(batch["estimateSeconds"], 600)
        self.assertEqual([(row["state"], row["reason"]) for row in plan["leftOut"]], [("Pending", "WOULD_REMOVE")])
        self.assertIs(plan["rebootExpected"]["expected"], False)
        self.assertEqual(self.guest.fingerprint(), before)

    def test_a_kernel_means_a_reboot(self):
        self.on("kernel")
        self.guest.assess()
        self.assertIs(self.guest.document("plan", codes=[0])["rebootExpected"]["expected"], True)

    def test_never_assessed(self):
        done = self.guest.guestpatch("plan", "--json")
        self.assertIn(done.code, (0, 1), done)
        parse(done)
        self.assertFalse(self.guest.path(STATE).exists())
