"""The members of a record on octets, written one by one: each keeps what was written for it.

Text of generated projects. `name` is the member's key, `at` what a refusal calls it where that is another;
writers return octets, to be put in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.codegen.python.vendored.careful_write import (
    Member,
    Pending,
    Pieces,
    Shape,
    Writer,
    conform,
    load,
    needed,
    prefix,
    put_count,
    put_octets,
    put_uint,
    settle,
)
from art7.codegen.python.vendored.core import show
from art7.codegen.python.vendored.primitives import BuiltinError


class Writing:
    """One record being written: its members, what was written for them, what is asked when all is."""

    __slots__ = ("begin", "fields", "pending", "trace", "written")

    def __init__(
        self, trace: Writer, value: Any, members: tuple[Member, ...], positional: bool = False
    ) -> None:
        self.trace = trace
        self.fields = load(trace, value, members, positional)
        self.begin = trace.mark()
        self.written: dict[str, bytes] = {}
        self.pending: Pending = []

    def __enter__(self) -> Writing:
        return self

    def __exit__(self, kind: object, error: object, where: object) -> None:
        try:
            if error is None:
                settle(self.trace, self.pending)
                self.trace.end()
        except BuiltinError as failure:
            error = failure
        if isinstance(error, BuiltinError):
            self.trace.refuse(error.code, None)

    def expect(self, wanted: Callable[[], Any], at: str, kind: str, actual: Any) -> None:
        """Ask, once the record is written, that `wanted` gives what there was."""
        self.pending.append((wanted, at, kind, actual))

    def keep(self, name: str, octets: bytes) -> bytes:
        """Remember what was written for a member."""
        self.written[name] = octets
        return octets

    def enter(self, name: str, at: str | None = None) -> Any:
        """Go into a member that is a record; returns its value."""
        path = name if at is None else at
        value = needed(self.trace, self.fields[name], path)
        self.trace.enter(path)
        return value

    def leave(self, name: str, octets: bytes) -> bytes:
        """Come back from it."""
        self.trace.leave()
        return self.keep(name, octets)

    def choose(self, name: str, union: str, shape: Shape, at: str | None = None) -> None:
        """Give the member of an arm the value of its union."""
        value = self.fields[union]
        path = name if at is None else at
        self.fields[name] = None if value is None else conform(self.trace, path, value, shape)


def alone(w: Writing, others: tuple[tuple[str, str], ...], *own: str) -> None:
    """Refuse members of other arms, (key, name) each, in the arm that has the keys `own`."""
    for key, at in others:
        if key not in own and w.fields[key] is not None:
            w.trace.refuse("unknown_field", None, at, "no value in this arm", show(w.fields[key]))


def unmet(
    w: Writing,
    code: str,
    name: str | None,
    expected: str = "",
    *,
    at: str | None = None,
    requirement: str | None = None,
    ref: str | None = None,
) -> NoReturn:
    """Refuse what a rule says of a member, or of the whole record."""
    path, got = at or "", ""
    if name is not None:
        path, got = name if at is None else at, show(w.fields[name])
    w.trace.refuse(code, None, path, expected, got, requirement=requirement, ref=ref)


def write_uint(
    w: Writing, name: str, octets: int, at: str | None = None, little: bool = False, signed: bool = False
) -> bytes:
    """Write an integer of whole octets."""
    path = name if at is None else at
    value = needed(w.trace, w.fields[name], path)
    return w.keep(name, put_uint(w.trace, value, octets, path, little, signed))


def write_uints(w: Writing, pieces: Pieces, *members: tuple[int, str, int]) -> None:
    """Write integers: (place among the pieces, name, octets) each."""
    for index, name, octets in members:
        pieces.put(index, write_uint(w, name, octets))


def write_octets(
    w: Writing,
    name: str,
    form: str | int | None = None,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
    text: bool = False,
) -> bytes:
    """Write content, behind its length where that has a form: a name, or a number of octets."""
    path = name if at is None else at
    value = needed(w.trace, w.fields[name], path)
    content = w.keep(name, put_octets(w.trace, value, text, path, minimum, maximum))
    if form is None:
        return content
    if isinstance(form, int):
        return prefix(w.trace, len(content), "uint", form, path) + content
    return prefix(w.trace, len(content), form, 0, path) + content


def items_of(
    w: Writing, name: str, minimum: int = 0, maximum: int | None = None, at: str | None = None
) -> Any:
    """Return the items of a list that has as many as its field may."""
    path = name if at is None else at
    items = needed(w.trace, w.fields[name], path)
    put_count(w.trace, len(items), path, minimum, maximum)
    return items


def write_whole(limit: int | None, run: Callable[..., bytes], *arguments: Any) -> bytes:
    """Write a message of at most `limit` octets."""
    trace = Writer()
    octets = trace.finish(run(trace, *arguments))
    if limit is not None and len(octets) > limit:
        trace.refuse("too_large", None, "", f"at most {limit} octets", f"{len(octets)} octets")
    return octets
