"""Expressions: names resolved, kinds checked, calls put into signature order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.faults import escaped
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.builtins import FUNCTIONS, Function
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.module import Enum, EnumMember
from art7.grammar.passes import simplify
from art7.grammar.passes.kinds import BAD, WORDS, Typed, bare, fits
from art7.grammar.passes.scopes import did_you_mean
from art7.grammar.passes.worlds import Nowhere, Place, World

INTEGER_BITS = 128
"""Most bits of a written integer."""

SHIFT_BITS = 1024
WORDS_OF_PLACE = ("remaining", "end", "index")
"""Words that speak of where reading stands; fields of that name come before them."""

EXPANSIONS = 2_000
"""Calls of functions that one expression may unfold into."""


class Expressions:
    """Turns syntax into expressions at one place."""

    def __init__(self, world: World, place: Place) -> None:
        self.world = world
        self.place = place
        self.locals: dict[str, Typed] = {}
        self.sources: dict[str, tuple[Expr, s.Shape | None]] = {}
        self.expansions = 0
        self.depth = 0

    # ---- entrances ----

    def of_kind(self, node: t.Expr, *kinds: Kind, hint: s.Shape | None = None) -> Expr:
        """Return the expression, which must yield one of `kinds`."""
        expr, shape = self.typed(node, hint)
        kind = expr.kind
        if fits(kind, *kinds):
            self._check_enum(expr, bare(shape), bare(hint), node.span)
            return expr
        coerced = self._coerce(expr, kinds)
        if coerced is not None:
            return coerced
        wanted = " or ".join(WORDS[k] for k in kinds)
        self.error("A7-T001", f"expected {wanted}, found {WORDS[kind]}", node.span)
        return BAD[0]

    def _check_enum(self, expr: Expr, found: s.Shape | None, wanted: s.Shape | None, span: Span) -> None:
        """A member of one enum is no value of another, even where the numbers agree."""
        if (
            isinstance(expr, Literal)
            and isinstance(found, s.Enumeration)
            and isinstance(wanted, s.Enumeration)
        ):
            if found.name != wanted.name:
                message = f"expected a value of `{wanted.name}`, found one of `{found.name}`"
                self.error("A7-T001", message, span, "name a member of the right enum")

    def truth(self, node: t.Expr) -> Expr:
        """Return a condition."""
        return self.of_kind(node, Kind.BOOL)

    def integer(self, node: t.Expr) -> Expr:
        """Return an integer."""
        return self.of_kind(node, Kind.INT)

    def typed(self, node: t.Expr, hint: s.Shape | None = None) -> Typed:
        """Return the expression and its shape; `hint` is the shape it is compared with or assigned to."""
        return _HANDLERS[type(node)](self, node, hint)

    def error(self, code: str, message: str, span: Span, help: str | None = None) -> Typed:
        """Report, and stand for the expression."""
        self.world.findings.add(code, message, span, help)
        return BAD

    @staticmethod
    def _coerce(expr: Expr, kinds: tuple[Kind, ...]) -> Expr | None:
        """Read a text literal as octets where octets are expected."""
        if Kind.BYTES in kinds and isinstance(expr, Literal) and isinstance(expr.value, str):
            return Literal(expr.value.encode("utf-8", "surrogatepass"), Kind.BYTES)
        return None

    # ---- atoms ----

    def _int(self, node: t.Int, hint: s.Shape | None) -> Typed:
        if node.value.bit_length() > INTEGER_BITS:
            message = f"an integer of {node.value.bit_length()} bits"
            return self.error("A7-T002", message, node.span, f"write at most {INTEGER_BITS} bits")
        return Literal(node.value, Kind.INT), s.Integer(node.value, node.value)

    def _duration(self, node: t.Duration, hint: s.Shape | None) -> Typed:
        return Literal(node.milliseconds // 1000, Kind.INT), None

    def _version(self, node: t.Version, hint: s.Shape | None) -> Typed:
        return self.error(
            "A7-T003", f"`{node.text}` is a version, not a value", node.span, "write it in quotes"
        )

    def _chars(self, node: t.Chars, hint: s.Shape | None) -> Typed:
        target = bare(hint)
        if isinstance(target, s.Octets):
            return Literal(node.value.encode("utf-8", "surrogatepass"), Kind.BYTES), None
        if isinstance(target, s.Enumeration):
            enum = self.world.enum(target.name)
            if enum is not None and not enum.text:
                return self.error(
                    "A7-T001", "expected an integer, found a text", node.span, "name the member"
                )
            if enum is not None and not enum.open and all(m.low != node.value for m in enum.members):
                return self._no_value(enum, node.value, node.span)
        return Literal(node.value, Kind.TEXT), s.Text()

    def _hex(self, node: t.Hex, hint: s.Shape | None) -> Typed:
        return Literal(node.value, Kind.BYTES), s.Octets(len(node.value), len(node.value))

    def _bool(self, node: t.Bool, hint: s.Shape | None) -> Typed:
        return Literal(node.value, Kind.BOOL), s.Boolean()

    def _null(self, node: t.Null, hint: s.Shape | None) -> Typed:
        return Literal(None, Kind.NULL), None

    def _name(self, node: t.NameRef, hint: s.Shape | None) -> Typed:
        name = node.name
        target = bare(hint)
        if isinstance(target, s.Enumeration):
            member = self._member(target.name, name)
            if member is not None and member.low == member.high:
                return self._literal(member), target
        found = self.locals.get(name) or self.place.find(name, node.span)
        if found is not None:
            return found
        if name in WORDS_OF_PLACE and self._positional(name, node.span):
            return e.Position(name), s.Integer(0, (1 << 32) - 1)
        constant = self.world.value((name,))
        if constant is not None:
            return constant
        if name in WORDS_OF_PLACE:
            return BAD
        known = [*self.place.names(), *self.locals]
        advice = did_you_mean(name, known, "declare it, or write it in quotes if it is data")
        if isinstance(target, s.Enumeration):
            enum = self.world.enum(target.name)
            if enum is not None:
                return self._no_member(enum, name, node.span)
        return self.error("A7-N010", f"unknown name `{name}`", node.span, advice)

    def _no_member(self, enum: Enum, name: str, span: Span) -> Typed:
        advice = did_you_mean(name, (m.name for m in enum.members), "name one of its members")
        return self.error("A7-N011", f"`{enum.name}` has no member `{name}`", span, advice)

    def _no_value(self, enum: Enum, value: str, span: Span) -> Typed:
        if any(each.name == value for each in enum.members):
            advice = f"that is the name of a member: write `{value}` without quotes"
        else:
            values = (str(each.low) for each in enum.members)
            advice = did_you_mean(value, values, "take the value of one of its members")
        return self.error("A7-N011", f"`{enum.name}` has no value `{escaped(value)}`", span, advice)

    def _positional(self, word: str, span: Span) -> bool:
        if not self.place.positional:
            self.error("A7-T004", f"`{word}` speaks of octets, and there are none here", span)
        return self.place.positional

    def _member(self, enum_name: str, name: str) -> EnumMember | None:
        enum = self.world.enum(enum_name)
        return self.world.member(enum, name) if enum is not None else None

    @staticmethod
    def _literal(member: EnumMember) -> Literal:
        return Literal(member.low, Kind.TEXT if isinstance(member.low, str) else Kind.INT)

    # ---- members and items ----

    def _attr(self, node: t.Attr, hint: s.Shape | None) -> Typed:
        parts = parts_of(node)
        if parts is not None and parts[0] not in self.locals:
            qualified = self._qualified(parts, node, hint)
            if qualified is not None:
                return qualified
        base, shape = self.typed(node.base)
        name = node.name.text
        target = bare(shape)
        if isinstance(target, s.RecordOf):
            member = self.world.member_shape(target.name, name)
            if member is None:
                known = self.world.member_names(target.name)
                advice = did_you_mean(name, known, "name one of its members")
                return self.error(
                    "A7-N012", f"`{target.name}` has no member `{name}`", node.name.span, advice
                )
            return e.Attribute(base, name, self.world.kind(member)), member
        if base.kind in (Kind.ANY, Kind.RECORD, Kind.MAP):
            return e.Attribute(base, name, Kind.ANY), None
        return self.error("A7-T005", f"{WORDS[base.kind]} has no members", node.name.span)

    def _qualified(self, parts: tuple[str, ...], node: t.Attr, hint: s.Shape | None) -> Typed | None:
        """Return `Enum.member` or `module.constant`, unless the first part is a name of this place."""
        if self.place.find(parts[0], node.span) is not None:
            return None
        enum = self.world.enum_named(parts[:-1])
        if enum is not None:
            member = self.world.member(enum, parts[-1])
            if member is None:
                return self._no_member(enum, parts[-1], node.name.span)
            if member.low != member.high:
                message = f"`{parts[-1]}` is a range, not a value"
                return self.error("A7-T006", message, node.span, "write `x in " + ".".join(parts) + "`")
            return self._literal(member), s.Enumeration(enum.name)
        return self.world.value(parts)

    def _index(self, node: t.Index, hint: s.Shape | None) -> Typed:
        base, shape = self.typed(node.base)
        found = bare(shape)
        if isinstance(found, s.Mapping) and isinstance(bare(found.key), s.Text):
            # A key that is not there gives null.
            key = self.of_kind(node.index, Kind.TEXT)
            return e.Element(base, key, self.world.kind(found.value)), found.value
        position = self.integer(node.index)
        if not fits(base.kind, Kind.LIST, Kind.BYTES):
            return self.error(
                "A7-T001", f"expected a list or octets, found {WORDS[base.kind]}", node.base.span
            )
        item = _item_of(shape)
        kind = Kind.INT if base.kind is Kind.BYTES else self.world.kind(item)
        return e.Element(base, position, kind), item

    # ---- operators ----

    def _unary(self, node: t.Unary, hint: s.Shape | None) -> Typed:
        if node.op == "not":
            return simplify.negate(self.truth(node.operand)), s.Boolean()
        operand = self.integer(node.operand)
        if isinstance(operand, Literal) and type(operand.value) is int:
            value = -operand.value if node.op == "-" else ~operand.value
            return Literal(value, Kind.INT), s.Integer(value, value)
        return e.Unary(node.op, operand, Kind.INT), None

    def _binary(self, node: t.Binary, hint: s.Shape | None) -> Typed:
        # A chain of one operator leans left: unrolled, so that its length is no depth.
        chain: list[t.Binary] = []
        first: t.Expr = node
        while isinstance(first, t.Binary):
            chain.append(first)
            first = first.left
        result: Typed | None = None
        for link in reversed(chain):
            result = self._operate(link, result)
        assert result is not None, "a binary node has at least one link"
        return result

    def _operate(self, node: t.Binary, left: Typed | None) -> Typed:
        op = node.op
        if op in ("and", "or"):
            one = self._checked(node.left, left, (Kind.BOOL,))
            return simplify.binary(op, one, self.truth(node.right), Kind.BOOL), s.Boolean()
        if op in ("==", "!=", "<", "<=", ">", ">="):
            return self._compare(node, left)
        if op == "++":
            return self._join(node, left)
        if op in ("^", "&", "|"):
            return self._bitwise(node, left)
        one = self._checked(node.left, left, (Kind.INT,))
        two = self.integer(node.right)
        if op in ("<<", ">>") and not self._shift(two, node.right):
            return BAD
        return simplify.binary(op, one, two, Kind.INT), None

    def _checked(self, node: t.Expr, given: Typed | None, kinds: tuple[Kind, ...]) -> Expr:
        if given is None:
            return self.of_kind(node, *kinds)
        if fits(given[0].kind, *kinds):
            return given[0]
        wanted = " or ".join(WORDS[k] for k in kinds)
        self.error("A7-T001", f"expected {wanted}, found {WORDS[given[0].kind]}", node.span)
        return BAD[0]

    def _shift(self, amount: Expr, node: t.Expr) -> bool:
        most = _upper_bound(amount, self.world, self.place)
        if most is not None and most <= SHIFT_BITS:
            return True
        advice = f"shift by at most {SHIFT_BITS} bits, for example `% 64`"
        self.error("A7-T007", "a shift without a small bound", node.span, advice)
        return False

    def _bitwise(self, node: t.Binary, left: Typed | None) -> Typed:
        one = left if left is not None else self.typed(node.left)
        two = self.typed(node.right)
        if Kind.BYTES in (one[0].kind, two[0].kind) and node.op == "^":
            kinds: tuple[Kind, ...] = (Kind.BYTES,)
        else:
            kinds = (Kind.INT,)
        a = self._checked(node.left, one, kinds)
        b = self._checked(node.right, two, kinds)
        return simplify.binary(node.op, a, b, kinds[0]), one[1] if kinds[0] is Kind.BYTES else None

    def _join(self, node: t.Binary, left: Typed | None) -> Typed:
        one = (left if left is not None else self.typed(node.left))[0]
        two = self.typed(node.right)[0]
        if not (one.kind is Kind.TEXT and two.kind is Kind.TEXT):
            one, two = _as_octets(one, node.left), _as_octets(two, node.right)
        if not fits(one.kind, Kind.BYTES, Kind.TEXT) or not fits(two.kind, Kind.BYTES, Kind.TEXT):
            bad = node.left if not fits(one.kind, Kind.BYTES, Kind.TEXT) else node.right
            found = WORDS[(one if bad is node.left else two).kind]
            advice = "write an integer as octets with `u8be(n)` … `u64be(n)`, or as `x'00'`"
            return self.error("A7-T001", f"expected octets or a text, found {found}", bad.span, advice)
        if one.kind is not two.kind and Kind.ANY not in (one.kind, two.kind):
            return self.error("A7-T008", "octets and a text joined", node.span, "write `utf8(text)`")
        return simplify.binary("++", one, two, one.kind if one.kind is not Kind.ANY else two.kind), None

    def _compare(self, node: t.Binary, left: Typed | None) -> Typed:
        boolean = s.Boolean()
        if left is None and self._is_bare_member(node.left):
            right = self.typed(node.right)
            ranged = self._ranged(right, node.left, node.op)
            if ranged is not None:
                return ranged, boolean
            left = self.typed(node.left, right[1])
        else:
            left = left if left is not None else self.typed(node.left)
            ranged = self._ranged(left, node.right, node.op)
            if ranged is not None:
                return ranged, boolean
            right = self.typed(node.right, left[1])
            left = self._as_member(node.left, left, right[1])
        one, two = left[0], right[0]
        one, two = _both_octets(one, two)
        if not self._comparable(one.kind, two.kind, node.op):
            message = f"{WORDS[one.kind]} compared with {WORDS[two.kind]}"
            return self.error("A7-T009", message, node.span)
        return simplify.binary(node.op, one, two, Kind.BOOL), boolean

    def _as_member(self, node: t.Expr, left: Typed, shape: s.Shape | None) -> Typed:
        """Read a text literal on the left again when the right side is octets or an enum."""
        if isinstance(node, t.Chars) and shape is not None:
            return self.typed(node, shape)
        return left

    def _is_bare_member(self, node: t.Expr) -> bool:
        if not isinstance(node, t.NameRef) or node.name in self.locals or node.name in WORDS_OF_PLACE:
            return False
        return self.place.find(node.name, node.span) is None and self.world.value((node.name,)) is None

    def _ranged(self, subject: Typed, node: t.Expr, op: str) -> Expr | None:
        """`kind == required`, `required` naming a range of the enum that `kind` is of."""
        target = bare(subject[1])
        if op not in ("==", "!=") or not isinstance(node, t.NameRef) or not isinstance(target, s.Enumeration):
            return None
        member = self._member(target.name, node.name)
        if member is None or member.low == member.high:
            return None
        inside = e.InRanges(subject[0], (e.bounds(member.low, member.high),))
        return inside if op == "==" else simplify.negate(inside)

    @staticmethod
    def _comparable(one: Kind, two: Kind, op: str) -> bool:
        if Kind.ANY in (one, two):
            return True
        if Kind.NULL in (one, two):
            return op in ("==", "!=")
        if one is not two:
            return False
        return op in ("==", "!=") or one in (Kind.INT, Kind.TEXT, Kind.BYTES)

    def _member_of(self, node: t.MemberOf, hint: s.Shape | None) -> Typed:
        value, shape = self.typed(node.value)
        boolean = s.Boolean()
        if node.high is not None:
            low, high = (
                self.of_kind(node.low, Kind.INT, hint=shape),
                self.of_kind(node.high, Kind.INT, hint=shape),
            )
            if not fits(value.kind, Kind.INT):
                return self.error(
                    "A7-T001", f"expected an integer, found {WORDS[value.kind]}", node.value.span
                )
            if isinstance(low, Literal) and isinstance(high, Literal):
                return self._in_bounds(value, low, high, node), boolean
            above = simplify.binary(">=", value, low, Kind.BOOL)
            return simplify.binary(
                "and", above, simplify.binary("<=", value, high, Kind.BOOL), Kind.BOOL
            ), boolean
        if isinstance(node.low, t.ListExpr):
            return self._in_list(value, shape, node.low), boolean
        member = self._set_of(node.low, shape)
        if member is not None:
            return e.InRanges(value, (e.bounds(member.low, member.high),)), boolean
        source, source_shape = self.typed(node.low)
        if (
            source.kind is Kind.BYTES
            or source.kind is Kind.TEXT
            or not fits(source.kind, Kind.LIST, Kind.MAP)
        ):
            return self.error("A7-T001", f"expected a list, found {WORDS[source.kind]}", node.low.span)
        item = _item_of(source_shape)
        same = e.Binary("==", e.LocalRef("_item", self.world.kind(item)), value, Kind.BOOL)
        return e.Quantified(False, "_item", source, same), boolean

    def _in_bounds(self, value: Expr, low: Literal, high: Literal, node: t.MemberOf) -> Expr:
        if type(low.value) is not int or type(high.value) is not int:
            return BAD[0]
        if low.value > high.value:
            return self.error(
                "A7-T010", f"no value lies in {low.value}..{high.value}", node.span, "swap them"
            )[0]
        return e.InRanges(value, ((low.value, high.value),))

    def _in_list(self, value: Expr, shape: s.Shape | None, node: t.ListExpr) -> Expr:
        """`x in [a, b]`: ranges when all are constant, else a chain of comparisons."""
        items = [self.of_kind(item, value.kind, hint=shape) for item in node.items]
        plain = [i.value for i in items if isinstance(i, Literal) and isinstance(i.value, int | str)]
        if len(plain) == len(items) and not any(isinstance(v, bool) for v in plain):
            return e.InRanges(value, tuple(e.bounds(v, v) for v in plain))
        result: Expr = simplify.FALSE
        for item in items:
            same = simplify.binary("==", value, item, Kind.BOOL)
            result = simplify.binary("or", result, same, Kind.BOOL)
        return result

    def _set_of(self, node: t.Expr, shape: s.Shape | None) -> EnumMember | None:
        """Return the enum member (a range, mostly) that `node` names, by itself or qualified."""
        target = bare(shape)
        if isinstance(node, t.NameRef) and isinstance(target, s.Enumeration):
            return self._member(target.name, node.name)
        parts = parts_of(node) if isinstance(node, t.Attr) else None
        if parts is not None and self.place.find(parts[0], node.span) is None:
            enum = self.world.enum_named(parts[:-1])
            if enum is not None:
                return self.world.member(enum, parts[-1])
        return None

    def _conditional(self, node: t.Conditional, hint: s.Shape | None) -> Typed:
        test = self.truth(node.test)
        yes, shape = self.typed(node.value, hint)
        no, other = self.typed(node.otherwise, hint if hint is not None else shape)
        yes, no = _both_octets(yes, no)
        if not (fits(yes.kind, no.kind) or Kind.NULL in (yes.kind, no.kind)):
            message = f"one arm gives {WORDS[yes.kind]}, the other {WORDS[no.kind]}"
            return self.error("A7-T011", message, node.span)
        kind = yes.kind if yes.kind not in (Kind.NULL, Kind.ANY) else no.kind
        return simplify.conditional(test, yes, no, kind), shape if shape is not None else other

    def _quantified(self, node: t.Quantified, hint: s.Shape | None) -> Typed:
        source, shape = self.typed(node.source)
        if not fits(source.kind, Kind.LIST):
            return self.error("A7-T001", f"expected a list, found {WORDS[source.kind]}", node.source.span)
        item, name = _item_of(shape), node.name.text
        before, before_source = self.locals.get(name), self.sources.get(name)
        self.locals[name] = (e.LocalRef(name, self.world.kind(item)), item)
        self.sources[name] = (source, shape)
        body = self.truth(node.body)
        del self.locals[name], self.sources[name]
        if before is not None and before_source is not None:
            self.locals[name], self.sources[name] = before, before_source
        return e.Quantified(node.kind == "every", name, source, body), s.Boolean()

    def _list(self, node: t.ListExpr, hint: s.Shape | None) -> Typed:
        if not self.place.lists:
            return self.error("A7-T012", "a list stands only after `in`", node.span)
        target = bare(hint)
        item = target.item if isinstance(target, s.Sequence) else None
        kinds = (self.world.kind(item),) if item is not None else (Kind.ANY,)
        return e.ListOf(tuple(self.of_kind(x, *kinds, hint=item) for x in node.items)), hint

    def _record(self, node: t.Record, hint: s.Shape | None) -> Typed:
        return self.error("A7-T012", "a record stands only in `with:`, `given` and `as`", node.span)

    # ---- calls ----

    def _call(self, node: t.Call, hint: s.Shape | None) -> Typed:
        found = self.place.call(self, node)
        if found is not None:
            return found
        if isinstance(node.function, t.NameRef):
            special = _SPECIAL.get(node.function.name)
            if special is not None:
                return special(self, node)
        parts = parts_of(node.function)
        user = self.world.function(parts) if parts is not None else None
        if user is not None:
            return self._unfold(user[0], user[1], node, hint)
        name = parts[0] if parts is not None and len(parts) == 1 else None
        if name is None or name not in FUNCTIONS:
            shown = ".".join(parts) if parts else "that"
            advice = did_you_mean(shown, [*FUNCTIONS, *_SPECIAL], "see the list of builtin functions")
            return self.error("A7-N013", f"unknown function `{shown}`", node.function.span, advice)
        return self._builtin(name, node)

    def arguments(self, node: t.Call, names: list[str], what: str) -> list[t.Expr | None] | None:
        """Put named and positional arguments into the order of `names`; `None` after reporting."""
        placed: list[t.Expr | None] = [None] * len(names)
        for position, argument in enumerate(node.args):
            index = position
            if argument.label is not None:
                label = argument.label.text
                if label not in names:
                    advice = did_you_mean(label, names, f"parameters: {', '.join(names) or 'none'}")
                    self.error("A7-N014", f"`{what}` has no parameter `{label}`", argument.label.span, advice)
                    return None
                index = names.index(label)
            if index >= len(names):
                message = f"`{what}` takes {len(names)} arguments, {len(node.args)} given"
                self.error("A7-T013", message, argument.span, f"parameters: {', '.join(names) or 'none'}")
                return None
            if placed[index] is not None:
                self.error("A7-T014", f"argument `{names[index]}` given twice", argument.span)
                return None
            placed[index] = argument.value
        return placed

    def _builtin(self, name: str, node: t.Call) -> Typed:
        function = FUNCTIONS[name]
        placed = self.arguments(node, [p.name for p in function.parameters], name)
        if placed is None:
            return BAD
        values: list[Expr] = []
        shape: s.Shape | None = None
        for parameter, given in zip(function.parameters, placed, strict=True):
            if given is None:
                if parameter.default is None:
                    message = f"`{name}` needs `{parameter.name}`"
                    return self.error("A7-T013", message, node.span, f"write `{parameter.name}: …`")
                values.append(parameter.default)
                continue
            kinds = parameter.kinds
            if parameter.name == "by" and name == "distinct":
                values.append(self._member_name(given, shape))
                continue
            octets_hint = s.Octets() if Kind.BYTES in kinds and Kind.TEXT not in kinds else None
            expr, found = self._argument(given, kinds, octets_hint)
            shape = shape if shape is not None else found
            values.append(expr)
        kind = values[function.result].kind if isinstance(function.result, int) else function.result
        return e.Call(name, tuple(values), kind), _result_shape(function, values, shape)

    def _argument(self, node: t.Expr, kinds: tuple[Kind, ...], hint: s.Shape | None) -> Typed:
        expr, shape = self.typed(node, hint)
        if fits(expr.kind, *kinds):
            return expr, shape
        coerced = self._coerce(expr, kinds)
        if coerced is not None:
            return coerced, None
        wanted = " or ".join(WORDS[k] for k in kinds)
        return self.error("A7-T001", f"expected {wanted}, found {WORDS[expr.kind]}", node.span)

    def _member_name(self, node: t.Expr, shape: s.Shape | None) -> Expr:
        """Check that `distinct(list, by: 'member')` names a member of the items."""
        item = bare(_item_of(shape))
        if isinstance(node, t.Chars) and isinstance(item, s.RecordOf):
            if self.world.member_shape(item.name, node.value) is None:
                advice = did_you_mean(
                    node.value, self.world.member_names(item.name), "name one of its members"
                )
                self.error("A7-N012", f"`{item.name}` has no member `{node.value}`", node.span, advice)
        return self.of_kind(node, Kind.TEXT)

    def _unfold(self, function: t.Function, home: World, node: t.Call, hint: s.Shape | None) -> Typed:
        """Put the arguments into the body of a user's function."""
        name = function.name.text
        placed = self.arguments(node, [p.name.text for p in function.params], name)
        if placed is None or home.is_endless(function):
            return BAD
        self.expansions += 1
        if self.depth >= 32 or self.expansions > EXPANSIONS:
            message = f"`{name}` unfolds without end or too far"
            return self.error("A7-T015", message, node.span, "functions cannot call themselves")
        bound: dict[str, Typed] = {}
        for parameter, given in zip(function.params, placed, strict=True):
            if given is None:
                return self.error("A7-T013", f"`{name}` needs `{parameter.name.text}`", node.span)
            bound[parameter.name.text] = self._argument(given, (home.parameter_kind(parameter.type),), None)
        outer = self.locals, self.place, self.world
        self.locals, self.place, self.world = bound, Nowhere(), home
        self.depth += 1
        body, shape = self.typed(function.value, hint)
        self.depth -= 1
        self.locals, self.place, self.world = outer
        if not fits(body.kind, home.parameter_kind(function.result)):
            return self.error(
                "A7-T001", f"`{name}` gives {WORDS[body.kind]}, not what it says", function.value.span
            )
        return body, shape

    # ---- calls that speak of fields ----

    def _measured(self, node: t.Call, what: str) -> Typed:
        if len(node.args) != 1:
            return self.error("A7-T013", f"`{what}` takes one argument", node.span)
        argument = node.args[0].value
        name = argument.name if isinstance(argument, t.NameRef) else None
        kind = Kind.BOOL if what == "present" else Kind.INT
        if name is not None and name not in self.locals:
            measured = self.place.measure(what, name, argument.span)
            if measured is not None:
                return measured, s.Boolean() if kind is Kind.BOOL else s.Integer(0, (1 << 32) - 1)
        value, _ = self.typed(argument)
        if what == "present":
            return simplify.binary("!=", value, Literal(None, Kind.NULL), Kind.BOOL), s.Boolean()
        if what == "octets" and value.kind is Kind.TEXT:
            value = e.Call("utf8", (value,), Kind.BYTES)
        kinds = (Kind.BYTES,) if what == "octets" else (Kind.BYTES, Kind.TEXT, Kind.LIST, Kind.MAP)
        if not fits(value.kind, *kinds):
            message = f"`{what}` of {WORDS[value.kind]} is not known"
            return self.error("A7-T001", message, argument.span, "name a field of this record")
        return e.Call("length", (value,), Kind.INT), None

    def _octets(self, node: t.Call) -> Typed:
        return self._measured(node, "octets")

    def _count(self, node: t.Call) -> Typed:
        return self._measured(node, "count")

    def _present(self, node: t.Call) -> Typed:
        return self._measured(node, "present")

    def _absent(self, node: t.Call) -> Typed:
        present, shape = self._measured(node, "present")
        return simplify.negate(present), shape

    def _field(self, node: t.Call, what: str) -> Typed:
        """`offset(x)`, `octets_of(x)`: of a field or of the record itself."""
        if not node.args or not isinstance(node.args[0].value, t.NameRef):
            return self.error("A7-T016", f"`{what}` takes the name of a field, or `self`", node.span)
        name = node.args[0].value.name
        if not self._positional(what, node.span):
            return BAD
        found = self.place.measure(what, name, node.args[0].value.span)
        if found is None:
            advice = did_you_mean(name, [*self.place.names(), "self"], "name a field of this record")
            return self.error("A7-N010", f"unknown field `{name}`", node.args[0].value.span, advice)
        return found, None

    def _offset(self, node: t.Call) -> Typed:
        return self._field(node, "offset")

    def _octets_of(self, node: t.Call) -> Typed:
        return self._field(node, "octets_of")

    def _octet_at(self, node: t.Call) -> Typed:
        if not self._positional("octet_at", node.span) or len(node.args) != 1:
            return self.error("A7-T013", "`octet_at` takes one argument", node.span)
        return e.OctetAt(self.integer(node.args[0].value)), s.Integer(0, 255)

    def _octets_before(self, node: t.Call) -> Typed:
        placed = self.arguments(node, ["field", "with"], "octets_before")
        if placed is None or not self._positional("octets_before", node.span):
            return BAD
        if not isinstance(placed[0], t.NameRef):
            return self.error("A7-T016", "`octets_before` takes the name of a field, or `self`", node.span)
        base = self.place.measure("octets_before", placed[0].name, placed[0].span)
        if base is None:
            advice = did_you_mean(
                placed[0].name, [*self.place.names(), "self"], "name a field of this record"
            )
            return self.error("A7-N010", f"unknown field `{placed[0].name}`", placed[0].span, advice)
        if not isinstance(base, e.Covered):
            return base, None
        overrides: list[e.Override] = []
        if placed[1] is not None:
            if not isinstance(placed[1], t.Record):
                return self.error("A7-T016", "`with` takes `{ field: value }`", placed[1].span)
            for pair in placed[1].pairs:
                place = self.place.override(pair.name, base.until)
                value = self.integer(pair.value)
                if place is not None:
                    overrides.append(e.Override(place[0], place[1], place[2], value))
        return e.Covered(base.until, tuple(overrides)), s.Octets()

    def _verified(self, node: t.Call) -> Typed:
        advice = "write it alone, as in `must ID: verified(mac) else error`"
        return self.error("A7-T017", "`verified` is the whole condition of a rule", node.span, advice)

    def _is_last(self, node: t.Call) -> Typed:
        names = [a.value.name for a in node.args if isinstance(a.value, t.NameRef)]
        if len(names) != 2 or names[0] not in self.sources:
            advice = "write `every a in list satisfies (… is_last(a, list) …)`"
            return self.error("A7-T018", "`is_last` takes a quantified name and its list", node.span, advice)
        source, _ = self.typed(node.args[1].value)
        if source != self.sources[names[0]][0]:
            return self.error("A7-T018", f"`{names[0]}` does not run over `{names[1]}`", node.span)
        return e.IsLast(names[0]), s.Boolean()


