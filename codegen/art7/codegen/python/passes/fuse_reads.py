"""Merge reads of neighbouring places into one `struct` unpack."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Test, While, names_in
from art7.codegen.python.passes.words import COMPOUND, declares


def fuse_reads(body: Body) -> Body:
    """Return `body` with each read joined to the one before it where their places touch.

    A read may pass over tests and pure assignments: the fast decoder only says yes or no, so reading earlier
    than a test changes nothing but which refusal comes first. It may not pass over an assignment to its own base.
    """
    fused: Body = []
    last: Read | None = None
    touched: set[str] = set()
    used: set[str] = set()
    for statement in body:
        if isinstance(statement, Read):
            if last is not None and _joins(last, statement) and not _hazard(statement, touched, used):
                last.codes += statement.codes
                last.targets += statement.targets
                last.little = last.little or statement.little
                continue
            last, touched, used = statement, set(), set()
        elif type(statement) in COMPOUND:
            last = None
            _fuse_within(statement)
        elif last is None:
            pass  # until something is read there is nothing to join with
        elif isinstance(statement, Test) or (isinstance(statement, Assign) and statement.pure):
            if isinstance(statement, Test):
                used.update(names_in(statement.condition))
            else:
                touched.update(name for target in statement.targets for name in names_in(target))
                used.update(names_in(statement.value))
        elif isinstance(statement, Line) and declares(statement):
            pass
        else:
            last = None
        fused.append(statement)
    return fused


def _hazard(second: Read, touched: set[str], used: set[str]) -> bool:
    """Whether reading earlier would use a stale base, or overwrite what statements between still need."""
    targets = {target for target in second.targets if target is not None and target.isidentifier()}
    return second.at.base in touched or bool(targets & (used | touched))


def _joins(first: Read, second: Read) -> bool:
    if first.at.moved(first.octets) != second.at:
        return False
    return first.little == second.little or _neutral(first) or _neutral(second)


def _neutral(read: Read) -> bool:
    return all(code[-1] in "xBbs" for code in read.codes)


def _fuse_within(statement: If | While | For | Line | Read | Assign | Test) -> None:
    match statement:
        case If(arms, otherwise):
            statement.arms = [(condition, fuse_reads(inner)) for condition, inner in arms]
            if otherwise is not None:
                statement.otherwise = fuse_reads(otherwise)
        case While(body=inner) | For(body=inner):
            statement.body = fuse_reads(inner)
        case _:
            pass
