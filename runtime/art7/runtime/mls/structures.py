"""The catalogue's structures and schedules of MLS, behind one face.

Values have their members as attributes, absent ones `None`, whoever executes the catalogue: the interpreter, or a generated
SDK that is handed in. Values are never changed in place; `changed` makes another. Mappings of members are taken where an
application gives a structure (`value`), and wherever one is written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Trace
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import InterpretedFace, Members
from art7.runtime.mls.refusals import MlsRefused

Value: TypeAlias = Any
"""A structure: its members are attributes, absent ones `None`."""

Steps: TypeAlias = list[tuple[str, Any]]
"""Named values of a derivation, in order."""

Random: TypeAlias = Callable[[int], bytes]
"""Gives that many fresh octets."""

_FORMATS = {"public_message": 1, "private_message": 2, "welcome": 3, "group_info": 4, "key_package": 5}


def changed(value: Value, **members: Any) -> Value:
    """Return a structure with other members."""
    if isinstance(value, Mapping):
        return Members({**value, **members})
    kept = {name: getattr(value, name) for name in value.__slots__ if name not in members}
    return value.__class__(**kept, **members)


class Structures(ABC):
    """Reads, writes and derives by the names of the catalogue, without `ietf.mls.`."""

    @abstractmethod
    def decode(self, name: str, octets: bytes, **params: Any) -> Value:
        """Return a whole structure. Raises: `MlsRefused` with the codec's code."""

    @abstractmethod
    def encode(self, name: str, value: Value, **params: Any) -> bytes:
        """Return the octets of a structure or mapping. Raises: `MlsRefused` with the codec's code."""

    @abstractmethod
    def new(self, name: str, **members: Any) -> Value:
        """Return a structure of these members; structures in them are such values, too."""

    @abstractmethod
    def value(self, name: str, given: Value) -> Value:
        """Return what an application gave, a structure or mapping, as it would be read.

        Raises: `MlsRefused` with the codec's code for what cannot be written.
        """

    @abstractmethod
    def derive(self, schedule: str, **given: Any) -> Value:
        """Run a schedule on parameters and inputs, and return its outputs. Raises: `MlsRefused`."""

    @abstractmethod
    def told(self, schedule: str, steps: Steps, **given: Any) -> Value:
        """Do what `derive` does, and tell every named value: parameters and inputs, then what is derived."""

    def write(self, name: str, **members: Any) -> bytes:
        """Return the octets of a structure of these members. Raises: `MlsRefused` with the codec's code."""
        return self.encode(name, self.new(name, **members))

    def wrap(self, name: str, value: Value) -> bytes:
        """Return the octets of an `MlsMessage` that holds `welcome`, `group_info`, `key_package` …"""
        return self.encode("MlsMessage", {"version": 1, "wire_format": _FORMATS[name], name: value})

    def unwrap(self, octets: bytes, *names: str) -> tuple[str, Value]:
        """Return what an `MlsMessage` holds. Raises: `MlsRefused` with `wrong_content` unless it is one of `names`."""
        message = self.decode("MlsMessage", octets)
        for name in names:
            if (found := getattr(message, name)) is not None:
                return name, found
        raise MlsRefused("wrong_content", " or ".join(names), f"format {int(message.wire_format)}", "§6")


class InterpretedStructures(Structures):
    """The catalogue executed by the interpreter."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._face = InterpretedFace(interpreter)

    def decode(self, name: str, octets: bytes, **params: Any) -> Value:
        """Return a whole structure. Raises: `MlsRefused` with the codec's code."""
        try:
            return self._face.record(f"ietf.mls.{name}").decode(octets, **params)
        except CodecError as error:
            raise MlsRefused(error.code, f"a {name}", f"octet {error.offset}") from None

    def encode(self, name: str, value: Value, **params: Any) -> bytes:
        """Return the octets of a mapping. Raises: `MlsRefused` with the codec's code."""
        try:
            return encode_with(self._interpreter, f"ietf.mls.{name}", value, params)
        except CodecError as error:
            raise MlsRefused(error.code, f"a {name}", error.path) from None

    def new(self, name: str, **members: Any) -> Value:
        """Return a structure of these members."""
        slots = self._interpreter.specification.record(f"ietf.mls.{name}").api()
        return Members({**{slot.name: None for slot in slots}, **members})

    def value(self, name: str, given: Value) -> Value:
        """Return a structure as its octets are read. Raises: `MlsRefused` with the codec's code."""
        return self.decode(name, self.encode(name, given))

    def derive(self, schedule: str, **given: Any) -> Value:
        """Run a schedule and return its outputs. Raises: `MlsRefused`."""
        return self._run(self._face, schedule, given)

    def told(self, schedule: str, steps: Steps, **given: Any) -> Value:
        """Run a schedule and tell every named value. Raises: `MlsRefused`."""
        trace = Trace()
        try:
            return self._run(InterpretedFace(self._interpreter, trace=trace), schedule, given)
        finally:
            steps += [(step.name, step.value) for step in trace.steps]

    def _run(self, face: InterpretedFace, schedule: str, given: dict[str, Any]) -> Value:
        try:
            return face.schedule(f"ietf.mls_keys.{schedule}")(**given)
        except CodecError as error:
            raise MlsRefused(error.code, schedule, error.path) from None


@cache
def catalogue_structures() -> Structures:
    """Return the structures of the catalogue, executed by the interpreter."""
    return InterpretedStructures(catalogue_interpreter("ietf.mls", "ietf.mls_keys"))
