"""Values out of a stream of octets that come in pieces: CBOR one behind the other, JSON texts on lines.

Text of generated projects. What a value is, its own decoder tells; here is only where it ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, NoReturn, TypeVar

from art7.codegen.python.vendored.core import DecodeError

_Valued = TypeVar("_Valued")


class _Cut(Exception):
    """What begins the stream is no value, whatever follows: its decoder refuses the first `octets`."""

    def __init__(self, octets: int) -> None:
        super().__init__(octets)
        self.octets = octets


class Values(ABC, Generic[_Valued]):
    """Takes octets as they come, gives values as they are complete.

    `taken` counts the octets of the values given so far, with what stands between them; `error` is the refusal after
    which nothing more is read, its `offset` counted from the first octet of the value that was refused. How the
    octets are cut into pieces changes neither values nor refusal. What is kept between pieces is less than one value.
    """

    __slots__ = ("_decode", "_kept", "_limit", "_place", "error", "need", "taken")

    def __init__(self, decode: Callable[[bytes], _Valued], limit: int) -> None:
        self._decode = decode
        self._limit = limit
        self._kept = bytearray()
        self._place = 0
        self.need = 1
        """How many more octets must come before another value, or a refusal, can."""
        self.taken = 0
        self.error: DecodeError | None = None

    def feed(self, chunk: bytes) -> list[_Valued]:
        """Take octets; returns the values that they complete, in order.

        A refusal is raised at once where no value came before it in `chunk`; otherwise those are returned, `error`
        holds it, and the next call raises it. After it nothing is read.

        Raises: DecodeError, and nothing else.
        """
        if self.error is not None:
            raise self.error
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise DecodeError("wrong_kind", expected="octets", got=type(chunk).__name__)
        self._kept += chunk
        self.need = 1
        values: list[_Valued] = []
        o = 0
        try:
            while (span := self._next(o)) is not None:
                begin, end, after = span
                if begin < end:
                    values.append(self._decode(bytes(self._kept[begin:end])))
                o, self._place = after, after
        except DecodeError as error:
            self.error = error
        except _Cut as cut:
            self._refuse(bytes(self._kept[o : o + cut.octets]))
        self.taken += o
        if self.error is not None:
            self._kept.clear()
            if not values:
                raise self.error
            return values
        del self._kept[:o]
        self._place -= o
        return values

    def close(self) -> None:
        """Say that nothing more comes; a value cut short is refused.

        Raises: DecodeError, and nothing else.
        """
        if self.error is None and self._kept:
            self._end()
            self._kept.clear()
        if self.error is not None:
            raise self.error

    def _refuse(self, octets: bytes) -> None:
        try:
            self._decode(octets)
        except DecodeError as error:
            self.error = error
        else:
            self.error = DecodeError("internal", expected="one verdict of both readers", got="two")

    def _too_large(self, octets: int) -> NoReturn:
        wanted = f"at most {self._limit} octets"
        raise DecodeError("too_large", offset=0, expected=wanted, got=f"at least {octets} octets")

    @abstractmethod
    def _next(self, o: int) -> tuple[int, int, int] | None:
        """Return where the value at `o` begins and ends, and where the next one does, once all of it has come."""

    def _end(self) -> None:
        """Judge what is left at the end."""
        self._refuse(bytes(self._kept))


class JsonLines(Values[_Valued]):
    """JSON texts, each ended by a line feed; a record separator may stand before it (RFC 7464 §2). Blank lines are none."""

    __slots__ = ()

    def _next(self, o: int) -> tuple[int, int, int] | None:
        kept = self._kept
        stop = kept.find(b"\n", max(self._place, o))
        if stop < 0:
            self._place = len(kept)
            if len(kept) - o > self._limit + 1:
                self._too_large(len(kept) - o)
            return None
        begin = o + (kept[o] == 0x1E)
        if stop - begin > self._limit:
            self._too_large(stop - begin)
        is_blank = not kept[begin:stop].strip(b" \t\r")
        return begin, begin if is_blank else stop, stop + 1

    def _end(self) -> None:
        if self._kept.strip(b"\x1e \t\r"):
            self.error = DecodeError(
                "truncated", offset=len(self._kept), expected="the end of a line", got="the end"
            )


_ARGUMENT = {24: 1, 25: 2, 26: 4, 27: 8}
_LIST, _RUN = -1, -2
"""What is open without a count: an array or map, a text or octets in pieces."""


class CborSequence(Values[_Valued]):
    """CBOR values one behind the other (RFC 8742). Heads that were looked at are not looked at again."""

    __slots__ = ("_depth", "_open")

    def __init__(self, decode: Callable[[bytes], _Valued], limit: int, depth: int) -> None:
        super().__init__(decode, limit)
        self._depth = depth
        self._open: list[int] = []
        """How many values are still to come in each of what is open, the innermost last."""

    def _next(self, o: int) -> tuple[int, int, int] | None:
        while (after := self._head(self._place, o)) is not None:
            self._place = after
            if not self._open:
                return o, after, after
        return None

    def _head(self, place: int, o: int) -> int | None:
        """Take the head at `place`, and the octets of a text or octets; returns the place behind them."""
        kept, end = self._kept, len(self._kept)
        while True:
            if place >= end:
                return self._waits(place, o)
            lead, after = kept[place], place + 1
            major, info = lead >> 5, lead & 31
            argument = info
            if 23 < info < 28:
                after += _ARGUMENT[info]
                if after > end:
                    return self._waits(place, o)
                argument = int.from_bytes(kept[place + 1 : after], "big")
            elif info > 27:
                return self._unended(major, info, after, o)
            if major == 6:
                place = after  # A tag: the value that it stands before follows.
                continue
            if major in (2, 3):
                after += argument
                if after - o > self._limit:
                    self._too_large(after - o)
                if after > end:
                    self.need = after - end
                    return self._waits(place, o)
                self._close()
                return after
            if major in (4, 5) and argument:
                return self._opened(argument * (major - 3), after, o)
            self._close()
            return after

    def _waits(self, place: int, o: int) -> int | None:
        """Note where to go on; there is no place behind the head yet."""
        if place - o > self._limit:
            self._too_large(place - o)
        self._place = place
        return None

    def _unended(self, major: int, info: int, after: int, o: int) -> int:
        """Take a head without a count, or the mark that ends what such a head began."""
        if info == 31 and major == 7 and self._open and self._open[-1] < 0:
            self._open.pop()
            self._close()
            return after
        if info < 31 or major not in (2, 3, 4, 5):
            raise _Cut(after - o)
        return self._opened(_RUN if major < 4 else _LIST, after, o)

    def _opened(self, count: int, after: int, o: int) -> int:
        self._open.append(count)
        if len(self._open) > self._depth + 1:
            raise _Cut(after - o)
        return after

    def _close(self) -> None:
        """Count a value that is complete, and with it what it completes."""
        while self._open and self._open[-1] > 0:
            self._open[-1] -= 1
            if self._open[-1]:
                break
            self._open.pop()
