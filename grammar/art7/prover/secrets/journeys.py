"""Secrets and content on their way through role machines: into messages, open variables, and roles between the ends."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir.expression import Expr
from art7.prover.secrets.found import Fault
from art7.prover.secrets.labels import Sources
from art7.prover.secrets.parties import is_content, is_end, is_secret, sensitive, slots_of
from art7.prover.secrets.walks import OPENED, RESEALED, SECRET, WRITTEN, Known, Place, Walk, places
from art7.prover.witnesses import Flow


def journeys(known: Known, protocol: m.Protocol) -> Iterator[Fault]:
    """Yield what is sent, shown or opened where it must not be."""
    told: set[tuple[str, Span, str]] = set()
    for place in places(protocol):
        for fault in _journeys(known, place):
            key = (fault.code, fault.span, fault.message)
            if key not in told:
                told.add(key)
                yield fault


def _journeys(known: Known, place: Place) -> Iterator[Fault]:
    walk = Walk(known, place)
    for action in place.transition.actions:
        match action:
            case m.SendAction():
                yield from _sent(walk, action)
            case m.SetAction():
                yield from _set(walk, action)
            case m.RunAction(operation="decode") if not is_end(place.protocol, place.machine.name):
                yield from _decoded(walk, action)
        walk.take(action)


def _first(labels: Sources, word: str) -> str | None:
    return min((x.partition(":")[2] for x in labels if x.startswith(word)), default=None)


def _sent(walk: Walk, action: m.SendAction) -> Iterator[Fault]:
    protocol = walk.place.protocol
    slots = {slot.name: slot for slot in slots_of(walk.known.specification, action.message)}
    short = action.message.rpartition(".")[2]
    end = is_end(protocol, action.receiver)
    for name, expr in action.fields:
        labels, slot = walk.labels(expr), slots.get(name)
        secret = _first(labels, SECRET)
        if secret is None and slot is not None and is_secret(slot) and not _is_constant(expr):
            secret = f"{action.message}.{name}"
        opened = _first(labels, RESEALED) or _first(labels, OPENED)
        content = _first(labels, WRITTEN)
        if content is None and slot is not None and is_content(slot) and not _is_constant(expr):
            content = f"{action.message}.{name}"
        if secret is not None:
            message = f"secret `{secret}` is sent in `{short}.{name}` in clear, to role `{action.receiver}`"
            yield _fault(walk, "A7-K212", "sent", message, action.span, expr, "encrypt it for its receiver")
        elif opened is not None and opened != action.receiver:
            message = f"role `{walk.place.machine.name}` opens what `{opened}` sealed, and sends it on to `{action.receiver}`"
            advice = "pass the ciphertext on, and agree keys between the ends"
            yield _fault(walk, "A7-K215", "between", message, action.span, expr, advice)
        elif content is not None and not end:
            message = f"content `{content}` is sent in `{short}.{name}` to role `{action.receiver}`, which is no end"
            yield _fault(walk, "A7-K214", "between", message, action.span, expr, "encrypt it for the ends")


def _is_constant(expr: Expr) -> bool:
    return not any(isinstance(node, e.LocalRef | e.Attribute | e.ParamRef) for node in e.walk(expr))


def _set(walk: Walk, action: m.SetAction) -> Iterator[Fault]:
    variables = walk.known.variables[walk.place.machine.name]
    secret = _first(walk.labels(action.expr), SECRET)
    declared = variables.get(action.name)
    if secret is not None and declared is not None and _first(declared.labels, SECRET) is None:
        message = f"secret `{secret}` is kept in variable `{action.name}`, which is not secret"
        advice = f"declare `var {action.name}` as `secret`"
        yield _fault(walk, "A7-K213", "shown", message, action.span, action.expr, advice)


def _decoded(walk: Walk, action: m.RunAction) -> Iterator[Fault]:
    for slot in slots_of(walk.known.specification, action.name):
        if (what := sensitive(slot)) is not None:
            role = walk.place.machine.name
            message = f"role `{role}`, which is no end, reads `{action.name}.{slot.name}`: {what}"
            yield _fault(
                walk, "A7-K214", "between", message, action.span, None, "leave it to the ends to open"
            )


def _fault(
    walk: Walk, code: str, question: str, message: str, span: Span, expr: Expr | None, advice: str
) -> Fault:
    place = walk.place
    steps = [Related(f"in state `{place.state.name}` of `{place.machine.name}`", place.transition.span)]
    held = ""
    if expr is not None:
        held = next((x.name for x in e.walk(expr) if isinstance(x, e.LocalRef)), "")
    steps.append(Related(message, span))
    claim = "flows" if expr is not None and held else ""
    flow = Flow(
        tuple(steps), message, place.subject, claim, (expr,) if expr is not None and held else (), ({},), held
    )
    return Fault(code, question, place.subject, message, span, advice, flow)
