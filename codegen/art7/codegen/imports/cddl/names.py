"""Names in CDDL: rules, parameters of generic rules, the prelude and sockets (RFC 8610 §3.9, 3.10, appendix D)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.entries import makes_record
from art7.codegen.imports.cddl.instances import key_of_instance, spelled
from art7.codegen.imports.cddl.prelude import PRELUDE, WIDER
from art7.codegen.imports.cddl.syntax import Ref, Rule, Tag, Type
from art7.codegen.imports.cddl.undefined import undefined
from art7.codegen.imports.model import Field, Name, Record
from art7.codegen.imports.model import Rule as Check
from art7.codegen.imports.printer import print_type
from art7.codegen.imports.shape import ANY, Shape
from art7.codegen.imports.spelling import pascal, type_name, unique


def reference_shape(c: Context, ref: Ref, env: Env, hint: str) -> Shape:
    found = c.look(ref, env)
    if isinstance(found, tuple):
        return c.shape(found[0], found[1], hint)
    if found is None:
        return outside_shape(c, ref)
    c.mentioned.add(ref.name)
    if found.type is None:
        c.faults.mistake(
            "A7-P206", f"`{ref.name}` is a group, expected a type", ref.span, "put it into `[ ]` or `{ }`"
        )
        return Shape(ANY)
    inner = c.bind(found, ref, env)
    name = c.names[ref.name] + "".join(pascal(spelled(each)) for each in ref.args)[:120]
    shape = named_shape(
        c, f"{ref.name}<{key_of_instance(ref, env)}>" if ref.args else ref.name, found, inner, name
    )
    return unwrapped(c, shape, found.type, inner, ref) if ref.unwrapped else shape


def unwrapped(c: Context, shape: Shape, type_: Type, env: Env, ref: Ref) -> Shape:
    if isinstance(type_, Tag):
        return c.shape(type_.inner, env, c.names[ref.name])
    c.faults.lost(
        "A7-P221",
        f"`~{ref.name}` has no meaning outside of a group unless it is tagged",
        ref.span,
        "remove `~`",
    )
    return shape


def outside_shape(c: Context, ref: Ref) -> Shape:
    if ref.name in PRELUDE:
        return unwrapped_prelude(PRELUDE[ref.name], ref)
    if ref.name in WIDER:
        shape, why = WIDER[ref.name]
        if why:
            c.faults.lost(
                "A7-P221",
                f"`{ref.name}` is read as `{print_type(shape.type)}`: {why}",
                ref.span,
                "check it by a rule",
            )
        return shape
    if ref.name.startswith("$"):
        c.faults.note(
            "A7-P225",
            f"the socket `{ref.name}` is empty; any value is taken where it stands alone",
            ref.span,
            "add the choices that your service has",
        )
        return Shape(ANY)
    undefined(c.rules, ref, c.faults)
    name = type_name(pascal(ref.name))
    if name not in c.records:
        if name in c.taken:
            name = unique(name, c.taken)
        c.taken.add(name)
        rule = Check("false", f"The source does not say what `{ref.name}` is.")
        c.records[name] = Record(name, (Field("undeclared", ANY), rule), "cbor", (("shape", "value"),))
    return Shape(Name(name))


def unwrapped_prelude(shape: Shape, ref: Ref) -> Shape:
    if ref.unwrapped and isinstance(shape.type, Name) and shape.type.name == "tagged":
        return replace(shape, type=shape.type.types[0])
    return shape


def named_shape(c: Context, key: str, rule: Rule, env: Env, name: str) -> Shape:
    """The shape of a rule: its record or enum once, or what it stands for, each time it is mentioned."""
    if key in c.made:
        return c.made[key]
    assert rule.type is not None
    if key in c.going:
        if makes_record(c, rule.type):
            return Shape(Name(name))
        c.faults.lost(
            "A7-P221",
            f"`{rule.name}` is defined by itself; any value is taken there",
            rule.span,
            "put a map or an array around it",
        )
        return Shape(ANY)
    c.going[key] = 1
    if "<" in key:
        name = unique(name, c.taken)
        c.taken.add(name)
        c.names[key] = name
        c.mentioned.add(key)
    shape = c.shape(rule.type, env, name, own=True, doc=rule.doc)
    del c.going[key]
    c.made[key] = shape
    return shape
