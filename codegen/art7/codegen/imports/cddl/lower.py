"""CDDL rules → the model: maps and arrays become records, choices become enums, selects or wider types with rules."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.cddl.syntax import (
    Array,
    Choice,
    Control,
    Entry,
    Group,
    Inline,
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
from art7.codegen.imports.faults import Faults
from art7.codegen.imports.model import Arm, Body, Enum, Field, Item, Member, Module, Name, Record, Run, Select
from art7.codegen.imports.model import Rule as Check
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.patterns import pattern_of
from art7.codegen.imports.printer import print_type
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape, about, if_present, is_deep, of_every
from art7.codegen.imports.spelling import data, member_name, octets, pascal, snake, type_name, unique, word
from art7.grammar.diagnostics import Span

Env = dict[str, tuple[Type, "Env"]]
"""What the parameters of a generic rule stand for, each with the parameters where it was written."""

_DEPTH = 60
_STEPS = 20_000
_RECORDS = 3000
_ITEMS = 1000

_PRELUDE: dict[str, Shape] = {
    "any": Shape(ANY),
    "uint": integers(0, None),
    "unsigned": integers(0, None),
    "int": integers(None, None),
    "nint": integers(None, -1),
    "bstr": Shape(Run(Name("bytes"))),
    "bytes": Shape(Run(Name("bytes"))),
    "tstr": Shape(Run(Name("text"))),
    "text": Shape(Run(Name("text"))),
    "bool": Shape(Name("bool")),
    "false": Shape(Name("bool"), value="false"),
    "true": Shape(Name("bool"), value="true"),
    "float64": Shape(Name("double")),
    "float": Shape(Name("double")),
    "number": Shape(ANY, (f"kind_of({SUBJECT}) == 'number'",)),
    "tdate": Shape(Name("tagged", (Run(Name("text")),), "0")),
    "time": Shape(Name("tagged", (ANY,), "1"), (f"kind_of({SUBJECT}) == 'number'",)),
    "encoded-cbor": Shape(Name("tagged", (Run(Name("bytes")),), "24")),
    "uri": Shape(Name("tagged", (Run(Name("text")),), "32")),
    "b64url": Shape(Name("tagged", (Run(Name("text")),), "33")),
    "b64legacy": Shape(Name("tagged", (Run(Name("text")),), "34")),
    "regexp": Shape(Name("tagged", (Run(Name("text")),), "35")),
    "mime-message": Shape(Name("tagged", (Run(Name("text")),), "36")),
    "eb64url": Shape(Name("tagged", (ANY,), "21")),
    "eb64legacy": Shape(Name("tagged", (ANY,), "22")),
    "eb16": Shape(Name("tagged", (ANY,), "23")),
    "cbor-any": Shape(Name("tagged", (ANY,), "55799")),
    "nil": Shape(NULL),
    "null": Shape(NULL),
}
_WIDER: dict[str, tuple[Shape, str]] = {
    "float16": (Shape(Name("double")), "floats are read in every width"),
    "float32": (Shape(Name("double")), "floats are read in every width"),
    "float16-32": (Shape(Name("double")), "floats are read in every width"),
    "float32-64": (Shape(Name("double")), "floats are read in every width"),
    "undefined": (Shape(ANY), "`undefined` is a simple value"),
    "biguint": (Shape(Name("tagged", (Run(Name("bytes")),), "2")), ""),
    "bignint": (Shape(Name("tagged", (Run(Name("bytes")),), "3")), ""),
    "bigint": (Shape(ANY), "an integer of any size"),
    "integer": (Shape(ANY), "an integer of any size"),
    "decfrac": (Shape(Name("tagged", (ANY,), "4")), "exponent and mantissa in an array"),
    "bigfloat": (Shape(Name("tagged", (ANY,), "5")), "exponent and mantissa in an array"),
}
_KINDS = {
    "text": "text",
    "bytes": "octets",
    "bool": "boolean",
    "double": "number",
    "integer": "number",
    "map": "record",
}


def lower(rules: dict[str, Rule], name: str, faults: Faults, start: Span) -> Module:
    """Return the model of all rules; `start` is the place of what concerns the whole text."""
    return _Lowering(rules, name, faults, start).module()


class _Lowering:
    def __init__(self, rules: dict[str, Rule], name: str, faults: Faults, start: Span) -> None:
        self.rules = rules
        self.name = name
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

    def module(self) -> Module:
        bare = [rule for rule in self.rules.values() if not rule.params]
        for rule in bare:
            if rule.type is not None and self._makes_record(rule.type):
                self._named(rule.name, rule, {}, self.names[rule.name])
        for rule in bare:
            if (
                rule.name not in self.mentioned
                and rule.type is not None
                and not self._makes_record(rule.type)
            ):
                self._alone(rule)
        for rule in bare:
            if rule.name not in self.mentioned and rule.type is None and rule.group is not None:
                self.faults.lost(
                    "A7-P222",
                    f"nothing uses the group `{rule.name}`, and alone it is no message",
                    rule.span,
                    "put it into a map or an array",
                )
        for rule in self.rules.values():
            if rule.params and rule.name not in self.mentioned:
                self.faults.lost(
                    "A7-P222", f"nothing uses the generic rule `{rule.name}`", rule.span, "use it"
                )
        inner = {self.names[name] for name in self.mentioned if name in self.names}
        first = self.names[next(iter(self.rules))] if self.rules else ""
        found = [
            replace(
                each,
                is_message=each.name == first
                or (each.name not in inner and each.name in self.names.values()),
            )
            for each in self.records.values()
        ]
        if found:
            self.faults.note(
                "A7-P225",
                "messages have no limits in the source; they are given 1 MiB and a depth of 32",
                self.start,
                "set `limit size` and `limit depth` to those of your service",
            )
        return Module(self.name, (*self.enums.values(), *found), (), "Imported from CDDL.")

    def _makes_record(self, type_: Type) -> bool:
        if isinstance(type_, Map):
            return self._only_table(type_.group) is None
        return isinstance(type_, Array) and self._only_item(type_.group) is None

    def _alone(self, rule: Rule) -> None:
        """A rule that is no record and that nothing mentions: a message with that value."""
        assert rule.type is not None
        name, is_first = self.names[rule.name], rule.name == next(iter(self.rules))
        shape = self._shape(rule.type, {}, f"{name}Values" if is_first else name, own=True)
        if isinstance(shape.type, Name) and shape.type.name == name and name in self.enums:
            return
        if self.names[rule.name] not in self.records:
            self._value_record(self.names[rule.name], shape, rule.doc)

    # ---- what a name stands for ----

    def _step(self, span: Span) -> bool:
        """Count the work; False when there was too much of it, which is reported once."""
        self.steps += 1
        if self.steps == _STEPS or len(self.records) == _RECORDS:
            self.faults.mistake(
                "A7-P205", "the rules unfold into too much", span, "use fewer generic rules and choices"
            )
        return self.steps < _STEPS and self.depth < _DEPTH and len(self.records) < _RECORDS

    def _look(self, ref: Ref, env: Env) -> tuple[Type, Env] | Rule | None:
        if ref.name in env and not ref.args:
            return env[ref.name]
        return self.rules.get(ref.name)

    def _bind(self, rule: Rule, ref: Ref, env: Env) -> Env:
        if len(rule.params) != len(ref.args):
            self.faults.mistake(
                "A7-P206",
                f"`{rule.name}` has {len(rule.params)} parameters, found {len(ref.args)}",
                ref.span,
                "give one type for each",
            )
        return {name: (type_, env) for name, type_ in zip(rule.params, ref.args, strict=False)}

    def _ref(self, ref: Ref, env: Env, hint: str) -> Shape:
        found = self._look(ref, env)
        if isinstance(found, tuple):
            return self._shape(found[0], found[1], hint)
        if found is None:
            return self._outside(ref)
        self.mentioned.add(ref.name)
        if found.type is None:
            self.faults.mistake(
                "A7-P206", f"`{ref.name}` is a group, expected a type", ref.span, "put it into `[ ]` or `{ }`"
            )
            return Shape(ANY)
        inner = self._bind(found, ref, env)
        name = self.names[ref.name] + "".join(pascal(_spelled(each)) for each in ref.args)[:120]
        shape = self._named(f"{ref.name}<{_key(ref, env)}>" if ref.args else ref.name, found, inner, name)
        return self._unwrapped(shape, found.type, inner, ref) if ref.unwrapped else shape

    def _unwrapped(self, shape: Shape, type_: Type, env: Env, ref: Ref) -> Shape:
        if isinstance(type_, Tag):
            return self._shape(type_.inner, env, self.names[ref.name])
        self.faults.lost(
            "A7-P221",
            f"`~{ref.name}` has no meaning outside of a group unless it is tagged",
            ref.span,
            "remove `~`",
        )
        return shape

    def _outside(self, ref: Ref) -> Shape:
        if ref.name in _PRELUDE:
            return self._unwrap_prelude(_PRELUDE[ref.name], ref)
        if ref.name in _WIDER:
            shape, why = _WIDER[ref.name]
            if why:
                self.faults.lost(
                    "A7-P221",
                    f"`{ref.name}` is read as `{print_type(shape.type)}`: {why}",
                    ref.span,
                    "check it by a rule",
                )
            return shape
        if ref.name.startswith("$"):
            self.faults.note(
                "A7-P225",
                f"the socket `{ref.name}` is empty; any value is taken where it stands alone",
                ref.span,
                "add the choices that your service has",
            )
            return Shape(ANY)
        near = get_close_matches(ref.name, [*self.rules, *_PRELUDE], 1)
        self.faults.mistake(
            "A7-P204",
            f"nothing defines `{ref.name}`; a message that holds one is refused",
            ref.span,
            f"did you mean `{near[0]}`?" if near else "define it",
        )
        name = type_name(pascal(ref.name))
        if name not in self.records:
            if name in self.taken:
                name = unique(name, self.taken)
            self.taken.add(name)
            rule = Check("false", f"The source does not say what `{ref.name}` is.")
            self.records[name] = Record(name, (Field("undeclared", ANY), rule), "cbor", (("shape", "value"),))
        return Shape(Name(name))

    @staticmethod
    def _unwrap_prelude(shape: Shape, ref: Ref) -> Shape:
        if ref.unwrapped and isinstance(shape.type, Name) and shape.type.name == "tagged":
            return replace(shape, type=shape.type.types[0])
        return shape

    def _named(self, key: str, rule: Rule, env: Env, name: str) -> Shape:
        """The shape of a rule: its record or enum once, or what it stands for, each time it is mentioned."""
        if key in self.made:
            return self.made[key]
        assert rule.type is not None
        if key in self.going:
            if self._makes_record(rule.type):
                return Shape(Name(name))
            self.faults.lost(
                "A7-P221",
                f"`{rule.name}` is defined by itself; any value is taken there",
                rule.span,
                "put a map or an array around it",
            )
            return Shape(ANY)
        self.going[key] = 1
        if "<" in key:
            name = unique(name, self.taken)
            self.taken.add(name)
            self.names[key] = name
            self.mentioned.add(key)
        shape = self._shape(rule.type, env, name, own=True, doc=rule.doc)
        del self.going[key]
        self.made[key] = shape
        return shape

    # ---- types ----

    def _shape(self, type_: Type, env: Env, hint: str, own: bool = False, doc: str = "") -> Shape:
        """The shape of a type. `hint` names what must be declared for it; `own`: it may have that very name."""
        self.depth += 1
        try:
            if not self._step(type_.span):
                return Shape(ANY)
            return self._kind(type_, env, hint, own, doc)
        finally:
            self.depth -= 1

    def _kind(self, type_: Type, env: Env, hint: str, own: bool, doc: str) -> Shape:
        match type_:
            case Literal():
                return self._constant(type_)
            case Ref():
                return self._ref(type_, env, hint)
            case Range():
                return self._range(type_, env)
            case Control():
                return self._control(type_, env, hint)
            case Choice() | Values():
                return self._choice(type_, env, hint, own, doc)
            case Map():
                return self._map(type_, env, hint, own, doc)
            case Array():
                return self._array(type_, env, hint, own, doc)
            case Tag():
                return self._tag(type_, env, hint)
            case Major():
                return self._major(type_)

    def _constant(self, literal: Literal) -> Shape:
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
                self.faults.lost(
                    "A7-P220",
                    f"the value {value} has a fraction, which no expression has",
                    literal.span,
                    "use an integer",
                )
                return Shape(Name("double"))

    def _number(self, type_: Type, env: Env, depth: int = 0) -> int | float | None:
        literal = self._literal(type_, env)
        return literal.value if literal is not None and isinstance(literal.value, int | float) else None

    def _literal(self, type_: Type, env: Env, depth: int = 0) -> Literal | None:
        """The literal that a type is, through names."""
        if isinstance(type_, Literal):
            return type_
        if isinstance(type_, Ref) and depth < _DEPTH:
            found = self._look(type_, env)
            if isinstance(found, tuple):
                return self._literal(found[0], found[1], depth + 1)
            if found is not None and found.type is not None and not found.params:
                literal = self._literal(found.type, {}, depth + 1)
                if literal is not None:
                    self.mentioned.add(found.name)
                return literal
        return None

    def _range(self, range_: Range, env: Env) -> Shape:
        low, high = self._number(range_.low, env), self._number(range_.high, env)
        if isinstance(low, int) and isinstance(high, int):
            high = high if range_.includes_end else high - 1
            if low > high:
                self.faults.mistake(
                    "A7-P206", f"the range {low}..{high} is empty", range_.span, "exchange its ends"
                )
                return integers(None, None)
            return integers(low, high)
        if low is None or high is None:
            self.faults.mistake("A7-P206", "the ends of a range are no numbers", range_.span, "write numbers")
            return Shape(ANY)
        conditions = []
        for sign, end in ((">=", low), ("<=" if range_.includes_end else "<", high)):
            if float(end).is_integer():
                conditions.append(f"{SUBJECT} {sign} {int(end)}")
            else:
                self.faults.lost(
                    "A7-P220",
                    f"the end {end} of the range has a fraction, which no expression has",
                    range_.span,
                    "use whole ends",
                )
        return Shape(Name("double"), tuple(conditions))

    def _major(self, major: Major) -> Shape:
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
                return _PRELUDE["bstr"]
            case (3, None):
                return _PRELUDE["tstr"]
            case (7, 20 | 21 as value):
                return _PRELUDE["true" if value == 21 else "false"]
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
        self.faults.lost(
            "A7-P221", f"`#{major.kind}{detail}` is read as any value", major.span, "check it by a rule"
        )
        return Shape(ANY)

    def _tag(self, tag: Tag, env: Env, hint: str) -> Shape:
        if tag.number is None:
            self.faults.lost(
                "A7-P221", "a tag of any number is read as any value", tag.span, "give it a number"
            )
            return Shape(ANY)
        inner = self._shape(tag.inner, env, f"{hint}Content")
        return Shape(Name("tagged", (inner.full_type(),), str(tag.number)), inner.tests())

    def _boxed(self, shape: Shape, hint: str) -> ModelType:
        """A type that holds its own conditions, for places that no rule can speak of: a record of one value."""
        if not shape.tests() and not is_deep(shape.type):
            return shape.full_type()
        name = unique(type_name(pascal(hint)), self.taken)
        self.taken.add(name)
        self._value_record(name, shape, "")
        return Name(name)

    def _value_record(self, name: str, shape: Shape, doc: str) -> None:
        members: list[Member] = [
            Field("value", shape.full_type(), value="" if shape.is_nullable else shape.value)
        ]
        tests = shape.tests() if shape.is_nullable or not shape.value else shape.conditions
        members += [Check(about(each, "value")) for each in tests]
        self.records[name] = Record(name, tuple(members), "cbor", (("shape", "value"),), doc=doc)

    # ---- control operators ----

    def _control(self, control: Control, env: Env, hint: str) -> Shape:
        operator = control.operator[1:]
        target = self._shape(control.target, env, hint)
        if operator == "size":
            return self._size(control, target, env)
        if operator in ("lt", "le", "gt", "ge"):
            return self._bound(control, target, operator, env)
        if operator in ("eq", "ne", "default"):
            return self._equal(control, target, operator, env)
        if operator in ("regexp", "pcre"):
            return self._regexp(control, target, operator, env)
        if operator == "cbor":
            inner = self._shape(control.argument, env, f"{hint}Content")
            return Shape(Name("coded", (self._boxed(inner, f"{hint}Value"),), "'cbor'"))
        if operator == "feature":
            self.faults.note("A7-P224", "`.feature` names a feature and restricts nothing", control.span)
            return target
        if operator in ("within", "and"):
            if operator == "and":
                target = target.also(*self._shape(control.argument, env, hint).tests())
            self.faults.lost(
                "A7-P220",
                f"`.{operator}`: the second type is not looked at",
                control.span,
                "say what it restricts by rules",
            )
            return target
        self.faults.lost(
            "A7-P220",
            f"`.{operator}` restricts the value in a way that is not carried over",
            control.span,
            "say it by a rule",
        )
        return target

    def _bounds(self, type_: Type, env: Env) -> tuple[int, int] | None:
        """A number, or a range of them, through names."""
        if isinstance(type_, Range):
            low, high = self._number(type_.low, env), self._number(type_.high, env)
            if isinstance(low, int) and isinstance(high, int) and 0 <= low <= high:
                return low, high if type_.includes_end else high - 1
            return None
        if isinstance(type_, Ref):
            found = self._look(type_, env)
            if isinstance(found, tuple):
                return self._bounds(*found)
            if found is not None and found.type is not None and isinstance(found.type, Range):
                self.mentioned.add(found.name)
                return self._bounds(found.type, {})
        number = self._number(type_, env)
        return (number, number) if isinstance(number, int) and number >= 0 else None

    def _size(self, control: Control, target: Shape, env: Env) -> Shape:
        bounds = self._bounds(control.argument, env)
        base = _base(target.type)
        if bounds is None:
            self.faults.mistake(
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
        self.faults.lost(
            "A7-P220",
            "`.size` of what is neither text, octets nor an unsigned integer",
            control.span,
            "say it by a rule",
        )
        return target

    def _bound(self, control: Control, target: Shape, operator: str, env: Env) -> Shape:
        limit = self._number(control.argument, env)
        base = _base(target.type)
        if isinstance(limit, int) and (base[:1] in "ui" and base not in ("", "text")) and base != "":
            low, high = _limits(base, target)
            if operator in ("le", "lt"):
                high = min(high, limit - (operator == "lt"))
            else:
                low = max(low, limit + (operator == "gt"))
            if low > high:
                self.faults.mistake(
                    "A7-P206", f"no value is `.{operator}` {limit}", control.span, "correct the bound"
                )
                return target
            return integers(low, high)
        sign = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}[operator]
        if limit is not None and float(limit).is_integer() and base == "double":
            return target.also(f"{SUBJECT} {sign} {int(limit)}")
        self.faults.lost(
            "A7-P220",
            f"`.{operator}` is not carried over: the bound has a fraction or the value is no number",
            control.span,
            "say it by a rule",
        )
        return target

    def _equal(self, control: Control, target: Shape, operator: str, env: Env) -> Shape:
        literal = self._literal(control.argument, env)
        spelled = ""
        if literal is not None:
            shape = self._constant(literal)
            spelled = shape.value
        elif isinstance(control.argument, Ref) and control.argument.name in ("true", "false"):
            spelled = control.argument.name
        if not spelled or target.type == ANY and operator == "default":
            self.faults.lost(
                "A7-P220",
                f"the value of `.{operator}` is none that an expression can name",
                control.span,
                "say it by a rule",
            )
            return target
        if operator == "eq":
            return replace(target, value=spelled)
        return (
            target.also(f"{SUBJECT} != {spelled}") if operator == "ne" else replace(target, default=spelled)
        )

    def _regexp(self, control: Control, target: Shape, operator: str, env: Env) -> Shape:
        literal = self._literal(control.argument, env)
        text = literal.value if literal is not None and isinstance(literal.value, str) else None
        pattern = None if text is None else pattern_of(text, is_anchored=operator == "regexp")
        if pattern is None or _base(target.type) != "text":
            self.faults.lost(
                "A7-P220",
                f"the pattern of `.{operator}` is not a regular one",
                control.span,
                "state it as a `token`",
            )
            return target
        return target.also(f"matches({SUBJECT}, {data(pattern)})")

    # ---- choices ----

    def _options(self, type_: Type, env: Env, depth: int = 0) -> list[tuple[Type, Env]]:
        """The alternatives of a choice, through names of choices."""
        if isinstance(type_, Choice):
            return [each for option in type_.options for each in self._options(option, env, depth + 1)]
        if isinstance(type_, Ref) and depth < _DEPTH and not type_.unwrapped:
            found = self._look(type_, env)
            if isinstance(found, tuple):
                return self._options(found[0], found[1], depth + 1)
            if found is not None and isinstance(found.type, Choice) and self._step(type_.span):
                self.mentioned.add(found.name)
                return self._options(found.type, self._bind(found, type_, env), depth + 1)
        return [(type_, env)]

    def _values(
        self, type_: Type, env: Env, rest: list[tuple[Type, Env]]
    ) -> list[tuple[str, int | str, int | None, str]]:
        """The values that the alternatives name: name, lowest, highest, prose; other alternatives go into `rest`."""
        found: list[tuple[str, int | str, int | None, str]] = []
        for option, inner in self._options(type_, env):
            literal = self._literal(option, inner)
            if literal is not None and isinstance(literal.value, int | str):
                name = option.name if isinstance(option, Ref) else ""
                found.append((name, literal.value, None, ""))
                continue
            values = self._group_values(option, inner)
            if values is None:
                rest.append((option, inner))
            else:
                found += values
        return found

    def _group_values(self, type_: Type, env: Env) -> list[tuple[str, int | str, int | None, str]] | None:
        """The values of `&( a: 1, b: 2..9 )`; None for another type."""
        if isinstance(type_, Ref):
            rule = self._look(type_, env)
            if isinstance(rule, Rule) and isinstance(rule.type, Values) and not rule.params:
                self.mentioned.add(rule.name)
                return self._group_values(rule.type, {})
            return None
        if not isinstance(type_, Values):
            return None
        found: list[tuple[str, int | str, int | None, str]] = []
        for entries in type_.group.choices:
            for entry, inner in self._flat(entries, env):
                name = entry.word or (
                    entry.key.value
                    if isinstance(entry.key, Literal) and isinstance(entry.key.value, str)
                    else ""
                )
                literal = self._literal(entry.value, inner)
                if literal is not None and isinstance(literal.value, int | str):
                    found.append(
                        (
                            name or (entry.value.name if isinstance(entry.value, Ref) else ""),
                            literal.value,
                            None,
                            entry.doc,
                        )
                    )
                elif isinstance(entry.value, Range) and (bounds := self._bounds(entry.value, inner)):
                    found.append((name, bounds[0], bounds[1], entry.doc))
                else:
                    self.faults.lost(
                        "A7-P220",
                        f"`{name or 'an entry'}` names no value",
                        entry.span,
                        "give it a number or a text",
                    )
        return found

    def _choice(self, type_: Choice | Values, env: Env, hint: str, own: bool, doc: str) -> Shape:
        rest: list[tuple[Type, Env]] = []
        values = self._values(type_, env, rest)
        shapes: list[Shape] = []
        is_open = is_nullable = False
        for option, inner in rest:
            if isinstance(option, Ref) and option.name.startswith("$") and option.name not in self.rules:
                self.faults.note(
                    "A7-P225",
                    f"the socket `{option.name}` is empty: no further value is taken",
                    option.span,
                    "add the values that your service has",
                )
                continue
            shape = self._shape(option, inner, f"{hint}{len(shapes) + 1}" if len(rest) > 1 else hint)
            if shape.type == NULL:
                is_nullable = True
            else:
                is_nullable |= shape.is_nullable
                shapes.append(replace(shape, is_nullable=False))
        if values:
            if (
                len(shapes) == 1
                and _is_whole(shapes[0])
                and all(isinstance(v[1], int) and v[1] >= 0 for v in values)
            ):
                is_open, shapes = True, []
            if shapes:
                shapes += self._literals(values)
            else:
                return replace(
                    self._enum(values, hint, own, doc, is_open, type_.span), is_nullable=is_nullable
                )
        return replace(self._merged(shapes, type_.span), is_nullable=is_nullable)

    @staticmethod
    def _literals(values: list[tuple[str, int | str, int | None, str]]) -> list[Shape]:
        found = []
        for _, low, high, _ in values:
            if isinstance(low, int):
                found.append(integers(low, low if high is None else high))
            else:
                found.append(Shape(Run(Name("text")), value=data(low)))
        return found

    def _enum(
        self,
        values: list[tuple[str, int | str, int | None, str]],
        hint: str,
        own: bool,
        doc: str,
        is_open: bool,
        span: Span,
    ) -> Shape:
        """Named values: an enum, or a rule where the values are of two kinds or below zero."""
        numbers = [value for value in values if isinstance(value[1], int)]
        if len(numbers) == len(values) and all(isinstance(v[1], int) and v[1] >= 0 for v in values):
            highest = max(v[2] if v[2] is not None else v[1] for v in values if isinstance(v[1], int))
            bits = 64 if is_open else next((b for b in (8, 16, 32, 64) if highest < 1 << b), 64)
            base = f"u{bits}"
        elif not numbers and not any(v[2] is not None for v in values):
            base = "text"
        else:
            shapes = self._literals(values)
            return self._merged(shapes, span)
        if len(values) == 1 and values[0][2] is None and not values[0][0]:
            return self._literals(values)[0]
        name = type_name(pascal(hint)) if own else unique(type_name(pascal(hint)), self.taken)
        self.taken.add(name)
        items: list[Item] = []
        taken: list[tuple[int | str, int | str]] = []
        names: set[str] = set()
        for label, low, high, prose in values:
            last = low if high is None else high
            if any(_overlap(low, last, *other) for other in taken):
                self.faults.note("A7-P225", f"the value {low} has several names; the first is taken", span)
                continue
            taken.append((low, last))
            spelled = unique(
                member_name(label or (f"value_{low}" if isinstance(low, int) else low) or "empty"), names
            )
            names.add(spelled)
            items.append(Item(spelled, low, high if high != low else None, prose))
        self.enums[name] = Enum(name, base, tuple(items), is_open, doc)
        return Shape(Name(name))

    def _merged(self, shapes: list[Shape], span: Span) -> Shape:
        """One shape for several: theirs where they agree, a label for integers and texts, else any value of their kinds."""
        if not shapes:
            return Shape(NULL)
        if len(shapes) == 1:
            return shapes[0]
        bases = [_base(each.type) for each in shapes]
        if all(_is_integer(base) for base in bases):
            return self._integers(shapes)
        if all(base == "text" for base in bases) and all(each.value for each in shapes):
            return Shape(Run(Name("text")), (f"{SUBJECT} in [{', '.join(each.value for each in shapes)}]",))
        if all(each == shapes[0] for each in shapes):
            return shapes[0]
        if all(base == bases[0] for base in bases) and bases[0] in ("text", "bytes"):
            tests = [" and ".join(f"({test})" for test in each.tests()) or "true" for each in shapes]
            sized = [_size_test(each) for each in shapes]
            joined = " or ".join(
                f"({' and '.join(x for x in (a, b) if x != 'true') or 'true'})"
                for a, b in zip(tests, sized, strict=True)
            )
            return Shape(Run(Name(bases[0])), () if "(true)" in joined else (joined,))
        if (
            sorted({"int" if _is_integer(base) else base for base in bases}) == ["int", "text"]
            and len(shapes) == 2
        ):
            whole = [each for each in shapes if _is_whole(each, widest=True)]
            texts = [each for each in shapes if _base(each.type) == "text" and not each.tests()]
            if whole and texts:
                return Shape(Run(Name("label")))
            if whole:
                self.faults.lost(
                    "A7-P220",
                    "the restriction of the text in a choice of integer or text is not carried over",
                    span,
                    "check it by a rule where the value is used",
                )
                return Shape(Run(Name("label")))
        return self._any(shapes, span)

    def _integers(self, shapes: list[Shape]) -> Shape:
        """Several ranges of integers: the range around them, and a rule for its gaps."""
        ranges = sorted(_limits(_base(each.type), each) for each in shapes)
        around = integers(ranges[0][0], max(high for _, high in ranges))
        joined: list[tuple[int, int]] = []
        for low, high in ranges:
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        if len(joined) == 1:
            return around
        tests = (
            f"{SUBJECT} == {low}" if low == high else f"{SUBJECT} in {low}..{high}" for low, high in joined
        )
        return Shape(around.type, (" or ".join(tests),))

    def _any(self, shapes: list[Shape], span: Span) -> Shape:
        kinds: list[str] = []
        for each in shapes:
            kind = self._kind_of(each.type)
            kinds += [kind] if kind and kind not in kinds else []
            if not kind:
                kinds = []
                break
        spelled = ", ".join(f"`{print_type(each.full_type())}`" for each in shapes[:6])
        exact = (
            kinds
            and all(
                _base(each.type) in ("text", "bytes", "bool")
                and each.type == Run(Name(_base(each.type)))
                or each.type == Name("bool")
                for each in shapes
            )
            and not any(each.tests() for each in shapes)
        )
        if not exact:
            self.faults.lost(
                "A7-P221",
                f"a choice among {spelled} is read as any value{' of these kinds' if kinds else ''}",
                span,
                "use a `select` on a member that tells which it is, or check it by a rule",
            )
        if not kinds:
            return Shape(ANY)
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        test = f"kind_of({SUBJECT}) == {listed}" if len(kinds) == 1 else f"kind_of({SUBJECT}) in [{listed}]"
        return Shape(ANY, (test,))

    def _kind_of(self, type_: ModelType) -> str:
        if isinstance(type_, Run) and not _base(type_):
            return "list"
        base = _base(type_)
        if base in self.enums:
            return "text" if self.enums[base].base == "text" else "number"
        if base in self.records:
            shape = dict(self.records[base].options).get("shape", "")
            return {"array": "list", "": "record"}.get(shape, "")
        if base in self.going or base in self.names.values():
            return ""
        return _KINDS.get(base, "number" if _is_integer(base) else "")

    # ---- maps and arrays ----

    def _flat(self, entries: tuple[Entry | Inline, ...], env: Env, depth: int = 0) -> list[tuple[Entry, Env]]:
        """Entries with the groups that they name put in their place."""
        found: list[tuple[Entry, Env]] = []
        for entry in entries:
            if not self._step(entry.span) or depth > _DEPTH:
                break
            if len(found) > _ITEMS:
                self.faults.mistake("A7-P205", f"more than {_ITEMS} entries", entry.span, "use fewer groups")
                break
            group: Group | None = None
            inner = env
            if isinstance(entry, Inline):
                group = entry.group
            elif entry.key is None and not entry.word and isinstance(entry.value, Ref):
                group, inner = self._group_of(entry.value, env)
            if group is None or (len(group.choices) > 1 and isinstance(entry, Inline)):
                found.append((entry if isinstance(entry, Entry) else self._opaque(entry), env))
                continue
            if len(group.choices) > 1:
                found.append((self._opaque(Inline(entry.low, entry.high, group, entry.span)), inner))
                continue
            for each, scope in self._flat(group.choices[0], inner, depth + 1):
                found.append((self._repeated(each, entry), scope))
        return found

    def _opaque(self, inline: Inline) -> Entry:
        """A choice of groups in the place of an entry, told by its word."""
        self.choices[id(inline.group)] = inline.group
        return Entry(
            inline.low,
            inline.high,
            None,
            f"\0{id(inline.group)}",
            Major(None, None, inline.span),
            "",
            inline.span,
        )

    def _group_of(self, ref: Ref, env: Env) -> tuple[Group | None, Env]:
        rule = self._look(ref, env)
        if isinstance(rule, tuple):
            return (self._group_of(rule[0], rule[1])) if isinstance(rule[0], Ref) else (None, env)
        if rule is None:
            return (
                (Group(((),), ref.span), env)
                if ref.name.startswith("$$") and self._empty(ref)
                else (None, env)
            )
        if ref.unwrapped and isinstance(rule.type, Map | Array):
            self.mentioned.add(rule.name)
            return rule.type.group, self._bind(rule, ref, env)
        if rule.type is None and rule.group is not None:
            self.mentioned.add(rule.name)
            return rule.group, self._bind(rule, ref, env)
        return None, env

    def _empty(self, ref: Ref) -> bool:
        self.faults.note(
            "A7-P225",
            f"the socket `{ref.name}` is empty: nothing stands there",
            ref.span,
            "add what your service has",
        )
        self.sockets += 1
        return True

    def _repeated(self, entry: Entry, around: Entry | Inline) -> Entry:
        if around.low == around.high == 1:
            return entry
        low = min(entry.low, around.low) if around.low == 0 else entry.low
        high = None if around.high is None or entry.high is None else entry.high * around.high
        return replace(entry, low=low, high=high)

    def _only_table(self, group: Group) -> Entry | None:
        """The entry of a map that has no other and whose key is a type: `{ * tstr => any }`."""
        if len(group.choices) != 1:
            return None
        entries = [each for each, _ in self._flat(group.choices[0], {})]
        if len(entries) != 1 or entries[0].key is None or self._key(entries[0], {}) is not None:
            return None
        return entries[0]

    def _only_item(self, group: Group) -> Entry | None:
        """The entry of an array that repeats it and has no other: `[ 2* part ]`."""
        if len(group.choices) != 1 or len(group.choices[0]) != 1:
            return None
        entry = group.choices[0][0]
        if isinstance(entry, Inline) or (entry.low == entry.high == 1) or (entry.low, entry.high) == (0, 1):
            return None
        if entry.key is None and not entry.word and isinstance(entry.value, Ref):
            rule = self.rules.get(entry.value.name)
            if rule is not None and rule.type is None:
                return None
        return entry

    def _key(self, entry: Entry, env: Env) -> tuple[str, str | int] | None:
        """Name and key of an entry whose key is one value; None for a type of keys."""
        if entry.word:
            return entry.word, entry.word
        if entry.key is None:
            return None
        literal = self._literal(entry.key, env)
        if literal is not None and isinstance(literal.value, str):
            return literal.value, literal.value
        if literal is not None and isinstance(literal.value, int):
            name = entry.key.name if isinstance(entry.key, Ref) else ""
            if not name and isinstance(entry.value, Ref):
                name = entry.value.name
            return name or f"key_{literal.value}".replace("-", "minus_"), literal.value
        values = self._group_values(entry.key, env)
        if values is not None and len(values) == 1 and values[0][2] is None:
            return values[0][0] or str(values[0][1]), values[0][1]
        return None

    def _map(self, map_: Map, env: Env, hint: str, own: bool, doc: str) -> Shape:
        before = self.sockets
        entries = self._flat(map_.group.choices[0], env) if len(map_.group.choices) == 1 else []
        if len(entries) == 1 and entries[0][0].key is not None and self._key(*entries[0]) is None:
            table = self._table(entries[0][0], entries[0][1], hint)
            if table is not None:
                return table
        name = type_name(pascal(hint)) if own else unique(type_name(pascal(hint)), self.taken)
        self.taken.add(name)
        self.records[name] = Record(name, (), "cbor")
        if len(map_.group.choices) > 1:
            members, unknown = self._alternatives(map_.group, env, name, map_.span)
        else:
            members, unknown = self._members(entries, name)
        if self.sockets > before:
            unknown = "preserve"
        self.records[name] = Record(name, tuple(members), "cbor", (), (), unknown, doc)
        return Shape(Name(name))

    def _table(self, entry: Entry, env: Env, hint: str) -> Shape | None:
        """`{ * key => value }` as a map; None for keys that maps do not have."""
        assert entry.key is not None
        key = self._shape(entry.key, env, f"{hint}Key")
        base = _base(key.type)
        if base not in ("text", "label") and not _is_integer(base) or key.is_nullable:
            self.faults.lost(
                "A7-P221",
                f"a map with keys of the type `{print_type(key.full_type())}` is read as any map",
                entry.span,
                "use integers or texts as keys",
            )
            return Shape(ANY, (f"kind_of({SUBJECT}) == 'record'",))
        if key.tests():
            self.faults.lost(
                "A7-P220",
                "what restricts the keys of the map is not carried over",
                entry.key.span,
                "say it by a rule",
            )
        value = self._boxed(self._shape(entry.value, env, f"{hint}Value"), f"{hint}Value")
        of = Name("map", (key.type, value))
        if entry.low == 0 and entry.high is None:
            return Shape(of)
        return Shape(Run(of, entry.low or None, entry.high))

    def _members(self, entries: list[tuple[Entry, Env]], record: str) -> tuple[list[Member], str]:
        """Members of a map, and its policy for other keys."""
        members: list[Member] = []
        unknown = "reject unknown_field"
        names: dict[str, ModelType] = {}
        keys: set[str | int] = set()
        for entry, env in entries:
            if entry.word.startswith("\0"):
                group = self.choices[int(entry.word[1:])]
                more, _ = self._alternatives(group, env, record, entry.span, inside=True)
                for each in more:
                    if isinstance(each, Field):
                        keys.add(each.tag if each.tag is not None else each.name)
                        names[each.name] = each.type
                members += more
                continue
            key = self._key(entry, env)
            if key is None:
                unknown = self._others(entry, env)
                continue
            if key[1] in keys:
                self.faults.mistake(
                    "A7-P203", f"the key {key[1]!r} is there twice", entry.span, "remove one of them"
                )
                continue
            keys.add(key[1])
            name = unique(member_name(snake(key[0]) if "-" in key[0] or " " in key[0] else key[0]), names)
            shape = self._shape(entry.value, env, f"{record}{pascal(key[0])}")
            tag = None if key[1] == name else key[1]
            members += self._field(name, tag, shape, entry)
            names[name] = shape.type
        return members, unknown

    def _others(self, entry: Entry, env: Env) -> str:
        """`* tstr => any` beside named keys."""
        value = ANY if entry.key is None else self._shape(entry.value, env, "Other").full_type()
        if entry.key is None:
            self.faults.mistake("A7-P206", "an entry of a map has no key", entry.span, "write `key => value`")
        elif value != ANY:
            self.faults.lost(
                "A7-P220",
                f"other members are kept as they are; that they are `{print_type(value)}` is not looked at",
                entry.span,
                "check them by a rule about `unknown`",
            )
        else:
            key = self._shape(entry.key, env, "Key")
            if key.type != ANY and (key.type != Run(Name("label")) or key.tests()):
                self.faults.note(
                    "A7-P225", "other members are kept under any key", entry.span, "check `unknown` by a rule"
                )
        return "preserve"

    def _field(self, name: str, tag: str | int | None, shape: Shape, entry: Entry) -> list[Member]:
        optional = entry.low == 0
        default = ""
        value = "" if shape.is_nullable or optional or shape.type == ANY else shape.value
        tests = shape.tests() if not value else shape.conditions
        if shape.default:
            if optional:
                default = shape.default
            else:
                self.faults.note(
                    "A7-P224", f"`{name}` must be there, so its default says nothing", entry.span
                )
        subject = word(name)
        rules = [about(each, subject) for each in tests]
        if optional and not default:
            rules = [if_present(each, subject) for each in rules]
        doc = entry.doc or self._doc_of(entry.value)
        made = Field(name, shape.full_type(), tag, "", optional, value, default, doc)
        return [made, *(Check(each) for each in rules)]

    def _doc_of(self, type_: Type) -> str:
        """The prose of a rule that gives a type another name and leaves no declaration behind."""
        rule = self.rules.get(type_.name) if isinstance(type_, Ref) else None
        if rule is None or self.names[rule.name] in self.records or self.names[rule.name] in self.enums:
            return ""
        return rule.doc

    def _array(self, array: Array, env: Env, hint: str, own: bool, doc: str) -> Shape:
        only = self._only_item(array.group)
        if only is not None:
            shape = self._shape(only.value, env, f"{hint}Item")
            item = shape.full_type()
            tests = tuple(of_every(each) for each in shape.tests())
            if any("every" in each for each in shape.tests()) or is_deep(item):
                item, tests = self._boxed(shape, f"{hint}Item"), ()
            if isinstance(item, Name) and item.name == "map":
                item = Run(item)
            run = Run(item, only.low or None, only.high)
            return Shape(run, tests)
        entries = self._flat(array.group.choices[0], env) if len(array.group.choices) == 1 else []
        if any(entry.high is None or entry.high > 1 for entry, _ in entries):
            return self._ragged(array)
        name = type_name(pascal(hint)) if own else unique(type_name(pascal(hint)), self.taken)
        self.taken.add(name)
        self.records[name] = Record(name, (), "cbor", (("shape", "array"),))
        if len(array.group.choices) > 1:
            found = self._by_tag(array.group, env, name, {}, set())
            members = found if found is not None else None
        else:
            members = self._items(entries, name, {}, set())
        if members is None:
            del self.records[name]
            return self._ragged(array)
        self.records[name] = Record(name, tuple(members), "cbor", (("shape", "array"),), doc=doc)
        return Shape(Name(name))

    def _ragged(self, array: Array) -> Shape:
        self.faults.lost(
            "A7-P221",
            "an array with repeated or several optional parts is read as any array",
            array.span,
            "put the repeated part into an array of its own",
        )
        return Shape(ANY, (f"kind_of({SUBJECT}) == 'list'",))

    def _items(
        self, entries: list[tuple[Entry, Env]], record: str, names: dict[str, ModelType], used: set[str]
    ) -> list[Member] | None:
        """Members of an array in their order; None when optional ones stand before others.

        `names` are those of the whole record with their types, which alternatives share; `used` those of this run.
        """
        members: list[Member] = []
        is_optional = False
        for index, (entry, env) in enumerate(entries):
            if entry.word.startswith("\0"):
                group = self.choices[int(entry.word[1:])]
                more = self._by_tag(group, env, record, names, used)
                if more is None or index + 1 < len(entries) or entry.low == 0:
                    return None
                members += more
                continue
            if is_optional and entry.low > 0:
                return None
            is_optional |= entry.low == 0
            members += self._item(entry, env, record, names, used)
        return members

    def _item(
        self, entry: Entry, env: Env, record: str, names: dict[str, ModelType], used: set[str]
    ) -> list[Member]:
        key = self._key(entry, env)
        label = str(key[0]) if key else ""
        if not label and isinstance(entry.value, Ref) and entry.value.name not in (*_PRELUDE, *_WIDER, *env):
            label = entry.value.name
        wanted = member_name(snake(label) if "-" in label else label) if label else f"item_{len(used) + 1}"
        shape = self._shape(entry.value, env, f"{record}{pascal(label or wanted)}")
        type_ = shape.full_type()
        name, number = wanted, 1
        while name in used or names.get(name, type_) != type_:
            number += 1
            name = f"{wanted}_{number}"
        names[name] = type_
        used.add(name)
        return self._field(name, None, shape, entry)

    def _tagged_choices(
        self, group: Group, env: Env
    ) -> list[tuple[Literal | None, str, list[tuple[Entry, Env]]]]:
        """Each alternative with the value and the name of its first entry, and the entries behind it."""
        found: list[tuple[Literal | None, str, list[tuple[Entry, Env]]]] = []
        for entries in group.choices:
            flat = self._flat(entries, env)
            if not flat:
                found.append((None, "", []))
                continue
            first, scope = flat[0]
            literal = self._literal(first.value, scope) if first.low == first.high == 1 else None
            key = self._key(first, scope)
            found.append((literal, str(key[0]) if key else "", flat[1:]))
        return found

    def _by_tag(
        self, group: Group, env: Env, record: str, names: dict[str, ModelType], used: set[str]
    ) -> list[Member] | None:
        """`( kind: 0, … // kind: 1, … )` as a select on the first entry; None when the alternatives do not begin so."""
        choices = self._tagged_choices(group, env)
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
            members = self._items(rest, record, names, {*used, name})
            if members is None:
                return None
            case = str(literal.value) if isinstance(literal.value, int) else data(str(literal.value))
            arms.append(Arm((case,), Body(tuple(members)) if members else "empty"))
        arms.append(Arm((), "reject unknown_value"))
        return [Field(name, type_), Select(word(name), tuple(arms))]

    def _alternatives(
        self, group: Group, env: Env, record: str, span: Span, inside: bool = False
    ) -> tuple[list[Member], str]:
        """A choice of groups in a map: every member may be absent, and one alternative must be there."""
        members: list[Member] = []
        sets: list[list[str]] = []
        unknown = "reject unknown_field"
        known: dict[str | int, str] = {}
        exact = True
        for entries in group.choices:
            found, policy = self._members(self._flat(entries, env), record)
            unknown = policy if policy == "preserve" else unknown
            names = []
            for each in found:
                if isinstance(each, Field):
                    key = each.tag if each.tag is not None else each.name
                    if key in known:
                        same = next(m for m in members if isinstance(m, Field) and m.name == known[key])
                        exact = exact and same.type == each.type and not each.value
                    else:
                        name = unique(each.name, {m.name for m in members if isinstance(m, Field)})
                        known[key] = name
                        value = each.value
                        members.append(
                            replace(
                                each, name=name, tag=key if key != name else None, optional=True, value=""
                            )
                        )
                        if value:
                            members.append(Check(if_present(f"{word(name)} == {value}", word(name))))
                    if not each.optional:
                        names.append(word(known[key]))
                elif isinstance(each, Check) and each.condition.startswith("absent("):
                    members.append(each)
                else:
                    exact = False
            sets.append(names)
        if all(sets):
            one = " or ".join(f"({' and '.join(f'present({name})' for name in names)})" for names in sets)
            members.append(Check(one, "One of the alternatives is there."))
        self.faults.lost(
            "A7-P221",
            "of a choice of groups in a map, members of several may be there together"
            + ("" if exact else ", and a member that differs between them is as in the first"),
            span,
            "use a `select` on a member that tells which it is",
        )
        return members, unknown


def _base(type_: ModelType) -> str:
    """The builtin type that a type is made of: of a text with its bounds, `text`; nothing for lists."""
    if (
        isinstance(type_, Run)
        and isinstance(type_.item, Name)
        and type_.item.name in ("text", "bytes", "label")
    ):
        return type_.item.name
    if isinstance(type_, Run) and isinstance(type_.item, Name) and type_.item.name == "map":
        return "map"
    return type_.name if isinstance(type_, Name) else ""


def _is_integer(base: str) -> bool:
    return base == "integer" or (base[:1] in ("u", "i") and base[1:].isdigit())


def _is_whole(shape: Shape, widest: bool = False) -> bool:
    """Whether a shape is `uint` or `int` without a restriction."""
    names = ("integer",) if widest else ("integer", "u64")
    return isinstance(shape.type, Name) and shape.type.name in names and not shape.tests()


def _limits(base: str, shape: Shape) -> tuple[int, int]:
    """The range of a shape of integers, from its type and its own tests."""
    if shape.value:
        return int(shape.value), int(shape.value)
    if base == "integer":
        low, high = -(1 << 64), (1 << 64) - 1
    else:
        bits = int(base[1:])
        low, high = (0, (1 << bits) - 1) if base[0] == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)
    for test in shape.conditions:
        sign, _, limit = test.removeprefix(f"{SUBJECT} ").partition(" ")
        if sign == ">=" and limit.lstrip("-").isdigit():
            low = max(low, int(limit))
        elif sign == "<=" and limit.lstrip("-").isdigit():
            high = min(high, int(limit))
    return low, high


def _size_test(shape: Shape) -> str:
    run = shape.type
    if not isinstance(run, Run) or _base(run) != "bytes" or (run.low is None and run.high is None):
        return "true"
    if run.low == run.high:
        return f"length({SUBJECT}) == {run.low}"
    return (
        f"length({SUBJECT}) in {run.low or 0}..{run.high}"
        if run.high is not None
        else f"length({SUBJECT}) >= {run.low}"
    )


def _overlap(low: int | str, high: int | str, other_low: int | str, other_high: int | str) -> bool:
    if (
        isinstance(low, int)
        and isinstance(high, int)
        and isinstance(other_low, int)
        and isinstance(other_high, int)
    ):
        return low <= other_high and other_low <= high
    return low == other_low


def _spelled(type_: Type) -> str:
    match type_:
        case Ref(name):
            return name
        case Literal(value):
            return str(value)
    return "x"


def _key(ref: Ref, env: Env) -> str:
    """What tells instances of a generic rule apart."""
    return ", ".join(_written(each, env, 0) for each in ref.args)


def _written(type_: Type, env: Env, depth: int) -> str:
    if isinstance(type_, Ref) and type_.name in env and depth < 20:
        return _written(env[type_.name][0], env[type_.name][1], depth + 1)
    return (
        f"{type_.span.start}-{type_.span.end}"
        if not isinstance(type_, Ref)
        else type_.name + "".join(f"<{_written(each, env, depth + 1)}>" for each in type_.args if depth < 20)
    )
