"""CDDL rules → the model: maps and arrays become records, choices become enums, selects or wider types with rules."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.arrays import array_shape
from art7.codegen.imports.cddl.choices import choice_shape
from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.controls import control_shape
from art7.codegen.imports.cddl.entries import makes_record
from art7.codegen.imports.cddl.maps import map_shape
from art7.codegen.imports.cddl.names import named_shape, reference_shape
from art7.codegen.imports.cddl.syntax import (
    Array,
    Choice,
    Control,
    Literal,
    Major,
    Map,
    Range,
    Ref,
    Rule,
    Tag,
    Type,
    Values,
)
from art7.codegen.imports.cddl.undefined import tell_undefined
from art7.codegen.imports.cddl.values import (
    constant_shape,
    declare_value,
    major_shape,
    range_shape,
    tag_shape,
)
from art7.codegen.imports.faults import Faults
from art7.codegen.imports.model import Module, Name, Record
from art7.codegen.imports.shape import Shape
from art7.grammar.diagnostics import Span


def lower(rules: dict[str, Rule], name: str, faults: Faults, start: Span) -> Module:
    """Return the model of all rules; `start` is the place of what concerns the whole text."""
    c = Context(rules, faults, start, _kind)
    bare = [rule for rule in rules.values() if not rule.params]
    for rule in bare:
        if rule.type is not None and makes_record(c, rule.type):
            named_shape(c, rule.name, rule, {}, c.names[rule.name])
    for rule in bare:
        if rule.name not in c.mentioned and rule.type is not None and not makes_record(c, rule.type):
            _alone(c, rule, rule.type)
    _tell_unused(c)
    tell_undefined(rules, faults)
    records = _messages(c)
    if records:
        faults.note(
            "A7-P225",
            "messages have no limits in the source; they are given 1 MiB and a depth of 32",
            start,
            "set `limit size` and `limit depth` to those of your service",
        )
    return Module(name, (*c.enums.values(), *records), (), "Imported from CDDL.")


def _alone(c: Context, rule: Rule, type_: Type) -> None:
    """A rule that is no record and that nothing mentions: a message with that value."""
    name, is_first = c.names[rule.name], rule.name == next(iter(c.rules))
    shape = c.shape(type_, {}, f"{name}Values" if is_first else name, own=True)
    if isinstance(shape.type, Name) and shape.type.name == name and name in c.enums:
        return
    if name not in c.records:
        declare_value(c, name, shape, rule.doc)


def _tell_unused(c: Context) -> None:
    """Groups and generic rules are nothing alone."""
    unused = [rule for rule in c.rules.values() if rule.name not in c.mentioned]
    for rule in unused:
        if not rule.params and rule.type is None and rule.group is not None:
            what = f"nothing uses the group `{rule.name}`, and alone it is no message"
            c.faults.lost("A7-P222", what, rule.span, "put it into a map or an array")
    for rule in unused:
        if rule.params:
            c.faults.lost("A7-P222", f"nothing uses the generic rule `{rule.name}`", rule.span, "use it")


def _messages(c: Context) -> list[Record]:
    """The records; those of the first rule and of rules that no other mentions are messages."""
    inner = {c.names[name] for name in c.mentioned if name in c.names}
    first = c.names[next(iter(c.rules))] if c.rules else ""
    outer = {name for name in c.names.values() if name not in inner} | {first}
    return [replace(each, is_message=each.name in outer) for each in c.records.values()]


def _kind(c: Context, type_: Type, env: Env, hint: str, own: bool, doc: str) -> Shape:
    match type_:
        case Literal():
            return constant_shape(c, type_)
        case Ref():
            return reference_shape(c, type_, env, hint)
        case Range():
            return range_shape(c, type_, env)
        case Control():
            return control_shape(c, type_, env, hint)
        case Choice() | Values():
            return choice_shape(c, type_, env, hint, own, doc)
        case Map():
            return map_shape(c, type_, env, hint, own, doc)
        case Array():
            return array_shape(c, type_, env, hint, own, doc)
        case Tag():
            return tag_shape(c, type_, env, hint)
        case Major():
            return major_shape(c, type_)
