"""What an entry is called, and which groups make records (RFC 8610 §3.5.1)."""

from __future__ import annotations

from art7.codegen.imports.cddl.choices import group_values
from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.groups import flat
from art7.codegen.imports.cddl.syntax import Array, Entry, Group, Inline, Map, Ref, Type


def key_of(c: Context, entry: Entry, env: Env) -> tuple[str, str | int] | None:
    """Name and key of an entry whose key is one value; None for a type of keys."""
    if entry.word:
        return entry.word, entry.word
    if entry.key is None:
        return None
    literal = c.literal(entry.key, env)
    if literal is not None and isinstance(literal.value, str):
        return literal.value, literal.value
    if literal is not None and isinstance(literal.value, int):
        name = entry.key.name if isinstance(entry.key, Ref) else ""
        if not name and isinstance(entry.value, Ref):
            name = entry.value.name
        return name or f"key_{literal.value}".replace("-", "minus_"), literal.value
    values = group_values(c, entry.key, env)
    if values is not None and len(values) == 1 and values[0][2] is None:
        return values[0][0] or str(values[0][1]), values[0][1]
    return None


def only_table(c: Context, group: Group) -> Entry | None:
    """The entry of a map that has no other and whose key is a type: `{ * tstr => any }`."""
    if len(group.choices) != 1:
        return None
    entries = [each for each, _ in flat(c, group.choices[0], {})]
    if len(entries) != 1 or entries[0].key is None or key_of(c, entries[0], {}) is not None:
        return None
    return entries[0]


def only_item(c: Context, group: Group) -> Entry | None:
    """The entry of an array that repeats it and has no other: `[ 2* part ]`."""
    if len(group.choices) != 1 or len(group.choices[0]) != 1:
        return None
    entry = group.choices[0][0]
    if isinstance(entry, Inline) or (entry.low == entry.high == 1) or (entry.low, entry.high) == (0, 1):
        return None
    if entry.key is None and not entry.word and isinstance(entry.value, Ref):
        rule = c.rules.get(entry.value.name)
        if rule is not None and rule.type is None:
            return None
    return entry


def makes_record(c: Context, type_: Type) -> bool:
    if isinstance(type_, Map):
        return only_table(c, type_.group) is None
    return isinstance(type_, Array) and only_item(c, type_.group) is None
