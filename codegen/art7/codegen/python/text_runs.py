"""Runs of text that one expression takes: literals, tokens and numbers in a row, and what may be absent among them.

The expression takes exactly what the steps would. An engine does not come back into a token, a text in quotes or one
up to a mark; and a part that may be absent is there whenever what it begins with is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from art7.codegen.python.code import Assign, Place, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_state import LastMatch
from art7.codegen.python.expressions import COMPARE, Code, quoted
from art7.codegen.python.inlining import DEEPEST, fits
from art7.codegen.python.record_facts import RecordFacts, filled_slots
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.text_stores import Held, store_group
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p

FEWEST = 2
"""So many steps are worth an expression of their own."""

NUMBER = "(0|[1-9][0-9]{0,39}+)(?![0-9])"
HEXADECIMAL = "(0|[1-9A-Fa-f][0-9A-Fa-f]{0,39}+)(?![0-9A-Fa-f])"
SIGNED = "(0|-?[1-9][0-9]{0,39}+)(?![0-9])"
QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)"'


@dataclass(frozen=True, slots=True)
class Run:
    """Steps in a row: the expression's text, and its groups in order."""

    text: str
    groups: tuple[tuple[Held, bool], ...]
    """What each group holds, and whether it may be absent."""
    domains: tuple[p.Domain, ...]
    steps: int
    nested: tuple[Nested, ...] = ()


@dataclass(frozen=True, slots=True)
class Nested:
    """A record that may be absent: its step, its run, and the position of its first group among all."""

    step: p.Ahead
    run: Run
    begin: int


def together(emitter: BlockEmitter, frame: Frame, steps: tuple[Any, ...]) -> int:
    """Emit the first steps as one match, where they are many enough; returns how many."""
    if (ready := emitter.ready.pop(id(steps[0]), None)) is not None:
        return _store_all(emitter, frame, *ready)
    run = run_of(frame.record, frame.facts, steps, emitter=emitter)
    if run is None:
        return 0
    emitter.scope.standard("re")
    found, stop = emitter.scratch("found"), emitter.scratch("stop")
    place = f"({emitter.data}, {emitter.cursor}, {emitter.end})"
    matched = Assign([found], f"{_match_of(emitter.scope, run.text)}{place}", pure=False)
    emitter.out.append(matched)
    emitter.out.append(Test(f"{found} is None"))
    names = [emitter.scratch("group") for _ in run.groups]
    if len(names) == 1:
        emitter.out.append(Assign(names, f"{found}[1]", pure=False))
    elif names:
        emitter.out.append(Assign([", ".join(names)], f"{found}.groups()", pure=False))
    emitter.out.append(Assign([stop], f"{found}.end()", pure=False))
    emitter.cursor_state = emitter.cursor_state.at(stop, loose=False)
    emitter.last_match = LastMatch(matched, run.text, place, stop)
    return _store_all(emitter, frame, run, names)


def _store_all(emitter: BlockEmitter, frame: Frame, run: Run, names: list[str]) -> int:
    """Give slots what the groups hold; returns how many steps that were."""
    inside = {
        position for each in run.nested for position in range(each.begin, each.begin + len(each.run.groups))
    }
    for position, (name, (step, optional)) in enumerate(zip(names, run.groups, strict=True)):
        if position not in inside:
            store_group(emitter, frame, step, name, optional)
    for domain in run.domains:
        emitter.table[p.Domain](emitter, frame, domain)
    for each in run.nested:
        _store_nested(emitter, frame, each, names[each.begin : each.begin + len(each.run.groups)])
    return run.steps


def _store_nested(emitter: BlockEmitter, frame: Frame, nested: Nested, names: list[str]) -> None:
    """Make the record whose values some groups hold, where they do."""
    call = nested.step.body.steps[0]
    assert isinstance(call, p.CallRecord), "only records are nested"
    first = emitter.scope.records[call.record].body.steps[0]
    emitter.ready[id(first)] = nested.run, names
    slots = list(dict.fromkeys([*filled_slots(nested.step.body), nested.step.slot]))
    test = Code(f"{names[0]} is not None", COMPARE)
    emitter.choose(frame, slots, [(test, {}, nested.step.body.steps), (None, {}, ())])
    assert id(first) not in emitter.ready, "the record was not copied in"


