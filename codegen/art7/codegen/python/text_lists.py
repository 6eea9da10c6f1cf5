"""Lists of words written at once, and lines whose end nothing in them can be taken for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, If, Test
from art7.codegen.python.encode_names import WriteFrame
from art7.codegen.python.encode_numbers import local_name, written
from art7.codegen.python.expressions import Code, quoted
from art7.codegen.python.pieces import Piece, Raw, is_no_list
from art7.codegen.python.record_facts import inner_blocks
from art7.codegen.python.text_runs import spelled, whole_text
from art7.grammar.ir import plan as p
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
    text, name = emitter.fresh("text"), emitter.fresh(f"{slot.name}_octets")
    sign = quoted(mark.decode())
    whole = whole_text(emitter.scope, f"(?:{spelled(mark)}(?:{pattern}))+")
    body: Body = [
        Assign([text], f"{sign} + {sign}.join({items})", pure=False),
        Test(f"{whole}({text}) is None or {text}.count({sign}) != len({items})"),
        Assign([name], f"{text}.encode()", pure=False),
    ]
    nothing: Body = [Assign([name], 'b""', pure=False)]
    emitter.out += body if step.minimum else [If([(items, body)], nothing)]
    emitter.scope.support("Refused")
    frame.octets[step.slot] = Code(f"len({name})")
    return [Raw(name, f"len({name})")]
