"""Runs of text that one expression takes: literals, tokens and numbers in a row, and what may be absent among them.

The expression takes exactly what the steps would. No token is followed by what could belong to it (`A7-L092`), so
nothing is gained where an engine comes back into one; and a part that may be absent is there whenever its literal is.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from art7.codegen.python.code import Assign, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_state import is_wanted
from art7.codegen.python.expressions import Code, literal, quoted
from art7.codegen.python.record_facts import RecordFacts
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p

FEWEST = 2
"""So many steps are worth an expression of their own."""

NUMBER = "((?:0|[1-9][0-9]{0,39}))(?![0-9])"
HEXADECIMAL = "((?:0|[1-9A-Fa-f][0-9A-Fa-f]{0,39}))(?![0-9A-Fa-f])"
SIGNED = "((?:0|-?[1-9][0-9]{0,39}))(?![0-9])"


@dataclass(frozen=True, slots=True)
class Run:
    """Steps in a row: the expression's text, and its groups in order."""

    text: str
    groups: tuple[tuple[p.Token | p.Number, bool], ...]
    """What each group holds, and whether it may be absent."""
    domains: tuple[p.Domain, ...]
    steps: int


def together(emitter: BlockEmitter, frame: Frame, steps: tuple[Any, ...]) -> int:
    """Emit the first steps as one match, where they are many enough; returns how many."""
    run = run_of(frame.record, frame.facts, steps)
    if run is None:
        return 0
    emitter.scope.standard("re")
    mark = sha256(run.text.encode()).hexdigest()[:8]
    match = emitter.scope.constant(f"_run_{mark}", f're.compile(rb"{run.text}").match')
    found, stop = emitter.fresh("found"), emitter.fresh("stop")
    call = f"{match}({emitter.data}, {emitter.cursor}, {emitter.end})"
    emitter.out.append(Assign([found], call, pure=False))
    emitter.out.append(Test(f"{found} is None"))
    names = [emitter.fresh("group") for _ in run.groups]
    if len(names) == 1:
        emitter.out.append(Assign(names, f"{found}[1]", pure=False))
    elif names:
        emitter.out.append(Assign([", ".join(names)], f"{found}.groups()", pure=False))
    for name, (step, optional) in zip(names, run.groups, strict=True):
        _store(emitter, frame, step, name, optional)
    emitter.out.append(Assign([stop], f"{found}.end()", pure=False))
    emitter.cursor_state = emitter.cursor_state.at(stop, loose=False)
    for domain in run.domains:
        emitter.table[p.Domain](emitter, frame, domain)
    return run.steps


def _store(emitter: BlockEmitter, frame: Frame, step: p.Token | p.Number, group: str, optional: bool) -> None:
    """Give a slot what a group holds."""
    if isinstance(step, p.Token):
        if not is_wanted(frame, step.slot):
            return
        text = f"{group}.decode()"
        text = f"None if {group} is None else {text}" if optional else text
        target = emitter.target(frame, step.slot)
        if target is not None:
            emitter.out.append(Assign([target], text, pure=False))
            emitter.stored(frame, step.slot, target)
            frame.values[step.slot] = Code(frame.values[step.slot].text, optional=optional)
        return
    word = emitter.fresh(frame.members[step.slot])
    low, high = literal(step.minimum).text, literal(step.maximum).text
    outside = f"{word} > {high}" if step.minimum == 0 else f"not {low} <= {word} <= {high}"
    text = f"int({group}{digits_base(step)})"
    if optional:
        text, outside = f"None if {group} is None else {text}", f"{word} is not None and {outside}"
    emitter.out.append(Assign([word], text, pure=False))
    emitter.out.append(Test(outside))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(word, optional=optional))


def run_of(record: p.Record, facts: RecordFacts, steps: tuple[Any, ...]) -> Run | None:
    """Return the longest run at the beginning of some steps; nothing for one that is not worth it."""
    texts: list[str] = []
    groups: list[tuple[p.Token | p.Number, bool]] = []
    domains: list[p.Domain] = []
    count = parts = 0
    for step in steps:
        if isinstance(step, p.Domain) and any(step.slot == one.slot for one, _ in groups):
            domains.append(step)
            count += 1
            continue
        part = _part(record, facts, step)
        if part is None:
            break
        text, found = part
        texts.append(text)
        groups += found
        parts += 1
        count += 1
    if parts < FEWEST or not groups:
        return None
    return Run("".join(texts), tuple(groups), tuple(domains), count)


def _part(
    record: p.Record, facts: RecordFacts, step: Any
) -> tuple[str, list[tuple[p.Token | p.Number, bool]]] | None:
    """Return the expression of one step, and its groups."""
    match step:
        case p.Constant(octets=octets):
            return spelled(octets), []
        case p.Token() | p.Number():
            text = _group(facts, step)
            return None if text is None else (text, [(step, False)])
        case p.Ahead(first=p.First(literals=(mark,), octets=(), space=b"", comments=False), body=body):
            return _optional(record, facts, step.slot, mark, body)
        case _:
            return None


def _optional(
    record: p.Record, facts: RecordFacts, slot: int, mark: bytes, body: p.Block
) -> tuple[str, list[tuple[p.Token | p.Number, bool]]] | None:
    """Return the expression of literals around one value that may be absent."""
    texts: list[str] = []
    groups: list[tuple[p.Token | p.Number, bool]] = []
    for step in body.steps:
        part = None if isinstance(step, p.Ahead) else _part(record, facts, step)
        if part is None:
            return None
        texts.append(part[0])
        groups += [(one, True) for one, _ in part[1]]
    begins = body.steps[0]
    if len(groups) != 1 or groups[0][0].slot != slot or record.slots[slot].default is not None:
        return None
    if not isinstance(begins, p.Constant) or begins.octets != mark:
        return None
    return f"(?:{''.join(texts)}|(?!{spelled(mark)}))", groups


def _group(facts: RecordFacts, step: p.Token | p.Number) -> str | None:
    if step.slot in facts.starts or step.slot in facts.spans:
        return None
    if isinstance(step, p.Number):
        return HEXADECIMAL if step.base == 16 else NUMBER if step.minimum >= 0 else SIGNED
    text = None if step.maximum is not None else octets_pattern(step.pattern)
    return None if text is None else f"({text})"


def digits_base(step: p.Number) -> str:
    """Return what `int` is told besides the digits."""
    return "" if step.base == 10 else f", {step.base}"


def spelled(octets: bytes) -> str:
    """Return octets as they stand in an expression."""
    return "".join(chr(x) if chr(x).isascii() and chr(x).isalnum() else f"\\x{x:02x}" for x in octets)


def whole_text(scope: ModuleScope, pattern: str) -> str:
    """Return the name of what matches a whole text."""
    scope.standard("re")
    mark = sha256(pattern.encode()).hexdigest()[:8]
    return scope.constant(f"_text_{mark}", f"re.compile({quoted(pattern)}).fullmatch")
