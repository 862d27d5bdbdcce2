"""What the machine lives on: batteries as the kernel shows them, networks as NetworkManager does."""
import probe
from probe import ProbeTest

SUPPLIES = "/run/supplies"


def setUpModule():
    probe.skip_where_nothing_boots()


class Battery(ProbeTest):
    # supplies: is it on battery?
    DISCHARGING = {"type": "Battery", "status": "Discharging"}
    TABLE = [
        ({}, False),
        ({"BAT0": DISCHARGING}, True),
        ({"BAT0": DISCHARGING, "AC": {"type": "Mains", "online": "0"}}, True),
        ({"BAT0": DISCHARGING, "AC": {"type": "Mains", "online": "1"}}, False),
        ({"BAT0": DISCHARGING, "ucsi": {"type": "USB", "online": "1"}, "AC": {"type": "Mains", "online": "0"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Full"}, "BAT1": DISCHARGING}, True),
        ({"BAT0": {"type": "Battery", "status": "Charging"}}, False),
        ({"BAT0": {"type": "Battery", "status": "Unknown"}}, False),
        ({"AC": {"type": "Mains", "online": "0"}}, False),
        ({"mouse": {**DISCHARGING, "scope": "Device"}}, False),
        ({"BAT0": {**DISCHARGING, "scope": "System"}, "pad": {"type": "USB", "online": "1", "scope": "Device"}}, True),
    ]

    def test_by_what_the_kernel_shows(self):
        for supplies, expected in self.TABLE:
            with self.subTest(supplies):
                self.guest.shell(f"rm -rf {SUPPLIES}; mkdir {SUPPLIES}")
                for name, attributes in supplies.items():
                    for attribute, value in attributes.items():
                        self.guest.write(f"{SUPPLIES}/{name}/{attribute}", value + "\n")
                said = self.guest.shell(f"""
                    unshare --mount bash -euc 'mount -t tmpfs none /sys/class; mkdir /sys/class/power_supply
                    mount --bind {SUPPLIES} /sys/class/power_supply; {probe.INSIDE} supply'""")
                self.assertEqual(said, f"on battery {str(expected).lower()}, metered false\n")

    def test_without_any(self):
        said = self.guest.shell(f"unshare --mount bash -euc 'mount -t tmpfs none /sys/class; {probe.INSIDE} supply'")
        self.assertEqual(said, "on battery false, metered false\n")


class Network(ProbeTest):
    POLICY = """<busconfig><policy user="root"><allow own="org.freedesktop.NetworkManager"/></policy>
        <policy context="default"><allow send_destination="org.freedesktop.NetworkManager"/></policy></busconfig>"""

    def setUp(self):
        super().setUp()
        self.guest.write("/etc/dbus-1/system.d/test.conf", self.POLICY)
        self.guest.run(["systemctl", "reload", "dbus"], check=True)

    def metered(self):
        [said] = self.probe("supply")
        return said.removeprefix("on battery false, metered ")

    def test_by_what_its_manager_says(self):
        for number, expected in ((0, "false"), (1, "true"), (2, "false"), (3, "true"), (4, "false")):
            with self.subTest(number):
                self.probing("network-manager", str(number), first="manages")
                self.assertEqual(self.metered(), expected)
                self.guest.shell("pkill -x probe; while pgrep -x probe; do :; done")

    def test_nobody_is_started_to_answer_it(self):
        self.guest.write("/usr/share/dbus-1/system-services/org.freedesktop.NetworkManager.service",
                         "[D-BUS Service]\nName=org.freedesktop.NetworkManager\nUser=root\n"
                         "Exec=/bin/touch /run/started\n")
        self.guest.run(["systemctl", "reload", "dbus"], check=True)
        self.assertEqual(self.metered(), "false")
        self.assertFalse(self.guest.path("/run/started").exists())
        self.guest.run(["busctl", "call", "org.freedesktop.NetworkManager", "/", "a.b", "C"])
        self.assertTrue(self.guest.path("/run/started").exists())

    def test_a_manager_that_does_not_answer_is_not_waited_for_long(self):
        self.probing("network-manager", "1", first="manages")
        self.guest.shell("pkill -STOP -x probe")
        done = self.guest.run([probe.INSIDE, "supply"])
        self.assertIn("metered false", done.out)
        self.assertLess(done.seconds, 10)
        self.guest.shell("pkill -CONT -x probe")
