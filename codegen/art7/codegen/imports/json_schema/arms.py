"""Alternatives of objects as a `select`, or as rules about which members are there."""

from __future__ import annotations

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.members import members_of
from art7.codegen.imports.json_schema.tagged import Tags, choices_of
from art7.codegen.imports.model import Arm, Body, Field, Member, Name, Rule, Select, Type
from art7.codegen.imports.shape import about
from art7.codegen.imports.spelling import data, member_name, pascal, snake, unique, word


def select_by_tag(c: Context, facts: Facts, tags: Tags, names: dict[str, str], record: str) -> list[Member]:
    """The member that tells alternatives apart, and the `select` on it."""
    key, choices = tags
    plain = member_name(key if key.isidentifier() else snake(key))
    name = names.setdefault(key, unique(plain, set(names.values())))
    tests: tuple[str, ...] = ()
    doc = ""
    if key in facts.properties:
        shape, inner = c.of(facts.properties[key], f"{record}{pascal(key)}")
        tests, doc = shape.tests(), inner.doc
    field = Field(name, Name("text"), None if name == key else key, doc=doc)
    arms: list[Arm] = []
    outer: dict[str, Type] = {}
    made: dict[tuple[str, str], tuple[Member, ...]] = {}
    for text, choice in choices:
        own = made.get(choice.schema.key)
        if own is None:
            own = tuple(arm_members(c, choice, key, names, f"{record}{pascal(text)}", outer))
            made[choice.schema.key] = own
        target = Body(own) if own else "empty"
        if arms and arms[-1].target == target:
            arms[-1] = Arm((*arms[-1].cases, data(text)), target)
        else:
            arms.append(Arm((data(text),), target))
    arms.append(Arm((), "reject unknown_value"))
    return [field, *(Rule(about(each, word(name))) for each in tests), Select(word(name), tuple(arms))]


def arm_members(
    c: Context, facts: Facts, tag: str, names: dict[str, str], hint: str, outer: dict[str, Type]
) -> list[Member]:
    """Members of one alternative; one of the same name in another of another type gets another name."""
    members: list[Member] = []
    for key, schemas in facts.properties.items():
        if key == tag or (key in names and names[key] != names.get(tag)):
            continue
        shape, inner = c.of(schemas, f"{hint}{pascal(key)}")
        wanted = member_name(key if key.isidentifier() and key.isascii() else snake(key))
        name = wanted
        while name in outer and outer[name] != shape.full_type():
            name = unique(name, outer)
        outer[name] = shape.full_type()
        members += members_of(c, name, key, shape, inner, key in facts.required)
    for node, _ in facts.words.get("additionalProperties", ()):
        if node.scalar is False:
            c.faults.note(
                "A7-P225",
                "other members are kept, since the alternatives share their object",
                node.place,
                "add `unknown reject unknown_field`",
            )
    for each in ("oneOf", "anyOf"):
        for node, _ in facts.words.get(each, ()):
            c.faults.lost(
                "A7-P220",
                f"`{each}` inside an alternative is not looked at",
                node.place,
                "lay the alternatives flat",
            )
    return members


def variant_rules(c: Context, facts: Facts, names: dict[str, str]) -> list[Member]:
    """Alternatives of an object that only ask for members; others are not looked at."""
    found: list[Member] = []
    for name, node, _ in choices_of(facts):
        sets: list[list[str]] = []
        for each in node.items:
            given = each.get("required")
            listed = [str(item.scalar) for item in given.items] if given is not None else []
            if (
                not listed
                or set(each.members) - {"required", "type", "title", "description"}
                or any(key not in names for key in listed)
            ):
                sets = []
                break
            sets.append([word(names[key]) for key in listed if key not in facts.required])
        if not sets or node.kind != "list":
            c.faults.lost(
                "A7-P220",
                f"the alternatives of `{name}` in an object are not looked at",
                node.place,
                "give each a member with one text that tells it apart, and use `select`",
            )
            continue
        tests = [" and ".join(f"present({key})" for key in keys) or "true" for keys in sets]
        if name == "anyOf":
            found.append(Rule(" or ".join(f"({each})" for each in tests)))
        else:
            counted = " + ".join(f"(if {each} then 1 else 0)" for each in tests)
            found.append(Rule(f"{counted} == 1"))
    return found
