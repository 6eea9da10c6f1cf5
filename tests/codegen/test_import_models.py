"""Random descriptions printed in each format and imported again keep their meaning: members, kinds, bounds, numbers."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from art7.codegen.imports.proto.lower import SCALARS
from imported import imported, squeezed

NUMBERS = {"uint8": "u8", "uint16": "u16", "uint24": "u24", "uint32": "u32", "uint64": "u64"}
BOUNDS = st.tuples(st.integers(0, 70000), st.integers(1, 70000)).map(lambda pair: (min(pair), max(pair)))
NAMES = st.lists(st.from_regex("[a-z]{2,6}_[a-z]{1,4}", fullmatch=True), min_size=1, max_size=5, unique=True)


def extent(low: int, high: int) -> str:
    return str(low) if low == high else f"{low or ''}..{high}"


@settings(max_examples=25, deadline=None)
@given(NAMES, st.data())
def test_tls(names: list[str], data: st.DataObject) -> None:
    lines, expected = [], []
    for name in names:
        low, high = data.draw(BOUNDS)
        kind = data.draw(st.sampled_from(["number", "fixed", "vector", "list"]))
        of = data.draw(st.sampled_from(sorted(NUMBERS)))
        match kind:
            case "number":
                lines.append(f"{of} {name};")
                expected.append(f"{name}: {NUMBERS[of]} ")
            case "fixed":
                lines.append(f"opaque {name}[{high}];")
                expected.append(f"{name}: bytes[{high}] ")
            case "vector":
                lines.append(f"opaque {name}<{low}..{high}>;")
                expected.append(f"{name}: bytes[{extent(low, high)}] ")
            case "list":
                lines.append(f"uint8 {name}<{low}..{high}>;")
                expected.append(f"{name}: u8[{extent(low, high)}] ")
    made = imported("tls", f"struct {{ {' '.join(lines)} }} M;")
    flat = squeezed(made.text)
    assert made.errors == [] and all(each in flat for each in expected), (lines, flat)


@settings(max_examples=25, deadline=None)
@given(NAMES, st.data())
def test_proto(names: list[str], data: st.DataObject) -> None:
    numbers = data.draw(
        st.lists(st.integers(1, 18999), min_size=len(names), max_size=len(names), unique=True)
    )
    lines, expected = [], []
    for name, number in zip(names, numbers, strict=True):
        kind = data.draw(st.sampled_from(sorted(SCALARS)))
        label = data.draw(st.sampled_from(["", "optional ", "repeated "]))
        lines.append(f"{label}{kind} {name} = {number};")
        mark = "?" if label == "optional " else ""
        run = ("[][]" if kind in ("string", "bytes") else "[]") if label == "repeated " else ""
        expected.append(f"{name} @{number}{mark}: {SCALARS[kind]}{run} ")
    made = imported("proto", f'syntax = "proto3"; message M {{ {" ".join(lines)} }}')
    flat = squeezed(made.text)
    assert made.errors == [] and all(each in flat for each in expected), (lines, flat)


@settings(max_examples=25, deadline=None)
@given(NAMES, st.data())
def test_json_schema(names: list[str], data: st.DataObject) -> None:
    properties: dict[str, object] = {}
    expected = []
    required = data.draw(st.sets(st.sampled_from(names)))
    for name in names:
        low, high = data.draw(BOUNDS)
        mark = "" if name in required else "?"
        match data.draw(st.sampled_from(["string", "array", "boolean", "integer"])):
            case "string":
                properties[name] = {"type": "string", "minLength": low, "maxLength": high}
                expected.append(f"{name}{mark}: text[{extent(low, high)}] ")
            case "array":
                properties[name] = {
                    "type": "array",
                    "items": {"type": "boolean"},
                    "minItems": low,
                    "maxItems": high,
                }
                expected.append(f"{name}{mark}: bool[{extent(low, high)}] ")
            case "boolean":
                properties[name] = {"type": "boolean"}
                expected.append(f"{name}{mark}: bool ")
            case "integer":
                properties[name] = {"type": "integer", "minimum": -low - 1}
                expected.append(f"{name}{mark}: integer ")
                expected.append(f"{name} >= {-low - 1} ")
    schema = {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }
    made = imported("json-schema", json.dumps(schema))
    flat = squeezed(made.text)
    assert made.errors == [] and all(each in flat for each in expected), (schema, flat)


@settings(max_examples=25, deadline=None)
@given(NAMES, st.data())
def test_cddl(names: list[str], data: st.DataObject) -> None:
    lines, expected = [], []
    for name in names:
        low, high = data.draw(BOUNDS)
        mark = data.draw(st.sampled_from(["", "?"]))
        match data.draw(st.sampled_from(["octets", "list", "bool", "bytes"])):
            case "octets":
                lines.append(f"{mark} {name}: bstr .size ({low}..{high})")
                expected.append(f"{name}{mark}: bytes[{low if low == high else extent(low, high)}] ")
            case "list":
                lines.append(f"{mark} {name}: [{low}*{high} bool]")
                expected.append(f"{name}{mark}: bool[{extent(low, high)}] ")
            case "bool":
                lines.append(f"{mark} {name}: bool")
                expected.append(f"{name}{mark}: bool ")
            case "bytes":
                lines.append(f"{mark} {name}: bstr")
                expected.append(f"{name}{mark}: bytes[] ")
    made = imported("cddl", f"m = {{ {', '.join(lines)} }}")
    flat = squeezed(made.text)
    assert made.errors == [] and all(each in flat for each in expected), (lines, flat)
