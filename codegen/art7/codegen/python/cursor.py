"""The symbolic cursor of a decoder: where it stands, whether it may have left its region, where that ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from art7.codegen.python.code import Place
from art7.grammar.ir.quick import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Cursor:
    """`place` is `variable + constant`. `loose`: lengths were added unchecked, so it may lie past `end`.

    Lengths only move forward, so one comparison at the end of a region settles all of them; what needs a
    settled cursor (`rest`, `remaining`, a backward step) asks for the comparison first.
    `end` is the variable of the region's end; `whole`: the region ends where the data does.
    """

    place: Place
    end: str
    loose: bool = False
    whole: bool = False
    least: int = 0
    """Octets certainly read since the function began."""
    mark: object = field(default_factory=object, compare=False)
    """The same in two cursors only while the variable of `place` has not been assigned between them."""

    def moved(self, octets: int) -> Cursor:
        """Return the cursor a fixed number of octets further on, read by an unpack that fails past the data."""
        loose = self.loose or not self.whole
        return Cursor(self.place.moved(octets), self.end, loose, self.whole, self.least + octets, self.mark)

    def since(self, earlier: Cursor | None) -> int | None:
        """Return how many octets this place lies after that of `earlier`, where that is certain."""
        if earlier is None or earlier.mark is not self.mark or earlier.place.base != self.place.base:
            return None
        return self.place.offset - earlier.place.offset

    def settled(self) -> Cursor:
        """Return the cursor once it was found to lie in its region."""
        return replace(self, loose=False)

    def at(self, base: str, *, loose: bool, offset: int = 0) -> Cursor:
        """Return the cursor at another variable."""
        return Cursor(Place(base, offset), self.end, loose, self.whole, self.least)


@dataclass(frozen=True, slots=True)
class Measured:
    """The end of a region is `begin + length + extra` while the cursor bears `mark`; `length` is a variable."""

    mark: object
    begin: Place
    length: str
    extra: int = 0

    def from_place(self, place: Place, mark: object) -> int | None:
        """Return `c` so that the end lies `length + c` octets after `place`, where that is certain."""
        if mark is not self.mark or place.base != self.begin.base:
            return None
        return self.begin.offset - place.offset + self.extra
