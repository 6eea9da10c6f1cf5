"""The careful twin of writing a tree record: member by member, refusing as the plan says."""

from __future__ import annotations

from art7.codegen.python.expressions import AND, quoted
from art7.codegen.python.record_facts import may_refuse
from art7.codegen.python.tree_explain import key_check, key_path
from art7.codegen.python.tree_view import (
    Lines,
    TreeRecord,
    cases_last_otherwise,
    indexed_path,
    key_text,
    kinds_in_words,
)
from art7.codegen.python.value_expressions import refusal
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s


def explain_write_function(view: TreeRecord) -> str:
    """Return the source of `_explain_write_x(trace, value, …) -> tree`."""
    return _Writer(view).function()


def shape_source(shape: s.Shape) -> str:
    """Return a shape as the support module takes it."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            return f'("integer", {low}, {high})'
        case s.Nullable(inner=inner):
            return f'("nullable", {shape_source(inner)})'
        case s.Sequence(item=item):
            return f'("list", {shape_source(item)})'
        case s.Mapping(key=s.Text(), value=value):
            return f'("map", {shape_source(value)})'
        case s.Mapping(key=key, value=value):
            return f'("keyed", {shape_source(value)}, {shape_source(key)})'
        case _:
            return f'("{_WORDS[type(shape)]}",)'


_WORDS: dict[type[object], str] = {
    s.Boolean: "boolean",
    s.Float: "float",
    s.Octets: "octets",
    s.Text: "text",
    s.Label: "label",
    s.Enumeration: "enum",
    s.RecordOf: "record",
    s.Union: "union",
    s.Anything: "any",
}


class _Writer:
    def __init__(self, view: TreeRecord) -> None:
        self.view = view
        self.record = view.record
        self.lines = Lines(indent=2)
        self.support = view.scope.support

    def function(self) -> str:
        self.given()
        body = self.record.body
        for index in body.emit:
            self.step(body.steps[index])
        self.lines.add("return result")
        self.support("json_refuse")
        self.support("Trace")
        parameters = "".join(f", {name}: Any" for name in self.view.parameters)
        return (
            f"def _explain_write_{self.view.stem()}(trace: Trace, value: Any{parameters}) -> Any:\n"
            f"    try:\n{self.lines.text()}\n"
            f"    except {self.support('BuiltinError')} as error:\n"
            f'        json_refuse(trace, error.code, "", None)'
        )

    def given(self) -> None:
        """Take the members that users give, and compute those that need nothing else."""
        names = self.view.scope.names.members(self.record)
        api = [slot.index for slot in self.record.api()]
        if self.record.form is p.Form.OBJECT:
            self.lines.add(f"{self.support('json_is_record')}(trace, value)")
        for slot in self.record.slots:
            name = self.view.locals[slot.index]
            if slot.is_api and slot.role is not p.Role.VIEW:
                take = self.support("json_given")
                shape, path = shape_source(slot.shape), self.path(slot.index)
                if self.record.form is p.Form.TUPLE:
                    conform = self.support("json_conform")
                    source = f"{conform}(trace, value[{api.index(slot.index)}], {path}, {shape})"
                else:
                    source = f"{take}(trace, value, {quoted(names[slot.index])}, {path}, {shape})"
                self.lines.add(f"{name}: Any = {source}")
                if slot.default is not None:
                    with self.lines.block(f"if {name} is None:"):
                        self.lines.read(f"{name} = {self.view.expression(slot.default)}")
            else:
                self.lines.add(f"{name}: Any = None")
        for slot in self.record.slots:
            if slot.role is p.Role.COMPUTED and slot.value is not None:
                self.lines.add(f"{self.view.locals[slot.index]} = {self.view.expression(slot.value)}")

    def path(self, slot: int, item: str = '""') -> str:
        """The source of the path of a slot; `item` is that of what is under way, for one that has no name."""
        name = self.record.slots[slot].name
        return item if name.startswith("_") else quoted(name)

    def refuse(self, fault: p.Fault, path: str) -> None:
        more = ""
        for name, text in (
            ("requirement", fault.requirement),
            ("ref", fault.ref),
            ("expected", fault.message),
        ):
            more += f", {name}={quoted(text)}" if text else ""
        self.lines.add(f"json_refuse(trace, {quoted(fault.code)}, {path}, None{more})")

    def step(self, step: p.Step, item: str = '""') -> None:
        match step:
            case p.Object():
                self.object(step)
            case p.Array():
                self.array(step)
            case p.Scalar() | p.AnyNode() | p.Items() | p.Members() | p.CallRecord() | p.Tag() | p.Wrap():
                self.lines.add(f"result: Any = {self.value(step, self.path(step.slot))}")
            case p.View(slot=slot, expr=expr):
                if self.record.slots[slot].role is not p.Role.VIEW_INPUT:
                    found = f"{self.view.locals[slot]} = {self.view.expression(expr)}"
                    if may_refuse(expr):
                        with self.lines.block("try:"):
                            self.lines.add(found)
                        with self.lines.block(f"except {self.support('BuiltinError')} as failure:"):
                            self.lines.add(f"json_refuse(trace, failure.code, {self.path(slot, item)}, None)")
                    else:
                        self.lines.add(found)
            case p.Check(level="must", on_writing=True):
                with self.lines.block(f"if {refusal(step.condition, self.view.values, AND)}:"):
                    self.refuse(step.fault, '""' if step.at is None else self.path(step.at, item))
            case p.Domain(slot=slot, ranges=ranges, fault=fault):
                name = self.view.locals[slot]
                with self.lines.block(f"if {name} is not None and not {self.view.in_ranges(name, ranges)}:"):
                    self.refuse(fault, self.path(slot, item))
            case _:
                pass

    # ---- values: the source of the JSON tree ----

    def block(self, block: p.Block, path: str) -> str:
        source = "None"
        for index in block.emit:
            step = block.steps[index]
            if isinstance(step, p.Check | p.Domain | p.View | p.Verify):
                self.step(step, path)
            else:
                source = self.value(step, path)
                if len(block.steps) > 1 and "(" in source:
                    # The tests after it must find its own refusals made.
                    held = self.view.fresh("written")
                    self.lines.add(f"{held} = {source}")
                    source = held
        return source

    def value(self, step: p.Step, path: str) -> str:
        slot: int = getattr(step, "slot", 0) or 0
        name = self.view.locals[slot]
        nullable = getattr(step, "nullable", False)
        match step:
            case p.Scalar(form="null"):
                return "None"
            case p.Scalar(form="octets" | "float" | "label"):
                source = (
                    f"{self.support('cbor_written')}(trace, {self.kept(slot)}, {path}, {quoted(step.form)}, "
                    f"{step.minimum}, {step.maximum})"
                )
            case p.Scalar():
                source = (
                    f"{self.support('json_written')}(trace, {self.kept(slot)}, {path}, {quoted(step.form)}, "
                    f"{step.minimum}, {step.maximum}, {quoted(step.padding)})"
                )
            case p.AnyNode():
                return name
            case p.CallRecord(record=record):
                return self.call(step, record, path)
            case p.Items():
                source = self.several(step, path, "items")
            case p.Members():
                source = self.several(step, path, "members")
            case p.Branch():
                return self.branch(step, path)
            case p.Tag() | p.Wrap():
                return self.inside(step, path)
            case p.Kinds():
                return self.kinds(step, path)
            case _:
                raise AssertionError(f"a tree has no step {type(step).__name__}")
        if not nullable:
            return source
        held = self.view.fresh(f"{name}_tree")
        self.lines.add(f"{held}: Any = None")
        with self.lines.block(f"if {name} is not None:"):
            self.lines.read(f"{held} = {source}")
        return held

    def inside(self, step: p.Tag | p.Wrap, path: str) -> str:
        """What a tag marks, or what an octet string holds."""
        name = self.view.locals[step.slot]
        held = self.view.fresh(f"{name}_marked")
        self.lines.add(f"{held}: Any = None")
        with self.lines.block(f"if {name} is not None:" if step.nullable else "if True:"):
            source = self.block(step.body, path)
            if isinstance(step, p.Tag):
                self.lines.add(f"{held} = {self.support('Tagged')}({step.number}, {source})")
            else:
                sort = self.view.is_strict
                octets = f"{self.support('cbor_octets_of')}(trace, {source}, {sort}, {path}, None)"
                if step.empty:
                    with self.lines.block(f"if {source} == {{}}:"):
                        self.lines.read(f'{held} = b""')
                    with self.lines.block("else:"):
                        self.lines.read(f"{held} = {octets}")
                else:
                    self.lines.add(f"{held} = {octets}")
                if step.kept is not None:
                    same, limits = self.support("cbor_same"), f"{self.view.cbor_limits()}, {step.empty}"
                    kept, place = self.view.locals[step.kept], self.path(step.kept)
                    self.lines.add(f"{held} = {same}(trace, {held}, {kept}, {place}, {limits})")
        return held

    def call(self, step: p.CallRecord, record: str, path: str) -> str:
        name = self.view.locals[step.slot]
        function = self.view.scope.function("explain_write", record)
        tree = self.view.fresh(f"{name}_tree")
        if step.nullable:
            self.lines.add(f"{tree}: Any = None")
            head = f"if {name} is not None:"
        else:
            with self.lines.block(f"if {name} is None:"):
                self.lines.read(f'json_refuse(trace, "missing_field", {path}, None, "a value", "nothing")')
            head = ""
        if head:
            self.lines.add(head)
            self.lines.indent += 1
        self.lines.add(f"trace.enter({path})")
        self.lines.add(f"{tree} = {function}(trace, {name}{self.view.arguments(step)})")
        self.lines.add("trace.leave()")
        if head:
            self.lines.indent -= 1
        return tree

    def kept(self, slot: int) -> str:
        """A kept value is computed where its guards are there."""
        declared = self.record.slots[slot]
        if declared.role is not p.Role.KEPT or declared.value is None:
            return self.view.locals[slot]
        guards = [
            self.view.parameters[guard]
            for step in self.record.body.steps
            if isinstance(step, p.Verify) and step.slot == slot
            for guard in step.guard
        ]
        computed = f"({self.view.expression(declared.value)})"
        if guards:
            test = " and ".join(f"{name} is not None" for name in guards)
            return f"({computed} if {test} else {self.view.locals[slot]})"
        name = self.view.locals[slot]
        return f"({computed} if {name} is None else {name})"

    def several(self, step: p.Items | p.Members, path: str, what: str) -> str:
        name, item = self.view.locals[step.slot], self.view.locals[step.item]
        held = self.view.fresh(f"{name}_tree")
        self.lines.add(f"{held}: Any = None")
        with self.lines.block(f"if {name} is not None:" if getattr(step, "nullable", False) else "if True:"):
            counted = self.support("json_counted")
            self.lines.add(f'{counted}(trace, {name}, {path}, {step.minimum}, {step.maximum}, "{what}")')
            place = self.view.fresh(f"{name}_place")
            if isinstance(step, p.Items):
                self.lines.add(f"{held} = []")
                with self.lines.block(f"for {place}, {item} in enumerate({name}):"):
                    self.lines.add(f"{held}.append({self.block(step.body, indexed_path(path, place))})")
            else:
                self.lines.add(f"{held} = {{}}")
                with self.lines.block(f"for {place}, {item} in {name}.items():"):
                    inner = f"{self.support(key_path(self.view))}({path}, {place})"
                    self.key(step, place, inner)
                    self.lines.add(f"{held}[{place}] = {self.block(step.body, inner)}")
        return held

    def key(self, step: p.Members, key: str, path: str) -> None:
        if self.view.is_cbor:
            self.lines.add(key_check(self.view, step, key, path, "None"))
            return
        bounds = step.key if isinstance(step.key, s.Text) else s.Text()
        if bounds.minimum or bounds.maximum is not None:
            self.lines.add(
                f"{self.support('json_bounds')}(trace, None, {path}, len({key}), "
                f'{bounds.minimum}, {bounds.maximum}, "characters of a key")'
            )

    def branch(self, step: p.Branch, path: str) -> str:
        held = self.view.fresh("arm_tree")
        self.lines.add(f"{held}: Any = None")
        on = self.view.tag(self.lines, step.on)
        order = sorted(range(len(step.cases)), key=lambda place: not step.cases[place].ranges)
        own = '""' if step.slot is None else self.path(step.slot)
        word = "if"
        for place in order:
            case = step.cases[place]
            head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                value_slot = step.value_slots[place] if step.value_slots else None
                if case.refuse is not None:
                    self.refuse(case.refuse, own)
                elif value_slot is not None and step.slot is not None:
                    if not _takes_null(case.body):
                        with self.lines.block(f"if {self.view.locals[step.slot]} is None:"):
                            self.refuse(p.Fault("missing_field", None, None, "a value"), own)
                    conform = self.support("json_conform")
                    union, shape = (
                        self.view.locals[step.slot],
                        shape_source(self.record.slots[value_slot].shape),
                    )
                    self.lines.add(
                        f"{self.view.locals[value_slot]} = {union} if {union} is None else "
                        f"{conform}(trace, {union}, {self.path(value_slot)}, {shape})"
                    )
                elif step.slot is not None:
                    with self.lines.block(f"if {self.view.locals[step.slot]} is not None:"):
                        self.refuse(p.Fault("wrong_kind"), own)
                if case.body.steps:
                    inner = path if value_slot is None else self.path(value_slot)
                    self.lines.add(f"{held} = {self.block(case.body, inner)}")
            word = "elif"
        if all(case.ranges for case in step.cases):
            with self.lines.block("else:"):
                self.refuse(p.Fault("unknown_value"), own)
        return held

    def kinds(self, step: p.Kinds, path: str) -> str:
        name, held = self.view.locals[step.slot], self.view.fresh("kind_tree")
        kind, refuse = self.view.fresh("kind_word"), self.support("json_refuse")
        self.lines.add(f"{held}: Any = None")
        self.lines.add(f"{kind} = {self.support('json_kind_word')}({name})")
        word = "if"
        for case in step.cases:
            with self.lines.block(f"{word} {kind} == {quoted(case.value)}:"):
                own, shape = self.view.locals[case.slot], shape_source(self.record.slots[case.slot].shape)
                self.lines.add(f"{own} = {self.support('json_conform')}(trace, {name}, {path}, {shape})")
                self.lines.add(f"{held} = {self.block(case.body, path)}")
            word = "elif"
        if not step.nullable:
            with self.lines.block(f"elif {name} is None or {name} is {self.support('ABSENT')}:"):
                self.lines.read(f'{refuse}(trace, "missing_field", {path}, None, "a value", "nothing")')
        with self.lines.block(f'elif {kind} != "null":' if step.nullable else "else:"):
            brief, expected = self.support("json_brief"), quoted(kinds_in_words(step))
            self.lines.read(f'{refuse}(trace, "wrong_kind", {path}, None, {expected}, {brief}({name}))')
        return held

    # ---- containers ----

    def object(self, step: p.Object) -> None:
        self.lines.add("result: Any = {}")
        for entry in step.entries:
            self.entry(entry)
        for spread in step.spreads:
            self.spread(spread)
        if step.unknown_slot is not None:
            name, path = self.view.locals[step.unknown_slot], self.path(step.unknown_slot)
            key = self.view.fresh("unknown_key")
            with self.lines.block(f"for {key} in {name} or ():"):
                with self.lines.block(f"if {key} in result:"):
                    self.lines.read(f'json_refuse(trace, "duplicate_field", {path}, None)')
                self.lines.read(f"result[{key}] = {name}[{key}]")

    def entry(self, entry: p.Entry) -> None:
        slot = self.record.slots[entry.slot]
        name, path = self.view.locals[entry.slot], self.path(entry.slot)
        takes_null = entry.required and _takes_null(entry.body)
        computed = slot.value is not None and slot.role in (p.Role.COMPUTED, p.Role.KEPT, p.Role.LOCAL)
        sentinel = self.view.nothing(entry.slot)
        tests = []
        if not computed and not takes_null:
            tests.append(f"{name} is not {sentinel}")
        if slot.default is not None and not entry.required:
            tests.append(f"{name} != {self.view.expression(slot.default)}")
        store = f"result[{key_text(entry.key)}]"
        if not tests:
            self.lines.add(f"{store} = {self.block(entry.body, path)}")
            return
        with self.lines.block(f"if {' and '.join(tests)}:"):
            self.lines.add(f"{store} = {self.block(entry.body, path)}")
        if entry.required:
            with self.lines.block("else:"):
                self.lines.read(f'json_refuse(trace, "missing_field", {path}, None, "a value", "nothing")')

    def spread(self, spread: p.Spread) -> None:
        on = self.view.tag(self.lines, spread.on)
        every = {entry.slot for case in spread.cases for entry in case.entries}
        word = "if"
        cases = cases_last_otherwise(spread.cases)
        for case in cases:
            head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    self.refuse(case.refuse, '""')
                for slot in sorted(every - {entry.slot for entry in case.entries}):
                    self.foreign(slot)
                for entry in case.entries:
                    self.entry(entry)
            word = "elif"
        if all(case.ranges for case in cases):
            with self.lines.block("else:"):
                self.refuse(p.Fault("unknown_value"), '""')

    def foreign(self, slot: int) -> None:
        declared = self.record.slots[slot]
        if declared.role is not p.Role.GIVEN or declared.default is not None:
            return
        with self.lines.block(f"if {self.view.locals[slot]} is not {self.view.nothing(slot)}:"):
            self.refuse(p.Fault("unknown_field"), self.path(slot))

    def array(self, step: p.Array) -> None:
        self.lines.add("result: Any = []")
        self.places(step.entries, 0)
        for spread in step.spreads:
            self.array_spread(spread, len(step.entries))

    def places(self, entries: tuple[p.Entry, ...], first: int) -> None:
        for place, entry in enumerate(entries, first):
            name, path = self.view.locals[entry.slot], self.path(entry.slot)
            sentinel = self.view.nothing(entry.slot)
            tests = [f"len(result) == {place}"] if place > first else []
            tests += [] if entry.required else [f"{name} is not {sentinel}"]
            with self.lines.block(f"if {' and '.join(tests)}:" if tests else "if True:"):
                self.lines.add(f"result.append({self.block(entry.body, path)})")

    def array_spread(self, spread: p.Spread, first: int) -> None:
        on = self.view.tag(self.lines, spread.on)
        every = {entry.slot for case in spread.cases for entry in case.entries}
        word = "if"
        cases = cases_last_otherwise(spread.cases)
        for case in cases:
            head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    self.refuse(case.refuse, '""')
                for slot in sorted(every - {entry.slot for entry in case.entries}):
                    self.foreign(slot)
                self.places(case.entries, first)
            word = "elif"
        if all(case.ranges for case in cases):
            with self.lines.block("else:"):
                self.refuse(p.Fault("unknown_value"), '""')


def _takes_null(block: p.Block) -> bool:
    """Whether `None` is a null on the wire; in a union, its arms know."""
    return any(
        isinstance(step, p.AnyNode | p.Branch)
        or getattr(step, "nullable", False)
        or getattr(step, "form", "") == "null"
        for step in block.steps[:1]
    )
