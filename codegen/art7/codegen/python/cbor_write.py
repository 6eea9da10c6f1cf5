"""Writing a CBOR record fast: octets put together from constants and values, checks in straight line.

Heads of keys, tags and arrays of known length are constants; members stand in their declared order, in deterministic
form in the order of their encoded keys (RFC 8949 §4.2.1), which is known when the code is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from art7.codegen.python.expressions import NOT, quoted
from art7.codegen.python.tree_places import test_beside, write_places
from art7.codegen.python.tree_read import bound_tests, length_tests, tests_of_keys
from art7.codegen.python.tree_view import Lines, TreeRecord, WriteForm, cases_last_otherwise, own_form
from art7.codegen.python.tree_write import (
    Member,
    checks,
    compute,
    holder_of,
    presence_test,
    spread_members,
    unpack,
)
from art7.codegen.python.value_expressions import refusal
from art7.codegen.python.vendored.cbor_fast import cbor_head, cbor_label
from art7.grammar.ir import plan as p

_NULL = quoted(b"\xf6")
"""The octets of null, as they stand in the source."""


def cbor_write_function(view: TreeRecord) -> str:
    """Return the source of `_write_x(value, …) -> bytes`."""
    lines = Lines()
    lines.refusal = f"raise {view.scope.support('Refused')}"
    unpack(lines, view)
    for slot in view.kept_slots():
        name = view.locals[slot]
        lines.refuse_if(f"{name} is not None and not isinstance({name}, (bytes, bytearray, memoryview))")
    compute(lines, view)
    checks(lines, view)
    holder = holder_of(view)
    if isinstance(holder, p.Object):
        _object(lines, view, holder)
    elif isinstance(holder, p.Array):
        _array(lines, view, holder)
    else:
        filled = getattr(holder, "slot", None)
        assert isinstance(filled, int), "a value fills a slot"
        text = _value(lines, view, p.Block((holder,), (0,)), view.locals[filled])
        lines.add(f"return {text}")
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    suffix = "" if view.form is own_form(view.record) else f"_{view.form.value}"
    return f"def _write{suffix}_{view.stem()}(value: Any{parameters}) -> bytes:\n{lines.text()}"


def _sorts(view: TreeRecord) -> bool:
    return view.form is WriteForm.CANONICAL


# ---- maps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """One member that may be written: its key in CBOR, the source of its value, the test under which it is."""

    key: bytes
    value: str
    test: str | None


def _object(lines: Lines, view: TreeRecord, step: p.Object) -> None:
    members = [Member(entry, presence_test(view, entry)) for entry in step.entries]
    for number, spread in enumerate(step.spreads):
        members += spread_members(lines, view, spread, number)
    if _sorts(view):
        members.sort(key=lambda member: (cbor_label(member.entry.key), member.entry.slot))
    pieces = [_piece(lines, view, member) for member in members]
    lines.flush()
    if step.unknown == "preserve" and step.unknown_slot is not None:
        _merged(lines, view, view.locals[step.unknown_slot], pieces)
    if all(piece.test is None for piece in pieces):
        _return(lines, cbor_head(0xA0, len(pieces)), [(piece.key, piece.value) for piece in pieces])
        return
    sure = sum(piece.test is None for piece in pieces)
    count, octets = view.fresh("member_count"), view.fresh("member_octets")
    lines.add(f"{count} = {sure}")
    lines.read(f'{octets} = b""')
    for piece in pieces:
        add = f"{octets} += {_sum([(piece.key, piece.value)])}"
        if piece.test is None:
            lines.read(add)
            continue
        with lines.block(f"if {piece.test}:"):
            lines.read(f"{count} += 1")
            lines.read(add)
    lines.add(f"return {view.scope.support('cbor_head')}(0xA0, {count}) + {octets}")


def _piece(lines: Lines, view: TreeRecord, member: Member) -> _Piece:
    """Write a member's value; what may be absent is computed only where it is there."""
    name, key = view.locals[member.entry.slot], cbor_label(member.entry.key)
    if member.test is None:
        return _Piece(key, _value(lines, view, member.entry.body, name), None)
    inner = Lines(indent=lines.indent + 1, refusal=lines.refusal)
    text = _value(inner, view, member.entry.body, name)
    needed = inner.text()
    if needed:
        lines.add(f"if {member.test}:")
        lines.lines += needed.splitlines()
    return _Piece(key, text, member.test)


