"""Declarations of the TLS presentation language → the model: names looked up, bounds and choices given their form."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from art7.codegen.imports.faults import Faults
from art7.codegen.imports.model import (
    Arm,
    Body,
    Const,
    Enum,
    Field,
    Item,
    Module,
    Name,
    Record,
    Rule,
    Run,
    Select,
    Type,
)
from art7.codegen.imports.model import Member as ModelMember
from art7.codegen.imports.outer import Outer
from art7.codegen.imports.printer import print_type, qualified
from art7.codegen.imports.spelling import member_name, snake, type_name, unique, word
from art7.codegen.imports.tls.syntax import (
    Alias,
    Bound,
    Case,
    Choice,
    Constant,
    Declaration,
    Enumeration,
    Member,
    Part,
    Struct,
    Vector,
)
from art7.grammar.diagnostics import Span

_NUMBERS = {"uint8": "u8", "uint16": "u16", "uint24": "u24", "uint32": "u32", "uint64": "u64"}
_WIDTHS = {1: "u8", 2: "u16", 3: "u24", 4: "u32"}
_TAGS = tuple(Name(each) for each in _NUMBERS.values())
_REJECT = "reject unknown_value"
_DEPTH = 40


@dataclass(slots=True)
class _Scope:
    """What is known inside one struct: its members so far, its parameters, its kind of vectors."""

    name: str
    is_variable: bool
    members: dict[str, Type] = field(default_factory=dict)
    enums: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    """The names of the source that this level of the struct has so far."""


@dataclass(frozen=True, slots=True)
class _Values:
    """An enum, here or elsewhere: how it is spelled, and its members by their name in the source."""

    name: str
    members: dict[str, str]


def lower(declarations: list[Declaration], name: str, outer: Outer, faults: Faults, start: Span) -> Module:
    """Return the model of all declarations; `start` is the place of what concerns the whole text."""
    return _Lowering(declarations, name, outer, faults, start).module()


class _Lowering:
    def __init__(
        self, declarations: list[Declaration], name: str, outer: Outer, faults: Faults, start: Span
    ) -> None:
        self.name = name
        self.outer = outer
        self.faults = faults
        self.start = start
        self.known: dict[str, Declaration] = {}
        for each in declarations:
            if each.name in self.known:
                self.faults.mistake(
                    "A7-P203", f"`{each.name}` is declared twice", each.span, "rename one of them"
                )
            else:
                self.known[each.name] = each
        self.names: dict[str, str] = {}
        for name_ in self.known:
            self.names[name_] = unique(type_name(name_), set(self.names.values()))
        self.enums = {n: self._values(n, d) for n, d in self.known.items() if isinstance(d, Enumeration)}
        self.records: dict[str, Record] = {}
        self.going: list[str] = []
        self.used: set[str] = set()
        self.missing: dict[str, Record] = {}

    def module(self) -> Module:
        made: list[Const | Enum | Record] = []
        for name, declaration in self.known.items():
            match declaration:
                case Enumeration():
                    made.append(self._enum(declaration))
                case Struct():
                    self._record(name)
                case Constant():
                    made += self._const(declaration)
                case Alias():
                    pass
        for name, declaration in self.known.items():
            if isinstance(declaration, Alias) and name not in self.used:
                self._record(name)
        records = [
            Record(
                r.name, r.members, r.encoding, r.options, r.params, r.unknown, r.doc, name not in self.used
            )
            for name, r in self.records.items()
        ]
        doc = "Imported from a text in the TLS presentation language."
        if any(record.is_message for record in records):
            self.faults.note(
                "A7-P225",
                "messages have no limits in the source; they are given 1 MiB and a depth of 32",
                self.start,
                "set `limit size` and `limit depth` to those of your service",
            )
        return Module(
            self.name, (*made, *records, *self.missing.values()), tuple(sorted(self.outer.used)), doc
        )

    # ---- values ----

    def _values(self, name: str, declaration: Enumeration) -> _Values:
        members: dict[str, str] = {}
        for value in declaration.values:
            members.setdefault(value.name, unique(member_name(value.name), set(members.values())))
        return _Values(word(self.names[name]), members)

    def _enum(self, declaration: Enumeration) -> Enum:
        spelled = self.enums[declaration.name].members
        items: list[Item] = []
        seen: set[str] = set()
        taken: list[tuple[int, int]] = []
        for value in declaration.values:
            if value.name in seen:
                self.faults.mistake(
                    "A7-P203",
                    f"`{value.name}` is there twice in `{declaration.name}`",
                    value.span,
                    "remove one",
                )
                continue
            seen.add(value.name)
            if value.low < 0:
                continue
            if any(low <= value.high and value.low <= high for low, high in taken):
                self.faults.mistake(
                    "A7-P203",
                    f"another value of `{declaration.name}` has the number of `{value.name}`",
                    value.span,
                    "give it another number",
                )
                continue
            taken.append((value.low, value.high))
            high = value.high if value.high != value.low else None
            items.append(Item(spelled[value.name], value.low, high, value.doc))
        octets = max(1, (declaration.largest.bit_length() + 7) // 8)
        if octets > 4:
            self.faults.mistake(
                "A7-P202",
                f"the values of `{declaration.name}` need {octets} octets",
                declaration.span,
                "an enum has at most 4 (RFC 8446 §3.5)",
            )
            octets = 4
        if not items:
            items = [Item("none", 0)]
        return Enum(self.names[declaration.name], _WIDTHS[octets], tuple(items), doc=declaration.doc)

    def _const(self, constant: Constant) -> list[Const]:
        base = _NUMBERS.get(constant.type)
        if base is None:
            self.faults.lost(
                "A7-P222",
                f"the constant `{constant.name}` is of the type `{constant.type}`",
                constant.span,
                "write it where it is used",
            )
            return []
        return [Const(self.names[constant.name], base, str(constant.value), constant.doc)]

    # ---- records ----

    def _record(self, name: str) -> Record | None:
        """The record of a struct (or of an alias that nothing mentions); None while it is being made."""
        if name in self.records:
            return self.records[name]
        if name in self.going or len(self.going) > _DEPTH:
            return None
        declaration = self.known[name]
        self.going.append(name)
        if isinstance(declaration, Alias):
            one = declaration.member
            parts: tuple[Part, ...] = (
                Member(one.type, "value", one.vector, one.value, one.is_optional, "", one.span, one.body),
            )
            doc = one.doc
        else:
            assert isinstance(declaration, Struct)
            parts, doc = declaration.parts, declaration.doc
        scope = _Scope(name, self._is_variable(parts))
        members = tuple(self._members(parts, scope))
        vector = "varint" if scope.is_variable else "fixed"
        record = Record(
            self.names[name], members, "tls", (("vector", vector),), tuple(scope.params.items()), "", doc
        )
        self.going.pop()
        self.records[name] = record
        return record

    def _is_variable(self, parts: tuple[Part, ...]) -> bool:
        for part in parts:
            if isinstance(part, Choice):
                if any(self._is_variable(case.members) for case in part.cases):
                    return True
            elif part.body is not None and self._is_variable(part.body):
                return True
            else:
                vector, type_ = part.vector, part.type
                for _ in range(_DEPTH):
                    if vector is not None and vector.is_variable:
                        return True
                    alias = self.known.get(type_)
                    if not isinstance(alias, Alias):
                        break
                    vector, type_ = alias.member.vector, alias.member.type
        return False

    def _members(self, parts: tuple[Part, ...], scope: _Scope) -> list[ModelMember]:
        found: list[ModelMember] = []
        for part in parts:
            if isinstance(part, Choice):
                found += self._choice(part, scope)
            elif part.body is not None and not part.name:
                found += self._members(part.body, scope)
            else:
                found += self._field(part, scope)
        return found

    def _field(self, part: Member, scope: _Scope, name: str = "") -> list[ModelMember]:
        rules: list[ModelMember] = []
        spelled = member_name(name or part.name or snake(part.type))
        is_twice = self._tell_twice(part, scope)
        if part.body is not None:
            outer, scope.here = scope.here, set()
            type_: Type = Body(tuple(self._members(part.body, scope)))
            scope.here = outer
        else:
            type_ = self._type(part, spelled, scope, rules)
        before = scope.members.get(spelled)
        if before is not None and (is_twice or print_type(before) != print_type(type_)):
            again = unique(spelled, scope.members)
            self.faults.note(
                "A7-P225",
                f"another member is called `{spelled}`; this one is `{again}`",
                part.span,
                "names are not on the wire",
            )
            spelled = again
        scope.members[spelled] = type_
        scope.spelled[part.name or spelled] = spelled
        enum = self._enum_of(part.type)
        if enum is not None and part.vector is None and not part.is_optional:
            scope.enums[spelled] = part.type
        if part.is_optional:
            type_ = Name("optional", (type_,))
        return [Field(spelled, type_, value=self._constant(part), doc=part.doc), *rules]

    def _tell_twice(self, part: Member, scope: _Scope) -> bool:
        """Report a name that this level of the struct has already; whether it has."""
        is_twice = bool(part.name) and part.name in scope.here
        if is_twice:
            self.faults.mistake(
                "A7-P203", f"`{part.name}` is there twice in `{scope.name}`", part.span, "rename one of them"
            )
        scope.here.add(part.name)
        return is_twice

    def _constant(self, part: Member) -> str:
        if part.value is None:
            return ""
        if isinstance(part.value, int):
            enum = self.known.get(part.type)
            if isinstance(enum, Enumeration):
                for value in enum.values:
                    if value.low == part.value == value.high:
                        return (
                            f"{self.enums[part.type].name}.{word(self.enums[part.type].members[value.name])}"
                        )
            return str(part.value)
        enum_values = self._enum_of(part.type)
        if enum_values is not None and part.value in enum_values.members:
            return f"{enum_values.name}.{word(enum_values.members[part.value])}"
        number = self._number(part.value)
        if number is None:
            self.faults.mistake(
                "A7-P204",
                f"`{part.value}` is neither a value of `{part.type}` nor a constant",
                part.span,
                "declare it, or write a number",
            )
            return ""
        return str(number)

    def _number(self, name: Bound) -> int | None:
        if isinstance(name, int):
            return name
        constant = self.known.get(name)
        return constant.value if isinstance(constant, Constant) else None

    # ---- types ----

    def _type(self, part: Member, name: str, scope: _Scope, rules: list[ModelMember], depth: int = 0) -> Type:
        vector = part.vector
        if part.type in ("opaque", "char") and part.type not in self.known:
            if vector is None:
                self.faults.mistake(
                    "A7-P206",
                    f"`{part.name}` is of type `{part.type}` without a size, which is one octet",
                    part.span,
                    "write `opaque name<V>`, `<a..b>` or `[n]`",
                )
                return Run(Name("bytes"), 1, 1)
            return self._run(Name("bytes"), vector, name, scope, rules, part.span, is_octets=True)
        item = self._item(part, scope, rules, name, depth)
        if vector is None:
            return item
        return self._run(item, vector, name, scope, rules, part.span, is_octets=item == Name("u8"))

    def _item(self, part: Member, scope: _Scope, rules: list[ModelMember], name: str, depth: int) -> Type:
        declared = self.known.get(part.type)
        if declared is None and part.type in _NUMBERS:
            return Name(_NUMBERS[part.type])
        if isinstance(declared, Alias):
            if depth > _DEPTH:
                self.faults.mistake(
                    "A7-P206", f"`{part.type}` is defined by itself", part.span, "define it otherwise"
                )
                return self._missing(part.type, part.span, "")
            self.used.add(part.type)
            inner = declared.member
            type_ = self._type(inner, name, scope, rules, depth + 1)
            return Name("optional", (type_,)) if inner.is_optional else type_
        if isinstance(declared, Enumeration):
            return Name(self.names[part.type])
        if isinstance(declared, Struct):
            return self._struct(part.type, scope)
        outside = self.outer.find(part.type)
        if outside is not None:
            return Name(outside.name)
        return self._missing(part.type, part.span, scope.name)

    def _struct(self, name: str, scope: _Scope) -> Type:
        if name != scope.name:
            self.used.add(name)
        record = self._record(name)
        given: list[str] = []
        for param, type_ in record.params if record else ():
            if param not in scope.members:
                scope.params[param] = type_
            given.append(f"{word(param)}: {word(param)}")
        return Name(self.names[name], given=", ".join(given))

    def _missing(self, name: str, span: Span, inside: str) -> Type:
        """A struct that refuses every message: nothing says how what is not declared looks."""
        near = get_close_matches(name, [*self.known, *_NUMBERS, "opaque"], 1, 0.8)
        hint = f"did you mean `{near[0]}`? " if near else ""
        self.faults.mistake(
            "A7-P204",
            f"nothing declares the type `{name}`; a message that reaches it is refused",
            span,
            f"{hint}declare it, or name the module that does with `--use`",
        )
        spelled = unique(type_name(name), set(self.names.values())) if name in self.names else type_name(name)
        if spelled in self.names.values():
            spelled = unique(spelled, set(self.names.values()))
        rule = Rule("false", f"The source does not say what `{name}` is.")
        self.missing[name] = Record(
            spelled, (Field("undeclared", Name("u8")), rule), "tls", (("vector", "fixed"),)
        )
        return Name(spelled)

    def _run(
        self,
        item: Type,
        vector: Vector,
        name: str,
        scope: _Scope,
        rules: list[ModelMember],
        span: Span,
        *,
        is_octets: bool,
    ) -> Type:
        if vector.is_variable:
            return Run(item)
        low, high = self._number(vector.low), self._number(vector.high)
        if vector.is_fixed:
            if high is not None:
                return Run(item, high, high, in_octets=not is_octets)
            return Run(item, in_octets=not is_octets, exactly=self._measure(vector.high, scope, span))
        if low is None or high is None:
            self.faults.mistake(
                "A7-P204",
                f"`{vector.high if high is None else vector.low}` is no number",
                span,
                "declare it as a constant, or write the number",
            )
            low, high = low or 0, high or 0xFFFF
        if scope.is_variable:
            if low:
                rules.append(Rule(f"octets({word(name)}) >= {low}"))
            return Run(item, None, high, prefix=_WIDTHS.get((high.bit_length() + 7) // 8, "u32"))
        return Run(item, low, high, in_octets=not is_octets)

    def _measure(self, bound: Bound, scope: _Scope, span: Span) -> str:
        """A size that is a member before, else a parameter: `verify_data[Hash.length]`."""
        assert isinstance(bound, str)
        spelled = scope.spelled.get(bound)
        if spelled is not None:
            return word(spelled)
        param = member_name(snake(bound))
        if param not in scope.params:
            scope.params[param] = "u16"
            self.faults.note(
                "A7-P225",
                f"the size `{bound}` is no member of `{scope.name}`; it is the parameter `{param}`",
                span,
                "hand it in when decoding and encoding",
            )
        return word(param)

    # ---- choices ----

    def _enum_of(self, type_: str) -> _Values | None:
        """The enum that a type is, through other names of it."""
        for _ in range(_DEPTH):
            declared = self.known.get(type_)
            if not isinstance(declared, Alias) or declared.member.vector is not None:
                break
            type_ = declared.member.type
        if type_ in self.enums:
            return self.enums[type_]
        if type_ in self.known:
            return None
        outside = self.outer.find(type_)
        if outside is None or outside.members is None:
            return None
        return _Values(qualified(outside.name), {each: each for each in outside.members})

    def _choice(self, choice: Choice, scope: _Scope) -> list[ModelMember]:
        on, values = self._tag(choice, scope)
        if not on:
            return []
        arms: list[Arm] = []
        covered: set[str] = set()
        otherwise: Arm | None = None
        for case in choice.cases:
            cases = tuple(self._labels(case, values, covered))
            if not case.labels:
                otherwise = Arm((), self._target(case, scope))
            elif cases:
                arms.append(Arm(cases, self._target(case, scope)))
        rest = [spelled for name, spelled in values.members.items() if name not in covered] if values else []
        if otherwise is None:
            if rest and arms:
                arms.append(Arm(tuple(word(each) for each in rest), "empty"))
            otherwise = Arm((), _REJECT if arms else "empty")
        select = Select(on, (*arms, otherwise))
        if choice.name:
            return [Field(unique(member_name(choice.name), scope.members), select)]
        return [select]

    def _labels(self, case: Case, values: _Values | None, covered: set[str]) -> list[str]:
        found: list[str] = []
        for label, span in case.labels:
            if label[0].isdigit():
                found.append(str(int(label, 0)))
            elif values is not None and label in values.members:
                if label in covered:
                    self.faults.mistake(
                        "A7-P203", f"`{label}` has a case already", span, "remove one of them"
                    )
                    continue
                found.append(word(values.members[label]))
            else:
                near = get_close_matches(label, list(values.members) if values else [], 1)
                choices = ", ".join(f"`{each}`" for each in list(values.members)[:8]) if values else ""
                others = (
                    f"name one of {choices}, or declare it in the enum"
                    if choices
                    else "declare it in an enum"
                )
                self.faults.mistake(
                    "A7-P204",
                    f"`{label}` is no value of {f'`{values.name}`' if values else 'any enum'}; "
                    "its case is left out",
                    span,
                    f"did you mean `{near[0]}`?" if near else others,
                )
            covered.add(label)
        return found

    def _target(self, case: Case, scope: _Scope) -> Body | Field | str:
        before = set(scope.enums), set(scope.spelled)
        outer, scope.here = scope.here, set(scope.here)
        members: list[ModelMember] = []
        for part in case.members:
            if isinstance(part, Member) and part.body is None and not part.name:
                members += self._field(
                    part, scope, name=snake(case.labels[0][0]) if case.labels else snake(part.type)
                )
            else:
                members += self._members((part,), scope)
        scope.enums = {name: enum for name, enum in scope.enums.items() if name in before[0]}
        scope.spelled = {name: spelled for name, spelled in scope.spelled.items() if name in before[1]}
        scope.here = outer
        return Body(tuple(members)) if members else "empty"

    def _tag(self, choice: Choice, scope: _Scope) -> tuple[str, _Values | None]:
        """What a `select` looks at: a member, a member of a member, else a parameter that the reader is handed."""
        labels = {label for case in choice.cases for label, _ in case.labels if not label[0].isdigit()}
        path = choice.path[1:] if choice.path[0] == scope.name else choice.path
        if len(path) == 1 and path[0] in scope.spelled:
            spelled = scope.spelled[path[0]]
            if spelled in scope.enums:
                return word(spelled), self._enum_of(scope.enums[spelled])
            if scope.members[spelled] in _TAGS:
                return ("" if self._tell_number(choice, labels, scope) else word(spelled)), None
            message = (
                f"`{path[0]}` is neither an enum nor a number; the members that depend on it are left out"
            )
            self.faults.lost("A7-P222", message, choice.span, "select by an enum")
            return "", None
        inner = self._inner(path, scope)
        if inner is not None:
            return inner
        near = [name for name, enum in scope.enums.items() if self._shared(labels, enum) * 2 > len(labels)]
        if len(near) == 1:
            self.faults.mistake(
                "A7-P204",
                f"`{'.'.join(path)}` is no member of `{scope.name}`; `{near[0]}`, which has these "
                "values, is taken",
                choice.span,
                f"write `select ({near[0]})`",
            )
            return word(near[0]), self._enum_of(scope.enums[near[0]])
        return self._param(choice, labels, scope)

    def _shared(self, labels: set[str], enum: str) -> int:
        """How many of the names of cases are values of an enum."""
        values = self._enum_of(enum)
        return len(labels & set(values.members)) if values else 0

    def _tell_number(self, choice: Choice, labels: set[str], scope: _Scope) -> bool:
        """Report a `select` by a number whose cases are names alone; whether it is one."""
        if not labels or any(label[0].isdigit() for case in choice.cases for label, _ in case.labels):
            return False
        enums = [name for name, values in self.enums.items() if labels <= set(values.members)]
        member = ".".join(choice.path)
        self.faults.mistake(
            "A7-P204",
            f"`{member}` of `{scope.name}` is a number, and `{min(labels)}` is none; its cases are left out",
            choice.span,
            f"give `{member}` the type `{enums[0]}`" if len(enums) == 1 else "select by a member of an enum",
        )
        return True

    def _inner(self, path: tuple[str, ...], scope: _Scope) -> tuple[str, _Values | None] | None:
        """A path through structs of the source, each step a member outside of any choice."""
        type_ = scope.members.get(scope.spelled.get(path[0], ""))
        if len(path) < 2 or not isinstance(type_, Name):
            return None
        spelled = [word(scope.spelled[path[0]])]
        outside = self.outer.enum_of(type_.name.replace("`", ""), path[1]) if len(path) == 2 else None
        if outside is not None:
            members = {each: each for each in outside.members or ()}
            return f"{spelled[0]}.{word(path[1])}", _Values(qualified(outside.name), members)
        at = next((name for name, own in self.names.items() if own == type_.name), "")
        for index, step in enumerate(path[1:], 1):
            struct = self.known.get(at)
            if not isinstance(struct, Struct):
                return None
            member = next((p for p in struct.parts if isinstance(p, Member) and p.name == step), None)
            if member is None or member.vector is not None or member.is_optional:
                return None
            spelled.append(word(member_name(step)))
            at = member.type
            if index == len(path) - 1:
                values = self._enum_of(at)
                return (".".join(spelled), values) if values is not None or at in _NUMBERS else None
        return None

    def _tell_param(self, choice: Choice, scope: _Scope, taken: str) -> None:
        """A value of the connection (`Handshake.msg_type`, `KeyExchangeAlgorithm`) is known; another name is a mistake."""
        path, first = ".".join(choice.path), choice.path[0]
        message = f"`{path}` is no member of `{scope.name}`; {taken}"
        if first in self.known or first[0].isupper():
            self.faults.note("A7-P225", message, choice.span, "hand it in when decoding and encoding")
            return
        near = get_close_matches(first, scope.spelled, 1)
        hint = f"did you mean `{near[0]}`? " if near else ""
        self.faults.mistake(
            "A7-P204",
            message,
            choice.span,
            f"{hint}declare the member before the `select`, or hand the parameter in when decoding and encoding",
        )

    def _param(self, choice: Choice, labels: set[str], scope: _Scope) -> tuple[str, _Values | None]:
        spelled = member_name(snake(choice.path[-1]))
        found = [values for values in self.enums.values() if labels and labels <= set(values.members)]
        named = [v for v in found if v.name.replace("_", "").lower() == spelled.replace("_", "")]
        if not found:
            found = [
                _Values(qualified(each.name), {member: member for member in each.members or ()})
                for each in self.outer.enums()
                if labels and labels <= set(each.members or ())
            ]
        flat = spelled.replace("_", "")
        best = named or (
            found if len(found) == 1 else [v for v in found if v.name.rpartition(".")[2].lower() == flat]
        )
        if len(best) != 1:
            self.faults.lost(
                "A7-P222",
                f"`select ({'.'.join(choice.path)})` looks at what is no member of `{scope.name}`, and its "
                f"cases are values of {'several enums' if found else 'no enum'}; its members are left out",
                choice.span,
                "name a member, or declare the values in one enum",
            )
            return "", None
        values = best[0]
        for outside in self.outer.enums():
            if qualified(outside.name) == values.name:
                self.outer.use(outside)
        if spelled not in scope.params:
            self._tell_param(choice, scope, f"it is the parameter `{spelled}: {values.name}`")
            scope.params[spelled] = values.name.replace("`", "")
        return word(spelled), values
