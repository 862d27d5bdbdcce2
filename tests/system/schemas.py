"""Validates documents against docs/wire, where Debian's python3-jsonschema is installed."""
import json
import pathlib

WIRE = pathlib.Path(__file__).parents[2] / "docs" / "wire"

try:
    import jsonschema
except ImportError:
    jsonschema = None


def validate(document, name):
    file = WIRE / f"{name}.schema.json"
    if jsonschema is None:
        return
    schema = json.loads(file.read_text())
    store = {}
    for other in WIRE.glob("*.schema.json"):
        text = json.loads(other.read_text())
        store[other.as_uri()] = text
        store[text.get("id", other.as_uri())] = text
    resolver = jsonschema.RefResolver(file.as_uri(), schema, store=store)
    errors = list(jsonschema.Draft4Validator(schema, resolver=resolver,
                                             format_checker=jsonschema.FormatChecker()).iter_errors(document))
    if errors:
        raise AssertionError("\n".join(f"{name}: {'/'.join(map(str, e.path))}: {e.message}" for e in errors[:10]))
