"""Key schedules, identities and resolutions: what goes in, each step, what comes out."""

from __future__ import annotations

from collections.abc import Iterable

from art7.codegen.pages.expression_text import expression_text
from art7.codegen.pages.layout import noted
from art7.codegen.pages.links import Links, short_name
from art7.codegen.pages.markup import NOTHING, Content, Html, joined, table, tag, text
from art7.codegen.pages.prose import paragraph, prose, references
from art7.codegen.pages.requirement_part import requirement_links
from art7.codegen.pages.types import pattern_text, type_of
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Identity, Named, Resolution, Schedule
from art7.grammar.ir.plan import Block, Carrier, Form, Record


def schedule_part(schedule: Schedule, links: Links) -> Html:
    """Return all that stands below a schedule's heading."""
    shell, short = _shell(schedule), short_name(schedule.name, links.module)
    inputs = [_named(each, "optional" if each.optional else "required", links) for each in schedule.inputs]
    steps: list[tuple[Content, ...]] = []
    for step in schedule.steps:
        made = tag("code", expression_text(step.expr, shell))
        if isinstance(step, Derive):
            steps.append(_named(step.value, made, links))
        else:
            steps += [_named(part, joined([text("cut from"), made]), links) for part in step.parts]
    ends = [
        ("Gives", schedule.outputs),
        ("Keep", schedule.keep),
        ("Erase", schedule.erase),
    ]
    facts = [Html(tag("dt", word) + tag("dd", _names(names))) for word, names in ends if names]
    parts = [
        paragraph(schedule.doc, "a7-lead"),
        tag("p", references(schedule.refs)) if schedule.refs else NOTHING,
        table(_HEADS, inputs, f"Inputs of {short}", "a7-fields") if inputs else NOTHING,
        table(_HEADS, steps, f"Steps of {short}, in order", "a7-fields") if steps else NOTHING,
        tag("dl", facts, class_="a7-facts") if facts else NOTHING,
        _conditions(schedule.conditions, shell),
        requirement_links(schedule.requirements, links),
    ]
    return Html("".join(parts))


_LONGEST = 600
_HEADS = ("Name", "Type", "Label", "From", "Meaning")


def _named(value: Named, source: Content, links: Links) -> tuple[Content, ...]:
    octets = "" if value.octets is None else f"{value.octets} octets"
    kind = joined([part for part in (type_of(value.shape, "", links), text(octets)) if part])
    label = noted(value.label, f"for {value.purpose}" if value.purpose else "")
    told = joined([part for part in (prose(value.doc), references(value.refs)) if part])
    return (tag("th", tag("code", value.name), scope="row"), kind, label, source, told)


def _names(names: Iterable[str]) -> Html:
    return joined((tag("code", name) for name in names), ", ")


def _shell(declared: Schedule | Resolution) -> Record | None:
    """Schedules speak of their parameters by index; nothing else of a record is needed to spell them."""
    if not declared.params:
        return None
    return Record(
        declared.name,
        "struct",
        "binary",
        (),
        Carrier.OCTETS,
        Form.OBJECT,
        declared.params,
        (),
        (),
        Block((), ()),
    )


def _conditions(conditions: tuple[tuple[str, Expr, str | None], ...], shell: Record | None) -> Html:
    if not conditions:
        return NOTHING
    rows = [
        (
            tag("code", name),
            tag("code", expression_text(test, shell)),
            tag("code", error) if error else NOTHING,
        )
        for name, test, error in conditions
    ]
    return table(("Requirement", "Condition", "Error"), rows, "What is checked")


def identity_part(identity: Identity, links: Links) -> Html:
    """Return all that stands below an identity's heading."""
    facts: list[tuple[str, Content]] = [
        ("Syntax", tag("code", pattern_text(identity.pattern, _LONGEST), class_="a7-pattern"))
    ]
    if identity.canonical is not None:
        facts.append(("Canonical form", tag("code", expression_text(identity.canonical))))
    facts += [(name.replace("_", " ").capitalize(), _word(value)) for name, value in identity.properties]
    if identity.refs:
        facts.append(("Source", references(identity.refs)))
    rows = [Html(tag("dt", name) + tag("dd", value)) for name, value in facts]
    parts = [
        paragraph(identity.doc, "a7-lead"),
        tag("dl", rows, class_="a7-facts"),
        _conditions(identity.conditions, None),
        requirement_links(identity.requirements, links),
    ]
    return Html("".join(parts))


def _word(value: str | bool | int) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def resolution_part(resolution: Resolution, links: Links) -> Html:
    """Return all that stands below a resolution's heading."""
    shell = _shell(resolution)
    rows: list[tuple[Content, ...]] = []
    for test, error in resolution.requires:
        rows.append(
            (
                "requires",
                tag("code", expression_text(test, shell)),
                joined([text("else"), tag("code", error)]),
            )
        )
    for name, expr in resolution.lets:
        rows.append(("let", tag("code", name), tag("code", expression_text(expr, shell))))
    for route in resolution.routes:
        when = (
            NOTHING
            if route.condition is None
            else tag("code", f"if {expression_text(route.condition, shell)}")
        )
        target = tag("code", expression_text(route.expr, shell))
        rows.append(("route", joined([tag("code", route.name), when]), target))
    ends = noted(
        f"routes by {resolution.order}" if resolution.order else "",
        f"kept for {resolution.cache_seconds} seconds" if resolution.cache_seconds is not None else "",
        f"otherwise {resolution.otherwise}" if resolution.otherwise else "",
    )
    parts = [
        paragraph(resolution.doc, "a7-lead"),
        tag("p", references(resolution.refs)) if resolution.refs else NOTHING,
        table(("Step", "What", "Gives"), rows, f"How {short_name(resolution.name, links.module)} resolves"),
        paragraph(ends),
        _conditions(resolution.conditions, shell),
        requirement_links(resolution.requirements, links),
    ]
    return Html("".join(parts))
