"""One record on its module's page: what it is for, its diagram, its fields, and who has to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from art7.codegen.pages.diagrams import record_diagram
from art7.codegen.pages.expression_text import expression_text, range_text, with_article
from art7.codegen.pages.layout import enum_of, noted, plain_text
from art7.codegen.pages.links import Links, short_name
from art7.codegen.pages.markup import NOTHING, Content, Html, anchor, joined, table, tag, text
from art7.codegen.pages.prose import paragraph, prose, references
from art7.codegen.pages.requirement_part import requirement_links
from art7.codegen.pages.types import limits_of, pattern_of, pattern_text, type_of
from art7.grammar.ir.module import Enum
from art7.grammar.ir.plan import Param, Record, Role, Slot
from art7.grammar.ir.shape import Sequence, Shape, Union, UnionArm

_LONGEST = 160


def record_part(record: Record, links: Links) -> Html:
    """Return all that stands below a record's heading."""
    parts = [
        _summary(record, links),
        paragraph(record.doc, "a7-lead"),
        record_diagram(record, links.module, links.specification, links.sizes),
        _params(record, links),
        field_table(record, links),
        *_alternatives(record, links),
        requirement_links(record.requirements, links),
    ]
    return Html("".join(parts))


def _summary(record: Record, links: Links) -> Html:
    options = "".join(f", {name}: {_option(value)}" for name, value in record.options)
    rows: list[tuple[str, Content]] = [("Encoding", tag("code", record.encoding + options))]
    limits = noted(
        f"at most {record.limit_size:,} octets" if record.limit_size is not None else "",
        f"nested at most {record.limit_depth} deep" if record.limit_depth is not None else "",
    )
    if limits:
        rows.append(("Limits", limits))
    if record.refs:
        rows.append(("Source", references(record.refs)))
    if used := links.used_by(record.name):
        rows.append(("Part of", used))
    rows += list(_layers(record, links))
    rows += [("Sent", each) for each in links.sent(record.name)]
    return tag("dl", [Html(tag("dt", name) + tag("dd", words)) for name, words in rows], class_="a7-facts")


def _option(value: str | bool) -> str:
    """Return the value of an option; line ends and spaces as what they are written with."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value.isprintable() and " " not in value else f"'{plain_text(value.encode())}'"


def _layers(record: Record, links: Links) -> Iterator[tuple[str, Content]]:
    """Yield the layers below and above a record."""
    for name in sorted(links.specification.modules):
        for bind in links.specification.modules[name].binds:
            words = "" if bind.condition is None else f" if {expression_text(bind.condition)}"
            if bind.target == record.name:
                yield "Lies in", joined([links.declared(bind.record), tag("code", bind.slot), text(words)])
            if bind.record == record.name:
                yield (
                    "Carries",
                    joined([links.declared(bind.target), text("in"), tag("code", bind.slot + words)]),
                )


def _params(record: Record, links: Links) -> Html:
    given = [each for each in record.params if not each.implicit]
    if not given:
        return NOTHING
    rows = [
        (tag("code", each.name), type_of(each.shape, "", links), _given(each), prose(each.doc))
        for each in given
    ]
    return table(("Parameter", "Type", "Presence", "Meaning"), rows, "What the reader must know already")


def _given(param: Param) -> str:
    return "may be unknown: then what needs it is not verified" if param.nullable else "required"


def shown_slots(record: Record) -> tuple[Slot, ...]:
    """Return the slots that have a row: API members, computed fields, and named values inside alternatives."""
    arms = {arm.name for slot in record.slots for arm in _arms(slot.shape)}
    return tuple(
        slot
        for slot in record.slots
        if slot.is_api
        or (slot.role is Role.COMPUTED and not slot.name.startswith("_"))
        or (slot.role is Role.LOCAL and not slot.name.startswith("_") and slot.name not in arms)
    )


def field_table(record: Record, links: Links) -> Html:
    """Return the table of a record's fields."""
    short = short_name(record.name, links.module)
    slots = shown_slots(record)
    if not slots:
        return tag("p", "It has no fields of its own.", class_="a7-empty")
    rows = [_row(slot, record, short, links) for slot in slots]
    return table(("Field", "Type", "Presence", "Limits", "Meaning"), rows, f"Fields of {short}", "a7-fields")


