"""What the emitters of tree records share: names of a record's values, facts about its steps, lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from art7.codegen.names import RESERVED_LOCALS, Scope, identifier
from art7.codegen.python.expressions import quoted
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.value_expressions import ValueNames, ranges_source, source
from art7.codegen.python.wrapping import wrapped
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s

DEFAULT_DEPTH = 128
"""How deep containers of a JSON text may nest where the message declares no limit."""
DEFAULT_SIZE = 1 << 24
"""How many octets a JSON text may have where the message declares no limit."""

_TAKEN = RESERVED_LOCALS | frozenset(
    "at start fields error result written item key keys known members node trace unverified value".split()
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
        self.lines += wrapped(text, 4 * self.indent)

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


class WriteForm(Enum):
    """How a JSON text is written; the record at its root decides for everything below."""

    CANONICAL = "canonical"
    """Members sorted by name, integers within ±(2^53-1) and no other number; of CBOR the deterministic form."""
    JCS = "jcs"
    """Members sorted by the UTF-16 code units of their names, numbers as ECMAScript spells them."""
    INTEGERS = "integers"
    """Members as declared, numbers as in canonical JSON."""
    PLAIN = "plain"
    """Members as declared, any number."""


_CANONICAL: dict[object, WriteForm] = {
    "matrix": WriteForm.CANONICAL,
    "jcs": WriteForm.JCS,
    "deterministic": WriteForm.CANONICAL,
}


def own_form(record: p.Record) -> WriteForm:
    """Return the form of a text whose root is `record`."""
    options = dict(record.options)
    if options.get("canonical") in _CANONICAL:
        return _CANONICAL[options["canonical"]]
    return WriteForm.INTEGERS if options.get("numbers") == "integer53" else WriteForm.PLAIN


def write_forms(records: Iterable[p.Record]) -> dict[str, tuple[WriteForm, ...]]:
    """Return, by record name, the forms in which each tree record is written, its own first."""
    trees = {record.name: record for record in records if record.carrier is p.Carrier.TREE}
    found = {name: [own_form(record)] for name, record in trees.items()}
    queue = list(trees)
    while queue:
        name = queue.pop()
        own = [own_form(trees[name])]
        for callee, inside in called(trees[name].body):
            if callee in found:
                # What an octet string holds has the form of the record that has the string.
                missing = [form for form in (own if inside else found[name]) if form not in found[callee]]
                if missing:
                    found[callee] += missing
                    queue.append(callee)
    return {
        name: (forms[0], *sorted(forms[1:], key=lambda form: form.value)) for name, forms in found.items()
    }


def called(block: p.Block, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the names of the records that a tree block calls, and whether they lie inside an octet string."""
    for step in block.steps:
        match step:
            case p.CallRecord(record=record):
                yield record, inside
            case p.Items(body=body) | p.Members(body=body) | p.Tag(body=body):
                yield from called(body, inside)
            case p.Wrap(body=body):
                yield from called(body, True)
            case p.Branch(cases=cases):
                for case in cases:
                    yield from called(case.body, inside)
            case p.Kinds(cases=kinds):
                for kind_case in kinds:
                    yield from called(kind_case.body, inside)
            case p.Object() | p.Array():
                for entry in entries_of(p.Block((step,), (0,))):
                    yield from called(entry.body, inside)
            case _:
                pass


