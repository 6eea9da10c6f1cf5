"""Reading steps on a tree: the cursor is the frame's current node."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.plan import AnyNode, Array, Entry, Fault, Items, Members, Object, Scalar, Spread
from art7.interpreter import read_cbor, read_xml
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import Frame
from art7.interpreter.functions.general import decode_base64
from art7.interpreter.functions.refusal import Refused
from art7.interpreter.json_writer import SAFE
from art7.interpreter.node_checks import (
    RANGE,
    WRONG,
    ReadScalar,
    check_bounds,
    check_key,
    current,
    kind_of,
    wrong,
)
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, prepare_block
from art7.interpreter.quoting import brief, quote, quote_key
from art7.interpreter.read_common import choose
from art7.interpreter.read_octets import BAD_TEXT, TOO_FEW, TOO_MANY
from art7.interpreter.tree_nodes import Node, plain
from art7.interpreter.xml_scanner import xml_plain

MISSING, UNKNOWN = Fault("missing_field"), Fault("unknown_field")
UNKNOWN_VALUE = Fault("unknown_value")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


def read_scalar(step: Scalar, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, nullable = step.slot, step.nullable
    convert = _FORMS[step.form](step)

    def read(frame: Frame) -> None:
        node = current(frame)
        frame.starts[slot] = node.start
        frame.spans.pop(slot, None)
        if nullable and node.value is None:
            frame.values[slot] = None
            return
        frame.values[slot] = convert(frame, node)

    return read


def _integer(step: Scalar) -> ReadScalar:
    low, high = step.minimum, step.maximum

    def convert(frame: Frame, node: Node) -> Any:
        value = node.value
        if not isinstance(value, int) or isinstance(value, bool):
            wrong(frame, step.slot, "an integer")
        if (low is not None and value < low) or (high is not None and value > high):
            frame.refuse(RANGE, step.slot, node.start, f"an integer from {low} to {high}", brief(value))
        return value

    return convert


def _number(step: Scalar) -> ReadScalar:
    def convert(frame: Frame, node: Node) -> Any:
        if not isinstance(node.value, int | float) or isinstance(node.value, bool):
            wrong(frame, step.slot, "a number")
        try:
            return float(node.value)
        except OverflowError:
            frame.refuse(RANGE, step.slot, node.start, "a number within binary64", brief(node.value))

    return convert


def _text(step: Scalar) -> ReadScalar:
    def convert(frame: Frame, node: Node) -> Any:
        if not isinstance(node.value, str):
            wrong(frame, step.slot, "a text")
        check_bounds(step, frame, node, len(node.value), "characters")
        return node.value

    return convert


def _exactly(kind: type, expected: str) -> Callable[[Scalar], ReadScalar]:
    def form(step: Scalar) -> ReadScalar:
        def convert(frame: Frame, node: Node) -> Any:
            if not isinstance(node.value, kind):
                wrong(frame, step.slot, expected)
            return node.value

        return convert

    return form


def _coded(step: Scalar) -> ReadScalar:
    """A text that holds octets."""

    def convert(frame: Frame, node: Node) -> Any:
        if not isinstance(node.value, str):
            wrong(frame, step.slot, f"a text in {step.form}")
        try:
            octets = decode_octets(step, node.value)
        except Refused as refusal:
            frame.refuse(BAD_TEXT, step.slot, node.start, refusal.expected, refusal.got)
        check_bounds(step, frame, node, len(octets), "octets")
        return octets

    return convert


def decode_octets(step: Scalar, text: str) -> bytes:
    """Return the octets of a text in the step's coding; raises `Refused`."""
    if step.form == "hex":
        if not _HEX.fullmatch(text):
            raise Refused("bad_text", "pairs of hexadecimal digits", quote(text, 20))
        return bytes.fromhex(text)
    padding = {
        "padded": "required",
        "required": "required",
        "unpadded": "forbidden",
        "forbidden": "forbidden",
    }
    return decode_base64(text, url_safe=step.form == "base64url", padding=padding.get(step.padding, "either"))


