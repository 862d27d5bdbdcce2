"""With `host.admission` nothing begins without the host's word."""
import json

from daemon_guest import window
from host_guest import CONFIG, HostTest
from install_world import PLAIN


class Admission(HostTest):
    def setUp(self):
        super().setUp()
        self.guest.write(f"{CONFIG}/10-test.json", json.dumps({
            "patchSettings": {"patchMode": "AutomaticByPlatform"}, "maintenanceConfigurations": [window()]}))

    def asked(self):
        """(request, answer) in order."""
        return self.store.machine().admissions if self.store.machines else []

    def until_patched(self, timeout=60):
        self.until(lambda: any(one["installedPatchCount"] == len(PLAIN) for one in self.installations()), timeout)
        self.until_agreed()
        [document] = [one for one in self.installations() if one["installedPatchCount"]]
        return document

    def installations(self):
        return [ones[0] for (kind, _), ones in self.results().items() if kind == "installations"]

    def test_asked_once_for_a_run(self):
        self.run_service(admission=True)
        document = self.until_patched()
        self.assertEqual([(request["purpose"], request["activityId"], answer["granted"]) for request, answer in self.asked()],
                         [("install", document["installationActivityId"], True)])

    def test_not_asked_where_nobody_wants_to_be(self):
        self.run_service()
        self.until_patched()
        self.assertEqual(self.asked(), [])

    def test_nothing_is_installed_against_the_hosts_word(self):
        """It is asked again a minute later, in the same window."""
        self.store.slots = 0
        before = self.guest.packages()
        self.run_service(admission=True)
        self.until(lambda: self.turned_away())
        self.assertEqual((len(self.asked()), self.guest.packages()), (1, before))
        self.assertIn("the operator", str(self.turned_away()))
        self.store.slots = 1
        self.until_patched(timeout=90)

    def turned_away(self):
        """Errors of a run that nobody let begin."""
        return [error for kept in self.guest.kept_installations() if kept.status != "InProgress"
                for error in kept.own["errors"] if error["code"] == "NOT_ADMITTED"]

    def test_nothing_is_installed_while_the_host_cannot_be_asked(self):
        before = self.guest.packages()
        self.run_service(admission=True)
        self.host.close()
        self.until(lambda: self.turned_away())
        self.assertEqual(self.guest.packages(), before)
        self.assertIsNone(self.service.poll())
