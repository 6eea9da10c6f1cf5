"""Text → terminals, in one pass with one regular expression.

The lexemes are those that `art7.lark` defines. Which terminal a word is depends on what follows it (a LABEL
stands before ``:``, a KEY before ``=``, a CASE before ``=>`` or ``,``) and on what the parser accepts; the
scanner notes the first choice and `choose` finds the next ones. Terminals are kept as parallel lists, which
costs half of what an object for each would.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.grammar import limits
from art7.grammar.diagnostics import Span
from art7.grammar.faults import Faults, escaped
from art7.grammar.literals import digits

END = "$END"
BLANK = ""
LINES = "\n"
COMMENT = "//"

LEXEME = re.compile(
    r"""[ \t\r]+
    |\n[ \t\r\n]*
    |ref\s+[A-Z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*(?:\#[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*)?(?!\s*[:=?@])
    |x'[0-9A-Fa-f\s]*'|x'[^'\n]*'?
    |[A-Z][A-Z0-9]*(?:-[A-Za-z0-9.]+)+(?=(?:\s|//[^\n]*\n)*:)
    |[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*
    |\.\.|<->|->|=>|==|!=|<=|>=|<<|>>|\+\+
    |//[^\n]*
    |[{}()\[\]:,.=<>+\-*/%&|^~?@]
    |[0-9][0-9A-Za-z_]*(?:\.[0-9]+)*
    |'[^'\\\n]*(?:\\.[^'\\\n]*)*'?
    |"[^"\\\n]*(?:\\.[^"\\\n]*)*"?
    |`[^`\n]*`?
    |[\s\S]""",
    re.VERBOSE,
)

PUNCTUATION_CLASSES = {
    **dict.fromkeys(("==", "!=", "<=", ">=", "<", ">"), "CMP"),
    **dict.fromkeys(("<<", ">>"), "SHIFT"),
    **dict.fromkeys(("&", "|", "^"), "BITOP"),
    **dict.fromkeys(("++", "+"), "PLUS"),
    **dict.fromkeys(("*", "/", "%"), "MULOP"),
}
"""Operators share a terminal in expressions; elsewhere the sign is a terminal of its own (see `choose`)."""

WORD_CLASSES = {":": "LABEL", "@": "LABEL", "?": "LABEL", "=": "KEY", "=>": "CASE", ",": "CASE"}
"""What a word becomes by the sign after it."""

NAMES_BEFORE_OPERATORS = frozenset({"size", "prefix", "until", "max"})
"""Words that open an extent, unless an operator or the closing bracket follows: ``[size]``, ``[max - 1]``."""

OPENERS = {"(": ")", "[": "]", "{": "}"}
BRACKETS = frozenset("()[]{}")
AFTER_WORDS = frozenset({*WORD_CLASSES, ".", "]", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"})
"""Signs that settle what the word before them is."""

SIGN = "SIGN"
"""A `-` before a number before `=>`: of a case where one may begin, of an expression elsewhere; no terminal."""

SPREADING = frozenset({"HEX", "CITATION"})
"""Terminals that may hold line ends."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DELIMITED = (
    ("CHARS", re.compile(r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'")),
    ("STRING", re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')),
    ("NAME", re.compile(r"`[A-Za-z_][A-Za-z0-9_]{0,199}`")),
)
_HEX = re.compile(r"x'(?:\s*[0-9A-Fa-f]\s*[0-9A-Fa-f])*\s*'")
_NUMBERS = (
    ("INT", re.compile(r"[0-9](?:_?[0-9])*")),
    ("HEXINT", re.compile(r"0x[0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*|0b[01]+(?:_[01]+)*")),
    ("VERSION", re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?")),
    ("DURATION", re.compile(r"[0-9]+(?:ms|s|min|h|d)")),
)
_REQUIREMENT = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Za-z0-9.]+)+")


class TooDeep(Exception):
    """Nesting beyond the limit; carries the index of the first bracket (or the span) of the excess."""

    def __init__(self, span: Span) -> None:
        super().__init__(str(span))
        self.span = span


@dataclass(slots=True)
class Terminals:
    """The terminals of one text as parallel lists, closed by one `END`.

    `kinds` is the first choice of terminal, `texts` the lexeme, `starts` its character offset, `lines` its
    line. `line_starts[n]` is the offset of line n (index 0 unused). `comments` are (start, line, text).
    """

    file: str
    text: str
    line_starts: list[int]
    literals: Mapping[str, str]
    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    spread: set[int] = field(default_factory=set)
    comments: list[tuple[int, int, str]] = field(default_factory=list)

    def span(self, first: int, last: int) -> Span:
        """The place of the terminals `first` to `last`, both included; empty when `last < first`."""
        start = self.starts[first]
        line = self.lines[first]
        column = start - self.line_starts[line] + 1
        if last < first:
            return Span(self.file, line, column, line, column, start, start)
        end = self.starts[last] + len(self.texts[last])
        end_line = self.lines[last]
        if last in self.spread:
            end_line += self.texts[last].count("\n")
        return Span(self.file, line, column, end_line, end - self.line_starts[end_line] + 1, start, end)

    def choices(self, index: int) -> tuple[str, ...]:
        """Every terminal that the lexeme at `index` may be, best first."""
        kind, text = self.kinds[index], self.texts[index]
        if kind == SIGN:
            return ("CASEMINUS", "MINUS")
        literal = self.literals.get(text)
        if kind == "LABEL" and text not in ("true", "false"):
            # A word before `:` or `@` is nothing else; before `?` it may be a name in a pattern.
            return ("LABEL", "NAME") if self.texts[index + 1] == "?" else ("LABEL",)
        if kind in ("KEY", "CASE", "LABEL"):
            if literal is None:
                return (kind, "NAME")
            return (literal, kind) if text == "otherwise" else (kind, literal, "NAME")
        if kind == literal and text[0].isalpha():
            return (kind, "NAME")
        if literal is not None and kind not in ("NAME", literal):
            return (kind, literal)
        return (kind,)


def line_starts(text: str) -> list[int]:
    """Character offsets of the lines of `text`, from index 1."""
    starts = [0, 0]
    find = text.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    return starts


def scan(text: str, file: str, literals: Mapping[str, str], faults: Faults) -> Terminals:
    """Cut `text` into terminals; what is not one is reported and stands as the nearest thing or is left out.

    `literals` maps keywords and signs to their terminal. Raises `TooDeep` at the first bracket beyond
    `limits.DEPTH`.
    """
    result = Terminals(file, text, line_starts(text), literals)
    kinds, texts, starts, lines = result.kinds, result.texts, result.starts, result.lines
    known = fixed_lexemes(literals)
    word_kinds = frozenset({"NAME", *(literals[word] for word in literals if word[0].isalpha())})
    open_brackets: list[str] = []
    position, line = 0, 1
    word = False
    for lexeme in LEXEME.findall(text):
        kind = known.get(lexeme)
        if kind is None:
            kind = classify(lexeme)
            if kind is None:
                kind = _mend(lexeme, result, position, line, faults)
            else:
                known[lexeme] = kind
        if kind == BLANK:
            position += len(lexeme)
            continue
        if kind == LINES:
            position += len(lexeme)
            line += lexeme.count("\n")
            continue
        if kind == COMMENT:
            result.comments.append((position, line, lexeme))
            position += len(lexeme)
            continue
        if word and lexeme in AFTER_WORDS:
            kinds[-1] = _word_before(lexeme, texts[-1], kinds[-1])
        if lexeme in BRACKETS:
            _track(open_brackets, lexeme)
            if len(open_brackets) > limits.DEPTH:
                column = position - result.line_starts[line] + 1
                raise TooDeep(Span(file, line, column, line, column + 1, position, position + 1))
        if lexeme == "=>":
            _mark_signs(kinds, texts)
        word = kind in word_kinds
        kinds.append(kind)
        texts.append(lexeme)
        starts.append(position)
        lines.append(line)
        position += len(lexeme)
        if kind in SPREADING and "\n" in lexeme:
            result.spread.add(len(kinds) - 1)
            line += lexeme.count("\n")
    kinds.append(END)
    texts.append("")
    starts.append(position)
    lines.append(line)
    return result


def fixed_lexemes(literals: Mapping[str, str]) -> dict[str, str]:
    """Every keyword and sign with its first choice of terminal."""
    return {" ": BLANK, **literals, **PUNCTUATION_CLASSES}


def classify(lexeme: str) -> str | None:
    """The terminal (or `BLANK`, `LINES`, `COMMENT`) of a lexeme that is no keyword and no sign; None if bad."""
    first = lexeme[0]
    if first in " \t\r":
        return BLANK
    if first == "\n":
        return LINES
    if first == "/" and lexeme[:2] == "//":
        return COMMENT
    if first.isascii() and (first.isalpha() or first == "_"):
        return _classify_word(lexeme)
    if first in "0123456789":
        return _classify_number(lexeme)
    for kind, pattern in _DELIMITED:
        if pattern.fullmatch(lexeme):
            return kind
    return None


def _classify_word(lexeme: str) -> str | None:
    if _WORD.fullmatch(lexeme):
        return "NAME" if len(lexeme) <= limits.NAME_CHARACTERS else None
    if _HEX.fullmatch(lexeme):
        return "HEX"
    if _REQUIREMENT.fullmatch(lexeme):
        return "REQID" if len(lexeme) <= limits.NAME_CHARACTERS else None
    if lexeme[:3] == "ref" and lexeme[3].isspace():
        return "CITATION" if len(lexeme) <= 2 * limits.NAME_CHARACTERS else None
    return None


def _classify_number(lexeme: str) -> str | None:
    if digits(lexeme) > limits.NUMBER_DIGITS:
        return None
    return next((kind for kind, pattern in _NUMBERS if pattern.fullmatch(lexeme)), None)


def _word_before(sign: str, text: str, kind: str) -> str:
    """What a word is by the sign after it; `kind` when the sign says nothing."""
    follow = WORD_CLASSES.get(sign)
    if follow is not None:
        return kind if text == "otherwise" and follow == "CASE" else follow
    if sign == "." or text in NAMES_BEFORE_OPERATORS:
        return "NAME"
    return kind


def _mark_signs(kinds: list[str], texts: list[str]) -> None:
    """Mark each `-` of the numbers, lists and ranges of numbers that end `kinds`."""
    at = len(kinds) - 1
    while at > 0 and kinds[at] in ("INT", "HEXINT"):
        at -= 1
        if kinds[at] == "MINUS":
            kinds[at] = SIGN
            at -= 1
        if texts[at] not in (",", ".."):
            return
        at -= 1


def _track(open_brackets: list[str], lexeme: str) -> None:
    """Follow the nesting; a closing brace also closes what was left open inside it."""
    if lexeme in OPENERS:
        open_brackets.append(OPENERS[lexeme])
    elif open_brackets and open_brackets[-1] == lexeme:
        open_brackets.pop()
    elif lexeme == "}" and "}" in open_brackets:
        while open_brackets.pop() != "}":
            pass


def _mend(lexeme: str, result: Terminals, position: int, line: int, faults: Faults) -> str:
    """Report a lexeme that is none, and say what it is taken for."""
    start = position - result.line_starts[line] + 1
    shown = min(len(lexeme), 60)
    span = Span(result.file, line, start, line, start + shown, position, position + shown)
    code, message, advice, kind = _fault_of(lexeme)
    faults.add(code, message, span, help=advice)
    return kind


def _fault_of(lexeme: str) -> tuple[str, str, str, str]:
    """Code, message, help and stand-in terminal of a lexeme that is none."""
    first = lexeme[0]
    if first in "0123456789":
        if digits(lexeme) > limits.NUMBER_DIGITS:
            most = limits.NUMBER_DIGITS
            return ("A7-P005", f"number of {digits(lexeme)} digits", f"write at most {most} digits", "INT")
        message = f"`{escaped(lexeme)}` is not a number"
        return ("A7-P004", message, "write 12, 0x1F, 0b101, 1.7 or 60s (units: ms, s, min, h, d)", "INT")
    if lexeme[:2] == "x'":
        if not lexeme.endswith("'") or len(lexeme) < 3:
            return ("A7-P003", "octets not closed", "end them with `'`", "HEX")
        return (
            "A7-P006",
            "octets must be pairs of hexadecimal digits",
            "write two digits for each octet",
            "HEX",
        )
    if first in "'\"":
        what, kind = ("data", "CHARS") if first == "'" else ("prose", "STRING")
        return ("A7-P003", f"{what} not closed", f"end it with `{first}` on the same line", kind)
    if first == "`":
        if lexeme.endswith("`") and len(lexeme) > 2:
            message = f"{escaped(lexeme)} is not a name"
            return ("A7-P002", message, "use ASCII letters, digits and `_` between back-quotes", "NAME")
        return ("A7-P003", "back-quoted name not closed", "end it with a back-quote", "NAME")
    if first.isascii() and (first.isalpha() or first == "_") and lexeme.isascii():
        most = limits.NAME_CHARACTERS
        return ("A7-P008", f"name of {len(lexeme)} characters", f"use at most {most}", "NAME")
    return _fault_of_character(lexeme)


def _fault_of_character(lexeme: str) -> tuple[str, str, str, str]:
    index, odd = next(((i, c) for i, c in enumerate(lexeme) if not c.isascii()), (0, lexeme[0]))
    if len(lexeme) > 1 or odd.isalpha():
        message = (
            f"name `{escaped(lexeme)}` holds U+{ord(odd):04X} ({_name_of(odd)}) as its character {index + 1}"
        )
        return ("A7-P002", message, "use ASCII letters, digits and `_` only", "NAME")
    message = f"character `{escaped(odd)}` (U+{ord(odd):04X}) is not used in the language"
    advice = "leave it out; members need no separator" if odd == ";" else "leave it out"
    return ("A7-P001", message, advice, BLANK)


def _name_of(character: str) -> str:
    return unicodedata.name(character, "unnamed").lower()
