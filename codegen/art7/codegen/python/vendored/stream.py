"""Messages out of a stream of octets that come in pieces.

Text of generated projects. The fast decoder tries first; where it says no, the careful one tells whether the
message is wrong or only cut short, and then how many octets it needs before another try is worth making.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from art7.codegen.python.vendored.core import (
    FAILURES,
    DecodeError,
    explain_decoding,
    wait_or_refuse,
)

_Streamed = TypeVar("_Streamed")


class Stream(Generic[_Streamed]):
    """Takes octets as they come, gives messages as they are complete.

    `taken` counts the octets of the messages given so far; `error` is the refusal after which nothing more is
    read, its `offset` counted from the first octet of the message that was refused. How the octets are cut
    into pieces changes neither messages nor refusal. What is kept between pieces is less than one message.
    """

    __slots__ = (
        "_arguments",
        "_kept",
        "_limit",
        "_mark",
        "_module",
        "_name",
        "_need",
        "_read",
        "error",
        "taken",
    )

    def __init__(
        self,
        read: Callable[[bytes, int, int], tuple[_Streamed, int]],
        limit: int,
        module: str,
        name: str,
        *arguments: Any,
    ) -> None:
        self._read = read
        self._limit = limit
        self._module = module
        self._name = name
        self._arguments = arguments
        self._kept = bytearray()
        self._need = 1
        self._mark = b""
        self.taken = 0
        self.error: DecodeError | None = None

    @property
    def need(self) -> int:
        """How many more octets must come before another message, or a refusal, can."""
        return self._need - len(self._kept)

    def feed(self, chunk: bytes) -> list[_Streamed]:
        """Take octets; returns the messages that they complete, in order.

        A refusal is raised at once where no message came before it in `chunk`; otherwise those are returned,
        `error` holds it, and the next call raises it. After it nothing is read.

        Raises: DecodeError, and nothing else.
        """
        if self.error is not None:
            raise self.error
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise DecodeError("wrong_kind", expected="octets", got=type(chunk).__name__)
        before = len(self._kept)
        self._kept += chunk
        if len(self._kept) < self._need:
            return []
        if self._mark and self._kept.find(self._mark, max(before + 1 - len(self._mark), 0)) < 0:
            # What ends the line at hand has not come: reading anew would find nothing new.
            self._need = len(self._kept) + 1
            if self._need <= self._limit:
                return []
        messages = self._take(bytes(self._kept))
        if self.error is not None and not messages:
            raise self.error
        return messages

    def close(self) -> None:
        """Say that nothing more comes; a message cut short is refused.

        Raises: DecodeError, and nothing else.
        """
        if self.error is None and self._kept:
            data, limit = bytes(self._kept), self._limit
            self.error = explain_decoding(
                self._module, self._name, True, data, *self._arguments, prefix=True, limit=limit
            )
            self._kept.clear()
        if self.error is not None:
            raise self.error

    def _take(self, data: bytes) -> list[_Streamed]:
        messages: list[_Streamed] = []
        o, end = 0, len(data)
        while end - o >= self._need and self.error is None:
            try:
                message, o = self._read(data, o, min(end, o + self._limit))
            except FAILURES:
                self._wait_or_refuse(data[o : o + self._limit])
                continue
            messages.append(message)
            self._need, self._mark = 1, b""
        self.taken += o
        if self.error is None:
            del self._kept[:o]
        else:
            self._kept.clear()
        return messages

    def _wait_or_refuse(self, octets: bytes) -> None:
        found = wait_or_refuse(self._module, self._name, octets, self._limit, *self._arguments)
        if isinstance(found, DecodeError):
            self.error = found
        else:
            self._need, self._mark = max(found.need, len(octets) + 1), found.mark
