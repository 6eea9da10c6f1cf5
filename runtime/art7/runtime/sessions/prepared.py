"""Schedules whose lasting inputs are given once: what a session runs per packet takes only what changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def prepared(
    schedule: Callable[..., Any], takes: Sequence[str], gives: Sequence[str], **lasting: Any
) -> Callable[..., Any]:
    """Return a function of the values named in `takes`, in that order; it returns those named in `gives`.

    One name in `gives` gives the value itself, more give a tuple. `lasting`: the other inputs. An execution that can
    make ready what depends on them alone (a cipher with its key) says so by the attribute `prepare` of the schedule.
    """
    prepare = getattr(schedule, "prepare", None)
    if prepare is not None and prepare.takes == tuple(takes) and prepare.gives == tuple(gives):
        made: Callable[..., Any] = prepare(**lasting)
        return made

    def run(*given: Any) -> Any:
        found = schedule(**dict(zip(takes, given, strict=True)), **lasting)
        values = tuple(getattr(found, name) for name in gives)
        return values[0] if len(values) == 1 else values

    return run