def _merged(lines: Lines, view: TreeRecord, unknown: str, pieces: Sequence[_Piece]) -> None:
    """The slow way, for a value that holds unknown members."""
    lines.refuse_if(f"{unknown} is not None and type({unknown}) is not dict")
    with lines.block(f"if {unknown}:"):
        members = view.fresh("all_members")
        lines.read(f"{members}: list[tuple[bytes, bytes]] = []")
        for piece in pieces:
            append = f"{members}.append(({quoted(piece.key)}, {piece.value}))"
            if piece.test is None:
                lines.read(append)
                continue
            with lines.block(f"if {piece.test}:"):
                lines.read(append)
        lines.add(f"return {view.scope.support('cbor_merged')}({members}, {unknown}, {_sorts(view)})")


def _sum(pairs: Sequence[tuple[bytes, str]], head: bytes = b"") -> str:
    """Return the source of constants and values, one behind the other."""
    parts: list[str] = []
    constant = head
    for key, value in pairs:
        constant += key
        if constant:
            parts.append(quoted(constant))
        parts.append(f"({value})" if " if " in value and not value.startswith("(") else value)
        constant = b""
    if constant:
        parts.append(quoted(constant))
    return " + ".join(parts) or 'b""'


def _return(lines: Lines, head: bytes, pairs: Sequence[tuple[bytes, str]]) -> None:
    text = _sum(pairs, head)
    if len(text) < 80:
        lines.add(f"return {text}")
        return
    lines.add("return (")
    for place, part in enumerate(text.split(" + ")):
        lines.read(f"    {'+ ' if place else ''}{part}")
    lines.read(")")


# ---- arrays ----------------------------------------------------------------------------------------------


def _array(lines: Lines, view: TreeRecord, step: p.Array) -> None:
    if not step.spreads and all(entry.required for entry in step.entries):
        values = [_value(lines, view, e.body, view.locals[e.slot]) for e in step.entries]
        _return(lines, cbor_head(0x80, len(values)), [(b"", value) for value in values])
        return
    if not step.spreads:
        items = _places(lines, view, step.entries)
        lines.add(f'return {view.scope.support("cbor_head")}(0x80, len({items})) + b"".join({items})')
        return
    before = [(b"", _value(lines, view, e.body, view.locals[e.slot])) for e in step.entries]
    spread = step.spreads[0]
    on = view.tag(lines, spread.on)
    every = {entry.slot for case in spread.cases for entry in case.entries}
    word = "if"
    cases = cases_last_otherwise(spread.cases)
    for case in cases:
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        with lines.block(head if case.ranges or word == "elif" else "if True:"):
            _case(lines, view, case, before, every)
        word = "elif"
    if all(case.ranges for case in cases):
        lines.add(lines.refusal)


def _case(
    lines: Lines, view: TreeRecord, case: p.SpreadCase, before: list[tuple[bytes, str]], every: set[int]
) -> None:
    """One arm of a `select` among places: what stands before it, then its own places."""
    if case.refuse is not None:
        lines.read(lines.refusal)
        return
    for slot in sorted(every - {entry.slot for entry in case.entries}):
        declared = view.record.slots[slot]
        if declared.role is p.Role.GIVEN and declared.default is None:
            lines.refuse_if(f"{view.locals[slot]} is not {view.nothing(slot)}")
    if all(entry.required for entry in case.entries):
        values = [(b"", _value(lines, view, e.body, view.locals[e.slot])) for e in case.entries]
        pairs = before + values
        _return(lines, cbor_head(0x80, len(pairs)), pairs)
        return
    items = _places(lines, view, case.entries)
    head = f"{view.scope.support('cbor_head')}(0x80, {len(before)} + len({items}))"
    joined = _sum([(b"", head), *before, (b"", f'b"".join({items})')])
    lines.add(f"return {joined}")


