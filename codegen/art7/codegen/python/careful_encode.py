"""The careful encoder of one record on octets, printed from the plan as it is, in emit order.

It decides code and path of a refusal on writing, and writes by itself what the fast encoder cannot order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.codegen.python.careful_decode import CarefulDecoder, careful_condition, locals_of
from art7.codegen.python.careful_names import CarefulNames
from art7.codegen.python.code import WIDTH
from art7.codegen.python.expressions import (
    ATOM,
    OR,
    SUM,
    Code,
    expression,
    literal,
    quoted,
    ranges_of,
    slice_of,
    truth,
    tuple_of,
)
from art7.codegen.python.record_facts import (
    FactsOf,
    RecordFacts,
    filled_slots,
    is_checkable,
    may_refuse,
    own_identifier,
    unknown_views,
)
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Covered, Expr
from art7.grammar.ir.late_values import kept_late


class WritingNames(CarefulNames):
    """Names of a careful encoder: computed members by expression, sizes of what was written."""

    def __init__(self, scope: ModuleScope, record: p.Record) -> None:
        super().__init__(scope, record, writing=True)
        self._open: set[int] = set()

    def slot(self, index: int) -> Code:
        slot = self.record.slots[index]
        if slot.role is p.Role.COMPUTED and slot.value is not None and index not in self._open:
            self._open.add(index)
            try:
                return Code(f"({expression(slot.value, self).text})", ATOM, optional=True)
            finally:
                self._open.discard(index)
        return super().slot(index)

    def measure(self, what: str, slot: int) -> Code:
        key = self.quoted[slot]
        if what == "octets":
            return Code(f"{self.scope.support('written_size')}(written, {key}, v[{key}])")
        if what == "offset":
            return Code(f"at[{key}].offset - {self.origin}", SUM)
        return super().measure(what, slot)

    def position(self, word: str) -> Code:
        if word == "index":
            return Code(self.index)
        return Code(f"begin.offset - {self.origin}", SUM)

    def covered(self, node: Covered) -> Code:
        stop = "begin.offset" if node.until is None else f"at[{quoted(self.keys[node.until])}].offset"
        rows = []
        for override in node.overrides:
            place = (
                self.places[override.place] if override.lifted else f"at[{quoted(self.keys[override.place])}]"
            )
            rows.append(f"({place}.offset, {override.octets}, {expression(override.value, self).text})")
        if not rows:
            return Code(slice_of("trace.data", self.origin, stop))
        return Code(
            f"{self.scope.support('overridden')}(trace.data, {self.origin}, {stop}, {tuple_of(rows)})"
        )

    def encoded(self, slot: int) -> Code:
        return Code(f'written.get({quoted(self.keys[slot])}, b"")')


class CarefulEncoder(CarefulDecoder):
    """One careful encoding function under construction."""

    def __init__(self, record: p.Record, scope: ModuleScope, facts: RecordFacts) -> None:
        super().__init__(record, scope, facts)
        self.names: WritingNames = WritingNames(scope, record)
        self.depth = 2
        self.blocks = 0
        verifies = [step for step in facts.steps if isinstance(step, p.Verify)]
        self.verifies = {step.slot: step for step in verifies}
        self.unknown = unknown_views(record, facts.steps)

    def write_block(self, block: p.Block) -> str:
        """Add the steps of a block in emit order; returns the source of its octets, to be used at once."""
        later = [i for i in block.emit if isinstance(block.steps[i], p.Align)]
        order = [*(i for i in block.emit if i not in later), *sorted(later)]
        if len(block.steps) == 1 and len(order) == 1 and not later:
            step = block.steps[0]
            self._mark_starts(step)
            return WRITE_CAREFULLY[type(step)](self, step) or 'b""'
        self.blocks += 1
        w = f"w{self.blocks}"
        self.add(f"{w} = {self.use('Pieces')}(trace, {len(block.steps)})")
        run: list[str] = []
        for index in order:
            step = block.steps[index]
            if type(step) is p.Uint and self.is_plain(step):
                run.append(f"({index}, {self.key(step.slot)}, {step.octets})")
                continue
            if run:
                self._write_integers(w, run)
                run = []
            self._mark_starts(step)
            if isinstance(step, p.Align):
                kept = "None" if step.slot is None else f"v[{self.key(step.slot)}]"
                piece = f"{self.use('put_fill')}({kept}, {w}.before({index}), {step.to}, {step.octet})"
            else:
                piece = WRITE_CAREFULLY[type(step)](self, step)
            if piece:
                self.add(f"{w}.put({index}, {piece})")
        if run:
            self._write_integers(w, run)
        return f"{w}.join()"

    def is_plain(self, step: p.Uint) -> bool:
        slot = step.slot
        if slot in self.facts.starts or slot in self.verifies or not self.is_given(slot):
            return False
        return super().is_plain(step)

    def is_given(self, slot: int) -> bool:
        """Whether the value of a slot is written as the user gave it."""
        declared = self.record.slots[slot]
        return declared.value is None or declared.role in (p.Role.VIEW_INPUT, p.Role.GIVEN)

    def _write_integers(self, w: str, run: list[str]) -> None:
        self.add(f"{self.use('write_uints')}(w, {w}, {', '.join(run)})")

    def _mark_starts(self, step: Any) -> None:
        if not self.facts.starts:
            return
        slots = [f.slot for f in step.fields] if isinstance(step, p.Bits) else [getattr(step, "slot", None)]
        if isinstance(step, p.Verify | p.Check | p.Domain | p.View):
            return
        for slot in slots:
            if slot is not None and slot in self.facts.starts and slot not in self.opened:
                self.add(f"trace.place(at, {self.key(slot)})")

    def write_items(
        self, n: int, slot: int, item: int, body: p.Block, put: str, items: str | None = None
    ) -> None:
        """Add the loop that writes each item, under its own index; `put` is the line that keeps its octets, `{}`."""
        self.add(f"for i{n}, v[{self.key(item)}] in enumerate({items or f'items{n}'}):")
        outer, self.names.index = self.names.index, f"i{n}"
        opened, self.opened = self.opened, self.opened - {item}
        self.items[item] = self.indexed(slot, f"i{n}")
        self.depth += 1
        octets = self.write_block(body)
        self.add(put.format(octets))
        self.depth -= 1
        self.names.index, self.opened = outer, opened

    def arm(self, block: p.Block, result: str) -> None:
        """Add a block one level deeper, its octets in `result`."""
        self.depth += 1
        octets = self.write_block(block)
        self.add(f"{result} = {octets}")
        self.depth -= 1

    def value(self, slot: int) -> str:
        """Return the source of what is written for a slot."""
        declared = self.record.slots[slot]
        given = f"{self.use('needed')}(trace, v[{self.key(slot)}], {self.at(slot)})"
        if declared.value is None or self.is_given(slot):
            return given
        computed = self.text(declared.value)
        verify = self.verifies.get(slot)
        if declared.role is p.Role.COMPUTED and not (verify and verify.guard):
            return computed
        key = self.key(slot)
        if verify is None:
            return f"{computed} if v[{key}] is None else v[{key}]"
        if not verify.guard:
            return computed
        missing = " or ".join(f"{self.names.params[i]} is None" for i in verify.guard)
        return f"{given} if {missing} else {computed}"

    def keep(self, slot: int, piece: str) -> None:
        """Remember the octets of a slot."""
        if slot not in self.opened:
            self.add(f"written[{self.key(slot)}] = {piece}")

    def checkable(self, expr: Expr) -> bool:
        """Whether the expression can be evaluated when its record is written."""
        return is_checkable(expr, self.unknown)

    def expect(self, expr: Expr, slot: int | None, kind: str, actual: str) -> None:
        """Ask, once the record is written, that `expr` was `actual`."""
        text = self.text(expr)
        text = _bare(text) if text.startswith("(") else text
        self.add(f"w.expect(lambda: {text}, {self.at(slot)}, {quoted(kind)}, {actual})")


def _bare(text: str) -> str:
    """Return `text` without the one pair of brackets around all of it."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth:
            return text[1:-1] if position == len(text) - 1 else text
    return text