def _result_shape(function: Function, values: list[Expr], given: s.Shape | None) -> s.Shape | None:
    """Return the shape of a builtin's result; `given` is that of the first argument with one."""
    if function.octets is not None:
        return s.Octets(function.octets, function.octets)
    if function.result != 0 or function.name == "reverse":
        return given if function.result == 0 else None
    # `first`, `last`, `slice`: a run of the same items, of another length.
    size = values[1].value if len(values) == 2 and isinstance(values[1], Literal) else None
    least, most = (size, size) if isinstance(size, int) else (0, None)
    match given:
        case s.Octets() | s.Sequence():
            return replace(given, minimum=least, maximum=most)
        case s.Text():
            return s.Text()
        case _:
            return given


def parts_of(node: t.Expr) -> tuple[str, ...] | None:
    """Return `a.b.c` as its words, `None` for anything else."""
    words: list[str] = []
    while isinstance(node, t.Attr):
        words.append(node.name.text)
        node = node.base
    if not isinstance(node, t.NameRef):
        return None
    words.append(node.name)
    return tuple(reversed(words))


def _item_of(shape: s.Shape | None) -> s.Shape | None:
    target = bare(shape)
    if isinstance(target, s.Sequence):
        return target.item
    return s.Integer(0, 255) if isinstance(target, s.Octets) else None


