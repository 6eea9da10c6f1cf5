"""Text to be written, before it is octets: values and literals in a row are one text, encoded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign
from art7.codegen.python.expressions import Code, literal, quoted
from art7.codegen.python.pieces import Begin, Fixed, Piece, Raw, Text, total
from art7.codegen.python.record_facts import inner_blocks
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter

LONGEST = 72
"""An f-string with more characters is joined from its parts instead."""


def writes_text(records: Mapping[str, p.Record], block: p.Block) -> bool:
    """Whether all that a block writes is put together as text."""
    return _writes_text(records, block, set())


def returns_text(records: Mapping[str, p.Record], record: p.Record) -> bool:
    """Whether the function that encodes a record returns text."""
    return _is_text_record(record) and writes_text(records, record.body)


def _is_text_record(record: p.Record) -> bool:
    on_octets = record.encoding == "text" and record.carrier is p.Carrier.OCTETS
    return on_octets and not record.deferred and not record.places and record.kind != "message"


def _writes_text(records: Mapping[str, p.Record], block: p.Block, seen: set[str]) -> bool:
    def is_text(step: Any) -> bool:
        match step:
            case p.Constant(octets=octets):
                return octets.isascii()
            case p.Upto(text=text, until=until):
                return text and until.isascii() and until[:1] not in until[1:]
            case p.Take(text=text, extent=extent):
                return text and isinstance(extent, p.Rest) and not step.minimum and step.maximum is None
            case p.Token() | p.Number() | p.Quoted() | p.Space() | p.Parameters() | p.Through():
                return True
            case p.Domain() | p.Check() | p.Verify() | p.View():
                return True
            case p.CallRecord(record=name):
                if name in seen:
                    return True
                seen.add(name)
                record = records[name]
                return _is_text_record(record) and _writes_text(records, record.body, seen)
            case p.Line() | p.Ahead() | p.Either() | p.Branch() | p.Repeat() | p.Headers():
                return all(_writes_text(records, each, seen) for each in inner_blocks(step))
            case _:
                return False

    return all(map(is_text, block.steps))


def text_of(pieces: Sequence[Piece]) -> str:
    """Return the expression of pieces that are all text."""
    assert all(isinstance(piece, Begin) or is_text(piece) for piece in pieces), "only text stands here"
    return joined_text([piece for piece in pieces if not isinstance(piece, Begin)]).text


def is_text(piece: Piece) -> bool:
    """Whether a piece is text, or a constant that is the same in octets and characters."""
    if isinstance(piece, Text):
        return True
    return isinstance(piece, Fixed) and not piece.same and (piece.constant or b"\xff").isascii()


def joined_text(pieces: Sequence[Piece]) -> Code:
    """Return the expression of texts in a row."""
    whole = _formatted(pieces)
    if whole is not None:
        return Code(whole)
    parts: list[list[Piece]] = []
    for piece in pieces:
        if parts and _formatted([*parts[-1], piece]) is not None and not _is_word(piece):
            parts[-1].append(piece)
        else:
            parts.append([piece])
    return Code(f'"".join(({", ".join(_formatted(each) or "" for each in parts)}))')


def _is_word(piece: Piece) -> bool:
    """Whether a piece is a variable."""
    return isinstance(piece, Text) and piece.text.isidentifier()


def _formatted(pieces: Sequence[Piece]) -> str | None:
    """Return texts in a row as one constant, variable or f-string; nothing where that is too long."""
    texts = [piece for piece in pieces if isinstance(piece, Text)]
    if not texts:
        return quoted(b"".join(_octets(piece) for piece in pieces).decode())
    if len(pieces) == 1:
        return texts[0].text
    shown = "".join(piece.shown if isinstance(piece, Text) else braced(_octets(piece)) for piece in pieces)
    return f'f"{shown}"' if len(shown) <= LONGEST else None


def _octets(piece: Piece) -> bytes:
    return (piece.constant or b"") if isinstance(piece, Fixed) else b""


def braced(octets: bytes) -> str:
    """Return a literal as it stands in an f-string; what is no plain character is escaped."""
    signs = []
    for sign in octets.decode("utf-8"):
        if sign in "{}":
            signs.append(sign * 2)
        elif sign.isascii() and sign.isprintable() and sign not in '"\\':
            signs.append(sign)
        else:
            signs.append(_ESCAPES.get(sign, f"\\U{ord(sign):08x}"))
    return "".join(signs)


_ESCAPES = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\"}


def encoded(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with texts in a row, and literals beside them, as their octets."""
    found: list[Piece] = []
    run: list[Piece] = []
    for piece in [*(each for each in pieces if not isinstance(each, Begin)), None]:
        if piece is not None and is_text(piece):
            run.append(piece)
            continue
        if any(isinstance(each, Text) for each in run):
            text = joined_text(run).text
            size = total(run).text
            found.append(Raw(f"{text}.encode()", size))
        else:
            found += run
        run = []
        if piece is not None:
            found.append(piece)
    return found


def text_in(variable: str) -> Text:
    """Return the piece of a text that a variable holds."""
    return Text(variable, f"len({variable}.encode())", shown=f"{{{variable}}}")


def is_no_text(emitter: EncodeEmitter, value: str) -> str:
    """Return the test of a variable that is put into a text as something else than it is."""
    return f"{value}.__class__ is not str and not {emitter.scope.support('is_word')}({value})"


def is_no_number(value: str, step: p.Number) -> str:
    """Return the test of a variable that holds no integer within bounds."""
    low, high = literal(step.minimum).text, literal(step.maximum).text
    kind = f"{value}.__class__ is not int and not isinstance({value}, int)"
    return f"{kind} or not {low} <= {value} <= {high}"


def keep(emitter: EncodeEmitter, name: str, pieces: list[Piece], as_text: bool) -> None:
    """Emit the assignment of pieces to a variable, as text or as octets."""
    value = text_of(pieces) if as_text else emitter.octets_of(pieces)
    emitter.out.append(Assign([name], value, pure=False))


def kept(name: str, as_text: bool) -> Raw:
    """Return the piece of what `keep` put into a variable."""
    return text_in(name) if as_text else Raw(name, f"len({name})")


def measured(name: str, as_text: bool) -> Code:
    """Return how many octets a variable of `keep` holds."""
    return Code(kept(name, as_text).length)


def nothing(as_text: bool) -> str:
    """Return the empty text, or no octets."""
    return '""' if as_text else 'b""'
