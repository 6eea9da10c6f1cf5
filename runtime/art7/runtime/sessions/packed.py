"""How sessions write their states for a store: fixed sizes, counted parts, nothing optional, nothing behind the end."""

from __future__ import annotations

from art7.runtime.sessions.refusals import SessionRefused

STATE_LIMIT = 4_194_304
"""Most octets of a stored state."""


class Packed:
    """Octets of a stored state, taken from the front; whatever does not fit is refused with `bad_state`."""

    __slots__ = ("_at", "_octets")

    def __init__(self, octets: bytes, form: bytes) -> None:
        """Begin behind `form`, the name and version that a state starts with."""
        if len(octets) > STATE_LIMIT or octets[: len(form)] != form:
            raise bad_state("the form " + form.decode("ascii"), f"{len(octets)} octets of another form")
        self._octets = octets
        self._at = len(form)

    def take(self, count: int) -> bytes:
        """Return the next octets."""
        taken = self._octets[self._at : self._at + count]
        if len(taken) != count:
            raise bad_state(f"{count} more octets", f"{len(taken)}")
        self._at += count
        return taken

    def number(self, size: int = 4, most: int = 0xFFFFFFFF) -> int:
        """Return an integer of `size` octets, most significant first."""
        number = int.from_bytes(self.take(size), "big")
        if number > most:
            raise bad_state(f"at most {most}", f"{number}")
        return number

    def counted(self, most: int) -> bytes:
        """Return octets behind their count."""
        return self.take(self.number(4, most))

    def flag(self) -> bool:
        """Return whether a part follows."""
        return bool(self.number(1, 1))

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._octets) - self._at)

    def end(self) -> None:
        """Check that nothing is left."""
        if self._at != len(self._octets):
            raise bad_state("the end", f"{len(self._octets) - self._at} more octets")


def counted(octets: bytes) -> bytes:
    """Return octets behind their count, as `Packed.counted` reads them."""
    return len(octets).to_bytes(4, "big") + octets


def bad_state(expected: str, found: str) -> SessionRefused:
    """Return the refusal of a stored state."""
    return SessionRefused("bad_state", expected, found, "a state as this session wrote it")