_FORMS: dict[str, Callable[[Scalar], ReadScalar]] = {
    "integer": _integer,
    "number": _number,
    "text": _text,
    "boolean": _exactly(bool, "true or false"),
    "null": _exactly(type(None), "null"),
    "base64": _coded,
    "base64url": _coded,
    "hex": _coded,
    "octets": read_cbor.octets,
    "float": read_cbor.real,
    "label": read_cbor.label,
    "decimal": read_xml.decimal,
    "truth": read_xml.truth,
    "flag": read_xml.flag,
    "spaced64": read_xml.octets,
}


def read_any(step: AnyNode, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, keep = step.slot, keeper(prepared)

    def read(frame: Frame) -> None:
        node = current(frame)
        frame.starts[slot] = node.start
        frame.values[slot] = keep(frame, slot, node)

    return read


def keeper(prepared: PreparedRecord) -> Callable[[Frame, int, Node], Any]:
    """Return how a tree that nothing describes is kept: as it is, or only with whole numbers below 2^53.

    The option `numbers: 'integer53'` asks for the latter: a fraction is refused with `wrong_kind`, a larger integer
    with `out_of_range`, at the number.
    """
    if prepared.record.encoding == "xml":
        return lambda frame, slot, node: xml_plain(node)
    if dict(prepared.record.options).get("numbers") != "integer53":
        return lambda frame, slot, node: plain(node)

    def keep(frame: Frame, slot: int, node: Node) -> Any:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one.value, dict):
                waiting.extend(reversed(one.value.values()))
            elif isinstance(one.value, list):
                waiting.extend(reversed(one.value))
            elif isinstance(one.value, float):
                frame.refuse(WRONG, slot, one.start, "a whole number", kind_of(one))
            elif isinstance(one.value, int) and not -SAFE <= one.value <= SAFE:
                frame.refuse(RANGE, slot, one.start, f"an integer from {-SAFE} to {SAFE}", brief(one.value))
        return plain(node)

    return keep


