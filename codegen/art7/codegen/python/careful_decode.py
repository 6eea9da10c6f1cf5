"""The careful decoder of one record on octets, printed from the plan as it is: one call a step, no pass.

It decides code, requirement, path and place of a refusal, so it shares nothing with the fast decoder but
the names and the printer of expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from art7.codegen.python.careful_names import CarefulNames
from art7.codegen.python.code import WIDTH
from art7.codegen.python.dispatch import Ranges, condition
from art7.codegen.python.expressions import BIT_OR, OR, Code, expression, literal, quoted, ranges_of, truth
from art7.codegen.python.record_facts import FactsOf, RecordFacts, filled_slots, may_refuse, own_identifier
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.unused import without_unused
from art7.codegen.python.wrapping import wrapped
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr


class CarefulDecoder:
    """One careful function under construction."""

    def __init__(self, record: p.Record, scope: ModuleScope, facts: RecordFacts) -> None:
        self.record = record
        self.scope = scope
        self.facts = facts
        self.names = CarefulNames(scope, record)
        self.lines: list[str] = []
        self.depth = 2
        self.items: dict[int, str] = {}
        """Slots of items → the source of what they are called in a path."""
        self.regions = 0
        self.spare: set[str] = set()
        """Locals that may turn out to be read by nothing."""
        self.later: dict[int, tuple[p.Region, int]] = {}
        """Regions that were passed over, with their number."""
        self.opened: frozenset[int] = frozenset()
        self.bits = {
            f.slot: (8 * step.octets - f.shift - f.width) % 8
            for step in facts.steps
            if isinstance(step, p.Bits)
            for f in step.fields
            if f.slot is not None
        }

    def add(self, *lines: str) -> None:
        """Add lines at the present indentation."""
        pad = "    " * self.depth
        if len(lines) == 1 and len(pad) + len(lines[0]) <= WIDTH:
            self.lines.append(pad + lines[0])
        else:
            add_lines(self.lines, self.depth, lines)

    def use(self, name: str) -> str:
        """Import a support function."""
        return self.scope.support(name)

    def key(self, slot: int) -> str:
        """Return the quoted key of a slot."""
        return self.names.quoted[slot]

    def at(self, slot: int | None) -> str:
        """Return the source of what a slot is called in a path."""
        if slot is None:
            return '""'
        if slot in self.items:
            return self.items[slot]
        name = self.record.slots[slot].name
        return '""' if name.startswith("_") else quoted(name)

    def indexed(self, slot: int, index: str) -> str:
        """Return the source of what an item of a list is called."""
        name = self.at(slot)
        inner = name[1:-1] if name[0] == '"' else name[2:-1] if name[:2] == 'f"' else f"{{{name}}}"
        return f'f"{inner}[{{{index}}}]"'

    def named(self, slot: int) -> str:
        """Return the argument that says what a slot is called, where that is not its key."""
        at = self.at(slot)
        return "" if at == self.key(slot) else f", at={at}"

    def text(self, expr: Expr) -> str:
        """Return the source of an expression."""
        return expression(expr, self.names).text

    def block(self, block: p.Block) -> None:
        """Add the steps of a block, in order; neighbouring integers in one line."""
        run: list[str] = []
        for step in block.steps:
            if type(step) is p.Uint and self.is_plain(step):
                run.append(f"({self.key(step.slot)}, {step.octets})")
                continue
            if run:
                self._integers(run)
                run = []
            CAREFUL_STEPS[type(step)](self, step)
        if run:
            self._integers(run)

    def is_plain(self, step: p.Uint) -> bool:
        """Whether an integer is read or written by its key and size alone."""
        slot = step.slot
        if step.boolean or step.little or step.signed or slot in self.opened or slot in self.items:
            return False
        return self.record.slots[slot].name == self.names.keys[slot] and self.named(slot) == ""

    def _integers(self, run: list[str]) -> None:
        self.add(f"o = {self.use('read_uints')}(r, o, end, {', '.join(run)})")

    def nested(self, block: p.Block) -> None:
        """Add a block one level deeper."""
        self.depth += 1
        before = len(self.lines)
        self.block(block)
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1

    def open_items(self, step: p.Loop | p.Repeat | p.Parts, counted: str = "") -> str:
        """Begin a list; return the local that holds its items."""
        self.regions += 1
        items = f"items{self.regions}"
        more = counted + ("" if step.maximum is None else f", maximum={step.maximum}")
        more += ", inside=True" if step.slot in self.opened else ""
        more += self.named(step.slot)
        self.add(f"{items} = {self.use('Items')}(r, o, {self.key(step.slot)}, {self.key(step.item)}{more})")
        return items

    def item(self, body: p.Block, item: int, items: str) -> None:
        """Add the body of one item, with its members as they are before any is read, and its own index."""
        for index in filled_slots(body):
            default = self.record.slots[index].default
            if default is not None or index != item:
                self.add(f"v[{self.key(index)}] = {'None' if default is None else self.text(default)}")
        outer, self.names.index = self.names.index, f"len({items}.items)"
        opened, self.opened = self.opened, self.opened - {item}
        self.items[item] = f"{items}.at"
        self.block(body)
        self.names.index, self.opened = outer, opened

    def start(self, slot: int | None) -> None:
        """Keep where a slot begins."""
        if slot is not None and slot not in self.opened:
            self.add(f"at[{self.key(slot)}] = o")

    def span(self, slot: int, begin: str, end: str = "o") -> None:
        """Keep where a slot's content lies, if somebody asks: as received, so what opened it has told already."""
        if slot in self.facts.spans and slot not in self.opened:
            self.add(f"spans[{self.key(slot)}] = ({begin}, {end})")

    def fault(self, fault: p.Fault) -> str:
        """Return the keyword arguments of a rule's refusal."""
        more = ""
        if fault.requirement:
            more += f", requirement={quoted(fault.requirement)}"
        if fault.ref:
            more += f", ref={quoted(fault.ref)}"
        return more


