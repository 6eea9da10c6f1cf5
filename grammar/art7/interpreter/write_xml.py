"""Writing what only XML has: children by name, characters, elements without content, scalars spelled as text."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import Child, Scalar
from art7.interpreter.frame import Frame
from art7.interpreter.functions.general import encode_base64
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.write_cbor import Spell, check_size
from art7.interpreter.write_common import WRONG, write_block
from art7.interpreter.write_octets import integer
from art7.interpreter.xml_writer import Free


def decimal(step: Scalar) -> Spell:
    """An integer in decimal digits."""
    low = -(10**40) if step.minimum is None else step.minimum
    high = 10**40 if step.maximum is None else step.maximum
    return lambda frame, value: str(integer(frame, step.slot, value, low, high))


def truth(step: Scalar) -> Spell:
    """`true` or `false`."""

    def spell(frame: Frame, value: Any) -> str:
        if not isinstance(value, bool):
            frame.refuse(WRONG, step.slot, None, "true or false", brief(value))
        return "true" if value else "false"

    return spell


def flag(step: Scalar) -> Spell:
    """An element without content."""

    def spell(frame: Frame, value: Any) -> dict[str, Any]:
        if value is not True:
            frame.refuse(WRONG, step.slot, None, "true or false", brief(value))
        return {}

    return spell


def octets(step: Scalar) -> Spell:
    """Octets in base64, padded."""

    def spell(frame: Frame, value: Any) -> str:
        if not isinstance(value, bytes):
            frame.refuse(WRONG, step.slot, None, "octets", brief(value))
        check_size(step, frame, len(value), "octets")
        return encode_base64(value, url_safe=False, padded=True)

    return spell


def write_child(step: Child, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = write_block(prepared, step.body, frozenset())
    single, text = step.single, step.text

    def write(frame: Frame) -> Any:
        value = body(frame)[0]
        element = {"#": value} if text else value
        return ([element] if single else element,)

    return write


def settle_unknown(frame: Frame, slot: int, members: dict[str, Any]) -> None:
    """Mark what a user put beside the members; refuse what is neither a text nor a list of elements."""
    for key in frame.values[slot] or ():
        value = members[key]
        if key[:1] == "@" or key == "#":
            if not isinstance(value, str):
                frame.refuse(WRONG, slot, None, "a text", brief(value))
        elif not isinstance(value, list) or key == "#content" or key.endswith("}*"):
            frame.refuse(WRONG, slot, None, f"a list of elements `{key}`", brief(value))
        else:
            members[key] = [Free(one) for one in value]
