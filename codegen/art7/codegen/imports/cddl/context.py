"""What all parts of the lowering share: the rules, what is declared so far, and the bounds of the work."""

from __future__ import annotations

from collections.abc import Callable

from art7.codegen.imports.cddl.syntax import Group, Literal, Range, Ref, Rule, Type
from art7.codegen.imports.faults import Faults
from art7.codegen.imports.model import Enum, Record
from art7.codegen.imports.shape import ANY, Shape
from art7.codegen.imports.spelling import pascal, type_name, unique
from art7.grammar.diagnostics import Span

DEPTH = 60
STEPS = 20_000
RECORDS = 3000

Env = dict[str, tuple[Type, "Env"]]
"""What the parameters of a generic rule stand for, each with the parameters where it was written."""

Kind = Callable[["Context", Type, Env, str, bool, str], Shape]
"""What makes the shape of a type by its kind: context, type, parameters, hint, whether it may have that name, prose."""


class Context:
    """The lowering of one text, under way."""

    def __init__(self, rules: dict[str, Rule], faults: Faults, start: Span, kind: Kind) -> None:
        self.rules = rules
        self.kind = kind
        self.faults = faults
        self.start = start
        self.taken: set[str] = set()
        self.names: dict[str, str] = {}
        for each in rules:
            self.names[each] = unique(type_name(pascal(each.lstrip("$"))), self.taken)
            self.taken.add(self.names[each])
        self.records: dict[str, Record] = {}
        self.enums: dict[str, Enum] = {}
        self.made: dict[str, Shape] = {}
        self.going: dict[str, int] = {}
        self.mentioned: set[str] = set()
        self.steps = 0
        self.depth = 0
        self.choices: dict[int, Group] = {}
        self.sockets = 0

    def declare(self, hint: str, own: bool = False) -> str:
        """Return the name of a new declaration: the hint itself when it is the declaration's own, else one that is free."""
        name = type_name(pascal(hint)) if own else unique(type_name(pascal(hint)), self.taken)
        self.taken.add(name)
        return name

    def step(self, span: Span) -> bool:
        """Count the work; False when there was too much of it, which is reported once."""
        self.steps += 1
        if self.steps == STEPS or len(self.records) == RECORDS:
            self.faults.mistake(
                "A7-P205", "the rules unfold into too much", span, "use fewer generic rules and choices"
            )
        return self.steps < STEPS and self.depth < DEPTH and len(self.records) < RECORDS

    def look(self, ref: Ref, env: Env) -> tuple[Type, Env] | Rule | None:
        if ref.name in env and not ref.args:
            return env[ref.name]
        return self.rules.get(ref.name)

    def bind(self, rule: Rule, ref: Ref, env: Env) -> Env:
        if len(rule.params) != len(ref.args):
            self.faults.mistake(
                "A7-P206",
                f"`{rule.name}` has {len(rule.params)} parameters, found {len(ref.args)}",
                ref.span,
                "give one type for each",
            )
        return {name: (type_, env) for name, type_ in zip(rule.params, ref.args, strict=False)}

    def number(self, type_: Type, env: Env, depth: int = 0) -> int | float | None:
        literal = self.literal(type_, env)
        return literal.value if literal is not None and isinstance(literal.value, int | float) else None

    def literal(self, type_: Type, env: Env, depth: int = 0) -> Literal | None:
        """The literal that a type is, through names."""
        if isinstance(type_, Literal):
            return type_
        if isinstance(type_, Ref) and depth < DEPTH:
            found = self.look(type_, env)
            if isinstance(found, tuple):
                return self.literal(found[0], found[1], depth + 1)
            if found is not None and found.type is not None and not found.params:
                literal = self.literal(found.type, {}, depth + 1)
                if literal is not None:
                    self.mentioned.add(found.name)
                return literal
        return None

    def bounds(self, type_: Type, env: Env) -> tuple[int, int] | None:
        """A number, or a range of them, through names."""
        if isinstance(type_, Range):
            low, high = self.number(type_.low, env), self.number(type_.high, env)
            if isinstance(low, int) and isinstance(high, int) and 0 <= low <= high:
                return low, high if type_.includes_end else high - 1
            return None
        if isinstance(type_, Ref):
            found = self.look(type_, env)
            if isinstance(found, tuple):
                return self.bounds(*found)
            if found is not None and found.type is not None and isinstance(found.type, Range):
                self.mentioned.add(found.name)
                return self.bounds(found.type, {})
        number = self.number(type_, env)
        return (number, number) if isinstance(number, int) and number >= 0 else None

    def shape(self, type_: Type, env: Env, hint: str, own: bool = False, doc: str = "") -> Shape:
        """The shape of a type. `hint` names what must be declared for it; `own`: it may have that very name."""
        self.depth += 1
        try:
            if not self.step(type_.span):
                return Shape(ANY)
            return self.kind(self, type_, env, hint, own, doc)
        finally:
            self.depth -= 1
