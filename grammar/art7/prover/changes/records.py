"""Two versions of one record: members, order, encoding, limits, rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.interpreter.prepare import all_steps
from art7.prover.changes import weaker
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level
from art7.prover.changes.match import Pairs, paired
from art7.prover.changes.plain import Names, plain
from art7.prover.changes.rules import compare_rules

BOTH = (OLD_TO_NEW, NEW_TO_OLD)
_SHOWN = 80
_OTHERWISE = "lies otherwise on the wire"
_LIMITS = ("limit_size", "limit_depth")


def slots_of(record: p.Record) -> dict[str, p.Slot]:
    """Return the slots that the text names."""
    return {slot.name: slot for slot in record.slots if not slot.name.startswith("_") and slot.type_text}


def keys_of(record: p.Record) -> dict[int, str | int]:
    """Return the key that each slot has in an object, or its place in an array."""
    found: dict[int, str | int] = {}
    for step in all_steps(record.body):
        if isinstance(step, p.Object):
            entries = [
                *step.entries,
                *(entry for spread in step.spreads for case in spread.cases for entry in case.entries),
            ]
            found.update((entry.slot, entry.key) for entry in entries)
    return found


def pair_slots(old: p.Record, new: p.Record, names: Names) -> Pairs[p.Slot]:
    """Pair the slots of two versions; one that was renamed has the same form, and the same neighbours where it can."""
    return paired(
        slots_of(old),
        slots_of(new),
        lambda slot: (
            plain(_form(old if slot in old.slots else new, slot), None, names),
            slot.role,
            slot.optional,
        ),
    )


def _form(record: p.Record, slot: p.Slot) -> Any:
    return record.representations[slot.index] if slot.index < len(record.representations) else slot.shape


def compare_records(old: p.Record, new: p.Record, names: Names) -> list[Change]:
    """Return what changed in a record, by its parts. Nothing is run here."""
    pairs = pair_slots(old, new, names)
    for one, other in pairs.renamed:
        names.slots[old.name, one.name] = other.name
    changes = [
        *_members(old, new, pairs, names),
        *_order(old, new, pairs),
        *_heads(old, new),
        *compare_rules(old, new, names),
    ]
    if old.doc != new.doc or old.refs != new.refs:
        changes.append(Change(Level.TEXT, new.name, "its prose reads otherwise", old.span, new.span))
    return changes


def layout_differs(old: p.Record, new: p.Record, names: Names) -> bool:
    """Whether the plan of a record is another one, whatever the reason."""
    return bool(plain(old.body, old, names) != plain(new.body, new))


def _members(old: p.Record, new: p.Record, pairs: Pairs[p.Slot], names: Names) -> Iterator[Change]:
    for slot in pairs.removed:
        level = Level.WIRE if _is_written(old, slot) else Level.SOURCE
        what = f"`{slot.name}` is gone, was `{slot.type_text}`"
        yield Change(
            level, f"{new.name}.{slot.name}", what, slot.span, new.span, BOTH, weaker.lost_slot(slot)
        )
    for slot in pairs.added:
        level = Level.WIRE if _is_written(new, slot) else Level.SOURCE
        what = f"{'optional ' if slot.optional else ''}`{slot.name}` is new: `{slot.type_text}`"
        yield Change(level, f"{new.name}.{slot.name}", what, old.span, slot.span, BOTH)
    keys = keys_of(old), keys_of(new)
    for one, other in pairs.renamed:
        on_wire = keys[0].get(one.index) != keys[1].get(other.index) or one.wire_name != other.wire_name
        level = Level.WIRE if on_wire or new.encoding in ("xml", "json") else Level.SOURCE
        what = f"`{one.name}` is called `{other.name}`" + (", on the wire too" if level is Level.WIRE else "")
        yield Change(level, f"{new.name}.{other.name}", what, one.span, other.span, BOTH if on_wire else ())
    found: list[tuple[p.Slot, Change]] = []
    is_other_encoding = (old.encoding, old.options) != (new.encoding, new.options)
    for one, other in (*pairs.same, *pairs.renamed):
        found += ((other, change) for change in _slot(old, new, one, other, names))
    for slot, change in found:
        follows = is_other_encoding and change.says.startswith(_OTHERWISE)
        if not follows and not any(_is_arm(each, slot) for each, _ in found):
            yield change


def _is_arm(inner: p.Slot, outer: p.Slot) -> bool:
    """Whether a member lies in an arm of another one, which then differs for its sake."""
    return (
        isinstance(outer.shape, s.Union)
        and inner is not outer
        and f" {inner.name}: " in f" {outer.type_text}"
    )


def _is_written(record: p.Record, slot: p.Slot) -> bool:
    written = slot.index < len(record.representations) and record.representations[slot.index] is not None
    return written or slot.index in keys_of(record)


def _slot(old: p.Record, new: p.Record, one: p.Slot, other: p.Slot, names: Names) -> Iterator[Change]:
    subject = f"{new.name}.{other.name}"
    if _on_wire(old, one, names, other.name) != _on_wire(new, other, Names(), one.name):
        expects = _expected(one, other)
        weakens = weaker.weaker_slot(one, other)
        change = Change(Level.WIRE, subject, _how(one, other), one.span, other.span, expects, weakens)
        change.definite = len(expects) == 1
        yield change
    elif weakened := weaker.weaker_slot(one, other):
        yield Change(Level.OBLIGATION, subject, _how(one, other), one.span, other.span, weakens=weakened)
    elif one.name == other.name and _interface(one, names) != _interface(other, Names()):
        yield Change(Level.SOURCE, subject, _how(one, other), one.span, other.span)
    if one.data != other.data:
        what = f"what is said of personal data is {_tag(other.data)}, was {_tag(one.data)}"
        yield Change(
            Level.OBLIGATION,
            subject,
            what,
            one.span,
            other.span,
            weakens=weaker.weaker_data(one.data, other.data),
        )
    if (one.doc, one.refs) != (other.doc, other.refs):
        yield Change(Level.TEXT, subject, "its prose reads otherwise", one.span, other.span)


def _on_wire(record: p.Record, slot: p.Slot, names: Names, name: str) -> Any:
    """How a slot lies on the wire; its key too, where it is `name` in the other version as well."""
    return (
        plain(_form(record, slot), record, names),
        plain(slot.shape, record, names),
        slot.optional,
        plain(slot.default, record, names),
        plain(slot.value, record, names),
        slot.role is p.Role.COMPUTED,
        keys_of(record).get(slot.index) if slot.name == name else None,
    )


def _interface(slot: p.Slot, names: Names) -> Any:
    return plain(slot.shape, None, names), slot.role, slot.since, slot.deprecated


def _how(one: p.Slot, other: p.Slot) -> str:
    if one.type_text != other.type_text:
        return f"is `{_spelled(other)}`, was `{_spelled(one)}`"
    if one.optional != other.optional:
        return "is optional, was required" if other.optional else "is required, was optional"
    if plain(one.default) != plain(other.default):
        return "has another default"
    if plain(one.value) != plain(other.value):
        return "is computed otherwise"
    if one.role is not other.role:
        return f"is {other.role.value}, was {one.role.value}"
    return f"{_OTHERWISE}: `{_spelled(other)}`"


def _spelled(slot: p.Slot) -> str:
    text = slot.type_text if len(slot.type_text) <= _SHOWN else slot.type_text[: _SHOWN - 1] + "…"
    return text + (" (optional)" if slot.optional else "")


def _expected(one: p.Slot, other: p.Slot) -> tuple[str, ...]:
    """The direction in which another range of values breaks; both where it is not only the range."""
    if one.optional != other.optional:
        return BOTH
    match one.shape, other.shape:
        case (s.Integer() | s.Octets() | s.Text() | s.Sequence()) as before, after if type(before) is type(
            after
        ):
            wider = _covers(after, before)
            narrower = _covers(before, after)
            if wider != narrower:
                return (NEW_TO_OLD,) if wider else (OLD_TO_NEW,)
    return BOTH


def _covers(outer: Any, inner: Any) -> bool:
    low = outer.minimum <= inner.minimum
    return low and (outer.maximum is None or (inner.maximum is not None and inner.maximum <= outer.maximum))


def _tag(data: p.DataTag | None) -> str:
    if data is None:
        return "nothing"
    kept = f", {data.retention_days} days" if data.retention_days is not None else ""
    return f"`{'personal' if data.personal else 'not personal'}, {data.purpose or 'no purpose'}{kept}`"


def _order(old: p.Record, new: p.Record, pairs: Pairs[p.Slot]) -> Iterator[Change]:
    """Members in another order, where order is on the wire."""
    renamed = {one.name: other.name for one, other in pairs.renamed}
    kept = {one.name for one, _ in pairs.same} | set(renamed)
    before = [
        renamed.get(name, name)
        for name, slot in slots_of(old).items()
        if name in kept and _is_written(old, slot)
    ]
    after = [name for name, slot in slots_of(new).items() if name in set(before) and _is_written(new, slot)]
    before = [name for name in before if name in set(after)]
    if before == after:
        return
    moved = [name for name, other in zip(after, before, strict=True) if name != other]
    ordered = new.encoding in ("binary", "tls", "der", "text") or dict(new.options).get("shape") == "array"
    first = slots_of(new)[moved[0]]
    what = f"{', '.join(f'`{name}`' for name in moved[:6])} stand in another order"
    yield Change(
        Level.WIRE if ordered else Level.SOURCE, new.name, what, old.span, first.span, BOTH if ordered else ()
    )


def _heads(old: p.Record, new: p.Record) -> Iterator[Change]:
    """Encoding, parameters, limits, what becomes of unknown members."""
    if (old.encoding, old.options) != (new.encoding, new.options):
        what = f"is encoded as `{_encoding(new)}`, was `{_encoding(old)}`"
        yield Change(Level.WIRE, new.name, what, old.span, new.span, BOTH)
    params = [
        [(x.name, plain(x.shape), x.nullable) for x in record.params if not x.implicit]
        for record in (old, new)
    ]
    if params[0] != params[1]:
        taken = [", ".join(x[0] for x in each) for each in params]
        what = f"takes the parameters ({taken[1]}), took ({taken[0]})"
        if taken[0] == taken[1]:
            changed = next(x[0] for x, y in zip(params[1], params[0], strict=True) if x != y)
            what = f"takes the parameter `{changed}` in another form"
        yield Change(Level.SOURCE, new.name, what, old.span, new.span)
    for name in _LIMITS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            raised = before is not None and (after is None or after > before)
            what = f"limit {name[6:]} is {after}, was {before}"
            yield Change(
                Level.OBLIGATION, new.name, what, old.span, new.span, (NEW_TO_OLD,) if raised else (OLD_TO_NEW,),
                f"limit {name[6:]} raised" if raised else "",
            )  # fmt: skip
    policies = [_policy(record) for record in (old, new)]
    if policies[0] != policies[1] and None not in policies:
        what = f"unknown members: {policies[1]}, was {policies[0]}"
        weakened = "unknown members no longer refused" if policies[0] == "reject" else ""
        yield Change(Level.WIRE, new.name, what, old.span, new.span, BOTH, weakened)


def _encoding(record: p.Record) -> str:
    options = ", ".join(f"{name}: {value!r}" for name, value in record.options)
    return record.encoding + (f"({options})" if options else "")


def _policy(record: p.Record) -> str | None:
    return next(
        (step.unknown for step in all_steps(record.body) if isinstance(step, p.Object | p.Fields)), None
    )
