"""Read before a choice what every way of it reads first, so that it joins the read before the choice."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, If, Line, Read, code_octets, names_in
from art7.codegen.python.passes.words import COMPOUND, bodies, declares, mentions


def hoist_reads(body: Body) -> Body:
    """Return `body` with a first read that all arms share before the choice.

    Arms that only refuse do not count: a read that fails refuses too. A choice with a way round all arms is left
    as it is. Only a read that then touches the one before the choice is worth moving. Where arms read unlike
    things, that of one arm is moved if every other arm reads at least as many octets from there.
    """
    return _hoist(body, body)


def _hoist(body: Body, everywhere: Body) -> Body:
    moved: Body = []
    for statement in body:
        if type(statement) in COMPOUND:
            for inner in bodies(statement):
                inner[:] = _hoist(inner, everywhere)
            if isinstance(statement, If) and (read := _shared(statement, moved, everywhere)) is not None:
                moved.append(read)
        moved.append(statement)
    return moved


def _shared(choice: If, before: Body, everywhere: Body) -> Read | None:
    """Take the first read out of the arms of `choice`; returns it."""
    last = _last_read(before)
    if last is None or not choice.otherwise:
        return None
    arms = [inner for inner in bodies(choice) if inner != [Line("raise Refused")]]
    firsts = [_first(inner) for inner in arms]
    reads = [read for read in firsts if read is not None]
    place = last.at.moved(last.octets)
    if not reads or len(reads) != len(firsts) or any(read.at != place for read in reads):
        return None
    shortest = min(reads, key=lambda read: code_octets(read.codes[0]))
    name, code = shortest.targets[0], shortest.codes[0]
    if shortest.little != last.little or name is None or not name.isidentifier():
        return None
    if any(name in names_in(text) for text, _ in choice.arms):
        return None
    if all((read.codes[0], read.targets[0]) == (code, name) for read in reads):
        taken = list(zip(arms, reads, strict=True))
    elif code_octets(code) <= _FEW and _is_private(name, arms, reads, shortest, everywhere):
        taken = [(arm, read) for arm, read in zip(arms, reads, strict=True) if read is shortest]
    else:
        return None
    shared = Read(place, [code], [name], shortest.little)
    for arm, read in taken:
        read.at = read.at.moved(shared.octets)
        del read.codes[0], read.targets[0]
        if not read.codes:
            arm[:] = [each for each in arm if each is not read]
    return shared


_FEW = 8
"""The most octets that are read for one arm where the others read them once more."""


def _is_private(name: str, arms: list[Body], reads: list[Read], shortest: Read, everywhere: Body) -> bool:
    """Whether only the arm of the `shortest` read mentions `name`."""
    arm = next(arm for arm, read in zip(arms, reads, strict=True) if read is shortest)
    return mentions(arm).count(name) == mentions(everywhere).count(name)


def _last_read(before: Body) -> Read | None:
    """Return the read that a following one could join: only assignments of other names stand after it."""
    for statement in reversed(before):
        if isinstance(statement, Read):
            return statement
        if not (isinstance(statement, Assign) and statement.pure) and not isinstance(statement, Line):
            return None
        if isinstance(statement, Line) and not declares(statement):
            return None
    return None


def _first(arm: Body) -> Read | None:
    """Return the first read of an arm, if only constants are stored before it."""
    for statement in arm:
        if isinstance(statement, Read):
            return statement
        if not (isinstance(statement, Assign) and statement.value in ("None", "0", "False", 'b""', '""')):
            return None
    return None
