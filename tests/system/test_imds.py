"""Location facts from the instance metadata service: the real courier, in a network of its own where the test is the service."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import roots
from guest import Guest, GuestTest
from host_guest import HostTest

PROBE = pathlib.Path(os.environ.get("GUESTPATCH_PLACE_PROBE", "build/dev/tests/guestpatch_place_probe"))
ADDRESS = "169.254.169.254"
AZURE = "7783-7084-3265-9085-8269-3286-77"
COMPUTE = {"location": "westeurope", "zone": "2", "platformFaultDomain": "1", "platformUpdateDomain": "3", "osType": "Linux",
           "resourceGroupName": "rg-web", "vmScaleSetName": "", "tags": "env:prod", "tagsList": [{"name": "env", "value": "prod"}]}
PLACE = {"region": "westeurope", "zone": "2", "faultDomain": "1", "updateDomain": "3", "resourceGroup": "rg-web",
         "tags": [{"name": "env", "value": "prod"}]}


class Service(http.server.ThreadingHTTPServer):
    """As Azure's: refuses what has no Metadata header, or came through a proxy. `answer` is (status, body)."""

    daemon_threads = True

    def __init__(self, listener):
        super().__init__((ADDRESS, 80), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.asked = []
        self.answer = (200, json.dumps(COMPUTE))
        self.held = threading.Event()  # set: answers go out at once
        self.held.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.held.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        service = self.server
        service.asked.append(self.path)
        service.held.wait(60)
        status, body = service.answer
        if self.headers["Metadata"] != "true" or "X-Forwarded-For" in self.headers:
            status, body = 400, '{"error": "Bad request. Required metadata header not specified"}'
        with contextlib.suppress(OSError):  # it may have gone away
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def chassis(guest, tag):
    """What the firmware says, whatever the machine of the test is."""
    guest.shell(f"""mountpoint -q /sys/class || mount -t tmpfs tmpfs /sys/class
        mkdir -p /sys/class/dmi/id; echo '{tag}' >/sys/class/dmi/id/chassis_asset_tag""")


def serve(test):
    """The service, at its address in the network of the test's machine."""
    subprocess.run(["nsenter", "--target", str(test.guest.pid), "--net", "ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    service = Service(test.guest.listen(80, ADDRESS))
    test.addCleanup(service.close)
    return service


class Machine(Guest):
    def __init__(self):
        super().__init__()
        shutil.copy(PROBE, self.path("/usr/bin/place-probe"))

    def learn(self, setting="auto", *when):
        return self.run(["place-probe", roots.COURIER, "nobody", setting, "/var/lib/guestpatch", "/run/guestpatch", *when])

    def place(self):
        file = self.path("/var/lib/guestpatch/place.json")
        return json.loads(file.read_text())["place"] if file.exists() else None


class Place(GuestTest):
    def machine(self):
        return Machine()

    def setUp(self):
        super().setUp()
        chassis(self.guest, AZURE)

    def assert_learned(self, what, *arguments):
        done = self.guest.learn(*arguments)
        self.assertEqual((done.code, done.out), (0, what + "\n"), done)

    def assert_failed(self, *arguments):
        done = self.guest.learn(*arguments)
        self.assertEqual(done.code, 1, done)
        self.assertIn("instance metadata service", done.err)
        return done

    def test_the_place_is_asked_for_once_in_a_boot(self):
        service = serve(self)
        self.assert_learned("changed")
        self.assertEqual(self.guest.place(), PLACE)
        self.assertEqual(self.guest.shell("stat -c %a /var/lib/guestpatch/place.json").strip(), "644")
        self.assertEqual(service.asked, ["/metadata/instance/compute?api-version=2021-12-13"])
        self.assert_learned("not asked")
        self.assertEqual(len(service.asked), 1)
        self.assert_learned("unchanged", "auto", "now")
        self.assertEqual(len(service.asked), 2)

    def test_a_slow_service_costs_one_second(self):
        service = serve(self)
        self.assert_learned("changed")
        service.held.clear()
        done = self.assert_failed("auto", "now")
        self.assertEqual(len(service.asked), 2)
        self.assertLess(done.seconds, 1.8)
        self.assertGreater(done.seconds, 0.8)
        self.assertEqual(self.guest.place(), PLACE)
        self.assertEqual([line for line in self.guest.processes().values() if "courier" in line], [])

    def test_useless_answers_leave_what_is_known(self):
        service = serve(self)
        self.assert_learned("changed")
        for answer in ((200, "<html>welcome</html>"), (200, '{"location": 7}'), (200, '{"location": "' + "x" * 2_000_000 + '"}'),
                       (200, '{"location": "a\\u001bb"}'), (200, ""), (404, ""), (410, ""), (429, ""), (503, '{"location": "elsewhere"}'),
                       (302, "")):
            with self.subTest(f"{answer[0]} {answer[1][:30]}"):
                service.answer = answer
                self.assert_failed("auto", "now")
                self.assertEqual(self.guest.place(), PLACE)
        self.assertEqual(len(service.asked), 11)

    def test_a_machine_whose_network_has_no_such_address(self):
        done = self.assert_failed("true")
        self.assertLess(done.seconds, 1.8)
        self.assertIsNone(self.guest.place())

    def test_nobody_is_asked_where_it_is_off_or_the_firmware_says_otherwise(self):
        service = serve(self)
        for tag, setting in ((AZURE, "false"), ("Default string", "auto"), ("", "auto"), (AZURE + "0", "auto")):
            with self.subTest(tag=tag, setting=setting):
                chassis(self.guest, tag)
                for when in ((), ("now",)):
                    self.assert_learned("not asked", setting, *when)
        self.guest.shell("rm -r /sys/class/dmi")
        self.assert_learned("not asked")
        self.assertEqual(service.asked, [])
        self.assert_learned("changed", "true")  # the service was there all the time
        self.assertEqual(len(service.asked), 1)

    def test_a_machine_that_has_moved_forgets_where_it_was(self):
        service = serve(self)
        self.assert_learned("changed")
        chassis(self.guest, "Default string")
        self.assert_learned("changed")
        self.assertIsNone(self.guest.place())
        self.assertEqual(len(service.asked), 1)


class Reported(HostTest):
    """By the service that runs, to its host."""

    def location(self):
        return self.store.machine().record["location"] if self.store.machines and self.store.machine().record else None

    def test_the_host_learns_the_place(self):
        chassis(self.guest, AZURE)
        service = serve(self)
        self.guest.write("/etc/guestpatch/config.d/10-place.json", '{"machine": {"zone": "3"}}')
        self.run_service()
        self.until(lambda: (self.location() or {}).get("region") == "westeurope")
        self.assertEqual(self.location()["zone"], "3")  # the configuration goes first
        self.stop_service()
        self.start_service()
        self.until_polled()
        self.assertEqual(len(service.asked), 1)

    def test_nobody_is_asked_off_azure(self):
        chassis(self.guest, "Default string")
        service = serve(self)
        self.run_service()
        self.until_polled(3)
        self.assertEqual(service.asked, [])
        self.assertNotIn("region", self.location() or {})
