"""Merge neighbouring tests and stores of one value."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, For, If, Statement, Test, While
from art7.codegen.python.passes.words import COMPOUND

_LONGEST = 80
"""Merged conditions stay on one line."""


def merge_tests(body: Body) -> Body:
    """Return `body` with neighbouring tests as one `or`, and stores of one constant as one chain."""
    merged: Body = []
    last: Statement | None = None
    for statement in body:
        if isinstance(statement, Test):
            if isinstance(last, Test) and len(last.condition) + len(statement.condition) <= _LONGEST:
                last = merged[-1] = Test(f"{last.condition} or {statement.condition}")
                continue
        elif isinstance(statement, Assign):
            if isinstance(last, Assign) and _stores_join(last, statement):
                last.targets += [target for target in statement.targets if target not in last.targets]
                continue
        elif type(statement) in COMPOUND:
            _merge_within(statement)
        merged.append(statement)
        last = statement
    return merged


def _stores_join(last: Assign, statement: Assign) -> bool:
    return (
        last.value == statement.value
        and last.value in ("None", "0", "False", 'b""', '""', "()")
        and sum(map(len, last.targets)) <= _LONGEST
    )


def _merge_within(statement: Statement) -> None:
    match statement:
        case If(arms, otherwise):
            statement.arms = [(condition, merge_tests(inner)) for condition, inner in arms]
            if otherwise is not None:
                statement.otherwise = merge_tests(otherwise)
        case While(body=inner) | For(body=inner):
            statement.body = merge_tests(inner)
        case _:
            pass
