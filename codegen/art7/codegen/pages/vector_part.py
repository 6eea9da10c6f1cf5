"""Vectors with every octet explained: what the interpreter makes of each, read or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.codegen.pages.links import Links, short_name
from art7.codegen.pages.markup import NOTHING, Html, anchor, tag, text
from art7.codegen.pages.prose import prose
from art7.grammar.ir.module import Module, Specification, VectorDeclaration
from art7.grammar.ir.plan import Record
from art7.interpreter.decode import decode
from art7.interpreter.dump import dump, explain, is_text, notes
from art7.interpreter.errors import DecodeError
from art7.interpreter.quoting import brief
from art7.interpreter.schedules import DeriveError, Trace, find_schedule, run_schedule
from art7.interpreter.values import from_json

_ROWS = 60
_HEX = 16
_MOST = 512


@dataclass(frozen=True, slots=True)
class Shown:
    """A vector on a page: its anchor, the requirement it breaks, and its markup."""

    id: str
    name: str
    requirement: str | None
    html: Html


def shown_vectors(module: Module, links: Links) -> list[Shown]:
    """Return all vectors of a module, executed."""
    counts: dict[str, int] = {}
    found = []
    for vector in module.vectors:
        short = short_name(vector.subject, module.name)
        counts[short] = number = counts.get(short, 0) + 1
        found.append(_shown(vector, number, module, links))
    return found


def _shown(vector: VectorDeclaration, number: int, module: Module, links: Links) -> Shown:
    name = vector.subject if "." in vector.subject else f"{module.name}.{vector.subject}"
    short = short_name(vector.subject, module.name)
    place = f"vector-{anchor(short)}-{number}"
    verdict = "accept" if vector.accept else "refuse"
    reading, requirement = _reading(vector, name, links.specification)
    head = [
        tag("span", verdict, class_=f"a7-verdict a7-{verdict}"),
        text(f" {short} {number}"),
        text(f", {vector.error}") if vector.error else NOTHING,
        text(": ") if vector.doc else NOTHING,
        prose(vector.doc),
    ]
    body = [
        _value("Given", dict(vector.given)) if vector.given else NOTHING,
        _octets(vector.octets) if vector.octets is not None else NOTHING,
        _value("Value", vector.value) if vector.value is not None else NOTHING,
        reading,
    ]
    html = tag("details", tag("summary", head), body, id=place, class_="a7-vector")
    return Shown(place, f"{short} {number}", requirement, html)


def _octets(octets: bytes) -> Html:
    """Return octets in lines of sixteen, with their offset; a text as text."""
    lines = []
    for at in range(0, min(len(octets), _MOST), _HEX):
        row = octets[at : at + _HEX]
        seen = "".join(chr(each) if 0x20 <= each < 0x7F else "·" for each in row)
        lines.append(f"{at:04x}  {row.hex(' '):<47}  {seen}".rstrip())
    if len(octets) > _MOST:
        lines.append(f"… {len(octets) - _MOST} more octets")
    size = "1 octet" if len(octets) == 1 else f"{len(octets)} octets"
    return _listing(f"Octets ({size})", "\n".join(lines) or "none")


def _listing(title: str, lines: str) -> Html:
    return Html(
        tag("p", title, class_="a7-caption")
        + tag("pre", tag("code", lines), tabindex=0, data_search_exclude="")
    )


def _reading(vector: VectorDeclaration, name: str, specification: Specification) -> tuple[Html, str | None]:
    """Return what the interpreter says of a vector, and the requirement that it breaks."""
    try:
        record = specification.record(name)
    except KeyError:
        return _derivation(vector, name, specification)
    if vector.octets is None:
        return NOTHING, None
    try:
        params = _params(specification, record, vector.given)
        decoded = decode(specification, name, vector.octets, params)
    except DecodeError as error:
        return _listing(
            "Refused", _cut(explain(specification, name, error, vector.octets))
        ), error.requirement
    except ValueError:
        return NOTHING, None
    lines = _cut(dump(specification, decoded.tree, vector.octets))
    place = "Line:column" if is_text(specification, name) else "Offset"
    told = "\n".join([lines, *notes(decoded.notes, decoded.unverified)])
    return _listing(f"{place}, what stands there, and where it is declared", told), None


def _derivation(
    vector: VectorDeclaration, name: str, specification: Specification
) -> tuple[Html, str | None]:
    """Return every value of a schedule in order, up to where it is refused."""
    trace, refused, requirement = Trace(), NOTHING, None
    try:
        _, schedule = find_schedule(specification, name)
        own = {param.name for param in schedule.params}
        inputs = {key: value for key, value in vector.given.items() if key not in own}
        params = {key: value for key, value in vector.given.items() if key in own}
        run_schedule(specification, name, inputs, params, trace=trace)
    except DeriveError as error:
        refused, requirement = _listing("Refused", str(error)), error.requirement
    except (KeyError, ValueError):
        return NOTHING, None
    lines = "\n".join(
        f"{step.name:<24} {step.label:<7} {brief(step.value, 64)}"
        for step in trace.steps
        if step.kind == "derived"
    )
    return Html((_listing("Derived, in order", _cut(lines)) if lines else NOTHING) + refused), requirement


def _cut(lines: str) -> str:
    rows = lines.split("\n")
    return "\n".join([*rows[:_ROWS], f"… {len(rows) - _ROWS} more lines"] if len(rows) > _ROWS else rows)


def _params(specification: Specification, record: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    shapes = {param.name: param.shape for param in record.params}
    return {
        name: from_json(specification, shapes[name], value, name)
        if name in shapes and value is not None
        else value
        for name, value in given.items()
    }


def _value(title: str, value: Any) -> Html:
    return _listing(title, _spelled(value, 0))


def _spelled(value: Any, depth: int) -> str:
    """Return a vector's value as the module's text would have it."""
    pad = "  " * (depth + 1)
    match value:
        case dict() if value:
            rows = (f"{pad}{name}: {_spelled(each, depth + 1)}" for name, each in value.items())
            return "{\n" + "\n".join(rows) + "\n" + "  " * depth + "}"
        case list() if value:
            rows = (f"{pad}{_spelled(each, depth + 1)}" for each in value)
            return "[\n" + "\n".join(rows) + "\n" + "  " * depth + "]"
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            return f"'{value}'"
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case _:
            return str(value)