def shape_source(shape: s.Shape) -> str:
    """Return the source of what `conform` takes for a shape."""
    match shape:
        case s.Integer(minimum=low, maximum=high) if high.bit_length() > 128:
            # No integer of thousands of digits: it is as wide as its elements may be.
            return f'("int", -1 << {high.bit_length()}, (1 << {high.bit_length()}) - 1)'
        case s.Integer(minimum=low, maximum=high):
            return f'("int", {literal(low).text}, {literal(high).text})'
        case s.Boolean():
            return '("bool",)'
        case s.Float():
            return '("float",)'
        case s.Octets():
            return '("octets",)'
        case s.Text():
            return '("text",)'
        case s.Enumeration():
            return '("enum",)'
        case s.Sequence(item=item):
            return f'("list", {shape_source(item)})'
        case s.Mapping(value=value):
            return f'("map", {shape_source(value)})'
        case s.RecordOf():
            return '("record",)'
        case s.Nullable(inner=inner):
            return f'("null", {shape_source(inner)})'
        case _:
            return '("any",)'


def careful_encode(record: p.Record, scope: ModuleScope, facts: FactsOf, params: list[str]) -> str:
    """Return the careful encoding function of `record`, and the table of its members."""
    encoder = CarefulEncoder(record, scope, facts(record))
    names = encoder.names
    names.params = [text.partition(":")[0] for text in params[: len(record.params)]]
    names.places = [text.partition(":")[0] for text in params[len(record.params) :]]
    names.origin = "start.offset" if record.origin and record.kind != "message" else "begin.offset"
    more = []
    if record.origin and record.kind != "message":
        more.append("start: Mark")
        encoder.use("Mark")
    if record.recursive:
        more.append("room: int")
        encoder.add(f"room = {encoder.use('deeper')}(trace, room, 0)")
    octets = encoder.write_block(record.body)
    encoder.add(f"return {octets}")
    for each in ("Writer", "Writing"):
        encoder.use(each)
    scope.from_standard("typing", "Any")
    stem = scope.names.functions[record.name]
    positional = ", True" if record.form is p.Form.TUPLE else ""
    used = locals_of(encoder.lines)
    head = [
        f"        {name} = {text}"
        for name, text in (("v", "w.fields"), ("begin", "w.begin"), ("written", "w.written"))
        if name in used
    ]
    if encoder.facts.starts:
        encoder.use("Mark")
        marks = ", ".join(f"{encoder.key(slot)}: Mark()" for slot in sorted(encoder.facts.starts))
        head.append(f"        at = {{{marks}}}")
    if any(" value = " in line for line in encoder.lines):
        head.append("        value: Any")
    rows = ", ".join(["trace: Writer", "x: Any", *more, *[text.replace(": int", ": Any") for text in params]])
    return "\n".join(
        [
            _members(record, scope, names),
            "",
            "",
            f"def _encode_{stem}({rows}) -> bytes:",
            f"    with Writing(trace, x, _MEMBERS_{stem.upper()}{positional}) as w:",
            *head,
            *encoder.lines,
        ]
    )


