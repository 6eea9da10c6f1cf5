"""What prose may leave open: units of quantities, and requirements that put off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.ir import shape as s
from art7.grammar.ir.plan import Record
from art7.prover.readings.scene import Edits, Point, Scene, Struct, clause, every, members, slots_of

_QUANTITY = re.compile(
    r"(?:^|_)(?:timeout|duration|lifetime|delay|interval|ttl|expires|expiry|deadline|timestamp|ts|latency|max_age"
    r"|expires_in|retry_after|period|time|bandwidth|bitrate)$"
)
_UNIT = re.compile(
    r"\b\w*seconds?\b|\bms\b|\bmillis\w*|\bmicros\w*|\bminutes?\b|\bhours?\b|\bdays?\b|\bweeks?\b|\bmonths?\b|\bticks?\b"
    r"|\bper\b|\ba second\b|\bunits?\b|\bbits?\b|\boctets?\b|\bbytes?\b|\bHz\b|\bkbit|\bepoch\b|\bsamples?\b|\bframes?\b"
    r"|\bpackets?\b|\bRFC ?\d|\bsince \d|\bfraction",
    re.IGNORECASE,
)


def units(scene: Scene) -> Iterator[Point]:
    """Quantities, by their names, that no prose gives a unit."""
    for struct in scene.structs:
        root = scene.root(struct)
        if root is None:
            continue
        slots = slots_of(scene, struct)
        for field in members(struct.node.members):
            slot = slots.get(field.name.span.start)
            wire = field.tag.value if isinstance(field.tag, t.CharsTag) else ""
            if (
                slot is None
                or not isinstance(slot.shape, s.Integer | s.Float)
                or _has_unit(scene, struct, field)
            ):
                continue
            if _QUANTITY.search(field.name.text) or _QUANTITY.search(wire):
                yield _unit(field, root, "number" if isinstance(slot.shape, s.Float) else "u128")


def _has_unit(scene: Scene, struct: Struct, field: t.Field) -> bool:
    """Whether prose about a field names a unit: its own, its record's, or that of a rule which mentions it."""
    if clause(field, t.Value) or field.meta.refs:
        return True
    texts = [field.meta.doc, scene.source(field.type)]
    name = re.compile(rf"\b{re.escape(field.name.text)}\b")
    for rule in every(struct.node.members):
        if isinstance(rule, t.Requirement | t.Check) and name.search(scene.source(rule)):
            texts.append(rule.meta.doc)
    if name.search(struct.node.meta.doc):
        texts.append(struct.node.meta.doc)
    return any(map(_UNIT.search, texts)) or _UNIT.search(field.name.text.replace("_", " ")) is not None


def _unit(field: t.Field, root: str, kind: str) -> Point:
    name, end = field.name.text, field.span.end
    readings = [
        ((end, end, f"\n    let {name}_in_milliseconds: {kind} = {value}\n"),)
        for value in (name, f"({name}) * 1000")
    ]
    return Point(
        "A7-L405",
        "unit",
        f"{root}.{name}",
        field.name.span,
        f"the unit of `{name}` is left open",
        'name the unit in its prose, as in "For how many seconds it holds."',
        root,
        ((readings[0], readings[1]),),
        f"`{name}` is a thousand times as long for a reader who takes seconds",
    )


# ---- requirements that put off -----------------------------------------------------------------------------------------

_DEFERRED = re.compile(
    r"\b(?:(?:as|where|if|when) (?:is )?(?:appropriate|needed|necessary|desired|applicable|suitable)|appropriately"
    r"|(?:should|may|must|will) (?:usually|normally|generally|typically|often)|usually|normally|typically"
    r"|reasonabl[ey]|suitabl[ey]|sufficient(?:ly)?|timely|in due time|soon enough|as soon as possible|if possible"
    r"|where possible|best effort|and so on|etc\b|or similar|modified|modifications?|some form of"
    r"|implementation[- ](?:defined|specific|dependent)|(?:up|left) to the (?:implementation|implementer|service|reader)"
    r"|to be (?:defined|determined|decided|agreed)|TBD|TODO|out of scope)",
    re.IGNORECASE,
)


def deferrals(scene: Scene) -> Iterator[Point]:
    """Requirements in prose alone whose words leave to the reader what must hold."""
    messages = [x for x in scene.structs if scene.root(x) is not None]
    messages.sort(key=lambda x: x.node.kind != "message")
    homes: list[tuple[Any, Struct | None]] = [(x.node.members, x) for x in messages]
    homes.append((tuple(x for x in scene.tree.items if not isinstance(x, t.Struct)), None))
    for nodes, home in homes:
        for rule in every(nodes):
            if not isinstance(rule, t.Requirement) or not isinstance(rule.condition, t.Manual):
                continue
            found = _DEFERRED.search(rule.meta.doc)
            struct = home or (messages[0] if messages else None)
            if found is not None and struct is not None:
                yield from _deferral(scene, rule, found[0], struct)


def _deferral(scene: Scene, rule: t.Requirement, words: str, struct: Struct) -> Iterator[Point]:
    root = scene.root(struct)
    if root is None:
        return
    record = scene.specification.record(root)
    strict = _strictly(scene, struct, record)
    yield Point(
        "A7-L406",
        "deferral",
        f"{root}.{rule.id.text}",
        rule.span,
        f'`{rule.id.text}` leaves to its reader what must hold: "{words}"',
        "say what must hold and when, or make a rule of it",
        root,
        (((), strict),),
        f'who reads "{words}" strictly refuses what others let pass',
    )


def _strictly(scene: Scene, struct: Struct, record: Record) -> Edits:
    """Return a rule by which a strict reader refuses some messages: the words do not say which."""
    end = struct.node.span.end - 1
    for slot in record.api():
        literal = {s.Integer: "1", s.Boolean: "true", s.Text: "'a'"}.get(type(slot.shape))
        if literal is not None and slot.span.line and not slot.optional:
            return ((end, end, f"\n    check {slot.name} == {literal}\n"),)
    for slot in record.api():
        if isinstance(slot.shape, s.Octets | s.Sequence) and slot.span.line and not slot.optional:
            return ((end, end, f"\n    check count({slot.name}) == 1\n"),)
    for slot in record.api():
        if slot.optional and slot.span.line:
            return ((end, end, f"\n    check present({slot.name})\n"),)
    return ((end, end, "\n    check 0 == 1\n"),)
