"""One interpreter per specification, for callers that pass the specification each time.

Preparing the records of a module takes milliseconds, so the last few interpreters are kept. They are found by
identity (a specification cannot be hashed) and hold nothing of the messages they read.
"""

from __future__ import annotations

from functools import lru_cache

from art7.grammar.ir.module import Specification
from art7.interpreter.prepare import Interpreter


class _Same:
    """A specification that equals only itself."""

    __slots__ = ("specification",)

    def __init__(self, specification: Specification) -> None:
        self.specification = specification

    def __hash__(self) -> int:
        return id(self.specification)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.specification is self.specification


@lru_cache(maxsize=16)
def _interpreter(key: _Same) -> Interpreter:
    return Interpreter(key.specification)


def interpreter_of(specification: Specification) -> Interpreter:
    """Return the interpreter of `specification`, made on first use."""
    return _interpreter(_Same(specification))