def _members(record: p.Record, scope: ModuleScope, names: CarefulNames) -> str:
    rows = []
    attributes = scope.names.members(record)
    for slot in record.api():
        default = "None" if slot.default is None else expression(slot.default, names).text
        if isinstance(slot.shape, s.Sequence) and slot.default is None and slot.wire_name is not None:
            default = "None"
        required = slot.role is p.Role.VIEW_INPUT and not slot.optional
        shape = '("view",)' if slot.role is p.Role.VIEW else shape_source(slot.shape)
        key, attribute = names.keys[slot.index], attributes[slot.index]
        more = f", {quoted(attribute)}, {default}, {required}"
        if key == attribute and default == "None" and not required:
            more = ""  # as most are
        rows.append(f"    ({quoted(key)}, {shape}{more}),")
    stem = scope.names.functions[record.name].upper()
    head = f"_MEMBERS_{stem}: Any = "
    if len(rows) == 1 and len(head) + len(rows[0]) <= WIDTH + 2:
        return f"{head}({rows[0].strip()})"
    return head + ("(\n" + "\n".join(rows) + "\n)" if rows else "()")


def _bits(d: CarefulEncoder, step: p.Bits) -> str:
    terms = []
    for f in step.fields:
        if f.slot is not None:
            value = f"{d.use('bounded_integer')}(trace, {d.value(f.slot)}, 0, {(1 << f.width) - 1}, {d.at(f.slot)})"
            terms.append(f"{value} << {f.shift}" if f.shift else value)
    d.add(f"word = {(' | ').join(terms) or '0'}")
    return f'word.to_bytes({step.octets}, "big")'


