"""Words and signs of the text formats, and a cursor over them that reports what does not fit and goes on.

The formats share their shape: words, numbers, quoted texts, signs, comments. Each gives one regular expression whose
named groups are the kinds of token; `comment` and `space` are set aside, anything else that matches nothing is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.spelling import comment
from art7.grammar.diagnostics import Span

TOKENS = 400_000
DEPTH = 60
END = "end"


class Lost(Exception):
    """The cursor stands where nothing fits; the mistake is reported already."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign: its kind, text, and extent in characters. `comment` is the one before it."""

    kind: str
    text: str
    start: int
    end: int
    comment: str = ""
    after: str = ""


def scan(source: Source, pattern: re.Pattern[str], faults: Faults, tidy: Callable[[str], str]) -> list[Token]:
    """Return the tokens of a text, closed by one of kind `END`. `tidy` takes the marks from a comment."""
    tokens: list[Token] = []
    text, at = source.text, 0
    before: list[str] = []
    line_of_last = -1
    while at < len(text):
        found = pattern.match(text, at)
        if found is None or found.end() == at:
            faults.mistake(
                "A7-P201",
                f"found {shown(text[at])}, which the format does not use",
                source.span(at, at + 1),
                "remove it",
            )
            at += 1
            continue
        kind, start, at = found.lastgroup or "", at, found.end()
        if kind == "space":
            if text.count("\n", start, at) > 1:
                before.clear()
        elif kind == "open":
            faults.mistake(
                "A7-P201",
                f"{shown(text[start : start + 1])} opens what is not closed",
                source.span(start, start + 1),
                "close it",
            )
        elif kind == "comment":
            said = tidy(text[start:at])
            if tokens and line_of_last >= 0 and "\n" not in text[line_of_last:start]:
                last = tokens[-1]
                joined = f"{last.after} {said}".strip()
                tokens[-1] = Token(last.kind, last.text, last.start, last.end, last.comment, joined)
            else:
                before.append(said)
        else:
            tokens.append(Token(kind, found.group(), start, at, " ".join(before).strip()))
            before.clear()
            line_of_last = at
            if len(tokens) > TOKENS:
                faults.mistake(
                    "A7-P205",
                    f"more than {TOKENS} words and signs",
                    source.span(start, at),
                    "split the source",
                )
                break
    tokens.append(Token(END, "", len(text), len(text), " ".join(before).strip()))
    return tokens


def shown(text: str) -> str:
    """Return a token of a source, fit for a message."""
    return f"`{comment(text, 60)[3:]}`" if text.strip() else "white space" if text else "the end of the text"


class Cursor:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[Token], source: Source, faults: Faults) -> None:
        self.tokens = tokens
        self.source = source
        self.faults = faults
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def ahead(self, count: int) -> Token:
        """Return the token `count` places behind the next."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def is_next(self, *texts: str) -> bool:
        """Whether one of these words or signs comes next (never a quoted text)."""
        return self.token.text in texts and self.token.kind not in ("text", END)

    def take(self) -> Token:
        """Return the next token and pass it."""
        token = self.tokens[self.at]
        if token.kind != END:
            self.at += 1
        return token

    def accept(self, *texts: str) -> bool:
        """Pass the next token if it is one of these."""
        if self.is_next(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str, where: str) -> Token:
        """Pass a word or sign. Raises: Lost after reporting another one."""
        if not self.is_next(text):
            raise self.lost(f"`{text}`", where)
        return self.take()

    def end(self, where: str) -> None:
        """Pass a `;`; one that is missing at the end of a line is reported and taken as written. Raises: Lost."""
        if self.accept(";"):
            return
        before = self.tokens[self.at - 1].end if self.at else 0
        if self.token.kind != END and "\n" not in self.source.text[before : self.token.start]:
            raise self.lost("`;`", where)
        found = shown(self.token.text)
        self.faults.mistake("A7-P200", f"expected `;` {where}, found {found}", self.behind(), "put `;` there")

    def word(self, what: str, where: str, kind: str = "word") -> Token:
        """Pass a token of a kind. Raises: Lost after reporting another one."""
        if self.token.kind != kind:
            raise self.lost(what, where)
        return self.take()

    def lost(self, expected: str, where: str) -> Lost:
        """Report what stands here instead of what was expected."""
        found = shown(self.token.text)
        self.faults.mistake(
            "A7-P200",
            f"expected {expected} {where}, found {found}",
            self.here(),
            f"put {expected} there, or remove {found}" if self.token.text else "complete the text",
        )
        return Lost()

    def here(self) -> Span:
        """Return the place of the next token."""
        return self.place(self.token)

    def place(self, first: Token, last: Token | None = None) -> Span:
        """Return the place of a token, or of all from it to another."""
        return self.source.span(first.start, (last or first).end)

    def behind(self) -> Span:
        """Return the place right behind the token that was passed last."""
        end = self.tokens[self.at - 1].end if self.at else 0
        return self.source.span(end, end)

    def text(self, first: int, last: int) -> str:
        """Return the source from token `first` up to token `last`, not included."""
        if last <= first:
            return ""
        return self.source.text[self.tokens[first].start : self.tokens[last - 1].end]

    def enter(self) -> None:
        """Go one level deeper. Raises: Lost beyond the limit."""
        self.depth += 1
        if self.depth > DEPTH:
            self.faults.mistake(
                "A7-P205", f"nesting deeper than {DEPTH}", self.here(), "name the inner parts"
            )
            raise Lost

    def leave(self) -> None:
        """Come back from a level."""
        self.depth -= 1

    def skip(self, stops: tuple[str, ...], opening: str = "{(", closing: str = "})") -> None:
        """Pass tokens up to one of `stops` outside of brackets, or up to the bracket that closes this level."""
        level = 0
        while self.token.kind != END:
            text = "" if self.token.kind == "text" else self.token.text
            if level == 0 and (text in stops or (text and text in closing)):
                return
            level += (1 if text in opening else -1 if text in closing else 0) if len(text) == 1 else 0
            self.at += 1


def number(text: str) -> int | None:
    """Return the value of `12`, `0x1F`, `0b11` or octal `017`; None when it is none or has too many digits."""
    if len(text) > 60:
        return None
    try:
        if re.fullmatch(r"-?0[0-7]+", text):
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        return None
