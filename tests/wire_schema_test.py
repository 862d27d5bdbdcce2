#!/usr/bin/python3
"""docs/wire against the program: schemas, examples, words, and what the real program writes.

Usage: wire_schema_test.py GUESTPATCH. Needs Debian's python3-jsonschema; exit status 77 without it.
"""
import copy
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed, so no document can be validated")
    sys.exit(77)

ROOT = Path(__file__).resolve().parent.parent
WIRE = ROOT / "docs/wire"
PROGRAM = ""


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def closed(schema):
    """The same schema, refusing every member it does not describe: for what we write ourselves."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tight = {key: closed(value) for key, value in schema.items()}
    if tight.get("type") == "object" and "properties" in tight:
        tight.setdefault("additionalProperties", False)
    return tight


SCHEMAS = {path.name: load(path) for path in sorted(WIRE.glob("*.schema.json"))}
DOCUMENTS = sorted(name.removesuffix(".schema.json") for name in SCHEMAS if name != "common.schema.json")
CLOSED = {(WIRE / name).as_uri(): closed(schema) for name, schema in SCHEMAS.items()}


def faults(document, name):
    uri = (WIRE / f"{name}.schema.json").as_uri()
    resolver = jsonschema.RefResolver(uri, CLOSED[uri], store=CLOSED)
    found = jsonschema.Draft4Validator(CLOSED[uri], resolver=resolver).iter_errors(document)
    return [f"{name}: {'/'.join(map(str, fault.path))}: {fault.message}" for fault in found]


def enums():
    """The tables of agent/wire/enums.cpp: {"Reason": ["HELD", ...], ...}."""
    text = (ROOT / "agent/wire/enums.cpp").read_text(encoding="utf-8")
    tables = re.findall(r"struct Spelling<(\w+)> \{(.*?)\n\};", text, re.DOTALL)
    return {name: re.findall(r'::\w+, "(\w+)"', body) for name, body in tables}


def explained():
    """The first column of each table of reasons.md, by heading."""
    text = (WIRE / "reasons.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return {heading: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE) for heading, body in sections}


def sources(*folders):
    """The text of every source below these folders, or of these files."""
    paths = [path for folder in folders for path in [ROOT / folder, *sorted((ROOT / folder).rglob("*.cpp"))] if path.is_file()]
    assert paths, folders
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def literals(*folders):
    """Every "CODE" in capitals that these sources spell out."""
    return set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', sources(*folders)))


def notes():
    """The codes of all notes: written where they arise, or handed to what writes them."""
    text = sources("packagers", "agent")
    named = re.findall(r'const char\* code = "(\w+)"', text)
    named += re.findall(r'note\.members\.push_back\(\{"code", text_of\("(\w+)"', text)
    return {*re.findall(r'notes(?:\.push_back\(|\s=\s\{)\s*\{\s*"(\w+)"', text), *named, *literals("packagers/apt/repairing.cpp")}


ALSO_AN_ERROR = {"OPERATION_INTERRUPTED", "HOOK_FAILED"}  # a note where nothing is missing because of it
PRIVATE = {"Stage", "Ending"}  # enums of the journal, which nobody else reads


class Schemas(unittest.TestCase):
    def test_are_draft_4(self):
        for name, schema in SCHEMAS.items():
            with self.subTest(name):
                self.assertEqual(schema["$schema"], "http://json-schema.org/draft-04/schema#")
                jsonschema.Draft4Validator.check_schema(schema)

    def test_each_has_an_example_that_fits(self):
        for name in DOCUMENTS:
            with self.subTest(name):
                self.assertEqual(faults(load(WIRE / f"{name}.example.json"), name), [])
        self.assertEqual(sorted(path.name.removesuffix(".example.json") for path in WIRE.glob("*.example.json")), DOCUMENTS)

    def test_the_file_for_a_fleet_fits(self):
        text = (ROOT / "docs/usage/host.md").read_text(encoding="utf-8")
        [fleet] = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        self.assertEqual(faults(json.loads(fleet), "goal-state"), [])

    def test_can_refuse(self):
        """Each required member removed, and one nobody knows added."""
        for name in DOCUMENTS:
            example = load(WIRE / f"{name}.example.json")
            for member in SCHEMAS[f"{name}.schema.json"]["required"]:
                with self.subTest(f"{name} without {member}"):
                    self.assertTrue(faults({key: value for key, value in example.items() if key != member}, name))
            with self.subTest(f"{name} with a member of nobody's"):
                self.assertTrue(faults({**example, "frobnicate": 1}, name))

    def test_are_indexed(self):
        index = (WIRE / "README.md").read_text(encoding="utf-8")
        for name in DOCUMENTS:
            self.assertIn(f"({name}.schema.json)", index)
            self.assertIn(f"({name}.example.json)", index)


class Words(unittest.TestCase):
    def test_of_the_schemas_are_the_programs(self):
        tables = enums()
        self.assertIn("Reason", tables)
        definitions = SCHEMAS["common.schema.json"]["definitions"]
        self.assertLessEqual(PRIVATE, set(tables))
        for name, words in tables.items():
            if name not in PRIVATE:
                with self.subTest(name):
                    self.assertEqual(definitions[name]["enum"], words)

    def test_are_explained(self):
        tables, sections = enums(), explained()
        for name in ("Classification", "HeldBack", "Reason", "BlindSpotCode", "OperationStatus", "ComplianceState",
                     "InstallationState", "RebootSetting", "RebootStatus", "HookEnd", "EstimateSource", "WindowOutcome", "HealthState"):
            with self.subTest(name):
                self.assertEqual(sections[name], tables[name])

    def test_states_are_the_machines(self):
        """agent.state, the names of the state machine's states."""
        body = sources("agent/domain/lifecycle.cpp").split("name_of(const State& state) {")[1].split("\n}\n")[0]
        written = set(re.findall(r'return "(\w+)";', body))
        self.assertIn("AwaitingReboot", written)
        agent = SCHEMAS["status.schema.json"]["properties"]["agent"]["properties"]
        self.assertEqual(set(agent["state"]["enum"]), written)

    def test_kinds_are_the_programs(self):
        written = set(re.findall(r'\.kind = "(\w+)"', sources("agent/domain/run_summary.cpp")))
        written |= set(re.findall(r'machine, \{"(\w+)"', sources("agent/cli/configure.cpp")))
        self.assertIn("Configuration", written)
        self.assertEqual(set(SCHEMAS["common.schema.json"]["definitions"]["OperationKind"]["enum"]), written)

    def test_configuration_statuses_are_explained(self):
        text = sources("agent/engine/patch_mode.cpp", "agent/cli/configure.cpp", "agent/config/statuses.hpp", "agent/host")
        written = set(re.findall(r'"([A-Z]\w+/[A-Z]\w+)"', text))
        self.assertIn("NativeUpdates/Off", written)
        keys = {key: rule.split("|") for key, rule in
                re.findall(r'"patchSettings\.(patchMode|assessmentMode)", word, R"\(.*?\)", "(.*?)"', sources("agent/config/schema.cpp"))}
        for category, key in (("PatchMode", "patchMode"), ("AssessmentMode", "assessmentMode")):
            self.assertIn(f'"{category}/" +', text)
            written |= {f"{category}/{mode}" for mode in keys[key]}
        body = (WIRE / "reasons.md").read_text(encoding="utf-8").split("## Configuration statuses")[1].split("\n## ")[0]
        self.assertEqual(set(re.findall(r"^\| `(\w+/\w+)` \|", body, re.MULTILINE)), written)
        items = SCHEMAS["common.schema.json"]["definitions"]["ConfigurationStatuses"]["items"]
        self.assertEqual(set(items["properties"]["code"]["enum"]), written)

    def test_errors_are_explained(self):
        sections = explained()
        written = literals("agent/wire/documents.cpp")
        self.assertEqual(set(sections["Error codes"]), written)
        self.assertEqual(set(SCHEMAS["error.schema.json"]["properties"]["error"]["properties"]["code"]["enum"]), written)
        details = literals("agent/engine", "agent/domain/installation.cpp", "agent/domain/patch_status.cpp") - (notes() - ALSO_AN_ERROR)
        details |= set(re.findall(r'constexpr const char\* \w+ = "([A-Z_]+)";', sources("agent/domain/installation.hpp")))
        self.assertEqual(set(sections["Detail codes"]), details)

    def test_refused_operations_are_explained(self):
        written = set(re.findall(r'Decline\{"(\w+)"', sources("agent/domain/requests.cpp")))
        self.assertIn("OperationNotSupported", written)
        self.assertEqual(set(explained()["Refused operations"]), written)
        pattern = SCHEMAS["common.schema.json"]["definitions"]["DetailCode"]["pattern"]
        self.assertEqual(set(re.findall(r"[A-Z][a-z]\w+", pattern)), written)

    def test_notes_are_explained(self):
        self.assertIn("LISTS_REBUILT", notes())
        self.assertEqual(set(explained()["Note"]), notes())
        self.assertEqual(set(SCHEMAS["common.schema.json"]["definitions"]["NoteCode"]["enum"]), notes())