_CALL = re.compile(r'(?:[\w.\[\]", ]+ = )?[\w.]+\(')
"""How a line begins that is one call, alone or assigned."""


def add_lines(body: list[str], depth: int, lines: Iterable[str]) -> None:
    """Add lines at a level of indentation, long ones broken as the formatter breaks them."""
    pad = "    " * depth
    for line in lines:
        if len(pad) + len(line) <= WIDTH:
            body.append(pad + line)
            continue
        text = line.lstrip(" ")
        if " for " in text or not _CALL.match(text):
            body.append(pad + line)
        else:
            body += wrapped(text, len(pad) + len(line) - len(text))


_LOCALS = {
    "v": r"\bv\[",
    "at": r"\bat\[",
    "spans": r"\bspans\b",
    "begin": r"\bbegin\b",
    "written": r"\bwritten\b",
}
"""Short names for parts of the record at hand → how the lines of a body show that they need them."""


_KEPT = r"""f"(?:[^"\\\n]|\\.)*"|f'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n ]|\\.)*"|'(?:[^'\\\n ]|\\.)*'"""
_TEXT = re.compile(rf"""({_KEPT})|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")
"""A constant in code; sentences are in no group."""


def _code_of(text: str) -> str:
    """Return what stands in a text as code and key, without sentences: what those say is no code."""
    return "".join(filter(None, _TEXT.split(text)))


def _mentions(text: str, name: str, sign: str) -> bool:
    """Whether a text holds what `sign` matches, which begins with `name`: looked for where that stands."""
    pattern, at = re.compile(sign), text.find(name)
    while at >= 0:
        if pattern.match(text, at):
            return True
        at = text.find(name, at + 1)
    return False


def locals_of(lines: list[str]) -> set[str]:
    """Return the short names that the lines of a body need, and names of every kind of value."""
    text = _code_of("\n".join(lines))
    found = {name for name, sign in _LOCALS.items() if _mentions(text, name, sign)}
    if " wanted = " in text:
        found.add("wanted")
    if " word, " in text:
        found.add("word")
    return found


def careful_decode(record: p.Record, scope: ModuleScope, facts: FactsOf, params: list[str]) -> str:
    """Return the careful decoding function of `record`; `params` are its annotated parameters after `end`."""
    decoder = CarefulDecoder(record, scope, facts(record))
    decoder.names.origin = "start" if record.origin and record.kind != "message" else "begin"
    if not record.origin and record.kind != "message":
        decoder.names.origin = "0"
    decoder.names.params = [text.partition(":")[0] for text in params[: len(record.params)]]
    decoder.names.places = [text.partition(":")[0] for text in params[len(record.params) :]]
    more = []
    if record.origin and record.kind != "message":
        more.append("start: int")
    if record.recursive:
        more.append("room: int")
        decoder.add(f"room = {decoder.use('deeper')}(trace, room, o)")
    for slot in record.slots:
        if slot.default is not None:
            decoder.add(f"v[{decoder.key(slot.index)}] = {decoder.text(slot.default)}")
    decoder.block(record.body)
    for index in sorted(decoder.facts.lenient):
        value = record.slots[index].value
        assert value is not None
        key = decoder.key(index)
        computed = expression(value, decoder.names).at(BIT_OR)
        decoder.add(f"if v[{key}] is not None and v[{key}] == {computed}:", f"    v[{key}] = None")
    for each in ("Fields", "Reading", "Trace"):
        decoder.use(each)
    used = locals_of(decoder.lines)
    head = [
        f"        {name} = {text}"
        for name, text in (("v", "r.fields"), ("at", "r.at"), ("spans", "r.spans"), ("begin", "r.begin"))
        if name in used
    ]
    for local in ("wanted", "word"):
        if local in used:
            scope.from_standard("typing", "Any")
            head.append(f"        {local}: Any")
    name = scope.names.functions[record.name]
    own = own_identifier(record)
    tag = [] if own is None else [f"tag: bytes = {literal(own).text}"]
    rows = ", ".join(["trace: Trace", "o: int", "end: int", *more, *params, *tag])
    return "\n".join(
        [
            f"def _decode_{name}({rows}) -> tuple[Fields, int]:",
            "    with Reading(trace, o) as r:",
            *(head + without_unused(decoder.lines, decoder.spare) or ["        pass"]),
            "    return r.fields, o",
        ]
    )


def _bits(d: CarefulDecoder, step: p.Bits) -> None:
    first = next((f.slot for f in step.fields if f.slot is not None), None)
    d.add(f"bits, o = {d.use('take_uint')}(trace, o, end, {step.octets}, {d.at(first)})")
    for f in step.fields:
        if f.slot is None:
            continue
        skip = step.octets - (8 * step.octets - f.shift - f.width) // 8
        mask = (1 << f.width) - 1
        value = f"bits >> {f.shift} & {mask}" if f.shift else f"bits & {mask}"
        if f.boolean:
            value = f"bool({value})"
        d.add(f"v[{d.key(f.slot)}], at[{d.key(f.slot)}] = {value}, o - {skip}")


def _uint(d: CarefulDecoder, step: p.Uint) -> None:
    key, at = d.key(step.slot), d.at(step.slot)
    flags = ", little=True" if step.little else ""
    flags += ", signed=True" if step.signed else ""
    if step.slot in d.opened:
        read = f"{d.use('take_bool')}(trace, o, end, {at})"
        if not step.boolean:
            read = f"{d.use('take_uint')}(trace, o, end, {step.octets}, {at}{flags})"
        d.add(f"v[{key}], o = {read}")
        d.span(step.slot, f"o - {step.octets}")
    elif step.boolean:
        d.add(f"o = {d.use('read_bool')}(r, o, end, {key}{d.named(step.slot)})")
    else:
        d.add(f"o = {d.use('read_uint')}(r, o, end, {key}, {step.octets}{d.named(step.slot)}{flags})")


def _varint(d: CarefulDecoder, step: p.Varint) -> None:
    key, at = d.key(step.slot), d.at(step.slot)
    if step.form != "protobuf" and step.slot not in d.opened:
        read, form = d.use("read_varint"), quoted(step.form)
        d.add(f"o = {read}(r, o, end, {key}, {form}, {step.bits}{d.named(step.slot)})")
        return
    d.start(step.slot)
    d.add("place = o", f"word, o = {d.use('take_varint')}(trace, o, end, {quoted(step.form)}, {at})")
    if step.form != "protobuf":
        d.add(f"v[{key}] = {d.use('bounded_varint')}(trace, word, {step.bits}, {at}, place)")
    elif step.boolean:
        d.add(f"v[{key}] = word != 0")
    else:
        d.add(f"v[{key}] = {d.use('wire_integer')}(word, {step.bits}, {step.signed}, {step.zigzag})")
    d.span(step.slot, "place")


def _float(d: CarefulDecoder, step: p.FloatOctets) -> None:
    d.start(step.slot)
    form = ("<" if step.little else ">") + ("f" if step.octets == 4 else "d")
    d.add(
        f"v[{d.key(step.slot)}], o = {d.use('take_float')}(trace, o, end, {quoted(form)}, {d.at(step.slot)})"
    )
    d.span(step.slot, f"o - {step.octets}")


def extent(d: CarefulDecoder, where: p.Extent, slot: int, stop: str) -> None:
    """Add the finding of an extent: `o` is then its first octet and `stop` its end."""
    at = d.at(slot)
    match where:
        case p.Exact(size=size):
            d.add(f"{stop} = {d.use('find_exact')}(trace, o, end, {d.text(size)}, {at})")
        case p.Rest():
            d.add(f"{stop} = end")
        case p.Prefixed(form="uint", octets=octets, little=little):
            more = ", True" if little else ""
            d.add(f"o, {stop} = {d.use('find_prefixed')}(trace, o, end, {octets}, {at}{more})")
        case p.Prefixed(form=form):
            d.add(f"o, {stop} = {d.use('find_varint')}(trace, o, end, {quoted(form)}, {at})")


def _size(d: CarefulDecoder, slot: int, minimum: int, maximum: int | None, stop: str) -> None:
    if minimum or maximum is not None:
        d.add(f"{d.use('check_size')}(trace, o, {stop} - o, {d.at(slot)}, {minimum}, {maximum})")


def _content(d: CarefulDecoder, where: p.Extent, slot: int, minimum: int, maximum: int | None) -> str:
    """Return how content is found, and the arguments: `prefixed(r, o, end, "name", …`, unclosed."""
    limits = f", {minimum}, {maximum}" if maximum is not None else f", {minimum}" if minimum else ""
    name = d.key(slot)
    match where:
        case p.Exact(size=size):
            text = d.text(size)
            if text == str(minimum) == str(maximum):
                limits = ""  # what there must be is all that is looked for
            return f"exact(r, o, end, {name}, {text}{limits}"
        case p.Prefixed(form=form, octets=octets):
            return f"prefixed(r, o, end, {name}, {octets if form == 'uint' else quoted(form)}{limits}"
        case _:
            return f"rest(r, o, end, {name}{limits}"


def _is_found(d: CarefulDecoder, where: p.Extent, slot: int) -> bool:
    """Whether content is found by one call, that keeps where it begins."""
    return slot not in d.opened and not (isinstance(where, p.Prefixed) and where.little)


def _take(d: CarefulDecoder, step: p.Take) -> None:
    key = d.key(step.slot)
    if _is_found(d, step.extent, step.slot):
        found = _content(d, step.extent, step.slot, step.minimum, step.maximum) + d.named(step.slot) + ")"
        verb = found.partition("(")[0]
        if step.text:
            d.use(f"open_{verb}")
            d.add(f"o = {d.use('read_text')}(r, {key}, open_{found}{d.named(step.slot)})")
        else:
            d.use(f"read_{verb}")
            d.add(f"o = read_{found}")
        return
    d.start(step.slot)
    extent(d, step.extent, step.slot, "stop")
    _size(d, step.slot, step.minimum, step.maximum, "stop")
    value = "trace.data[o:stop]"
    if step.text:
        value = f"{d.use('take_text')}(trace, o, stop, {d.at(step.slot)})"
    d.add(f"v[{key}] = {value}")
    d.span(step.slot, "o", "stop")
    d.add("o = stop")


def _constant(d: CarefulDecoder, step: p.Constant) -> None:
    fault = step.fault
    octets, parts = literal(step.octets).text, [fault.code, fault.requirement, fault.ref]
    texts = ", ".join(literal(part).text for part in parts)
    d.add(f"o = {d.use('take_constant')}(trace, o, end, {octets}, {texts})")


def _region(d: CarefulDecoder, step: p.Region) -> None:
    d.regions += 1
    stop, outer = f"stop{d.regions}", f"outer{d.regions}"
    if step.later:
        d.start(step.slot)
        extent(d, step.extent, step.slot, stop)
        _size(d, step.slot, step.minimum, step.maximum, stop)
        d.span(step.slot, "o", stop)
        d.add(f"passed{d.regions}, o = o, {stop}")
        d.later[step.slot] = (step, d.regions)
        return
    if _is_found(d, step.extent, step.slot):
        found = _content(d, step.extent, step.slot, step.minimum, step.maximum)
        d.use(f"open_{found.partition('(')[0]}")
        d.add(f"{outer} = end", f"o, end = open_{found}{d.named(step.slot)})")
    else:
        d.start(step.slot)
        extent(d, step.extent, step.slot, stop)
        _size(d, step.slot, step.minimum, step.maximum, stop)
        d.span(step.slot, "o", stop)
        d.add(f"{outer}, end = end, {stop}")
    _inside(d, step)
    d.add(f"end = {outer}")


def _inside(d: CarefulDecoder, step: p.Region) -> None:
    """Read what lies in a region; nothing may be left."""
    opened, d.opened = d.opened, d.opened | {step.slot}
    d.block(step.body)
    d.opened = opened
    d.add(f"{d.use('close_region')}(trace, o, end, {d.at(step.slot)})")


def _open(d: CarefulDecoder, slot: int) -> None:
    """Read a region that was passed over, and come back."""
    step, number = d.later.pop(slot)
    d.add(f"behind{number}, outer{number} = o, end", f"o, end = passed{number}, stop{number}")
    _inside(d, step)
    d.add(f"o, end = behind{number}, outer{number}")


def _loop(d: CarefulDecoder, step: p.Loop) -> None:
    counted = ""
    if step.count is not None:
        counted = f", count={d.text(step.count)}, counted=True"
        if least := d.scope.endings().least_item(step):
            counted += f", least={least}"
    items = d.open_items(step, counted)
    if step.skip is None and step.until is None:
        d.add(f"while {items}.more(o, end):")
        d.depth += 1
    else:
        d.add("while True:")
        d.depth += 1
        _next_item(d, step, items)
    d.item(step.body, step.item, items)
    d.add(f"{items}.keep(o)")
    d.depth -= 1
    d.add(f"{items}.close(o, {step.minimum})" if step.minimum else f"{items}.close(o)")


def _next_item(d: CarefulDecoder, step: p.Loop, items: str) -> None:
    """Begin another item of a list that padding or a mark ends."""
    if step.count is not None:
        d.add(f"if {items}.full():", "    break")
    if step.skip is not None:
        d.add(f"o = {d.use('passed')}(trace.data, o, end, {step.skip})")
    if step.until is not None:
        size, expected = len(step.until), quoted(f"{len(step.until)} octets that end the list")
        d.add(
            f"if trace.data[o : min(o + {size}, end)] == {literal(step.until).text}:",
            f"    o += {size}",
            "    break",
            "if o >= end:",
            f'    trace.refuse("truncated", o, {d.at(step.slot)}, {expected})',
        )
    elif step.count is None:
        d.add("if o >= end:", "    break")
    d.add(f"{items}.begin(o)")


def _branch(d: CarefulDecoder, step: p.Branch) -> None:
    d.regions += 1
    tag = f"tag{d.regions}"
    d.add(f"{tag} = {d.text(step.on)}")
    if step.slot is not None and step.slot not in d.opened:
        d.start(step.slot)
        if step.slot in d.facts.spans:
            d.add(f"first{d.regions} = o")
    number = d.regions
    order = [i for i, c in enumerate(step.cases) if c.ranges and all(a == b for a, b in c.ranges)]
    order += [i for i, c in enumerate(step.cases) if c.ranges and i not in order]
    rest = next((i for i, c in enumerate(step.cases) if not c.ranges), None)
    word = "if"
    for i in order:
        d.add(f"{word} {careful_condition(d, tag, step.cases[i].ranges)}:")
        _arm(d, step, i, tag)
        word = "elif"
    if word == "elif":
        d.add("else:")
    else:
        d.add("if True:")
    if rest is not None:
        _arm(d, step, rest, tag)
    else:
        d.add(f'    trace.refuse("unknown_value", o, "", "a value with an arm", {d.use("show")}({tag}))')
    if step.slot is not None and step.slot not in d.opened:
        d.span(step.slot, f"first{number}")


def careful_condition(d: CarefulDecoder, tag: str, ranges: Ranges) -> str:
    """Return the test of a tag, which may be absent or of another kind."""
    if all(low == high for low, high in ranges):
        return condition(Code(tag, optional=True), ranges)
    return f"{d.use('within')}({tag}, {ranges_of(ranges)})"


def _arm(d: CarefulDecoder, step: p.Branch, position: int, tag: str) -> None:
    case = step.cases[position]
    if case.refuse is not None:
        more = d.fault(case.refuse)
        code = quoted(case.refuse.code)
        d.add(f'    trace.refuse({code}, o, "", "another value", {d.use("show")}({tag}){more})')
        return
    d.nested(case.body)
    if step.slot is not None:
        value = step.value_slots[position] if step.value_slots else None
        text = "None" if value is None else f"v[{d.key(value)}]"
        d.add(f"    v[{d.key(step.slot)}] = {text}")


def _when(d: CarefulDecoder, step: p.When) -> None:
    d.add(f"if {truth(step.condition, d.names).at(OR)}:")
    d.nested(step.body)


def _present(d: CarefulDecoder, step: p.Present) -> None:
    d.add(f"there, o = {d.use('take_bool')}(trace, o, end, {d.at(step.slot)})", "if there:")
    d.nested(step.body)


def _call(d: CarefulDecoder, step: p.CallRecord) -> None:
    record = d.scope.records[step.record]
    key, at = d.key(step.slot), d.at(step.slot)
    arguments = [d.text(each) for each in step.arguments]
    places = [d.names.places[a.index] if a.lifted else f"at[{d.key(a.index)}]" for a in step.places]
    function = d.scope.function("decode", record.name)
    inside = step.slot in d.opened
    d.add(f"trace.enter({at})" if inside else f"r.enter({key}, o{d.named(step.slot)})")
    if record.carrier is p.Carrier.TREE:
        run = ", ".join(["trace", "o", "trace.data[o:end]", *arguments])
        d.add(f"v[{key}] = {function}({run})", "o = end")
    else:
        more = []
        if record.origin and record.kind != "message":
            more.append(d.names.origin)
        if record.recursive:
            more.append("room" if d.record.recursive else str(record.limit_depth or 64))
        tag = [] if step.tag is None else [f"tag={literal(step.tag).text}"]
        rows = ", ".join(["trace", "o", "end", *more, *arguments, *places, *tag])
        d.add(f"v[{key}], o = {function}({rows})")
    d.add("trace.leave()" if inside else f"r.leave({key}, o)")


def _broken(d: CarefulDecoder, fault: p.Fault, slot: int | None, expected: str = "") -> str:
    """Return the refusal of a rule; `expected` is the source of a phrase."""
    bit = d.bits.get(slot, 0) if slot is not None else 0
    more = f", {expected}" if expected else ""
    more += d.named(slot) if slot is not None else ""
    more += f", bit={bit}" if bit else ""
    name = "None" if slot is None else d.key(slot)
    return f"{d.use('broken')}(r, {quoted(fault.code)}, {name}{more}{d.fault(fault)})"


def _domain(d: CarefulDecoder, step: p.Domain) -> None:
    value = f"v[{d.key(step.slot)}]"
    d.add(f"if {value} is not None and not {d.use('within')}({value}, {ranges_of(step.ranges)}):")
    d.add("    " + _broken(d, step.fault, step.slot, '"a known value"'))


def _view(d: CarefulDecoder, step: p.View) -> None:
    found = f"v[{d.key(step.slot)}] = {d.text(step.expr)}"
    if may_refuse(step.expr):
        failure = f"except {d.use('BuiltinError')} as failure:"
        d.add("try:", f"    {found}", failure, f"    trace.refuse(failure.code, o, {d.at(step.slot)})")
    else:
        d.add(found)
    d.add(f"at[{d.key(step.slot)}] = o")


def _verify(d: CarefulDecoder, step: p.Verify) -> None:
    _test(d, step)
    for slot in step.opens:
        _open(d, slot)


def _test(d: CarefulDecoder, step: p.Verify) -> None:
    value = d.record.slots[step.slot].value
    if step.implied or value is None:
        return
    found = f"v[{d.key(step.slot)}]"
    guards = [f"{d.names.params[index]} is not None" for index in step.guard]
    condition = " and ".join([f"{found} is not None", *guards])
    d.add(f"if {condition}:")
    d.add(f"    wanted = {d.text(value)}")
    same = f"{found} != wanted"
    if step.constant_time:
        same = f"not {d.scope.from_standard('hmac', 'compare_digest')}({found}, wanted)"
    d.add(f"    if {same}:")
    expected = '"octets made with the key"' if guards else f"{d.use('show')}(wanted)"
    d.add("        " + _broken(d, step.fault, step.slot, expected))


def _check(d: CarefulDecoder, step: p.Check) -> None:
    if step.level != "must":
        return
    d.add(f"if not ({truth(step.condition, d.names).text}):")
    d.add("    " + _broken(d, step.fault, step.at, quoted(step.fault.message) if step.fault.message else ""))


def _align(d: CarefulDecoder, step: p.Align) -> None:
    d.add(f"fill = -(o - begin) % {step.to}")
    d.add(f"{d.use('need')}(trace, o, end, fill, {d.at(step.slot)}, o)")
    if step.slot is not None:
        d.start(step.slot)
        d.add(f"v[{d.key(step.slot)}] = {d.use('kept_fill')}(trace.data[o : o + fill], {step.octet})")
    d.add("o += fill")


CAREFUL_STEPS: dict[type, Callable[[CarefulDecoder, Any], None]] = {
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
    p.Align: _align,
}
"""One row for each step on octets; protobuf's is in `protobuf_careful`."""