def _scalar(d: CarefulEncoder, slot: int, octets: int, spell: Callable[[str], str]) -> str:
    if not _is_late(d, slot):
        d.add(f"value = {d.value(slot)}")
        return f"w.keep({d.key(slot)}, {spell('value')})"
    return f"w.keep({d.key(slot)}, {_later(d, slot, str(octets), spell)})"


def _is_late(d: CarefulEncoder, slot: int) -> bool:
    """Whether a value is made when the message is complete."""
    verify = d.verifies.get(slot)
    return slot in kept_late(d.record, d.verifies) if verify is None else verify.deferred


def _later(d: CarefulEncoder, slot: int, octets: str, spell: Callable[[str], str]) -> str:
    """Return what stands for such a value until then; without its key, or where it is lenient, the given one."""
    value, verify = d.record.slots[slot].value, d.verifies.get(slot)
    assert value is not None
    make = f"trace.defer({octets}, {d.at(slot)}, lambda: {spell(d.text(value))})"
    if verify is None:
        given = f"v[{d.key(slot)}]"
        return f"{spell(given)} if {given} is not None else {make}"
    if verify.guard:
        missing = " or ".join(f"{d.names.params[i]} is None" for i in verify.guard)
        given = spell(f"{d.use('needed')}(trace, v[{d.key(slot)}], {d.at(slot)})")
        make = f"{given} if {missing} else {make}"
    return make


def _uint(d: CarefulEncoder, step: p.Uint) -> str:
    at = d.at(step.slot)
    if step.boolean:
        name = d.use("bounded_integer")
        return _scalar(
            d, step.slot, 1, lambda value: f'{name}(trace, {value}, 0, 1, {at}).to_bytes(1, "big")'
        )
    if d.is_given(step.slot) and step.slot not in d.verifies:
        flags = ", little=True" if step.little else ""
        flags += ", signed=True" if step.signed else ""
        return f"{d.use('write_uint')}(w, {d.key(step.slot)}, {step.octets}{d.named(step.slot)}{flags})"
    name = d.use("put_uint")
    flags = f", {step.little}, {step.signed}" if step.little or step.signed else ""
    return _scalar(
        d, step.slot, step.octets, lambda value: f"{name}(trace, {value}, {step.octets}, {at}{flags})"
    )


def _varint(d: CarefulEncoder, step: p.Varint) -> str:
    at, name = d.at(step.slot), d.use("put_varint")
    bits = 1 if step.boolean else step.bits
    flags = f", {step.signed}, {step.zigzag}" if step.signed or step.zigzag else ""
    return _scalar(
        d, step.slot, 0, lambda value: f"{name}(trace, {value}, {quoted(step.form)}, {at}, {bits}{flags})"
    )


def _float(d: CarefulEncoder, step: p.FloatOctets) -> str:
    at, name = d.at(step.slot), d.use("put_float")
    form = quoted(("<" if step.little else ">") + ("f" if step.octets == 4 else "d"))
    return _scalar(d, step.slot, step.octets, lambda value: f"{name}(trace, {value}, {form}, {at})")


def _finish(d: CarefulEncoder, where: p.Extent, slot: int, content: str) -> str:
    """Put the length header before content, or ask for its size later."""
    if isinstance(where, p.Prefixed):
        width, little = where.octets, ", True" if where.little else ""
        header = (
            f"{d.use('prefix')}(trace, len({content}), {quoted(where.form)}, {width}, {d.at(slot)}{little})"
        )
        d.add(f"header = {header}")
        return f"header + {content}"
    _expect_size(d, where, slot, content)
    return content


def _expect_size(d: CarefulEncoder, where: p.Extent, slot: int, content: str) -> None:
    if isinstance(where, p.Exact) and d.checkable(where.size):
        d.expect(where.size, slot, "octets", f"len({content})")


