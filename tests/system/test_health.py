"""Whether a machine is well before and after an installation, and what follows from it."""
import http.server
import json
import os
import signal
import threading

from host_guest import HostGuest
from install_guest import InstallTest
from install_world import PLAIN
from test_install_systemd import BootedTest

CONFIG = "/etc/guestpatch/config.d/40-health.json"
NOBODY_TELLS = ["no service manager runs here"]
IS_IN = "dpkg-query -W -f '${Version}' gi-apple | grep -q 1.1"


class Answers(http.server.ThreadingHTTPServer):
    """Answers every request on a listening socket with one status, and remembers what was asked."""
    daemon_threads = True

    def __init__(self, listening, status):
        super().__init__(listening.getsockname()[:2], Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.status = status
        self.asked = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Location", "http://192.0.2.1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def told(installation, moment):
    """(state, reasons) before or after."""
    health = installation.own["health"][moment]
    return health["state"], health["reasons"]


class HealthTest(InstallTest):
    def machine(self):
        return HostGuest(self.suites)

    def configure(self, **health):
        self.guest.write(CONFIG, json.dumps({"health": {"gracePeriod": "PT0S", **health}}))

    def command(self, script):
        return ["/bin/sh", "-c", script]

    def assert_nothing_went_in(self, found, before):
        self.assertEqual(self.guest.packages(), before)
        self.assertEqual(found.outcome(), dict.fromkeys(PLAIN, ("Pending", "UNHEALTHY")))
        self.assertEqual(found.document["rebootStatus"], "NotNeeded")
        self.assertNotIn("after", found.own["health"])


class Commands(HealthTest):
    def test_where_nobody_can_tell_everything_goes_in(self):
        """Nothing is configured, and no service manager runs."""
        found = self.guest.install()
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        for moment in ("before", "after"):
            self.assertEqual(told(found, moment), ("Unknown", NOBODY_TELLS))

    def test_a_healthy_machine(self):
        self.configure(command=self.command('echo "$GUESTPATCH_ACTIVITY_ID" >>/var/asked'))
        found = self.guest.install()
        self.assertEqual((told(found, "before"), told(found, "after")), (("Healthy", []), ("Healthy", [])))
        self.assertEqual(self.guest.read("/var/asked").split(), [found.activity] * 2)

    def test_an_unhealthy_machine_is_left_alone(self):
        self.configure(command=self.command("echo the shop is shut >&2; exit 3"))
        before = self.guest.packages()
        for time in ("first", "again"):
            with self.subTest(time=time):
                found = self.guest.install(codes=[3])
                self.assertEqual(told(found, "before"), ("Unhealthy", ["/bin/sh: exit status 3: the shop is shut"]))
                self.assert_nothing_went_in(found, before)
        self.guest.check_idle()

    def test_unless_the_configuration_says_so(self):
        self.configure(command=self.command("exit 3"), onUnhealthyBefore="proceed")
        found = self.guest.install(codes=[0, 3])
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.assertEqual((told(found, "before")[0], told(found, "after")[0]), ("Unhealthy", "Unhealthy"))
        self.assertIn("UNHEALTHY_BEFORE", found.notes())

    def test_unhealthy_after_is_a_warning(self):
        self.configure(command=self.command(f"! {IS_IN}"))
        found = self.guest.install(codes=[0, 3])
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.assertEqual((told(found, "before")[0], told(found, "after")), ("Healthy", ("Unhealthy", ["/bin/sh: exit status 1"])))
        self.assertIn("UNHEALTHY_AFTER", found.notes())

    def test_what_comes_within_the_grace_period_is_waited_for(self):
        """Well before, and well again when it is asked for the third time afterwards."""
        self.configure(command=self.command(f"{IS_IN} || exit 0; echo >>/var/asked; [ $(wc -l </var/asked) -ge 3 ]"),
                       gracePeriod="PT1M")
        found = self.guest.install()
        self.assertEqual(told(found, "after"), ("Healthy", []))
        self.assertEqual(len(self.guest.read("/var/asked")), 3)

    def test_a_stop_request_ends_the_waiting(self):
        self.configure(command=self.command(f"{IS_IN} || exit 0; echo >/var/asked; exit 1"), gracePeriod="PT1H")
        before = self.guest.packages()
        process, number = self.running_install()
        self.wait_until(self.guest.path("/var/asked").exists)
        os.kill(number, signal.SIGTERM)
        found = self.guest.checked(self.wait_for(process, 20), before, codes=(0, 3))
        self.assertEqual(told(found, "after")[0], "Initializing")
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})
        self.guest.check_idle()

    def test_a_command_that_does_not_exist_stops_nothing(self):
        self.configure(command=["/usr/local/bin/nobody"])
        found = self.guest.install()
        self.assertEqual(told(found, "before")[0], "Unknown")
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})


