"""Lists of words read and written at once, and lines whose end nothing in them can be taken for."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, If, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_loops import open_list, store_list
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.encode_names import WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.encode_plan import expressions_of
from art7.codegen.python.expressions import Code, quoted
from art7.codegen.python.pieces import Piece, is_no_list
from art7.codegen.python.record_facts import inner_blocks
from art7.codegen.python.text_pieces import measured, text_in
from art7.codegen.python.text_runs import spelled, whole_text
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Covered, OctetAt, Position, walk
from art7.grammar.ir.pattern_sets import common, pattern_characters, pattern_sets

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter

_WITHOUT_SPACE = ("base64", "base64url", "hex")
"""Codings that spell no octet as white space or a control."""

_SILENT = (p.Domain, p.Check, p.Verify, p.View)


def holds_none(records: Mapping[str, p.Record], block: p.Block, signs: bytes) -> bool:
    """Whether nothing that a block writes holds one of some ASCII characters, whatever its values are."""
    return _holds_none(records, block, signs, set())


def _holds_none(records: Mapping[str, p.Record], block: p.Block, signs: bytes, seen: set[str]) -> bool:
    def is_free(step: Any) -> bool:
        match step:
            case p.Constant(octets=octets):
                return not any(sign in octets for sign in signs)
            case p.Token(pattern=pattern):
                return not any(common(pattern_characters(pattern), ((sign, sign),)) for sign in signs)
            case p.Quoted():
                return not any(sign == 9 or sign > 31 for sign in signs)
            case p.Through(transform=transform):
                return transform in _WITHOUT_SPACE and not any(sign > 32 for sign in signs)
            case p.Number() | p.Domain() | p.Check() | p.Verify() | p.View():
                return True
            case p.CallRecord(record=name) if name in seen:
                return True
            case p.CallRecord(record=name) if records[name].encoding == "text":
                seen.add(name)
                return _holds_none(records, records[name].body, signs, seen)
            case p.Ahead() | p.Repeat() | p.Either() | p.Branch():
                return all(_holds_none(records, each, signs, seen) for each in inner_blocks(step))
            case _:
                return False

    return all(map(is_free, block.steps))


def ends_itself(records: Mapping[str, p.Record], block: p.Block) -> bool:
    """Whether reading a block stops before the end of a line of itself, and nothing asks where that is."""
    return holds_none(records, block, b"\r\n") and not _asks_for_places(records, block, set())


def _asks_for_places(records: Mapping[str, p.Record], block: p.Block, seen: set[str]) -> bool:
    for step in block.steps:
        if any(isinstance(node, _PLACES) for expr in expressions_of(step) for node in walk(expr)):
            return True
        inner = inner_blocks(step)
        if isinstance(step, p.CallRecord) and step.record not in seen:
            seen.add(step.record)
            inner = (records[step.record].body,)
        if any(_asks_for_places(records, each, seen) for each in inner):
            return True
    return False


_PLACES = (Position, OctetAt, Covered)


def is_one_line(records: Mapping[str, p.Record], block: p.Block) -> bool:
    """Whether what a block writes is one line without white space around it, whatever its values are."""
    return holds_none(records, block, b"\r\n\0") and all(
        map(_has_no_blank_end, _loud(block)[:1] + _loud(block)[-1:])
    )


def _loud(block: p.Block) -> list[Any]:
    return [step for step in block.steps if not isinstance(step, (*_SILENT, p.Space))]


def _has_no_blank_end(step: Any) -> bool:
    match step:
        case p.Token(pattern=pattern):
            return not any(common(pattern_characters(pattern), ((sign, sign),)) for sign in b" \t")
        case p.Number() | p.Quoted():
            return True
        case p.Constant(octets=octets):
            return octets.strip(b" \t") == octets
        case _:
            return False


def header_words(step: p.Headers, entry: p.Header) -> str | None:
    """Return the token of a header that is a list of words with commas between; nothing for other headers."""
    token = entry.body.steps[0] if len(entry.body.steps) == 1 else None
    if not isinstance(token, p.Token) or token.slot != entry.item or not entry.comma or step.comments:
        return None
    held = pattern_characters(token.pattern)
    apart = any(common(held, ((sign, sign),)) is not None for sign in b' \t,"<')
    if apart or step.space.strip(b" \t") or token.maximum is not None or pattern_sets(token.pattern).empty:
        return None
    return None if octets_pattern(token.pattern) is None else token.pattern


def read_words(emitter: BlockEmitter, frame: Frame, step: p.Repeat) -> bool:
    """Emit a list of words as one match that is cut at the literals, if it is one; returns whether it is."""
    mark, pattern = listed_words(step)
    text = None if pattern is None else octets_pattern(pattern)
    facts = frame.facts
    if text is None or not {step.slot, step.item}.isdisjoint({*facts.starts, *facts.spans}):
        return False
    emitter.tighten()
    emitter.scope.standard("re")
    sign = spelled(mark)
    whole = f"(?:{sign}(?:{text}))*+(?!{sign})"
    digest = sha256(whole.encode()).hexdigest()[:8]
    match = emitter.scope.constant(f"_words_{digest}", f're.compile(rb"{whole}").match')
    found, stop = emitter.scratch("found"), emitter.scratch("stop")
    call = f"{match}({emitter.data}, {emitter.cursor}, {emitter.end})"
    emitter.out += [Assign([found], call, pure=False), Test(f"{found} is None")]
    items, target = open_list(emitter, frame, step.slot)
    opened = emitter.out.pop()
    assert isinstance(opened, Assign), "a list is opened by an assignment"
    words = f"{found}[0].decode().split({quoted(mark.decode())})[1:]"
    emitter.out += [Assign(opened.targets, words, pure=False), Assign([stop], f"{found}.end()", pure=False)]
    emitter.cursor_state = emitter.cursor_state.at(stop, loose=False)
    store_list(emitter, frame, step.slot, items, target, step.minimum, step.maximum)
    return True


def listed_words(step: p.Repeat) -> tuple[bytes, str | None]:
    """Return the literal before each item of a list of words, and their token; no token for other lists.

    No word is empty or holds what the literal begins with: the literals in a text tell how many words it has.
    """
    inner = [each for each in step.body.steps if not isinstance(each, _SILENT)]
    if len(inner) != 2 or len(inner) != len(step.body.steps):
        return b"", None
    mark, token = inner
    if not isinstance(mark, p.Constant) or not isinstance(token, p.Token) or token.slot != step.item:
        return b"", None
    octets, sets = mark.octets, pattern_sets(token.pattern)
    held = common(pattern_characters(token.pattern), ((octets[0], octets[0]),))
    fit = octets.isascii() and not sets.empty and held is None and octets.count(octets[:1]) == 1
    return (octets, token.pattern) if fit else (b"", None)


def write_words(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Repeat, mark: bytes, pattern: str
) -> list[Piece]:
    """Write a list of words: one text, one expression, and as many literals in it as words."""
    slot = frame.record.slots[step.slot]
    items = local_name(emitter, written(emitter, frame, step.slot), slot.name)
    emitter.out.append(Test(is_no_list(items, emitter.scope)))
    if step.minimum:
        emitter.out.append(Test(f"len({items}) < {step.minimum}"))
    if step.maximum is not None:
        emitter.out.append(Test(f"len({items}) > {step.maximum}"))
    frame.values[step.slot] = Code(items)
    text = emitter.integer("text")
    sign = quoted(mark.decode())
    whole = whole_text(emitter.scope, f"(?:{spelled(mark)}(?:{pattern}))+")
    body: Body = [
        Assign([text], f"{sign} + {sign}.join({items})", pure=False),
        Test(f"{whole}({text}) is None or {text}.count({sign}) != len({items})"),
    ]
    nothing: Body = [Assign([text], '""', pure=False)]
    emitter.out += body if step.minimum else [If([(items, body)], nothing)]
    emitter.scope.support("Refused")
    frame.octets[step.slot] = measured(text, True)
    return [text_in(text)]
