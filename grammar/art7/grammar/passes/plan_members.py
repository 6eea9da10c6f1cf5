"""Plans of records whose members come in any order: protobuf messages, JSON objects and CBOR maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import NOWHERE, Related, Span
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir.expression import Kind, Literal
from art7.grammar.ir.representation import Pair
from art7.grammar.passes.drafts import Choose, Draft, Item, Wire
from art7.grammar.passes.simplify import slots_of

if TYPE_CHECKING:
    from art7.grammar.passes.build_plan import Planner

Keys = dict[str | int, Draft]

NUMBERS = (1, (1 << 29) - 1)
"""Field numbers of protobuf; 19000 to 19999 are reserved there."""


def plan_fields(planner: Planner, items: Sequence[Item]) -> list[p.Step]:
    """Return the steps of a protobuf message."""
    record = planner.record
    entries: list[p.FieldEntry] = []
    known: set[int] = set()
    seen: dict[int, Draft] = {}
    for item in items:
        if isinstance(item, Choose):
            planner.findings.add(
                "A7-L039", "`select` among protobuf fields", item.span, "use optional fields and a rule"
            )
        if not isinstance(item, Wire):
            continue
        known.add(item.draft.index)
        number = item.draft.number
        if number is None:
            continue
        if not NUMBERS[0] <= number <= NUMBERS[1] or 19000 <= number <= 19999:
            message = f"field number {number}"
            planner.findings.add(
                "A7-L026", message, item.draft.span, "use 1 to 536870911, not 19000 to 19999"
            )
        if number in seen:
            other = Related("first here", seen[number].span)
            message = f"field number {number} used twice"
            planner.findings.add("A7-N004", message, item.draft.span, "give it a number of its own", (other,))
            continue
        seen[number] = item.draft
        entries.append(_field_entry(planner, item, number))
    policy = record.unknown.policy if record.unknown is not None else None
    if policy is None:
        record.keep_unknown(record.drafts[0].span if record.drafts else record_span(planner))
    words = {t.Ignore: "ignore", t.Reject: "reject"}
    unknown = words.get(type(policy), "preserve")
    if record.unknown_slot is not None:
        known.add(record.unknown_slot)
    fields = p.Fields(tuple(entries), unknown, record.unknown_slot)
    return [fields, *planner.logic(items, known)]


def record_span(planner: Planner) -> Span:
    """Return a place for what no text wrote."""
    return planner.record.drafts[0].span if planner.record.drafts else NOWHERE


def _field_entry(planner: Planner, item: Wire, number: int) -> p.FieldEntry:
    draft, pair = item.draft, item.pair
    rep = pair.representation
    if isinstance(rep, r.Many):
        element = planner.record.hidden(f"{draft.name}_item", rep.item.shape, draft.span)
        element.pair = rep.item
        _, steps = planner.reads(rep.item, element.index, draft.name, None)
        natural = wire_type(rep.item.representation)
        packed = _is_packed(planner, draft, natural)
        wire = 2 if packed else natural
        draft.pair = Pair(pair.shape, r.Numbered(number, wire, rep, packed=packed))
        checks = _bounds(planner, draft, rep)
        planner.record.extra_checks.extend(checks)
        return p.FieldEntry(number, wire, draft.index, planner.block(steps), element.index, packed)
    if draft.packed is not None:
        _is_packed(planner, draft, 2)
    _, steps = planner.reads(pair, draft.index, draft.name, None)
    wire = wire_type(rep)
    draft.pair = Pair(pair.shape, r.Numbered(number, wire, rep), pair.domain, pair.pattern)
    required = not draft.optional and draft.default is None
    single = isinstance(rep, r.Bounded) and isinstance(rep.inner, r.Nested)
    return p.FieldEntry(number, wire, draft.index, planner.block(steps), required=required, single=single)


def _is_packed(planner: Planner, draft: Draft, natural: int) -> bool:
    """Whether a list is written as one run of values: numbers are, unless the text says `unpacked`."""
    word = draft.packed
    if word is None:
        return natural != 2
    if word.text not in ("packed", "unpacked"):
        message = f"a field has no form `{word.text}`"
        planner.findings.add("A7-L025", message, word.span, "write `packed`, `unpacked` or nothing")
    elif natural == 2:
        message = f"only lists of numbers are packed or not, and `{draft.name}` is none"
        planner.findings.add("A7-L025", message, word.span, "remove it")
    return natural != 2 and word.text != "unpacked"


def _bounds(planner: Planner, draft: Draft, rep: r.Many) -> list[p.Check]:
    """Return the checks for how often a repeated field may stand."""
    from art7.grammar.ir import expression as e

    count = e.Measure("count", draft.index, Kind.INT)
    checks: list[p.Check] = []
    if rep.minimum:
        enough = e.Binary(">=", count, Literal(rep.minimum, Kind.INT), Kind.BOOL)
        checks.append(p.Check(enough, p.Fault("too_few"), "must", draft.index))
    if rep.maximum is not None:
        few = e.Binary("<=", count, Literal(rep.maximum, Kind.INT), Kind.BOOL)
        checks.append(p.Check(few, p.Fault("too_many"), "must", draft.index))
    return checks


def wire_type(rep: r.Representation) -> int:
    """Return the protobuf wire type of one value."""
    match rep:
        case r.Variable():
            return 0
        case r.Whole(octets=8) | r.Real(octets=8):
            return 1
        case r.Whole() | r.Real():
            return 5
        case _:
            return 2


def plan_tree(planner: Planner, items: Sequence[Item]) -> list[p.Step]:
    """Return the steps of an object, of a record written as an array, or as its one member's value."""
    record = planner.record
    known: set[int] = set()
    if record.options.get("shape") == "value":
        return _bare_value(planner, items, known)
    keys: Keys = {}
    entries = tuple(_entry(planner, item, keys, known) for item in items if isinstance(item, Wire))
    spreads = tuple(_spread(planner, item, keys, known) for item in items if isinstance(item, Choose))
    if spreads and record.encoding == "xml":
        span = next(item.span for item in items if isinstance(item, Choose))
        message = "an element has no members that depend on another one's value"
        planner.findings.add("A7-L039", message, span, "use optional members and a rule")
        spreads = ()
    if record.options.get("shape") == "array":
        _check_places(planner, items, entries)
        inner = [i for x in items if isinstance(x, Choose) for arm in x.arms for i in arm.items]
        return [p.Array(entries, spreads), *planner.logic([*items, *inner], known)]
    policy = record.unknown.policy if record.unknown is not None else None
    words = {t.Preserve: "preserve", t.Reject: "reject"}
    unknown = words.get(type(policy), "ignore") if record.unknown_slot is None else "preserve"
    if record.unknown_slot is not None:
        known.add(record.unknown_slot)
    steps: list[p.Step] = [p.Object(entries, spreads, unknown, record.unknown_slot)]
    inner = [i for x in items if isinstance(x, Choose) for arm in x.arms for i in arm.items]
    return [*steps, *planner.logic([*items, *inner], known)]