def take_in(emitter: BlockEmitter, text: str) -> bool:
    """Let the run that ends at the cursor match more; returns whether one does."""
    last = emitter.last_match
    if (
        last is None
        or emitter.cursor != Place(last.stop)
        or not any(each is last.made for each in emitter.out)
    ):
        return False
    last.made.value = f"{_match_of(emitter.scope, last.text + text)}{last.place}"
    emitter.last_match = None
    return True


def _match_of(scope: ModuleScope, text: str) -> str:
    mark = sha256(text.encode()).hexdigest()[:8]
    return scope.constant(f"_run_{mark}", f"re.compile({raw_octets(text)}).match")


def raw_octets(text: str) -> str:
    """Return an expression over octets as a literal."""
    return f"rb'{text}'" if '"' in text else f'rb"{text}"'


def run_of(
    record: p.Record, facts: RecordFacts, steps: tuple[Any, ...], *, emitter: BlockEmitter | None = None
) -> Run | None:
    """Return the longest run at the beginning of some steps; nothing for one that is not worth it.

    Without an `emitter` of literals, tokens and numbers alone.
    """
    plain = emitter is None
    nested: list[Nested] = []
    texts: list[str] = []
    groups: list[tuple[Held, bool]] = []
    domains: list[p.Domain] = []
    count = parts = 0
    for step in steps:
        if isinstance(step, p.Domain) and any(step.slot == one.slot for one, _ in groups):
            domains.append(step)
            count += 1
            continue
        inner = None if emitter is None else _nested(emitter, facts, step, len(groups))
        if inner is not None:
            nested.append(inner)
            mark = spelled(step.first.literals[0])
            part: Part | None = f"(?:{inner.run.text}|(?!{mark}))", list(inner.run.groups)
        else:
            part = _part(record, facts, step)
        if part is None or (plain and (_may_be_nothing(step) or not _is_plain(part[1]))):
            break
        text, found = part
        if not isinstance(step, p.Space) or texts[-1:] != [text]:
            texts.append(text)
        groups += found
        parts += 0 if isinstance(step, p.Space) else 2 if isinstance(step, p.Ahead) and not plain else 1
        count += 1
    if parts < FEWEST or not groups:
        return None
    return Run("".join(texts), tuple(groups), tuple(domains), count, tuple(nested))


def _is_plain(groups: list[tuple[Held, bool]]) -> bool:
    return all(isinstance(one, p.Token | p.Number) for one, _ in groups)


def _may_be_nothing(step: Any) -> bool:
    """Whether a part does not begin with a literal, which tells an empty value from an absent one."""
    if not isinstance(step, p.Ahead):
        return False
    begins = next((each for each in step.body.steps if not isinstance(each, p.Space)), None)
    return not isinstance(begins, p.Constant)


def _nested(emitter: BlockEmitter, facts: RecordFacts, step: Any, begin: int) -> Nested | None:
    """Return a record of a literal, tokens and numbers that may be absent, and that is copied in."""
    match step:
        case p.Ahead(
            slot=slot,
            first=p.First(literals=(mark,), octets=(), space=b"", comments=False),
            body=p.Block(steps=(p.CallRecord(record=name, slot=own, arguments=()),)),
        ) if slot == own and slot not in facts.starts and slot not in facts.spans:
            record = emitter.scope.records[name]
        case _:
            return None
    inside, steps = emitter.facts(record), record.body.steps
    if record.carrier is not p.Carrier.OCTETS or record.params or record.places or not fits(emitter, record):
        return None
    run = run_of(record, inside, steps)
    if run is None or emitter.level + inside.depth >= DEEPEST or run.groups[0][1]:
        return None
    begins = isinstance(steps[0], p.Constant) and steps[0].octets == mark
    silent = all(isinstance(each, p.Check | p.View | p.Domain) for each in steps[run.steps :])
    return Nested(step, run, begin) if begins and silent else None


