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
from art7.grammar.expectations import in_words
from art7.grammar.faults import escaped
from art7.grammar.tables import Tables
from art7.grammar.terminals import BRACKETS, END, OPENERS

if TYPE_CHECKING:
    from art7.grammar.parse import Machine

LISTS = (
    "items members arms error_items enum_items identity_items resolve_items schedule_items protocol_items "
    "role_items state_items actions steps vector_items"
).split()
"""The repetitions inside braces (and of the module) that can be entered again after a fault."""

SUPPLIED = (")", "]", ">", ":", "=", "=>")
"""Signs that are put in where nothing but they are missing."""

NEXT_ITEMS = ("CHECK", "OTHERWISE", "KEY", "ON", "RAISE", "ACCEPT", "MESSAGE")
"""Terminals that open a further item: where one is expected, the item before is complete."""

HEADER = ("a7", "1", "module", "unnamed", "version", "0.0")
"""Stands in for a header that cannot be read, so that the declarations are still looked at."""

CONSTRUCTS = frozenset(
    "enum extend identity resolve schedule protocol role state scenario vectors bind function token const "
    "errors use".split()
)
ADVICE = {
    "=": ("CMP", "write `==` to compare"),
    ",": ("LABEL", "leave the comma out: members need no separator"),
    "&": ("AND", "write `and`"),
}


class Recovery:
    """What is looked up once for a text with faults: brackets with partners, and states inside lists."""

    def __init__(self, machine: Machine) -> None:
        found = machine.terminals
        self.size = found.kinds.index(END)
        self.partner = _partners(found.texts[: self.size])
        self.depths = self._depths(found.texts)
        self.list_states = _list_states(machine.tables)
        self.declarations = _openers_of_items(machine.tables)
        self.last_step = (-1, -1)
        self.opened: set[int] = set()

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


def recover(machine: Machine, index: int) -> int:
    """Report the fault at terminal `index` and mend the stacks; the terminal to go on with, or -1 to stop."""
    state = machine.recovery
    if state is None:
        state = machine.recovery = Recovery(machine)
    if index > state.size:
        # A supplied terminal did not fit either: go on from where the text is.
        machine.pending.clear()
        index = machine.following
    expected = sorted(t for t in machine.tables.rows[machine.states[-1]] if _accepts(machine, -1, t))
    corrected = _correct_keyword(machine, index, expected)
    if corrected is not None:
        return corrected
    if _is_unmarked_name(machine, state, index, expected):
        return index
    _report(machine, state, index, expected)
    inserted = _insert_missing(machine, state, index, expected)
    if inserted is not None:
        return inserted
    _complete(machine, index, expected)
    if not _enclosing_lists(machine, state):
        return _without_header(machine, state, index)
    return _resume(machine, state, index)


# ---- reporting --------------------------------------------------------------------------------------------


def _report(machine: Machine, state: Recovery, index: int, expected: list[str]) -> None:
    found, faults = machine.terminals, machine.faults
    words = in_words(expected, found.literals)
    inside = _construct(machine)
    place = f" in {inside}" if inside else ""
    if index == state.size:
        opener = _innermost_opener(machine, state)
        span = found.span(index, index)
        if opener is None:
            message = f"expected {words}, found the end of the text{place}"
            faults.add("A7-P035", message, span, help="complete the last construct")
            return
        state.opened.add(opener)
        related = (Related(f"`{found.texts[opener]}` opened here", found.span(opener, opener)),)
        message = f"the text ends{place} before `{OPENERS[found.texts[opener]]}`"
        faults.add("A7-P034", message, span, help="close what was opened", related=related)
        return
    text, span = found.texts[index], found.span(index, index)
    if not machine.values:
        message = f"expected the header of a module, found `{escaped(text)}`"
        faults.add("A7-P030", message, span, help="begin with `a7 1 module name version 1.0`")
    elif _is_next_declaration(machine, state, index) and "RBRACE" in expected:
        opener = _innermost_opener(machine, state)
        opener = 0 if opener is None else opener
        related = (Related("block opened here", found.span(opener, opener)),)
        state.opened.add(opener)
        message = f"block not closed before `{escaped(text)}`{place}"
        faults.add("A7-P034", message, span, help="add the missing `}`", related=related)
    elif text in OPENERS.values() and index not in state.partner:
        message = f"`{text}` closes nothing{place}"
        faults.add("A7-P036", message, span, help=f"remove it, or open it with `{_opener_of(text)}`")
    elif _is_cut_short(machine, index, expected):
        message = f"expected {words} after {_shown(machine, index - 1)}{place}"
        faults.add("A7-P032", message, found.span(index - 1, index - 1), help="complete the line")
    else:
        message = f"expected {words}, found {_shown(machine, index)}{place}"
        faults.add("A7-P032", message, span, help=_advice(machine, index, expected))


