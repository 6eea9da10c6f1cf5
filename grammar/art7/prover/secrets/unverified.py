"""Fields of messages that a signature covers, used by a role before it is checked, and keys of nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.plan import Check, Verify
from art7.prover.secrets.calls import HASHES, argument, is_verifying
from art7.prover.secrets.found import Fault
from art7.prover.secrets.parties import find_record, slots_of
from art7.prover.secrets.walks import Known, Place, Walk, places
from art7.prover.witnesses import Flow

SIGNATURES = ("signature", "mac", "tag", "proof")
"""What fields with a signature are called, alone or at the end."""

Covered = dict[str, frozenset[str]]


def unverified(known: Known, protocol: m.Protocol) -> Iterator[Fault]:
    """Yield uses of covered fields that no check came before, and keys without an owner."""
    covered = _covered(known, protocol)
    for place in places(protocol):
        if place.message is not None:
            yield from _of_place(known, place, covered.get(place.message, frozenset()))
    yield from _unlike_others(known, protocol)


def _unlike_others(known: Known, protocol: m.Protocol) -> Iterator[Fault]:
    """Yield transitions that follow a message without asking whose it is, where the others of the role ask."""
    groups: dict[tuple[str, str], list[tuple[Place, bool, m.SetAction | None]]] = {}
    for place in places(protocol):
        if place.message is not None and any(_decodes(x) for x in place.transition.actions):
            asked, followed = _asks(Walk(known, place))
            groups.setdefault((place.machine.name, place.message), []).append((place, asked, followed))
    for group in groups.values():
        missing = [
            (place, followed) for place, asked, followed in group if not asked and followed is not None
        ]
        if len(missing) == 1 and len(group) > 2:
            place, followed = missing[0]
            other = next(place for place, asked, _ in group if asked)
            yield _not_asked(place, followed, other)


def _decodes(action: m.Action) -> bool:
    return isinstance(action, m.RunAction) and action.operation == "decode"


def _asks(walk: Walk) -> tuple[bool, m.SetAction | None]:
    """Return whether a transition compares a text of its message, and what it first sets by the message."""
    guard = walk.place.transition.guard
    asked, followed = guard is not None and _names_owner(walk, guard), None
    for action in walk.place.transition.actions:
        if isinstance(action, m.CheckAction):
            asked = asked or _names_owner(walk, action.condition)
        elif isinstance(action, m.SetAction):
            asked = asked or _names_owner(walk, action.expr)
            followed = followed or (action if walk.wire(action.expr) else None)
        walk.take(action)
    return asked, followed


def _not_asked(place: Place, action: m.SetAction | None, other: Place) -> Fault:
    span = action.span if action is not None else place.transition.span
    message = f"`{place.message}` is followed in state `{place.state.name}` of `{place.machine.name}`, whoever it speaks of"
    path = (
        Related("received here", place.transition.span),
        Related("asked here whose it is", other.transition.span),
    )
    flow = Flow(path, "one about somebody else is followed too", place.subject)
    advice = "check that the identifier in it is the one that is meant"
    return Fault("A7-K216", "binding", place.subject, message, span, advice, flow, path[1:])


def _covered(known: Known, protocol: m.Protocol) -> Covered:
    """Return, for each message, the fields that some role verifies; of one that none does those beside a signature."""
    found: dict[str, set[str]] = {}
    signed: dict[str, set[str]] = {}
    for place in places(protocol):
        if place.message is None:
            continue
        walk = Walk(known, place)
        for expr in _conditions(place, walk):
            for call in _verifying(expr):
                data, signature = argument(call, "data", "value"), argument(call, "signature")
                found.setdefault(place.message, set()).update(walk.wire(data) if data is not None else ())
                if signature is not None and _is_field(walk, signature):
                    signed.setdefault(place.message, set()).update(walk.wire(signature))
    for place in places(protocol):
        name = place.message
        if name is not None and not found.get(name) and (beside := _beside(known.specification, name)):
            found[name] = beside
    return {name: frozenset(fields - signed.get(name, set())) for name, fields in found.items()}


def verified_fields(known: Known, place: Place) -> frozenset[str]:
    """Return the fields of the message received that a transition finds out to be its sender's."""
    walk = Walk(known, place)
    found: frozenset[str] = frozenset()
    if place.transition.guard is not None:
        found = _verified(walk, place.transition.guard, found)
    for action in place.transition.actions:
        if isinstance(action, m.CheckAction):
            found = _verified(walk, action.condition, found)
        elif isinstance(action, m.RunAction) and walk.authenticates(action):
            found |= walk.wire_of(action.arguments)
        walk.take(action)
    return found


def _conditions(place: Place, walk: Walk) -> Iterator[Expr]:
    """Yield guard and checks, each with the names known at its place."""
    if place.transition.guard is not None:
        yield place.transition.guard
    for action in place.transition.actions:
        if isinstance(action, m.CheckAction):
            yield action.condition
        walk.take(action)


def _verifying(expr: Expr) -> Iterator[e.Call]:
    return (node for node in e.walk(expr) if isinstance(node, e.Call) and is_verifying(node.function))


def _beside(specification: m.Specification, name: str) -> set[str]:
    """Return the octets beside a signature of a message that does not verify itself."""
    record = find_record(specification, name)
    if record is None or any(_verifies(step) for step in record.body.steps):
        return set()
    slots = list(slots_of(specification, name))
    signatures = {x.name for x in slots if x.name.split("_")[-1] in SIGNATURES}
    kinds = {x.name for x in slots if type(x.shape).__name__ == "Octets"}
    return kinds - signatures if signatures else set()