def _places(lines: Lines, view: TreeRecord, entries: Sequence[p.Entry]) -> str:
    """Write places into a list; return its local."""
    items = view.fresh("all_items")
    lines.add(f"{items}: list[bytes] = []")
    write_places(lines, view, entries, items, _value)
    return items


# ---- values ----------------------------------------------------------------------------------------------


def _value(lines: Lines, view: TreeRecord, block: p.Block, name: str) -> str:
    """Return the source that writes the value in local `name`; checks and temporaries go to `lines`."""
    written: str | None = None
    for step in block.steps:
        if test_beside(lines, view, block, step, name, _may_be_null(block)):
            continue
        if isinstance(step, p.When):
            lines.refuse_if(refusal(step.condition, view.values, NOT))
            written = _value(lines, view, step.body, name)
        else:
            written = _node(lines, view, step, name)
    assert written is not None, "a value is written by one step"
    return written


def _may_be_null(block: p.Block) -> bool:
    return bool(getattr(block.steps[0], "nullable", False))


def _node(lines: Lines, view: TreeRecord, step: p.Step, name: str) -> str:
    support = view.scope.support
    if getattr(step, "nullable", False) and not isinstance(step, p.CallRecord):
        return _nullable(lines, view, step, name)
    match step:
        case p.Scalar():
            return _scalar(lines, view, step, name)
        case p.AnyNode():
            return f"{support('cbor_any')}({name}, {_sorts(view)})"
        case p.Items():
            return _items(lines, view, step, name)
        case p.Members():
            return _members(lines, view, step, name)
        case p.CallRecord(record=record, nullable=nullable):
            call = f"{view.writer(record)}({name}{view.arguments(step)})"
            return f"{_NULL} if {name} is None else {call}" if nullable else call
        case p.Branch():
            return _branch(lines, view, step, name)
        case p.Tag(number=number, body=body):
            return _sum([(cbor_head(0xC0, number), _value(lines, view, body, name))])
        case p.Wrap(body=body, empty=empty, kept=int(kept)):
            inner = replace(view, form=own_form(view.record))
            limits = f"{view.cbor_limits()}, {empty}"
            return f"{support('cbor_as_kept')}({_value(lines, inner, body, name)}, {view.locals[kept]}, {limits})"
        case p.Wrap(body=body, empty=empty):
            inner = replace(view, form=own_form(view.record))
            return f"{support('cbor_wrapped')}({_value(lines, inner, body, name)}, {empty})"
        case p.Kinds():
            raise AssertionError("only JSON has choices by kind: see `pairs_by_kind`")
        case _:
            raise AssertionError(f"a tree has no step {type(step).__name__}")


def _nullable(lines: Lines, view: TreeRecord, step: p.Step, name: str) -> str:
    assert isinstance(step, p.Scalar | p.Items | p.Tag | p.Wrap), "only these may be null"
    held = view.fresh(f"{name}_octets")
    lines.add(f"{held} = {_NULL}")
    with lines.block(f"if {name} is not None:"):
        text = _node(lines, view, replace(step, nullable=False), name)
        lines.add(f"{held} = {text}")
    return held


_WRITERS = {
    "integer": "cbor_integer",
    "text": "cbor_text",
    "boolean": "cbor_boolean",
    "octets": "cbor_bytes",
    "float": "cbor_float",
    "label": "cbor_label",
}


def _scalar(lines: Lines, view: TreeRecord, step: p.Scalar, name: str) -> str:
    low, high = step.minimum, step.maximum
    match step.form:
        case "null":
            lines.refuse_if(f"{name} is not None")
            return _NULL
        case "integer":
            for test in bound_tests(name, low, high):
                lines.refuse_if(test)
            whole = low is not None and low >= 0
            # A number below zero would count from the end of the table; no float is an index of it.
            small = f"{name} < 24" if whole else f"0 <= {name} < 24"
            integer = f"{view.scope.support('cbor_integer')}({name})"
            return f"{view.scope.support('CBOR_SMALL')}[{name}] if {small} else {integer}"
        case "label":
            for test in length_tests(name, low, high):
                lines.refuse_if(f"type({name}) is str and {test}")
        case "text" | "octets":
            return _string(lines, view, step, name)
        case _:
            pass
    return f"{view.scope.support(_WRITERS[step.form])}({name})"


