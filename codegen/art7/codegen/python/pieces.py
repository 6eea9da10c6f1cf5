"""Octets to be written, before they are text: what fits one `pack`, what is joined, how long it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import xor
from typing import Any, Literal

from art7.codegen.python.code import If, code_octets
from art7.codegen.python.expressions import SUM, Code, literal, number
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir.quick import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Fixed:
    """A value of fixed size: its `struct` code and text, or (`constant`) its octets."""

    code: str
    value: str
    constant: bytes | None = None
    little: bool = False
    natural: bool = False
    """Whether the value is proved not to be negative (a table must not be asked from its end)."""
    flags: tuple[tuple[str, int], ...] = ()
    """Bits of the value that are set when a test is true: the test as text, the bits."""
    same: bool = False
    """Whether `value` is a variable that equals `constant` and may be of another kind (1.0): a `pack` refuses it."""

    @property
    def octets(self) -> int:
        """Size in octets."""
        return code_octets(self.code)


@quickly_made
@dataclass(frozen=True, slots=True)
class Raw:
    """Octets as an expression, with text for their count. `given`: the caller's, of unproved type."""

    text: str
    length: str
    level: int = 12
    given: bool = False
    filled: str = ""
    """A variable that is false when there are no octets."""


@dataclass(frozen=True, slots=True)
class Part(Raw):
    """A part that may be absent, in a variable that `made` fills, unless the pieces of it are asked for."""

    test: str = ""
    made: If | None = None
    inner: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Text(Raw):
    """A text that is written in UTF-8: `text` is its expression, and `shown` how it stands in an f-string."""

    shown: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """Where record `frame` begins; no octets."""

    frame: int


@dataclass(frozen=True, slots=True)
class Later:
    """Octets that follow are zeros: `make` (a function of the message and of where record `frame` begins)
    yields them when the message is complete, if `condition` holds. No octets of its own."""

    octets: str
    make: str
    condition: str
    frame: int


@dataclass(frozen=True, slots=True)
class Now(Raw):
    """Octets that `write` makes from what stands before record `frame`, once that is known: a message written
    in order."""

    frame: int = 0
    write: Callable[[Any], Piece] = field(kw_only=True)


Piece = Fixed | Raw | Begin | Later
Finish = Callable[[list[Piece]], None]
"""What takes the pieces of a record, in wire order."""


def constant(octets: bytes) -> Fixed:
    """Return octets known when the code is made."""
    return Fixed(f"{len(octets)}s", literal(octets).text, octets)


def total(pieces: Sequence[Piece]) -> Code:
    """Return text for the number of octets of all pieces."""
    fixed = sum(piece.octets for piece in pieces if isinstance(piece, Fixed))
    texts = [piece.length for piece in pieces if isinstance(piece, Raw)]
    fixed += sum(int(text) for text in texts if text.isdigit())
    texts = [text for text in texts if not text.isdigit()]
    if not texts:
        return literal(fixed)
    if fixed:
        texts.append(str(fixed))
    return Code(" + ".join(texts), SUM) if len(texts) > 1 else Code(texts[0])


def joined(pieces: Sequence[Piece], scope: ModuleScope) -> Code:
    """Return the expression for all pieces in a row: packs for fixed runs, `+` for few, a join for more."""
    parts = [part for run in _runs(pieces) for part in _run_text(run, scope)]
    if not parts:
        return Code('b""')
    if len(parts) == 1:
        part = parts[0]
        return Code(f'b"".join(({part.text},))') if part.given else Code(part.text, part.level)
    if len(parts) <= 3 and not (parts[0].given and parts[1].given):
        return Code(" + ".join(f"({p.text})" if p.level < SUM else p.text for p in parts), SUM)
    return Code(f'b"".join(({", ".join(p.text for p in parts)}))')


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group neighbours that one `pack` can write."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        if isinstance(piece, Fixed):
            if not piece.octets:
                continue
        elif not isinstance(piece, Raw):
            continue
        last = runs[-1] if runs else None
        if last and isinstance(piece, Fixed) and _packs(last, piece):
            last.append(piece)
        else:
            runs.append([piece])
    return runs


def kind_tests(pieces: Sequence[Piece], scope: ModuleScope) -> list[str]:
    """Return the tests that variables are integers which equal constants that no `pack` writes."""
    found: list[str] = []
    if not any(isinstance(piece, Fixed) and piece.same for piece in pieces):
        return found
    for run in _runs(pieces):
        fixed = [piece for piece in run if isinstance(piece, Fixed)]
        same = [piece for piece in fixed if piece.same]
        if not same or any(piece.constant is None for piece in fixed):
            continue
        if len(same) > 1:
            # Only integers have `^`; that of equal values is the same.
            word = number(reduce(xor, map(_integer, same)))
            found.append(f"{' ^ '.join(piece.value for piece in same)} != {word}")
        else:
            found += [is_no_integer(piece.value, scope) for piece in same]
    return found


