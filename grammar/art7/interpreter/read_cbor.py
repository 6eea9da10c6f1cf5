"""Reading what only CBOR has: octet strings, floats, labels, values under a tag, CBOR inside octets."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import Fault, Scalar, Tag, Wrap
from art7.interpreter.cbor_scanner import scan_cbor
from art7.interpreter.cbor_values import Tagged
from art7.interpreter.frame import Frame
from art7.interpreter.node_checks import ReadScalar, check_bounds, current, kind_of, wrong
from art7.interpreter.prepare import PreparedRecord, StepRunner, prepare_block
from art7.interpreter.tree_nodes import Node, ScanRefused

DEPTH = 128
"""The most levels inside an octet string whose message sets no limit of its own."""

WRONG_TAG = Fault("wrong_tag")


def octets(step: Scalar) -> ReadScalar:
    """Octets as they are."""

    def convert(frame: Frame, node: Node) -> Any:
        if not isinstance(node.value, bytes):
            wrong(frame, step.slot, "octets")
        check_bounds(step, frame, node, len(node.value), "octets")
        return node.value

    return convert


def real(step: Scalar) -> ReadScalar:
    """A float of any width."""

    def convert(frame: Frame, node: Node) -> Any:
        if not isinstance(node.value, float):
            wrong(frame, step.slot, "a float")
        return node.value

    return convert


def label(step: Scalar) -> ReadScalar:
    """An integer or a text."""

    def convert(frame: Frame, node: Node) -> Any:
        if isinstance(node.value, bool) or not isinstance(node.value, int | str):
            wrong(frame, step.slot, "an integer or a text")
        if isinstance(node.value, str):
            check_bounds(step, frame, node, len(node.value), "characters")
        return node.value

    return convert


def read_tag(step: Tag, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, number, nullable = step.slot, step.number, step.nullable
    body = prepare_block(prepared, step.body, opened | {slot})

    def read(frame: Frame) -> None:
        node = current(frame)
        frame.starts[slot] = node.start
        if nullable and node.value is None:
            frame.values[slot] = None
            return
        if not isinstance(node.value, Tagged) or node.value.tag != number:
            frame.refuse(WRONG_TAG, slot, node.start, f"a value under tag {number}", kind_of(node))
        frame.node = node.value.value
        for runner in body:
            runner(frame)
        frame.node, frame.starts[slot] = node, node.start

    return read


def read_wrap(step: Wrap, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, nullable, empty, kept = step.slot, step.nullable, step.empty, step.kept
    body = prepare_block(prepared, step.body, opened | {slot})
    options = dict(prepared.record.options)
    deterministic = options.get("canonical") == "deterministic"
    indefinite = options.get("indefinite") != "reject"
    depth = prepared.record.limit_depth or DEPTH

    def scanned(frame: Frame, node: Node) -> Node:
        if empty and not node.value:
            return Node({}, node.start, node.end)
        start = node.content
        data, first, end = (
            (frame.run.data, start, node.end) if start >= 0 else (node.value, 0, len(node.value))
        )
        try:
            inner = scan_cbor(data, first, end, depth, deterministic=deterministic, indefinite=indefinite)
        except ScanRefused as refusal:
            place = refusal.offset if start >= 0 else node.start
            frame.refuse(Fault(refusal.code), slot, place, refusal.expected, refusal.got)
        if start < 0:
            _relocate(inner, node)
        return inner

    def read(frame: Frame) -> None:
        node = current(frame)
        frame.starts[slot] = node.start
        if nullable and node.value is None:
            frame.values[slot] = None
            return
        if not isinstance(node.value, bytes):
            wrong(frame, slot, "octets that hold CBOR")
        frame.node = scanned(frame, node)
        if kept is not None:
            frame.values[kept], frame.starts[kept] = node.value, node.start
        for runner in body:
            runner(frame)
        frame.node, frame.starts[slot] = node, node.start

    return read


def _relocate(inner: Node, outer: Node) -> None:
    """Let nodes of octets that came in chunks stand where those octets begin: they have no one place."""
    waiting = [inner]
    while waiting:
        node = waiting.pop()
        node.start, node.end, node.content = outer.start, outer.end, -1
        match node.value:
            case dict():
                waiting.extend(node.value.values())
            case list():
                waiting.extend(node.value)
            case Tagged(value=value):
                waiting.append(value)
            case _:
                pass