def _as_octets(expr: Expr, node: t.Expr) -> Expr:
    """Read `0x00` and 'text' beside octets as octets: two hexadecimal digits are one octet."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return Literal(expr.value.encode("utf-8", "surrogatepass"), Kind.BYTES)
    if isinstance(node, t.Int) and node.text.lower().startswith("0x"):
        digits = node.text[2:].replace("_", "")
        if len(digits) % 2 == 0:
            return Literal(bytes.fromhex(digits), Kind.BYTES)
    return expr


def _both_octets(one: Expr, two: Expr) -> tuple[Expr, Expr]:
    for a, b in ((one, two), (two, one)):
        if a.kind is Kind.BYTES and isinstance(b, Literal) and isinstance(b.value, str):
            octets: Expr = Literal(b.value.encode("utf-8", "surrogatepass"), Kind.BYTES)
            return (one, octets) if b is two else (octets, two)
    return one, two


def _upper_bound(expr: Expr, world: World, place: Any) -> int | None:
    """Return the largest value of a shift amount, as far as it is plain to see."""
    match expr:
        case Literal(value=int(value)):
            return value if value >= 0 else None
        case e.Binary(op="%", right=Literal(value=int(value))):
            return value - 1 if value > 0 else None
        case e.Binary(op="&", right=Literal(value=int(value))):
            return value if value >= 0 else None
        case e.Binary(op="*" | "+" as op, left=left, right=right):
            a, b = _upper_bound(left, world, place), _upper_bound(right, world, place)
            if a is None or b is None:
                return None
            return a * b if op == "*" else a + b
        case e.Binary(op="-", left=left):
            return _upper_bound(left, world, place)
        case e.SlotRef() | e.ParamRef():
            return getattr(place, "upper_bound", lambda _: None)(expr)
        case _ if expr.kind is Kind.ANY:
            return 0
        case _:
            return None


_Special = Callable[[Expressions, t.Call], Typed]
_SPECIAL: dict[str, _Special] = {
    "octets": Expressions._octets,
    "count": Expressions._count,
    "present": Expressions._present,
    "absent": Expressions._absent,
    "offset": Expressions._offset,
    "octets_of": Expressions._octets_of,
    "octet_at": Expressions._octet_at,
    "octets_before": Expressions._octets_before,
    "verified": Expressions._verified,
    "is_last": Expressions._is_last,
}
_HANDLERS: dict[type, Callable[[Expressions, Any, s.Shape | None], Typed]] = {
    t.Int: Expressions._int,
    t.Duration: Expressions._duration,
    t.Version: Expressions._version,
    t.Chars: Expressions._chars,
    t.Hex: Expressions._hex,
    t.Bool: Expressions._bool,
    t.Null: Expressions._null,
    t.NameRef: Expressions._name,
    t.Attr: Expressions._attr,
    t.Index: Expressions._index,
    t.Call: Expressions._call,
    t.Unary: Expressions._unary,
    t.Binary: Expressions._binary,
    t.MemberOf: Expressions._member_of,
    t.Conditional: Expressions._conditional,
    t.Quantified: Expressions._quantified,
    t.ListExpr: Expressions._list,
    t.Record: Expressions._record,
}