def _row(slot: Slot, record: Record, short: str, links: Links) -> tuple[Content, ...]:
    name = tag("th", tag("code", slot.name), scope="row", id=f"{anchor(short)}:{anchor(slot.name)}")
    return (
        name,
        type_of(slot.shape, slot.type_text, links),
        _presence(slot),
        text(limits_of(slot.shape)),
        _meaning(slot, record),
    )


_ROLES = {
    Role.COMPUTED: "computed",
    Role.KEPT: "computed, or as read",
    Role.VIEW: "view, read only",
    Role.VIEW_INPUT: "view",
    Role.LOCAL: "inside an alternative",
}


def _presence(slot: Slot) -> Html:
    if slot.role is Role.COMPUTED and slot.optional:
        return text("computed, if there")
    if slot.role in _ROLES:
        return text(_ROLES[slot.role])
    return text("optional" if slot.optional or slot.default is not None else "required")


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _spelling(shape: Shape) -> Iterator[Html]:
    pattern = pattern_of(shape)
    if pattern is not None:
        yield joined([text("Spelled:"), tag("code", pattern_text(pattern, _LONGEST), class_="a7-pattern")])


def _formula(slot: Slot, record: Record) -> Iterator[Html]:
    for word, expression in (("Value:", slot.value), ("Default:", slot.default)):
        if expression is not None:
            yield joined([text(word), tag("code", _short(expression_text(expression, record)))])


def _meaning(slot: Slot, record: Record) -> Html:
    parts: list[Content] = [prose(slot.doc)] if slot.doc else []
    parts += [*_formula(slot, record), *_spelling(slot.shape)]
    if slot.wire_name is not None and slot.wire_name != slot.name:
        parts.append(joined([text("On the wire:"), tag("code", str(slot.wire_name))]))
    if slot.refs:
        parts.append(references(slot.refs))
    if slot.data is not None:
        told = noted(
            "personal data" if slot.data.personal else "data",
            f"for {slot.data.purpose}" if slot.data.purpose else "",
            f"kept {slot.data.retention_days} days" if slot.data.retention_days is not None else "",
        )
        parts.append(tag("span", told, class_="a7-tag"))
    if slot.since:
        parts.append(tag("span", f"since {slot.since}", class_="a7-tag"))
    if slot.deprecated:
        parts.append(tag("span", "deprecated", class_="a7-tag"))
    return joined(parts)


def _arms(shape: Shape) -> tuple[UnionArm, ...]:
    inner = shape.item if isinstance(shape, Sequence) else shape
    return inner.arms if isinstance(inner, Union) else ()


def _taken_if(shape: Union, arm: UnionArm, enum: Enum | None) -> str:
    return range_text(arm.cases, enum) if shape.tag else f"it is {with_article(arm.name)}"


def _alternatives(record: Record, links: Links) -> Iterator[Html]:
    """Yield a table for each field that is one of several alternatives."""
    docs = {slot.name: slot for slot in record.slots if slot.role is Role.LOCAL}
    for slot in record.slots:
        shape = slot.shape.item if isinstance(slot.shape, Sequence) else slot.shape
        if not isinstance(shape, Union) or not (slot.is_api or slot.role is Role.COMPUTED):
            continue
        enum = next(
            (enum_of(each.shape, links.specification) for each in record.slots if each.name == shape.tag),
            None,
        )
        rows = []
        for arm in shape.arms:
            held = docs.get(arm.name)
            kind = (
                text("nothing")
                if arm.shape is None
                else type_of(arm.shape, held.type_text if held else "", links)
            )
            limits = NOTHING if arm.shape is None else text(limits_of(arm.shape))
            # A local has a value of its own only inside its alternative: that is said in the table of fields.
            about = replace(held, value=None, default=None) if held else None
            if about is not None:
                told = _meaning(about, record)
            else:
                told = joined(list(_spelling(arm.shape)) if arm.shape is not None else [])
            rows.append((tag("code", arm.name), _taken_if(shape, arm, enum), kind, limits, told))
        by = f" by {shape.tag}" if shape.tag else ""
        heads = ("Alternative", "If", "Type", "Limits", "Meaning")
        made = table(heads, rows, f"Alternatives of {slot.name}{by}", "a7-fields")
        title = tag("summary", text(f"{len(rows)} alternatives of "), tag("code", slot.name))
        yield tag("details", title, made) if len(rows) > 8 else made