def _is_next_declaration(machine: Machine, state: Recovery, index: int) -> bool:
    """Whether a line begins with a keyword that opens a declaration and nothing else."""
    return machine.terminals.kinds[index] in state.declarations and _begins_line(machine, index)


def _is_cut_short(machine: Machine, index: int, expected: list[str]) -> bool:
    """Whether the fault is the line before, which stops halfway, rather than the word that was found."""
    complete = "RBRACE" in expected or END in expected
    return index > 0 and not complete and _begins_line(machine, index)


def _shown(machine: Machine, index: int) -> str:
    text = machine.terminals.texts[index]
    return escaped(text) if text.startswith(("'", '"', "x'", "`")) else f"`{escaped(text)}`"


def _advice(machine: Machine, index: int, expected: list[str]) -> str:
    """The most likely remedy."""
    found = machine.terminals
    text, kind = found.texts[index], found.kinds[index]
    wanted, remedy = ADVICE.get(text, ("", ""))
    if wanted in expected:
        return remedy
    if kind == "STRING" and "CHARS" in expected:
        return "write data in 'single quotes'"
    if kind == "CHARS" and "STRING" in expected and "CHARS" not in expected:
        return 'write prose in "double quotes"'
    if text == "ref" and "CITATION" in expected:
        return "name the standard in capitals after `ref`, as in `ref RFC8489#14.2`"
    if text in found.literals and text.isalpha() and ("NAME" in expected or "LABEL" in expected):
        return f"to use it as a name write it in back-quotes: `{text}`"
    missing = [t for t in expected if t in _CLOSING or t in ("COLON", "EQUAL")]
    if len(missing) == 1 and len(expected) < 4:
        spelled = next(sign for sign, terminal in found.literals.items() if terminal == missing[0])
        return f"put `{spelled}` before it"
    return "correct it, or remove what does not belong here"


_CLOSING = ("RPAR", "RSQB", "RBRACE", "MORETHAN")


def _construct(machine: Machine) -> str:
    """The innermost construct with a name that the fault lies in, as in "message `StunMessage`"."""
    texts, values = machine.terminals.texts, machine.values
    for at in range(len(values) - 2, -1, -1):
        value, name = values[at], values[at + 1]
        word = value if isinstance(value, str) else texts[value] if isinstance(value, int) else ""
        if word in ("message", "struct") and isinstance(value, int):
            word = ""
        if word in ("message", "struct") or (word in CONSTRUCTS and machine.is_keyword(value)):
            if isinstance(name, int) and name < len(texts):
                shown = texts[name]
                return f"{word} `{escaped(shown)}`" if shown not in ("{", ":") else f"`{word}`"
            text = getattr(name, "text", None)
            return f"{word} `{text}`" if isinstance(text, str) else f"`{word}`"
    return ""


def _innermost_opener(machine: Machine, state: Recovery) -> int | None:
    texts = machine.terminals.texts
    for value in reversed(machine.values):
        if isinstance(value, int) and value < state.size and texts[value] in OPENERS:
            return value
    return None


def _opener_of(closer: str) -> str:
    return next(opener for opener, end in OPENERS.items() if end == closer)


