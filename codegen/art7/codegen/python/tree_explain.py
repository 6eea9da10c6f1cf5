"""The careful twin of a tree record: the plan step by step, each value with its place.

Reading goes over nodes that know their octet; writing builds the JSON tree member by member. Both refuse
exactly where the plan says, in its order; nothing is merged or moved here.
"""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.python.expressions import AND, BIT_OR, expression, quoted, tuple_of
from art7.codegen.python.record_facts import may_refuse
from art7.codegen.python.tree_read import differs
from art7.codegen.python.tree_view import (
    Lines,
    TreeRecord,
    cases_last_otherwise,
    indexed_path,
    key_text,
    kinds_in_words,
)
from art7.codegen.python.unused import without_unused
from art7.codegen.python.value_expressions import refusal
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s

_HEAD = "trace: Trace, node: JsonNode, at: int"


def explain_read_function(view: TreeRecord) -> str:
    """Return the source of `_explain_read_x(trace, node, at, …) -> dict`."""
    return _Reader(view).function()


class _Reader:
    def __init__(self, view: TreeRecord) -> None:
        self.view = view
        self.lines = Lines(indent=2)
        self.record = view.record
        self.support = view.scope.support
        self.places = tuple(view.fresh(f"{slot.name}_at") for slot in view.record.slots)

    def function(self) -> str:
        self.lines.read("fields = trace.begin()")
        for slot in self.record.slots:
            initial = (
                self.view.nothing(slot.index) if slot.default is None else self.view.expression(slot.default)
            )
            self.lines.read(f"{self.view.locals[slot.index]}: Any = {initial}")
            self.lines.read(f"{self.places[slot.index]} = -1")
        for step in self.record.body.steps:
            self.step(step, "node", None)
        self.result()
        self.support("json_refuse")
        self.support("JsonNode")
        self.support("Trace")
        error = self.support("BuiltinError")
        parameters = "".join(f", {name}: Any" for name in self.view.parameters)
        return (
            f"def _explain_read_{self.view.stem()}({_HEAD}{parameters}) -> Any:\n"
            f"    try:\n{self.body()}\n"
            f"    except {error} as error:\n"
            f'        json_refuse(trace, error.code, "", at)'
        )

    def body(self) -> str:
        """The text of what was read so far, without places that nothing asks for."""
        self.lines.flush()
        return "\n".join(without_unused(self.lines.lines, self.places))

    def result(self) -> None:
        api = self.record.api()
        verified = {step.slot for step in self.record.body.steps if isinstance(step, p.Verify)}
        for slot in api:
            if slot.role is p.Role.KEPT and slot.value is not None and slot.index not in verified:
                name = self.view.locals[slot.index]
                computed = expression(slot.value, self.view.values).at(BIT_OR)
                with self.lines.block(f"if {name} is not None and {name} == {computed}:"):
                    self.lines.read(f"{name} = None")
        self.lines.add("trace.end()")
        if self.record.form is p.Form.TUPLE:
            spelled = ", ".join(self.view.locals[slot.index] for slot in api)
            self.lines.add(f"return ({spelled}{',' if len(api) == 1 else ''})")
            return
        for slot in api:
            self.lines.add(f"fields[{quoted(slot.name)}] = {self.view.locals[slot.index]}")
        self.lines.add("return fields")

    def filled(self, slot: int) -> None:
        """Let an explanation show the member."""
        declared = self.record.slots[slot]
        if declared.is_api:
            self.lines.add(f"fields[{quoted(declared.name)}] = {self.view.locals[slot]}")

    def path(self, slot: int, item: str | None) -> str:
        """The source of the path of a slot; `item` is that of the item under way."""
        if item is not None:
            return item
        name = self.record.slots[slot].name
        return '""' if name.startswith("_") else quoted(name)

    def refuse(self, fault: p.Fault, path: str, offset: str, got: str = "") -> None:
        more = f", got={self.support('json_brief')}({got})" if got else ""
        for name, text in (
            ("requirement", fault.requirement),
            ("ref", fault.ref),
            ("expected", fault.message),
        ):
            more += f", {name}={quoted(text)}" if text else ""
        self.lines.add(f"json_refuse(trace, {quoted(fault.code)}, {path}, {offset}{more})")

    # ---- steps ----

    def step(self, step: p.Step, node: str, item: str | None) -> None:
        """One step on the node in local `node`; `item`: source of the path inside a list or map."""
        match step:
            case p.Object():
                self.object(step, node)
            case p.Array():
                self.array(step, node)
            case p.Scalar() | p.AnyNode() | p.Items() | p.Members() | p.CallRecord() | p.Tag() | p.Wrap():
                self.lines.add(f"{self.places[step.slot]} = {node}.start")
                self.value(step, node, self.path(step.slot, item))
                if item is None:
                    self.filled(step.slot)
            case p.Branch():
                self.branch(step, node, item)
            case p.Kinds():
                self.kinds(step, node, item)
            case p.Domain(slot=slot, ranges=ranges, fault=fault):
                name = self.view.locals[slot]
                test = f"{name} is not {self.view.nothing(slot)} and {name} is not None"
                test = f"{name} is not None" if self.view.nothing(slot) == "None" else test
                with self.lines.block(f"if {test} and not {self.view.in_ranges(name, ranges)}:"):
                    self.refuse(fault, self.path(slot, item), self.places[slot], name)
            case p.View(slot=slot, expr=expr):
                found = f"{self.view.locals[slot]} = {self.view.expression(expr)}"
                if may_refuse(expr):
                    with self.lines.block("try:"):
                        self.lines.add(found)
                    with self.lines.block(f"except {self.support('BuiltinError')} as failure:"):
                        self.lines.add(
                            f"json_refuse(trace, failure.code, {self.path(slot, item)}, {node}.start)"
                        )
                else:
                    self.lines.add(found)
                self.lines.add(f"{self.places[slot]} = {node}.start")
            case p.Verify():
                self.verify(step, item)
            case p.Check(level="must"):
                self.check(step, item)
            case p.Check():
                pass
            case _:
                raise AssertionError(f"a tree has no step {type(step).__name__}")

    def block(self, block: p.Block, node: str, item: str | None) -> None:
        for step in block.steps:
            self.step(step, node, item)

    def value(self, step: p.Step, node: str, path: str) -> None:
        match step:
            case p.Scalar():
                self.scalar(step, node, path)
            case p.AnyNode(slot=slot):
                if self.view.is_cbor:
                    self.lines.add(f"{self.view.locals[slot]} = {self.support('cbor_kept')}({node})")
                    return
                kept = f"{self.support('json_kept')}(trace, {node}, {path}, {self.view.integers})"
                self.lines.add(f"{self.view.locals[slot]} = {kept}")
            case p.Items():
                self.items(step, node, path)
            case p.Members():
                self.members(step, node, path)
            case p.CallRecord(slot=slot, record=record):
                function = self.view.scope.function("explain_read", record)
                call = f"{function}(trace, {node}, {node}.start{self.view.arguments(step)})"
                self.lines.add(f"trace.enter({path})")
                self.nullable(step.nullable, node, self.view.locals[slot], call)
                self.lines.add("trace.leave()")

            case p.Tag() | p.Wrap():
                self.inside(step, node, path)

    def inside(self, step: p.Tag | p.Wrap, node: str, path: str) -> None:
        """What a tag marks, or what an octet string holds."""
        if step.nullable:
            with self.lines.block(f"if {node}.value is None:"):
                self.lines.read(f"{self.view.locals[step.slot]} = None")
            with self.lines.block("else:"):
                self.inside(replace(step, nullable=False), node, path)
            return
        held = self.view.fresh(f"{self.record.slots[step.slot].name}_inside")
        if isinstance(step, p.Tag):
            call = f"{self.support('cbor_marked')}(trace, {node}, {path}, {step.number})"
        else:
            limits = f"{self.view.cbor_limits()}, {step.empty}"
            call = f"{self.support('cbor_inner')}(trace, {node}, {path}, {limits})"
        self.lines.add(f"{held} = {call}")
        if isinstance(step, p.Wrap) and step.kept is not None:
            self.lines.add(f"{self.view.locals[step.kept]} = {node}.value")
            self.lines.add(f"{self.places[step.kept]} = {node}.start")
            self.filled(step.kept)
        for inner in step.body.steps:
            self.value(inner, held, path)

    def scalar(self, step: p.Scalar, node: str, path: str) -> None:
        bounds = f", {step.minimum}, {step.maximum}"
        forms = {"text": ("json_text", bounds), "integer": ("json_integer", bounds)}
        forms |= {"boolean": ("json_boolean", ""), "null": ("json_null", ""), "number": ("json_number", "")}
        forms |= {
            "octets": ("cbor_octets", bounds),
            "float": ("cbor_real", ""),
            "label": ("cbor_name", bounds),
        }
        coded = ("json_octets", f", {quoted(step.form)}, {quoted(step.padding)}{bounds}")
        function, more = forms.get(step.form, coded)
        call = f"{self.support(function)}(trace, {node}, {path}{more})"
        self.nullable(step.nullable, node, self.view.locals[step.slot], call)

    def nullable(self, may_be_null: bool, node: str, name: str, call: str) -> None:
        if not may_be_null:
            self.lines.add(f"{name} = {call}")
            return
        with self.lines.block(f"if {node}.value is None:"):
            self.lines.read(f"{name} = None")
        with self.lines.block("else:"):
            self.lines.read(f"{name} = {call}")

    def items(self, step: p.Items, node: str, path: str) -> None:
        name, item = self.view.locals[step.slot], self.view.locals[step.item]
        held, place, element = (self.view.fresh(f"{name}_{word}") for word in ("list", "place", "node"))
        if step.nullable:
            with self.lines.block(f"if {node}.value is None:"):
                self.lines.read(f"{name} = None")
            with self.lines.block("else:"):
                plain = p.Items(step.slot, step.item, step.body, step.minimum, step.maximum)
                self.items(plain, node, path)
            return
        self.lines.add(f"{held}: list[Any] = []")
        self.lines.add(f"{name} = {held}")
        if node.endswith("_node") and path == self.path(step.slot, None):
            self.filled(step.slot)
        with self.lines.block(
            f"for {place}, {element} in enumerate({self.support('json_array')}(trace, {node}, {path})):"
        ):
            if step.maximum is not None:
                room = self.support("json_room")
                self.lines.add(f'{room}(trace, {element}, {path}, {place}, {step.maximum}, "items")')
            self.block(
                step.body,
                element,
                indexed_path(path, place),
            )
            self.lines.add(f"{held}.append({item})")
        if step.minimum:
            enough = self.support("json_enough")
            self.lines.add(f'{enough}(trace, {node}.start, {path}, len({held}), {step.minimum}, "items")')

    def members(self, step: p.Members, node: str, path: str) -> None:
        name, item = self.view.locals[step.slot], self.view.locals[step.item]
        held, key, element = (self.view.fresh(f"{name}_{word}") for word in ("map", "key", "node"))
        self.lines.add(f"{held}: dict[Any, Any] = {{}}")
        self.lines.add(f"{name} = {held}")
        if node.endswith("_node") and path == self.path(step.slot, None):
            self.filled(step.slot)
        with self.lines.block(
            f"for {key}, {element} in {self.support(object_of(self.view))}(trace, {node}, {path}).items():"
        ):
            if step.maximum is not None:
                room = self.support("json_room")
                self.lines.add(f'{room}(trace, {element}, {path}, len({held}), {step.maximum}, "members")')
            item_path = f"{self.support(key_path(self.view))}({path}, {key})"
            bounds = step.key if isinstance(step.key, s.Text) else s.Text()
            if self.view.is_cbor:
                self.lines.add(key_check(self.view, step, key, item_path, f"{element}.start"))
            elif bounds.minimum or bounds.maximum is not None:
                self.lines.add(
                    f"{self.support('json_bounds')}(trace, {element}.start, {item_path}, len({key}), "
                    f'{bounds.minimum}, {bounds.maximum}, "characters of a key")'
                )
            self.block(step.body, element, item_path)
            self.lines.add(f"{held}[{key}] = {item}")
        if step.minimum:
            enough = self.support("json_enough")
            self.lines.add(f'{enough}(trace, {node}.start, {path}, len({held}), {step.minimum}, "members")')

    def branch(self, step: p.Branch, node: str, item: str | None) -> None:
        on = self.view.tag(self.lines, step.on)
        order = sorted(range(len(step.cases)), key=lambda place: not step.cases[place].ranges)
        word = "if"
        for place in order:
            case = step.cases[place]
            head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    self.refuse(case.refuse, '""', f"{node}.start", on)
                self.block(case.body, node, item)
                value_slot = step.value_slots[place] if step.value_slots else None
                if step.slot is not None:
                    value = "None" if value_slot is None else self.view.locals[value_slot]
                    self.lines.add(f"{self.view.locals[step.slot]} = {value}")
            word = "elif"
        if all(case.ranges for case in step.cases):
            with self.lines.block("else:"):
                self.refuse(p.Fault("unknown_value"), '""', f"{node}.start", on)

    def kinds(self, step: p.Kinds, node: str, item: str | None) -> None:
        path, name = self.path(step.slot, item), self.view.locals[step.slot]
        self.lines.add(f"{self.places[step.slot]} = {node}.start")
        kind = self.view.fresh("kind_word")
        self.lines.add(f"{kind} = {self.support('json_kind_word')}({node}.value)")
        word = "if"
        if step.nullable:
            with self.lines.block(f'if {kind} == "null":'):
                self.lines.read(f"{name} = None")
            word = "elif"
        for case in step.cases:
            with self.lines.block(f"{word} {kind} == {quoted(case.kind)}:"):
                self.block(case.body, node, path)
                self.lines.add(f"{name} = {self.view.locals[case.slot]}")
            word = "elif"
        with self.lines.block("else:"):
            expected = quoted(kinds_in_words(step))
            self.lines.read(f"{self.support('json_wrong')}(trace, {node}, {path}, {expected})")
        if item is None:
            self.filled(step.slot)

    def verify(self, step: p.Verify, item: str | None) -> None:
        slot = self.record.slots[step.slot]
        if step.implied or slot.value is None:
            return
        name = self.view.locals[step.slot]
        tests = [f"{name} is not None"] + [
            f"{self.view.parameters[guard]} is not None" for guard in step.guard
        ]
        with self.lines.block(f"if {' and '.join([*tests, differs(self.view, step, name, slot.value)])}:"):
            self.refuse(step.fault, self.path(step.slot, item), self.places[step.slot], name)

    def check(self, step: p.Check, item: str | None) -> None:
        with self.lines.block(f"if {refusal(step.condition, self.view.values, AND)}:"):
            if step.at is None:
                self.refuse(step.fault, '""', "at")
                return
            place = self.places[step.at]
            # A pattern is tested where its text is read: inside a list or a map, or among alternatives, that has no name.
            path = self.path(step.at, item if self.record.slots[step.at].name.startswith("_") else None)
            self.refuse(step.fault, path, f"{place} if {place} >= 0 else at", self.view.locals[step.at])

    # ---- containers ----

    def object(self, step: p.Object, node: str) -> None:
        members = self.view.fresh("known_members")
        self.lines.add(f'{members} = {self.support(object_of(self.view))}(trace, {node}, "")')
        for entry in step.entries:
            self.entry(entry, f"{members}.get({key_text(entry.key)})", node)
        keys = self.view.fresh("known_keys")
        has_rest = step.unknown == "reject" or step.unknown_slot is not None
        if has_rest:
            kind = "Any" if self.view.is_cbor else "str"
            self.lines.add(f"{keys}: frozenset[{kind}] = {_keys(step.entries)}")
        for spread in step.spreads:
            self.spread(spread, node, members, keys if has_rest else None)
        if step.unknown == "reject":
            unknown = self.support("cbor_unknown" if self.view.is_cbor else "json_unknown")
            self.lines.add(f'{unknown}(trace, {members}, {keys}, "")')
        if step.unknown_slot is not None:
            path = self.path(step.unknown_slot, None)
            if self.view.is_cbor:
                rest = f"{self.support('cbor_rest')}({members}, {keys})"
            else:
                more = f"{path}, {self.view.integers}"
                rest = f"{self.support('json_rest')}(trace, {members}, {keys}, {more})"
            self.lines.add(f"{self.view.locals[step.unknown_slot]} = {rest}")

    def entry(self, entry: p.Entry, found: str, node: str) -> None:
        held = self.view.fresh(f"{self.view.locals[entry.slot]}_node")
        self.lines.add(f"{held} = {found}")
        if entry.required:
            with self.lines.block(f"if {held} is None:"):
                missing = self.support("json_missing")
                self.lines.read(f"{missing}(trace, {node}, {self.path(entry.slot, None)})")
            self.block(entry.body, held, None)
            return
        with self.lines.block(f"if {held} is not None:"):
            self.block(entry.body, held, None)

    def spread(self, spread: p.Spread, node: str, members: str, keys: str | None) -> None:
        on = self.view.tag(self.lines, spread.on)
        word = "if"
        cases = cases_last_otherwise(spread.cases)
        for case in cases:
            head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    self.refuse(case.refuse, '""', f"{node}.start", on)
                for entry in case.entries:
                    self.entry(entry, f"{members}.get({key_text(entry.key)})", node)
                if keys is not None and case.entries:
                    self.lines.add(f"{keys} |= {_keys(case.entries)}")
            word = "elif"
        if all(case.ranges for case in cases):
            with self.lines.block("else:"):
                self.refuse(p.Fault("unknown_value"), '""', f"{node}.start", on)

    def array(self, step: p.Array, node: str) -> None:
        items = self.view.fresh("all_items")
        self.lines.add(f'{items} = {self.support("json_array")}(trace, {node}, "")')
        if not step.spreads:
            self.room(items, len(step.entries))
        self.array_places(items, node, step.entries, 0)
        for spread in step.spreads:
            on = self.view.tag(self.lines, spread.on)
            word = "if"
            cases = cases_last_otherwise(spread.cases)
            for case in cases:
                head = f"{word} {self.view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
                with self.lines.block(head if case.ranges or word == "elif" else "if True:"):
                    if case.refuse is not None:
                        self.refuse(case.refuse, '""', f"{node}.start", on)
                    else:
                        self.room(items, len(step.entries) + len(case.entries))
                        self.array_places(items, node, case.entries, len(step.entries))
                word = "elif"
            if all(case.ranges for case in cases):
                with self.lines.block("else:"):
                    self.refuse(p.Fault("unknown_value"), '""', f"{node}.start", on)

    def room(self, items: str, count: int) -> None:
        """Refuse an item too many."""
        with self.lines.block(f"if len({items}) > {count}:"):
            room = self.support("json_room")
            self.lines.read(f'{room}(trace, {items}[{count}], "", {count}, {count}, "items")')

    def array_places(self, items: str, node: str, entries: tuple[p.Entry, ...], first: int) -> None:
        for place, entry in enumerate(entries, first):
            self.entry(entry, f"{items}[{place}] if len({items}) > {place} else None", node)


def object_of(view: TreeRecord) -> str:
    """Return the support function that takes a node as an object."""
    return "cbor_map_of" if view.is_cbor else "json_object"


def key_path(view: TreeRecord) -> str:
    """Return the support function that spells the path of a map's value."""
    return "cbor_key_path" if view.is_cbor else "json_key_path"


def key_check(view: TreeRecord, step: p.Members, key: str, path: str, offset: str) -> str:
    """Return the call that refuses a key which a map of CBOR does not have."""
    check = view.scope.support("cbor_check_key")
    match step.key:
        case s.Integer(minimum=low, maximum=high):
            return f'{check}(trace, {key}, {path}, {offset}, "integer", {low}, {high})'
        case s.Label(minimum=low, maximum=high):
            return f'{check}(trace, {key}, {path}, {offset}, "label", {low}, {high})'
        case s.Text(minimum=low, maximum=high):
            return f'{check}(trace, {key}, {path}, {offset}, "text", {low}, {high})'
        case _:
            raise AssertionError(f"no key is a {type(step.key).__name__}")


def _keys(entries: tuple[p.Entry, ...]) -> str:
    keys = sorted({key_text(entry.key) for entry in entries})
    return f"frozenset({tuple_of(keys)})"
