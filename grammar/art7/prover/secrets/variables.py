"""Secrets in the variables of a role: overwritten once a schedule erases them, each for one purpose, no nonce twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir.expression import Expr
from art7.prover.secrets.arms import sites
from art7.prover.secrets.calls import argument, is_sealing
from art7.prover.secrets.found import Fault
from art7.prover.secrets.purposes import named_uses
from art7.prover.secrets.values import named_values
from art7.prover.secrets.walks import SECRET, Known, Place, places
from art7.prover.witnesses import Flow


def variables(known: Known, protocol: m.Protocol) -> Iterator[Fault]:
    """Yield secrets that live on, keys with two purposes, and nonces that stay the same."""
    yield from _dropped(known, protocol)
    for place in places(protocol):
        yield from _erased(known, place)
        yield from _sealed_again(known, protocol, place)
    for machine in protocol.roles:
        yield from _purposes(known, protocol, machine)


def _secret(known: Known, machine: m.RoleMachine) -> set[str]:
    facts = known.variables[machine.name]
    return {name for name, fact in facts.items() if any(x.startswith(SECRET) for x in fact.labels)}


def _exprs(action: m.Action) -> tuple[Expr, ...]:
    match action:
        case m.SetAction(expr=expr):
            return (expr,)
        case m.RunAction(arguments=pairs) | m.SendAction(fields=pairs):
            return tuple(expr for _, expr in pairs)
        case m.CheckAction(condition=condition):
            return (condition,)
    return ()


def _reads(action: m.Action, name: str) -> bool:
    nodes = (node for expr in _exprs(action) for node in e.walk(expr))
    return any(isinstance(node, e.LocalRef) and node.name == name for node in nodes)


def _erased(known: Known, place: Place) -> Iterator[Fault]:
    secret = _secret(known, place.machine)
    actions = place.transition.actions
    for number, action in enumerate(actions):
        schedule = known.schedules.get(action.name) if isinstance(action, m.RunAction) else None
        if schedule is None or not isinstance(action, m.RunAction):
            continue
        for name, expr in action.arguments:
            if name in schedule.erase and isinstance(expr, e.LocalRef) and expr.name in secret:
                yield from _after(place, action, schedule, expr.name, actions[number + 1 :])


def _dropped(known: Known, protocol: m.Protocol) -> Iterator[Fault]:
    """Yield secret outputs that a transition leaves where they are, and that others of the protocol use."""
    runs: list[tuple[Place, m.RunAction, m.Schedule, set[str]]] = []
    for place in places(protocol):
        for action in place.transition.actions:
            schedule = known.schedules.get(action.name) if isinstance(action, m.RunAction) else None
            if schedule is not None and isinstance(action, m.RunAction) and action.result is not None:
                runs.append((place, action, schedule, _members(place.transition, action.result)))
    for place, action, schedule, read in runs:
        secret = {x.name for x in named_values(schedule) if x.label == "secret"} & set(schedule.outputs)
        for name in sorted(secret - read) if read else ():
            other = next((x for x in runs if x[2] is schedule and name in x[3]), None)
            if other is not None:
                message = f"secret `{name}` of `{schedule.name}` is neither used nor kept by `{place.machine.name}` here"
                path = (Related("made here", action.span), Related("used elsewhere", other[1].span))
                flow = Flow(path, message, place.subject)
                advice = f"keep `{action.result}.{name}` in a variable, or use it"
                yield Fault("A7-K202", "settled", place.subject, message, action.span, advice, flow, path[1:])


def _members(transition: m.Transition, result: str) -> set[str]:
    """Return the outputs of a run that a transition reads."""
    found = set()
    for action in transition.actions:
        for expr in _exprs(action):
            for node in e.walk(expr):
                if (
                    isinstance(node, e.Attribute)
                    and isinstance(node.base, e.LocalRef)
                    and node.base.name == result
                ):
                    found.add(node.name)
    return found


def _after(
    place: Place, run: m.RunAction, schedule: m.Schedule, name: str, later: tuple[m.Action, ...]
) -> Iterator[Fault]:
    subject = f"{place.subject}.{name}"
    erased = Related(f"`{schedule.name}` erases it", run.span)
    for action in later:
        if _reads(action, name):
            span = getattr(action, "span", run.span)
            message = f"`{name}` is used after `{schedule.name}` erased it"
            flow = Flow((erased, Related("used here", span)), message, place.subject)
            yield Fault(
                "A7-K203",
                "not-used-when-gone",
                subject,
                message,
                span,
                f"set `{name}` first",
                flow,
                (erased,),
            )
            return
        if isinstance(action, m.SetAction) and action.name == name:
            return
    message = (
        f"`{schedule.name}` erases `{name}`, and variable `{name}` of `{place.machine.name}` holds it on"
    )
    flow = Flow((erased, Related("the transition ends", place.transition.span)), message, place.subject)
    yield Fault(
        "A7-K203", "not-used-when-gone", subject, message, run.span, f"write `set {name} = …` behind it", flow
    )


def _purposes(known: Known, protocol: m.Protocol, machine: m.RoleMachine) -> Iterator[Fault]:
    """A variable under two stated purposes, or one and another use, is one key for two."""
    found: dict[str, dict[str, Related]] = defaultdict(dict)
    for place in places(protocol):
        if place.machine is not machine:
            continue
        for action in place.transition.actions:
            for name, purpose, where in _stated(known, action):
                found[name].setdefault(purpose, where)
    for name in sorted(_secret(known, machine) & set(found)):
        if len(found[name]) > 1:
            (one, here), (two, there) = list(found[name].items())[:2]
            message = f"`{name}` of `{machine.name}` is a key for `{one}` and for `{two}`"
            flow = Flow((here, there), message, f"{protocol.name}.{machine.name}")
            subject = f"{protocol.name}.{machine.name}.{name}"
            yield Fault(
                "A7-K204", "one-purpose", subject, message, there.span, "derive a key for each", flow, (here,)
            )


def _stated(known: Known, action: m.Action) -> Iterator[tuple[str, str, Related]]:
    if isinstance(action, m.RunAction) and action.operation == "schedule" and action.name in known.schedules:
        inputs = {x.name: x for x in known.schedules[action.name].inputs}
        for name, expr in action.arguments:
            value = inputs.get(name)
            if value is not None and value.purpose is not None and isinstance(expr, e.LocalRef):
                yield expr.name, value.purpose, Related(f"for `{value.purpose}`", action.span)
    elif isinstance(action, m.SetAction):
        for name, use in named_uses(action.expr):
            if use.kind == "pair":
                continue
            yield (
                name,
                f"{use.kind}.{use.function.split('_')[0]}",
                Related(f"in `{use.function}`", action.span),
            )


def _sealed_again(known: Known, protocol: m.Protocol, place: Place) -> Iterator[Fault]:
    """A run that seals, and that can come again with the same key and the same nonce."""
    for action in place.transition.actions:
        schedule = known.schedules.get(action.name) if isinstance(action, m.RunAction) else None
        if schedule is None or not isinstance(action, m.RunAction):
            continue
        pair = _pair(schedule, dict(action.arguments))
        if pair is not None and not _changes(place, pair) and _comes_again(place, pair):
            names = " and ".join(f"`{name}`" for name in sorted(pair)) or "literals"
            message = (
                f"`{schedule.name}` seals again under the same key and nonce: nothing sets {names} in between"
            )
            path = (
                Related("sealed here", action.span),
                Related("which can come again", place.transition.span),
            )
            flow = Flow(path, message, place.subject)
            advice = "set the nonce or the key anew each time"
            yield Fault("A7-K209", "nonce", place.subject, message, action.span, advice, flow)


def _pair(schedule: m.Schedule, given: dict[str, Expr]) -> frozenset[str] | None:
    """Return the variables that key and nonce are made of; nothing where something fresh is in them."""
    for site in sites(schedule):
        key, nonce = argument(site.call, "key"), argument(site.call, "nonce", "iv")
        if not is_sealing(site.call.function) or key is None or nonce is None:
            continue
        inputs = {node.name for expr in (key, nonce) for node in e.walk(expr) if isinstance(node, e.LocalRef)}
        if not inputs <= set(given) or any(isinstance(node, e.ParamRef) for node in e.walk(nonce)):
            return None
        found: set[str] = set()
        for name in inputs:
            expr = given[name]
            if not isinstance(expr, e.LocalRef | e.Literal) and not _is_zeros(expr):
                return None
            found |= {expr.name} if isinstance(expr, e.LocalRef) else set()
        return frozenset(found)
    return None


def _is_zeros(expr: Expr) -> bool:
    return isinstance(expr, e.Call) and expr.function == "zeros"


def _sets(transition: m.Transition) -> set[str]:
    return {x.name for x in transition.actions if isinstance(x, m.SetAction)}


def _changes(place: Place, names: frozenset[str]) -> bool:
    """Whether the transition itself sets one of them, or they are not variables but made in it."""
    variables = {x.name for x in place.machine.variables}
    return bool(_sets(place.transition) & names) or bool(names - variables)


def _comes_again(place: Place, names: frozenset[str]) -> bool:
    """Whether a way leads back to the transition on which none of the variables is set."""
    states = {state.name: state for state in place.machine.states}
    seen: set[str] = set()
    stack = [place.transition.target or place.state.name]
    while stack:
        name = stack.pop()
        if name == place.state.name:
            return True
        if name in seen or name not in states:
            continue
        seen.add(name)
        stack += [t.target or name for t in states[name].transitions if not _sets(t) & names]
    return False