# ---- mending ----------------------------------------------------------------------------------------------


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
    if index + 1 >= state.size or found.kinds[index] != "NAME" or _begins_line(machine, index + 1):
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
        and any(_accepts_after(machine, terminal, choice) for choice in found.choices(index))
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
    lists = _enclosing_lists(machine, state)
    for at in range(index, state.size):
        if at == index and (index, len(machine.states)) == state.last_step:
            continue
        for position, opener in lists:
            if opener is not None and state.partner.get(opener) == at:
                return _take_back(machine, state, position, at)
            if _inside(state, opener) == state.depths[at] and _may_restart(machine, state, at, position):
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
            if found.kinds[at] in openers and state.depths[at] == 0 and _begins_line(machine, at)
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


# ---- looking ----------------------------------------------------------------------------------------------


def _enclosing_lists(machine: Machine, state: Recovery) -> list[tuple[int, int | None]]:
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


def _inside(state: Recovery, opener: int | None) -> int:
    """The depth of what a list holds."""
    if opener is None or opener > state.size:
        return 0
    return state.depths[opener] + (1 if opener in state.partner else 0)


def _may_restart(machine: Machine, state: Recovery, at: int, position: int) -> bool:
    """Whether the terminal at `at` opens an item of the list at `position`."""
    found = machine.terminals
    if found.texts[at] in BRACKETS or found.kinds[at] in ("STRING", "CITATION"):
        return False
    if _is_bare_name(machine, at) and any(_accepts(machine, position, kind) for kind in ("LABEL", "KEY")):
        return True
    is_word = found.kinds[at] in ("LABEL", "KEY", "CASE") or found.texts[at] in found.literals
    if not is_word and not _begins_line(machine, at):
        return False
    return any(_accepts(machine, position, choice) for choice in found.choices(at))


def _is_bare_name(machine: Machine, at: int) -> bool:
    """Whether a line begins with a name that something follows but no sign: ``length u16``."""
    found = machine.terminals
    return found.kinds[at] == "NAME" and _begins_line(machine, at) and not _begins_line(machine, at + 1)


def _begins_line(machine: Machine, at: int) -> bool:
    lines = machine.terminals.lines
    return at == 0 or lines[at - 1] < lines[at]


class _Trial:
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


def _accepts(machine: Machine, position: int, terminal: str) -> bool:
    """Whether the parser, taken back to `position` of its stack (-1: as it is), can shift `terminal`."""
    return _Trial(machine, len(machine.states) if position < 0 else position + 1).shift(terminal)


def _accepts_after(machine: Machine, supplied: str, terminal: str) -> bool:
    """Whether the parser can shift `supplied` and then `terminal`."""
    trial = _Trial(machine, len(machine.states))
    return trial.shift(supplied) and trial.shift(terminal)


def _partners(texts: list[str]) -> dict[int, int]:
    """Every bracket that has a partner, both ways; a closing brace gives up brackets open inside its block."""
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for index, text in enumerate(texts):
        if text in OPENERS:
            waiting.append(index)
        elif text in BRACKETS:
            depth = len(waiting) - 1
            while depth >= 0 and OPENERS[texts[waiting[depth]]] != text:
                if text != "}" and texts[waiting[depth]] == "{":
                    depth = -1
                    break
                depth -= 1
            if depth >= 0:
                partner[index] = waiting[depth]
                partner[waiting[depth]] = index
                del waiting[depth:]
    return partner


def _list_states(tables: Tables) -> frozenset[int]:
    """States in which an item of one of the `LISTS` may begin."""
    heads = tuple(f"__{name}_star_" for name in LISTS)
    states: set[int] = set()
    for state, goto in enumerate(tables.gotos):
        for origin, target in goto.items():
            if origin.startswith(heads):
                states |= {state, target}
    return frozenset(states)


def _openers_of_items(tables: Tables) -> frozenset[str]:
    """The keywords that open a declaration."""
    for goto, row in zip(tables.gotos, tables.rows, strict=True):
        if "struct" in goto and "enum" in goto:
            return frozenset(row) - {END}
    return frozenset()
