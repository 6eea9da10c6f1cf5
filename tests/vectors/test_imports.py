"""Published descriptions imported as they are, and the public data that they describe read through them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from art7.codegen.imports import import_source
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.format import format_module
from art7.grammar.load import load_sources
from catalogue_codec import found_files
from executions import InterpreterCodec, Refused

SUFFIXES = {".tls": "tls", ".cddl": "cddl", ".proto": "proto"}


def opened(top: Path, path: str) -> tuple[str, bytes] | None:
    target = top / path
    return (path, target.read_bytes()) if target.is_file() else None


def module_of(form: str, path: Path) -> tuple[Any, Report]:
    """The specification of an imported file, which must check and be laid out in the one form."""
    report = Report()
    made = import_source(form, path.read_bytes(), path.name, report, name="given", use=("ietf.mls",) if form == "tls" else (),
                         reader=lambda each: opened(path.parent, each))  # fmt: skip
    text = format_module(made.text, "given.a7")
    assert made.text and format_module(text, "given.a7") == text, path.name
    own = Report()
    specification = load_sources({"given.a7": text}, own)
    assert not own.diagnostics, (path.name, [d.message for d in own.diagnostics])
    assert all(found.code in text for found in report.diagnostics)
    return specification, report


def leaves(value: Any) -> list[Any]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if items is None else [leaf for each in items for leaf in leaves(each) if leaf is not None]


def test_descriptions_check(vectors: Path, cases: Any) -> None:
    for suffix, form in SUFFIXES.items():
        for path in sorted(vectors.rglob(f"*{suffix}")):
            module_of(form, path)
            cases.ran(f"import: {form}")


def test_mimi_content_is_read_like_the_catalogue_reads_it(vectors: Path, cases: Any) -> None:
    descriptions = [
        path for path in sorted(vectors.rglob("*content*.cddl")) if "mimiContent" in path.read_text()
    ]
    known = catalogue_text("ietf.mimi_content")
    assert known is not None
    catalogue = InterpreterCodec(load_sources(dict([known]), Report()))
    for description in descriptions:
        codec = InterpreterCodec(module_of("cddl", description)[0])
        for path in found_files("vectors", "mimi", ".cbor"):
            octets = path.read_bytes()
            read = codec.decode("given.MimiContent", octets)
            other = catalogue.decode("ietf.mimi_content.MimiContent", octets)
            assert codec.encode("given.MimiContent", read.native) == octets
            assert list(map(repr, leaves(read.plain))) == list(map(repr, leaves(other.plain))), path.name
            with pytest.raises(Refused):
                codec.decode("given.MimiContent", octets[:-1])
            cases.ran("import: MIMI content")


def test_matrix_schemas_read_their_examples(vectors: Path, cases: Any) -> None:
    yaml = pytest.importorskip("yaml")
    schemas, examples = vectors / "matrix" / "event-schemas", vectors / "matrix" / "event-examples"
    for path in sorted(examples.glob("*.yaml")):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(text, dict) or any(
            isinstance(each, dict) and "$ref" in each for each in (text, *text.values())
        ):
            continue
        stem = path.stem if (schemas / path.name).is_file() else path.stem.partition("$")[0]
        if not (schemas / f"{stem}.yaml").is_file():
            continue
        specification, report = module_of("json-schema", schemas / f"{stem}.yaml")
        if "A7-P207" in {found.code for found in report.diagnostics}:
            continue
        name = next(r.name for r in specification.modules["given"].records if r.kind == "message")
        codec = InterpreterCodec(specification)
        octets = json.dumps(text).encode()
        read = codec.decode(name, octets)
        assert json.loads(codec.encode(name, read.native)) == text, path.name
        cases.ran("import: Matrix events")


def test_every_json_schema_checks(vectors: Path, cases: Any) -> None:
    """Schemas of events with their parts, and those of credentials: all that is not carried over is listed."""
    paths = sorted((vectors / "matrix" / "event-schemas").rglob("*.yaml"))
    for path in [*paths, *sorted((vectors / "vc").rglob("*-schema.json"))]:
        module_of("json-schema", path)
        cases.ran("import: JSON Schema")


def test_recorded_descriptions_check(captures: Path, cases: Any) -> None:
    for suffix, form in SUFFIXES.items():
        for path in sorted(captures.rglob(f"*{suffix}")):
            module_of(form, path)
            cases.ran(f"import: {form}")
