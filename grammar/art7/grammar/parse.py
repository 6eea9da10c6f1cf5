"""Text → syntax tree: the LALR tables of the grammar, driven without recursion.

The loop is the textbook one, with two turns. A terminal is chosen by what the state accepts (see
`Terminals.choices`), so that words need not be reserved. And a reduction that only passes a value up the ladder
of operators is not carried out step by step: where the ladder ends is remembered for state and terminal.
Nodes are built while reducing; a fault in the text hands the stacks to `recovery` and the loop goes on.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from art7.grammar import limits, syntax
from art7.grammar.build import TreeBuilder
from art7.grammar.diagnostics import Diagnostic, Report, Severity
from art7.grammar.faults import Faults
from art7.grammar.source import check_text
from art7.grammar.tables import BEGIN, EXTEND, PASS, Rule, Tables, load_tables
from art7.grammar.terminals import PUNCTUATION_CLASSES, Terminals, TooDeep, scan

if TYPE_CHECKING:
    from art7.grammar.recovery_places import Recovery

_UNIT, _PASS, _CALL, _CALL_ONE, _CALL_ALL, _CALL_SOME, _BEGIN, _EXTEND = range(8)

Reduction = tuple[str, int, int, Callable[..., Any], Any]
"""Origin, size, kind of the step, the builder's method, and which children it wants."""


def parse(text: str, file: str, report: Report) -> syntax.Module | None:
    """Read a module, adding what is wrong with the text to `report`.

    Returns the tree of all that could be read, or None where not even the header could be. Raises nothing on
    any text; time grows linearly with it.
    """
    report.sources.setdefault(file, text)
    before = len(report.diagnostics)
    with _collection_paused():
        module = _read(text, file, Faults(report))
    report.diagnostics[before:] = sorted(report.diagnostics[before:], key=_place)
    return module


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Keep the cyclic collector out: a tree has no cycles, and walking it again and again doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(text: str, file: str, faults: Faults) -> syntax.Module | None:
    if not check_text(text, file, faults):
        return None
    tables = load_tables()
    try:
        terminals = scan(text, file, tables.literals, faults)
        return Machine(tables, terminals, faults).run()
    except TooDeep as deep:
        advice = "give the inner part a name of its own"
        faults.add("A7-P020", f"nested more than {limits.DEPTH} deep", deep.span, help=advice)
        return None


def _place(found: Diagnostic) -> tuple[bool, int]:
    """Diagnostics are shown in the order of the text, the note about further ones last."""
    return (found.severity is Severity.NOTE, found.span.start)