def _take(d: CarefulEncoder, step: p.Take) -> str:
    if _is_simple(d, step):
        return _simple_take(d, step)
    at, name = d.at(step.slot), d.use("put_octets")
    limits = f"{step.text}, {at}, {step.minimum}, {step.maximum}"

    def spell(value: str) -> str:
        return f"{name}(trace, {value}, {limits})"

    if _is_late(d, step.slot):
        size = d.text(step.extent.size) if isinstance(step.extent, p.Exact) else "0"
        d.add(f"content = {_later(d, step.slot, size, spell)}")
    else:
        d.add(f"value = {d.value(step.slot)}", f"content = {spell('value')}")
    d.keep(step.slot, "content")
    return _finish(d, step.extent, step.slot, "content")


def _is_simple(d: CarefulEncoder, step: p.Take) -> bool:
    """Whether content is written from its member by one call."""
    if not d.is_given(step.slot) or step.slot in d.verifies or step.slot in d.opened:
        return False
    return not (isinstance(step.extent, p.Prefixed) and step.extent.little)


def _simple_take(d: CarefulEncoder, step: p.Take) -> str:
    where, form = step.extent, "None"
    if isinstance(where, p.Prefixed):
        form = str(where.octets) if where.form == "uint" else quoted(where.form)
    more = [form, str(step.minimum), str(step.maximum)]
    for usual in ("None", "0", "None"):
        if more and more[-1] == usual:
            more.pop()
        else:
            break
    written = ", ".join([f"{d.use('write_octets')}(w, {d.key(step.slot)}", *more]) + d.named(step.slot)
    written += ", text=True)" if step.text else ")"
    if not isinstance(where, p.Exact) or d.text(where.size) == str(step.minimum) == str(step.maximum):
        return written
    d.add(f"content = {written}")
    _expect_size(d, where, step.slot, "content")
    return "content"


def _constant(d: CarefulEncoder, step: p.Constant) -> str:
    return literal(step.octets).text


def _region(d: CarefulEncoder, step: p.Region) -> str:
    opened, d.opened = d.opened, d.opened | {step.slot}
    d.blocks += 1
    outer = f"w{d.blocks}"
    d.add(f"{outer} = {d.use('Pieces')}(trace, 2)")
    content = f"content{d.blocks}"
    octets = d.write_block(step.body)
    d.add(f"{content} = {octets}")
    d.opened = opened
    if step.minimum or step.maximum is not None:
        d.add(
            f"{d.use('put_bounds')}(trace, len({content}), {d.at(step.slot)}, {step.minimum}, {step.maximum})"
        )
    d.add(f"{outer}.put(1, w.keep({d.key(step.slot)}, {content}))")
    if isinstance(step.extent, p.Prefixed):
        little = ", True" if step.extent.little else ""
        form, width = quoted(step.extent.form), step.extent.octets
        d.add(
            f"{outer}.put(0, {d.use('prefix')}(trace, len({content}), {form}, {width}, {d.at(step.slot)}{little}))"
        )
    else:
        _finish(d, step.extent, step.slot, content)
    return f"{outer}.join()"


def _loop(d: CarefulEncoder, step: p.Loop) -> str:
    key = d.key(step.slot)
    d.blocks += 1
    n = d.blocks
    limits = f", {step.minimum}, {step.maximum}" if step.minimum or step.maximum is not None else ""
    d.add(f"items{n} = {d.use('items_of')}(w, {key}{limits}{d.named(step.slot)})")
    if step.count is not None and d.checkable(step.count):
        d.expect(step.count, step.slot, "items", f"len(items{n})")
    d.add(f"w{n} = {d.use('Pieces')}(trace, 0)")
    d.write_items(n, step.slot, step.item, step.body, f"w{n}.put(i{n}, {{}})")
    content = f"w{n}.join()"
    if step.skip is not None or step.until is not None:
        d.add(f"content{n} = {content}")
        content = f"content{n}"
    if step.skip is not None:
        d.add(f"{content} += {literal(bytes([step.skip])).text} * (-len({content}) % {step.skip_to})")
    if step.until is not None:
        d.add(f"{content} += {literal(step.until).text}")
    return content if step.slot in d.opened else f"w.keep({key}, {content})"


