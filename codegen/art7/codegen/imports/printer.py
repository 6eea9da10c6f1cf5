"""The text of a module from its model; `art7 format` lays it out."""

from __future__ import annotations

from collections.abc import Iterator

from art7.codegen.imports.model import (
    Arm,
    Body,
    Const,
    Declaration,
    Either,
    Enum,
    Field,
    Member,
    Module,
    Name,
    Record,
    Rule,
    Run,
    Select,
    Type,
    Vectors,
)
from art7.codegen.imports.spelling import comment, data, octets, prose, word

SIZE = 1 << 20
DEPTH = 32
"""Limits of a message, which no source names: octets, and messages inside messages."""


def print_module(module: Module, notes: list[str]) -> str:
    """Return the text of a module, `notes` as a block of comments at its end."""
    head = f"a7 1\nmodule {module.name} version 1.0{_doc(module.doc)}\n"
    uses = "".join(f"use {each}\n" for each in module.uses)
    parts = [head + uses, *(_declaration(each) for each in module.declarations)]
    if notes:
        parts.append("".join(f"{comment(each)}\n" for each in notes))
    return "\n".join(parts)


def qualified(name: str) -> str:
    """Spell a name with dots."""
    return ".".join(word(part) for part in name.split("."))


def print_type(type: Type) -> str:
    """Spell a type."""
    match type:
        case Name("null"):
            return "null"
        case Name(name, types, given):
            inner = f"<{', '.join(print_type(each) for each in types)}>" if types else ""
            return f"{qualified(name)}{inner}{f'({given})' if given else ''}"
        case Run():
            item = print_type(type.item)
            return f"{f'({item})' if isinstance(type.item, Either) else item}[{_extent(type)}]"
        case Either(options):
            return " | ".join(print_type(each) for each in options)
        case Body(members):
            return "{\n" + "".join(_members(members)) + "}"
        case Select():
            return _select(type)


def _extent(run: Run) -> str:
    if run.exactly:
        return f"size {run.exactly}" if run.in_octets else run.exactly
    if run.prefix:
        return f"prefix {run.prefix}" + (f" max {run.high}" if run.high is not None else "")
    size = "size " if run.in_octets else ""
    if run.low is None and run.high is None:
        return ""
    if run.low == run.high and run.low is not None:
        return f"{size}{run.low}"
    low = "" if not run.low else str(run.low)
    return f"{size}{low}..{'' if run.high is None else run.high}"


def _declaration(declaration: Declaration) -> str:
    match declaration:
        case Const():
            return (
                f"const {word(declaration.name)}: {declaration.type} = {declaration.value}"
                f"{_doc(declaration.doc)}\n"
            )
        case Enum():
            return _enum(declaration)
        case Record():
            return _record(declaration)
        case Vectors():
            rows = "".join(f"accept {octets(each)}{_doc(doc)}\n" for each, doc in declaration.accepted)
            short = ".".join(declaration.record.split(".")[-2:])
            return f"vectors {qualified(short)} {{\n{rows}}}\n"


def _enum(enum: Enum) -> str:
    rows = []
    for item in enum.items:
        low = data(item.low) if isinstance(item.low, str) else str(item.low)
        high = "" if item.high is None else f"..{item.high}"
        rows.append(f"{word(item.name)} = {low}{high}{_doc(item.doc)}\n")
    openness = "open" if enum.is_open else "closed"
    return f"enum {word(enum.name)}: {enum.base} {openness}{_doc(enum.doc)} {{\n{''.join(rows)}}}\n"


def _record(record: Record) -> str:
    params = ", ".join(f"{word(name)}: {qualified(kind)}" for name, kind in record.params)
    options = ", ".join(f"{name}: {data(value)}" for name, value in record.options)
    encoding = f" as {record.encoding}{f'({options})' if options else ''}" if record.encoding else ""
    head = f"{'message' if record.is_message else 'struct'} {word(record.name)}"
    head += f"({params})" if params else ""
    lines = [f"limit size = {SIZE}\n", f"limit depth = {DEPTH}\n"] if record.is_message else []
    if record.unknown:
        lines.append(f"unknown {record.unknown}\n")
    return f"{head}{encoding}{_doc(record.doc)} {{\n{''.join(lines)}{''.join(_members(record.members))}}}\n"


def _members(members: tuple[Member, ...]) -> Iterator[str]:
    for member in members:
        match member:
            case Field():
                yield _field(member) + "\n"
            case Rule():
                level = f"{member.level} {member.number}:" if member.level else "check"
                yield f"{level} {member.condition}{_doc(member.doc)}\n"
            case Select():
                yield _select(member) + "\n"


def _field(field: Field) -> str:
    tag = ""
    if isinstance(field.tag, int):
        tag = f" @{field.tag}{f'({field.tag_word})' if field.tag_word else ''}"
    elif field.tag is not None:
        tag = f" @{data(field.tag)}"
    parts = [f"{word(field.name)}{tag}{'?' if field.optional else ''}: {print_type(field.type)}"]
    parts += [f"= {field.value}"] if field.value else []
    parts += [f"default {field.default}"] if field.default else []
    parts += ["deprecated"] if field.deprecated else []
    return " ".join(parts) + _doc(field.doc)


def _select(select: Select) -> str:
    return f"select {select.on} {{\n{''.join(_arm(arm) for arm in select.arms)}}}"


def _arm(arm: Arm) -> str:
    cases = ", ".join(arm.cases) if arm.cases else "otherwise"
    match arm.target:
        case Body():
            target = print_type(arm.target)
        case Field():
            target = _field(arm.target)
        case policy:
            target = policy
    return f"{cases} => {target}\n"


def _doc(text: str) -> str:
    return f" {prose(text)}" if text.strip() else ""
