"""Requirements and the vectors that show them: one in which each holds, and one in which it alone is broken.

A requirement is broken by an invalid vector that names it. That one holds is no accident of the record it stands in: the vector
must be valid, and be refused once the requirement's condition is turned round.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from art7.codegen.vectors.relax import turned_round
from art7.codegen.views import markdown_code, markdown_text
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Requirement
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.interpreter.values import from_json

TRIED = 60
"""How many valid vectors are tried to show that a requirement holds."""
MANUAL = "kept by conduct: nothing in a message shows it"
NO_VALUE = "no value at a boundary and no change of a message reaches it"


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: the vectors (file and id) that show it held and broken, and why one is missing."""

    module: str
    requirement: str
    level: str
    held: tuple[str, ...]
    broken: tuple[str, ...]
    reason: str = ""


def requirement_matrix(spec: Specification, modules: Iterable[str], files: Mapping[str, Any]) -> list[Row]:
    """Return a row for every requirement of the modules, in the order of their texts."""
    broken: dict[str, list[str]] = {}
    for path, content in files.items():
        for vector in content["vectors"]:
            if "requirement" in vector:
                broken.setdefault(vector["requirement"], []).append(f"{path} {vector['id']}")
    rows = []
    for name in sorted(modules):
        module = spec.modules[name]
        for requirement in _requirements(module):
            held = () if requirement.manual else _held(spec, module, requirement.id, files)
            shown = tuple(broken.get(requirement.id, ())[:4])
            rows.append(
                Row(name, requirement.id, requirement.level, held, shown, _reason(requirement, held, shown))
            )
    return rows


def matrix_lines(rows: Iterable[Row]) -> str:
    """Return the matrix as JSON lines, a requirement a line."""
    return "".join(json.dumps(asdict(row)) + "\n" for row in rows)


def matrix_page(rows: list[Row]) -> str:
    """Return the matrix as a page in Markdown, what has no vector first."""
    shown = [row for row in rows if row.reason != MANUAL]
    whole = sum(bool(row.held and row.broken) for row in shown)
    lines = [
        "# Requirements and vectors",
        "",
        f"{len(shown)} requirements can be shown by a message; {whole} of them have a vector in which they hold and one in",
        f"which they are broken. {len(rows) - len(shown)} are kept by conduct. Vectors are named by file and `id`.",
        "",
    ]
    missing = [row for row in shown if not (row.held and row.broken)]
    for title, part in (("Without a vector", missing), ("All", rows)):
        if part:
            lines += [
                f"## {title}",
                "",
                "| requirement | level | held by | broken by | why not |",
                "|---|---|---|---|---|",
            ]
            lines += [_line(row) for row in part] + [""]
    return "\n".join(lines)


def _line(row: Row) -> str:
    held, broken = (
        "<br>".join(markdown_code(each) for each in each_of[:2]) for each_of in (row.held, row.broken)
    )
    return f"| {markdown_code(row.requirement)} | {row.level} | {held} | {broken} | {markdown_text(row.reason) or ''} |"


def _reason(requirement: Requirement, held: tuple[str, ...], broken: tuple[str, ...]) -> str:
    if requirement.manual:
        return MANUAL
    if requirement.level != "must":
        return "" if held else NO_VALUE
    return "" if held and broken else NO_VALUE


def _requirements(module: Module) -> list[Requirement]:
    found = {each.id: each for each in module.requirements}
    for record in module.records:
        found |= {each.id: each for each in record.requirements}
    for schedule in module.schedules:
        found |= {each.id: each for each in schedule.requirements}
    return list(found.values())


# ---- held ----


def _held(spec: Specification, module: Module, name: str, files: Mapping[str, Any]) -> tuple[str, ...]:
    for schedule in module.schedules:
        if any(known == name for known, _, _ in schedule.conditions):
            return _first_valid(f"{module.name}.{schedule.name.removeprefix(module.name + '.')}", files)
    records = tuple(turned_round(record, name) for record in module.records)
    if all(new is old for new, old in zip(records, module.records, strict=True)):
        return ()
    turned = Specification({**spec.modules, module.name: replace(module, records=records)})
    tried = 0
    for path, content in files.items():
        if content["kind"] not in ("message", "struct") or content["module"] != module.name:
            continue
        for vector in content["vectors"]:
            if vector["result"] == "valid" and "bytes" in vector and tried < TRIED * len(files):
                tried += 1
                if _breaks(turned, content["type"], vector, name):
                    return (f"{path} {vector['id']}",)
    return ()


def _first_valid(name: str, files: Mapping[str, Any]) -> tuple[str, ...]:
    for path, content in files.items():
        for vector in content["vectors"] if content["type"] == name else ():
            if vector["result"] == "valid":
                return (f"{path} {vector['id']}",)
    return ()


def _breaks(turned: Specification, type_name: str, vector: Mapping[str, Any], requirement: str) -> bool:
    record = turned.record(type_name)
    shapes = {param.name: param.shape for param in record.params}
    given = {
        name: from_json(turned, shapes[name], value, name) for name, value in vector.get("params", {}).items()
    }
    try:
        decode(turned, type_name, bytes.fromhex(vector["bytes"]), given)
    except DecodeError as error:
        return error.requirement == requirement
    return False