def _branch(d: CarefulEncoder, step: p.Branch) -> str:
    d.blocks += 1
    n = d.blocks
    tag, result = f"tag{n}", f"arm{n}"
    d.add(f"{tag} = {d.text(step.on)}")
    if step.slot is None and len(_of_arms(d, step)) > FEW:
        rows = ", ".join(f"({d.key(slot)}, {d.at(slot)})" for slot in _of_arms(d, step))
        d.add(f"others{n} = ({rows})")
    order = [i for i, c in enumerate(step.cases) if c.ranges and all(a == b for a, b in c.ranges)]
    order += [i for i, c in enumerate(step.cases) if c.ranges and i not in order]
    rest = next((i for i, c in enumerate(step.cases) if not c.ranges), None)
    word = "if"
    for i in order:
        d.add(f"{word} {careful_condition(d, tag, step.cases[i].ranges)}:")
        _arm(d, step, i, tag, result)
        word = "elif"
    d.add("else:" if word == "elif" else "if True:")
    if rest is not None:
        _arm(d, step, rest, tag, result)
    else:
        d.add(
            f'    trace.refuse("unknown_value", None, {d.at(step.slot)}, "a value with an arm", {d.use("show")}({tag}))'
        )
    if step.slot is not None and step.slot not in d.opened:
        return f"w.keep({d.key(step.slot)}, {result})"
    return result


def _arm(d: CarefulEncoder, step: p.Branch, position: int, tag: str, result: str) -> None:
    case = step.cases[position]
    if case.refuse is not None:
        more, code = d.fault(case.refuse), quoted(case.refuse.code)
        got = f"{d.use('show')}({tag})"
        d.add(f'    trace.refuse({code}, None, {d.at(step.slot)}, "another value", {got}{more})')
        return
    d.depth += 1
    if step.slot is None and len(_of_arms(d, step)) > FEW:
        own = ", ".join(d.key(slot) for slot in _of_arms(d, step) if slot in filled_slots(case.body))
        d.add(f"{d.use('alone')}(w, others{result.removeprefix('arm')}{', ' if own else ''}{own})")
    elif step.slot is None:
        _refuse_foreign(d, step, position)
    else:
        value = step.value_slots[position] if step.value_slots else None
        key = d.key(step.slot)
        if value is None:
            d.add(f"if v[{key}] is not None:")
            d.add(f'    {d.use("wrong")}(trace, {d.at(step.slot)}, "no value in this arm", v[{key}])')
        else:
            shape = shape_source(d.record.slots[value].shape)
            d.add(f"w.choose({d.key(value)}, {key}, {shape}{d.named(value)})")
    d.depth -= 1
    d.arm(case.body, result)


FEW = 6
"""So many members of other arms are looked at one by one; more of them in a loop."""


def _of_arms(d: CarefulEncoder, step: p.Branch) -> list[int]:
    """Return the slots of all arms that must be empty in the others."""
    slots = dict.fromkeys(slot for case in step.cases for slot in filled_slots(case.body))
    declared = d.record.slots
    return [x for x in slots if declared[x].role is p.Role.GIVEN and declared[x].default is None]


def _refuse_foreign(d: CarefulEncoder, step: p.Branch, position: int) -> None:
    own = set(filled_slots(step.cases[position].body))
    for case in step.cases:
        for slot in filled_slots(case.body):
            declared = d.record.slots[slot]
            if slot in own or declared.role is not p.Role.GIVEN or declared.default is not None:
                continue
            own.add(slot)
            found = f"v[{d.key(slot)}]"
            d.add(f"if {found} is not None:")
            got = f"{d.use('show')}({found})"
            d.add(f'    trace.refuse("unknown_field", None, {d.at(slot)}, "no value in this arm", {got})')


def _when(d: CarefulEncoder, step: p.When) -> str:
    given = step.given
    if given is not None and d.record.slots[given].role not in (
        p.Role.GIVEN,
        p.Role.VIEW_INPUT,
        p.Role.LOCAL,
    ):
        given = None
    d.blocks += 1
    result = f"part{d.blocks}"
    if given is None:
        test = truth(step.condition, d.names).at(OR)
    else:
        test = f"v[{d.key(given)}] is not None"
        if d.checkable(step.condition):
            d.expect(step.condition, given, "presence", test)
    d.add(f'{result} = b""', f"if {test}:")
    d.arm(step.body, result)
    return result


