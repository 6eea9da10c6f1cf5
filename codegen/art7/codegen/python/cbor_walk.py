"""Reading a CBOR record fast: octets under a cursor become members, without a tree between them.

Arrays, scalars, lists, maps and values under a tag are read in place, heads of one octet without a call. What else a value
may be (a record that is a map, a union, CBOR inside octets) is read as a tree and handed to the functions of
`tree_read`. Indefinite lengths are not walked: where they are allowed, a no of the walk is tried again as a tree.
"""

from __future__ import annotations

from art7.codegen.python import tree_read
from art7.codegen.python.expressions import quoted
from art7.codegen.python.tree_read import bound_tests, length_tests, tests_of_keys
from art7.codegen.python.tree_view import Lines, TreeRecord, WriteForm, cases_last_otherwise, key_text
from art7.codegen.python.vendored.cbor_fast import cbor_head
from art7.grammar.ir import plan as p
from art7.grammar.ir.shape import Integer, Label, Text


def is_walked(record: p.Record) -> bool:
    """Whether a record has a function that walks over octets; others are read as trees."""
    return record.encoding == "cbor" and not record.guarded and _holder(record) is not None


def _holder(record: p.Record) -> p.Step | None:
    """The step that reads the record's node, of those that are walked."""
    for step in record.body.steps:
        if isinstance(step, p.Check | p.Verify | p.View | p.Domain):
            continue
        simple = isinstance(step, p.Array | p.Scalar | p.AnyNode | p.Items | p.Members | p.CallRecord | p.Tag)
        return step if simple or (isinstance(step, p.Object) and _in_any_order(step)) else None
    return None


def _in_any_order(step: p.Object) -> bool:
    """Whether each member of a map can be read where it stands, whatever stands before it."""
    bodies = [entry.body.steps for entry in step.entries]
    alone = all(not isinstance(s, p.When | p.Branch | p.Verify | p.View) for steps in bodies for s in steps)
    calls = [s for steps in bodies for s in walk_steps(steps) if isinstance(s, p.CallRecord)]
    return not step.spreads and alone and not any(call.arguments for call in calls)


def walk_function(view: TreeRecord, construct: str) -> str:
    """Return the source of `_walk_x(data, o, end, depth, …) -> (value, o)`."""
    return _Walker(view).function(construct)


def walk_steps(steps: tuple[p.Step, ...]) -> list[p.Step]:
    """Return the steps, and those inside lists, maps, tags and octet strings."""
    found: list[p.Step] = []
    for step in steps:
        found.append(step)
        if isinstance(step, p.Items | p.Members | p.Tag | p.Wrap):
            found += walk_steps(step.body.steps)
    return found


