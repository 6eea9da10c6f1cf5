"""Plans of text in headers and bodies: blocks of headers, parts, transfer codings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.passes.drafts import Draft, Fixed, Item, Look, Rule, Test, Wire

if TYPE_CHECKING:
    from art7.grammar.passes.build_plan import Gap, Planner


def grouped_headers(planner: Planner, items: list[Item]) -> list[Item]:
    """Return the items with each run of headers in one; views and rules among them follow it."""
    found: list[Item] = []
    run: list[Wire] = []
    behind: list[Item] = []
    blocks = 0

    def close() -> None:
        nonlocal blocks
        if run:
            blocks += 1
            if blocks == 2:
                message = "a record has one block of headers"
                planner.findings.add(
                    "A7-L094", message, run[0].draft.span, "put its headers one behind the other"
                )
            found.append(_block(planner, run))
        found.extend(behind)
        run.clear()
        behind.clear()

    for item in items:
        if isinstance(item, Wire) and isinstance(item.pair.representation, r.HeaderValue):
            run.append(item)
        elif run and isinstance(item, Look | Test | Rule):
            behind.append(item)
        else:
            close()
            found.append(item)
    close()
    if not blocks and planner.record.unknown is not None:
        message = "`unknown` speaks of headers, and there are none"
        planner.findings.add("A7-L025", message, planner.record.unknown_span(), "remove `unknown`")
    return found


def _block(planner: Planner, wires: list[Wire]) -> Fixed:
    """Return the step of a block of headers as an item."""
    record = planner.record
    entries = tuple(_header(planner, wire) for wire in wires)
    taken: dict[str, str] = {}
    for entry, wire in zip(entries, wires, strict=True):
        for name in entry.names:
            other = taken.setdefault(name.lower(), wire.draft.name)
            if other != wire.draft.name or entry.names.count(name) > 1:
                message = f"`{wire.draft.name}` and `{other}` have the header `{name}`"
                planner.findings.add("A7-L094", message, wire.draft.span, "give each name to one of them")
    policy = _policy(planner)
    other_entry, fills = None, {wire.draft.index for wire in wires}
    if policy == "preserve":
        other_entry = _other(planner)
        fills.add(other_entry.slot)
    options = record.options
    step = p.Headers(
        entries,
        policy,
        other_entry,
        str(options.get("eol", "\r\n")).encode(),
        bool(options.get("lenient_eol", False)),
        str(options.get("space", "")).encode(),
        bool(options.get("comments", False)),
    )
    return Fixed([step], fills)


def _policy(planner: Planner) -> str:
    from art7.grammar import syntax as t

    unknown = planner.record.unknown
    if unknown is None or isinstance(unknown.policy, t.Ignore):
        return "ignore"
    return "preserve" if isinstance(unknown.policy, t.Preserve) else "reject"


def _header(planner: Planner, wire: Wire) -> p.Header:
    draft, rep = wire.draft, wire.pair.representation
    assert isinstance(rep, r.HeaderValue), "only headers come here"
    if wire.condition is not None or wire.within is not None:
        message = f"the header `{draft.name}` has neither `when` nor `within`"
        planner.findings.add("A7-L094", message, draft.span, "write `?`, and a rule")
    if isinstance(rep.inner, r.Repeated):
        item = planner._item(rep.inner.item, draft.name, draft.index)
        early, steps = planner.reads(rep.inner.item, item.index, item.name, None)
        body = planner.block([*early, *steps])
        inner = rep.inner
        return p.Header(
            rep.names, draft.index, body, False, item.index, rep.comma, inner.minimum, inner.maximum
        )
    early, steps = planner.reads(
        type(wire.pair)(wire.pair.shape, rep.inner, wire.pair.domain, wire.pair.pattern),
        draft.index,
        draft.name,
        None,
    )
    required = not draft.optional and draft.default is None
    return p.Header(rep.names, draft.index, planner.block([*early, *steps]), required)


def _other(planner: Planner) -> p.Header:
    """Return what keeps the headers that no entry names, in their order."""
    record = planner.record
    assert record.unknown_slot is not None, "kept where it was declared"
    draft: Draft = record.drafts[record.unknown_slot]
    assert draft.pair is not None and isinstance(draft.pair.representation, r.Repeated), "made with it"
    item = planner._item(draft.pair.representation.item, "unknown", draft.index)
    _, steps = planner.reads(draft.pair.representation.item, item.index, item.name, None)
    most = draft.pair.representation.maximum
    return p.Header((), draft.index, planner.block(steps), False, item.index, maximum=most)


def body_steps(
    planner: Planner, rep: r.Representation, slot: int, name: str, before: list[p.Step], gap: Gap | None
) -> list[p.Step]:
    """Return the steps of parameters, parts and transfer codings."""
    match rep:
        case r.ParameterMap(form=form):
            return [p.Parameters(slot, form)]
        case r.PartList():
            item = planner._item(rep.item, name, slot)
            early, steps = planner.reads(rep.item, item.index, item.name, gap)
            body = planner.block([*early, *steps])
            return [p.Parts(slot, item.index, rep.boundary, body, rep.minimum, rep.maximum)]
        case r.Transferred(coding=coding, charset=charset, inner=inner):
            steps = planner._steps(inner, slot, name, before, gap)
            return [p.Transfer(slot, coding, charset, planner.block(steps))]
        case _:
            planner.findings.add(
                "A7-L094",
                "a header inside of something else",
                planner.record.drafts[slot].span,
                "let it stand in a record, outside of lines and groups",
            )
            return []


def keep_others(draft: Draft, item: r.Pair, most: int | None) -> None:
    """Make the slot of unknown members one of headers in their order, `most` at most."""
    draft.shape = s.Sequence(item.shape, 0, most)
    draft.pair = r.Pair(draft.shape, r.Repeated(item, 0, most))
    draft.doc = "Headers that this version of the specification does not name, in their order."
