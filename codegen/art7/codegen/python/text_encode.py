"""Steps of text in the fast encoder: what holds text is written by the careful twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.codegen.python.encode_names import Unsupported
from art7.grammar.ir import plan as p


def left_to_the_twin(emitter: Any, frame: Any, step: p.Step) -> NoReturn:
    """Say that only the careful encoder writes the step."""
    raise Unsupported("text")


ROWS: dict[type, Callable[[Any, Any, Any], Any]] = dict.fromkeys(
    (p.Token, p.Number, p.Quoted, p.Upto, p.Space, p.Line, p.Ahead, p.Repeat, p.Either, p.Through),
    left_to_the_twin,
)
"""One row for each step of text."""
