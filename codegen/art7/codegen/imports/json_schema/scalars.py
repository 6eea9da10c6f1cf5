"""Texts and numbers with their bounds (JSON Schema 2020-12 Validation §6.2, 6.3)."""

from __future__ import annotations

import math

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.nodes import Node
from art7.codegen.imports.json_schema.spelled import matches
from art7.codegen.imports.model import Name, Run
from art7.codegen.imports.patterns import pattern_of
from art7.codegen.imports.shape import SUBJECT, Shape


def text_shape(c: Context, facts: Facts) -> Shape:
    low, high = counts(c, facts, "minLength", "maxLength")
    shape = Shape(Run(Name("text"), low or None, high) if low or high is not None else Name("text"))
    for node, _ in facts.words.get("pattern", ()):
        pattern = pattern_of(node.scalar, is_anchored=False) if isinstance(node.scalar, str) else None
        if pattern is None:
            c.faults.lost(
                "A7-P220",
                "the pattern is not a regular one",
                node.place,
                "state it as a `token`, or by a rule",
            )
        else:
            shape = shape.also(matches(pattern))
    for name in ("contentEncoding", "contentMediaType"):
        for node, _ in facts.words.get(name, ()):
            c.faults.note(
                "A7-P224",
                f"`{name}` says how the text is read further; it stays a text",
                node.place,
                "use `base64` or `base64url` as the type, or bind a layer",
            )
    return shape


def counts(c: Context, facts: Facts, least: str, most: str) -> tuple[int, int | None]:
    low, high = 0, None
    for name in (least, most):
        for node, _ in facts.words.get(name, ()):
            value = node.scalar
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
                c.faults.mistake(
                    "A7-P206", f"expected a whole number from 0 behind `{name}`", node.place, "correct it"
                )
            elif name == least:
                low = max(low, value)
            else:
                high = value if high is None else min(high, value)
    if high is not None and low > high:
        c.faults.mistake("A7-P206", f"`{least}` is above `{most}`", facts.schema.node.place, "exchange them")
        return high, low
    return low, high


_BOUNDS = (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="), ("exclusiveMaximum", "<"))


def number_shape(c: Context, facts: Facts, kind: str) -> Shape:
    """The shape of `integer` or `number` with what bounds it."""
    bounds = [
        (sign, *found)
        for name, sign in _BOUNDS
        for node, _ in facts.words.get(name, ())
        if (found := _bound(c, node, name, kind, sign)) is not None
    ]
    if kind == "number":
        tests = tuple(f"{SUBJECT} {sign} {at}" for sign, at, _ in bounds)
        return Shape(Name("number"), (*tests, *_multiples(c, facts, kind)))
    low = max((at + strict for sign, at, strict in bounds if sign[0] == ">"), default=None)
    high = min((at - strict for sign, at, strict in bounds if sign[0] == "<"), default=None)
    if low is not None and high is not None and low > high:
        what = "the least value is above the greatest"
        c.faults.mistake("A7-P206", what, facts.schema.node.place, "exchange them")
        low, high = high, low
    return integers(low, high).also(*_multiples(c, facts, kind))


def _multiples(c: Context, facts: Facts, kind: str) -> list[str]:
    tests = []
    for node, _ in facts.words.get("multipleOf", ()):
        if isinstance(node.scalar, int) and node.scalar > 0 and kind == "integer":
            tests.append(f"{SUBJECT} % {node.scalar} == 0")
        else:
            what = "`multipleOf` of numbers with fractions is not carried over"
            c.faults.lost("A7-P220", what, node.place, "say it by a rule")
    return tests


def _bound(c: Context, node: Node, name: str, kind: str, sign: str) -> tuple[int, int] | None:
    """A bound as a whole number, and 1 where it is not reached."""
    value = node.scalar
    if isinstance(value, bool) and name.startswith("exclusive"):
        c.faults.lost(
            "A7-P220",
            f"`{name}` is true or false in an old draft; the bound itself is taken as reached",
            node.place,
            "write the number there",
        )
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        c.faults.mistake("A7-P206", f"expected a number behind `{name}`", node.place, "write a number")
        return None
    strict = int("=" not in sign)
    if isinstance(value, float):
        if value.is_integer():
            return int(value), strict
        if kind == "integer":
            return (math.ceil(value) if sign[0] == ">" else math.floor(value)), 0
        c.faults.lost(
            "A7-P220",
            f"the bound {value} has a fraction, which no expression has",
            node.place,
            "use a whole bound",
        )
        return None
    return value, strict


def integers(low: int | None, high: int | None) -> Shape:
    """The shape of integers from `low` to `high`, both included: the narrowest type, and rules for the rest."""
    if low == high and low is not None:
        return Shape(Name("integer"), value=str(low))
    least, most = (-(1 << 63) if low is None else low), ((1 << 63) if high is None else high)
    for bits in (8, 16, 32, 53):
        if least >= 0 and most < 1 << bits:
            above = (f"{SUBJECT} >= {least}",) if least > 0 else ()
            below = (f"{SUBJECT} <= {most}",) if most < (1 << bits) - 1 else ()
            return Shape(Name(f"u{bits}"), above + below)
    above = () if low is None else (f"{SUBJECT} >= {low}",)
    below = () if high is None else (f"{SUBJECT} <= {high}",)
    return Shape(Name("integer"), above + below)
