"""Whether a message was written as this tool would write it.

Several octet strings can mean one value: an integer longer than need be, members in another order, padding of other
octets. The oracle is to write what was read: signatures and byte-exact forwarding depend on the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar.ir.plan import Carrier
from art7.interpreter.dialects import DIALECTS
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import Decoded, EncodeError, Note
from art7.interpreter.prepare import Interpreter


def canonical_note(
    interpreter: Interpreter,
    name: str,
    data: bytes,
    decoded: Decoded,
    params: Mapping[str, Any] | None = None,
) -> Note | None:
    """Return a note where `data` and what would be written for its value differ first, or `None`.

    JSON is compared only where its record asks for a canonical form: white space means nothing elsewhere. CBOR is
    compared always, with shortest heads and declared order where no form is asked for.
    """
    record = interpreter.specification.record(name)
    canonical = dict(record.options).get("canonical", "none") != "none"
    if record.carrier is Carrier.TREE and not canonical and not DIALECTS[record.encoding].one_form:
        return None
    try:
        octets = encode_with(interpreter, name, decoded.value, params)
    except EncodeError as error:
        return Note("canonical", None, error.path, 0, f"the value cannot be written: {error.code}")
    place = _first_difference(data[: decoded.consumed], octets)
    if place is None:
        return None
    return Note("canonical", None, "", place, f"art7 writes other octets from octet {place} on")


def _first_difference(left: bytes, right: bytes) -> int | None:
    if left == right:
        return None
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))