Part = tuple[str, list[tuple[Held, bool]]]
"""The expression of a step, and its groups."""


def _part(record: p.Record, facts: RecordFacts, step: Any) -> Part | None:
    """Return the expression of one step, and its groups."""
    match step:
        case p.Constant(octets=octets):
            return spelled(octets), []
        case p.Space(octets=octets, comments=False):
            return f"[{spelled(octets)}]*+", []
        case p.Token() | p.Number() | p.Quoted() | p.Upto():
            text = _group(facts, step)
            return None if text is None else (text, [(step, False)])
        case p.Ahead(first=p.First(comments=False) as first, body=body):
            return _optional(record, facts, step.slot, first, body)
        case _:
            return None


def _optional(record: p.Record, facts: RecordFacts, slot: int, first: p.First, body: p.Block) -> Part | None:
    """Return the expression of one value that may be absent, and of the literals around it."""
    texts: list[str] = []
    groups: list[tuple[Held, bool]] = []
    for step in body.steps:
        part = None if isinstance(step, p.Ahead) else _part(record, facts, step)
        if part is None:
            return None
        texts.append(part[0])
        groups += [(one, True) for one, _ in part[1]]
    begins = next((step for step in body.steps if not isinstance(step, p.Space)), None)
    if len(groups) != 1 or groups[0][0].slot != slot or record.slots[slot].default is not None:
        return None
    ahead = _beginning(first, begins)
    if ahead is None or (not first.space and isinstance(body.steps[0], p.Space)):
        return None
    blank = f"[{spelled(first.space)}]*+" if first.space else ""
    return f"(?:{''.join(texts)}|(?!{blank}{ahead}))", groups


def _beginning(first: p.First, begins: Any) -> str | None:
    """Return the expression of what tells that a part is there; nothing where that is not what it begins with."""
    match begins, first.literals, first.octets:
        case p.Constant(octets=octets), (mark,), () if octets == mark:
            return spelled(mark)
        case ((p.Token() | p.Quoted()), (), ranges) if ranges and not first.space:
            every = [f"\\x{low:02x}" + (f"-\\x{high:02x}" if low < high else "") for low, high in ranges]
            return f"[{''.join(every)}]"
        case _:
            return None


def _group(facts: RecordFacts, step: Held) -> str | None:
    if step.slot in facts.starts or step.slot in facts.spans:
        return None
    match step:
        case p.Number(base=base, minimum=minimum):
            return HEXADECIMAL if base == 16 else NUMBER if minimum >= 0 else SIGNED
        case p.Quoted():
            return QUOTED
        case p.Upto(until=until):
            sign = spelled(until)
            return f"([^{sign}]*+){sign}" if len(until) == 1 else None
        case p.Token(maximum=None, pattern=pattern):
            text = octets_pattern(pattern)
            return None if text is None else f"({_final(text)})"
        case _:
            return None


def _final(text: str) -> str:
    """Return an expression that an engine does not come back into."""
    return text + "+" if _RUN_OF_CLASS(text) else f"(?>{text})"


_RUN_OF_CLASS = re.compile(r"\[[^]]*\](?:[+*]|\{[0-9,]+\})").fullmatch


def spelled(octets: bytes) -> str:
    """Return octets as they stand in an expression."""
    return "".join(chr(x) if chr(x).isascii() and chr(x).isalnum() else f"\\x{x:02x}" for x in octets)


def whole_text(scope: ModuleScope, pattern: str) -> str:
    """Return the name of what matches a whole text."""
    scope.standard("re")
    mark = sha256(pattern.encode()).hexdigest()[:8]
    return scope.constant(f"_text_{mark}", f"re.compile({quoted(pattern)}).fullmatch")
