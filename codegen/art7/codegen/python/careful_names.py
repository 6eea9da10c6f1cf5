"""Names inside careful codecs: members by their own names, places kept beside them."""

from __future__ import annotations

from art7.codegen.python.expressions import ATOM, COMPARE, SUM, Code, expression, quoted, slice_of, tuple_of
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import TypedScope
from art7.grammar.ir.expression import Covered, Expr
from art7.grammar.ir.plan import Record
from art7.grammar.ir.shape import Sequence as SequenceShape


def slot_keys(record: Record) -> tuple[str, ...]:
    """Return the key of every slot in the members of a careful run: its name, made unique."""
    seen: set[str] = set()
    keys = []
    for slot in record.slots:
        key = slot.name if slot.name not in seen else f"_{slot.name}_{slot.index}"
        seen.add(key)
        keys.append(key)
    return tuple(keys)


class CarefulNames:
    """The `Names` of a careful function of one record; `writing` where it encodes."""

    careful = True
    sure: frozenset[str] = frozenset()

    def __init__(self, scope: ModuleScope, record: Record, *, writing: bool = False) -> None:
        self.scope = scope
        self.record = record
        self.keys = slot_keys(record)
        self.quoted = tuple(map(quoted, self.keys))
        self.shapes = TypedScope(record, scope.records)
        self.writing = writing
        self.params: list[str] = []
        self.places: list[str] = []
        self.index = "0"
        self.origin = "start"
        self.bound: dict[str, tuple[str, str, str]] = {}
        self.written: dict[int, Code] = {}
        """On writing: what stands for a slot that is computed."""

    def slot(self, index: int) -> Code:
        if index in self.written:
            return self.written[index]
        slot = self.record.slots[index]
        return Code(
            f"v[{self.quoted[index]}]",
            optional=self.writing or slot.optional or not slot.role.value == "given",
        )

    def param(self, index: int) -> Code:
        return Code(self.params[index], optional=self.record.params[index].nullable)

    def local(self, name: str) -> Code:
        return Code(self.bound[name][0], optional=False)

    def member(self, base: Expr, code: Code, name: str) -> Code:
        """What is read lies in a dict by its own name; what is given may be an object, or a tuple."""
        spelled = quoted(self.shapes.attribute(base, name, self.scope)) if self.writing else quoted(name)
        place = self.shapes.place(base, name) if self.writing else None
        more = "" if place is None else f", {place}"
        return Code(f"{self.scope.support('member')}({code.text}, {spelled}{more})", optional=True)

    def bind(self, variable: str, source: Expr) -> tuple[str, str]:
        depth = len(self.bound)
        item, position = f"item{depth or ''}", f"i{depth or ''}"
        self.bound[variable] = (item, position, f"len({expression(source, self).text})")
        shape = self.shapes.shape(source)
        self.shapes.locals[variable] = shape.item if isinstance(shape, SequenceShape) else None
        return item, position

    def unbind(self, variable: str) -> None:
        del self.bound[variable]

    def is_last(self, variable: str) -> Code:
        _, position, length = self.bound[variable]
        return Code(f"{position} == {length} - 1", COMPARE)

    def measure(self, what: str, slot: int) -> Code:
        value = self.slot(slot)
        if what == "present":
            return Code(f"{value.at(ATOM)} is not None", COMPARE)
        if what == "count":
            return Code(f"len({value.at(1)} or ())")
        key = self.quoted[slot]
        if what == "offset":
            return Code(f"at[{key}] - {self.origin}", SUM)
        return Code(f"{self.scope.support('measured')}(spans, {key}, v[{key}])")

    def position(self, word: str) -> Code:
        match word:
            case "remaining":
                return Code("end - o", SUM)
            case "end":
                return Code(f"end - {self.origin}", SUM)
            case "offset":
                return Code(f"o - {self.origin}", SUM)
            case "index":
                return Code(self.index)
            case _:
                return Code(f"begin - {self.origin}", SUM)

    def octet_count(self, expr: Expr) -> int | None:
        return None

    def octet_at(self, offset: Expr) -> Code:
        place = expression(offset, self)
        helper = self.scope.support("find_octet")
        return Code(f"{helper}(trace, {place.at(SUM)} + {self.origin}, {self.origin}, end, o)")

    def covered(self, node: Covered) -> Code:
        stop = "begin" if node.until is None else f"at[{quoted(self.keys[node.until])}]"
        rows = []
        for override in node.overrides:
            place = (
                self.places[override.place] if override.lifted else f"at[{quoted(self.keys[override.place])}]"
            )
            rows.append(f"({place}, {override.octets}, {expression(override.value, self).text})")
        if not rows:
            return Code(slice_of("trace.data", self.origin, stop))
        return Code(
            f"{self.scope.support('overridden')}(trace.data, {self.origin}, {stop}, {tuple_of(rows)})"
        )

    def encoded(self, slot: int) -> Code:
        return Code(f"trace.data[slice(*spans.get({quoted(self.keys[slot])}, (0, 0)))]")

    def function(self, name: str) -> str:
        return self.scope.support(name)

    def standard(self, module: str) -> str:
        return self.scope.standard(module)

    def matcher(self, pattern: str) -> str:
        return f"{self.scope.support('whole_matcher')}({quoted(pattern)})"
