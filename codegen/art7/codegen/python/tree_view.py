"""What the emitters of tree records share: names of a record's values, facts about its steps, lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from art7.codegen.names import RESERVED_LOCALS, Scope, identifier
from art7.codegen.python.builtin_calls import BUILTINS
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.value_expressions import ValueNames, ranges_source, source
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s

DEFAULT_DEPTH = 64
"""How deep containers of a JSON text may nest where the message declares no limit."""
DEFAULT_SIZE = 1 << 24
"""How many octets a JSON text may have where the message declares no limit."""

_TAKEN = (
    frozenset(row.function for row in BUILTINS.values())
    | RESERVED_LOCALS
    | frozenset(
        "ABSENT Refused EncodeError DecodeError Any annotations base64 check_integers check_numbers checked "
        "element in_ranges item key keys known member members merge_members node octets_of_text quote "
        "read_json result text trace unknown_members value write_any write_tree xor_octets".split()
    )
)
"""Names that the code of tree records uses beside those of a specification."""


@dataclass(slots=True)
class Lines:
    """Source lines under construction, with the tests that are not written yet.

    Tests are gathered and written as one `if … or …: raise Refused`; reading another member does not
    depend on them, everything else is written after them.
    """

    indent: int = 1
    lines: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    refusal: str = "raise Refused"

    def read(self, text: str) -> None:
        """Add a statement that no gathered test protects."""
        self.lines.append("    " * self.indent + text)

    def add(self, text: str) -> None:
        """Add a statement after the gathered tests."""
        self.flush()
        self.read(text)

    def refuse_if(self, test: str) -> None:
        """Refuse when `test` holds; `test` must bind at least as tightly as `and`."""
        self.tests.append(test)

    def flush(self) -> None:
        """Write the gathered tests."""
        if not self.tests:
            return
        tests, self.tests = self.tests, []
        line = f"if {' or '.join(tests)}:"
        if len(line) + 4 * self.indent <= 110:
            self.read(line)
        else:
            self.read("if (")
            for position, test in enumerate(tests):
                self.read(f"    {'or ' if position else ''}{test}")
            self.read("):")
        self.read(f"    {self.refusal}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add `head` and indent what follows; an empty block gets `pass`."""
        self.add(head)
        self.indent += 1
        before = len(self.lines)
        yield
        self.flush()
        if len(self.lines) == before:
            self.read("pass")
        self.indent -= 1

    def text(self) -> str:
        """Return the source."""
        self.flush()
        return "\n".join(self.lines)


@dataclass(slots=True)
class TreeRecord:
    """One tree record with the names of its values in one module."""

    record: p.Record
    scope: ModuleScope
    locals: tuple[str, ...]
    parameters: tuple[str, ...]
    claimed: Scope
    values: ValueNames

    @property
    def integers(self) -> bool:
        """Whether its numbers are integers within ±(2^53-1)."""
        return dict(self.record.options).get("numbers") == "integer53"

    @property
    def size(self) -> int:
        """The most octets of its text."""
        return self.record.limit_size or DEFAULT_SIZE

    @property
    def depth(self) -> int:
        """The deepest nesting of its text."""
        return self.record.limit_depth or DEFAULT_DEPTH

    def stem(self) -> str:
        """Return the stem of its functions."""
        return self.scope.names.functions[self.record.name]

    def attribute(self, slot: int) -> str:
        """Return the member that holds a slot."""
        return self.scope.names.members(self.record)[slot]

    def expression(self, expr: e.Expr) -> str:
        """Return the source of an expression over this record's values."""
        return source(expr, self.values)

    def nothing(self, slot: int) -> str:
        """Return what stands for "absent" in a slot."""
        return self.scope.support("ABSENT") if has_sentinel(self.record.slots[slot]) else "None"

    def in_ranges(self, text: str, ranges: tuple[tuple[int, int] | tuple[str, str], ...]) -> str:
        """Return the source of a membership test."""
        return ranges_source(text, ranges)

    def arguments(self, call: p.CallRecord) -> str:
        """Return `, a, b`: the arguments of a call after its first."""
        return "".join(f", {self.expression(argument)}" for argument in call.arguments)

    def fresh(self, name: str) -> str:
        """Return a local name that nothing else has."""
        return self.claimed.claim(identifier(name, _TAKEN))

    def bound(self) -> tuple[p.Entry, ...]:
        """Return every entry of its object, those of spreads included."""
        return tuple(entries_of(self.record.body))


def tree_view(record: p.Record, scope: ModuleScope, *, careful: bool = False) -> TreeRecord:
    """Name the values of `record` in one module; `careful`: for the careful twin."""
    claimed = Scope(_TAKEN | frozenset(scope.names.classes.values()))
    parameters = tuple(claimed.claim(identifier(param.name, _TAKEN)) for param in record.params)
    order = sorted(record.slots, key=lambda slot: not slot.is_api)
    names = {slot.index: claimed.claim(identifier(slot.name, _TAKEN)) for slot in order}
    local_names = tuple(names[slot.index] for slot in record.slots)
    absent = frozenset(slot.index for slot in record.slots if has_sentinel(slot))
    values = ValueNames(
        names=scope.names,
        records=scope.records,
        support=scope.support,
        module=scope.standard,
        slots=local_names,
        slot_shapes=tuple(slot.shape for slot in record.slots),
        parameters=parameters,
        parameter_shapes=tuple(param.shape for param in record.params),
        absent=absent,
        optional=frozenset(slot.index for slot in record.slots if slot.optional),
        nullable=frozenset(param.index for param in record.params if param.nullable),
        careful=careful,
        fields=careful,
    )
    return TreeRecord(record, scope, local_names, parameters, claimed, values)


def has_sentinel(slot: p.Slot) -> bool:
    """Whether null is a value of the slot, so that absence needs a value of its own."""
    return slot.optional and slot.default is None and isinstance(slot.shape, s.Nullable)


def entries_of(block: p.Block) -> Iterator[p.Entry]:
    """Yield the entries of the object or array that a record is."""
    for step in block.steps:
        if isinstance(step, p.Object):
            yield from step.entries
            for spread in step.spreads:
                for case in spread.cases:
                    yield from case.entries
        elif isinstance(step, p.Array):
            yield from step.entries


def keeps_node(block: p.Block) -> bool:
    """Whether reading a value by `block` yields the node itself, unchanged."""
    node = block.steps[0]
    match node:
        case p.Scalar(form=form):
            return form in ("integer", "text", "boolean", "null")
        case p.AnyNode():
            return True
        case p.Items(body=body) | p.Members(body=body):
            return keeps_node(body)
        case _:
            return False


def key_source(key: str) -> str:
    """Return `"key":` as it stands in JSON, spelled for the literal part of an f-string in single quotes."""
    spelled = ascii(json.dumps(key, ensure_ascii=False) + ":")
    body = spelled[1:-1]
    if spelled[0] == '"':
        body = body.replace("'", "\\'")
    return body.replace("{", "{{").replace("}", "}}")


def cases_last_otherwise(cases: tuple[p.SpreadCase, ...]) -> list[p.SpreadCase]:
    """Return the cases with the one that takes the rest at the end."""
    return sorted(cases, key=lambda case: not case.ranges)