class _Walker:
    def __init__(self, view: TreeRecord) -> None:
        self.view = view
        self.lines = Lines()
        self.lines.refusal = f"raise {view.scope.support('Refused')}"
        self.strict = view.form is WriteForm.CANONICAL
        self.suffix = "_strictly" if self.strict else ""
        self.data, self.o, self.end, self.depth = (view.fresh(n) for n in ("data", "o", "end", "depth"))
        self.level = 0

    def function(self, construct: str) -> str:
        view, lines = self.view, self.lines
        for kept in view.kept_slots():
            lines.add(f"{view.locals[kept]}: Any = None")
        for step in view.record.body.steps:
            match step:
                case p.Array():
                    self.array(step)
                case p.Object():
                    self.object(step)
                case p.Check() | p.Verify() | p.View() | p.Domain():
                    tree_read.value_step(lines, view, step, "", inside=False)
                case _:
                    self.main(step)
        api = view.record.api()
        if view.record.form is p.Form.TUPLE:
            spelled = ", ".join(view.locals[slot.index] for slot in api)
            lines.add(f"return ({spelled}{',' if len(api) == 1 else ''}), {self.o}")
        else:
            made = view.fresh("made")
            lines.add(f"{made} = {construct}")
            for slot in api:
                lines.read(f"{made}.{view.attribute(slot.index)} = {view.locals[slot.index]}")
            lines.read(f"return {made}, {self.o}")
        head = f"{self.data}: bytes, {self.o}: int, {self.end}: int, {self.depth}: int"
        parameters = "".join(f", {name}: Any" for name in view.parameters)
        name = view.own_name("walk")
        kind = view.scope.class_of(view.record.name)
        return f"def {name}({head}{parameters}) -> tuple[{kind}, int]:\n{lines.text()}"

    # ---- heads ----

    def deeper(self) -> None:
        """One container more is open."""
        self.lines.refuse_if(f"{self.depth} <= {self.level}" if self.level else f"{self.depth} <= 0")
        self.level += 1

    def left(self) -> str:
        return f"{self.depth} - {self.level}" if self.level else self.depth

    def length(self, base: int, name: str) -> None:
        """Read a head of one major type into `name`: its argument."""
        self.lines.add(f"{name} = {self.data}[{self.o}] - 0x{base:X}")
        self.lines.read(f"{self.o} += 1")
        with self.lines.block(f"if not 0 <= {name} < 24:"):
            read = self.view.scope.support(f"cbor_length{self.suffix}")
            self.lines.read(f"{name}, {self.o} = {read}({self.data}, {self.o} - 1, 0x{base:X})")

    def tree(self, name: str) -> None:
        """Read any value as a tree into `name`."""
        item = self.view.scope.support("cbor_item")
        self.lines.add(
            f"{name}, {self.o} = {item}({self.data}, {self.o}, {self.left()}, {self.strict}, False)"
        )

    # ---- arrays ----

    def array(self, step: p.Array) -> None:
        self.deeper()
        lines, view = self.lines, self.view
        required = all(e.required for e in step.entries)
        if required and not step.spreads and len(step.entries) < 24 and self.strict:
            lines.refuse_if(f"{self.data}[{self.o}] != 0x{0x80 + len(step.entries):X}")
            lines.add(f"{self.o} += 1")
            self.places(step.entries, 0, "")
            self.level -= 1
            return
        count = view.fresh("item_count")
        self.length(0x80, count)
        if not step.spreads:
            self.counted(count, step.entries, 0)
        else:
            lines.refuse_if(f"{count} < {len(step.entries)}")
        lines.flush()
        for entry in step.entries:
            if not entry.required:
                lines.add(f"{view.locals[entry.slot]}: Any")
        self.places(step.entries, 0, count)
        for spread in step.spreads:
            self.spread(spread, count, len(step.entries))
        self.level -= 1

    def counted(self, count: str, entries: tuple[p.Entry, ...], first: int) -> None:
        least = first + sum(entry.required for entry in entries)
        most = first + len(entries)
        self.lines.refuse_if(f"{count} != {most}" if least == most else f"not {least} <= {count} <= {most}")

    def places(self, entries: tuple[p.Entry, ...], first: int, count: str) -> None:
        for place, entry in enumerate(entries, first):
            if entry.required:
                self.entry(entry)
                continue
            slot, name = self.view.record.slots[entry.slot], self.view.locals[entry.slot]
            with self.lines.block(f"if {count} > {place}:"):
                self.entry(entry)
            self.lines.add("else:")
            nothing = self.view.expression(slot.default) if slot.default else self.view.nothing(entry.slot)
            self.lines.read(f"    {name} = {nothing}")

    def spread(self, spread: p.Spread, count: str, first: int) -> None:
        lines, view = self.lines, self.view
        every = sorted({entry.slot for case in spread.cases for entry in case.entries})
        for slot in every:
            lines.add(f"{view.locals[slot]}: Any")
        on, word = view.tag(lines, spread.on), "if"
        cases = cases_last_otherwise(spread.cases)
        for case in cases:
            head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    lines.read(lines.refusal)
                else:
                    self.counted(count, case.entries, first)
                    lines.flush()
                    own = {entry.slot for entry in case.entries}
                    for slot in every:
                        if slot not in own:
                            lines.add(f"{view.locals[slot]} = {view.nothing(slot)}")
                    self.places(case.entries, first, count)
            word = "elif"
        if all(case.ranges for case in cases):
            with lines.block("else:"):
                lines.read(lines.refusal)

    def entry(self, entry: p.Entry) -> None:
        self.block(entry.body, entry.slot)

    # ---- maps ----

    def object(self, step: p.Object) -> None:
        """Members in the order in which they stand; which are there is known at the end."""
        lines, view = self.lines, self.view
        self.deeper()
        count, key, start, seen = (view.fresh(n) for n in ("member_count", "key", "key_start", "keys_seen"))
        self.length(0xA0, count)
        lines.refuse_if(f"2 * {count} > {self.end} - {self.o}")
        for entry in step.entries:
            lines.add(f"{view.locals[entry.slot]}: Any = {self.initial(entry)}")
        if step.unknown_slot is not None:
            lines.add(f"{view.locals[step.unknown_slot]}: dict[Any, Any] = {{}}")
        lines.add(f'{seen} = b""' if self.strict else f"{seen}: set[Any] = set()")
        with lines.block(f"for _ in range({count}):"):
            lines.read(f"{start} = {self.o}")
            lines.read(f"{key}: Any = {self.data}[{self.o}]")
            lines.read(f"{self.o} += 1")
            with lines.block(f"if {key} >= 24:"):
                read = view.scope.support("cbor_key_at")
                lines.read(
                    f"{key}, {self.o} = {read}({self.data}, {start}, {self.left()}, {self.strict}, False)"
                )
            if self.strict:
                octets = view.fresh("key_octets")
                lines.read(f"{octets} = {self.data}[{start}:{self.o}]")
                lines.refuse_if(f"{octets} <= {seen}")
                lines.add(f"{seen} = {octets}")
            else:
                lines.refuse_if(f"{key} in {seen}")
                lines.add(f"{seen}.add({key})")
            self.member(step, key)
        for entry in step.entries:
            if entry.required:
                lines.refuse_if(f"{view.locals[entry.slot]} is {view.scope.support('ABSENT')}")
        self.level -= 1

    def initial(self, entry: p.Entry) -> str:
        """What a member is before its key was met."""
        slot = self.view.record.slots[entry.slot]
        if entry.required:
            return self.view.scope.support("ABSENT")
        return (
            self.view.expression(slot.default) if slot.default is not None else self.view.nothing(entry.slot)
        )

    def member(self, step: p.Object, key: str) -> None:
        """The value of the key that was read."""
        lines, view, word = self.lines, self.view, "if"
        for entry in step.entries:
            with lines.block(f"{word} {key} == {key_text(entry.key)}:"):
                self.entry(entry)
            word = "elif"
        with lines.block("else:" if step.entries else "if True:"):
            if step.unknown == "reject":
                lines.read(lines.refusal)
            elif step.unknown_slot is None:
                self.tree(view.fresh("passed_over"))
            else:
                self.tree(f"{view.locals[step.unknown_slot]}[{key}]")

    # ---- values ----

    def block(self, block: p.Block, slot: int) -> None:
        """Read a value into the local of `slot` by the steps of `block`."""
        first = block.steps[0]
        walked = isinstance(first, p.Scalar | p.AnyNode | p.Items | p.Members | p.CallRecord | p.Tag)
        if not walked or getattr(first, "slot", None) != slot:
            held = self.view.fresh(f"{self.view.record.slots[slot].name.strip('_')}_node")
            self.tree(held)
            tree_read.block_of(self.lines, self.view, block, held, slot)
            return
        self.main(first)
        name = self.view.locals[slot]
        for step in block.steps[1:]:
            tree_read.value_step(self.lines, self.view, step, name, inside=True)

    def main(self, step: p.Step) -> None:
        name = self.view.locals[getattr(step, "slot", 0)]
        if getattr(step, "nullable", False):
            with self.lines.block(f"if {self.data}[{self.o}] == 0xF6:"):
                self.lines.read(f"{name} = None")
                self.lines.read(f"{self.o} += 1")
            with self.lines.block("else:"):
                self.value(step, name)
            return
        self.value(step, name)

    def value(self, step: p.Step, name: str) -> None:
        match step:
            case p.Scalar():
                self.scalar(step, name)
            case p.AnyNode():
                self.tree(name)
            case p.Items():
                self.items(step, name)
            case p.Members():
                self.members(step, name)
            case p.CallRecord(record=record):
                self.call(step, record, name)
            case p.Tag():
                self.tag(step)
            case _:
                raise AssertionError(f"{type(step).__name__} is not walked")

    def call(self, step: p.CallRecord, record: str, name: str) -> None:
        view = self.view
        if is_walked(view.scope.records[record]):
            more = f"{self.data}, {self.o}, {self.end}, {self.left()}{view.arguments(step)}"
            self.lines.add(f"{name}, {self.o} = {view.walker(record)}({more})")
            return
        held = view.fresh(f"{name}_node")
        self.tree(held)
        function = view.scope.function("read", record)
        self.lines.add(f"{name} = {function}({held}{view.arguments(step)})")

    def tag(self, step: p.Tag) -> None:
        self.deeper()
        head = cbor_head(0xC0, step.number)
        if self.strict:
            self.lines.refuse_if(f"not {self.data}.startswith({quoted(head)}, {self.o})")
            self.lines.add(f"{self.o} += {len(head)}")
        else:
            number = self.view.fresh("tag_number")
            self.length(0xC0, number)
            self.lines.refuse_if(f"{number} != {step.number}")
        self.block(step.body, step.slot)
        self.level -= 1

    def scalar(self, step: p.Scalar, name: str) -> None:
        lines, low, high = self.lines, step.minimum, step.maximum
        match step.form:
            case "integer":
                self.integer(name, low, high)
            case "text" | "octets":
                self.string(step, name)
            case "boolean":
                lines.add(f"{name} = {self.data}[{self.o}] == 0xF5")
                lines.refuse_if(f"not {name} and {self.data}[{self.o}] != 0xF4")
                lines.add(f"{self.o} += 1")
            case "null":
                lines.refuse_if(f"{self.data}[{self.o}] != 0xF6")
                lines.add(f"{name} = None")
                lines.read(f"{self.o} += 1")
            case "float":
                read = self.view.scope.support("cbor_float_at")
                lines.add(f"{name}, {self.o} = {read}({self.data}, {self.o}, {self.strict})")
            case _:
                self.tree(name)
                for test in tree_read.scalar_tests(step, name):
                    lines.refuse_if(test)

    def integer(self, name: str, low: int | None, high: int | None) -> None:
        """An integer; below 24 it is its head, and within most bounds."""
        small = (low is None or low <= 0) and (high is None or high >= 23)
        self.lines.add(f"{name} = {self.data}[{self.o}]")
        self.lines.read(f"{self.o} += 1")
        signed = low is None or low < 0
        read = self.view.scope.support(f"cbor_{'integer' if signed else 'unsigned'}_at{self.suffix}")
        with self.lines.block(f"if {name} >= 24:"):
            self.lines.read(f"{name}, {self.o} = {read}({self.data}, {self.o} - 1)")
            if small:
                for test in bound_tests(name, low if signed else None, high):
                    self.lines.refuse_if(test)
        if not small:
            for test in bound_tests(name, low, high):
                self.lines.refuse_if(test)

    def string(self, step: p.Scalar, name: str) -> None:
        lines, low, high = self.lines, step.minimum, step.maximum
        is_text = step.form == "text"
        if not is_text and low is not None and low == high and low < (256 if self.strict else 24):
            head = cbor_head(0x40, low)
            test = f"{self.data}[{self.o}] != 0x{head[0]:X}"
            if len(head) == 2:
                test += f" or {self.data}[{self.o} + 1] != {low}"
            lines.refuse_if(test)
            lines.add(f"{name} = {self.data}[{self.o} + {len(head)} : {self.o} + {len(head) + low}]")
            lines.read(f"{self.o} += {len(head) + low}")
            lines.refuse_if(f"{self.o} > {self.end}")
            return
        size = self.view.fresh("size")
        self.length(0x60 if is_text else 0x40, size)
        if not is_text:
            for test in bound_tests(size, low or None, high):
                lines.refuse_if(test)
        lines.add(f"{size} += {self.o}")
        lines.refuse_if(f"{size} > {self.end}")
        taken = f"{self.data}[{self.o}:{size}]"
        lines.add(f"{name} = {taken}.decode()" if is_text else f"{name} = {taken}")
        lines.read(f"{self.o} = {size}")
        if is_text:
            for test in length_tests(name, low, high):
                lines.refuse_if(test)

    def items(self, step: p.Items, name: str) -> None:
        lines, view = self.lines, self.view
        self.deeper()
        count = view.fresh("item_count")
        self.length(0x80, count)
        for test in bound_tests(count, step.minimum or None, step.maximum):
            lines.refuse_if(test)
        lines.refuse_if(f"{count} > {self.end} - {self.o}")
        built = view.fresh(f"{name}_items")
        lines.add(f"{built} = []")
        with lines.block(f"for _ in range({count}):"):
            self.block(step.body, step.item)
            lines.add(f"{built}.append({view.locals[step.item]})")
        lines.add(f"{name} = {built}")
        self.level -= 1

    def members(self, step: p.Members, name: str) -> None:
        lines, view = self.lines, self.view
        self.deeper()
        count, key, built = (view.fresh(n) for n in ("member_count", "member_key", f"{name}_members"))
        self.length(0xA0, count)
        for test in bound_tests(count, step.minimum or None, step.maximum):
            lines.refuse_if(test)
        lines.refuse_if(f"2 * {count} > {self.end} - {self.o}")
        lines.add(f"{built} = {{}}")
        before, start = view.fresh("key_before"), view.fresh("key_start")
        if self.strict:
            lines.read(f'{before} = b""')
        with lines.block(f"for _ in range({count}):"):
            if self.strict:
                lines.read(f"{start} = {self.o}")
            read = view.scope.support("cbor_key_at")
            lines.add(f"{key}, {self.o} = {read}({self.data}, {self.o}, {self.left()}, {self.strict}, False)")
            if self.strict:
                octets = view.fresh("key_octets")
                lines.read(f"{octets} = {self.data}[{start}:{self.o}]")
                lines.refuse_if(f"{octets} <= {before}")
                lines.add(f"{before} = {octets}")
            else:
                lines.refuse_if(f"{key} in {built}")
            assert isinstance(step.key, Integer | Label | Text), "what keys are"
            for test in tests_of_keys(view, step, key):
                lines.refuse_if(test)
            self.block(step.body, step.item)
            lines.add(f"{built}[{key}] = {view.locals[step.item]}")
        lines.add(f"{name} = {built}")
        self.level -= 1
