"""Runs of text written at once: one text is put together, and one expression tells that each value is what it must be.

What the expression finds in the text are the values again only where each of them is of its token: no token is
followed by what could belong to it (`A7-L092`), so there is one way to cut the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from art7.codegen.python.code import Assign, Test
from art7.codegen.python.encode_names import WriteFrame
from art7.codegen.python.encode_numbers import written
from art7.codegen.python.expressions import literal, quoted
from art7.codegen.python.pieces import Piece, Raw
from art7.codegen.python.text_runs import run_of, spelled
from art7.grammar.ir import plan as p

if TYPE_CHECKING:
    from art7.codegen.python.octets_encode import EncodeEmitter

NUMBER, SIGNED, HEXADECIMAL = "[0-9]+", "-?[0-9]+", "[0-9a-f]+"


@dataclass(frozen=True, slots=True)
class WrittenRun:
    """Steps of a block that are written together, from position `first` on."""

    first: int
    steps: tuple[Any, ...]


def written_runs(emitter: EncodeEmitter, frame: WriteFrame, block: p.Block) -> dict[int, WrittenRun]:
    """Return the runs of a block, by the position of each of their steps; domains are written by themselves."""
    found: dict[int, WrittenRun] = {}
    if frame.record.encoding != "text":
        return found
    position = 0
    while position < len(block.steps):
        steps = block.steps[position:]
        run = run_of(frame.record, emitter.facts(frame.record), steps)
        taken = run.steps if run is not None else 0
        given = run is not None and all(_is_given(frame, one.slot) for one, _ in run.groups)
        if run is not None and given and _is_ascii(steps[:taken]):
            kept = tuple(step for step in steps[:taken] if not isinstance(step, p.Domain))
            made = WrittenRun(position, kept)
            for offset, step in enumerate(steps[:taken]):
                if not isinstance(step, p.Domain):
                    found[position + offset] = made
        position += max(taken, 1)
    return found


def _is_ascii(steps: tuple[Any, ...]) -> bool:
    """Whether all literals are ASCII: octets and characters alike."""
    inner = [each for step in steps if isinstance(step, p.Ahead) for each in step.body.steps]
    return all(step.octets.isascii() for step in (*steps, *inner) if isinstance(step, p.Constant))


def _is_given(frame: WriteFrame, slot: int) -> bool:
    declared = frame.record.slots[slot]
    return declared.value is None and slot not in frame.deferred and slot not in frame.fixed


def write_run(emitter: EncodeEmitter, frame: WriteFrame, run: WrittenRun) -> list[Piece]:
    """Emit the text of a run and its test; returns the piece."""
    shown, pattern = "", ""
    tokens: list[str] = []
    for step in run.steps:
        if isinstance(step, p.Constant):
            shown, pattern = shown + _braced(step.octets), pattern + spelled(step.octets)
        elif isinstance(step, p.Ahead):
            text, part = _optional(emitter, frame, step, tokens)
            shown, pattern = shown + text, pattern + part
        else:
            value = _local(emitter, frame, step.slot)
            text, part = _value(emitter, step, value, tokens)
            shown, pattern = shown + text, pattern + part
    name = emitter.fresh("text")
    emitter.out.append(Assign([name], f'f"{shown}"', pure=False))
    if tokens:
        _test(emitter, name, pattern, tokens)
    octets = emitter.fresh("octets_of_text")
    emitter.out.append(Assign([octets], f"{name}.encode()", pure=False))
    return [Raw(octets, f"len({octets})")]


def _test(emitter: EncodeEmitter, name: str, pattern: str, tokens: list[str]) -> None:
    emitter.scope.standard("re")
    mark = sha256(pattern.encode()).hexdigest()[:8]
    whole = emitter.scope.constant(f"_text_{mark}", f"re.compile({quoted(pattern)}).fullmatch")
    found = emitter.fresh("found")
    emitter.out.append(Assign([found], f"{whole}({name})", pure=False))
    values = f"({', '.join(tokens)}{',' if len(tokens) == 1 else ''})"
    emitter.out.append(Test(f"{found} is None or {found}.groups() != {values}"))
    emitter.scope.support("Refused")


def _local(emitter: EncodeEmitter, frame: WriteFrame, slot: int) -> str:
    text = written(emitter, frame, slot).text
    if text.isidentifier():
        return text
    name = emitter.fresh(frame.record.slots[slot].name)
    emitter.scope.from_standard("typing", "Any")
    emitter.out.append(Assign([f"{name}: Any"], text, pure=False))
    return name


def _value(
    emitter: EncodeEmitter, step: p.Token | p.Number, value: str, tokens: list[str], absent: str = ""
) -> tuple[str, str]:
    """Return what stands for a value in the text, and in the expression; test a number now, a token later."""
    if isinstance(step, p.Token):
        tokens.append(value)
        return f"{{{value}}}", f"({step.pattern})"
    low, high = literal(step.minimum).text, literal(step.maximum).text
    kind = f"{value}.__class__ is not int and not isinstance({value}, int)"
    test = f"{kind} or not {low} <= {value} <= {high}"
    emitter.out.append(Test(f"{value} is not None and ({test})" if absent else test))
    if step.base == 16:
        return f"{{{value}:x}}", HEXADECIMAL
    return f"{{{value}:d}}", SIGNED if step.minimum < 0 else NUMBER


def _optional(emitter: EncodeEmitter, frame: WriteFrame, step: p.Ahead, tokens: list[str]) -> tuple[str, str]:
    """Return what stands for a part that may be absent."""
    value = _local(emitter, frame, step.slot)
    shown, pattern = "", ""
    for inner in step.body.steps:
        if isinstance(inner, p.Constant):
            shown, pattern = shown + _braced(inner.octets), pattern + spelled(inner.octets)
        else:
            text, part = _value(emitter, inner, value, tokens, "absent")  # type: ignore[arg-type]
            shown, pattern = shown + text, pattern + part
    name = emitter.fresh("part")
    emitter.out.append(Assign([name], f'"" if {value} is None else f"{shown}"', pure=False))
    return f"{{{name}}}", f"(?:{pattern})?"


def _braced(octets: bytes) -> str:
    """Return a literal as it stands in an f-string; what is no plain character is escaped."""
    signs = []
    for sign in octets.decode("utf-8"):
        if sign in "{}":
            signs.append(sign * 2)
        elif sign.isascii() and sign.isprintable() and sign not in '"\\':
            signs.append(sign)
        else:
            signs.append(f"\\U{ord(sign):08x}")
    return "".join(signs)
