"""Writing steps on a tree: each yields a one-tuple with the value that its dialect writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.plan import AnyNode, Array, Entry, Fault, Items, Members, Object, Role, Scalar, Spread
from art7.interpreter import write_cbor, write_xml
from art7.interpreter.conform import plain_integer
from art7.interpreter.dialects import DIALECTS
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.functions.general import encode_base64
from art7.interpreter.node_checks import check_key
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.read_common import choose
from art7.interpreter.read_tree import UNKNOWN_VALUE
from art7.interpreter.tree_nodes import TreeRefused
from art7.interpreter.write_cbor import Spell, check_size
from art7.interpreter.write_common import UNEXPECTED, WRONG, write_block, writes_null
from art7.interpreter.write_octets import check_count, integer, write_items
from art7.interpreter.written_values import MISSING, written_value
from art7.interpreter.xml_writer import Free

DUPLICATE = Fault("duplicate_field")


def text_of(frame: Frame, piece: Any) -> bytes:
    """Return the text of what a record wrote, in the form its options ask for."""
    record = frame.prepared.record
    value = piece[0] if isinstance(piece, tuple) else None
    try:
        return DIALECTS[record.encoding].write(value, dict(record.options))
    except TreeRefused as refusal:
        frame.refuse(Fault(refusal.code), None, None, refusal.expected, refusal.got)


def write_scalar(step: Scalar, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, spell = step.slot, _FORMS[step.form](step)
    value_of = written_value(slot, prepared)

    def write(frame: Frame) -> Any:
        if (step.nullable or step.form == "null") and frame.values[slot] is None:
            if prepared.record.slots[slot].value is None:
                return (None,)
        value = value_of(frame)
        frame.values[slot] = value
        return (spell(frame, value),)

    return write


def _integer(step: Scalar) -> Spell:
    low = -(1 << 1024) if step.minimum is None else step.minimum
    high = 1 << 1024 if step.maximum is None else step.maximum

    def spell(frame: Frame, value: Any) -> int:
        return integer(frame, step.slot, value, low, high)

    return spell


def _kind(kinds: tuple[type, ...], word: str) -> Callable[[Scalar], Spell]:
    def form(step: Scalar) -> Spell:
        def spell(frame: Frame, value: Any) -> Any:
            if not isinstance(value, kinds):
                frame.refuse(WRONG, step.slot, None, word, brief(value))
            if isinstance(value, str):
                check_size(step, frame, len(value), "characters")
            return value if bool in kinds else plain_integer(value)

        return spell

    return form


def _coded(step: Scalar) -> Spell:
    def spell(frame: Frame, value: Any) -> str:
        if not isinstance(value, bytes):
            frame.refuse(WRONG, step.slot, None, "octets", brief(value))
        check_size(step, frame, len(value), "octets")
        if step.form == "hex":
            return value.hex()
        # Written padded where the text does not say: base64 of RFC 4648 §3.2, base64url as JOSE has it.
        padded = step.padding in ("padded", "required") or (
            step.padding == "either" and step.form == "base64"
        )
        return encode_base64(value, url_safe=step.form == "base64url", padded=padded)

    return spell


_FORMS: dict[str, Callable[[Scalar], Spell]] = {
    "integer": _integer,
    "number": _kind((int, float), "a number"),
    "text": _kind((str,), "a text"),
    "boolean": _kind((bool,), "true or false"),
    "null": _kind((type(None),), "null"),
    "base64": _coded,
    "base64url": _coded,
    "hex": _coded,
    "octets": write_cbor.octets,
    "float": write_cbor.real,
    "label": write_cbor.label,
    "decimal": write_xml.decimal,
    "truth": write_xml.truth,
    "flag": write_xml.flag,
    "spaced64": write_xml.octets,
}


def write_any(step: AnyNode, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    if prepared.record.encoding == "xml":
        return lambda frame: (Free(frame.values[slot]),)
    return lambda frame: (None if frame.values[slot] is ABSENT else frame.values[slot],)


def write_array_items(step: Items, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = write_block(prepared, step.body, frozenset())
    slot = step.slot

    def write(frame: Frame) -> Any:
        items = frame.values[slot]
        if items is None and step.nullable:
            return (None,)
        if items is None or items is ABSENT:
            frame.refuse(MISSING, slot, None, "a list", "nothing")
        check_count(frame, slot, len(items), step.minimum, step.maximum)
        return ([piece[0] for piece in write_items(frame, slot, step.item, items, body)],)

    return write


def write_members(step: Members, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = write_block(prepared, step.body, frozenset())
    slot = step.slot

    def write(frame: Frame) -> Any:
        items = frame.values[slot]
        if items is None or items is ABSENT:
            frame.refuse(MISSING, slot, None, "a map", "nothing")
        check_count(frame, slot, len(items), step.minimum, step.maximum)
        members = {}
        for key, value in items.items():
            frame.key[slot] = key
            check_key(step, frame, key, None)
            frame.values[step.item] = value
            members[key] = body(frame)[0]
        frame.key.pop(slot, None)
        return (members,)

    return write


WriteEntry = Callable[[Frame, dict[Any, Any]], None]


def _entry_writer(entry: Entry, prepared: PreparedRecord) -> WriteEntry:
    body = write_block(prepared, entry.body, frozenset())
    slot = prepared.record.slots[entry.slot]
    default = prepared.initial[entry.slot] if slot.default is not None else ABSENT
    computed = slot.value is not None and slot.role in (Role.COMPUTED, Role.KEPT, Role.LOCAL)
    may_be_null = entry.slot in prepared.distinguishing or (entry.required and writes_null(entry.body))

    def write(frame: Frame, members: dict[Any, Any]) -> None:
        value = frame.values[entry.slot]
        if not computed and (value is ABSENT or (value is None and not may_be_null)):
            if entry.required:
                frame.refuse(MISSING, entry.slot, None, "a value", "nothing")
            return
        if default is not ABSENT and type(value) is type(default) and value == default and not entry.required:
            return
        members[entry.key] = body(frame)[0]

    return write


SpreadWriter = tuple[
    Callable[[Frame], Any],
    Callable[[Any], int | None],
    tuple[tuple[Fault | None, tuple[WriteEntry, ...]], ...],
    tuple[tuple[int, ...], ...],
]


def _spread_writers(spreads: tuple[Spread, ...], prepared: PreparedRecord) -> tuple[SpreadWriter, ...]:
    return tuple(
        (
            prepare(spread.on, prepared.scope),
            choose(spread.cases),
            tuple(
                (c.refuse, tuple(_entry_writer(entry, prepared) for entry in c.entries)) for c in spread.cases
            ),
            _foreign([frozenset(entry.slot for entry in c.entries) for c in spread.cases], prepared),
        )
        for spread in spreads
    )


def _taken(frame: Frame, spread: SpreadWriter) -> tuple[WriteEntry, ...]:
    """Return what writes the case that the tag takes; a value for another case is refused."""
    on, select, cases, foreign = spread
    tag = on(frame)
    index = select(tag)
    if index is None:
        frame.refuse(UNKNOWN_VALUE, None, None, "a value with an arm", brief(tag))
    fault, entries = cases[index]
    if fault is not None:
        frame.refuse(fault, None, None, "another value", brief(tag))
    for slot in foreign[index]:
        value = frame.values[slot]
        if value is not ABSENT and (value is not None or slot in frame.prepared.distinguishing):
            frame.refuse(UNEXPECTED, slot, None, "no value in this arm", brief(value))
    return entries


def write_object(step: Object, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    entries = tuple(_entry_writer(entry, prepared) for entry in step.entries)
    spreads = _spread_writers(step.spreads, prepared)
    unknown_slot, is_xml = step.unknown_slot, prepared.record.encoding == "xml"
    order = {entry.key: 0 for spread in step.spreads for case in spread.cases for entry in case.entries}

    def write(frame: Frame) -> Any:
        members: dict[Any, Any] = {}
        for entry in entries:
            entry(frame, members)
        chosen: dict[Any, Any] = {}
        for spread in spreads:
            for entry in _taken(frame, spread):
                entry(frame, chosen)
        members |= {key: chosen[key] for key in order if key in chosen}
        if unknown_slot is not None:
            _add_unknown(frame, unknown_slot, members)
            if is_xml and frame.values[unknown_slot] is not ABSENT:
                write_xml.settle_unknown(frame, unknown_slot, members)
        return (members,)

    return write


def _foreign(per_case: list[frozenset[int]], prepared: PreparedRecord) -> tuple[tuple[int, ...], ...]:
    """Return, per case, the given slots without default that only other cases write."""
    slots = prepared.record.slots
    every = sorted(frozenset().union(*per_case))
    given = [slot for slot in every if slots[slot].role is Role.GIVEN and slots[slot].default is None]
    return tuple(tuple(slot for slot in given if slot not in case) for case in per_case)


def _add_unknown(frame: Frame, slot: int, members: dict[Any, Any]) -> None:
    kept = frame.values[slot]
    if kept is None or kept is ABSENT:
        return
    if not isinstance(kept, dict):
        frame.refuse(WRONG, slot, None, "a map of further members", brief(kept))
    for key, value in kept.items():
        if key in members:
            frame.refuse(DUPLICATE, slot, None, "members that are not declared", "a declared one")
        members[key] = value


def write_array(step: Array, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    bodies = tuple((entry, write_block(prepared, entry.body, frozenset())) for entry in step.entries)
    spreads = _spread_writers(step.spreads, prepared)

    def write(frame: Frame) -> Any:
        items: list[Any] = []
        for entry, body in bodies:
            value = frame.values[entry.slot]
            told_apart = entry.required or entry.slot in prepared.distinguishing
            absent = value is ABSENT or (value is None and not told_apart)
            if absent and prepared.record.slots[entry.slot].value is None:
                if entry.required:
                    frame.refuse(MISSING, entry.slot, None, "a value", "nothing")
                break
            items.append(body(frame)[0])
        for spread in spreads:
            members: dict[Any, Any] = {}
            for count, entry_writer in enumerate(_taken(frame, spread)):
                if len(members) < count:
                    break  # what follows a place that is left out is left out too
                entry_writer(frame, members)
            items += members.values()
        return (items,)

    return write
