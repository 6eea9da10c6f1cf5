"""Two versions of one schedule: what it takes and gives, how it derives, and a run on which they part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.ir.module import Derive, Named, Schedule, Specification
from art7.grammar.ir.shape import Shape
from art7.interpreter.errors import DecodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.schedules import Session, Trace, run_schedule
from art7.interpreter.values import from_json
from art7.prover.answers import Standing
from art7.prover.changes import weaker
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Derived, Level
from art7.prover.changes.plain import Names, plain
from art7.prover.changes.rules import compare_requirements
from art7.prover.secrets.samples import sample

_BOTH = (OLD_TO_NEW, NEW_TO_OLD)


def compare_schedules(old: Schedule, new: Schedule, subject: str, names: Names) -> Iterator[Change]:
    """Return what changed in a schedule; `run_both` shows what it does to the values."""
    conditions = _conditions(old, names), _conditions(new, Names())
    yield from compare_requirements(
        old.requirements, new.requirements, subject, conditions, (old.span, new.span)
    )
    if plain(old.conditions, None, names) != plain(new.conditions) and conditions[0] == conditions[1]:
        yield Change(Level.OBLIGATION, subject, "other rules hold for its values", old.span, new.span, _BOTH)
    yield from _named(old, new, subject)
    yield from _steps(old, new, subject, names)
    yield from _lives(old, new, subject)
    if old.outputs != new.outputs:
        what = f"gives ({', '.join(new.outputs)}), gave ({', '.join(old.outputs)})"
        yield Change(Level.SOURCE, subject, what, old.span, new.span)
    if (old.doc, old.refs) != (new.doc, new.refs):
        yield Change(Level.TEXT, subject, "its prose reads otherwise", old.span, new.span)


def _conditions(schedule: Schedule, names: Names) -> dict[str, Any]:
    return {name: plain(condition, None, names) for name, condition, _ in schedule.conditions}


def _named(old: Schedule, new: Schedule, subject: str) -> Iterator[Change]:
    """Parameters and inputs: what has to be handed in, of which size, whether it is secret."""
    params = [[(x.name, plain(x.shape)) for x in schedule.params] for schedule in (old, new)]
    if params[0] != params[1]:
        yield Change(Level.SOURCE, subject, "takes other parameters", old.span, new.span)
    before, after = ({x.name: x for x in schedule.inputs} for schedule in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            what = f"the input `{name}` is {'new' if one is None else 'gone'}"
            span = (other or one or new).span
            yield Change(Level.WIRE, f"{subject}.{name}", what, old.span, span, _BOTH)
        else:
            yield from _value(one, other, subject)


def _value(one: Named, other: Named, subject: str) -> Iterator[Change]:
    where = f"{subject}.{other.name}"
    if one.label != other.label:
        weakens = f"`{other.name}` is no longer secret" if one.label == "secret" else ""
        yield Change(
            Level.OBLIGATION, where, f"is {other.label}, was {one.label}", one.span, other.span, (), weakens
        )
    if (one.octets, plain(one.shape)) != (other.octets, plain(other.shape)) and one.label == other.label:
        shorter = one.octets is not None and other.octets is not None and other.octets < one.octets
        weakens = f"`{other.name}` has {other.octets} octets, had {one.octets}" if shorter else ""
        what = f"has {other.octets or 'any number of'} octets, had {one.octets or 'any number of'}"
        yield Change(Level.WIRE, where, what, one.span, other.span, _BOTH, weakens)
    if one.purpose != other.purpose:
        yield Change(
            Level.OBLIGATION, where, f"is for {other.purpose}, was for {one.purpose}", one.span, other.span
        )
    if (one.doc, one.refs) != (other.doc, other.refs):
        yield Change(Level.TEXT, where, "its prose reads otherwise", one.span, other.span)


def _steps(old: Schedule, new: Schedule, subject: str, names: Names) -> Iterator[Change]:
    before, after = _derived(old), _derived(new)
    for name, (one, expr) in before.items():
        if name not in after:
            yield Change(
                Level.SOURCE, f"{subject}.{name}", f"`{name}` is no longer derived", one.span, new.span, _BOTH
            )
            continue
        other, again = after[name]
        yield from _value(one, other, subject)
        if plain(expr, None, names) != plain(again):
            weakens = weaker.weaker_expression(expr, again, f"`{name}`")
            what = _how(expr, again, name)
            yield Change(Level.WIRE, f"{subject}.{name}", what, one.span, other.span, _BOTH, weakens)
    for name, (other, _) in after.items():
        if name not in before:
            yield Change(Level.SOURCE, f"{subject}.{name}", f"`{name}` is derived too", old.span, other.span)


def _derived(schedule: Schedule) -> dict[str, tuple[Named, Any]]:
    found: dict[str, tuple[Named, Any]] = {}
    for step in schedule.steps:
        parts = (step.value,) if isinstance(step, Derive) else step.parts
        found.update((part.name, (part, step.expr)) for part in parts)
    return found


def _how(one: Any, other: Any, name: str) -> str:
    """Name the literals that were exchanged: a label, a number."""
    before, after = _literals(plain(one)), _literals(plain(other))
    gone, come = [x for x in before if x not in after], [x for x in after if x not in before]
    if len(gone) == len(come) == 1:
        return f"`{name}` is derived with {come[0]}, was with {gone[0]}"
    return f"`{name}` is derived otherwise"


def _literals(node: Any) -> list[str]:
    if isinstance(node, tuple) and node and node[0] == "Literal":
        value = dict(node[1:])["value"]
        return [_spelled(value) if isinstance(value, bytes) else repr(value)]
    return [each for part in node for each in _literals(part)] if isinstance(node, tuple) else []


def _spelled(octets: bytes) -> str:
    """A label as the text it is, other octets as such."""
    text = octets.decode("ascii", "replace")
    return repr(text) if text.isprintable() and "\ufffd" not in text else f"x'{octets.hex()}'"


def _lives(old: Schedule, new: Schedule, subject: str) -> Iterator[Change]:
    for verb, before, after in (("erased", old.erase, new.erase), ("kept", old.keep, new.keep)):
        for name in before:
            if name not in after:
                weakens = f"`{name}` is no longer erased" if verb == "erased" else ""
                what = f"`{name}` is no longer {verb}"
                yield Change(Level.OBLIGATION, subject, what, old.span, new.span, weakens=weakens)
        for name in after:
            if name not in before:
                yield Change(Level.OBLIGATION, subject, f"`{name}` is {verb}", old.span, new.span)


def run_both(
    changes: list[Change],
    old: Schedule,
    new: Schedule,
    names: tuple[str, str],
    specifications: tuple[Specification, Specification],
) -> None:
    """Run both versions on the same inputs and give the first difference to the changes that it shows."""
    open_ = [each for each in changes if each.expects]
    if not open_:
        return
    ran = 0
    for inputs in _inputs(old, new, names[0], specifications[0]):
        traces = [_trace(*row, inputs) for row in zip(specifications, names, (old, new), strict=True)]
        ran += all(traces)
        shown = _parted(traces, names[1], inputs)
        if shown is not None:
            for each in open_:
                each.shown, each.standing = (shown,), Standing.REFUTED
            return
    for each in open_:
        each.standing = Standing.TESTED if ran else Standing.NOT_PROVEN
        each.detail = f"with {ran} runs" if ran else "no run of both versions was made"


def _inputs(
    old: Schedule, new: Schedule, name: str, specification: Specification
) -> Iterator[dict[str, Any]]:
    shapes = _shapes(old)
    for module in specification.modules.values():
        for vector in module.vectors:
            subject = vector.subject if "." in vector.subject else f"{module.name}.{vector.subject}"
            if subject != name or not vector.accept:
                continue
            try:
                yield {
                    key: from_json(specification, shapes[key], value, key)
                    for key, value in vector.given.items()
                    if key in shapes
                }
            except (ValueRefused, KeyError):
                continue
    yield {key: sample(key, shape) for key, shape in (_shapes(new) | shapes).items()}


def _shapes(schedule: Schedule) -> dict[str, Shape]:
    """The shapes of what a schedule takes."""
    return {x.name: x.shape for x in schedule.params} | {x.name: x.shape for x in schedule.inputs}


def _trace(
    specification: Specification, name: str, schedule: Schedule, inputs: dict[str, Any]
) -> dict[str, Any]:
    """Every value of a run as far as it went."""
    params = {x.name: inputs[x.name] for x in schedule.params if x.name in inputs}
    given = {x.name: inputs[x.name] for x in schedule.inputs if x.name in inputs}
    trace = Trace()
    try:
        run_schedule(
            specification,
            name,
            given,
            params,
            trace=trace,
            session=Session(draw=lambda count: bytes(range(count % 256)) or b""),
        )
    except (DecodeError, ValueRefused, KeyError):
        pass
    return {step.name: step.value for step in trace.steps if step.kind == "derived"}


def _parted(traces: list[dict[str, Any]], name: str, inputs: dict[str, Any]) -> Derived | None:
    for key, value in traces[0].items():
        if key in traces[1] and traces[1][key] != value:
            return Derived(name, inputs, key, _short(value), _short(traces[1][key]))
    only = [key for key in traces[0] if key not in traces[1]] or [
        key for key in traces[1] if key not in traces[0]
    ]
    if only and bool(traces[0]) != bool(traces[1]):
        sides = [_short(trace[only[0]]) if only[0] in trace else "refused" for trace in traces]
        return Derived(name, inputs, only[0], sides[0], sides[1])
    return None


def _short(value: Any) -> str:
    text = bytes(value).hex() if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