def _integer(piece: Fixed) -> int:
    """Return the integer whose octets a constant is."""
    order: Literal["little", "big"] = "little" if piece.little else "big"
    return int.from_bytes(piece.constant or b"", order, signed=piece.code.islower())


def is_no_integer(text: str, scope: ModuleScope) -> str:
    """Return the test of a variable that is of another kind than an integer."""
    return f"{text}.__class__ is not int and not {scope.support('is_integer')}({text})"


def is_no_list(text: str, scope: ModuleScope) -> str:
    """Return the test of a variable that can be written as no list: octets and maps can be gone through, too."""
    return f"{text}.__class__ is not list and not {scope.support('is_list')}({text})"


def _packs(run: list[Piece], piece: Fixed) -> bool:
    if not isinstance(run[-1], Fixed):
        return False
    orders = {p.little for p in (*run, piece) if isinstance(p, Fixed) and p.code[-1] not in "sBb"}
    return len(orders) <= 1


def _run_text(run: list[Piece], scope: ModuleScope) -> list[Raw]:
    first = run[0]
    if isinstance(first, Raw):
        return [first]
    fixed = [piece for piece in run if isinstance(piece, Fixed)]
    if all(piece.constant is not None for piece in fixed):
        octets = b"".join(piece.constant or b"" for piece in fixed)
        return [Raw(literal(octets).text, str(len(octets)))]
    little = any(piece.little for piece in fixed)
    codes, values = _merged(fixed, little)
    if codes == ["B"] and fixed[0].natural:
        return [Raw(f"{scope.support('OCTETS')}[{values[0]}]", "1")]
    size = str(sum(piece.octets for piece in fixed))
    return [Raw(f"{scope.pack(''.join(codes), little)}({', '.join(values)})", size)]


def _merged(fixed: list[Fixed], little: bool) -> tuple[list[str], list[str]]:
    """Return codes and values; constants next to integers become integers, neighbours one constant."""
    codes, values = [], []
    for piece in fixed:
        if piece.constant is not None and not piece.same and len(piece.constant) in (1, 2, 4, 8):
            codes.append({1: "B", 2: "H", 4: "I", 8: "Q"}[len(piece.constant)])
            values.append(literal(int.from_bytes(piece.constant, "little" if little else "big")).text)
        else:
            codes.append(piece.code)
            values.append(piece.value)
    return codes, values


def flag_text(test: str, bits: str) -> str:
    """Return the term of a word that says whether `test` is true."""
    return f"({bits} if {test} else 0)"


def decided(pieces: Sequence[Piece], test: str, outcome: bool) -> list[Piece]:
    """Return the pieces where `test` is known to be true or false."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Fixed):
            for flag, bits in piece.flags:
                if flag == test:
                    text = piece.value.replace(f"{flag_text(flag, number(bits))} | ", "", 1)
                    piece = replace(piece, value=_with_bits(text, bits) if outcome else text)
        found.append(piece)
    return found


def _with_bits(word: str, bits: int) -> str:
    """Return the word with some bits set; its own constant comes last, where it has one."""
    rest, bar, last = word.rpartition(" | ")
    return f"{rest} | {number(int(last, 0) | bits)}" if bar and last.isdigit() else f"{word} | {number(bits)}"


def has_fix_up(pieces: Sequence[Piece]) -> bool:
    """Whether a piece is known only when the message is complete."""
    return any(isinstance(piece, Later | Now) for piece in pieces)


def fix_up_lines(pieces: Sequence[Piece], part: str) -> list[tuple[str, str]]:
    """Return (condition, statement) that note every fix-up; `part` says which part of a list holds the pieces."""
    found = []
    for position, piece in enumerate(pieces):
        if not isinstance(piece, Later):
            continue
        begin = next((i for i, p in enumerate(pieces) if isinstance(p, Begin) and p.frame == piece.frame), 0)
        at, start = total(pieces[:position]).text, total(pieces[:begin]).text
        found.append(
            (piece.condition, f"fixes.append(({part}, {at}, {start}, {piece.octets}, {piece.make}))")
        )
    return found


def separate(pieces: Sequence[Piece], scope: ModuleScope) -> list[str]:
    """Return the expressions of all runs, unjoined."""
    return [part.text for run in _runs(pieces) for part in _run_text(run, scope)]
