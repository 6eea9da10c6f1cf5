"""Where a text can be taken up again after a fault: brackets with partners, lists, and what would fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar.tables import Tables
from art7.grammar.terminals import BRACKETS, END, OPENERS, Terminals

if TYPE_CHECKING:
    from art7.grammar.parse import Machine

LISTS = (
    "items members arms error_items enum_items identity_items resolve_items schedule_items protocol_items "
    "role_items state_items actions steps vector_items"
).split()
"""The repetitions inside braces (and of the module) that can be entered again after a fault."""


ANYWHERE = frozenset(("must", "should", "may", "check", "encoding"))
"""Words that begin a declaration, and other things too."""


class Recovery:
    """What is looked up once for a text with faults: brackets with partners, and states inside lists."""

    def __init__(self, machine: Machine) -> None:
        found = machine.terminals
        self.size = found.kinds.index(END)
        self.declarations = openers_of_items(machine.tables)
        self.partner = self._partners(found)
        self.depths = self._depths(found.texts)
        self.list_states = list_states(machine.tables)
        self.last_step = (-1, -1)
        self.opened: set[int] = set()

    def _partners(self, found: Terminals) -> dict[int, int]:
        """Pair brackets, none across a declaration that begins a line without being indented."""
        columns = indents(found)
        sides = [
            at
            for at in range(1, self.size)
            if columns[at] == 0 and found.kinds[at] in self.declarations and found.texts[at] not in ANYWHERE
        ]
        partner: dict[int, int] = {}
        for first, end in zip([0, *sides], [*sides, self.size], strict=True):
            partner |= partners(found.texts, columns, range(first, end))
        return partner

    def _depths(self, texts: list[str]) -> list[int]:
        depths, depth = [], 0
        for index in range(self.size):
            partner = self.partner.get(index, -1)
            if 0 <= partner < index:
                depth -= 1
            depths.append(depth)
            if partner > index:
                depth += 1
        depths.append(0)
        return depths


def enclosing_lists(machine: Machine, state: Recovery) -> list[tuple[int, int | None]]:
    """The lists that the fault lies in, innermost first: stack position and opening brace (None: module)."""
    lists: list[tuple[int, int | None]] = []
    texts, values = machine.terminals.texts, machine.values
    seen: set[int | None] = set()
    for position in range(len(machine.states) - 1, 0, -1):
        if machine.states[position] not in state.list_states:
            continue
        opener: int | None = None
        for value in (values[position - 1], values[position - 2] if position > 1 else None):
            if isinstance(value, int) and texts[value] == "{":
                opener = value
                break
        if opener not in seen:
            seen.add(opener)
            lists.append((position, opener))
    return lists


def inside(state: Recovery, opener: int | None) -> int:
    """The depth of what a list holds."""
    if opener is None or opener > state.size:
        return 0
    return state.depths[opener] + (1 if opener in state.partner else 0)


def may_restart(machine: Machine, state: Recovery, at: int, position: int) -> bool:
    """Whether the terminal at `at` opens an item of the list at `position`."""
    found = machine.terminals
    if found.texts[at] in BRACKETS or found.kinds[at] in ("STRING", "CITATION"):
        return False
    if is_bare_name(machine, at) and any(accepts(machine, position, kind) for kind in ("LABEL", "KEY")):
        return True
    is_keyword = found.texts[at] in found.literals
    if not is_keyword and found.kinds[at] not in ("LABEL", "KEY", "CASE") and not begins_line(machine, at):
        return False
    # A keyword could be a name too, but here it hardly is one.
    return any(
        accepts(machine, position, choice)
        for choice in found.choices(at)
        if choice != "NAME" or not is_keyword
    )


def is_bare_name(machine: Machine, at: int) -> bool:
    """Whether a line begins with a name that something follows but no sign: ``length u16``."""
    found = machine.terminals
    return found.kinds[at] == "NAME" and begins_line(machine, at) and not begins_line(machine, at + 1)


def begins_line(machine: Machine, at: int) -> bool:
    lines = machine.terminals.lines
    return at == 0 or lines[at - 1] < lines[at]


class Trial:
    """The parser's states, moved on without touching the parser."""

    def __init__(self, machine: Machine, size: int) -> None:
        self.tables = machine.tables
        self.base = machine.states
        self.size = size
        self.pushed: list[int] = []

    @property
    def top(self) -> int:
        return self.pushed[-1] if self.pushed else self.base[self.size - 1]

    def shift(self, terminal: str) -> bool:
        """Reduce what `terminal` asks for and shift it; False where it does not fit."""
        rows, rules, gotos = self.tables.rows, self.tables.rules, self.tables.gotos
        while True:
            action = rows[self.top].get(terminal)
            if action is None:
                # The end of the text is accepted, not shifted.
                return terminal == END and self.top == self.tables.end
            if action >= 0:
                self.pushed.append(action)
                return True
            rule = rules[~action]
            taken = min(rule.size, len(self.pushed))
            del self.pushed[len(self.pushed) - taken :]
            self.size -= rule.size - taken
            self.pushed.append(gotos[self.top][rule.origin])