class Machine:
    """The parser's stacks over one text: states, values, and the first terminal of each value."""

    def __init__(self, tables: Tables, terminals: Terminals, faults: Faults) -> None:
        self.tables = tables
        self.terminals = terminals
        self.faults = faults
        self.states: list[int] = [tables.start]
        self.values: list[Any] = []
        self.firsts: list[int] = []
        self.pending: list[int] = []
        self.chosen: dict[int, str] = {}
        self.trail: list[Any] = []
        self.following = 0
        self.is_headless = False
        self.recovery: Recovery | None = None
        builder = TreeBuilder(terminals, faults)
        self.reductions = [_reduction(rule, builder) for rule in tables.rules]

    def run(self) -> syntax.Module | None:
        """Parse to the end of the text, recovering from every fault on the way."""
        rows, reductions = self.tables.rows, self.reductions
        states, values, firsts, pending = self.states, self.values, self.firsts, self.pending
        trail = self.trail
        kinds = self.terminals.kinds
        ladder: dict[tuple[int, str, str], int] = {}
        current = following = last = 0
        terminal = ""
        while True:
            row = rows[states[-1]]
            if not terminal:
                terminal = kinds[current]
                if terminal not in row:
                    terminal = self._choose(row, current)
            action = row.get(terminal)
            if action is None:
                if states[-1] == self.tables.end:
                    return None if self.is_headless else values[-1]
                self.following = following
                self._undo()
                row = rows[states[-1]]
                step = self._split_sign(row, current) or self._recover(current)
                if step < 0:
                    return None
                current, following, terminal = step, self.following, ""
                continue
            if action >= 0:
                trail.clear()
                states.append(action)
                values.append(current)
                firsts.append(current)
                last = current
                if pending:
                    current = pending.pop()
                else:
                    following += 1
                    current = following
                terminal = ""
                continue
            origin, size, mode, method, wanted = reductions[~action]
            if mode == _UNIT:
                trail.append(states.pop())
                target = ladder.get((states[-1], origin, terminal))
                if target is None:
                    target = ladder[states[-1], origin, terminal] = self._climb(states[-1], origin, terminal)
                states.append(target)
                continue
            if size == 0:
                first = current
                children: list[Any] = []
                trail.append((mode, (), (), ()))
            elif size == 1:
                first = firsts.pop()
                children = [values.pop()]
                trail.append((mode, (states.pop(),), children, (first,)))
            else:
                first = firsts[-size]
                children = values[-size:]
                trail.append((mode, states[-size:], children, firsts[-size:]))
                del values[-size:], firsts[-size:], states[-size:]
            if mode == _CALL_ONE:
                value = method(first, last, children[wanted])
            elif mode == _CALL_ALL:
                value = method(first, last, *children)
            elif mode == _CALL_SOME:
                value = method(first, last, *wanted([*children, None]))
            elif mode == _EXTEND:
                value = children[0]
                value.append(children[wanted])
            elif mode == _BEGIN:
                value = [children[wanted]]
            elif mode == _CALL:
                value = method(first, last)
            else:
                value = children[wanted]
            base = states[-1]
            target = ladder.get((base, origin, terminal))
            if target is None:
                target = ladder[base, origin, terminal] = self._climb(base, origin, terminal)
            values.append(value)
            firsts.append(first)
            states.append(target)

    def _climb(self, base: int, origin: str, terminal: str) -> int:
        """The state after reducing to `origin` and then passing the value up as far as `terminal` asks."""
        goto = self.tables.gotos[base]
        while True:
            state = goto[origin]
            action = self.tables.rows[state].get(terminal, 0)
            if action >= 0 or self.reductions[~action][2] != _UNIT:
                return state
            origin = self.reductions[~action][0]

    def _undo(self) -> None:
        """Take back the reductions since the last shift.

        LALR tables may reduce under a terminal that turns out not to fit; what was expected, and what a
        corrected word means, is decided by the stacks from before.
        """
        for step in reversed(self.trail):
            self.states.pop()
            if type(step) is int:  # a value that was passed up: only its state was another
                self.states.append(step)
                continue
            mode, states, children, firsts = step
            self.values.pop()
            self.firsts.pop()
            self.states.extend(states)
            if mode == _EXTEND:
                children[0].pop()
            self.values.extend(children)
            self.firsts.extend(firsts)
        self.trail.clear()

    def settle(self, terminal: str, current: int, last: int) -> None:
        """Carry out the reductions that `terminal` asks for, without shifting it."""
        rows, gotos = self.tables.rows, self.tables.gotos
        while (action := rows[self.states[-1]].get(terminal, 0)) < 0:
            origin, size, mode, method, wanted = self.reductions[~action]
            at = len(self.values) - size
            first = self.firsts[at] if size else current
            children = self.values[at:]
            del self.values[at:], self.firsts[at:], self.states[at + 1 :]
            value: Any
            if mode == _EXTEND:
                value = children[0]
                value.append(children[wanted])
            elif mode == _BEGIN:
                value = [children[wanted]]
            elif mode in (_UNIT, _PASS):
                value = children[wanted]
            elif mode == _CALL_SOME:
                value = method(first, last, *wanted([*children, None]))
            else:
                picked = {_CALL: [], _CALL_ONE: children[wanted or 0 : (wanted or 0) + 1]}.get(mode, children)
                value = method(first, last, *picked)
            self.values.append(value)
            self.firsts.append(first)
            self.states.append(gotos[self.states[-1]][origin])

    def _choose(self, row: dict[str, int], index: int) -> str:
        """The best terminal for the lexeme at `index` that the state accepts, or an empty text."""
        choices = [choice for choice in self.terminals.choices(index) if choice in row]
        if len(choices) > 1 and choices[0] == "CASEMINUS" and not self._begins_case():
            del choices[0]
        choice = choices[0] if choices else ""
        self.chosen[index] = choice
        return choice

    def _begins_case(self) -> bool:
        """Whether a `-` is taken as that of a case: the tables alone cannot tell, as states share expressions."""
        from art7.grammar.recovery_places import accepts

        return accepts(self, -1, "CASEMINUS")

    def _split_sign(self, row: dict[str, int], index: int) -> int:
        """Read ``>>`` or ``>=`` as two signs where a list of types ends; the index to go on with, or 0."""
        found = self.terminals
        text = found.texts[index]
        if text not in (">>", ">=") or "MORETHAN" not in row:
            return 0
        first = self.add_virtual(">", found.starts[index], found.lines[index])
        found.texts[index] = text[1]
        found.starts[index] += 1
        found.kinds[index] = PUNCTUATION_CLASSES.get(text[1]) or found.literals[text[1]]
        self.pending.append(index)
        self.chosen[index] = "MORETHAN"
        return first

    def add_virtual(self, text: str, start: int, line: int, kind: str | None = None) -> int:
        """Add a terminal that is not in the sequence, for `pending`; its index."""
        found = self.terminals
        found.kinds.append(kind or PUNCTUATION_CLASSES.get(text) or found.literals[text])
        found.texts.append(text)
        found.starts.append(start)
        found.lines.append(line)
        return len(found.kinds) - 1

    def _recover(self, index: int) -> int:
        from art7.grammar.recovery import recover

        return recover(self, index)

    def is_keyword(self, value: Any) -> bool:
        """Whether a value of the stack is a keyword of the text (and not a name spelled like one)."""
        return isinstance(value, int) and self.terminals.kinds[value] not in ("NAME", "LABEL", "KEY", "CASE")


def _reduction(rule: Rule, builder: TreeBuilder) -> Reduction:
    """A production bound to its method, with the fastest way to pick the children."""
    kept, size = rule.kept, rule.size
    if rule.mode == PASS:
        return (rule.origin, size, _UNIT if size == 1 else _PASS, _nothing, kept[0])
    if rule.mode in (BEGIN, EXTEND):
        return (rule.origin, size, _BEGIN if rule.mode == BEGIN else _EXTEND, _nothing, kept[0])
    method = getattr(builder, rule.name)
    if not kept:
        return (rule.origin, size, _CALL, method, None)
    if len(kept) == 1 and kept[0] is not None:
        return (rule.origin, size, _CALL_ONE, method, kept[0])
    if kept == tuple(range(size)):
        return (rule.origin, size, _CALL_ALL, method, None)
    # An absent part is None: the list of children gets one more entry for it.
    picks = [size if index is None else index for index in kept]
    getter = itemgetter(*picks) if len(picks) > 1 else _single(picks[0])
    return (rule.origin, size, _CALL_SOME, method, getter)


def _single(index: int) -> Callable[[list[Any]], tuple[Any, ...]]:
    return lambda children: (children[index],)


def _nothing(*_: Any) -> None:
    raise AssertionError("a production without a method was called")
