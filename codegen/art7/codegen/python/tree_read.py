"""Reading a tree record fast: straight-line checks on what `json` made, then one object.

The function says only yes or no: a missing key, a value of another type or a broken rule all refuse, and
the careful twin explains. So the order of tests is free here.
"""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.python.expressions import BIT_OR, NOT, expression, quoted
from art7.codegen.python.tree_view import (
    Lines,
    TreeRecord,
    cases_last_otherwise,
    keeps_node,
    key_text,
)
from art7.codegen.python.value_expressions import refusal
from art7.codegen.python.wrapping import wrapped
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.shape import Integer, Label, Text


def read_function(view: TreeRecord, construct: str) -> str:
    """Return the source of `_read_x(node, …) -> value`.

    `construct` is the expression that makes an empty object of the record's class. A record that may leave something not
    verified takes `unverified`, a list that learns what.
    """
    lines = Lines()
    lines.refusal = f"raise {view.scope.support('Refused')}"
    for slot in view.kept_slots():
        lines.add(f"{view.locals[slot]} = None")
    _steps(lines, view, view.record.body.steps, "node")
    _result(lines, view, construct)
    parameters = ", unverified: list[str]" if view.record.guarded else ""
    parameters += "".join(f", {name}: Any" for name in view.parameters)
    kind = view.scope.class_of(view.record.name)
    return f"def _read_{view.stem()}(node: Any{parameters}) -> {kind}:\n{lines.text()}"


def _result(lines: Lines, view: TreeRecord, construct: str) -> None:
    api = view.record.api()
    if view.record.form is p.Form.TUPLE:
        spelled = ", ".join(view.locals[slot.index] for slot in api)
        lines.add(f"return ({spelled}{',' if len(api) == 1 else ''})")
        return
    lines.add(f"value = {construct}")
    for slot in api:
        lines.read(f"value.{view.attribute(slot.index)} = {view.locals[slot.index]}")
    if view.record.guarded and view.record.kind == "message":
        lines.read("value.unverified = unverified")
    lines.read("return value")


# ---- steps of a record -----------------------------------------------------------------------------------


def _steps(lines: Lines, view: TreeRecord, steps: tuple[p.Step, ...], node: str) -> None:
    for step in steps:
        match step:
            case p.Object():
                _object(lines, view, step, node)
            case p.Array():
                _array(lines, view, step, node)
            case _:
                value_step(lines, view, step, node, inside=False)


def _object(lines: Lines, view: TreeRecord, step: p.Object, node: str) -> None:
    static = [entry for entry in step.entries if entry.required]
    if not static:
        lines.add(f"if type({node}) is not dict:")
        lines.read(f"    {lines.refusal}")
    counted = step.unknown != "ignore"
    optional = [entry for entry in step.entries if not entry.required]
    counts = counted and bool(optional or step.spreads)
    if counts:
        lines.read(f"known = {len(static)}")
    for entry in step.entries:
        _entry(lines, view, entry, node, counts)
    tags: dict[int, str] = {}
    for spread in step.spreads:
        _spread(lines, view, spread, node, counts, tags)
    if counted:
        _unknown(lines, view, step, node, "known" if counts else str(len(static)), tags)


def _entry(lines: Lines, view: TreeRecord, entry: p.Entry, node: str, counts: bool) -> None:
    name, key = view.locals[entry.slot], key_text(entry.key)
    if entry.required:
        _required(lines, view, entry, f"{node}[{key}]")
        return
    slot = view.record.slots[entry.slot]
    sentinel = view.nothing(entry.slot)
    if slot.default is not None:
        lines.add(f"if {key} in {node}:")
        with _indented(lines):
            lines.read(f"{name} = {node}[{key}]")
            block_of(lines, view, entry.body, name, entry.slot)
            _count(lines, counts)
        lines.add("else:")
        lines.read(f"    {name} = {view.expression(slot.default)}")
        return
    lines.add(f"{name} = {node}.get({key}{'' if sentinel == 'None' else ', ' + sentinel})")
    with lines.block(f"if {name} is not {sentinel}:"):
        block_of(lines, view, entry.body, name, entry.slot)
        _count(lines, counts)
    if sentinel == "None" and not _takes_null(entry.body):
        lines.read(f"elif {key} in {node}:")
        lines.read(f"    {lines.refusal}")


