"""The builtins of `art7.grammar.ir.builtins`, the reference implementation.

`general` and `digests` need the standard library only; `shared` loads the `cryptography` package on first use, so
that reading messages without keys never does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.plan import Fault
from art7.interpreter.functions import digests, general
from art7.interpreter.functions.encoded_words import encoded_words
from art7.interpreter.functions.keyed import ROWS
from art7.interpreter.functions.refusal import Refused

Implementation = Callable[[Any, str, list[Any]], Any]
"""(frame, name, arguments in signature order) → value."""

_PLAIN: dict[str, Callable[..., Any]] = {
    **general.FUNCTIONS,
    **digests.FUNCTIONS,
    "encoded_words": encoded_words,
}
_TAKES_ABSENT = {"length", "starts_with", "ends_with", "contains", "canonical_json", "kind_of", "fresh"}
_SESSION = ("random", "fresh")
MISSING = Fault("missing_field")


@cache
def plain(name: str) -> Callable[..., Any]:
    """Return builtin `name` as a function of its arguments; raises `KeyError`.

    It raises `Refused` for arguments it does not take. `random` and `fresh` have none.
    """
    if name in _PLAIN:
        return _PLAIN[name]
    row = ROWS[name]
    function = getattr(import_module(f"art7.interpreter.functions.shared.{row.module}"), row.function)
    return partial(function, *row.before)


def names() -> frozenset[str]:
    """Return every builtin that has an implementation."""
    return frozenset(_PLAIN).union(ROWS, _SESSION)


def implementation(name: str) -> Implementation:
    """Return how a prepared expression calls `name`; raises `KeyError` for an unknown builtin."""
    function = FUNCTIONS[name]
    if name in _SESSION:
        return _call_session
    needs_all = name not in _TAKES_ABSENT
    resolved: list[Callable[..., Any]] = [] if function.needs_cryptography else [plain(name)]

    def call(frame: Any, name: str, values: list[Any]) -> Any:
        if needs_all and None in values:
            parameter = function.parameters[values.index(None)].name
            frame.refuse(MISSING, None, frame.start, f"`{parameter}` of `{name}`", "nothing")
        if not resolved:
            resolved.append(plain(name))
        try:
            return resolved[0](*values)
        except Refused as refusal:
            frame.refuse(Fault(refusal.code), None, frame.start, refusal.expected, refusal.got)

    return call


def _call_session(frame: Any, name: str, values: list[Any]) -> Any:
    """`random` and `fresh` are the caller's: see `schedules.Session`."""
    session = frame.run.session
    if session is None:
        frame.refuse(Fault("internal"), None, frame.start, f"a session that answers `{name}`", "none")
    try:
        return getattr(session, name)(*values)
    except Refused as refusal:
        frame.refuse(Fault(refusal.code), None, frame.start, refusal.expected, refusal.got)


__all__ = ["Implementation", "Refused", "implementation", "names", "plain"]
