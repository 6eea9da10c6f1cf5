"""The symbolic cursor of a decoder: where it stands, whether it may have left its region, where that ends."""

from __future__ import annotations

from dataclasses import dataclass

from art7.codegen.python.code import Place


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

    def moved(self, octets: int) -> Cursor:
        """Return the cursor a fixed number of octets further on, read by an unpack that fails past the data."""
        loose = self.loose or not self.whole
        return Cursor(self.place.moved(octets), self.end, loose, self.whole, self.least + octets)

    def at(self, base: str, *, loose: bool, offset: int = 0) -> Cursor:
        """Return the cursor at another variable."""
        return Cursor(Place(base, offset), self.end, loose, self.whole, self.least)