def _required(lines: Lines, view: TreeRecord, entry: p.Entry, node: str) -> None:
    first, name = entry.body.steps[0], view.locals[entry.slot]
    if isinstance(first, p.CallRecord) and first.slot == entry.slot:
        value_step(lines, view, first, node, inside=True)
        for step in entry.body.steps[1:]:
            value_step(lines, view, step, name, inside=True)
        return
    lines.read(f"{name} = {node}")
    block_of(lines, view, entry.body, name, entry.slot)


def _takes_null(block: p.Block) -> bool:
    """Whether an explicit null is a value for it, the same as none in Python."""
    first = block.steps[0]
    return isinstance(first, p.AnyNode) or getattr(first, "nullable", False)


class _indented:
    """Indent what is added inside `with`, and write the gathered tests at its end."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __enter__(self) -> None:
        self._lines.indent += 1

    def __exit__(self, *_: object) -> None:
        self._lines.flush()
        self._lines.indent -= 1


def _count(lines: Lines, counts: bool) -> None:
    if counts:
        lines.add("known += 1")


def _spread(
    lines: Lines, view: TreeRecord, spread: p.Spread, node: str, counts: bool, tags: dict[int, str]
) -> None:
    slots = sorted({entry.slot for case in spread.cases for entry in case.entries})
    for slot in slots:
        nothing = view.nothing(slot)
        # What marks absence where null is a value has a type of its own.
        kind = "" if nothing == "None" else ": Any"
        lines.add(f"{view.locals[slot]}{kind} = {nothing}")
    on = tags[id(spread)] = view.tag(lines, spread.on)
    word = "if"
    cases = cases_last_otherwise(spread.cases)
    for case in cases:
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        if not case.ranges and word == "if":
            _case(lines, view, case, node, counts)
            return
        with lines.block(head):
            _case(lines, view, case, node, counts)
        word = "elif"
    if all(case.ranges for case in cases):
        with lines.block("else:"):
            lines.read(lines.refusal)


def _case(lines: Lines, view: TreeRecord, case: p.SpreadCase, node: str, counts: bool) -> None:
    if case.refuse is not None:
        lines.read(lines.refusal)
        return
    for entry in case.entries:
        _entry(lines, view, entry, node, False)
        if counts:
            required = entry.required
            lines.add("known += 1" if required else f"known += {key_text(entry.key)} in {node}")


def _unknown(
    lines: Lines, view: TreeRecord, step: p.Object, node: str, known: str, tags: dict[int, str]
) -> None:
    if step.unknown == "reject":
        lines.refuse_if(f"len({node}) != {known}")
        return
    assert step.unknown_slot is not None
    name = view.locals[step.unknown_slot]
    lines.add(f"{name}: dict[{'Any' if view.is_cbor else 'str'}, Any] = {{}}")
    with lines.block(f"if len({node}) != {known}:"):
        others = view.scope.support("other_members" if view.is_cbor else "unknown_members")
        lines.read(f"{name} = {others}({node}, {_known_keys(view, step, tags)})")
        if view.integers:
            lines.read(f"{view.scope.support('check_integers')}({name})")


def _known_keys(view: TreeRecord, step: p.Object, tags: dict[int, str]) -> str:
    """The keys that are known: a constant set, with those of the chosen cases of spreads."""
    text = _key_set(view, f"_{view.stem()}_keys", step.entries)
    for number, spread in enumerate(step.spreads):
        on = tags[id(spread)]
        chosen = "()"
        for place, case in reversed(list(enumerate(cases_last_otherwise(spread.cases)))):
            keys = (
                _key_set(view, f"_{view.stem()}_keys_{number}_{place}", case.entries)
                if case.entries
                else "()"
            )
            test = view.in_ranges(on, case.ranges) if case.ranges else ""
            chosen = (
                f"{keys} if {test} else {chosen}" if test and keys != chosen else keys if not test else chosen
            )
        if chosen != "()":
            text = f"{text}.union({chosen})"
    return text


def _key_set(view: TreeRecord, name: str, entries: tuple[p.Entry, ...]) -> str:
    keys = sorted({key_text(entry.key) for entry in entries})
    constant = "_" + name.strip("_").upper()
    text = f"frozenset[{'Any' if view.is_cbor else 'str'}]()"
    if keys:
        text = f"frozenset(({', '.join(keys)}{',' if len(keys) == 1 else ''}))"
    return view.scope.constant(constant, "\n".join(wrapped(f"{constant} = {text}", 0)).partition(" = ")[2])


def _array(lines: Lines, view: TreeRecord, step: p.Array, node: str) -> None:
    entries = step.entries
    lines.refuse_if(f"type({node}) is not list")
    if not step.spreads:
        _count_places(lines, node, 0, entries)
    lines.flush()
    _places(lines, view, node, 0, entries)
    for spread in step.spreads:
        for slot in sorted({entry.slot for case in spread.cases for entry in case.entries}):
            lines.add(f"{view.locals[slot]}: Any = {view.nothing(slot)}")
        on = view.tag(lines, spread.on)
        word = "if"
        cases = cases_last_otherwise(spread.cases)
        for case in cases:
            head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
            with lines.block(head if case.ranges or word == "elif" else "if True:"):
                if case.refuse is not None:
                    lines.read(lines.refusal)
                else:
                    _count_places(lines, node, len(entries), case.entries)
                    _places(lines, view, node, len(entries), case.entries)
            word = "elif"
        if all(case.ranges for case in cases):
            with lines.block("else:"):
                lines.read(lines.refusal)


def _count_places(lines: Lines, node: str, first: int, entries: tuple[p.Entry, ...]) -> None:
    required = first + sum(entry.required for entry in entries)
    if required == first + len(entries):
        lines.refuse_if(f"len({node}) != {required}")
    else:
        lines.refuse_if(f"not {required} <= len({node}) <= {first + len(entries)}")


def _places(lines: Lines, view: TreeRecord, node: str, first: int, entries: tuple[p.Entry, ...]) -> None:
    for place, entry in enumerate(entries, first):
        name = view.locals[entry.slot]
        if entry.required:
            _required(lines, view, entry, f"{node}[{place}]")
            continue
        with lines.block(f"if len({node}) > {place}:"):
            lines.read(f"{name} = {node}[{place}]")
            block_of(lines, view, entry.body, name, entry.slot)
        lines.add("else:")
        slot = view.record.slots[entry.slot]
        nothing = view.expression(slot.default) if slot.default else view.nothing(entry.slot)
        lines.read(f"    {name} = {nothing}")


# ---- values ----------------------------------------------------------------------------------------------


def block_of(lines: Lines, view: TreeRecord, block: p.Block, node: str, slot: int) -> None:
    """Read the node in local `node` into the local of `slot` by the steps of `block`."""
    for step in block.steps:
        value_step(lines, view, step, node, inside=True)
    if view.locals[slot] != node and _fills(block, view) != slot:
        lines.add(f"{view.locals[slot]} = {node}")


def _fills(block: p.Block, view: TreeRecord) -> int | None:
    return getattr(block.steps[0], "slot", None)


def value_step(lines: Lines, view: TreeRecord, step: p.Step, node: str, inside: bool) -> None:
    """Read the node in local `node`, or test what was read; `inside`: the value is there."""
    match step:
        case p.Scalar():
            _scalar(lines, view, step, node)
        case p.AnyNode(slot=slot):
            if view.integers:
                lines.add(f"{view.scope.support('check_integers')}({node})")
            _keep(lines, view.locals[slot], node)
        case p.Items():
            _items(lines, view, step, node)
        case p.Members():
            _members(lines, view, step, node)
        case p.CallRecord(slot=slot, record=record):
            function = view.scope.function("read", record)
            call = f"{function}({node}{_arguments(view, step)})"
            lines.add(
                f"{view.locals[slot]} = {f'None if {node} is None else {call}' if step.nullable else call}"
            )
        case p.Tag() | p.Wrap():
            _inside(lines, view, step, node)
        case p.Branch():
            _branch(lines, view, step, node)
        case p.Kinds():
            _kinds(lines, view, step, node)
        case p.When(condition=needed, body=body):
            lines.refuse_if(refusal(needed, view.values, NOT))
            lines.flush()
            for each in body.steps:
                value_step(lines, view, each, node, inside)
        case p.Domain(slot=slot, ranges=ranges):
            test = f"not {view.in_ranges(view.locals[slot], ranges)}"
            _guarded(lines, view, slot, test, inside)
        case p.View(slot=slot, expr=expr):
            lines.add(f"{view.locals[slot]} = {view.expression(expr)}")
        case p.Verify():
            _verify(lines, view, step, inside)
        case p.Check(level="must"):
            lines.refuse_if(refusal(step.condition, view.values, NOT))
        case p.Check():
            pass
        case _:
            raise AssertionError(f"a tree has no step {type(step).__name__}")


def _inside(lines: Lines, view: TreeRecord, step: p.Tag | p.Wrap, node: str) -> None:
    """Read what a tag marks, or what an octet string holds."""
    name = view.locals[step.slot]
    if step.nullable:
        with lines.block(f"if {node} is not None:"):
            _inside(lines, view, replace(step, nullable=False), node)
        if name != node:
            lines.add("else:")
            lines.read(f"    {name} = None")
        return
    held = view.fresh(f"{view.record.slots[step.slot].name}_inside")
    if isinstance(step, p.Tag):
        kind = view.scope.support("Tagged")
        lines.refuse_if(f"type({node}) is not {kind}")
        lines.refuse_if(f"{node}.tag != {step.number}")
        lines.add(f"{held} = {node}.value")
    else:
        unwrap = view.scope.support("cbor_unwrap")
        lines.add(f"{held} = {unwrap}({node}, {view.cbor_limits()}, {step.empty})")
        if step.kept is not None:
            lines.add(f"{view.locals[step.kept]} = {node}")
    block_of(lines, view, step.body, held, step.slot)


def _keep(lines: Lines, name: str, node: str) -> None:
    if name != node:
        lines.add(f"{name} = {node}")


def _guarded(lines: Lines, view: TreeRecord, slot: int, test: str, inside: bool) -> None:
    """A test of a slot; where it may be absent only when it is there."""
    if not inside and view.record.slots[slot].optional:
        test = f"{view.locals[slot]} is not {view.nothing(slot)} and {test}"
    lines.refuse_if(test)


def _verify(lines: Lines, view: TreeRecord, step: p.Verify, inside: bool) -> None:
    slot = view.record.slots[step.slot]
    if step.implied or slot.value is None:
        return
    name = view.locals[step.slot]
    test = differs(view, step, name, slot.value)
    if not step.guard:
        _guarded(lines, view, step.slot, test, inside)
        return
    keys = " and ".join(f"{view.parameters[guard]} is not None" for guard in step.guard)
    lines.flush()
    with lines.block(f"if {name} is not {view.nothing(step.slot)}:" if slot.optional else f"if {keys}:"):
        if slot.optional:
            with lines.block(f"if {keys}:"):
                lines.refuse_if(test)
            _not_verified(lines, step, slot)
        else:
            lines.refuse_if(test)
    if not slot.optional:
        _not_verified(lines, step, slot)


def _not_verified(lines: Lines, step: p.Verify, slot: p.Slot) -> None:
    lines.add("else:")
    lines.read(f"    unverified.append({quoted(step.fault.requirement or slot.name)})")


def _arguments(view: TreeRecord, call: p.CallRecord) -> str:
    shared = ", unverified" if view.scope.records[call.record].guarded else ""
    return shared + view.arguments(call)


def differs(view: TreeRecord, step: p.Verify, name: str, value: Expr) -> str:
    """Return the test whether what was read is not what it must be; of a MAC it takes the same time wherever they part."""
    wanted = expression(value, view.values)
    if step.constant_time:
        return f"not {view.scope.from_standard('hmac', 'compare_digest')}({wanted.text}, {name})"
    return f"{name} != {wanted.at(BIT_OR)}"


_TYPES = {"integer": "int", "text": "str", "boolean": "bool", "octets": "bytes", "float": "float"}


def _scalar(lines: Lines, view: TreeRecord, step: p.Scalar, node: str) -> None:
    name = view.locals[step.slot]
    plain = step.form in _TYPES or step.form in ("null", "label")
    if plain:
        tests = scalar_tests(step, node)
        if step.nullable:
            test = " or ".join(tests)
            tests = [f"{node} is not None and {f'({test})' if len(tests) > 1 else test}"]
        for test in tests:
            lines.refuse_if(test)
        _keep(lines, name, node)
        return
    if step.nullable:
        with lines.block(f"if {node} is not None:"):
            _convert(lines, view, step, node)
        if name != node:
            lines.add("else:")
            lines.read(f"    {name} = None")
        return
    _convert(lines, view, step, node)


def scalar_tests(step: p.Scalar, node: str) -> list[str]:
    """Return the tests that refuse a value that is not this scalar."""
    if step.form == "null":
        return [f"{node} is not None"]
    if step.form == "label":
        tests = [f"type({node}) is not int and type({node}) is not str"]
        lengths = length_tests(node, step.minimum, step.maximum)
        return tests + [f"type({node}) is str and {test}" for test in lengths]
    tests = [f"type({node}) is not {_TYPES[step.form]}"]
    if step.form == "integer":
        return tests + bound_tests(node, step.minimum, step.maximum)
    return tests + (length_tests(node, step.minimum, step.maximum) if step.form in ("text", "octets") else [])


def bound_tests(text: str, minimum: int | None, maximum: int | None) -> list[str]:
    """Return the test that refuses a number outside its bounds, if there are any."""
    if minimum is not None and maximum is not None:
        return [f"not {minimum} <= {text} <= {maximum}"]
    if minimum is not None:
        return [f"{text} < {minimum}"]
    return [f"{text} > {maximum}"] if maximum is not None else []


def length_tests(text: str, minimum: int | None, maximum: int | None) -> list[str]:
    """Return the test that refuses a length outside its bounds, if there are any."""
    if minimum and minimum == maximum:
        return [f"len({text}) != {minimum}"]
    return bound_tests(f"len({text})", minimum or None, maximum)


def _convert(lines: Lines, view: TreeRecord, step: p.Scalar, node: str) -> None:
    name = view.locals[step.slot]
    if step.form == "number":
        lines.refuse_if(f"type({node}) is not float and type({node}) is not int")
        lines.add(f"{name} = float({node})")
        for test in bound_tests(name, step.minimum, step.maximum):
            lines.refuse_if(test)
        return
    function = view.scope.support("octets_of_text")
    lines.add(f"{name} = {function}({node}, {quoted(step.form)}, {quoted(step.padding)})")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)


def _items(lines: Lines, view: TreeRecord, step: p.Items, node: str) -> None:
    name, item = view.locals[step.slot], view.locals[step.item]
    if step.nullable:
        with lines.block(f"if {node} is not None:"):
            _items(lines, view, p.Items(step.slot, step.item, step.body, step.minimum, step.maximum), node)
        if name != node:
            lines.add("else:")
            lines.read(f"    {name} = None")
        return
    lines.refuse_if(f"type({node}) is not list")
    for test in length_tests(node, step.minimum, step.maximum):
        lines.refuse_if(test)
    first = step.body.steps[0]
    if keeps_node(step.body):
        if len(step.body.steps) > 1 or not _anything(step.body):
            with lines.block(f"for {item} in {node}:"):
                block_of(lines, view, step.body, item, step.item)
        elif isinstance(first, p.AnyNode):
            value_step(lines, view, p.AnyNode(step.slot), node, True)
        _keep(lines, name, node)
    elif isinstance(first, p.CallRecord) and len(step.body.steps) == 1 and not first.nullable:
        function = view.scope.function("read", first.record)
        lines.add(f"{name} = [{function}({item}{_arguments(view, first)}) for {item} in {node}]")
    else:
        built = view.fresh(f"{view.record.slots[step.slot].name}_items")
        lines.add(f"{built} = []")
        with lines.block(f"for {item} in {node}:"):
            block_of(lines, view, step.body, item, step.item)
            lines.add(f"{built}.append({item})")
        lines.add(f"{name} = {built}")


def _anything(block: p.Block) -> bool:
    return isinstance(block.steps[0], p.AnyNode)


def _members(lines: Lines, view: TreeRecord, step: p.Members, node: str) -> None:
    name, item = view.locals[step.slot], view.locals[step.item]
    lines.refuse_if(f"type({node}) is not dict")
    for test in length_tests(node, step.minimum, step.maximum):
        lines.refuse_if(test)
    key_tests = tests_of_keys(view, step, "key")
    if key_tests:
        with lines.block(f"for key in {node}:"):
            for test in key_tests:
                lines.refuse_if(test)
    if keeps_node(step.body):
        with lines.block(f"for {item} in {node}.values():"):
            block_of(lines, view, step.body, item, step.item)
        _keep(lines, name, node)
        return
    built = view.fresh(f"{view.record.slots[step.slot].name}_members")
    lines.add(f"{built} = {{}}")
    key = view.fresh("member_key")
    with lines.block(f"for {key}, {item} in {node}.items():"):
        block_of(lines, view, step.body, item, step.item)
        lines.add(f"{built}[{key}] = {item}")
    lines.add(f"{name} = {built}")


def tests_of_keys(view: TreeRecord, step: p.Members, key: str) -> list[str]:
    """Return the tests that refuse a key which the map does not have; keys of JSON are texts."""
    match step.key:
        case Integer(minimum=low, maximum=high):
            return [f"type({key}) is not int", *bound_tests(key, low, high)]
        case Label(minimum=low, maximum=high):
            lengths = length_tests(key, low, high)
            return [f"type({key}) is not int and type({key}) is not str"] + [
                f"type({key}) is str and {test}" for test in lengths
            ]
        case Text(minimum=low, maximum=high):
            return ([f"type({key}) is not str"] if view.is_cbor else []) + length_tests(key, low, high)
        case _:
            return []


_KINDS = {
    "text": "type({0}) is str",
    "number": "type({0}) is int or type({0}) is float",
    "boolean": "type({0}) is bool",
    "array": "type({0}) is list",
    "object": "type({0}) is dict",
}


def _kinds(lines: Lines, view: TreeRecord, step: p.Kinds, node: str) -> None:
    # The node may lie in the local that the union will have: keep it apart from what the alternatives make.
    held = view.fresh("kind_node")
    lines.add(f"{held} = {node}")
    word = "if"
    if step.nullable:
        with lines.block(f"if {held} is None:"):
            lines.add(f"{view.locals[step.slot]} = None")
        word = "elif"
    for case in step.cases:
        with lines.block(f"{word} {_KINDS[case.kind].format(held)}:"):
            for inner in case.body.steps:
                value_step(lines, view, inner, held, inside=True)
            lines.add(f"{view.locals[step.slot]} = {view.locals[case.slot]}")
        word = "elif"
    lines.add("else:")
    lines.read(f"    {lines.refusal}")


def _branch(lines: Lines, view: TreeRecord, step: p.Branch, node: str) -> None:
    on = view.tag(lines, step.on)
    order = sorted(range(len(step.cases)), key=lambda place: not step.cases[place].ranges)
    # The node may lie in the local that the union will have: keep it apart from what the arms make.
    held = view.fresh("arm_node")
    lines.add(f"{held} = {node}")
    word = "if"
    for place in order:
        case = step.cases[place]
        if not case.ranges and word == "if":
            _arm(lines, view, step, place, held)
            continue
        with lines.block(f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"):
            _arm(lines, view, step, place, held)
        word = "elif"
    if all(case.ranges for case in step.cases):
        with lines.block("else:"):
            lines.read(lines.refusal)


def _arm(lines: Lines, view: TreeRecord, step: p.Branch, place: int, held: str) -> None:
    case = step.cases[place]
    if case.refuse is not None:
        lines.read(lines.refusal)
        return
    for inner in case.body.steps:
        value_step(lines, view, inner, held, inside=True)
    if step.slot is not None:
        value_slot = step.value_slots[place]
        value = "None" if value_slot is None else view.locals[value_slot]
        lines.add(f"{view.locals[step.slot]} = {value}")