def accepts(machine: Machine, position: int, terminal: str) -> bool:
    """Whether the parser, taken back to `position` of its stack (-1: as it is), can shift `terminal`."""
    return Trial(machine, len(machine.states) if position < 0 else position + 1).shift(terminal)


def accepts_after(machine: Machine, supplied: str, terminal: str) -> bool:
    """Whether the parser can shift `supplied` and then `terminal`."""
    trial = Trial(machine, len(machine.states))
    return trial.shift(supplied) and trial.shift(terminal)


def indents(found: Terminals) -> list[int]:
    """For each terminal the column at which its line begins, less one; negative for what begins no line."""
    columns, column, line = [], 0, 0
    for at, start in enumerate(found.starts):
        if found.lines[at] != line:
            line, column = found.lines[at], start - found.line_starts[found.lines[at]]
            columns.append(column)
        else:
            columns.append(~column)
    return columns


def partners(texts: list[str], columns: list[int], among: range) -> dict[int, int]:
    """Every bracket that has a partner, both ways; a closing brace gives up brackets open inside its block."""
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for index in among:
        text = texts[index]
        if text in OPENERS:
            waiting.append(index)
        elif text in BRACKETS:
            opener = _opener_of(waiting, texts, columns, index)
            if opener >= 0:
                partner[index] = waiting[opener]
                partner[waiting[opener]] = index
                del waiting[opener:]
    return partner


def _opener_of(waiting: list[int], texts: list[str], columns: list[int], index: int) -> int:
    """Return where among the openers that wait the partner of the bracket at `index` is, or -1.

    A closing brace that begins a line belongs to the innermost block whose line begins at the same column, else to
    the outermost that is indented more: a forgotten brace is missed in its own block, not in the last one.
    """
    text, column = texts[index], columns[index]
    nearest = deeper = -1
    for depth in range(len(waiting) - 1, -1, -1):
        opener = waiting[depth]
        if OPENERS[texts[opener]] != text:
            if text != "}" and texts[opener] == "{":
                break
            continue
        indent = max(columns[opener], ~columns[opener])
        if text != "}" or column < 0 or column == indent:
            return depth
        nearest = depth if nearest < 0 else nearest
        deeper = depth if indent > column else deeper
    return nearest if deeper < 0 else deeper


def list_states(tables: Tables) -> frozenset[int]:
    """States in which an item of one of the `LISTS` may begin."""
    heads = tuple(f"__{name}_star_" for name in LISTS)
    states: set[int] = set()
    for state, goto in enumerate(tables.gotos):
        for origin, target in goto.items():
            if origin.startswith(heads):
                states |= {state, target}
    return frozenset(states)


def openers_of_items(tables: Tables) -> frozenset[str]:
    """The keywords that open a declaration."""
    for goto, row in zip(tables.gotos, tables.rows, strict=True):
        if "struct" in goto and "enum" in goto:
            return frozenset(row) - {END}
    return frozenset()


def innermost_opener(machine: Machine, state: Recovery) -> int | None:
    texts = machine.terminals.texts
    for value in reversed(machine.values):
        if isinstance(value, int) and value < state.size and texts[value] in OPENERS:
            return value
    return None
