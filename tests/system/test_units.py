"""Units of a real systemd, as the platform sees and changes them."""
import threading

import probe
from probe import ProbeTest

CANCELLED, INVALID, NOT_FOUND, TIMED_OUT = 6, 1, 2, 5  # Errc


def setUpModule():
    probe.skip_where_nothing_boots()


class Units(ProbeTest):
    def setUp(self):
        super().setUp()
        self.service("gp-a.service")
        self.service("gp-b.service")

    def states(self, *names):
        return self.probe("states", *names)

    def change(self, change, *names):
        self.assertEqual(self.probe("change", change, *names), [])

    def test_states(self):
        self.guest.run(["systemctl", "enable", "--now", "gp-a.service"], check=True)
        self.guest.run(["systemctl", "mask", "apt-daily.timer"], check=True)
        names = ("gp-a.service", "nobody.service", "apt-daily.timer", "gp-b.service", "systemd-journald.service")
        self.assertEqual(
            self.states(*names),
            ["gp-a.service loaded active enabled", "nobody.service not-found inactive ",
             "apt-daily.timer masked inactive masked", "gp-b.service loaded inactive disabled",
             "systemd-journald.service loaded active static"])
        self.assertEqual(self.states(), [])

    def test_what_cannot_be_a_unit_is_an_error(self):
        [said] = self.probe("states", "no unit", code=3)
        self.assertIn("no unit", said)

    def test_the_machine_as_a_whole(self):
        """Booted, whatever failed; and what failed is named, until it is well again or forgotten."""
        self.assertEqual(self.probe("overview")[0], "booted")
        failed = set(self.probe("overview")[1:])
        self.service("gp-z.service", "Type=oneshot", command=("false",))
        self.service("gp-m.service", "Type=oneshot", command=("test", "-e", "/run/well"))
        self.guest.shell("systemctl start gp-z.service gp-m.service || true")
        self.assertEqual(self.probe("overview"), ["booted", *sorted(failed | {"gp-m.service", "gp-z.service"})])
        self.guest.shell("touch /run/well; systemctl start gp-m.service; systemctl reset-failed gp-z.service")
        self.assertEqual(self.probe("overview"), ["booted", *sorted(failed)])

    def test_starting_until_the_last_job_of_the_boot_is_done(self):
        self.guest.shell("mkfifo /var/hold")
        self.service("gp-late.service", "Type=oneshot", "TimeoutStartSec=60", command=("sh", "-c",
                     "'>/run/late; read -r _ </var/hold'"))
        self.guest.run(["systemctl", "enable", "gp-late.service"], check=True)
        boot = threading.Thread(target=self.guest.reboot)  # comes back when all is started
        boot.start()
        self.wait_until(self.is_late)
        self.assertEqual(self.probe("overview")[0], "starting")
        self.guest.path("/var/hold").write_text("on\n")
        boot.join(30)
        self.assertEqual(self.probe("overview")[0], "booted")

    def is_late(self):
        try:
            return self.guest.path("/run/late").exists()
        except OSError:
            return False  # between two boots

    def test_each_change_and_the_same_once_more(self):
        # change, states of gp-a and gp-b afterwards; gp-b is never touched
        table = [("enable", "loaded inactive enabled"), ("start", "loaded active enabled"),
                 ("disable", "loaded active disabled"), ("stop", "loaded inactive disabled"),
                 ("unmask", "loaded inactive disabled")]
        for change, expected in table:
            for time in ("first", "again"):
                with self.subTest(change, time=time):
                    self.change(change, "gp-a.service")
                    self.assertEqual(self.states("gp-a.service", "gp-b.service"),
                                     [f"gp-a.service {expected}", "gp-b.service loaded inactive disabled"])

    def test_masked_and_back(self):
        """Of a unit that came with a package; the administrator's own files are in the mask's place."""
        timer = "systemd-tmpfiles-clean.timer"
        self.change("unmask", timer)
        for change, expected in (("mask", "masked inactive masked"), ("mask", "masked inactive masked"),
                                 ("unmask", "loaded inactive static"), ("unmask", "loaded inactive static")):
            self.change(change, timer)
            self.assertEqual(self.states(timer), [f"{timer} {expected}"])
        self.assertEqual(self.guest.run(["systemctl", "is-enabled", timer]).out, "static\n")

    def test_several_at_once_and_those_that_do_not_exist(self):
        names = ("gp-a.service", "nobody.service", "gp-b.service")
        for change, expected in (("enable", "loaded inactive enabled"), ("start", "loaded active enabled"),
                                 ("stop", "loaded inactive enabled"), ("disable", "loaded inactive disabled")):
            self.change(change, *names)
            self.assertEqual(self.states(*names), [f"gp-a.service {expected}", "nobody.service not-found inactive ",
                                                   f"gp-b.service {expected}"])
        self.change("mask", "nobody.service")
        self.assertEqual(self.states("nobody.service"), ["nobody.service not-found inactive "])

    def test_what_is_enabled_is_so_after_a_boot(self):
        self.change("enable", "gp-a.service")
        self.guest.reboot()
        self.assertEqual(self.states("gp-a.service"), ["gp-a.service loaded active enabled"])

    def test_a_unit_that_fails_to_start_is_an_error(self):
        self.service("gp-bad.service", "Type=oneshot", command=("false",))
        self.assertEqual(self.probe("change", "start", "gp-bad.service", code=3), ["error 0: gp-bad.service: failed"])

    def test_stopping_returns_when_it_is_done(self):
        self.service("gp-slow.service", "ExecStop=/bin/sh -c 'sleep 1; echo >/run/stopped'")
        self.change("start", "gp-slow.service")
        self.change("stop", "gp-slow.service")
        self.assertTrue(self.guest.path("/run/stopped").exists())

    def test_waiting_for_the_end(self):
        self.service("gp-once.service", "Type=oneshot", command=("sh", "-c", "'read -r _ </run/hold'"))
        self.guest.shell("mkfifo /run/hold; systemctl start --no-block gp-once.service")
        self.assertEqual(self.states("gp-once.service"), ["gp-once.service loaded activating disabled"])
        self.assertEqual(self.probe("wait", "gp-once.service", "50", code=3)[1][:8], f"error {TIMED_OUT}:")
        waiting = self.probing("wait", "gp-once.service", "60000", first="waiting")
        self.guest.shell("systemctl daemon-reload; echo >/run/hold")
        self.assertEqual(self.said(waiting), ["inactive"])

    def test_waiting_for_nothing_and_for_a_failure(self):
        self.assertEqual(self.probe("wait", "nobody.service", "60000"), ["waiting", "inactive"])
        self.assertEqual(self.probe("wait", "gp-a.service", "60000"), ["waiting", "inactive"])
        self.change("start", "gp-a.service")
        waiting = self.probing("wait", "gp-a.service", "60000", first="waiting")
        self.guest.run(["systemctl", "kill", "--signal=KILL", "gp-a.service"], check=True)
        self.assertEqual(self.said(waiting), ["inactive"])

    def test_waiting_can_be_cancelled(self):
        self.change("start", "gp-a.service")
        waiting = self.probing("wait", "gp-a.service", "60000", first="waiting")
        self.guest.run(["pkill", "-TERM", "-x", "probe"], check=True)
        self.assertEqual(self.said(waiting)[0][:8], f"error {CANCELLED}:")

    def test_without_a_bus_by_the_door_of_root(self):
        self.guest.run(["systemctl", "mask", "--now", "dbus.socket", "dbus.service"])
        self.change("start", "gp-a.service")
        self.assertEqual(self.states("gp-a.service"), ["gp-a.service loaded active disabled"])
        waiting = self.probing("wait", "gp-a.service", "60000", first="waiting")
        self.change("stop", "gp-a.service")
        self.assertEqual(self.said(waiting), ["inactive"])


