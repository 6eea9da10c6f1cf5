"""The space between two terminals, and where a long line may be broken."""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.terminals import Terminals

OPERATORS = frozenset("== != <= >= < > << >> & | ^ ++ + - * / % ~ = => -> <-> .. ( [ { , :".split())
"""Signs after which a minus has one operand, and a bracket opens a value."""

BREAK_BEFORE = frozenset(
    "else when within default for since data as given with lenient deprecated ordered bound carries".split()
)
BREAK_INSIDE = frozenset({"and", "or", "++", "|", "then", "satisfies"})
"""Words a continuation line may begin with: outside of brackets, and anywhere."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """What decides on spaces: the terminals as the parser took them, and which are part of a pattern."""

    found: Terminals
    kinds: list[str]
    in_pattern: frozenset[int]
    records: frozenset[int]

    def between(self, left: int, right: int) -> str:
        """The white space between two neighbours on one line."""
        texts = self.found.texts
        before, after = texts[left], texts[right]
        if self._is_tight_after(left, before) or self._is_tight_before(left, before, right, after):
            return ""
        return " "

    def _is_tight_after(self, left: int, before: str) -> bool:
        if before in ("(", "[", ".", "@"):
            return True
        if left in self.in_pattern and (before == "{" or (before == "," and self._in_repeat(left))):
            return True
        if before == "..":
            return self.kinds[left + 1] != "MAX"
        if before == "<":
            return self.kinds[left] == "LESSTHAN"
        return before == "~" or (before == "-" and self._is_unary(left))

    def _is_tight_before(self, left: int, before: str, right: int, after: str) -> bool:
        if after in (")", "]", ",", ":", "?", "."):
            return True
        if after in ("+", "*", "{", "}") and right in self.in_pattern:
            return after in "+*" or self._in_repeat(right)
        if after == "..":
            return self.kinds[left] != "SIZE"
        if after in ("<", ">", ">>", ">="):
            return self.kinds[right] in ("LESSTHAN", "MORETHAN")
        if after == "}":
            return before == "{"
        if after == "(":
            is_number_tag = left > 0 and self.found.texts[left - 1] == "@"
            return left not in self.in_pattern and (is_number_tag or self._ends_operand(left, before))
        return after == "[" and self._ends_operand(left, before)

    def _ends_operand(self, index: int, text: str) -> bool:
        """Whether a bracket after this terminal belongs to it: a call, parameters, an index, an extent."""
        if text in (")", "]", "}"):
            return True
        if text in (">", ">>"):
            return self.kinds[index] == "MORETHAN"
        return self.kinds[index] in ("NAME", "LABEL", "KEY", "CASE", "DATA", "HEX", "CHARS", "PRESERVE")

    def _is_unary(self, index: int) -> bool:
        before = self.found.texts[index - 1] if index else "("
        return (
            self.kinds[index] == "CASEMINUS"
            or before in OPERATORS
            or (before.isalpha() and self.kinds[index - 1] not in ("NAME", "TRUE", "FALSE"))
        )

    def _in_repeat(self, index: int) -> bool:
        """Whether a terminal of a pattern is in the braces of a repetition (they hold but numbers)."""
        return index in self.in_pattern

    def may_break(self, index: int, depth: int) -> bool:
        """Whether a continuation line may begin with this terminal."""
        text = self.found.texts[index]
        if index in self.in_pattern:
            return text == "|"
        if depth == 0 and (text in BREAK_BEFORE or self.kinds[index] in ("STRING", "CITATION")):
            return self.kinds[index] not in ("NAME", "LABEL", "KEY", "CASE")
        return text in BREAK_INSIDE or self.found.texts[index - 1] == ","
