"""What becomes of each value of a schedule: used, settled, and not touched once it is erased."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Named, Schedule
from art7.prover.secrets.found import Fault
from art7.prover.secrets.values import named_values
from art7.prover.witnesses import Flow


def lives(schedule: Schedule) -> Iterator[Fault]:
    """Yield values that are of no use, that nobody settles, and that are used when they are gone."""
    yield from _unused(schedule)
    yield from _unsettled(schedule)
    yield from _contradictory(schedule)
    yield from _after_erasing(schedule)


def read_names(schedule: Schedule, expr: Expr) -> set[str]:
    """Return the parameters and values that an expression names."""
    names = {param.index: param.name for param in schedule.params}
    found = set()
    for node in e.walk(expr):
        if isinstance(node, e.LocalRef):
            found.add(node.name)
        elif isinstance(node, e.ParamRef):
            found.add(names.get(node.index, ""))
    return found


def _unused(schedule: Schedule) -> Iterator[Fault]:
    used = {*schedule.outputs}
    inputs = {value.name for value in schedule.inputs}
    used |= {name for name in schedule.keep if name not in inputs}
    for step in schedule.steps:
        used |= read_names(schedule, step.expr)
    for _, condition, _ in schedule.conditions:
        used |= read_names(schedule, condition)
    parts = {
        part.name: {other.name for other in step.parts}
        for step in schedule.steps
        if not isinstance(step, Derive)
        for part in step.parts
    }
    values = [(param.name, "parameter", param.span) for param in schedule.params]
    values += [
        (value.name, "input" if value.name in inputs else "value", value.span)
        for value in named_values(schedule)
    ]
    for name, word, span in values:
        beside = parts.get(name, set()) & used and name in schedule.erase  # the rest of what was cut
        if name not in used and not beside:
            message = f"{word} `{name}` of `{schedule.name}` is used by nothing"
            says = f"whatever `{name}` is, the outputs are the same"
            flow = Flow((Related("made here", span),), says, schedule.name, "unused", held=name)
            yield Fault(
                "A7-K201", "used", f"{schedule.name}.{name}", message, span, "use it, or remove it", flow
            )


def unsettled(schedule: Schedule) -> Iterator[Named]:
    """Yield the secrets of a schedule that are neither an output nor kept nor erased."""
    settled = {*schedule.outputs, *schedule.keep, *schedule.erase}
    return (x for x in named_values(schedule) if x.label == "secret" and x.name not in settled)


def torn(schedule: Schedule) -> Iterator[str]:
    """Yield the names that a schedule both keeps and erases."""
    return (name for name in schedule.erase if name in schedule.keep)


def _unsettled(schedule: Schedule) -> Iterator[Fault]:
    for value in unsettled(schedule):
        message = f"secret `{value.name}` of `{schedule.name}` is neither an output nor kept nor erased"
        says = f"when the schedule has run, `{value.name}` is still there"
        flow = Flow((Related("made here", value.span),), says, schedule.name, "left", held=value.name)
        subject, advice = (
            f"{schedule.name}.{value.name}",
            f"write `erase {value.name}` or `keep {value.name}`",
        )
        yield Fault("A7-K202", "settled", subject, message, value.span, advice, flow)


def _contradictory(schedule: Schedule) -> Iterator[Fault]:
    for erasing in schedule.erasings:
        for word, names in (("kept", schedule.keep), ("an output", schedule.outputs)):
            if erasing.name in names:
                message = f"`{erasing.name}` of `{schedule.name}` is erased, and {word} as well"
                yield _gone(schedule, erasing.name, erasing.span, erasing.span, message)


def _after_erasing(schedule: Schedule) -> Iterator[Fault]:
    for erasing in schedule.erasings:
        later = [step.expr for step in schedule.steps[erasing.steps :]]
        spans = [
            step.value.span if isinstance(step, Derive) else step.parts[0].span
            for step in schedule.steps[erasing.steps :]
        ]
        later += [condition for _, condition, _ in schedule.conditions[erasing.rules :]]
        spans += [rule.span for rule in schedule.rules[erasing.rules :]]
        for expr, span in zip(later, spans, strict=True):
            if erasing.name in read_names(schedule, expr):
                message = f"`{erasing.name}` of `{schedule.name}` is used after it was erased"
                yield _gone(schedule, erasing.name, span, erasing.span, message)
                break


def _gone(schedule: Schedule, name: str, span: Span, erased: Span, message: str) -> Fault:
    path = (Related(f"`{name}` is erased here", erased), Related("and needed here", span))
    flow = Flow(path, f"without `{name}` this cannot be computed", schedule.name)
    return Fault(
        "A7-K203",
        "not-used-when-gone",
        f"{schedule.name}.{name}",
        message,
        span,
        "erase it behind its last use",
        flow,
        path[:1] if span != erased else (),
    )
