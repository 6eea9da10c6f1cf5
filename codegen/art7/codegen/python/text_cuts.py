"""Whether a text can be cut in another way than into the values that it was put together from.

One expression tells that a text is what it must be. That its values are each of their token follows where there is
one cut: no value but the last holds what may stand behind it. Where a value may hold it, a test of its own tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from art7.codegen.python.expressions import quoted
from art7.grammar.ir.pattern_sets import Octets, common, pattern_characters

DIGITS: Octets = ((45, 45), (48, 57), (97, 102))


@dataclass(frozen=True, slots=True)
class Word:
    """A value in a text: its variable and token (`None`: an integer), the literal before it, whether it may be absent."""

    value: str
    pattern: str | None
    before: bytes
    optional: bool = False

    @property
    def characters(self) -> Octets:
        """All that can stand in the value."""
        return DIGITS if self.pattern is None else pattern_characters(self.pattern)


def cut_tests(words: Sequence[Word], behind: bytes) -> list[str] | None:
    """Return what is true of values that another cut would take for others; nothing where groups must be compared.

    `behind` is the literal behind the last word.
    """
    marks = [_marks(words, place, behind) for place in range(len(words) - 1)]
    if len(words) > 1 and _marks(words, -1, behind) is None and words[0].optional:
        return None
    for word, signs in zip(words, marks, strict=False):
        if signs is None or any(_holds(word, sign) for sign in signs):
            return None
    if words[-1].optional and behind and words[-1].before[:1] == behind[:1]:
        return None
    every = "".join(signs or "" for signs in marks)
    if not any(word.optional or _holds(word, sign) for word in words for sign in every):
        return []
    tests = []
    for word, signs in zip(words, marks, strict=False):
        found = " or ".join(f"{quoted(sign)} in {word.value}" for sign in signs or "")
        if word.pattern is not None and found:
            tests.append(f"{word.value} is not None and ({found})" if word.optional else found)
    return tests


def _holds(word: Word, sign: str) -> bool:
    return common(word.characters, ((ord(sign), ord(sign)),)) is not None


def _marks(words: Sequence[Word], place: int, behind: bytes) -> str | None:
    """Return what may stand behind a word; nothing where that does not tell what it begins."""
    found = ""
    for word in words[place + 1 :]:
        sign = word.before[:1].decode("latin-1")
        if not sign or not sign.isascii() or sign in found:
            return None
        found += sign
        if not word.optional:
            return found
    sign = behind[:1].decode("latin-1")
    return None if sign and (not sign.isascii() or sign in found) else found + sign


def kind_tests(words: Sequence[Word], is_word: str) -> list[str]:
    """Return what is true of values that are no texts."""
    found = []
    for word in words:
        if word.pattern is not None:
            text = f"{word.value}.__class__ is not str and not {is_word}({word.value})"
            found.append(f"{word.value} is not None and {text}" if word.optional else text)
    return found