def read_items(step: Items, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item, minimum, maximum = step.slot, step.item, step.minimum, step.maximum
    body = prepare_block(prepared, step.body, frozenset())
    resets = tuple((i, prepared.initial[i]) for i in filled_slots(step.body))

    def read(frame: Frame) -> None:
        node = current(frame)
        if slot not in opened:
            frame.starts[slot] = node.start
        if step.nullable and node.value is None:
            frame.values[slot] = None
            return
        if not isinstance(node.value, list):
            wrong(frame, slot, "an array")
        items: list[Any] = []
        frame.values[slot] = items
        outer = frame.run.index
        for element in node.value:
            frame.run.index = len(items)
            if maximum is not None and len(items) >= maximum:
                frame.refuse(TOO_MANY, slot, element.start, f"at most {maximum} items", str(len(node.value)))
            for index, initial in resets:
                frame.values[index] = initial
            frame.node = element
            for runner in body:
                runner(frame)
            items.append(frame.values[item])
        frame.node, frame.run.index = node, outer
        if len(items) < minimum:
            frame.refuse(TOO_FEW, slot, node.start, f"at least {minimum} items", str(len(items)))

    return read


def read_members(step: Members, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item, minimum, maximum = step.slot, step.item, step.minimum, step.maximum
    body = prepare_block(prepared, step.body, frozenset())
    resets = tuple((i, prepared.initial[i]) for i in filled_slots(step.body))

    def read(frame: Frame) -> None:
        node = current(frame)
        if slot not in opened:
            frame.starts[slot] = node.start
        if not isinstance(node.value, dict):
            wrong(frame, slot, "an object")
        items: dict[Any, Any] = {}
        frame.values[slot] = items
        for key, member in node.value.items():
            if maximum is not None and len(items) >= maximum:
                frame.refuse(TOO_MANY, slot, member.start, f"at most {maximum} members", str(len(node.value)))
            frame.key[slot] = key
            check_key(step, frame, key, member.start)
            for index, initial in resets:
                frame.values[index] = initial
            frame.node = member
            for runner in body:
                runner(frame)
            items[key] = frame.values[item]
        frame.key.pop(slot, None)
        frame.node = node
        if len(items) < minimum:
            frame.refuse(TOO_FEW, slot, node.start, f"at least {minimum} members", str(len(items)))

    return read


PreparedEntry = tuple[Entry, tuple[StepRunner, ...]]


def _entries(entries: tuple[Entry, ...], prepared: PreparedRecord) -> tuple[PreparedEntry, ...]:
    return tuple((entry, prepare_block(prepared, entry.body, frozenset())) for entry in entries)


PreparedSpread = tuple[
    Callable[[Frame], Any],
    Callable[[Any], int | None],
    tuple[tuple[Fault | None, tuple[PreparedEntry, ...]], ...],
]


def _spreads(spreads: tuple[Spread, ...], prepared: PreparedRecord) -> tuple[PreparedSpread, ...]:
    return tuple(
        (
            prepare(spread.on, prepared.scope),
            choose(spread.cases),
            tuple((case.refuse, _entries(case.entries, prepared)) for case in spread.cases),
        )
        for spread in spreads
    )


def _taken(frame: Frame, node: Node, spread: PreparedSpread) -> tuple[PreparedEntry, ...]:
    """Return the entries of the case that the tag takes."""
    on, select, cases = spread
    tag = on(frame)
    index = select(tag)
    if index is None:
        frame.refuse(UNKNOWN_VALUE, None, node.start, "a value with an arm", brief(tag))
    fault, entries = cases[index]
    if fault is not None:
        frame.refuse(fault, None, node.start, "another value", brief(tag))
    return entries


def read_object(step: Object, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    entries = _entries(step.entries, prepared)
    spreads = _spreads(step.spreads, prepared)
    unknown, unknown_slot, keep = step.unknown, step.unknown_slot, keeper(prepared)
    members = read_xml.members_of(step) if prepared.record.encoding == "xml" else None

    def read(frame: Frame) -> None:
        node = current(frame)
        if members is not None:
            node = frame.node = members(frame, node)
        if not isinstance(node.value, dict):
            wrong(frame, None, "an object")
        known: set[str | int] = set()
        _read_entries(frame, node, entries, known)
        for spread in spreads:
            _read_entries(frame, node, _taken(frame, node, spread), known)
        frame.node = node
        if unknown == "ignore" and unknown_slot is None:
            return
        rest = {key: member for key, member in node.value.items() if key not in known}
        if unknown == "reject" and rest:
            key, member = next(iter(rest.items()))
            frame.refuse(
                UNKNOWN, None, member.start, "a declared member", quote_key(key), member=f"[{quote_key(key)}]"
            )
        if unknown_slot is not None:
            frame.values[unknown_slot] = {
                key: keep(frame, unknown_slot, member) for key, member in rest.items()
            }

    return read


def _read_entries(
    frame: Frame, node: Node, entries: tuple[PreparedEntry, ...], known: set[str | int]
) -> None:
    for entry, body in entries:
        known.add(entry.key)
        member = node.value.get(entry.key)
        if member is None:
            frame.node = node
            if entry.required:
                frame.refuse(MISSING, entry.slot, node.start, "the member", "nothing")
            continue
        frame.node = member
        for runner in body:
            runner(frame)
    frame.node = node


def read_array(step: Array, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    entries = _entries(step.entries, prepared)
    spreads = _spreads(step.spreads, prepared)

    def read(frame: Frame) -> None:
        node = current(frame)
        if not isinstance(node.value, list):
            wrong(frame, None, "an array")
        if not spreads:
            _check_room(frame, node, len(entries))
        _read_places(frame, node, entries, 0)
        for spread in spreads:
            more = _taken(frame, node, spread)
            _check_room(frame, node, len(entries) + len(more))
            _read_places(frame, node, more, len(entries))

    return read


def _check_room(frame: Frame, node: Node, places: int) -> None:
    if len(node.value) > places:
        extra = node.value[places]
        frame.refuse(TOO_MANY, None, extra.start, f"at most {places} items", str(len(node.value)))


def _read_places(frame: Frame, node: Node, entries: tuple[PreparedEntry, ...], first: int) -> None:
    for position, (entry, body) in enumerate(entries, first):
        if position >= len(node.value):
            if entry.required:
                frame.refuse(MISSING, entry.slot, node.start, "one more item", str(len(node.value)))
            continue
        frame.node = node.value[position]
        for runner in body:
            runner(frame)
    frame.node = node
