"""Runs of text written at once: one text is put together, and one expression tells that each value is what it must be.

What the expression finds in the text are the values again only where each of them is of its token: no token is
followed by what could belong to it (`A7-L092`), so there is one way to cut the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Body, If, Test
from art7.codegen.python.encode_names import WriteFrame
from art7.codegen.python.encode_numbers import written
from art7.codegen.python.expressions import literal, quoted
from art7.codegen.python.pieces import Piece, Text
from art7.codegen.python.text_cuts import Word, cut_tests, kind_tests
from art7.codegen.python.text_pieces import braced, is_no_number, text_in
from art7.codegen.python.text_runs import run_of, spelled, whole_text
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import SlotRef

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter

NUMBER, SIGNED, HEXADECIMAL = "[0-9]+", "-?[0-9]+", "[0-9a-f]+"


@dataclass(frozen=True, slots=True)
class WrittenRun:
    """Steps of a block that are written together, from position `first` on.

    `known`: words that the one token is told from by what follows, or must be one of; they need no test.
    """

    first: int
    steps: tuple[Any, ...]
    known: tuple[str, ...] = ()


def written_runs(emitter: EncodeEmitter, frame: WriteFrame, block: p.Block) -> dict[int, WrittenRun]:
    """Return the runs of a block, by the position of each of their steps; domains are written by themselves."""
    found: dict[int, WrittenRun] = {}
    if frame.record.encoding != "text":
        return found
    position = 0
    while position < len(block.steps):
        steps = block.steps[position:]
        run = run_of(frame.record, emitter.facts(frame.record), steps)
        taken = run.steps if run is not None else 1
        given = run is not None and all(_is_given(frame, one.slot) for one, _ in run.groups)
        if run is not None and given and _is_ascii(steps[:taken]):
            kept = tuple(step for step in steps[:taken] if not isinstance(step, p.Domain | p.Space))
            made = WrittenRun(position, kept, _known_words(kept, block))
            for offset, step in enumerate(steps[:taken]):
                if not isinstance(step, p.Domain):
                    found[position + offset] = made
            position += taken
        else:
            position += 1
    return found


def _is_ascii(steps: tuple[Any, ...]) -> bool:
    """Whether all literals are ASCII: octets and characters alike."""
    inner = [each for step in steps if isinstance(step, p.Ahead) for each in step.body.steps]
    return all(step.octets.isascii() for step in (*steps, *inner) if isinstance(step, p.Constant))


def _is_given(frame: WriteFrame, slot: int) -> bool:
    declared = frame.record.slots[slot]
    return declared.value is None and slot not in frame.deferred and slot not in frame.fixed


def _known_words(steps: tuple[Any, ...], block: p.Block) -> tuple[str, ...]:
    """Return the words that a block tells the token of a run from, where that holds one token."""
    tokens = [step for step in steps if not isinstance(step, p.Constant)]
    if len(tokens) != 1 or not isinstance(tokens[0], p.Token):
        return ()
    found: list[tuple[Any, Any]] = []
    for step in block.steps:
        if isinstance(step, p.Branch) and isinstance(step.on, SlotRef) and step.on.index == tokens[0].slot:
            found += [pair for case in step.cases for pair in case.ranges if case.refuse is None]
        elif isinstance(step, p.Domain) and step.slot == tokens[0].slot:
            found += step.ranges
    whole = re.compile(tokens[0].pattern).fullmatch
    words = [low for low, high in found if low == high and isinstance(low, str) and whole(low)]
    return tuple(dict.fromkeys(words))


def write_run(emitter: EncodeEmitter, frame: WriteFrame, run: WrittenRun) -> list[Piece]:
    """Emit the text of a run and its test; returns the piece."""
    shown, pattern, before = "", "", b""
    words: list[Word] = []
    for step in run.steps:
        if isinstance(step, p.Constant):
            shown, pattern = shown + braced(step.octets), pattern + spelled(step.octets)
            before += step.octets
            continue
        if isinstance(step, p.Ahead):
            text, part, word, before = _optional(emitter, frame, step, before)
        else:
            value = _local(emitter, frame, step.slot)
            (text, part), word, before = _value(emitter, step, value), _word(step, value, before), b""
        words.append(word)
        shown, pattern = shown + text, pattern + part
    if run.known:
        return _write_known(emitter, run, words[0].value, emitter.fresh("text"), (shown, pattern))
    if not any(word.pattern is not None for word in words):
        return [Text(f'f"{shown}"', f'len(f"{shown}")', shown=shown)]
    text = emitter.integer("text")
    emitter.out += _spelled_out(emitter, text, shown, pattern, words, before)
    return [text_in(text)]


def _word(step: p.Token | p.Number, value: str, before: bytes, optional: bool = False) -> Word:
    return Word(value, step.pattern if isinstance(step, p.Token) else None, before, optional)


def _spelled_out(
    emitter: EncodeEmitter, name: str, shown: str, pattern: str, words: list[Word], behind: bytes
) -> Body:
    """Put a text together in a variable and test it."""
    tests = cut_tests(words, behind)
    one_cut = tests is not None
    body: Body = []
    if one_cut:
        body.append(Test(" or ".join(kind_tests(words, emitter.scope.support("is_word")))))
    body.append(Assign([name], f'f"{shown}"', pure=False))
    found = f"{whole_text(emitter.scope, pattern.replace(WORD, '(?:' if one_cut else '('))}({name})"
    if one_cut:
        body.append(Test(" or ".join([f"{found} is None", *(tests or ())])))
    else:
        body += _compared(emitter, found, words)
    emitter.scope.support("Refused")
    return body


WORD = "\0"
"""Where the expression of a token begins; a group where values must be compared with what was found."""


def _compared(emitter: EncodeEmitter, call: str, words: list[Word]) -> Body:
    """Test that the words found are those that were put in."""
    found = emitter.fresh("found")
    values = [word.value for word in words if word.pattern is not None]
    shown = f"({', '.join(values)}{',' if len(values) == 1 else ''})"
    return [
        Assign([found], call, pure=False),
        Test(f"{found} is None or {found}.groups() != {shown}"),
    ]


def _write_known(
    emitter: EncodeEmitter, run: WrittenRun, value: str, name: str, texts: tuple[str, str]
) -> list[Piece]:
    """Take known words from a table; test only others."""
    shown, pattern = texts
    made = {word: _literally(run.steps, word) for word in run.known}
    rows = ", ".join(f"{quoted(word)}: {literal(text).text}" for word, text in made.items())
    mark = sha256(rows.encode()).hexdigest()[:8]
    table = emitter.scope.constant(f"_known_{mark}", "{" + rows + "}")
    emitter.out.append(Assign([name], f"{table}.get({value})", pure=False))
    token = next(step for step in run.steps if isinstance(step, p.Token))
    body = _spelled_out(emitter, name, shown, pattern, [Word(value, token.pattern, b"")], b"")
    emitter.out.append(If([(f"{name} is None", body)]))
    return [text_in(name)]


def _literally(steps: tuple[Any, ...], word: str) -> str:
    return "".join(step.octets.decode() if isinstance(step, p.Constant) else word for step in steps)


def _local(emitter: EncodeEmitter, frame: WriteFrame, slot: int) -> str:
    text = written(emitter, frame, slot).text
    if text.isidentifier():
        return text
    name = emitter.fresh(frame.record.slots[slot].name)
    emitter.scope.from_standard("typing", "Any")
    emitter.out.append(Assign([f"{name}: Any"], text, pure=False))
    return name


def _value(emitter: EncodeEmitter, step: p.Token | p.Number, value: str, absent: str = "") -> tuple[str, str]:
    """Return what stands for a value in the text, and in the expression; test a number now, a token later."""
    if isinstance(step, p.Token):
        return f"{{{value}}}", f"{WORD}{step.pattern})"
    test = is_no_number(value, step)
    emitter.out.append(Test(f"{value} is not None and ({test})" if absent else test))
    if step.base == 16:
        return f"{{{value}:x}}", HEXADECIMAL
    return f"{{{value}:d}}", SIGNED if step.minimum < 0 else NUMBER


def _optional(
    emitter: EncodeEmitter, frame: WriteFrame, step: p.Ahead, before: bytes
) -> tuple[str, str, Word, bytes]:
    """Return what stands for a part that may be absent: in the text, in the expression, its word, what is behind."""
    value = _local(emitter, frame, step.slot)
    shown, pattern, behind = "", "", b""
    word: Word | None = None
    for inner in step.body.steps:
        if isinstance(inner, p.Space):
            continue
        if isinstance(inner, p.Constant):
            shown, pattern = shown + braced(inner.octets), pattern + spelled(inner.octets)
            behind += inner.octets
        else:
            assert isinstance(inner, p.Token | p.Number), "no run holds another step"
            text, part = _value(emitter, inner, value, "absent")
            word, behind = _word(inner, value, behind, True), b""
            shown, pattern = shown + text, pattern + part
    assert word is not None, "a part that may be absent holds a value"
    if before or behind:
        word = replace(word, before=b"")  # what stands before or behind it in every text does not tell of it
    name = emitter.integer("part")
    emitter.out.append(Assign([name], f'"" if {value} is None else f"{shown}"', pure=False))
    return f"{{{name}}}", f"(?:{pattern})?", word, behind
