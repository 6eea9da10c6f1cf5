"""Going on after a fault, so that one run reports every independent one.

A misspelled keyword is read as the keyword that was meant. Otherwise the parser leaves the construct it is in:
it skips to the next place where an enclosing list (of members, arms, declarations …) can go on, which is a word
that opens an item of that list at the list's own depth, or the brace that closes it, and takes the stacks back
to that list. What the list held so far is kept. Depth counts only brackets that have a partner, so that one
forgotten bracket does not hide the rest of the text. A missing closing brace is supplied.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from art7.grammar.diagnostics import Related
from art7.grammar.faults import escaped
from art7.grammar.recovery_places import (
    Recovery,
    accepts,
    accepts_after,
    begins_line,
    enclosing_lists,
    inside,
    may_restart,
)
from art7.grammar.recovery_report import report
from art7.grammar.terminals import END

if TYPE_CHECKING:
    from art7.grammar.parse import Machine

SUPPLIED = (")", "]", ">", ":", "=", "=>")
"""Signs that are put in where nothing but they are missing."""

NEXT_ITEMS = ("CHECK", "OTHERWISE", "KEY", "ON", "RAISE", "ACCEPT", "MESSAGE")
"""Terminals that open a further item: where one is expected, the item before is complete."""

HEADER = ("a7", "1", "module", "unnamed", "version", "0.0")
"""Stands in for a header that cannot be read, so that the declarations are still looked at."""


def recover(machine: Machine, index: int) -> int:
    """Report the fault at terminal `index` and mend the stacks; the terminal to go on with, or -1 to stop."""
    state = machine.recovery
    if state is None:
        state = machine.recovery = Recovery(machine)
    if index > state.size:
        # A supplied terminal did not fit either: go on from where the text is.
        machine.pending.clear()
        index = machine.following
    expected = sorted(t for t in machine.tables.rows[machine.states[-1]] if accepts(machine, -1, t))
    corrected = _correct_keyword(machine, index, expected)
    if corrected is not None:
        return corrected
    if _is_unmarked_name(machine, state, index, expected):
        return index
    report(machine, state, index, expected)
    inserted = _insert_missing(machine, state, index, expected)
    if inserted is not None:
        return inserted
    _complete(machine, index, expected)
    if not enclosing_lists(machine, state):
        return _without_header(machine, state, index)
    return _resume(machine, state, index)


def _correct_keyword(machine: Machine, index: int, expected: list[str]) -> int | None:
    """Read a word that is nearly a keyword as that keyword; the index to go on with."""
    found = machine.terminals
    text = found.texts[index]
    if index >= len(found.texts) - 1 or not text.isidentifier() or text in found.literals or len(text) > 40:
        return None
    if found.kinds[index] not in ("NAME", "CASE"):
        return None
    words = {word: found.literals[word] for word in found.literals if word.isalpha() and len(word) > 2}
    candidates = [word for word, terminal in words.items() if terminal in expected]
    near = difflib.get_close_matches(text.lower(), candidates, n=1, cutoff=0.7)
    if not near:
        return None
    machine.faults.add(
        "A7-P033",
        f"unknown word `{escaped(text)}`",
        found.span(index, index),
        help=f"did you mean `{near[0]}`?",
    )
    found.kinds[index] = words[near[0]]
    found.texts[index] = near[0]
    return index


def _is_unmarked_name(machine: Machine, state: Recovery, index: int, expected: list[str]) -> bool:
    """Take ``length u16`` for a name that lacks its sign, which is then the fault."""
    found = machine.terminals
    if index + 1 >= state.size or found.kinds[index] != "NAME" or begins_line(machine, index + 1):
        return False
    kind = next((kind for kind in ("LABEL", "KEY") if kind in expected), None)
    if kind is None or found.texts[index + 1] in ("{", "}", ".", "->"):
        return False
    found.kinds[index] = kind
    return True


def _insert_missing(machine: Machine, state: Recovery, index: int, expected: list[str]) -> int | None:
    """Supply the one sign after which the text makes sense again; the terminal to go on with."""
    found = machine.terminals
    signs = {found.literals[sign]: sign for sign in SUPPLIED}
    fitting = [
        terminal
        for terminal in expected
        if terminal in signs
        and any(accepts_after(machine, terminal, choice) for choice in found.choices(index))
    ]
    if len(fitting) != 1 or index >= state.size or "RBRACE" in expected or END in expected:
        return None
    start, line = found.starts[index - 1] + len(found.texts[index - 1]), found.lines[index - 1]
    first = machine.add_virtual(signs[fitting[0]], start, line, fitting[0])
    found.texts[first] = ""
    machine.pending.append(index)
    machine.following = index
    return first


def _complete(machine: Machine, index: int, expected: list[str]) -> None:
    """Finish what is complete as it stands, so that only the broken rest is lost."""
    terminal = next((t for t in NEXT_ITEMS if t in expected), None)
    if terminal is not None:
        machine.settle(terminal, index, max(index - 1, 0))


def _resume(machine: Machine, state: Recovery, index: int) -> int:
    """Skip to where an enclosing list goes on, and take the stacks back to it."""
    lists = enclosing_lists(machine, state)
    for at in range(index, state.size):
        if at == index and (index, len(machine.states)) == state.last_step:
            continue
        for position, opener in lists:
            if opener is not None and state.partner.get(opener) == at:
                return _take_back(machine, state, position, at)
            if inside(state, opener) == state.depths[at] and may_restart(machine, state, at, position):
                return _reopen(machine, state, lists, position, at)
    return _close_all(machine, state, lists)


def _take_back(machine: Machine, state: Recovery, position: int, at: int) -> int:
    """Cut the stacks down to `position`, and go on at terminal `at`."""
    del machine.states[position + 1 :], machine.values[position:], machine.firsts[position:]
    machine.pending.clear()
    machine.following = at
    state.last_step = (at, len(machine.states))
    return at


def _reopen(
    machine: Machine, state: Recovery, lists: list[tuple[int, int | None]], position: int, at: int
) -> int:
    """Go on at `at` in the list at `position`, supplying the braces of the lists inside it."""
    inner = [entry for entry in lists if entry[0] > position]
    if not inner:
        return _take_back(machine, state, position, at)
    found = machine.terminals
    for _, opener in inner:
        if opener is not None and opener not in state.opened:
            state.opened.add(opener)
            message = f"block not closed before `{escaped(found.texts[at])}`"
            related = (Related("block opened here", found.span(opener, opener)),)
            span = found.span(at, at)
            machine.faults.add("A7-P034", message, span, help="add the missing `}`", related=related)
    _take_back(machine, state, inner[0][0], at)
    return _supply_braces(machine, len(inner), at)


def _close_all(machine: Machine, state: Recovery, lists: list[tuple[int, int | None]]) -> int:
    """The text is at its end: supply a closing brace for every list still open."""
    braces = [entry for entry in lists if entry[1] is not None]
    _take_back(machine, state, lists[0][0], state.size)
    return _supply_braces(machine, len(braces), state.size)


def _supply_braces(machine: Machine, count: int, at: int) -> int:
    """Put `count` closing braces before terminal `at`; the first terminal to go on with."""
    if count == 0:
        return at
    found = machine.terminals
    start, line = found.starts[at], found.lines[at]
    machine.pending.append(at)
    braces = [machine.add_virtual("}", start, line) for _ in range(count)]
    for brace in braces:
        found.texts[brace] = ""
    machine.pending.extend(braces[1:])
    return braces[0]


def _without_header(machine: Machine, state: Recovery, index: int) -> int:
    """Go on with the declarations of a text whose header cannot be read."""
    if machine.is_headless:
        return -1
    machine.is_headless = True
    found = machine.terminals
    openers = state.declarations
    start = next(
        (
            at
            for at in range(index, state.size)
            if found.kinds[at] in openers and state.depths[at] == 0 and begins_line(machine, at)
        ),
        -1,
    )
    if start < 0:
        return -1
    del machine.states[1:], machine.values[:], machine.firsts[:]
    machine.following = start
    place = found.starts[start], found.lines[start]
    kinds = {"1": "INT", "unnamed": "NAME", "0.0": "VERSION"}
    virtual = [machine.add_virtual(text, *place, kinds.get(text)) for text in HEADER]
    machine.pending[:] = [start, *reversed(virtual[1:])]
    return virtual[0]
