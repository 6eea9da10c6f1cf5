"""Reading what only XML has: children by name, characters, elements without content, scalars spelled as text."""

from __future__ import annotations

import re
from typing import Any

from art7.grammar.ir.plan import Child, Entry, Fault, Items, Object, Scalar
from art7.interpreter.frame import Frame
from art7.interpreter.functions.general import decode_base64
from art7.interpreter.functions.refusal import Refused
from art7.interpreter.node_checks import RANGE, ReadScalar, check_bounds, current
from art7.interpreter.prepare import PreparedRecord, StepRunner, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.tree_nodes import Node

DUPLICATE, BAD_TEXT, WRONG_ELEMENT = Fault("duplicate_field"), Fault("bad_text"), Fault("wrong_element")
SPACE = " \t\r\n"
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}")
TRUTH = {"true": True, "1": True, "false": False, "0": False}
"""The spellings of a truth value (XML Schema Part 2 §3.2.2)."""


def decimal(step: Scalar) -> ReadScalar:
    """An integer in decimal digits."""

    def convert(frame: Frame, node: Node) -> int:
        text = node.value.strip(SPACE)
        if not _DECIMAL.fullmatch(text):
            frame.refuse(BAD_TEXT, step.slot, node.start, "an integer in decimal digits", brief(node.value))
        value = int(text)
        low, high = step.minimum, step.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            frame.refuse(RANGE, step.slot, node.start, f"an integer from {low} to {high}", brief(value))
        return value

    return convert


def truth(step: Scalar) -> ReadScalar:
    """`true` or `false`, or 1 or 0."""

    def convert(frame: Frame, node: Node) -> bool:
        found = TRUTH.get(node.value.strip(SPACE))
        if found is None:
            frame.refuse(BAD_TEXT, step.slot, node.start, "true or false", brief(node.value))
        return found

    return convert


def flag(step: Scalar) -> ReadScalar:
    """An element whose presence is what it says."""
    return lambda frame, node: True


def octets(step: Scalar) -> ReadScalar:
    """Octets in base64, in which white space may stand (XML Schema Part 2 §3.2.16)."""

    def convert(frame: Frame, node: Node) -> bytes:
        try:
            found = decode_base64(
                "".join(re.split("[ \t\r\n]+", node.value)), url_safe=False, padding="either"
            )
        except Refused as refusal:
            frame.refuse(BAD_TEXT, step.slot, node.start, refusal.expected, refusal.got)
        check_bounds(step, frame, node, len(found), "octets")
        return found

    return convert


def read_child(step: Child, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, single, text = step.slot, step.single, step.text
    body = prepare_block(prepared, step.body, opened)

    def read(frame: Frame) -> None:
        node = element = current(frame)
        if single:
            element = node.value[0]
            if len(node.value) > 1:
                frame.refuse(DUPLICATE, slot, node.value[1].start, "one such element", str(len(node.value)))
        frame.starts[slot] = element.start
        frame.node = element.value["#"] if text else element
        for runner in body:
            runner(frame)
        frame.node, frame.starts[slot] = node, element.start

    return read


def members_of(step: Object) -> Any:
    """Return how the members of an element are made those that `step` names: a function on its node.

    What is not there is left out: characters that nothing names if they are white space. A list whose elements may
    all be missing is there, empty; `{uri}*` is the local name of an element of that namespace that has no other
    place; one that holds more than its name is there as itself, too.
    """
    entries = [*step.entries, *(entry for x in step.spreads for case in x.cases for entry in case.entries)]
    keys = {str(entry.key): entry for entry in entries}
    lists = tuple(key for key, entry in keys.items() if is_list(entry))
    stars = tuple(key for key in keys if key.endswith("}*"))
    text, content = keys.get("#"), "#content" in keys

    def made(frame: Frame, node: Node) -> Node:
        found: dict[str, Node] = {}
        for key, member in node.value.items():
            if key == "#name" or (key == "#content" and not content):
                continue
            if (
                key == "#"
                and (text is None or not text.required)
                and not member.value.strip(SPACE if text is None else "")
            ):
                continue
            if content and key != "#content" and key[0] != "@" and not (key == "#" and text is not None):
                continue
            star = next((x for x in stars if key not in keys and key.startswith(x[:-1])), None)
            if star is None:
                found[key] = member
                continue
            first = member.value[0]
            if star in found or len(member.value) > 1:
                second = first if star in found else member.value[1]
                frame.refuse(DUPLICATE, keys[star].slot, second.start, "one element of its namespace", "two")
            found[star] = Node(key[len(star) - 1 :], first.start, first.end)
            if holds_more(first):
                found[key] = member
        for key in lists:
            found.setdefault(key, Node([], node.start, node.end))
        return Node(found, node.start, node.end)

    return made


def holds_more(node: Node) -> bool:
    """Whether an element has more than its name: attributes, elements, characters that are no white space."""
    texts = [one.value for one in node.value["#content"].value if isinstance(one.value, str)]
    more = len(texts) < len(node.value["#content"].value) or any(key[0] == "@" for key in node.value)
    return more or bool("".join(texts).strip(SPACE))


def is_list(entry: Entry) -> bool:
    """Whether an entry is a list of elements that is empty where none is there."""
    return entry.required and isinstance(entry.body.steps[0], Items) and str(entry.key)[:1] not in ("@", "#")
