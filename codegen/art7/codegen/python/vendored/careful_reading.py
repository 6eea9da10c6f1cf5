"""The members of a record on octets, read one after the other: each keeps its value and where it lies.

Text of generated projects. `name` is the member's key, `at` what a refusal calls it where that is another;
readers return the place after what they read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.codegen.python.vendored.careful_read import (
    bounded_varint,
    check_fewest,
    check_progress,
    check_room,
    check_size,
    find_exact,
    find_prefixed,
    find_varint,
    item_count,
    take_bool,
    take_text,
    take_uint,
    take_varint,
)
from art7.codegen.python.vendored.core import Trace, show
from art7.codegen.python.vendored.primitives import BuiltinError


class Reading:
    """One record being read: its members, the octets they begin at, the octets of their content."""

    __slots__ = ("at", "begin", "fields", "spans", "trace")

    def __init__(self, trace: Trace, begin: int) -> None:
        self.trace = trace
        self.begin = begin
        self.fields = trace.begin()
        self.at: dict[str, int] = {}
        self.spans: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, kind: object, error: object, where: object) -> None:
        if error is None:
            self.trace.end()
        elif isinstance(error, BuiltinError):
            self.trace.refuse(error.code, self.begin)

    def enter(self, name: str, o: int, at: str | None = None) -> None:
        """Go into a member that is a record."""
        self.at[name] = o
        self.trace.enter(name if at is None else at)

    def leave(self, name: str, o: int) -> None:
        """Come back from it; it ends before `o`."""
        self.trace.leave()
        self.spans[name] = (self.at[name], o)


def broken(
    r: Reading,
    code: str,
    name: str | None,
    expected: str = "",
    *,
    at: str | None = None,
    bit: int = 0,
    requirement: str | None = None,
    ref: str | None = None,
) -> NoReturn:
    """Refuse what a rule says of a member, or of the whole record."""
    path, got, offset = at or "", "", r.begin
    if name is not None:
        path = name if at is None else at
        got, offset = show(r.fields[name]), r.at.get(name, r.begin)
    r.trace.refuse(code, offset, path, expected, got, requirement=requirement, ref=ref, bit=bit)


def read_uint(
    r: Reading,
    o: int,
    end: int,
    name: str,
    octets: int,
    at: str | None = None,
    little: bool = False,
    signed: bool = False,
) -> int:
    """Read an integer of whole octets."""
    r.at[name] = o
    path = name if at is None else at
    r.fields[name], stop = take_uint(r.trace, o, end, octets, path, little, signed)
    r.spans[name] = (o, stop)
    return stop


def read_uints(r: Reading, o: int, end: int, *members: tuple[str, int]) -> int:
    """Read integers, (name, octets) each."""
    for name, octets in members:
        o = read_uint(r, o, end, name, octets)
    return o


def read_bool(r: Reading, o: int, end: int, name: str, at: str | None = None) -> int:
    """Read an octet that is 0 or 1."""
    r.at[name] = o
    r.fields[name], stop = take_bool(r.trace, o, end, name if at is None else at)
    r.spans[name] = (o, stop)
    return stop


def read_varint(r: Reading, o: int, end: int, name: str, form: str, bits: int, at: str | None = None) -> int:
    """Read a variable-length integer of at most `bits` bits."""
    r.at[name] = o
    path = name if at is None else at
    value, stop = take_varint(r.trace, o, end, form, path)
    r.fields[name] = bounded_varint(r.trace, value, bits, path, o)
    r.spans[name] = (o, stop)
    return stop


def open_prefixed(
    r: Reading,
    o: int,
    end: int,
    name: str,
    form: str | int,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> tuple[int, int]:
    """Find content behind its length, whose form is a name or a number of octets: its first octet and end."""
    r.at[name] = o
    path = name if at is None else at
    if isinstance(form, int):
        start, stop = find_prefixed(r.trace, o, end, form, path)
    else:
        start, stop = find_varint(r.trace, o, end, form, path)
    check_size(r.trace, start, stop - start, path, minimum, maximum)
    r.spans[name] = (start, stop)
    return start, stop


def open_exact(
    r: Reading,
    o: int,
    end: int,
    name: str,
    size: Any,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> tuple[int, int]:
    """Find content of a known size: its first octet and end."""
    r.at[name] = o
    path = name if at is None else at
    stop = find_exact(r.trace, o, end, size, path)
    check_size(r.trace, o, stop - o, path, minimum, maximum)
    r.spans[name] = (o, stop)
    return o, stop


def open_rest(
    r: Reading,
    o: int,
    end: int,
    name: str,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> tuple[int, int]:
    """Find content that goes on to the end: its first octet and end."""
    r.at[name] = o
    check_size(r.trace, o, end - o, name if at is None else at, minimum, maximum)
    r.spans[name] = (o, end)
    return o, end


def read_octets(r: Reading, name: str, found: tuple[int, int]) -> int:
    """Read what was found as it is."""
    start, stop = found
    r.fields[name] = r.trace.data[start:stop]
    return stop


def read_text(r: Reading, name: str, found: tuple[int, int], at: str | None = None) -> int:
    """Read what was found as UTF-8."""
    start, stop = found
    r.fields[name] = take_text(r.trace, start, stop, name if at is None else at)
    return stop


def read_prefixed(
    r: Reading,
    o: int,
    end: int,
    name: str,
    form: str | int,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> int:
    """Read octets behind their length."""
    return read_octets(r, name, open_prefixed(r, o, end, name, form, minimum, maximum, at))


def read_exact(
    r: Reading,
    o: int,
    end: int,
    name: str,
    size: Any,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> int:
    """Read octets of a known number."""
    return read_octets(r, name, open_exact(r, o, end, name, size, minimum, maximum, at))


def read_rest(
    r: Reading,
    o: int,
    end: int,
    name: str,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
) -> int:
    """Read the octets that are left."""
    return read_octets(r, name, open_rest(r, o, end, name, minimum, maximum, at))


class Items:
    """A list being read: `item` is the key of the item at hand, `wanted` how many there must be.

    `inside` says that a region of the same name holds the list, and knows where it lies.
    """

    __slots__ = ("empty", "first", "inside", "item", "items", "maximum", "name", "o", "path", "r", "wanted")

    def __init__(
        self,
        r: Reading,
        o: int,
        name: str,
        item: str,
        *,
        count: Any = None,
        counted: bool = False,
        least: int = 0,
        maximum: int | None = None,
        inside: bool = False,
        at: str | None = None,
    ) -> None:
        self.r = r
        self.first = self.o = o
        self.name = name
        self.item = item
        self.maximum = maximum
        self.inside = inside
        self.path = name if at is None else at
        self.empty = 0
        self.items: list[Any] = []
        self.wanted: int | None = None
        if not inside:
            r.at[name] = o
        if counted:
            self.wanted = item_count(r.trace, count, o, self.path)
            if least and r.trace.limit is not None:
                # So many octets it takes at least: nothing is read over and over before they have come.
                r.trace.reach(min(o + self.wanted * least, r.trace.limit))
        r.fields[name] = self.items

    @property
    def at(self) -> str:
        """What a refusal calls the item at hand."""
        return f"{self.path}[{len(self.items)}]"

    def full(self) -> bool:
        """Whether all are there."""
        return self.wanted is not None and len(self.items) >= self.wanted

    def more(self, o: int, end: int) -> bool:
        """Begin another item at `o`, where there is one."""
        if o >= end if self.wanted is None else len(self.items) >= self.wanted:
            return False
        self.begin(o)
        return True

    def begin(self, o: int) -> None:
        """Begin another item at `o`."""
        self.o = o
        check_room(self.r.trace, self.items, self.maximum, o, self.path)
        self.r.fields[self.item] = None

    def keep(self, o: int) -> None:
        """Take up the item at hand, which ends before `o`."""
        self.items.append(self.r.fields[self.item])
        self.empty = check_progress(self.r.trace, self.empty, o, self.o, self.path)

    def close(self, o: int, minimum: int = 0) -> None:
        """End the list before `o`."""
        self.r.fields[self.item] = None
        check_fewest(self.r.trace, self.items, minimum, o, self.path)
        if not self.inside:
            self.r.spans[self.name] = (self.first, o)


def read_whole(
    trace: Trace,
    prefix: bool,
    limit: int | None,
    run: Callable[..., tuple[Any, int]],
    *arguments: Any,
) -> Any:
    """Read octets that hold one record; refuse more than that, but behind a `prefix`."""
    end = trace.whole(limit, prefix)
    value, o = run(trace, 0, end, *arguments)
    if not prefix and o != end:
        trace.refuse("trailing_data", o, "", "the end", f"{end - o} more octets")
    return value