@dataclass(slots=True)
class TreeRecord:
    """One tree record with the names of its values in one module."""

    record: p.Record
    scope: ModuleScope
    locals: tuple[str, ...]
    parameters: tuple[str, ...]
    claimed: Scope
    values: ValueNames
    form: WriteForm = WriteForm.PLAIN

    @property
    def integers(self) -> bool:
        """Whether kept trees may hold whole numbers within ±(2^53-1) only."""
        return dict(self.record.options).get("numbers") == "integer53"

    @property
    def is_sorted(self) -> bool:
        """Whether members are written in the order of their names."""
        return self.form in (WriteForm.CANONICAL, WriteForm.JCS)

    def in_order(self, pairs: str) -> str:
        """Return the source of the members of a map in the order in which they are written."""
        match self.form:
            case WriteForm.CANONICAL:
                return f"sorted({pairs})"
            case WriteForm.JCS:
                return f"sorted({pairs}, key={self.scope.support('jcs_order')})"
            case _:
                return pairs

    def rank(self, key: str | int) -> str | bytes:
        """Return what the name of a member is sorted by."""
        name = str(key)
        return name.encode("utf-16-be") if self.form is WriteForm.JCS else name

    def writer(self, record: str) -> str:
        """Return the function that writes another record in this form."""
        own = own_form(self.scope.records[record])
        return self.scope.function("write" if own is self.form else f"write_{self.form.value}", record)

    @property
    def is_cbor(self) -> bool:
        """Whether the record is CBOR; else it is JSON."""
        return self.record.encoding == "cbor"

    @property
    def is_strict(self) -> bool:
        """Whether CBOR must be in deterministic form."""
        return dict(self.record.options).get("canonical") == "deterministic"

    def own_name(self, verb: str) -> str:
        """Return the name of the record's own function `verb` in this form."""
        suffix = "" if self.form is own_form(self.record) else f"_{self.form.value}"
        return f"_{verb}{suffix}_{self.stem()}"

    def walker(self, record: str) -> str:
        """Return the function that walks over another record in this form."""
        own = own_form(self.scope.records[record])
        return self.scope.function("walk" if own is self.form else f"walk_{self.form.value}", record)

    def kept_slots(self) -> tuple[int, ...]:
        """Return the slots that have octets as read, of fields that may be absent or null."""
        blocks = [entry.body for entry in entries_of(self.record.body)] or [self.record.body]
        steps = [step for block in blocks for step in block.steps]
        return tuple(step.kept for step in steps if isinstance(step, p.Wrap) and step.kept is not None)

    def cbor_limits(self) -> str:
        """Return `depth, strict, indefinite`: what readers of CBOR are told."""
        indefinite = dict(self.record.options).get("indefinite") != "reject"
        return f"{self.depth}, {self.is_strict}, {indefinite}"

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

    def tag(self, lines: Lines, expr: e.Expr) -> str:
        """Return the name that holds what a choice depends on; `lines` computes it where it has none."""
        if isinstance(expr, e.SlotRef | e.ParamRef) and not (
            isinstance(expr, e.SlotRef) and expr.index in self.values.absent
        ):
            return self.expression(expr)
        name = self.fresh("choice")
        lines.add(f"{name} = {self.expression(expr)}")
        return name

    def bound(self) -> tuple[p.Entry, ...]:
        """Return every entry of its object, those of spreads included."""
        return tuple(entries_of(self.record.body))


def tree_view(
    record: p.Record, scope: ModuleScope, *, careful: bool = False, form: WriteForm | None = None
) -> TreeRecord:
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
    return TreeRecord(record, scope, local_names, parameters, claimed, values, form or own_form(record))


def has_sentinel(slot: p.Slot) -> bool:
    """Whether null is a value of the slot, so that absence needs a value of its own."""
    return slot.optional and slot.default is None and isinstance(slot.shape, s.Nullable)


def entries_of(block: p.Block) -> Iterator[p.Entry]:
    """Yield the entries of the object or array that a record is."""
    for step in block.steps:
        if isinstance(step, p.Object | p.Array):
            yield from step.entries
            for spread in step.spreads:
                for case in spread.cases:
                    yield from case.entries


def keeps_node(block: p.Block) -> bool:
    """Whether reading a value by `block` yields the node itself, unchanged."""
    node = block.steps[0]
    match node:
        case p.Scalar(form=form):
            return form in ("integer", "text", "boolean", "null", "octets", "float", "label")
        case p.AnyNode():
            return True
        case p.Items(body=body) | p.Members(body=body):
            return keeps_node(body)
        case _:
            return False


def key_text(key: str | int) -> str:
    """Return the source of a member's key."""
    return quoted(key) if isinstance(key, str) else repr(key)


_KINDS = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
}


def kinds_in_words(step: p.Kinds) -> str:
    """Return what a choice by kind takes, for people."""
    words = [_KINDS[case.kind] for case in step.cases] + ["null"] * step.nullable
    return f"{', '.join(words[:-1])} or {words[-1]}"


def key_source(key: str | int) -> str:
    """Return `"key":` as it stands in JSON, spelled for the literal part of an f-string in single quotes."""
    spelled = ascii(json.dumps(key, ensure_ascii=False) + ":")
    body = spelled[1:-1]
    if spelled[0] == '"':
        body = body.replace("'", "\\'")
    return body.replace("{", "{{").replace("}", "}}")


def indexed_path(path: str, place: str) -> str:
    """Return the source of the path of an item: `path` is that of its list, `place` the name of its position."""
    if path[1:-1].isidentifier():
        return f'f"{path[1:-1]}[{{{place}}}]"'
    return f'{path} + f"[{{{place}}}]"'


def cases_last_otherwise(cases: tuple[p.SpreadCase, ...]) -> list[p.SpreadCase]:
    """Return the cases with the one that takes the rest at the end."""
    return sorted(cases, key=lambda case: not case.ranges)
