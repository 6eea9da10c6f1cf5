"""What is told about a fault: what was expected, what was found, in which construct, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar.diagnostics import Related
from art7.grammar.expectations import in_words
from art7.grammar.faults import escaped
from art7.grammar.recovery_places import Recovery, begins_line, innermost_opener
from art7.grammar.terminals import END, OPENERS

if TYPE_CHECKING:
    from art7.grammar.parse import Machine

CONSTRUCTS = frozenset(
    "enum extend identity resolve schedule protocol role state scenario vectors bind function token const "
    "errors use".split()
)
ADVICE = {
    "=": ("CMP", "write `==` to compare"),
    ",": ("LABEL", "leave the comma out: members need no separator"),
    "&": ("AND", "write `and`"),
}
_CLOSING = ("RPAR", "RSQB", "RBRACE", "MORETHAN")


def report(machine: Machine, state: Recovery, index: int, expected: list[str]) -> None:
    """Tell the fault at terminal `index`, where the parser could have shifted what is `expected`."""
    found, faults = machine.terminals, machine.faults
    words = in_words(expected, found.literals)
    inside = _construct(machine)
    place = f" in {inside}" if inside else ""
    if index == state.size:
        opener = innermost_opener(machine, state)
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
        opener = innermost_opener(machine, state)
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
    return machine.terminals.kinds[index] in state.declarations and begins_line(machine, index)


def _is_cut_short(machine: Machine, index: int, expected: list[str]) -> bool:
    """Whether the fault is the line before, which stops halfway, rather than the word that was found."""
    complete = "RBRACE" in expected or END in expected
    return index > 0 and not complete and begins_line(machine, index)


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
    if text == "," and "RBRACE" in expected:
        return "leave the comma out: what stands in braces needs no separator"
    if text == "encoding" and "AS" in expected:
        return "name the encoding after `as`, as in `as binary`"
    if found.texts[index - 1] == "satisfies" and "LPAR" in expected:
        return "put what each must satisfy in round brackets"
    if "=>" in found.texts[max(index - 2, 0) : index]:
        return "an arm holds fields with names, as in `=> value: u8`, or several of them in braces"
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


def _opener_of(closer: str) -> str:
    return next(opener for opener, end in OPENERS.items() if end == closer)
