"""Octets → value: the public reading side of the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Carrier, Fault
from art7.interpreter.errors import Decoded, DecodeError, FieldNode
from art7.interpreter.frame import Frame, Run, take_params
from art7.interpreter.prepare import READING, TRACING, Interpreter, Mode
from art7.interpreter.read_common import run_record, scan_node
from art7.interpreter.shared import interpreter_of

DEPTH = 64
"""The most levels of records in records where a message sets no limit of its own."""
DEEPEST = 96
"""The most levels that are counted at all: a level takes some ten Python frames."""


def decode(
    specification: Specification,
    record: str,
    data: bytes,
    params: Mapping[str, Any] | None = None,
    *,
    prefix: bool = False,
) -> Decoded:
    """Read `data` as record `record` (qualified name) of `specification`.

    `prefix`: octets may be left after the message. Raises: `DecodeError` for any octets that are not such a message and
    for parameters that do not fit; `KeyError` for an unknown record. Nothing else leaves, whatever the octets.
    """
    return decode_with(interpreter_of(specification), record, data, params, prefix=prefix)


def decode_with(
    interpreter: Interpreter,
    record: str,
    data: bytes,
    params: Mapping[str, Any] | None = None,
    *,
    prefix: bool = False,
) -> Decoded:
    """As `decode`, with an interpreter kept by the caller."""
    given = dict(params or {})
    octets = bytes(data)

    def retrace() -> FieldNode:
        return _trace(interpreter, record, octets, given, prefix)

    try:
        frame = _start(interpreter, record, octets, given, READING)
        _run(frame, prefix)
    except DecodeError as error:
        error.retrace = retrace
        raise
    value = frame.prepared.result(frame)
    run = frame.run
    return Decoded(value, run.position, tuple(run.unverified), tuple(run.notes), retrace)


def _start(
    interpreter: Interpreter, name: str, octets: bytes, params: Mapping[str, Any], mode: Mode
) -> Frame:
    prepared = interpreter.prepared(name, mode)
    limit = min(prepared.record.limit_depth or DEPTH, DEEPEST)
    run = Run(octets, writing=False, depth_limit=limit)
    frame = Frame(run, prepared, ())
    take_params(frame, params)
    return frame


def _run(frame: Frame, prefix: bool) -> None:
    run, record = frame.run, frame.prepared.record
    try:
        if record.limit_size is not None and len(run.data) > record.limit_size:
            if not prefix:
                size = f"{len(run.data)} octets"
                frame.refuse(Fault("too_large"), None, 0, f"at most {record.limit_size} octets", size)
            run.end = record.limit_size
        if record.carrier is Carrier.TREE:
            scan_node(frame, record.limit_depth, prefix=prefix)
        run_record(frame)
    except RecursionError:
        frame.refuse(Fault("too_deep"), None, 0, "fewer levels", "more than the stack holds")
    if not prefix and run.position != len(run.data):
        left = len(run.data) - run.position
        frame.refuse(Fault("trailing_data"), None, run.position, "the end", f"{left} more octets")


def _trace(
    interpreter: Interpreter, name: str, octets: bytes, params: Mapping[str, Any], prefix: bool
) -> FieldNode:
    """Read once more and keep every field; a refusal leaves what was read before it."""
    prepared = interpreter.prepared(name, TRACING)
    root = FieldNode(
        name, "", 0, len(octets), record=name, refs=prepared.record.refs, span=prepared.record.span
    )
    frame: Frame | None = None
    try:
        frame = _start(interpreter, name, octets, params, TRACING)
        frame.nodes = root.children
        _run(frame, prefix)
        root.octets = frame.run.position
    except DecodeError:
        pass
    if frame is not None and not frame.run.nodes_left:
        root.note = "only the first fields are listed"
    return root
