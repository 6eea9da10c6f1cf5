"""Objects as records or as `map` (JSON Schema 2020-12 Core §10.3.2, Validation §6.5)."""

from __future__ import annotations

from art7.codegen.imports.json_schema.arms import select_by_tag, variant_rules
from art7.codegen.imports.json_schema.boxes import boxed
from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.members import members_of
from art7.codegen.imports.json_schema.scalars import counts
from art7.codegen.imports.json_schema.tagged import is_record, tagged
from art7.codegen.imports.model import Field, Member, Name, Record, Rule, Run, Type
from art7.codegen.imports.shape import ANY, SUBJECT, Shape, if_present
from art7.codegen.imports.spelling import member_name, pascal, snake, unique, word

BESIDE = {"$ref", "description", "title", "default", "deprecated", "$comment"}
"""What may stand beside a reference without changing what it leads to."""


def object_shape(c: Context, facts: Facts, hint: str) -> Shape:
    """An object with members of its own as a record, another as a `map`."""
    if is_record(c, facts):
        return Shape(Name(record_name(c, facts, hint)))
    low, high = counts(c, facts, "minProperties", "maxProperties")
    value = _patterned(c, facts, hint)
    for node, schema in facts.words.get("additionalProperties", ()):
        if node.kind == "object":
            shape, _ = c.of([schema.inner(node, "additionalProperties")], f"{hint}Value")
            value = boxed(c, shape, f"{hint}Value")
        elif node.scalar is False and "patternProperties" not in facts.words:
            high = 0
    of = Name("map", (Name("text"), value))
    if high == 0:
        return Shape(of, (f"count({SUBJECT}) == 0",))
    return Shape(Run(of, low or None, high) if low or high is not None else of)


def _patterned(c: Context, facts: Facts, hint: str) -> Type:
    """The type of the values under `patternProperties`: that of the one pattern, else any."""
    value: Type = ANY
    for node, schema in facts.words.get("patternProperties", ()):
        if node.kind == "object" and len(node.members) == 1 and "additionalProperties" not in facts.words:
            ((key, inner),) = node.members.items()
            shape, _ = c.of([schema.inner(inner, "patternProperties", key)], f"{hint}Value")
            value = boxed(c, shape, f"{hint}Value")
            what = "the pattern of the keys is not carried over; every value is of the one type"
            c.faults.lost("A7-P220", what, node.place, "check the keys by a rule")
        else:
            what = "values whose type depends on a pattern of their key are read as any value"
            c.faults.lost("A7-P221", what, node.place, "describe them as one type")
    return value


def record_name(c: Context, facts: Facts, hint: str) -> str:
    """The name of the record of an object: one for all that refer to the same definition and add nothing."""
    alone = facts.schema.node.get("$ref") is not None and set(facts.schema.node.members) <= BESIDE
    alone = alone and bool(facts.refs)
    key = facts.refs[0].key if alone else facts.schema.key
    if key in c.shared:
        return c.shared[key]
    name = c.fresh(label_of(facts.title) or (key[1].rpartition("/")[2] if alone and key[1] else "") or hint)
    c.shared[key] = name
    declare_record(c, facts, name)
    return name


def declare_record(c: Context, facts: Facts, name: str) -> None:
    """Declare the record of an object: its properties, the alternatives that share it, and rules about which are there."""
    c.note_unhandled(facts)
    c.records[name] = Record(name, (), "json")
    names: dict[str, str] = {}
    for key in [*facts.properties, *facts.required]:
        if key not in names:
            is_plain = key.isascii() and key.replace("_", "a").isalnum()
            names[key] = unique(member_name(key if is_plain else snake(key)), set(names.values()))
    tags = tagged(c, facts)
    tag_key = tags[0] if tags else ""
    members: list[Member] = select_by_tag(c, facts, tags, names, name) if tags else []
    for key in list(names):
        if key != tag_key or not tags:
            members += _property(c, facts, key, names[key], name)
    if not tags:
        members += variant_rules(c, facts, names)
    members += object_rules(c, facts, names)
    doc = facts.doc or facts.title
    c.records[name] = Record(name, tuple(members), "json", (), (), unknown_policy(c, facts, tag_key), doc)


def _property(c: Context, facts: Facts, key: str, name: str, record: str) -> list[Member]:
    tag = None if name == key else key
    schemas = facts.properties.get(key)
    if not schemas:
        what = f"`{key[:80]}` must be there, and nothing says what it is"
        c.faults.note("A7-P225", what, facts.required[key].place, "describe it")
        return [Field(name, ANY, tag)]
    shape, inner = c.of(schemas, f"{record}{pascal(key)}")
    if inner.is_false and key not in facts.required:
        never = Rule(f"absent({word(name)})", f"`{key}` is never there.")
        return [Field(name, ANY, tag, optional=True), never]
    return members_of(c, name, key, shape, inner, key in facts.required)


def unknown_policy(c: Context, facts: Facts, tag_key: str) -> str:
    """What becomes of members that the schema does not name."""
    policy = "preserve"
    if facts.words.get("patternProperties"):
        node = facts.words["patternProperties"][0][0]
        c.faults.lost(
            "A7-P220",
            "members by a pattern of their name are kept, not looked at",
            node.place,
            "name the members",
        )
    for node, _ in facts.words.get("additionalProperties", ()):
        if node.scalar is False and node.kind == "scalar":
            if "patternProperties" not in facts.words:
                policy = "reject unknown_field"
        elif node.kind == "object" and node.members:
            c.faults.lost(
                "A7-P220",
                "further members are kept as they are; their type is not looked at",
                node.place,
                "put them into a map of their own, or check `unknown` by a rule",
            )
    return policy


def object_rules(c: Context, facts: Facts, names: dict[str, str]) -> list[Member]:
    found: list[Member] = []
    for name in ("dependentRequired", "dependencies"):
        for node, _ in facts.words.get(name, ()):
            for key, needs in node.members.items():
                good = [each.scalar for each in needs.items if isinstance(each.scalar, str)]
                if key not in names or needs.kind != "list" or any(each not in names for each in good):
                    c.faults.lost(
                        "A7-P220",
                        f"what `{key[:60]}` asks for is not carried over",
                        needs.place,
                        "say it by a rule",
                    )
                    continue
                there = " and ".join(f"present({word(names[each])})" for each in good)
                if good and key not in facts.required:
                    found.append(Rule(if_present(there, word(names[key]))))
                elif good:
                    found.append(Rule(there))
    for name in ("minProperties", "maxProperties"):
        for node, _ in facts.words.get(name, ()):
            c.faults.lost(
                "A7-P220",
                f"`{name}` of an object with members of its own is not carried over",
                node.place,
                "say it by a rule",
            )
    return found


def label_of(title: str) -> str:
    """A title that is fit for a name; nothing for a sentence."""
    return title if title.isascii() and len(title) <= 40 and len(title.split()) <= 4 else ""