def _string(lines: Lines, view: TreeRecord, step: p.Scalar, name: str) -> str:
    """A text or octets: a head of the table where they are short."""
    low, high = step.minimum, step.maximum
    held, size = view.fresh(f"{name}_octets"), view.fresh(f"{name}_size")
    if step.form == "text":
        for test in length_tests(name, low, high):
            lines.refuse_if(test)
        # Whatever has no length may still have an `encode` of its own.
        bounded = low or high is not None
        lines.add(f"{held}: bytes = {name}.encode()" if bounded else f"{held} = str.encode({name})")
    else:
        as_bytes = view.scope.support("cbor_as_bytes")
        lines.add(f"{held}: bytes = {name} if type({name}) is bytes else {as_bytes}({name})")
        for test in length_tests(held, low, high):
            lines.refuse_if(test)
        if low is not None and low == high and low < 24:
            return f"{quoted(cbor_head(0x40, low))} + {held}"
    lines.add(f"{size} = len({held})")
    base, table = (0x60, "CBOR_TEXTS") if step.form == "text" else (0x40, "CBOR_BYTES")
    head = view.scope.support("cbor_head")
    text = f"{view.scope.support(table)}[{size}] if {size} < 24 else {head}({base:#x}, {size})"
    if len(text) < 90:
        return f"({text}) + {held}"
    # A line of its own, where the name is long.
    whole = view.fresh(f"{name}_head")
    lines.add(f"if {size} < 24:")
    lines.read(f"    {whole} = {table}[{size}]")
    lines.read("else:")
    lines.read(f"    {whole} = {head}({base:#x}, {size})")
    return f"{whole} + {held}"


def _items(lines: Lines, view: TreeRecord, step: p.Items, name: str) -> str:
    lines.refuse_if(f"type({name}) is not list and type({name}) is not tuple")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)
    lines.flush()
    item = view.locals[step.item]
    inner = Lines(indent=lines.indent + 1, refusal=lines.refusal)
    text = _value(inner, view, step.body, item)
    inner.flush()
    head = f"{view.scope.support('cbor_head')}(0x80, len({name}))"
    if not inner.lines:
        return f'{head} + b"".join([{text} for {item} in {name}])'
    built = view.fresh(f"{name}_octets")
    lines.add(f"{built} = []")
    lines.add(f"for {item} in {name}:")
    lines.lines += inner.lines
    lines.read(f"    {built}.append({text})")
    return f'{head} + b"".join({built})'


def _members(lines: Lines, view: TreeRecord, step: p.Members, name: str) -> str:
    lines.refuse_if(f"type({name}) is not dict")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)
    lines.flush()
    item, key = view.locals[step.item], view.fresh("member_key")
    built = view.fresh(f"{name}_octets")
    lines.add(f"{built} = []")
    with lines.block(f"for {key}, {item} in {name}.items():"):
        for test in tests_of_keys(view, step, key):
            lines.refuse_if(test)
        text = _value(lines, view, step.body, item)
        lines.add(f"{built}.append(({view.scope.support('cbor_label')}({key}), {text}))")
    return f"{view.scope.support('cbor_map')}({built}, {_sorts(view)})"


def _branch(lines: Lines, view: TreeRecord, step: p.Branch, name: str) -> str:
    held = view.fresh(f"{name}_octets")
    on = view.tag(lines, step.on)
    order = sorted(range(len(step.cases)), key=lambda place: not step.cases[place].ranges)
    word = "if"
    for place in order:
        case = step.cases[place]
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        with lines.block(head if case.ranges or word == "elif" else "if True:"):
            value_slot = step.value_slots[place] if step.slot is not None else None
            if case.refuse is not None:
                lines.read(lines.refusal)
            elif value_slot is None:
                lines.refuse_if(f"{name} is not None")
                lines.add(f"{held} = {_NULL}")
            else:
                lines.add(f"{view.locals[value_slot]} = {name}")
                lines.add(f"{held} = {_value(lines, view, case.body, view.locals[value_slot])}")
        word = "elif"
    if all(case.ranges for case in step.cases):
        with lines.block("else:"):
            lines.read(lines.refusal)
    return held
