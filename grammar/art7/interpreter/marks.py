"""Places that only the complete message tells.

Writing joins pieces from the inside out, so an offset is unknown until the end. Who needs one leaves a `Mark`; whoever
puts pieces behind others moves their marks. A fix-up is a mark that puts octets in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from art7.interpreter.frame import Frame, Run


@dataclass(slots=True)
class Mark:
    """A place to be known: of `slot` (`None`: of the record). `fix` yields the octets to put there."""

    offset: int
    frame: Frame
    slot: int | None
    octets: int = 0
    fix: Callable[[Frame], bytes] | None = None
    is_view: bool = False
    """The slot's value is the place itself, counted from the message's first octet."""


def shift(run: Run, first: int, octets: int) -> None:
    """Move the marks from position `first` on by what was put before them."""
    if octets:
        for mark in run.marks[first:]:
            mark.offset += octets


def settle(run: Run, pieces: list[bytes], made: list[tuple[int, int, int]]) -> None:
    """Move the marks of each piece behind those before it; `made` is (piece, first mark, mark after the last)."""
    for index, first, last in made:
        before = sum(map(len, pieces[:index]))
        for mark in run.marks[first:last]:
            mark.offset += before


def placed(runner: Callable[[Frame], Any], slots: tuple[tuple[int, int], ...]) -> Callable[[Frame], Any]:
    """Return a writer that marks where its slots begin; each with its distance from the piece's first octet."""

    def write(frame: Frame) -> Any:
        frame.run.marks.extend(Mark(skip, frame, slot) for slot, skip in slots)
        return runner(frame)

    return write
