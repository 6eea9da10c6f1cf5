"""Enums as classes of plain integers or texts: values stay what the wire holds, names are for people."""

from __future__ import annotations

from art7.codegen.names import enum_member_names
from art7.codegen.python.docstrings import cited, docstring, safe
from art7.codegen.python.expressions import literal
from art7.grammar.ir.module import Enum, EnumMember


def enum_text(name: str, enum: Enum) -> str:
    """Return the class of `enum`: a constant for each member, a `range` for each named range, `name_of`."""
    members = list(zip(enum_member_names(enum), enum.members, strict=True))
    kind = "str" if enum.text else "int"
    policy = "Unknown values are kept." if enum.open else "Other values are refused."
    first = f"{cited(enum.doc, enum.refs, f'Values of {safe(enum.name)}')} {policy}"
    lines = [f"class {name}:", docstring(first, pad="    "), "", "    __slots__ = ()", ""]
    for constant, member in members:
        lines.append(f"    {constant}: Final = {_value(member, enum.bits)}")
        if member.doc or member.refs:
            lines.append(docstring(cited(member.doc, member.refs, safe(member.name)), pad="    "))
    lines += ["", "    @staticmethod", f"    def name_of(value: {kind}) -> str | None:"]
    lines.append('        """Return the specification\'s name of `value`, or `None` when it has none."""')
    lines.append(f"        return _{name.upper()}_NAMES.get(value)")
    rows, seen = [], set()
    for _, member in members:
        if member.low == member.high and member.low not in seen:
            seen.add(member.low)
            rows.append(f"    {literal(member.low).text}: {literal(member.name).text},")
    table = "{\n" + "\n".join(rows) + "\n}" if rows else "{}"
    return "\n".join(lines) + f"\n\n\n_{name.upper()}_NAMES: dict[{kind}, str] = {table}"


def _value(member: EnumMember, bits: int) -> str:
    if isinstance(member.low, str) or isinstance(member.high, str):
        return literal(member.low).text
    digits = max(2, (bits + 3) // 4)
    spell = (lambda value: f"0x{value:0{digits}X}") if bits > 8 and member.low >= 0 else str
    return (
        spell(member.low)
        if member.low == member.high
        else f"range({spell(member.low)}, {spell(member.high + 1)})"
    )
