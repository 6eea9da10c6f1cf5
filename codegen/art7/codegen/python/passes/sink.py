"""Work out in the arms of a choice what only some of them want."""

from __future__ import annotations

from collections import Counter

from art7.codegen.python.code import Assign, Body, If, Line, Statement, names_in
from art7.codegen.python.passes.words import COMPOUND, bodies, mentions

MOST = 40
"""In at most so many arms a value is printed."""


def sink_assigns(body: Body) -> Body:
    """Return `body` with `x = value` before a choice moved into those arms that go on to use `x`."""
    if _has_choices(body):
        _sink(body, Counter(mentions(body)))
    return body


def _has_choices(body: Body) -> bool:
    """Whether there is anything to look at, found faster than all mentions are counted."""
    last: Statement | None = None
    for statement in body:
        if type(statement) in COMPOUND:
            is_choice = isinstance(statement, If)
            if is_choice and type(last) is Assign and last.pure and last.targets[0].isidentifier():
                return True
            if any(_has_choices(inner) for inner in bodies(statement)):
                return True
        last = statement
    return False


def _sink(body: Body, everywhere: Counter[str]) -> None:
    for position in range(len(body) - 1, -1, -1):
        statement = body[position]
        if type(statement) in COMPOUND:
            for inner in bodies(statement):
                _sink(inner, everywhere)
        if not isinstance(statement, Assign) or not statement.pure or len(statement.targets) != 1:
            continue
        name, choice = statement.targets[0], body[position + 1] if position + 1 < len(body) else None
        if not name.isidentifier() or not isinstance(choice, If):
            continue
        if mentions(body[position:]).count(name) != everywhere[name]:
            continue
        after = name in mentions(body[position + 2 :])
        places: list[Body] = []
        if _spared(choice, name, after, places) and 0 < len(places) <= MOST:
            del body[position]
            everywhere[name] += (len(places) - 1) * len(mentions([statement]))
            for place in places:
                place.insert(0, Assign([name], statement.value))


def _spared(choice: If, name: str, after: bool, places: list[Body]) -> bool:
    """Whether some way through a choice does without `name`; adds the blocks that cannot to `places`."""
    spared = not choice.otherwise
    if (spared and after) or any(name in names_in(text) for text, _ in choice.arms):
        return False
    for arm in bodies(choice):
        if arm == [Line("raise Refused")]:
            continue
        if not arm:
            if after:
                return False
            spared = True
            continue
        if isinstance(arm[0], If) and len(arm) == 1 and arm[0].otherwise:
            inner: list[Body] = []
            if _spared(arm[0], name, after, inner):
                spared = True
                places += inner
                continue
        if name in mentions(arm) or (after and arm[-1] not in (Line("continue"), Line("raise Refused"))):
            places.append(arm)
        else:
            spared = True
    return spared