class Ports(ProbeTest):
    """Knocking at ports, in a network of the machine's own."""

    def knock(self, port, code=0):
        return self.probe("knock", str(port), "500", code=code)

    def listen(self, address):
        server = self.guest.listen(address=address)
        self.addCleanup(server.close)
        return server, server.getsockname()[1]

    def test_somebody_listens(self):
        for address in ("127.0.0.1", "0.0.0.0", "::1"):
            with self.subTest(address):
                _, port = self.listen(address)
                self.assertEqual(self.knock(port), ["open"])

    def test_nobody_does(self):
        server, port = self.listen("127.0.0.1")
        server.close()
        self.assertEqual(self.knock(port, code=3), ["error 0: connect: Connection refused"])

    def test_who_is_there_does_not_open(self):
        """The callers he has not looked at are as many as he can have."""
        server, port = self.listen("127.0.0.1")
        server.listen(0)
        self.assertEqual(self.knock(port), ["open"])
        self.assertEqual(self.knock(port, code=3), [f"error {TIMED_OUT}: no answer within 500 ms"])

    def test_what_is_no_port(self):
        for port in (0, 65536, -1):
            self.assertEqual(self.knock(port, code=3), [f"error {INVALID}: {port} is not a port"])


class Nowhere(ProbeTest):
    def test_where_no_systemd_runs(self):
        for words in (("states", "a.service"), ("change", "stop", "a.service"), ("overview",)):
            done = self.guest.run(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run; exec "$@"', "sh",
                                   probe.INSIDE, *words])
            self.assertEqual((done.code, done.out), (3, f"error {NOT_FOUND}: no service manager runs here\n"))
