"""What a recorded message is: its octets read by the formats that the channel carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from art7.grammar.ir.module import Protocol
from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.runtime.endpoint import Refusal
from art7.runtime.generated import GeneratedPackage
from art7.runtime.layers import Codec, Layers
from art7.runtime.simulator import carried_by, outermost


class FastCodec:
    """Reads records by generated code; values are mappings, as the interpreter's are."""

    def __init__(self, package: GeneratedPackage) -> None:
        self._package = package
        self._refuses: type[Exception] = package.support.DecodeError
        self._plain: dict[type, Callable[[Any], Any]] = {}

    def decode(
        self, record: str, octets: bytes, params: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the members. Raises: `Refusal`."""
        try:
            value = self._package.messages[record].decode(octets, **(params or {}))
        except self._refuses as error:
            raise Refusal(str(getattr(error, "code", "")), f"{record}: {error}", "peer") from None
        members: Mapping[str, Any] = self.plain(value)
        return members

    def encode(self, record: str, members: Mapping[str, Any]) -> bytes:
        """A monitor writes nothing."""
        raise Refusal("A7-R023", f"{record} is not written", "self")

    def plain(self, value: Any) -> Any:
        """Return a decoded value as the interpreter has it."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is list or kind is tuple:
            return [self.plain(each) for each in value]
        if kind is dict:
            return {key: self.plain(each) for key, each in value.items()}
        known = self._plain.get(kind)
        if known is None:
            known = self._plain[kind] = self._reader_of(kind)
        return known(value)

    def _reader_of(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, Enum):
            return lambda value: value.value
        # By name: what is decoded may be of a twin class that is made faster.
        name = next(
            (
                record
                for record, known in self._package.messages.items()
                if known is not None
                and (known.__module__, known.__qualname__) == (kind.__module__, kind.__qualname__)
            ),
            None,
        )
        if name is None:
            return lambda value: value
        members = tuple(self._package.members[name].items())
        return lambda value: {each: self.plain(getattr(value, attribute)) for each, attribute in members}


_ATOMS = frozenset((bytes, str, int, bool, float, type(None)))


class MessageReader:
    """Finds out what octets between two roles are. `fast` reads them; the interpreter explains what it refuses."""

    def __init__(self, protocol: Protocol, layers: Layers, fast: Codec, interpreter: Interpreter) -> None:
        self._layers = layers
        self._fast = fast
        self._interpreter = interpreter
        self._carried = {
            (c.sender, c.receiver): carried_by(protocol.channels, c.sender, c.receiver)
            for c in protocol.channels
        }
        self._outer = {way: sorted(outermost(layers, names)) for way, names in self._carried.items()}

    def carries(self, sender: str, receiver: str) -> bool:
        """Whether there is a channel from `sender` to `receiver`."""
        return (sender, receiver) in self._carried

    def named(self, sender: str, receiver: str, name: str) -> str | None:
        """Return the qualified name of a message of the channel that is called `name`; `None` when none or several are."""
        found = [m for m in self._carried[sender, receiver] if m == name or m.endswith(f".{name}")]
        return found[0] if len(found) == 1 else None

    def read(
        self, sender: str, receiver: str, octets: bytes, told: str = ""
    ) -> tuple[str, Mapping[str, Any]]:
        """Return the message and its members; `told` settles what the octets do not tell.

        Raises: `Refusal`, `CodecError` when a format refuses the octets.
        """
        outer = self._outer[sender, receiver]
        if len(outer) > 1:
            outer = [name for name in outer if name in outermost(self._layers, [told])]
            if not outer:
                raise Refusal(
                    "A7-R021", "nothing on the wire tells the channel's messages apart", "specification"
                )
        try:
            message, inner = self._layers.open(outer[0], octets, self._fast)
            if message not in self._carried[sender, receiver]:
                raise Refusal("A7-R022", f"{message} is not carried from {sender} to {receiver}", "peer")
            return message, self._fast.decode(message, inner)
        except Refusal as refusal:
            if refusal.code.startswith("A7-"):
                raise
            return self._explained(outer[0], octets)

    def _explained(self, outer: str, octets: bytes) -> tuple[str, Mapping[str, Any]]:
        """Read by the interpreter what generated code refused: it says which rule, and where."""
        message, inner = self._layers.open(outer, octets, _Explaining(self._interpreter))
        return message, _Explaining(self._interpreter).decode(message, inner)


class _Explaining:
    """The interpreter, its refusals left as they are."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def decode(
        self, record: str, octets: bytes, params: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return the members. Raises: `CodecError`."""
        value: Mapping[str, Any] = decode_with(self._interpreter, record, octets, params or {}).value
        return value

    def encode(self, record: str, members: Mapping[str, Any]) -> bytes:
        """A monitor writes nothing."""
        raise Refusal("A7-R023", f"{record} is not written", "self")


__all__ = ["CodecError", "FastCodec", "MessageReader"]
