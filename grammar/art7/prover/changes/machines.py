"""Two versions of a protocol: roles, states, what they take and do, timers, channels; and a run that only one allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from art7.grammar.ir.module import CheckAction, Protocol, RoleMachine, State, Transition, Trigger
from art7.prover.answers import Standing
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level, Sequence
from art7.prover.changes.match import paired
from art7.prover.changes.plain import Names, plain
from art7.prover.changes.rules import compare_requirements

Event = tuple[str, tuple[str, ...], str | None]


def compare_protocols(old: Protocol, new: Protocol, subject: str, names: Names) -> Iterator[Change]:
    """Return what changed in a protocol."""
    yield from compare_requirements(
        old.requirements, new.requirements, subject, ({}, {}), (old.span, new.span)
    )
    roles = paired(
        {x.name: x for x in old.roles}, {x.name: x for x in new.roles}, lambda role: _shape(role, names)
    )
    for each in roles.removed:
        yield Change(
            Level.OBLIGATION, f"{subject}.{each.name}", "the role is gone", each.span, new.span, (OLD_TO_NEW,)
        )
    for each in roles.added:
        yield Change(
            Level.OBLIGATION, f"{subject}.{each.name}", "the role is new", old.span, each.span, (NEW_TO_OLD,)
        )
    for one, other in roles.renamed:
        yield Change(
            Level.SOURCE,
            f"{subject}.{other.name}",
            f"`{one.name}` is called `{other.name}`",
            one.span,
            other.span,
        )
    for one, other in (*roles.same, *roles.renamed):
        yield from _roles(one, other, f"{subject}.{other.name}", names)
    yield from _channels(old, new, subject, names)
    yield from _scenarios(old, new, subject, names)
    if (old.doc, old.refs) != (new.doc, new.refs):
        yield Change(Level.TEXT, subject, "its prose reads otherwise", old.span, new.span)


def _shape(role: RoleMachine, names: Names) -> Any:
    return tuple((state.name, state.kind, len(state.transitions)) for state in role.states)


def _channels(old: Protocol, new: Protocol, subject: str, names: Names) -> Iterator[Change]:
    before = {(x.sender, x.receiver): plain(x, None, names) for x in old.channels}
    after = {(x.sender, x.receiver): plain(x) for x in new.channels}
    for ends in sorted(before.keys() | after.keys()):
        if _carried(before.get(ends), names) != _carried(after.get(ends), Names()):
            word = "is gone" if ends not in after else "is new" if ends not in before else "is another one"
            what = f"the channel from {ends[0]} to {ends[1]} {word}"
            yield Change(Level.OBLIGATION, subject, what, old.span, new.span)


def _carried(channel: Any, names: Names) -> Any:
    if channel is None:
        return None
    rows = dict(channel[1:])
    return {**rows, "carries": tuple(names.of(each) for each in rows["carries"])}


def _scenarios(old: Protocol, new: Protocol, subject: str, names: Names) -> Iterator[Change]:
    before, after = {x.name: x for x in old.scenarios}, {x.name: x for x in new.scenarios}
    for name in [*before, *(each for each in after if each not in before)]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None or plain(one.steps, None, names) != plain(other.steps):
            word = "gone" if other is None else "new" if one is None else "another one"
            places = (one.span if one else old.span, other.span if other else new.span)
            yield Change(Level.OBLIGATION, f"{subject}.{name}", f"the scenario is {word}", *places)


def _roles(old: RoleMachine, new: RoleMachine, subject: str, names: Names) -> Iterator[Change]:
    timers = dict(old.timers), dict(new.timers)
    for name in sorted(timers[0].keys() | timers[1].keys()):
        before, after = timers[0].get(name), timers[1].get(name)
        if before != after:
            what = f"the timer `{name}` runs {_ms(after)}, ran {_ms(before)}"
            yield Change(Level.OBLIGATION, f"{subject}.{name}", what, old.span, new.span)
    variables = [[plain(x, None, names) for x in role.variables] for role in (old, new)]
    if variables[0] != variables[1]:
        yield Change(Level.SOURCE, subject, "has other variables, or begins with others", old.span, new.span)
    states = paired(
        {x.name: x for x in old.states}, {x.name: x for x in new.states}, lambda x: _rows(x, names)
    )
    renamed = {one.name: other.name for one, other in states.renamed}
    for one, other in states.renamed:
        yield Change(
            Level.SOURCE,
            f"{subject}.{other.name}",
            f"`{one.name}` is called `{other.name}`",
            one.span,
            other.span,
        )
    for each in states.removed:
        yield Change(Level.OBLIGATION, f"{subject}.{each.name}", "the state is gone", each.span, new.span)
    for each in states.added:
        yield Change(Level.OBLIGATION, f"{subject}.{each.name}", "the state is new", old.span, each.span)
    for one, other in (*states.same, *states.renamed):
        for change in _states(one, other, f"{subject}.{other.name}", names, renamed):
            _show(change, old, new, renamed)
            yield change


def _ms(value: int | None) -> str:
    return "never" if value is None else f"{value} ms"


def _rows(state: State, names: Names) -> Any:
    return tuple((_event(row.trigger, names), plain(row.guard, None, names)) for row in state.transitions)


def _event(trigger: Trigger, names: Names) -> Event:
    return trigger.kind, tuple(sorted(names.of(each) for each in trigger.names)), trigger.peer


def _states(old: State, new: State, subject: str, names: Names, renamed: dict[str, str]) -> Iterator[Change]:
    if old.kind != new.kind:
        yield Change(Level.OBLIGATION, subject, f"is a {new.kind} state, was {old.kind}", old.span, new.span)
    for verb in ("ignore", "defer"):
        before = {(names.of(name), peer) for name, peer in getattr(old, verb)}
        after = set(getattr(new, verb))
        if before != after:
            what = f"{verb}s {_list(after)}, before {_list(before)}"
            yield Change(Level.OBLIGATION, subject, what, old.span, new.span)
    rows = [_by_event(old, names), _by_event(new, Names())]
    for event in [*rows[0], *(each for each in rows[1] if each not in rows[0])]:
        one, other = rows[0].get(event), rows[1].get(event)
        if other is None and one is not None:
            yield Change(
                Level.OBLIGATION,
                subject,
                f"no longer takes {_spelled(event)}",
                one[0].span,
                new.span,
                (OLD_TO_NEW,),
            )
        elif one is None and other is not None:
            yield Change(
                Level.OBLIGATION, subject, f"takes {_spelled(event)}", old.span, other[0].span, (NEW_TO_OLD,)
            )
        elif one and other and _does(one, names, renamed) != _does(other, Names(), {}):
            weakens = _fewer_checks(one, other)
            what = f"does something else on {_spelled(event)}"
            yield Change(Level.OBLIGATION, subject, what, one[0].span, other[0].span, (), weakens)


def _list(names: set[tuple[str, str | None]]) -> str:
    return ", ".join(f"`{name.rpartition('.')[2]}`" for name, _ in sorted(names, key=str)) or "nothing"


def _by_event(state: State, names: Names) -> dict[Event, list[Transition]]:
    found: dict[Event, list[Transition]] = {}
    for row in state.transitions:
        found.setdefault(_event(row.trigger, names), []).append(row)
    return found


def _does(rows: list[Transition], names: Names, renamed: dict[str, str]) -> Any:
    return [
        (
            plain(row.guard, None, names),
            plain(row.actions, None, names),
            renamed.get(row.target or "", row.target),
        )
        for row in rows
    ]


def _fewer_checks(old: list[Transition], new: list[Transition]) -> str:
    """Whether fewer conditions stand before what is done."""
    counts = [
        sum(isinstance(action, CheckAction) for row in rows for action in row.actions)
        + sum(row.guard is not None for row in rows)
        for rows in (old, new)
    ]
    return "a condition before it is gone" if counts[1] < counts[0] and len(new) <= len(old) else ""


def _spelled(event: Event) -> str:
    kind, names, peer = event
    spelled = ", ".join(name.rpartition(".")[2] for name in names)
    return f"{kind} {spelled}" + (f" from {peer}" if peer else "")


def _show(change: Change, old: RoleMachine, new: RoleMachine, renamed: dict[str, str]) -> None:
    """Give a change of what a state takes the shortest run that leads there and goes on in one version alone."""
    if not change.expects:
        return
    by = "old" if change.expects == (OLD_TO_NEW,) else "new"
    state = change.subject.rpartition(".")[2]
    role, target = (
        (old, next((a for a, b in renamed.items() if b == state), state)) if by == "old" else (new, state)
    )
    path = _path(role, target)
    event = change.says.partition(" takes ")[2] or change.says.removeprefix("takes ")
    if path is None:
        change.standing, change.detail = Standing.NOT_PROVEN, f"`{state}` is not reached"
        return
    change.shown = (Sequence(role.name, (*path, event), by),)
    change.standing = Standing.REFUTED


def _path(role: RoleMachine, target: str) -> tuple[str, ...] | None:
    """The events of the shortest way from the start to a state, guards taken as they must be."""
    states = {state.name: state for state in role.states}
    start = next(
        (state.name for state in role.states if state.kind == "start"),
        role.states[0].name if role.states else "",
    )
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while waiting:
        name, path = waiting.popleft()
        if name == target:
            return path
        for row in states[name].transitions:
            if row.target is not None and row.target not in seen and row.target in states:
                seen.add(row.target)
                waiting.append((row.target, (*path, _spelled(_event(row.trigger, Names())))))
    return None
