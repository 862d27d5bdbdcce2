"""The service as systemd sees it: how it reports, and that its unit file is understood."""
import pathlib
import shutil

import probe
from probe import ProbeTest

UNIT = pathlib.Path(__file__).parents[2] / "packaging/rootfs/usr/lib/systemd/system/guestpatch.service"


def setUpModule():
    probe.skip_where_nothing_boots()


class Reports(ProbeTest):
    def setUp(self):
        super().setUp()
        self.service("gp.service", "Type=notify", "ExecReload=/bin/kill -HUP $MAINPID", *self.properties,
                     command=(probe.INSIDE, "serve"))
        self.guest.run(["systemctl", "start", "gp.service"], check=True)

    properties = ()

    def unit(self, *names):
        shown = self.guest.unit("gp.service")
        return [shown[name] for name in names]

    def test_ready_status_and_reload(self):
        self.assertEqual(self.unit("ActiveState", "StatusText"), ["active", "fed every 0 ms"])

    def test_reload(self):
        self.guest.run(["systemctl", "reload", "gp.service"], check=True)
        self.wait_until(lambda: self.unit("StatusText") == ["read again"])
        self.assertEqual(self.unit("ActiveState", "NRestarts"), ["active", "0"])

    def test_stop(self):
        self.guest.run(["systemctl", "stop", "gp.service"], check=True)
        self.assertEqual(self.unit("ActiveState", "Result", "ExecMainStatus"), ["inactive", "success", "0"])


class Watchdog(Reports):
    properties = ("WatchdogSec=1",)

    def test_ready_status_and_reload(self):
        self.assertEqual(self.unit("ActiveState", "StatusText"), ["active", "fed every 500 ms"])

    def test_it_is_fed(self):
        [first] = self.unit("WatchdogTimestampMonotonic")
        self.wait_until(lambda: int(self.unit("WatchdogTimestampMonotonic")[0]) > int(first) + 1_500_000)
        self.assertEqual(self.unit("ActiveState", "NRestarts"), ["active", "0"])


class UnitFile(ProbeTest):
    def setUp(self):
        super().setUp()
        shutil.copy(UNIT, self.guest.path("/usr/lib/systemd/system/guestpatch.service"))
        self.guest.run(["systemctl", "daemon-reload"], check=True)

    def test_systemd_understands_every_word_of_it(self):
        done = self.guest.run(["systemd-analyze", "verify", "--man=no", "guestpatch.service"])
        self.assertEqual((done.code, done.out, done.err), (0, "", ""))

    def test_it_can_be_enabled(self):
        self.assertEqual(self.probe("states", "guestpatch.service"), ["guestpatch.service loaded inactive disabled"])
        self.assertEqual(self.probe("change", "enable", "guestpatch.service"), [])
        self.assertEqual(self.probe("states", "guestpatch.service"), ["guestpatch.service loaded inactive enabled"])