def _verifies(step: object) -> bool:
    return isinstance(step, Verify) or (isinstance(step, Check) and any(_verifying(step.condition)))


def _of_place(known: Known, place: Place, covered: frozenset[str]) -> Iterator[Fault]:
    walk = Walk(known, place)
    verified: frozenset[str] = frozenset()
    told: set[str] = set()
    meant = False
    if place.transition.guard is not None:
        verified |= _verified(walk, place.transition.guard, verified)
        meant = _names_owner(walk, place.transition.guard)
    late = [a.condition for a in place.transition.actions if isinstance(a, m.CheckAction)]
    keyed: list[tuple[m.RunAction, str]] = []
    for action in place.transition.actions:
        if isinstance(action, m.CheckAction):
            verified |= _verified(walk, action.condition, verified)
            meant = meant or _names_owner(walk, action.condition)
        elif isinstance(action, m.RunAction) and walk.authenticates(action):
            verified |= walk.wire_of(action.arguments)
        for name in sorted((_used(walk, action) & covered) - verified):
            if name not in told:
                told.add(name)
                yield _early(walk, action, name, late)
        if isinstance(action, m.RunAction):
            keyed += [(action, name) for name in _keys(walk, action)]
        walk.take(action)
    if keyed and not meant:
        yield _nobody(walk, *keyed[0])


def _verified(walk: Walk, condition: Expr, before: frozenset[str]) -> frozenset[str]:
    """Return the fields that a condition verifies: by a signature of a key that is trusted, or by what they equal."""
    found = before
    for call in _verifying(condition):
        public, data = argument(call, "public"), argument(call, "data", "value")
        if public is not None and data is not None and not _chosen(walk, public) - found:
            found |= walk.wire(data)
            signature = argument(call, "signature")
            found |= (
                walk.wire(signature) if signature is not None and _is_field(walk, signature) else frozenset()
            )
    for node in e.walk(condition):
        if isinstance(node, e.Binary) and node.op == "==":
            for one, two in ((node.left, node.right), (node.right, node.left)):
                if _is_field(walk, one) and not walk.wire(two) and not isinstance(two, e.Literal):
                    found |= walk.wire(one)
    return found


def _chosen(walk: Walk, public: Expr) -> frozenset[str]:
    """Return the fields that a key is made of; those that only choose among known keys are none of them."""
    if isinstance(public, e.Conditional):
        return _chosen(walk, public.yes) | _chosen(walk, public.no)
    return walk.wire(public)


def _is_field(walk: Walk, expr: Expr) -> bool:
    """Whether an expression is a field of the message as it came, or its hash."""
    if isinstance(expr, e.Call) and expr.function in HASHES:
        return _is_field(walk, expr.arguments[0])
    return (
        isinstance(expr, e.Attribute) and isinstance(expr.base, e.LocalRef) and expr.base.name == walk.binding
    )


def _names_owner(walk: Walk, condition: Expr) -> bool:
    """Whether a condition compares a text of the message with something that is known."""
    return any(
        isinstance(node, e.Binary)
        and node.op == "=="
        and any(x.kind is Kind.TEXT and walk.wire(x) for x in (node.left, node.right))
        and not any(isinstance(x, e.Literal) for x in (node.left, node.right))
        for node in e.walk(condition)
    )


def _used(walk: Walk, action: m.Action) -> frozenset[str]:
    match action:
        case m.SetAction(expr=expr):
            return walk.wire(expr)
        case m.RunAction(operation="schedule" | "encode", arguments=arguments):
            return walk.wire_of(arguments)
        case m.SendAction(fields=fields, message=message):
            same = message == walk.place.message
            return walk.wire_of((n, x) for n, x in fields if not (same and _is_field(walk, x)))
    return frozenset()


def _early(walk: Walk, action: m.Action, name: str, late: list[Expr]) -> Fault:
    place = walk.place
    span = getattr(action, "span", place.transition.span)
    message = f"`{place.message}.{name}` is used in state `{place.state.name}` of `{place.machine.name}` before it is verified"
    if not any(any(_verifying(x)) for x in late):
        message = message.replace(" before it is verified", " and never verified")
    path = (Related("received here", place.transition.span), Related("used here", span))
    flow = Flow(path, "whoever sends it chooses it", place.subject)
    return Fault(
        "A7-K210", "verified-first", place.subject, message, span, "check the signature first", flow, path[:1]
    )


def _keys(walk: Walk, action: m.RunAction) -> Iterator[str]:
    """Yield the inputs of a schedule that take a peer's public key, where one of the message is given."""
    schedule = walk.known.schedules.get(action.name) if action.operation == "schedule" else None
    if schedule is None:
        return
    public = {
        x.name
        for x in schedule.inputs
        if x.label == "public" and (x.purpose or "").split(".")[0] in ("agree", "verify")
    }
    yield from (name for name, expr in action.arguments if name in public and walk.wire(expr))


def _nobody(walk: Walk, action: m.RunAction, name: str) -> Fault:
    place = walk.place
    span: Span = action.span
    message = f"`{name}` of `{action.name}` is taken from `{place.message}`, and nothing says whose key it is"
    path = (Related("received here", place.transition.span), Related("taken for the peer's here", span))
    flow = Flow(path, "a key of anybody is taken", place.subject)
    advice = "check that the identifier that is signed with the key is the one that is meant"
    return Fault("A7-K216", "binding", place.subject, message, span, advice, flow, path[:1])
