"""Drop pure assignments and read targets that nothing mentions afterwards."""

from __future__ import annotations

from collections import Counter

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Test, While, names_in


def drop_unused(body: Body) -> Body:
    """Return `body` without pure assignments to locals, and reads into locals, that nobody uses."""
    names: list[str] = []
    stored: set[str] = set()
    _gather(body, names, stored)
    if stored.issubset(names):
        return body
    used = Counter(names)
    while True:
        changed = [False]
        body = _keep(body, used, changed)
        if not changed[0]:
            return body


def _gather(body: Body, names: list[str], stored: set[str]) -> None:
    """Add every mention of a name but those that only store; `stored` gets what may be dropped."""
    for statement in body:
        if isinstance(statement, Assign):
            names += names_in(statement.value)
            if statement.pure and not statement.targets:
                stored.add("")  # nothing is left of it
            for target in statement.targets:
                if not target.isidentifier():
                    names += names_in(target)
                elif statement.pure:
                    stored.add(target)
        elif isinstance(statement, Test):
            names += names_in(statement.condition)
        elif isinstance(statement, Line):
            names += names_in(statement.text)
        elif isinstance(statement, Read):
            names.append(statement.at.base)
            for place in statement.targets:
                if place is None:
                    continue
                if place.isidentifier():
                    stored.add(place)
                else:
                    names += names_in(place)
        elif isinstance(statement, If):
            for condition, inner in statement.arms:
                names += names_in(condition)
                _gather(inner, names, stored)
            _gather(statement.otherwise or [], names, stored)
        else:
            names += names_in(statement.condition if isinstance(statement, While) else statement.iterable)
            _gather(statement.body, names, stored)


def _keep(body: Body, used: Counter[str], changed: list[bool]) -> Body:
    kept: Body = []
    for statement in body:
        if isinstance(statement, Assign):
            if statement.pure and _is_dead(statement, used, changed):
                used.subtract(names_in(statement.value))
                continue
        elif isinstance(statement, Read):
            dead = [t is not None and t.isidentifier() and not used[t] for t in statement.targets]
            if True in dead:
                changed[0] = True
                targets = zip(statement.targets, dead, strict=True)
                statement.targets = [None if gone else target for target, gone in targets]
        elif isinstance(statement, If):
            statement.arms = [(condition, _keep(inner, used, changed)) for condition, inner in statement.arms]
            if statement.otherwise is not None:
                statement.otherwise = _keep(statement.otherwise, used, changed) or None
        elif isinstance(statement, While | For):
            statement.body = _keep(statement.body, used, changed)
        kept.append(statement)
    return kept


def _is_dead(statement: Assign, used: Counter[str], changed: list[bool]) -> bool:
    """Leave out the targets nobody uses; whether none is left."""
    value = statement.value
    left = [t for t in statement.targets if not t.isidentifier() or used[t] or t == value]
    if len(left) != len(statement.targets):
        changed[0] = True
        statement.targets = left
    return not left
