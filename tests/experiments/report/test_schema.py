"""report.json against the schema that is shipped with it, read by a small validator written here."""

import copy
import json

import pytest

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    "$schema", "$id", "$defs", "$ref", "title", "type", "properties", "required", "items", "enum",
    "const", "additionalProperties", "minimum",
}  # fmt: skip


def is_of(kind, value):
    """Whether a value has a JSON type; true is no number."""
    fits = isinstance(value, TYPES[kind])
    return fits and not (isinstance(value, bool) and kind in ("integer", "number"))


def offences(schema, value, root, at="$"):
    """Where ``value`` does not follow ``schema``; an unknown keyword is an error of the schema."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        yield from offences(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root, at)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_of(kind, value) for kind in kinds):
        yield f"{at}: {type(value).__name__} is not {kinds}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: {value!r} is too small"
    if isinstance(value, dict):
        yield from object_offences(schema, value, root, at)
    for number, one in enumerate(value if isinstance(value, list) else ()):
        yield from offences(schema.get("items", {}), one, root, f"{at}[{number}]")


def object_offences(schema, value, root, at):
    """Names that are missing or unknown, and what is wrong with the others."""
    inside, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (
        f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value
    )
    for name, one in value.items():
        if name in inside or isinstance(others, dict):
            yield from offences(inside.get(name, others), one, root, f"{at}.{name}")
        elif not others:
            yield f"{at}: {name} is unknown"


@pytest.fixture(scope="module")
def schema(zoo):
    """The schema in the report's folder."""
    return json.loads((zoo.out / "report.schema.json").read_text())


def test_the_report_follows_its_schema(zoo, schema):
    assert zoo.data["format"] == schema["$id"] == schema["properties"]["format"]["const"]
    assert list(offences(schema, zoo.data, schema)) == []


def test_a_report_of_everything_and_one_of_nothing_follow_it_too(zoo, schema, tmp_path):
    store = tmp_path / "store"
    (store / "figures").mkdir(parents=True)
    (store / "interp_endpoint.json").write_text("{")
    (store / "figures" / "interp_endpoint.svg").write_text("{")
    _, data = zoo.build(tmp_path / "a", "--store", str(store))
    assert list(offences(schema, data, schema)) == []
    _, data = zoo.build(tmp_path / "b")
    assert list(offences(schema, data, schema)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("ledger"),
        lambda data: data.update(more=1),
        lambda data: data["claims"][0].update(group="splendid"),
        lambda data: data["claims"][0].update(level="proved"),
        lambda data: data["claims"][0]["status"].pop("at"),
        lambda data: data["summary"].update(registered=-1),
        lambda data: data["summary"].update(registered=True),
        lambda data: data["certificates"][0].update(verdict="fine"),
        lambda data: data["claims"][0]["checks"].append({}),
    ],
)
def test_the_schema_notices_what_is_wrong(zoo, schema, spoil):
    data = copy.deepcopy(zoo.data)
    spoil(data)
    assert list(offences(schema, data, schema)) != []


def test_the_files_it_names_are_the_files_that_are_there(zoo):
    there = {p.relative_to(zoo.out).as_posix() for p in zoo.out.rglob("*") if p.is_file()}
    assert there == {*zoo.data["files"], "report.json"}
