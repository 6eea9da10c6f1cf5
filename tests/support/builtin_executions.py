"""The builtins of both executions by name: the interpreter's own, and those in the support module of generated packages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from art7.codegen.python.builtin_calls import BUILTINS, PYTHONS_OWN
from art7.codegen.python.package import VENDORED
from art7.codegen.python.vendoring import vendored
from art7.interpreter.functions import Refused, plain

EXECUTIONS = ("interpreter", "sdk")
Lookup = Callable[[str], Callable[..., Any]]


def builtins_of(execution: str) -> Lookup:
    """Return the look-up of builtins by name; each refuses with `Refused`, whoever executes it."""
    return plain if execution == "interpreter" else _generated


@cache
def _support() -> dict[str, Any]:
    rows = (row for row in BUILTINS.values() if not row.session)
    names = {row.function for row in rows} - PYTHONS_OWN | {"BuiltinError"}
    imports, text = vendored(names, VENDORED)
    found: dict[str, Any] = {"__name__": "support"}
    exec("\n".join([*imports, text]), found)
    return found


def _generated(name: str) -> Callable[..., Any]:
    row, support = BUILTINS[name], _support()
    if row.function in PYTHONS_OWN:
        return plain(name)
    function = support[row.function]

    def call(*arguments: Any) -> Any:
        try:
            return function(*row.before, *arguments, *row.after)
        except support["BuiltinError"] as error:
            raise Refused(error.code, error.expected, error.got) from None

    return call
