"""Two patterns compared: a text that only one of them matches."""

from __future__ import annotations

from art7.prover.automata import TooLarge, automaton, only_first


def differing_texts(old: str, new: str) -> tuple[str | None, str | None] | None:
    """Return shortest texts that only the old, and only the new pattern matches; `None` where that is too much work."""
    try:
        one, other = automaton(old), automaton(new)
        return only_first(one, other), only_first(other, one)
    except (TooLarge, RecursionError, ValueError):
        return None
