"""Literals, ranges, major types and tags as shapes (RFC 8610 §2.2.2, 3.6), and records that hold one value."""

from __future__ import annotations

from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.cddl.prelude import PRELUDE
from art7.codegen.imports.cddl.syntax import Literal, Major, Range, Tag
from art7.codegen.imports.model import Field, Member, Name, Record, Run
from art7.codegen.imports.model import Rule as Check
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape, about, is_deep
from art7.codegen.imports.spelling import data, octets


def constant_shape(c: Context, literal: Literal) -> Shape:
    match literal.value:
        case int(value):
            return integers(value, value)
        case str(value):
            return Shape(Run(Name("text")), value=data(value))
        case bytes(value):
            return Shape(Run(Name("bytes")), value=octets(value))
        case value:
            if value.is_integer():
                return Shape(Name("double"), (f"{SUBJECT} == {int(value)}",))
            c.faults.lost(
                "A7-P220",
                f"the value {value} has a fraction, which no expression has",
                literal.span,
                "use an integer",
            )
            return Shape(Name("double"))


def range_shape(c: Context, range_: Range, env: Env) -> Shape:
    low, high = c.number(range_.low, env), c.number(range_.high, env)
    if isinstance(low, int) and isinstance(high, int):
        high = high if range_.includes_end else high - 1
        if low > high:
            c.faults.mistake("A7-P206", f"the range {low}..{high} is empty", range_.span, "exchange its ends")
            return integers(None, None)
        return integers(low, high)
    if low is None or high is None:
        c.faults.mistake("A7-P206", "the ends of a range are no numbers", range_.span, "write numbers")
        return Shape(ANY)
    conditions = []
    for sign, end in ((">=", low), ("<=" if range_.includes_end else "<", high)):
        if float(end).is_integer():
            conditions.append(f"{SUBJECT} {sign} {int(end)}")
        else:
            c.faults.lost(
                "A7-P220",
                f"the end {end} of the range has a fraction, which no expression has",
                range_.span,
                "use whole ends",
            )
    return Shape(Name("double"), tuple(conditions))


def major_shape(c: Context, major: Major) -> Shape:
    match (major.kind, major.detail):
        case (0, None):
            return integers(0, None)
        case (1, None):
            return integers(None, -1)
        case (0, int(value)):
            return integers(value, value)
        case (1, int(value)):
            return integers(-1 - value, -1 - value)
        case (2, None):
            return PRELUDE["bstr"]
        case (3, None):
            return PRELUDE["tstr"]
        case (7, 20 | 21 as value):
            return PRELUDE["true" if value == 21 else "false"]
        case (7, 22):
            return Shape(NULL)
        case (7, 25 | 26 | 27):
            return Shape(Name("double"))
        case (None, _):
            return Shape(ANY)
    kind = {4: "list", 5: "record"}.get(major.kind or 0)
    if kind and major.detail is None:
        return Shape(ANY, (f"kind_of({SUBJECT}) == '{kind}'",))
    detail = "" if major.detail is None else f".{major.detail}"
    c.faults.lost(
        "A7-P221", f"`#{major.kind}{detail}` is read as any value", major.span, "check it by a rule"
    )
    return Shape(ANY)


def tag_shape(c: Context, tag: Tag, env: Env, hint: str) -> Shape:
    if tag.number is None:
        c.faults.lost("A7-P221", "a tag of any number is read as any value", tag.span, "give it a number")
        return Shape(ANY)
    inner = c.shape(tag.inner, env, f"{hint}Content")
    return Shape(Name("tagged", (inner.full_type(),), str(tag.number)), inner.tests())


def boxed(c: Context, shape: Shape, hint: str) -> ModelType:
    """A type that holds its own conditions, for places that no rule can speak of: a record of one value."""
    if not shape.tests() and not is_deep(shape.type):
        return shape.full_type()
    name = c.declare(hint)
    declare_value(c, name, shape, "")
    return Name(name)


def declare_value(c: Context, name: str, shape: Shape, doc: str) -> None:
    members: list[Member] = [
        Field("value", shape.full_type(), value="" if shape.is_nullable else shape.value)
    ]
    tests = shape.tests() if shape.is_nullable or not shape.value else shape.conditions
    members += [Check(about(each, "value")) for each in tests]
    c.records[name] = Record(name, tuple(members), "cbor", (("shape", "value"),), doc=doc)
