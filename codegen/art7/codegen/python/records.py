"""The class of a record: slots, a keyword `__init__`, and the methods its codecs need.

Plain classes with `__slots__`: a dataclass costs 50 times as much at import. Decoders make objects with
their bare twin and store attributes, so `__init__` is for users alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from art7.codegen.python.code import WIDTH
from art7.codegen.python.docstrings import cited, docstring, safe
from art7.codegen.python.expressions import literal, quoted, tuple_of
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import annotation, is_optional, is_secret, optional
from art7.codegen.python.tree_view import has_sentinel
from art7.grammar.ir.expression import Literal
from art7.grammar.ir.plan import Carrier, Form, Param, Record, Role, Slot
from art7.grammar.ir.quick import quickly_made
from art7.grammar.ir.shape import Mapping, Sequence


@quickly_made
@dataclass(frozen=True, slots=True)
class Member:
    """One API member: its Python name, its type to a reader, and how `__init__` takes it."""

    slot: Slot
    name: str
    type: str
    parameter: str | None
    """`name: type = default`, or `None` where users cannot give it."""
    store: str
    """What `__init__` assigns."""
    required: bool


def record_members(record: Record, scope: ModuleScope) -> list[Member]:
    """Return the API members of `record`, in textual order."""
    names = scope.names.members(record)
    on_tree = record.carrier is Carrier.TREE
    return [
        _maybe_null(slot, names[slot.index], scope)
        if on_tree and has_sentinel(slot) and slot.role is not Role.VIEW
        else _member(slot, names[slot.index], scope)
        for slot in record.api()
    ]


def _maybe_null(slot: Slot, name: str, scope: ModuleScope) -> Member:
    """A member that may be absent or null: left out it is absent."""
    plain = annotation(slot.shape, scope)
    shown = plain if plain == "Any" else f"{optional(plain)} | {scope.support('Absent')}"
    return Member(slot, name, shown, f"{name}: {shown} = {scope.support('ABSENT')}", name, False)


def _member(slot: Slot, name: str, scope: ModuleScope) -> Member:
    plain = annotation(slot.shape, scope)
    shown = optional(plain) if is_optional(slot) else plain
    if slot.role is Role.VIEW:
        return Member(slot, name, shown, None, "", False)
    if isinstance(slot.default, Literal):
        return Member(slot, name, shown, f"{name}: {shown} = {literal(slot.default.value).text}", name, False)
    if is_optional(slot):
        return Member(slot, name, shown, f"{name}: {shown} = None", name, False)
    if isinstance(slot.shape, Sequence | Mapping) and slot.shape.minimum == 0 and _may_be_left_out(slot):
        empty = "[]" if isinstance(slot.shape, Sequence) else "{}"
        return Member(
            slot,
            name,
            shown,
            f"{name}: {plain} | None = None",
            f"{empty} if {name} is None else {name}",
            False,
        )
    return Member(slot, name, shown, f"{name}: {plain}", name, True)


def _may_be_left_out(slot: Slot) -> bool:
    """Lists of no items are what protobuf and JSON leave out."""
    return slot.wire_name is not None or slot.default is not None


def alias_text(record: Record, scope: ModuleScope) -> str:
    """Return the alias of a record that is a plain tuple."""
    name = scope.names.classes[record.name]
    scope.from_standard("typing", "TypeAlias")
    items = ", ".join(annotation(slot.shape, scope) for slot in record.api())
    rows = "; ".join(f"{safe(slot.name)}: {safe(slot.doc) or 'see its type'}" for slot in record.api())
    text = (
        f"{cited(record.doc, record.refs, f'Values of {safe(record.name)}')} A tuple of {rows.rstrip('.')}."
    )
    return f'{name}: TypeAlias = "tuple[{items}]"\n{docstring(text)}'


def class_text(record: Record, scope: ModuleScope, methods: Iterable[str], *, unverified: bool) -> str:
    """Return the class of `record` with its `methods` (source at class level)."""
    if record.form is Form.TUPLE:
        return alias_text(record, scope)
    members = record_members(record, scope)
    name = scope.names.classes[record.name]
    base = scope.support("Record")
    slots = [member.name for member in members] + (["unverified"] if unverified else [])
    lines = [f"class {name}({base}):", _docstring(record, members, scope, unverified), ""]
    lines.append(_slots(slots))
    # What only reading tells has a type but no value in an object that a user makes.
    lines += [f"    {member.name}: {member.type}" for member in members if member.parameter is None]
    secrets = [member.name for member in members if is_secret(member.slot.shape)]
    views = [member.name for member in members if member.slot.role is Role.VIEW]
    if secrets:
        lines.append(f"    _secret = {tuple_of(quoted(name) for name in secrets)}")
    derived = [*views, "unverified"] if unverified else views
    if derived:
        lines.append(f"    _derived = {tuple_of(quoted(name) for name in derived)}")
    lines += ["", _init(members, unverified)]
    for method in methods:
        lines += ["", method]
    return "\n".join(lines)


def _slots(names: list[str]) -> str:
    line = f"    __slots__ = {tuple_of(quoted(name) for name in names)}"
    if len(line) <= WIDTH:
        return line
    return "    __slots__ = (\n" + "".join(f"        {quoted(name)},\n" for name in names) + "    )"


def _docstring(record: Record, members: list[Member], scope: ModuleScope, unverified: bool) -> str:
    first = cited(record.doc, record.refs, f"A value of {safe(record.name)}")
    rows = [_row(member) for member in members]
    if unverified:
        rows.append("unverified: what could not be checked for want of a key: requirement ids.")
    return docstring(first, rows, "    ")


def _row(member: Member) -> str:
    slot = member.slot
    text = cited(slot.doc, slot.refs, safe(slot.type_text) or "as its type says")
    notes = []
    if slot.role is Role.KEPT:
        notes.append("Computed when written, where it can be.")
    elif slot.role is Role.VIEW:
        notes.append("Read only.")
    if slot.deprecated:
        notes.append("Deprecated.")
    if slot.data is not None and slot.data.personal:
        notes.append(f"Personal data{f', for {safe(slot.data.purpose)}' if slot.data.purpose else ''}.")
    return " ".join([f"{member.name}: {text}", *notes])


def _init(members: list[Member], unverified: bool) -> str:
    parameters = [member.parameter for member in members if member.parameter is not None]
    if not parameters:
        head = "    def __init__(self) -> None:"
    else:
        head = f"    def __init__(self, *, {', '.join(parameters)}) -> None:"
        if len(head) > WIDTH:
            rows = "".join(f"        {parameter},\n" for parameter in parameters)
            head = f"    def __init__(\n        self,\n        *,\n{rows}    ) -> None:"
    body = [
        f"        self.{member.name}: {member.type} = {member.store}" for member in members if member.store
    ]
    if unverified:
        body.append("        self.unverified: list[str] = []")
    return "\n".join([head, *(body or ["        pass"])])


def parameters_of(params: Iterable[Param], names: Iterable[str], scope: ModuleScope) -> list[str]:
    """Return the keyword parameters of `decode` and `encode` for a record's parameters."""
    found = []
    for param, name in zip(params, names, strict=True):
        plain = annotation(param.shape, scope)
        found.append(f"{name}: {optional(plain)} = None" if param.nullable else f"{name}: {plain}")
    return found


def signature(name: str, positional: list[str], keywords: list[str], result: str, pad: str = "    ") -> str:
    """Return the head of a method, on one line where it fits."""
    rows = [*positional, *(["*", *keywords] if keywords else [])]
    line = f"{pad}def {name}({', '.join(rows)}) -> {result}:"
    if len(line) <= WIDTH:
        return line
    return f"{pad}def {name}(\n" + "".join(f"{pad}    {row},\n" for row in rows) + f"{pad}) -> {result}:"
