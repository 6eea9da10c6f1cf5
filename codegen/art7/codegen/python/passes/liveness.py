"""Drop pure assignments and read targets that nothing mentions afterwards."""

from __future__ import annotations

from collections import Counter

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Test, While, names_in


def drop_unused(body: Body) -> Body:
    """Return `body` without pure assignments to locals, and reads into locals, that nobody uses."""
    used: Counter[str] = Counter()
    _count(body, used)
    while True:
        changed = [False]
        body = _keep(body, used, changed)
        if not changed[0]:
            return body


def _count(body: Body, used: Counter[str]) -> None:
    for statement in body:
        match statement:
            case Assign(targets, value):
                used.update(names_in(value))
                for target in targets:
                    if not target.isidentifier():
                        used.update(names_in(target))
            case Read(at=at, targets=wanted):
                used[at.base] += 1
                for place in wanted:
                    if place is not None and not place.isidentifier():
                        used.update(names_in(place))
            case Test(condition):
                used.update(names_in(condition))
            case Line(text):
                used.update(names_in(text))
            case If(arms, otherwise):
                for condition, inner in arms:
                    used.update(names_in(condition))
                    _count(inner, used)
                _count(otherwise or [], used)
            case While(condition, inner):
                used.update(names_in(condition))
                _count(inner, used)
            case For(iterable=iterable, body=inner):
                used.update(names_in(iterable))
                _count(inner, used)


def _keep(body: Body, used: Counter[str], changed: list[bool]) -> Body:
    kept: Body = []
    for statement in body:
        match statement:
            case Assign(targets, value, pure=True):
                left = [t for t in targets if not t.isidentifier() or used[t] or t == value]
                if len(left) != len(targets):
                    changed[0] = True
                    statement.targets = left
                if not left:
                    used.subtract(names_in(value))
                    continue
            case Read(targets=targets):
                dead = [t is not None and t.isidentifier() and not used[t] for t in targets]
                if any(dead):
                    changed[0] = True
                    statement.targets = [None if gone else t for t, gone in zip(targets, dead, strict=True)]
            case If(arms, otherwise):
                statement.arms = [(condition, _keep(inner, used, changed)) for condition, inner in arms]
                if otherwise is not None:
                    statement.otherwise = _keep(otherwise, used, changed) or None
            case While(body=inner) | For(body=inner):
                statement.body = _keep(inner, used, changed)
            case _:
                pass
        kept.append(statement)
    return kept
