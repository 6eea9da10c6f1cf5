"""Arrays as records by position, lists, or selects on their first entry (RFC 8610 §3.4)."""

from __future__ import annotations

from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.entries import key_of, only_item
from art7.codegen.imports.cddl.fields import field_members
from art7.codegen.imports.cddl.groups import flat
from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.cddl.prelude import PRELUDE, WIDER
from art7.codegen.imports.cddl.syntax import Array, Entry, Group, Literal, Ref
from art7.codegen.imports.cddl.values import boxed
from art7.codegen.imports.model import Arm, Body, Field, Member, Name, Record, Run, Select
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.shape import ANY, SUBJECT, Shape, is_deep, of_every
from art7.codegen.imports.spelling import data, member_name, pascal, snake, unique, word


def array_shape(c: Context, array: Array, env: Env, hint: str, own: bool, doc: str) -> Shape:
    only = only_item(c, array.group)
    if only is not None:
        shape = c.shape(only.value, env, f"{hint}Item")
        item = shape.full_type()
        tests = tuple(of_every(each) for each in shape.tests())
        if any("every" in each for each in shape.tests()) or is_deep(item):
            item, tests = boxed(c, shape, f"{hint}Item"), ()
        if isinstance(item, Name) and item.name == "map":
            item = Run(item)
        run = Run(item, only.low or None, only.high)
        return Shape(run, tests)
    entries = flat(c, array.group.choices[0], env) if len(array.group.choices) == 1 else []
    if any(entry.high is None or entry.high > 1 for entry, _ in entries):
        return ragged(c, array)
    name = c.declare(hint, own)
    c.records[name] = Record(name, (), "cbor", (("shape", "array"),))
    if len(array.group.choices) > 1:
        found = select_by_tag(c, array.group, env, name, {}, set())
        members = found if found is not None else None
    else:
        members = array_members(c, entries, name, {}, set())
    if members is None:
        del c.records[name]
        return ragged(c, array)
    c.records[name] = Record(name, tuple(members), "cbor", (("shape", "array"),), doc=doc)
    return Shape(Name(name))


def ragged(c: Context, array: Array) -> Shape:
    c.faults.lost(
        "A7-P221",
        "an array with repeated or several optional parts is read as any array",
        array.span,
        "put the repeated part into an array of its own",
    )
    return Shape(ANY, (f"kind_of({SUBJECT}) == 'list'",))


def array_members(
    c: Context, entries: list[tuple[Entry, Env]], record: str, names: dict[str, ModelType], used: set[str]
) -> list[Member] | None:
    """Members of an array in their order; None when optional ones stand before others.

    `names` are those of the whole record with their types, which alternatives share; `used` those of this run.
    """
    members: list[Member] = []
    is_optional = False
    for index, (entry, env) in enumerate(entries):
        if entry.word.startswith("\0"):
            group = c.choices[int(entry.word[1:])]
            more = select_by_tag(c, group, env, record, names, used)
            if more is None or index + 1 < len(entries) or entry.low == 0:
                return None
            members += more
            continue
        if is_optional and entry.low > 0:
            return None
        is_optional |= entry.low == 0
        members += array_member(c, entry, env, record, names, used)
    return members


def array_member(
    c: Context, entry: Entry, env: Env, record: str, names: dict[str, ModelType], used: set[str]
) -> list[Member]:
    key = key_of(c, entry, env)
    label = str(key[0]) if key else ""
    if not label and isinstance(entry.value, Ref) and entry.value.name not in (*PRELUDE, *WIDER, *env):
        label = entry.value.name
    wanted = member_name(snake(label) if "-" in label else label) if label else f"item_{len(used) + 1}"
    shape = c.shape(entry.value, env, f"{record}{pascal(label or wanted)}")
    type_ = shape.full_type()
    name, number = wanted, 1
    while name in used or names.get(name, type_) != type_:
        number += 1
        name = f"{wanted}_{number}"
    names[name] = type_
    used.add(name)
    return field_members(c, name, None, shape, entry)


def tagged_choices(
    c: Context, group: Group, env: Env
) -> list[tuple[Literal | None, str, list[tuple[Entry, Env]]]]:
    """Each alternative with the value and the name of its first entry, and the entries behind it."""
    found: list[tuple[Literal | None, str, list[tuple[Entry, Env]]]] = []
    for entries in group.choices:
        unfolded = flat(c, entries, env)
        if not unfolded:
            found.append((None, "", []))
            continue
        first, scope = unfolded[0]
        literal = c.literal(first.value, scope) if first.low == first.high == 1 else None
        key = key_of(c, first, scope)
        found.append((literal, str(key[0]) if key else "", unfolded[1:]))
    return found


def select_by_tag(
    c: Context, group: Group, env: Env, record: str, names: dict[str, ModelType], used: set[str]
) -> list[Member] | None:
    """`( kind: 0, … // kind: 1, … )` as a select on the first entry; None when the alternatives do not begin so."""
    choices = tagged_choices(c, group, env)
    literals = [literal for literal, _, _ in choices]
    values = [literal.value for literal in literals if literal is not None]
    if len(values) < len(choices) or len(set(values)) < len(values):
        return None
    is_number = all(isinstance(value, int) and value >= 0 for value in values)
    if not is_number and not all(isinstance(value, str) for value in values):
        return None
    labels = {label for _, label, _ in choices if label}
    label = labels.pop() if len(labels) == 1 else "kind"
    name = unique(member_name(snake(label) if "-" in label else label), names)
    base = (
        integers(0, max(value for value in values if isinstance(value, int)))
        if is_number
        else Shape(Run(Name("text")))
    )
    type_: ModelType = Name("u8") if is_number and base.type == Name("integer") else base.type
    names[name] = type_
    arms: list[Arm] = []
    for literal, _, rest in choices:
        assert literal is not None
        members = array_members(c, rest, record, names, {*used, name})
        if members is None:
            return None
        case = str(literal.value) if isinstance(literal.value, int) else data(str(literal.value))
        arms.append(Arm((case,), Body(tuple(members)) if members else "empty"))
    arms.append(Arm((), "reject unknown_value"))
    return [Field(name, type_), Select(word(name), tuple(arms))]