class TheProgram(unittest.TestCase):
    """What the real program writes on this machine, whatever machine it is."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.config = Path(folder.name, "config")
        self.config.mkdir()
        self.state = Path(folder.name, "state")

    def ask(self, *arguments, codes=(0,)):
        done = subprocess.run([PROGRAM, *arguments, "--json", f"--state-dir={self.state}", f"--config-dir={self.config}"],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        self.assertIn(done.returncode, codes, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1, "one document, one line")
        return json.loads(done.stdout)

    def assert_fits(self, document, name):
        self.assertEqual(faults(document, name), [])

    def test_assess_and_what_it_leaves_behind(self):
        found = self.ask("assess", "--no-refresh", codes=(0, 1, 3))
        self.assert_fits(found, "error" if list(found) == ["error"] else "assessment-result")
        kept = {"patchStatus.json": "patch-status", "firstSeen.json": "first-seen", "lock": "running"}
        for file in self.state.rglob("*") if self.state.exists() else ():
            if file.is_file():
                self.assert_fits(load(file), kept.get(file.name, "assessment-result"))
        self.assert_fits(self.ask("status"), "status")
        history = self.ask("history")
        self.assert_fits(history, "history")
        for run in history["runs"]:
            self.assert_fits(self.ask("history", run["activityId"]), "assessment-result")
        planned = self.ask("plan", codes=(0, 1))
        self.assert_fits(planned, "error" if list(planned) == ["error"] else "plan")

    def test_status_of_a_new_machine(self):
        self.assert_fits(self.ask("status"), "status")

    def test_plan_of_a_new_machine(self):
        found = self.ask("plan", codes=(1,))
        self.assert_fits(found, "error")
        self.assertEqual(found["error"]["code"], "NOT_FOUND")
        self.assertFalse(self.state.exists())

    def test_status_repeats_its_example(self):
        self.state.mkdir()
        example = load(WIRE / "patch-status.example.json")
        (self.state / "patchStatus.json").write_text(json.dumps(example), encoding="utf-8")
        found = self.ask("status")
        self.assert_fits(found, "status")
        self.assertEqual(found["patchStatus"], example["patchStatus"])

    def test_configure(self):
        self.state.mkdir()
        self.assert_fits(self.ask("configure"), "configure")
        example = load(WIRE / "patch-status.example.json")
        (self.state / "patchStatus.json").write_text(json.dumps(example), encoding="utf-8")
        found = self.ask("configure")
        self.assert_fits(found, "configure")
        self.assertEqual(found["configurationStatuses"], example["patchStatus"]["configurationStatuses"])

    def test_an_assessment_example_is_read_as_it_stands(self):
        result = load(WIRE / "assessment-result.example.json")
        self.keep(result, "assessments", result["assessmentActivityId"])
        status = load(WIRE / "patch-status.example.json")
        (self.state / "patchStatus.json").write_text(json.dumps(status), encoding="utf-8")
        self.assertEqual(self.ask("status")["agent"]["blindSpots"], result["guestpatch"]["blindSpots"])

    def test_an_assessment_example_is_planned_with(self):
        result = load(WIRE / "assessment-result.example.json")
        self.keep(result, "assessments", result["assessmentActivityId"])
        (self.state / "patchStatus.json").write_text(json.dumps(load(WIRE / "patch-status.example.json")), encoding="utf-8")
        found = self.ask("plan", codes=(0, 1))  # 1: no package manager here
        self.assert_fits(found, "error" if list(found) == ["error"] else "plan")
        if "batches" in found:
            self.assertEqual(found, load(WIRE / "plan.example.json"))

    def test_an_installation_example_is_repeated(self):
        result = load(WIRE / "installation-result.example.json")
        self.keep(result, "installations", result["installationActivityId"])
        self.assertEqual(self.ask("history", result["installationActivityId"]), result)
        history = self.ask("history")
        self.assert_fits(history, "history")
        self.assertEqual(history["runs"], load(WIRE / "history.example.json")["runs"][:1])

    def keep(self, document, folder, activity):
        (self.state / folder).mkdir(parents=True)
        (self.state / folder / f"{activity}.json").write_text(json.dumps(document), encoding="utf-8")

    def test_configuration(self):
        shown = self.ask("config", "show")
        self.assert_fits(shown, "config-show")
        settings = copy.deepcopy(shown["settings"])
        (self.config / "10-all.json").write_text(json.dumps(settings), encoding="utf-8")
        self.assert_fits(self.ask("config", "check", codes=(0, 2)), "config-check")
        self.assertEqual(self.ask("config", "show")["settings"], settings)
        (self.config / "20-faults.json").write_text('{"compliance": {"maxAge": 30}, "frob": 1}', encoding="utf-8")
        checked = self.ask("config", "check", codes=(2,))
        self.assert_fits(checked, "config-check")
        self.assertEqual((len(checked["errors"]), len(checked["warnings"])), (1, 1))
        self.assert_fits(self.ask("config", "show", codes=(2,)), "error")

    def test_errors(self):
        for arguments in (["frobnicate"], ["assess", "--frobnicate"], ["assess", "--package-manager", "frob"], ["config"],
                          ["install", "--frobnicate"], ["plan", "--reboot", "Sometimes"], ["configure", "--patch-mode", "Sometimes"]):
            with self.subTest(arguments):
                self.assert_fits(self.ask(*arguments, codes=(2, 77)), "error")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
