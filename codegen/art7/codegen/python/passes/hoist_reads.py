"""Read before a choice what every way of it reads first, so that it joins the read before the choice."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, If, Line, Read, names_in
from art7.codegen.python.passes.words import bodies


def hoist_reads(body: Body) -> Body:
    """Return `body` with a first read that all arms share before the choice.

    Arms that only refuse do not count: a read that fails refuses too. A choice with a way round all arms is left
    as it is. Only a read that then touches the one before the choice is worth moving.
    """
    moved: Body = []
    for statement in body:
        for inner in bodies(statement):
            inner[:] = hoist_reads(inner)
        if isinstance(statement, If) and (read := _shared(statement, moved)) is not None:
            moved.append(read)
        moved.append(statement)
    return moved


def _shared(choice: If, before: Body) -> Read | None:
    """Take the shared first read out of the arms of `choice`; returns it."""
    last = _last_read(before)
    if last is None or not choice.otherwise:
        return None
    arms = [inner for inner in bodies(choice) if inner != [Line("raise Refused")]]
    firsts = [_first(inner) for inner in arms]
    first = firsts[0] if firsts else None
    if first is None or first.at != last.at.moved(last.octets) or first.little != last.little:
        return None
    name = first.targets[0]
    if name is None or not name.isidentifier() or any(name in names_in(text) for text, _ in choice.arms):
        return None
    for other in firsts:
        if other is None or (other.at, other.codes[0], other.targets[0]) != (first.at, first.codes[0], name):
            return None
    shared = Read(first.at, first.codes[:1], [name], first.little)
    for arm, read in zip(arms, firsts, strict=True):
        assert read is not None
        read.at = read.at.moved(shared.octets)
        del read.codes[0], read.targets[0]
        if not read.codes:
            arm[:] = [each for each in arm if each is not read]
    return shared


def _last_read(before: Body) -> Read | None:
    """Return the read that a following one could join: only assignments of other names stand after it."""
    for statement in reversed(before):
        if isinstance(statement, Read):
            return statement
        if not (isinstance(statement, Assign) and statement.pure) and not isinstance(statement, Line):
            return None
        if isinstance(statement, Line) and not _declares(statement):
            return None
    return None


def _declares(line: Line) -> bool:
    return ":" in line.text and "=" not in line.text and line.text.partition(":")[0].isidentifier()


def _first(arm: Body) -> Read | None:
    """Return the first read of an arm, if only constants are stored before it."""
    for statement in arm:
        if isinstance(statement, Read):
            return statement
        if not (isinstance(statement, Assign) and statement.value in ("None", "0", "False", 'b""', '""')):
            return None
    return None
