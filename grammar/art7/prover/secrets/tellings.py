"""Secrets that a schedule tells, and verifications without an effect or after the use."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Derive, Named, Schedule
from art7.prover.secrets.calls import argument, is_mac, is_opening, is_verifying, opens_authenticated
from art7.prover.secrets.found import Fault
from art7.prover.secrets.labels import NONE, Sources, sources
from art7.prover.secrets.purposes import head
from art7.prover.secrets.values import named_values, parts_of
from art7.prover.witnesses import Flow


def tellings(schedule: Schedule) -> Iterator[Fault]:
    """Yield secrets that become public, unless the purpose is to reveal them."""
    secret = {value.name for value in named_values(schedule) if value.label == "secret"}

    def of(expr: Expr) -> Sources:
        if isinstance(expr, e.LocalRef):
            return frozenset((expr.name,)) if expr.name in secret else NONE
        if isinstance(expr, e.ParamRef):
            param = schedule.params[expr.index]
            return (
                frozenset((param.name,)) if isinstance(param.shape, s.Octets) and param.shape.secret else NONE
            )
        return NONE

    for step in schedule.steps:
        told = sources(step.expr, of)
        for value in parts_of(step):
            if (
                told
                and value.label != "secret"
                and head(value) != "reveal"
                and step.expr.kind is not Kind.BOOL
            ):
                yield _told(schedule, value, sorted(told)[0], step.expr)


def _told(schedule: Schedule, value: Named, source: str, expr: Expr) -> Fault:
    made = {one.name: one.span for one in named_values(schedule)}
    path = (Related(f"secret: {source}", made.get(source, value.span)), Related("told here", value.span))
    message = f"`{value.name}` of `{schedule.name}` is not secret, and {_named(source)} flows into it"
    flow = Flow(
        path, f"{_named(source)} changes what is told", schedule.name, "differ", (expr,), ({},), held=source
    )
    advice = "hide it, call it `secret`, or write `for reveal.…` to say that it is meant to be told"
    return Fault(
        "A7-K211", "told", f"{schedule.name}.{value.name}", message, value.span, advice, flow, path[:1]
    )


def _named(source: str) -> str:
    return source if " " in source else f"`{source}`"


def verifications(schedule: Schedule) -> Iterator[Fault]:
    """Yield signatures whose holding nothing demands, and values that are used before they are verified."""
    yield from _without_effect(schedule)
    yield from _too_late(schedule)


def _reached(schedule: Schedule, expr: Expr) -> set[str]:
    """Return the names that an expression needs, through all steps."""
    written: dict[str, Expr] = {}
    for step in schedule.steps:
        for value in parts_of(step):
            written[value.name] = step.expr
    found: set[str] = set()
    stack = [expr]
    while stack:
        for node in e.walk(stack.pop()):
            if isinstance(node, e.LocalRef) and node.name not in found:
                found.add(node.name)
                if node.name in written:
                    stack.append(written[node.name])
            elif isinstance(node, e.ParamRef):
                found.add(schedule.params[node.index].name)
    return found


def _without_effect(schedule: Schedule) -> Iterator[Fault]:
    demanded: set[str] = set()
    for _, condition, _ in schedule.conditions:
        demanded |= _reached(schedule, condition)
    for step in schedule.steps:
        if not isinstance(step, Derive) or step.value.name in demanded:
            continue
        if any(isinstance(node, e.Call) and _tells(schedule, node) for node in e.walk(step.expr)):
            message = (
                f"`{step.value.name}` of `{schedule.name}` tells if a signature holds, and no rule demands it"
            )
            flow = Flow((Related("found out here", step.value.span),), message, schedule.name)
            subject = f"{schedule.name}.{step.value.name}"
            advice = f"write `must …: {step.value.name} else …`"
            yield Fault("A7-K219", "verified", subject, message, step.value.span, advice, flow)


def _tells(schedule: Schedule, call: e.Call) -> bool:
    """Whether a call tells if a signature holds, or a MAC that was received is the one that was computed."""
    if call.function != "equal":
        return is_verifying(call.function)
    given = {value.name for value in schedule.inputs}
    sides = [
        isinstance(x, e.ParamRef) or (isinstance(x, e.LocalRef) and x.name in given) for x in call.arguments
    ]
    return sides[0] is not sides[1]


def _covered(schedule: Schedule, condition: Expr) -> set[str]:
    """Return the names that a signature or a MAC covers, where a condition demands that it holds."""
    found: set[str] = set()
    written = {step.value.name: step.expr for step in schedule.steps if isinstance(step, Derive)}
    stack = [condition]
    seen: set[str] = set()
    while stack:
        for node in e.walk(stack.pop()):
            if isinstance(node, e.LocalRef) and node.name in written and node.name not in seen:
                seen.add(node.name)
                stack.append(written[node.name])
            if isinstance(node, e.Call) and (is_verifying(node.function) or is_mac(node.function)):
                data = argument(node, "data", "value")
                found |= _reached(schedule, data) if data is not None else set()
    return found


def _too_late(schedule: Schedule) -> Iterator[Fault]:
    inputs = {value.name for value in schedule.inputs} | {param.name for param in schedule.params}
    for rule, (_, condition, _) in zip(schedule.rules, schedule.conditions, strict=False):
        covered = _covered(schedule, condition) & inputs
        needed = _reached(schedule, condition)
        for step in schedule.steps[: rule.steps]:
            value = parts_of(step)[0]
            early = _read_by_openings(schedule, step.expr) & covered
            if early and value.name not in needed:
                yield _early(schedule, value, sorted(early)[0], rule.span)


def _read_by_openings(schedule: Schedule, expr: Expr) -> set[str]:
    """Return the names that are decrypted in an expression, by what does not authenticate them itself."""
    found = set()
    for node in e.walk(expr):
        opening = isinstance(node, e.Call) and (
            is_opening(node.function) or node.function in ("aes_ctr", "chacha20")
        )
        if isinstance(node, e.Call) and opening and not opens_authenticated(node.function):
            for one in e.walk(argument(node, "ciphertext", "data") or node):
                if isinstance(one, e.LocalRef):
                    found.add(one.name)
                elif isinstance(one, e.ParamRef):
                    found.add(schedule.params[one.index].name)
    return found


def _early(schedule: Schedule, value: Named, name: str, verified: Span) -> Fault:
    path = (Related(f"`{name}` is opened here", value.span), Related("and verified here", verified))
    message = f"`{name}` of `{schedule.name}` is opened into `{value.name}` before it is verified"
    flow = Flow(path, message, schedule.name)
    advice = "write the rule that verifies before it"
    return Fault(
        "A7-K210",
        "verified-first",
        f"{schedule.name}.{value.name}",
        message,
        value.span,
        advice,
        flow,
        path[1:],
    )
