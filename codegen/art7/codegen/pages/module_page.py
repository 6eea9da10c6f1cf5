"""The page of one module: Markdown headings for the table of contents, everything between them as markup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from art7.codegen.pages.expression_text import range_text
from art7.codegen.pages.links import Links, short_name
from art7.codegen.pages.markup import Content, Html, anchor, joined, table, tag, text
from art7.codegen.pages.prose import markdown_text, paragraph, prose, references
from art7.codegen.pages.protocol_part import protocol_part
from art7.codegen.pages.record_part import record_part
from art7.codegen.pages.requirement_part import requirement_table
from art7.codegen.pages.schedule_part import identity_part, resolution_part, schedule_part
from art7.codegen.pages.vector_part import Shown, shown_vectors
from art7.grammar.ir.module import Enum, Module


def module_page(module: Module, links: Links) -> str:
    """Return a module's page as Markdown. `links` must be seen from this module."""
    vectors = shown_vectors(module, links)
    messages = [each for each in module.records if each.kind == "message"]
    others = [each for each in module.records if each.kind != "message"]
    lines = [f"# {markdown_text(module.name)}", _block(_head(module, links))]
    sections: tuple[tuple[str, Iterable[Any], Callable[[Any, Links], Html]], ...] = (
        ("Messages", messages, record_part),
        ("Structs", others, record_part),
        ("Enums", module.enums, _enum),
        ("Keys", module.schedules, schedule_part),
        ("Protocols", module.protocols, protocol_part),
        ("Identities", module.identities, identity_part),
        ("Resolutions", module.resolutions, resolution_part),
    )
    for title, found, part in sections:
        lines += _section(title, found, part, links)
    lines += _tables(module, links, vectors)
    return "\n\n".join(lines) + "\n"


def _section(title: str, found: Iterable[Any], part: Callable[[Any, Links], Html], links: Links) -> list[str]:
    """Return a section with a heading for each declaration, nothing without any."""
    lines = []
    for each in found:
        short = short_name(each.name, links.module)
        lines += [f"### {markdown_text(short)} {{ #{anchor(short)} }}", _block(part(each, links))]
    return [_heading(title), *lines] if lines else []


def _heading(title: str) -> str:
    return f"## {title} {{ #section-{title.lower()} }}"


def _block(content: Html) -> str:
    """Return markup as one block that Markdown leaves alone."""
    return f'<div class="a7-part">{content}</div>'


def _head(module: Module, links: Links) -> Html:
    facts: list[tuple[str, Content]] = [("Version", module.version)]
    encodings = sorted({record.encoding for record in module.records})
    if encodings:
        facts.append(("Encodings", joined((tag("code", each) for each in encodings), ", ")))
    if module.refs:
        facts.append(("Sources", references(module.refs)))
    if module.uses:
        facts.append(("Uses", joined((links.module_link(each) for each in module.uses), ", ")))
    users = [name for name in sorted(links.specification.modules) if module.name in _uses(links, name)]
    if users:
        facts.append(("Used by", joined((links.module_link(each) for each in users), ", ")))
    rows = [Html(tag("dt", name) + tag("dd", value)) for name, value in facts]
    return Html(paragraph(module.doc, "a7-lead") + tag("dl", rows, class_="a7-facts"))


def _uses(links: Links, name: str) -> tuple[str, ...]:
    return links.specification.modules[name].uses


def _enum(enum: Enum, links: Links) -> Html:
    kind = "text" if enum.text else f"{enum.bits} bits"
    policy = "unknown values are kept" if enum.open else "unknown values are refused"
    rows = []
    for member in enum.members:
        told = joined([part for part in (prose(member.doc), references(member.refs)) if part])
        value = tag("code", _member_value(member.low, member.high, enum.bits))
        rows.append((tag("th", tag("code", member.name), scope="row"), value, told))
    short = short_name(enum.name, links.module)
    parts = [
        paragraph(enum.doc, "a7-lead"),
        tag("p", joined([text(f"{kind}, {policy}."), references(enum.refs)])),
        table(("Name", "Value", "Meaning"), rows, f"Values of {short}"),
    ]
    return Html("".join(parts))


def _member_value(low: int | str, high: int | str, bits: int) -> str:
    """Return a value or range; integers of eight bits and more also as hexadecimal."""
    if bits >= 8 and isinstance(low, int) and isinstance(high, int) and low >= 0 and high > 9:
        digits = bits // 4
        spelled = f"0x{low:0{digits}X}" if low == high else f"0x{low:0{digits}X}…0x{high:0{digits}X}"
        return f"{spelled} ({range_text(((low, high),))})" if high <= 0xFFFF else spelled
    return range_text(((low, high),))


def _tables(module: Module, links: Links, vectors: list[Shown]) -> list[str]:
    """Return constants, errors, requirements and vectors."""
    lines: list[str] = []
    constants = [
        (
            tag("th", tag("code", each.name), scope="row"),
            tag("code", _constant(each.value)),
            _told(each.doc, each.refs),
        )
        for each in module.constants
    ]
    if constants:
        lines += [_heading("Constants"), _block(table(("Name", "Value", "Meaning"), constants, "Constants"))]
    errors = [
        (tag("th", tag("code", each.name), scope="row"), str(each.number), _told(each.doc, each.refs))
        for each in module.errors
    ]
    if errors:
        lines += [_heading("Errors"), _block(table(("Name", "Number", "When"), errors, "Errors"))]
    broken: dict[str, list[Html]] = defaultdict(list)
    for vector in vectors:
        if vector.requirement is not None:
            broken[vector.requirement].append(tag("a", vector.name, href=f"#{vector.id}"))
    if requirements := requirement_table(module, links, broken):
        lines += [_heading("Requirements"), _block(requirements)]
    if vectors:
        lines += [_heading("Vectors"), _block(_vectors(vectors))]
    return lines


def _vectors(vectors: list[Shown]) -> Html:
    counts = f"{len(vectors)} vectors stand beside the definitions. The octets of each are explained by reading it."
    return Html(tag("p", counts) + "".join(vector.html for vector in vectors))


def _told(doc: str, refs: tuple[str, ...]) -> Html:
    return joined([part for part in (prose(doc), references(refs)) if part])


def _constant(value: int | bool | bytes | str) -> str:
    shown = (
        f"{value:#x} ({value})"
        if isinstance(value, int) and not isinstance(value, bool) and value > 9
        else ""
    )
    return shown or range_text(((value, value),))