def _present(d: CarefulEncoder, step: p.Present) -> str:
    d.blocks += 1
    w = f"w{d.blocks}"
    d.add(
        f"{w} = {d.use('Pieces')}(trace, 2)",
        f'{w}.put(0, b"\\x00")',
        f"if v[{d.key(step.slot)}] is not None:",
    )
    d.depth += 1
    d.add(f'{w}.put(0, b"\\x01")')
    octets = d.write_block(step.body)
    d.add(f"{w}.put(1, {octets})")
    d.depth -= 1
    return f"{w}.join()"


def _call(d: CarefulEncoder, step: p.CallRecord) -> str:
    record = d.scope.records[step.record]
    key = d.key(step.slot)
    if any(slot.role in (p.Role.GIVEN, p.Role.VIEW_INPUT) for slot in record.slots):
        d.add(f"value = w.enter({key}{d.named(step.slot)})")
    else:
        d.add(f"value = v[{key}] or {{}}", f"trace.enter({d.at(step.slot)})")
    arguments = [d.text(each) for each in step.arguments]
    places = [d.names.places[a.index] if a.lifted else f"at[{d.key(a.index)}]" for a in step.places]
    function = d.scope.function("encode", record.name)
    if record.carrier is p.Carrier.TREE:
        d.add(f"content = {function}({', '.join(['trace', 'value', *arguments])})")
    else:
        more = []
        if record.origin and record.kind != "message":
            more.append(d.names.origin.removesuffix(".offset"))
        if record.recursive:
            more.append("room" if d.record.recursive else str(min(record.limit_depth or 64, 96)))
        d.add(f"content = {function}({', '.join(['trace', 'value', *more, *arguments, *places])})")
        own = own_identifier(record)
        if step.tag is not None and own is not None:
            d.add(f"content = {literal(step.tag).text} + content[{len(own)}:]")
    if step.slot not in d.opened:
        return f"w.leave({key}, content)"
    d.add("trace.leave()")
    return "content"


def _domain(d: CarefulEncoder, step: p.Domain) -> str:
    d.add(f"value = {d.names.slot(step.slot).text}")
    d.add(f"if value is not None and not {d.use('within')}(value, {ranges_of(step.ranges)}):")
    more = d.fault(step.fault)
    got = f"{d.use('show')}(value)"
    d.add(
        f'    trace.refuse({quoted(step.fault.code)}, None, {d.at(step.slot)}, "a known value", {got}{more})'
    )
    return ""


def _view(d: CarefulEncoder, step: p.View) -> str:
    if d.record.slots[step.slot].role is not p.Role.VIEW_INPUT and step.slot not in d.unknown:
        found = f"v[{d.key(step.slot)}] = {d.text(step.expr)}"
        if may_refuse(step.expr):
            failure = f"except {d.use('BuiltinError')} as failure:"
            d.add("try:", f"    {found}", failure, f"    trace.refuse(failure.code, None, {d.at(step.slot)})")
        else:
            d.add(found)
    return ""


def _verify(d: CarefulEncoder, step: p.Verify) -> str:
    return ""


def _check(d: CarefulEncoder, step: p.Check) -> str:
    if not step.on_writing or step.level != "must" or not d.checkable(step.condition):
        return ""
    d.add(f"if not ({truth(step.condition, d.names).text}):")
    name = "None" if step.at is None else d.key(step.at)
    more = f", {quoted(step.fault.message)}" if step.fault.message else ""
    more += "" if step.at is None else d.named(step.at)
    d.add(f"    {d.use('unmet')}(w, {quoted(step.fault.code)}, {name}{more}{d.fault(step.fault)})")
    return ""


WRITE_CAREFULLY: dict[type, Callable[[CarefulEncoder, Any], str]] = {
    p.Bits: _bits,
    p.Uint: _uint,
    p.Varint: _varint,
    p.FloatOctets: _float,
    p.Take: _take,
    p.Constant: _constant,
    p.Region: _region,
    p.Loop: _loop,
    p.Branch: _branch,
    p.When: _when,
    p.Present: _present,
    p.CallRecord: _call,
    p.Domain: _domain,
    p.View: _view,
    p.Verify: _verify,
    p.Check: _check,
}
"""One row for each step on octets but `Align`; protobuf's is in `protobuf_careful`."""
