r"""Regular expressions of the sources (ECMA-262, XSD, PCRE) → the patterns that `matches` takes, which match from end to end.

Only what is regular: no look-around, no references, no word boundaries. Literals leave as `\uXXXX` unless they are letters or
digits, so that nothing of a source means anything by accident.
"""

from __future__ import annotations

from art7.interpreter.functions.pattern import Automaton
from art7.interpreter.functions.refusal import Refused

_ANYTHING = "[\\s\\S]*"
_LONGEST = 1000
_DEPTH = 20
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}


class _Irregular(Exception):
    """The expression has no equivalent."""


def pattern_of(expression: str, *, is_anchored: bool) -> str | None:
    """Return the pattern of an expression, or None when it has none; `is_anchored`: it matches from end to end already."""
    if len(expression) > _LONGEST:
        return None
    try:
        found = _Reader(expression).whole(is_anchored)
        Automaton(found)
    except (_Irregular, Refused, ValueError, OverflowError, RecursionError):
        return None
    except Exception as error:  # `re.error` of the engine's parser
        if type(error).__module__.startswith("re"):
            return None
        raise
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self, is_anchored: bool) -> str:
        alternatives = []
        while True:
            begins = self._accept("^") or is_anchored
            inner = self._sequence(0)
            ends = self._accept("$") or is_anchored
            alternatives.append(("" if begins else _ANYTHING) + inner + ("" if ends else _ANYTHING))
            if not self._accept("|"):
                break
        if self.at < len(self.text):
            raise _Irregular
        return alternatives[0] if len(alternatives) == 1 else "|".join(f"(?:{each})" for each in alternatives)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise _Irregular
        self.at += 1
        return self.text[self.at - 1]

    def _accept(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _sequence(self, depth: int) -> str:
        if depth > _DEPTH:
            raise _Irregular
        parts = []
        while self._peek() not in ("", "|", ")"):
            if self._peek() == "$" and depth == 0:
                break
            parts.append(self._atom(depth) + self._repeat())
        return "".join(parts)

    def _atom(self, depth: int) -> str:
        character = self._next()
        if character == "(":
            if self._accept("?"):
                if self._accept("<") and self._peek() not in ("=", "!"):
                    while self._next() != ">":
                        pass
                elif not self._accept(":"):
                    raise _Irregular
            inner = [self._sequence(depth + 1)]
            while self._accept("|"):
                inner.append(self._sequence(depth + 1))
            if self._next() != ")":
                raise _Irregular
            return f"(?:{'|'.join(inner)})"
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if character == ".":
            return "[^\\n\\r]"
        if character in "^$*+?{})]|":
            if character in "}]":
                return _literal(character)
            raise _Irregular
        return _literal(character)

    def _repeat(self) -> str:
        sign = self._peek()
        if sign and sign in "*+?":
            self.at += 1
        elif sign == "{":
            end = self.text.find("}", self.at)
            low, comma, high = self.text[self.at + 1 : end].partition(",")
            if end < 0 or not low.isdigit() or (high and not high.isdigit()) or len(low + high) > 8:
                raise _Irregular
            if high and int(low) > int(high):
                raise _Irregular
            self.at = end + 1
            sign = f"{{{int(low)}{comma}{int(high) if high else ''}}}"
        else:
            return ""
        if self._peek() == "?":
            self.at += 1
        elif self._peek() == "+":
            raise _Irregular
        return sign

    def _escape(self) -> str:
        letter = self._next()
        if letter in "dDwWsS":
            return f"\\{letter}"
        return _literal(self._character(letter))

    def _character(self, letter: str) -> str:
        """The character that an escape stands for."""
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in "xu":
            if self._accept("{"):
                end = self.text.find("}", self.at)
                digits, self.at = self.text[self.at : end], end + 1
                if end < 0:
                    raise _Irregular
            else:
                size = 2 if letter == "x" else 4
                digits = self.text[self.at : self.at + size]
                self.at += size
            return chr(int(digits, 16))
        if letter.isalnum():
            raise _Irregular
        return letter

    def _class(self) -> str:
        parts = ["[^"] if self._accept("^") else ["["]
        while not self._accept("]"):
            character = self._next()
            if character == "\\":
                letter = self._next()
                if letter in "dDwWsS":
                    parts.append(f"\\{letter}")
                    continue
                character = "\b" if letter == "b" else self._character(letter)
            if character == "[" and self._peek() in (":", "="):
                raise _Irregular
            parts.append(_literal(character))
            if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self._next()
                if last == "\\":
                    letter = self._next()
                    if letter in "dDwWsS":
                        raise _Irregular
                    last = self._character(letter)
                if last < character:
                    raise _Irregular
                parts.append(f"-{_literal(last)}")
        if len(parts) == 1:
            raise _Irregular
        return "".join(parts) + "]"


def _literal(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    point = ord(character)
    if 0xD800 <= point <= 0xDFFF:
        raise _Irregular
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
