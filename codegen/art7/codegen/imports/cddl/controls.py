"""Control operators as bounds, tests and layers (RFC 8610 §3.8)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.context import Context, Env
from art7.codegen.imports.cddl.measures import base_of, limits_of
from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.cddl.syntax import Control, Ref
from art7.codegen.imports.cddl.values import boxed, constant_shape
from art7.codegen.imports.model import Name, Run
from art7.codegen.imports.patterns import pattern_of
from art7.codegen.imports.shape import ANY, SUBJECT, Shape
from art7.codegen.imports.spelling import data


def control_shape(c: Context, control: Control, env: Env, hint: str) -> Shape:
    operator = control.operator[1:]
    target = c.shape(control.target, env, hint)
    if operator == "size":
        return sized(c, control, target, env)
    if operator in ("lt", "le", "gt", "ge"):
        return bounded(c, control, target, operator, env)
    if operator in ("eq", "ne", "default"):
        return equal(c, control, target, operator, env)
    if operator in ("regexp", "pcre"):
        return matching(c, control, target, operator, env)
    if operator == "cbor":
        inner = c.shape(control.argument, env, f"{hint}Content")
        return Shape(Name("coded", (boxed(c, inner, f"{hint}Value"),), "'cbor'"))
    if operator == "feature":
        c.faults.note("A7-P224", "`.feature` names a feature and restricts nothing", control.span)
        return target
    if operator in ("within", "and"):
        if operator == "and":
            target = target.also(*c.shape(control.argument, env, hint).tests())
        c.faults.lost(
            "A7-P220",
            f"`.{operator}`: the second type is not looked at",
            control.span,
            "say what it restricts by rules",
        )
        return target
    c.faults.lost(
        "A7-P220",
        f"`.{operator}` restricts the value in a way that is not carried over",
        control.span,
        "say it by a rule",
    )
    return target


def sized(c: Context, control: Control, target: Shape, env: Env) -> Shape:
    bounds = c.bounds(control.argument, env)
    base = base_of(target.type)
    if bounds is None:
        c.faults.mistake(
            "A7-P206",
            "the size is neither a number nor a range of numbers",
            control.span,
            "write a number",
        )
        return target
    low, high = bounds
    if base == "bytes":
        return replace(target, type=Run(Name("bytes"), low, high))
    if base == "text":
        test = (
            f"length(utf8({SUBJECT})) == {low}"
            if low == high
            else f"length(utf8({SUBJECT})) in {low}..{high}"
        )
        return replace(target, type=Run(Name("text"), None, high)).also(test)
    if base.startswith("u") and base[1:].isdigit() and low == high:
        return integers(0, min((1 << 8 * min(high, 8)) - 1, (1 << 64) - 1))
    c.faults.lost(
        "A7-P220",
        "`.size` of what is neither text, octets nor an unsigned integer",
        control.span,
        "say it by a rule",
    )
    return target


def bounded(c: Context, control: Control, target: Shape, operator: str, env: Env) -> Shape:
    limit = c.number(control.argument, env)
    base = base_of(target.type)
    if isinstance(limit, int) and (base[:1] in "ui" and base not in ("", "text")) and base != "":
        low, high = limits_of(base, target)
        if operator in ("le", "lt"):
            high = min(high, limit - (operator == "lt"))
        else:
            low = max(low, limit + (operator == "gt"))
        if low > high:
            c.faults.mistake(
                "A7-P206", f"no value is `.{operator}` {limit}", control.span, "correct the bound"
            )
            return target
        return integers(low, high)
    sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[operator]
    if limit is not None and float(limit).is_integer() and base == "double":
        return target.also(f"{SUBJECT} {sign} {int(limit)}")
    c.faults.lost(
        "A7-P220",
        f"`.{operator}` is not carried over: the bound has a fraction or the value is no number",
        control.span,
        "say it by a rule",
    )
    return target


def equal(c: Context, control: Control, target: Shape, operator: str, env: Env) -> Shape:
    literal = c.literal(control.argument, env)
    spelled = ""
    if literal is not None:
        shape = constant_shape(c, literal)
        spelled = shape.value
    elif isinstance(control.argument, Ref) and control.argument.name in ("true", "false"):
        spelled = control.argument.name
    if not spelled or target.type == ANY and operator == "default":
        c.faults.lost(
            "A7-P220",
            f"the value of `.{operator}` is none that an expression can name",
            control.span,
            "say it by a rule",
        )
        return target
    if operator == "eq":
        return replace(target, value=spelled)
    return target.also(f"{SUBJECT} != {spelled}") if operator == "ne" else replace(target, default=spelled)


def matching(c: Context, control: Control, target: Shape, operator: str, env: Env) -> Shape:
    literal = c.literal(control.argument, env)
    text = literal.value if literal is not None and isinstance(literal.value, str) else None
    pattern = None if text is None else pattern_of(text, is_anchored=operator == "regexp")
    if pattern is None or base_of(target.type) != "text":
        c.faults.lost(
            "A7-P220",
            f"the pattern of `.{operator}` is not a regular one",
            control.span,
            "state it as a `token`",
        )
        return target
    return target.also(f"matches({SUBJECT}, {data(pattern)})")
