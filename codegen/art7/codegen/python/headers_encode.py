"""Headers and bodies of text in the fast encoder: what holds them is written by the careful twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.codegen.python.encode_names import Unsupported
from art7.grammar.ir import plan as p


def left_to_the_twin(emitter: Any, frame: Any, step: p.Step) -> NoReturn:
    """Say that only the careful encoder writes the step."""
    raise Unsupported("headers")


ROWS: dict[type, Callable[[Any, Any, Any], Any]] = dict.fromkeys(
    (p.Headers, p.Parameters, p.Parts, p.Transfer), left_to_the_twin
)
"""One row for each step."""
