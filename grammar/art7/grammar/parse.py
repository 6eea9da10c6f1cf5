"""Text → syntax tree: the LALR tables of the grammar, driven without recursion.

The loop is the textbook one, with two turns. A terminal is chosen by what the state accepts (see
`Terminals.choices`), so that words need not be reserved. And a reduction that only passes a value up the ladder
of operators is not carried out step by step: where the ladder ends is remembered for state and terminal.
Nodes are built while reducing; a fault in the text hands the stacks to `recovery` and the loop goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from art7.grammar import limits, syntax
from art7.grammar.build import TreeBuilder
from art7.grammar.diagnostics import Report
from art7.grammar.faults import Faults
from art7.grammar.source import check_text
from art7.grammar.tables import BEGIN, EXTEND, PASS, Rule, Tables, load_tables
from art7.grammar.terminals import PUNCTUATION_CLASSES, Terminals, TooDeep, scan

_UNIT, _PASS, _CALL, _CALL_ONE, _CALL_ALL, _CALL_SOME, _BEGIN, _EXTEND = range(8)

Reduction = tuple[str, int, int, Callable[..., Any], Any]
"""Origin, size, kind of the step, the builder's method, and which children it wants."""


def parse(text: str, file: str, report: Report) -> syntax.Module | None:
    """Read a module, adding what is wrong with the text to `report`.

    Returns the tree of all that could be read, or None where not even the header could be. Raises nothing on
    any text; time grows linearly with it.
    """
    report.sources.setdefault(file, text)
    faults = Faults(report)
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
        self.is_headless = False
        builder = TreeBuilder(terminals, faults)
        self.reductions = [_reduction(rule, builder) for rule in tables.rules]

    def run(self) -> syntax.Module | None:
        """Parse to the end of the text, recovering from every fault on the way."""
        rows, gotos, reductions = self.tables.rows, self.tables.gotos, self.reductions
        states, values, firsts, pending = self.states, self.values, self.firsts, self.pending
        kinds = self.terminals.kinds
        ladder: dict[tuple[int, str, str], int] = {}
        current = following = last = 0
        terminal: str | None = None
        while True:
            row = rows[states[-1]]
            if terminal is None:
                terminal = kinds[current]
                if terminal not in row:
                    terminal = self._choose(row, current)
            action = row.get(terminal) if terminal is not None else None
            if action is None:
                if states[-1] == self.tables.end:
                    return None if self.is_headless else values[-1]
                step = self._split_sign(row, current) or self._recover(current)
                if step < 0:
                    return None
                if not pending:
                    following = step
                current, terminal = step, None
                continue
            if action >= 0:
                states.append(action)
                values.append(current)
                firsts.append(current)
                last = current
                if pending:
                    current = pending.pop()
                else:
                    following += 1
                    current = following
                terminal = None
                continue
            origin, size, mode, method, wanted = reductions[~action]
            if size == 0:
                first = current
                value = method(current, last)
                base = states[-1]
            elif mode == _UNIT:
                first = firsts.pop()
                value = values.pop()
                states.pop()
                base = states[-1]
            else:
                first = firsts[-size]
                children = values[-size:]
                del values[-size:], firsts[-size:], states[-size:]
                if mode == _CALL_ONE:
                    value = method(first, last, children[wanted])
                elif mode == _CALL_ALL:
                    value = method(first, last, *children)
                elif mode == _CALL_SOME:
                    children.append(None)
                    value = method(first, last, *wanted(children))
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
            key = (base, origin, terminal)
            target = ladder.get(key)
            if target is None:
                target = ladder[key] = self._climb(gotos[base], origin, terminal)
            values.append(value)
            firsts.append(first)
            states.append(target)

    def _climb(self, goto: dict[str, int], origin: str, terminal: str) -> int:
        """The state after reducing to `origin` and then passing the value up as far as `terminal` asks."""
        while True:
            state = goto[origin]
            action = self.tables.rows[state].get(terminal, 0)
            if action >= 0 or self.reductions[~action][2] != _UNIT:
                return state
            origin = self.reductions[~action][0]

    def _choose(self, row: dict[str, int], index: int) -> str | None:
        """The best terminal for the lexeme at `index` that the state accepts."""
        return next((choice for choice in self.terminals.choices(index) if choice in row), None)

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