def _check_places(planner: Planner, items: Sequence[Item], entries: tuple[p.Entry, ...]) -> None:
    """Report a `select` among places that is not the last thing of its array, or stands behind optional places."""
    places = [item for item in items if isinstance(item, Wire | Choose)]
    chosen = [item for item in places if isinstance(item, Choose)]
    if not chosen:
        return
    if len(chosen) > 1 or places[-1] is not chosen[0] or not all(entry.required for entry in entries):
        planner.findings.add(
            "A7-L039",
            "`select` among the places of an array",
            chosen[0].span,
            "let one `select` stand last, behind places that are always there",
        )


def _bare_value(planner: Planner, items: Sequence[Item], known: set[int]) -> list[p.Step]:
    """Return the steps of a record that is its one member: the node itself, whatever its kind."""
    wires = [item for item in items if isinstance(item, Wire)]
    if len(wires) != 1 or any(isinstance(item, Choose) for item in items):
        planner.findings.add(
            "A7-L039", "a bare value has one member", record_span(planner), "use one member, or another shape"
        )
        return planner.logic(items, known)
    _, steps = planner.reads(wires[0].pair, wires[0].draft.index, wires[0].draft.name, None)
    known.add(wires[0].draft.index)
    return [*steps, *planner.logic(items, known)]


def _entry(planner: Planner, item: Wire, keys: Keys, known: set[int]) -> p.Entry:
    draft = item.draft
    key = draft.key if draft.key is not None else draft.name
    if key in keys and keys[key] is not draft:
        other = Related("first here", keys[key].span)
        planner.findings.add(
            "A7-N004", f"key {key!r} used twice", draft.span, "give it a key of its own", (other,)
        )
    keys[key] = draft
    gap_known = slots_of(item.within)
    if gap_known:
        planner.findings.add("A7-L025", "`within` means nothing on a tree", draft.span, "remove it")
    _, steps = planner.reads(item.pair, draft.index, draft.name, None)
    known.add(draft.index)
    required = not draft.optional and draft.default is None
    return p.Entry(key, draft.index, planner.block(steps), required)


def _spread(planner: Planner, item: Choose, keys: Keys, known: set[int]) -> p.Spread:
    cases: list[p.SpreadCase] = []
    for arm in item.arms:
        entries: list[p.Entry] = []
        own: Keys = {}
        for inner in arm.items:
            if isinstance(inner, Choose):
                planner.findings.add(
                    "A7-L039", "`select` inside a `select` of members", inner.span, "name the inner one"
                )
            if isinstance(inner, Wire):
                key = inner.draft.name if inner.draft.key is None else inner.draft.key
                if key in keys:
                    own[key] = keys[key]
                entry = _entry(planner, inner, own, known)
                entries.append(p.Entry(entry.key, entry.slot, entry.body, _is_required(inner)))
        cases.append(p.SpreadCase(arm.ranges, tuple(entries), arm.refuse, arm.span))
    return p.Spread(item.on, tuple(cases))


def _is_required(item: Wire) -> bool:
    """Whether a member of an arm must be there when the arm is taken."""
    return item.condition is None and item.draft.default is None and not item.question


CODES = {
    "A7-L039": (
        "`select` among members",
        "This encoding has no members that depend on another one's value there.",
        "Use optional members and a rule.",
    ),
}
"""Code → title, explanation, next step."""
