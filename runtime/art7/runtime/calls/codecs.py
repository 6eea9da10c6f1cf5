"""Which codecs two or more members of a call have in common (RFC 3264 §6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec as SDP names it: `audio` or `video`, name, clock rate in Hz, channels."""

    kind: str
    name: str
    rate: int
    channels: int = 1

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What two of them are compared by; names are of either case (RFC 8866 §6.6)."""
        return self.kind, self.name.lower(), self.rate, self.channels


@dataclass(frozen=True, slots=True)
class Format:
    """A codec under the payload type by which a description names it, with its parameters (`a=fmtp`)."""

    payload_type: int
    codec: Codec
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class NoCommonCodec:
    """Nobody's mistake: the members have no codec of this kind in common. `offered`: what each of them can do."""

    kind: str
    offered: tuple[tuple[Codec, ...], ...]

    def __str__(self) -> str:
        """Return the result in words."""
        lists = "; ".join(", ".join(each.name for each in one) or "none" for one in self.offered)
        return f"no common {self.kind} codec: {lists}"


def agreed_format(kind: str, offered: Sequence[Format], own: Sequence[Codec]) -> Format | NoCommonCodec:
    """Return the first offered format that one has too: the offer's order is its preference."""
    keys = {each.key for each in own}
    for each in offered:
        if each.codec.kind == kind and each.codec.key in keys:
            return each
    return NoCommonCodec(
        kind,
        (
            tuple(each.codec for each in offered if each.codec.kind == kind),
            tuple(each for each in own if each.kind == kind),
        ),
    )


def common_codecs(kind: str, members: Iterable[Sequence[Codec]]) -> tuple[Codec, ...] | NoCommonCodec:
    """Return what every member of a call has, in the first one's order."""
    lists = [tuple(each for each in one if each.kind == kind) for one in members]
    keys = [{each.key for each in one} for one in lists]
    found = tuple(each for each in lists[0] if all(each.key in one for one in keys)) if lists else ()
    return found or NoCommonCodec(kind, tuple(lists))
