"""The catalogue's structures and schedules of MLS, behind one face.

Values are mappings of members, as the interpreter reads them. Another execution of the same modules (a generated SDK)
can stand in its place: it must do what this class does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from art7.interpreter.decode import decode_with
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Trace, run_with
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.mls.refusals import MlsRefused

Value: TypeAlias = Mapping[str, Any]
"""A structure: member → value; absent members are `None` or left out."""

Random: TypeAlias = Callable[[int], bytes]
"""Gives that many fresh octets."""


_FORMATS = {"public_message": 1, "private_message": 2, "welcome": 3, "group_info": 4, "key_package": 5}


class Structures:
    """Reads, writes and derives by the names of the catalogue, without `ietf.mls.`."""

    def __init__(self, interpreter: Interpreter, trace: Trace | None = None) -> None:
        self._interpreter = interpreter
        self.trace = trace

    def decode(self, name: str, octets: bytes, **params: Any) -> Value:
        """Return the members of a whole structure. Raises: `MlsRefused` with the codec's code."""
        try:
            value: Value = decode_with(self._interpreter, f"ietf.mls.{name}", octets, params).value
        except CodecError as error:
            raise MlsRefused(error.code, f"a {name}", f"octet {error.offset}") from None
        return value

    def encode(self, name: str, value: Value, **params: Any) -> bytes:
        """Return the octets. Raises: `MlsRefused` with the codec's code."""
        try:
            return encode_with(self._interpreter, f"ietf.mls.{name}", value, params)
        except CodecError as error:
            raise MlsRefused(error.code, f"a {name}", error.path) from None

    def as_read(self, name: str, value: Value) -> Value:
        """Return a structure as its octets are read: with every absent member, so that values can be compared."""
        return self.decode(name, self.encode(name, value))

    def wrap(self, name: str, value: Value) -> bytes:
        """Return the octets of an `MlsMessage` that holds `welcome`, `group_info`, `key_package` …"""
        message = {"version": 1, "wire_format": _FORMATS[name], name: value}
        return self.encode("MlsMessage", message)

    def unwrap(self, octets: bytes, *names: str) -> tuple[str, Value]:
        """Return what an `MlsMessage` holds. Raises: `MlsRefused` with `wrong_content` unless it is one of `names`."""
        message = self.decode("MlsMessage", octets)
        for name in names:
            if message[name] is not None:
                return name, message[name]
        raise MlsRefused("wrong_content", " or ".join(names), f"format {int(message['wire_format'])}", "§6")

    def derive(self, schedule: str, params: Value, inputs: Value) -> Value:
        """Run a schedule and return its outputs. Raises: `MlsRefused`."""
        try:
            name = f"ietf.mls_keys.{schedule}"
            return run_with(self._interpreter, name, inputs, params, trace=self.trace).outputs
        except CodecError as error:
            raise MlsRefused(error.code, schedule, error.path) from None


@cache
def catalogue_structures() -> Structures:
    """Return the structures of the catalogue, executed by the interpreter."""
    return Structures(catalogue_interpreter("ietf.mls", "ietf.mls_keys"))
