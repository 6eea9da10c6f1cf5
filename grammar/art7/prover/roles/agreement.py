"""What one role has told another: do both hold the same when nothing is under way.

Looked at are variables that a role sets to nothing but a member of what one peer sends: there the peer decides. Where that
value comes back to the peer and is kept, both must be equal, unless one has ended. And where the states of the peer tell the
value, all of them must. Channels that lose are left out: there nobody can know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from art7.grammar.diagnostics import Related
from art7.grammar.ir.expression import Attribute, Expr, Kind, Literal, LocalRef
from art7.grammar.ir.module import Protocol, RoleMachine, SendAction, SetAction, Transition
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.roles.composition import BITS, Composition
from art7.prover.roles.explore import Exploration, explore
from art7.prover.roles.followed import Followed
from art7.prover.roles.machine import Covers
from art7.prover.roles.paths import ladder_of, path_to
from art7.prover.roles.phrases import refuted
from art7.prover.roles.samples import spelled
from art7.prover.roles.values import UNKNOWN

MOST = 20_000
"""Configurations that this is worth."""


@dataclass(frozen=True, slots=True)
class Told:
    """Role `keeper` sets `variable` to member `member` of message `message` from `teller`; `echo` is where it keeps the answer."""

    teller: str
    keeper: str
    variable: str
    message: str
    member: str
    echo: str | None = None


def agreement_answers(
    protocol: Protocol, covers: dict[str, Covers], followed: Followed, depth: int, budget: Budget
) -> list[Answer] | None:
    """Return where two roles hold different values with nothing under way; `None` where that was not asked."""
    if any(channel.lossy for channel in protocol.channels):
        return None
    told = [each for each in _told(protocol) if each.member in followed.members.get(each.message, ())]
    if not told:
        return None
    found = explore(Composition(protocol, covers, _also(followed, told), depth), budget, MOST)
    if not found.is_whole:
        return None
    at_rest = [place for place in range(found.expanded) if _is_at_rest(found, place)]
    answers: list[Answer] = []
    for each in told:
        answers += list(_of_echo(found, each, at_rest)) or list(_of_states(found, each, at_rest))
    return answers


# ---- what is told ---------------------------------------------------------------------------------------


def _told(protocol: Protocol) -> Iterator[Told]:
    for keeper in protocol.roles:
        for variable in keeper.variables:
            source = _source(keeper, variable.name)
            if source is not None:
                teller, message, member = source
                machine = next(each for each in protocol.roles if each.name == teller)
                echo = _echo(protocol, keeper, machine, variable.name)
                yield Told(teller, keeper.name, variable.name, message, member, echo)


def _source(machine: RoleMachine, variable: str) -> tuple[str, str, str] | None:
    """Return peer, message and member that a variable is always set to."""
    sources = {_read(transition, expr) for transition, expr in _settings(machine, variable)}
    return sources.pop() if len(sources) == 1 else None


def _settings(machine: RoleMachine, variable: str) -> Iterator[tuple[Transition, Expr]]:
    for state in machine.states:
        for transition in state.transitions:
            for action in transition.actions:
                if isinstance(action, SetAction) and action.name == variable:
                    yield transition, action.expr


def _read(transition: Transition, expr: Expr) -> tuple[str, str, str] | None:
    trigger = transition.trigger
    match expr:
        case Attribute(base=LocalRef(name=base), name=member) if base == trigger.binding and trigger.peer:
            return (trigger.peer, trigger.names[0], member) if len(trigger.names) == 1 else None
        case _:
            return None


def _echo(protocol: Protocol, keeper: RoleMachine, teller: RoleMachine, variable: str) -> str | None:
    """Return the variable in which the teller keeps what the keeper sends back whenever it sets its own."""
    for own in teller.variables:
        source = _source(teller, own.name)
        if source is None or source[0] != keeper.name:
            continue
        _, message, member = source
        if all(
            any(
                isinstance(action, SendAction)
                and (action.message, action.receiver) == (message, teller.name)
                and _says_the_same(dict(action.fields).get(member), expr, variable)
                for action in transition.actions
            )
            for transition, expr in _settings(keeper, variable)
        ):
            return own.name
    return None


def _says_the_same(said: Expr | None, kept: Expr, variable: str) -> bool:
    return said == kept or (isinstance(said, LocalRef) and said.name == variable)


def _also(followed: Followed, told: list[Told]) -> Followed:
    variables = {name: list(found) for name, found in followed.variables.items()}
    for each in told:
        for role, name in ((each.keeper, each.variable), (each.teller, each.echo)):
            if name is not None and name not in variables.setdefault(role, []):
                variables[role].append(name)
    return replace(followed, variables={name: tuple(found) for name, found in variables.items()})


# ---- what is held ---------------------------------------------------------------------------------------


def _is_at_rest(found: Exploration, place: int) -> bool:
    now, composition = found.order[place], found.composition
    if now >> len(composition.roles) * BITS:
        return False
    return not any(
        local.running or local.held
        for local in (composition.local(now, role) for role in range(len(composition.roles)))
    )


def _held(found: Exploration, place: int, role: str, variable: str) -> Any:
    for index, each in enumerate(found.composition.roles):
        if each.machine.name == role:
            known = found.composition.local(found.order[place], index).known
            return known[each.names.index(variable)]
    return UNKNOWN


def _state(found: Exploration, place: int, role: str) -> tuple[str, str]:
    """Return the state of a role and its kind."""
    for index, each in enumerate(found.composition.roles):
        if each.machine.name == role:
            state = found.composition.local(found.order[place], index).state
            return state, each.states[state].kind
    raise KeyError(role)


def _of_echo(found: Exploration, told: Told, at_rest: list[int]) -> Iterator[Answer]:
    if told.echo is None:
        return
    for place in at_rest:
        state, kind = _state(found, place, told.teller)
        mine = _held(found, place, told.teller, told.echo)
        theirs = _held(found, place, told.keeper, told.variable)
        if kind == "final" or UNKNOWN in (mine, theirs) or mine == theirs:
            continue
        said = (
            f"`{told.teller}` in `{state}` holds `{told.echo}` as {_plain(mine)} and `{told.keeper}` `{told.variable}` as "
            f"{_plain(theirs)} when nothing is under way"
        )
        yield _answer(found, told, place, state, said)
        return


def _of_states(found: Exploration, told: Told, at_rest: list[int]) -> Iterator[Answer]:
    """Yield a state with which the value goes either way, where others tell it."""
    values: dict[str, dict[Any, int]] = {}
    for place in at_rest:
        state, kind = _state(found, place, told.teller)
        if kind != "hot":
            held = _held(found, place, told.keeper, told.variable)
            values.setdefault(state, {}).setdefault(held, place)
    if any(UNKNOWN in seen for seen in values.values()):
        return
    telling = {next(iter(seen)) for seen in values.values() if len(seen) == 1}
    for state, seen in values.items():
        if len(seen) > 1 and len(telling) > 1:
            said = (
                f"with `{told.teller}` in `{state}` and nothing under way `{told.keeper}` may hold `{told.variable}` as "
                f"{' or as '.join(map(_plain, seen))}, though other states tell it"
            )
            yield _answer(found, told, max(seen.values()), state, said)


def _plain(value: Any) -> str:
    return f"`{spelled(Literal(value, Kind.ANY))}`"


def _answer(found: Exploration, told: Told, place: int, state: str, said: str) -> Answer:
    composition = found.composition
    machines = {each.machine.name: each for each in composition.roles}
    span = machines[told.teller].states[state].span
    values = [(f"{told.keeper}.{told.variable}", _held(found, place, told.keeper, told.variable))]
    if told.echo is not None:
        values.append((f"{told.teller}.{told.echo}", _held(found, place, told.teller, told.echo)))
    says = f"{told.teller} and {told.keeper} hold different things and nothing is under way"
    ladder = ladder_of(composition, path_to(found, place), says, "differ", values=values)
    kept = next(iter(_settings(machines[told.keeper].machine, told.variable)))[0]
    related = (Related(f"`{told.variable}` is set here", kept.span),)
    subject = f"{composition.protocol.name}.{told.teller}.{state}"
    return refuted("agreement", subject, "A7-S214", said, span, ladder, related=related)
