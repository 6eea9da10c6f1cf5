"""Maps as records or as `map` (RFC 8610 §3.5)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.entries import key_of
from art7.codegen.imports.cddl.fields import field_members
from art7.codegen.imports.cddl.groups import flat
from art7.codegen.imports.cddl.measures import base_of, is_integer
from art7.codegen.imports.cddl.syntax import Entry, Group, Map
from art7.codegen.imports.cddl.values import boxed
from art7.codegen.imports.model import Field, Member, Name, Record, Run
from art7.codegen.imports.model import Rule as Check
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.printer import print_type
from art7.codegen.imports.shape import ANY, SUBJECT, Shape, if_present
from art7.codegen.imports.spelling import member_name, pascal, snake, unique, word
from art7.grammar.diagnostics import Span


def map_shape(c: Context, map_: Map, env: Env, hint: str, own: bool, doc: str) -> Shape:
    before = c.sockets
    entries = flat(c, map_.group.choices[0], env) if len(map_.group.choices) == 1 else []
    if len(entries) == 1 and entries[0][0].key is not None and key_of(c, *entries[0]) is None:
        table = table_shape(c, entries[0][0], entries[0][1], hint)
        if table is not None:
            return table
    name = c.declare(hint, own)
    c.records[name] = Record(name, (), "cbor")
    if len(map_.group.choices) > 1:
        members, unknown = alternatives(c, map_.group, env, name, map_.span)
    else:
        members, unknown = map_members(c, entries, name)
    if c.sockets > before:
        unknown = "preserve"
    c.records[name] = Record(name, tuple(members), "cbor", (), (), unknown, doc)
    return Shape(Name(name))


def table_shape(c: Context, entry: Entry, env: Env, hint: str) -> Shape | None:
    """`{ * key => value }` as a map; None for keys that maps do not have."""
    assert entry.key is not None
    key = c.shape(entry.key, env, f"{hint}Key")
    base = base_of(key.type)
    if base not in ("text", "label") and not is_integer(base) or key.is_nullable:
        c.faults.lost(
            "A7-P221",
            f"a map with keys of the type `{print_type(key.full_type())}` is read as any map",
            entry.span,
            "use integers or texts as keys",
        )
        return Shape(ANY, (f"kind_of({SUBJECT}) == 'record'",))
    if key.tests():
        c.faults.lost(
            "A7-P220",
            "what restricts the keys of the map is not carried over",
            entry.key.span,
            "say it by a rule",
        )
    value = boxed(c, c.shape(entry.value, env, f"{hint}Value"), f"{hint}Value")
    of = Name("map", (key.type, value))
    if entry.low == 0 and entry.high is None:
        return Shape(of)
    return Shape(Run(of, entry.low or None, entry.high))


def map_members(c: Context, entries: list[tuple[Entry, Env]], record: str) -> tuple[list[Member], str]:
    """Members of a map, and its policy for other keys."""
    members: list[Member] = []
    unknown = "reject unknown_field"
    names: dict[str, ModelType] = {}
    keys: set[str | int] = set()
    for entry, env in entries:
        if entry.word.startswith("\0"):
            group = c.choices[int(entry.word[1:])]
            more, _ = alternatives(c, group, env, record, entry.span)
            for each in more:
                if isinstance(each, Field):
                    keys.add(each.tag if each.tag is not None else each.name)
                    names[each.name] = each.type
            members += more
            continue
        key = key_of(c, entry, env)
        if key is None:
            unknown = other_members(c, entry, env)
            continue
        if key[1] in keys:
            c.faults.mistake(
                "A7-P203", f"the key {key[1]!r} is there twice", entry.span, "remove one of them"
            )
            continue
        keys.add(key[1])
        name = unique(member_name(snake(key[0]) if "-" in key[0] or " " in key[0] else key[0]), names)
        shape = c.shape(entry.value, env, f"{record}{pascal(key[0])}")
        tag = None if key[1] == name else key[1]
        members += field_members(c, name, tag, shape, entry)
        names[name] = shape.type
    return members, unknown


def other_members(c: Context, entry: Entry, env: Env) -> str:
    """`* tstr => any` beside named keys."""
    value = ANY if entry.key is None else c.shape(entry.value, env, "Other").full_type()
    if entry.key is None:
        c.faults.mistake("A7-P206", "an entry of a map has no key", entry.span, "write `key => value`")
    elif value != ANY:
        c.faults.lost(
            "A7-P220",
            f"other members are kept as they are; that they are `{print_type(value)}` is not looked at",
            entry.span,
            "check them by a rule about `unknown`",
        )
    else:
        key = c.shape(entry.key, env, "Key")
        if key.type != ANY and (key.type != Run(Name("label")) or key.tests()):
            c.faults.note(
                "A7-P225", "other members are kept under any key", entry.span, "check `unknown` by a rule"
            )
    return "preserve"


class _United:
    """The members of several alternatives as those of one record, in which each may be absent."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.is_exact = True
        self._fields: dict[str | int, Field] = {}

    def add(self, alternative: list[Member]) -> list[str]:
        """Take in an alternative; return the members without which it is not there."""
        needed = []
        for each in alternative:
            if isinstance(each, Field):
                name = word(self._field(each))
                needed += [] if each.optional else [name]
            elif isinstance(each, Check) and each.condition.startswith("absent("):
                self.members.append(each)
            else:
                self.is_exact = False
        return needed

    def _field(self, field: Field) -> str:
        key = field.tag if field.tag is not None else field.name
        if key in self._fields:
            same = self._fields[key]
            self.is_exact = self.is_exact and same.type == field.type and not field.value
            return same.name
        name = unique(field.name, {each.name for each in self._fields.values()})
        tag = key if key != name else None
        self._fields[key] = made = replace(field, name=name, tag=tag, optional=True, value="")
        self.members.append(made)
        if field.value:
            self.members.append(Check(if_present(f"{word(name)} == {field.value}", word(name))))
        return name


def alternatives(c: Context, group: Group, env: Env, record: str, span: Span) -> tuple[list[Member], str]:
    """A choice of groups in a map: every member may be absent, and one alternative must be there."""
    united = _United()
    needed: list[list[str]] = []
    unknown = "reject unknown_field"
    for entries in group.choices:
        found, policy = map_members(c, flat(c, entries, env), record)
        unknown = policy if policy == "preserve" else unknown
        needed.append(united.add(found))
    if all(needed):
        one = " or ".join(f"({' and '.join(f'present({name})' for name in names)})" for names in needed)
        united.members.append(Check(one, "One of the alternatives is there."))
    c.faults.lost(
        "A7-P221",
        "of a choice of groups in a map, members of several may be there together"
        + ("" if united.is_exact else ", and a member that differs between them is as in the first"),
        span,
        "use a `select` on a member that tells which it is",
    )
    return united.members, unknown