class Probes(HealthTest):
    def listen(self, address="127.0.0.1"):
        server = self.guest.listen(address=address)
        self.addCleanup(server.close)
        return server

    def answers(self, status, address="127.0.0.1"):
        answers = Answers(self.listen(address), status)
        self.addCleanup(answers.close)
        return answers

    def test_a_port_somebody_listens_at(self):
        server = self.listen()
        port = server.getsockname()[1]
        self.configure(probes=[{"protocol": "tcp", "port": port}])
        self.assertEqual(told(self.guest.install(), "after"), ("Healthy", []))

    def test_a_port_nobody_listens_at(self):
        server = self.listen()
        port = server.getsockname()[1]
        server.close()
        self.configure(probes=[{"protocol": "tcp", "port": port}])
        before = self.guest.packages()
        found = self.guest.install(codes=[3])
        self.assertEqual(told(found, "before"), ("Unhealthy", [f"tcp 127.0.0.1:{port}: connect: Connection refused"]))
        self.assert_nothing_went_in(found, before)

    def test_an_http_probe_is_judged_by_its_status(self):
        answers = self.answers(200)
        port = answers.server_address[1]
        self.configure(probes=[{"protocol": "http", "port": port, "requestPath": "/up?deep=1"}])
        for status in (404, 503):
            with self.subTest(status):
                answers.status = status
                found = self.guest.install(codes=[3])
                self.assertEqual(told(found, "before"), ("Unhealthy", [f"http 127.0.0.1:{port}/up?deep=1: status {status}"]))
        answers.status = 302  # not followed
        found = self.guest.install()
        self.assertEqual((told(found, "before"), told(found, "after")), (("Healthy", []), ("Healthy", [])))
        self.assertEqual(answers.asked, ["/up?deep=1"] * 4)

    def test_an_http_probe_finds_who_listens_on_the_other_address_alone(self):
        answers = self.answers(204, "::1")
        self.configure(probes=[{"protocol": "http", "port": answers.server_address[1]}])
        self.assertEqual(told(self.guest.install(), "before"), ("Healthy", []))
        self.assertEqual(answers.asked, ["/", "/"])


class Booted(BootedTest):
    """Where systemd runs, it is asked as well."""

    def bad_unit(self, name):
        self.guest.write(f"/etc/systemd/system/{name}", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
        self.guest.run(["systemctl", "daemon-reload"], check=True)

    def failed(self, name):
        self.bad_unit(name)
        self.guest.run(["systemctl", "start", name])
        self.assertEqual(self.guest.unit(name)["ActiveState"], "failed")

    def test_a_unit_that_fails_meanwhile_is_named_and_one_that_had_failed_is_not(self):
        self.failed("gp-old.service")
        self.bad_unit("gp-new.service")
        self.configure(hooks={"postInstall": [["/bin/sh", "-c", "systemctl start gp-new.service || true"]]})
        found = self.guest.install(codes=[0, 3])
        self.assertEqual(told(found, "before"), ("Healthy", []))
        self.assertEqual(told(found, "after"), ("Unhealthy", ["failed since: gp-new.service"]))
        self.assertEqual(found.own["health"]["after"]["failedUnits"], ["gp-new.service", "gp-old.service"])
        self.assertEqual(found.states(), {"Installed": set(PLAIN)})

    def test_a_unit_that_failed_since_the_last_run_keeps_patches_out_until_somebody_has_seen_to_it(self):
        self.guest.install("--exclude", "gi-berry")
        self.failed("gp-new.service")
        before = self.guest.packages()
        for time in ("first", "again"):
            with self.subTest(time=time):
                found = self.guest.install(codes=[3])
                self.assertEqual(told(found, "before"), ("Unhealthy", ["failed since: gp-new.service"]))
                self.assertEqual(self.guest.packages(), before)
        self.guest.run(["systemctl", "reset-failed"], check=True)
        self.assertEqual(told(self.guest.install(), "after"), ("Healthy", []))

    def test_after_a_reboot_the_machine_is_looked_at_in_its_new_boot(self):
        """Something nobody starts there: well before, not afterwards."""
        self.guest.shell("systemd-run --unit=gp-door --property=Type=simple --collect sleep infinity")
        self.configure(reboot={"warning": "PT0S"},
                       health={"gracePeriod": "PT2S",
                               "command": ["/usr/bin/systemctl", "is-active", "--quiet", "gp-door.service"]})
        self.by_hand("--reboot", "Always")
        if not self.guest.off():
            self.fail("no reboot")
        self.guest.boot()
        self.guest.guestpatch("install")  # completes what was begun, before anything else
        first = min(self.guest.kept_installations(), key=lambda kept: kept.document["startDateTime"])
        self.assertEqual(first.document["rebootStatus"], "Completed")
        self.assertEqual(told(first, "before"), ("Healthy", []))
        self.assertEqual(told(first, "after"), ("Unhealthy", ["/usr/bin/systemctl: exit status 3"]))
