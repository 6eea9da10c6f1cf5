"""Merge neighbouring tests and stores of one value."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, For, If, Statement, Test, While

_LONGEST = 80
"""Merged conditions stay on one line."""


def merge_tests(body: Body) -> Body:
    """Return `body` with neighbouring tests as one `or`, and stores of one constant as one chain."""
    merged: Body = []
    for statement in body:
        last = merged[-1] if merged else None
        if _tests_join(last, statement):
            assert isinstance(last, Test) and isinstance(statement, Test)
            merged[-1] = Test(f"{last.condition} or {statement.condition}")
            continue
        if _stores_join(last, statement):
            assert isinstance(last, Assign) and isinstance(statement, Assign)
            last.targets += statement.targets
            continue
        _merge_within(statement)
        merged.append(statement)
    return merged


def _tests_join(last: Statement | None, statement: Statement) -> bool:
    if not (isinstance(last, Test) and isinstance(statement, Test)):
        return False
    return len(last.condition) + len(statement.condition) <= _LONGEST


def _stores_join(last: Statement | None, statement: Statement) -> bool:
    if not (isinstance(last, Assign) and isinstance(statement, Assign)):
        return False
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
