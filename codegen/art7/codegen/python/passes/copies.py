"""Use a variable itself where a copy of it serves only while it does not change."""

from __future__ import annotations

import re
from collections import Counter

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Statement, Test, While, names_in
from art7.codegen.python.passes.words import COMPOUND, bodies, mentions, own_texts

_STRING = re.compile(r"""(b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*')""")
_CONSTANTS = frozenset(("None", "True", "False"))


class _Unfit(Exception):
    """The copy outlives what it was made from."""


def forward_copies(body: Body) -> Body:
    """Return `body` without `x = y` where every use of `x` comes before `y` gets another value."""
    if _has_copies(body) and _begins_copies(body, set()):
        _forward(body, Counter(mentions(body)))
    return body


def _has_copies(body: Body) -> bool:
    """Whether there is anything to look at, found faster than all mentions are counted."""
    for statement in body:
        if type(statement) is Assign and statement.pure and statement.value.isidentifier():
            if statement.targets[0].isidentifier() and statement.value not in _CONSTANTS:
                return True
        elif type(statement) in COMPOUND and any(_has_copies(inner) for inner in bodies(statement)):
            return True
    return False


def _begins_copies(body: Body, seen: set[str]) -> bool:
    """Whether a name is first mentioned where it becomes a copy, as one that serves alone is; `seen` grows."""
    for statement in body:
        if type(statement) is Assign and statement.pure and statement.value.isidentifier():
            if any(target.isidentifier() and target not in seen for target in statement.targets):
                return True
        for text in own_texts(statement):
            seen.update(names_in(text))
        if isinstance(statement, Read):
            seen.update(target for target in statement.targets if target is not None)
        if any(_begins_copies(inner, seen) for inner in bodies(statement)):
            return True
    return False


def _forward(body: Body, everywhere: Counter[str]) -> None:
    position = 0
    while position < len(body):
        statement = body[position]
        if type(statement) in COMPOUND:
            for inner in bodies(statement):
                _forward(inner, everywhere)
        position += 1
        if not isinstance(statement, Assign) or not statement.pure or len(statement.targets) != 1:
            continue
        copy, source = statement.targets[0], statement.value
        if not copy.isidentifier() or not source.isidentifier() or source in _CONSTANTS or copy == source:
            continue
        rest = body[position:]
        if mentions([statement, *rest]).count(copy) != everywhere[copy]:
            continue
        try:
            _follow(rest, copy, source, False)
        except _Unfit:
            continue
        position -= 1
        del body[position]
        everywhere[source] += everywhere[copy] - 2
        everywhere[copy] = 0
        _replace(rest, copy, source)


def _follow(body: Body, copy: str, source: str, changed: bool) -> bool:
    """Return whether `source` may have changed after `body`; raises where the copy is still needed then."""
    for statement in body:
        read, stored = _names(statement)
        if copy in stored or (changed and copy in read):
            raise _Unfit
        if isinstance(statement, While | For):
            changed = changed or source in _stored_within(statement.body)
            if changed and copy in read:
                raise _Unfit
            _follow(statement.body, copy, source, changed)
        elif isinstance(statement, If):
            ends = [_follow(inner, copy, source, changed) for inner in bodies(statement)]
            changed = changed or any(ends)
        changed = changed or source in stored
    return changed


def _stored_within(body: Body) -> set[str]:
    found: set[str] = set()
    for statement in body:
        found |= _names(statement)[1]
        for inner in bodies(statement):
            found |= _stored_within(inner)
    return found


def _names(statement: Statement) -> tuple[set[str], set[str]]:
    """Return what a statement itself, without its blocks, mentions and what it stores."""
    match statement:
        case Assign(targets=targets, value=value):
            # A target may have its type behind it, or be several in one: `value, o`.
            parts = (part.strip() for name in targets for part in name.partition(":")[0].split(","))
            stored = {part for part in parts if part.isidentifier()}
            return set(names_in(" ".join((*targets, value)))), stored
        case Read(at=at, targets=targets):
            given = [target for target in targets if target is not None]
            return {at.base, *names_in(" ".join(given))}, {name for name in given if name.isidentifier()}
        case Test(condition=text):
            return set(names_in(text)), set()
        case If(arms=arms):
            return {name for text, _ in arms for name in names_in(text)}, set()
        case While(condition=text):
            return set(names_in(text)), set()
        case For(target=target, iterable=text):
            return set(names_in(text)), set(names_in(target))
        case Line(text=text):
            head, equal, _ = text.partition("=")
            declared = ":" in head and head.partition(":")[0].isidentifier()
            return set(names_in(text)), set(names_in(head)) if equal or declared else set()


def _replace(body: Body, copy: str, source: str) -> None:
    word = re.compile(rf"(?<![\w.]){copy}\b(?!=[^=])")

    def put(text: str) -> str:
        if copy not in text:
            return text
        parts = _STRING.split(text)
        return "".join(part if i % 2 else word.sub(source, part) for i, part in enumerate(parts))

    for statement in body:
        match statement:
            case Assign():
                statement.targets = [put(target) for target in statement.targets]
                statement.value = put(statement.value)
            case Read():
                base = source if statement.at.base == copy else statement.at.base
                statement.at = type(statement.at)(base, statement.at.offset)
                statement.targets = [None if target is None else put(target) for target in statement.targets]
            case Test() | While():
                statement.condition = put(statement.condition)
            case If():
                statement.arms = [(put(text), inner) for text, inner in statement.arms]
            case For():
                statement.iterable = put(statement.iterable)
            case Line():
                statement.text = put(statement.text)
        for inner in bodies(statement):
            _replace(inner, copy, source)
