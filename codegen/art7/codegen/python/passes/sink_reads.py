"""Read at the end of each arm of a choice what follows the choice, so that it joins the arm's last read."""

from __future__ import annotations

import re

from art7.codegen.python.code import Assign, Body, If, Line, Place, Read, names_in
from art7.codegen.python.passes.words import bodies
from art7.codegen.python.rounds import leaves

MOST = 4
"""In at most so many arms a read is printed."""
_PLACE = re.compile(r"([a-z_]\w*)(?: \+ (\d+))?")
_STEP = re.compile(r"o \+= (\d+)")


def sink_reads(body: Body) -> Body:
    """Return `body` with a read at `o` moved into the choice before it, whose arms all end with `o = place`.

    Only where it then touches the last read of an arm. What stands between mentions neither `o` nor the target.
    """
    for statement in body:
        for inner in bodies(statement):
            sink_reads(inner)
    for position, choice in enumerate(body):
        if isinstance(choice, If) and choice.otherwise:
            _sink(body, position, choice)
    return body


def _sink(body: Body, position: int, choice: If) -> None:
    place = _following(body, position + 1)
    arms = [arm for arm in bodies(choice) if not leaves(arm)]
    ends = [_end(arm) for arm in arms]
    if place is None or not 0 < len(arms) <= MOST or None in ends:
        return
    if not any(end is not None and _touches(arm, end) for arm, end in zip(arms, ends, strict=True)):
        return
    read = body[place]
    assert isinstance(read, Read)
    moved = 0
    if (
        place + 1 < len(body)
        and isinstance(line := body[place + 1], Line)
        and (found := _STEP.fullmatch(line.text))
    ):
        moved = int(found[1])
        del body[place + 1]
    del body[place]
    for arm, end in zip(arms, ends, strict=True):
        assert end is not None
        arm[-1:] = [
            Read(end, [*read.codes], [*read.targets], read.little),
            Assign(["o"], str(end.moved(moved))),
        ]


def _following(body: Body, position: int) -> int | None:
    """Return where the read at `o` stands that comes next."""
    between: set[str] = set()
    for place in range(position, len(body)):
        statement = body[place]
        if isinstance(statement, Read):
            targets = [target for target in statement.targets if target is not None]
            fits = statement.at == Place("o") and all(target.isidentifier() for target in targets)
            return place if fits and not between & {"o", *targets} else None
        if not isinstance(statement, Assign):
            return None
        between.update(names_in(" ".join((*statement.targets, statement.value))))
    return None


def _end(arm: Body) -> Place | None:
    last = arm[-1] if arm else None
    if isinstance(last, Assign) and last.targets == ["o"] and (found := _PLACE.fullmatch(last.value)):
        return Place(found[1], int(found[2] or 0))
    return None


def _touches(arm: Body, end: Place) -> bool:
    for statement in reversed(arm[:-1]):
        if isinstance(statement, Read):
            return statement.at.moved(statement.octets) == end
        if not isinstance(statement, Assign):
            return False
    return False
