"""Value → octets: the public writing side of the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Carrier, Fault
from art7.interpreter.decode import DEEPEST, DEPTH
from art7.interpreter.errors import EncodeError
from art7.interpreter.frame import Frame, Run, take_params
from art7.interpreter.marks import Mark
from art7.interpreter.prepare import WRITING, Interpreter
from art7.interpreter.shared import interpreter_of
from art7.interpreter.write_common import tree_octets, write_record

_FAULTS_OF_VALUES = (TypeError, ValueError, AttributeError, LookupError, OverflowError)


def encode(
    specification: Specification,
    record: str,
    value: Any,
    params: Mapping[str, Any] | None = None,
) -> bytes:
    """Write `value` as record `record` (qualified name); read-only members in it are passed over.

    Raises: `EncodeError` for a value or parameters that the record does not have; `KeyError` for an unknown record.
    """
    return encode_with(interpreter_of(specification), record, value, params)


def encode_with(
    interpreter: Interpreter, record: str, value: Any, params: Mapping[str, Any] | None = None
) -> bytes:
    """As `encode`, with an interpreter kept by the caller."""
    prepared = interpreter.prepared(record, WRITING)
    limit = min(prepared.record.limit_depth or DEPTH, DEEPEST)
    run = Run(b"", writing=True, depth_limit=limit)
    frame = Frame(run, prepared, ())
    take_params(frame, params or {})
    try:
        return _write(frame, value)
    except EncodeError:
        raise
    except RecursionError:
        frame.refuse(Fault("too_deep"), None, None, "fewer levels", "more than the stack holds")
    except _FAULTS_OF_VALUES as error:
        # An expression met a value of another kind deep inside what the caller gave.
        frame.refuse(Fault("wrong_kind"), None, None, "values of the declared kinds", type(error).__name__)


def _write(frame: Frame, value: Any) -> bytes:
    record = frame.prepared.record
    frame.load(value)
    piece = write_record(frame)
    octets = tree_octets(frame, piece) if record.carrier is Carrier.TREE else bytes(piece)
    octets = _fix_up(frame.run, octets)
    if record.limit_size is not None and len(octets) > record.limit_size:
        size = f"{len(octets)} octets"
        frame.refuse(Fault("too_large"), None, None, f"at most {record.limit_size} octets", size)
    return octets


def _fix_up(run: Run, octets: bytes) -> bytes:
    """Put in what only the complete message tells, in wire order: a MAC may cover an earlier checksum."""
    fixes: list[Mark] = []
    for mark in run.marks:
        if mark.fix is not None:
            fixes.append(mark)
        elif mark.is_view:
            continue
        elif mark.slot is None:
            mark.frame.start = mark.offset
        else:
            mark.frame.starts[mark.slot] = mark.offset
    for child, places in run.callees:
        parent = child.parent
        assert parent is not None, "a called record has a caller"
        child.places = tuple(parent.places[i] if lifted else parent.starts[i] for i, lifted in places)
    for mark in run.marks:
        if mark.is_view and mark.slot is not None:
            mark.frame.values[mark.slot] = mark.offset - mark.frame.owner.start
    run.fixing = True
    message = bytearray(octets)
    run.end = len(message)
    for mark in sorted(fixes, key=lambda mark: mark.offset):
        run.data = bytes(message)
        run.position = mark.offset + mark.octets
        mark.frame.origin = mark.frame.owner.start
        assert mark.fix is not None, "only fix-ups are listed"
        written = mark.fix(mark.frame)
        if len(written) != mark.octets:
            got = f"{len(written)} octets"
            mark.frame.refuse(Fault("too_long"), mark.slot, None, f"{mark.octets} octets", got)
        message[mark.offset : mark.offset + mark.octets] = written
    return bytes(message)
