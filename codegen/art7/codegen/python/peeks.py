"""The head of a message alone, for who routes messages without reading them: `Head` and `peek`.

A head is what stands at a fixed place: the members before the first step whose size depends on the message.
What the rules say about them alone is checked. A message that is all head, or has none, gets no `peek`.
"""

from __future__ import annotations

from typing import Any

from art7.codegen.python.code import Assign, Body, Line, Place, Printer
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.expressions import Code, quoted
from art7.codegen.python.octets_decode import DecodeEmitter
from art7.codegen.python.passes.fuse_reads import fuse_reads
from art7.codegen.python.passes.liveness import drop_unused
from art7.codegen.python.passes.merge_tests import merge_tests
from art7.codegen.python.record_facts import FactsOf, filled_slots, step_expressions
from art7.codegen.python.records import class_text, signature
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Literal, Measure, ParamRef, SlotRef, is_positional, walk
from art7.grammar.ir.quick import changed

_READS = (p.Bits, p.Uint, p.FloatOctets, p.Constant)
_TESTS = (p.View, p.Verify, p.Check, p.Domain)


def head_record(record: p.Record) -> p.Record | None:
    """Return a record of the fixed first members of `record`; `None` where there is no more than one."""
    steps: list[Any] = []
    known: set[int] = set()
    rest = False
    for step in record.body.steps:
        if isinstance(step, _TESTS):
            if _is_known(step, record, known):
                steps.append(step)
                known.update(filled_slots(p.Block((step,), (0,))))
        elif isinstance(step, _READS) or _is_fixed(step):
            steps.append(step)
            known.update(filled_slots(p.Block((step,), (0,))))
        else:
            rest = True
            break
    if not rest:
        return None
    slots = tuple(_head_slot(slot, known) for slot in record.slots)
    if sum(slot.is_api for slot in slots) < 2:
        return None
    body = p.Block(tuple(steps), tuple(range(len(steps))))
    return changed(
        record, slots=slots, body=body, params=(), guarded=False, origin=False, requirements=(),
        limit_size=None, recursive=False,
    )  # fmt: skip


def _is_fixed(step: p.Step) -> bool:
    return (
        isinstance(step, p.Take)
        and isinstance(step.extent, p.Exact)
        and isinstance(step.extent.size, Literal)
    )


def _is_known(step: p.Step, record: p.Record, known: set[int]) -> bool:
    """Whether a step speaks of the head alone."""
    if isinstance(step, p.Verify) and (step.guard or step.implied or step.deferred):
        return False
    return all(_speaks_of(expr, known) for expr in step_expressions(step, record))


def _speaks_of(expr: Expr, known: set[int]) -> bool:
    if is_positional(expr):
        return False
    return not any(
        isinstance(node, ParamRef) or (isinstance(node, SlotRef) and node.index not in known)
        for node in walk(expr)
    )


def _head_slot(slot: p.Slot, known: set[int]) -> p.Slot:
    """A slot as the head has it: a length, which says something of what follows, is worth a look too."""
    shown = slot.is_api or (
        slot.role is p.Role.COMPUTED and slot.value is not None and _tells(slot.value, known)
    )
    role = p.Role.LOCAL
    if slot.index in known and shown and not slot.name.startswith("_"):
        role = p.Role.VIEW if slot.role is p.Role.VIEW else p.Role.GIVEN
    return slot if slot.role is role else changed(slot, role=role)


def _tells(value: Expr, known: set[int]) -> bool:
    """Whether a computed value says what the rest of the head does not."""
    spoken = {node.index for node in walk(value) if isinstance(node, SlotRef)}
    spoken |= {node.slot for node in walk(value) if isinstance(node, Measure)}
    return bool(spoken - known)


def peek_methods(record: p.Record, scope: ModuleScope) -> list[str]:
    """Return `Head` and `peek` of a message, or nothing."""
    head = head_record(record)
    if head is None:
        return []
    octets = scope.endings().least_octets(head)
    return [_head_class(head, record, scope, octets), _peek_method(head, record, scope)]


def _head_class(head: p.Record, record: p.Record, scope: ModuleScope, octets: int) -> str:
    slots = tuple(
        changed(slot, role=p.Role.GIVEN, optional=False)
        if slot.is_api and (slot.optional or slot.role is not p.Role.GIVEN)
        else slot
        for slot in head.slots
    )
    doc = f"The first {octets} octets of a message, as `peek` reads them."
    shown = changed(head, doc=doc, refs=(), slots=slots)
    name = scope.names.classes[record.name]
    text = class_text(shown, scope, [], unverified=False).replace(f"class {name}(", "class Head(", 1)
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def _peek_method(head: p.Record, record: p.Record, scope: ModuleScope) -> str:
    name, stem = scope.names.classes[record.name], quoted(scope.names.functions[record.name])
    doc = docstring(
        "Read the head of the message at the start of `data`, and check that alone.",
        ["Raises: DecodeError, and nothing else."],
        "        ",
    )
    missing = "".join(", None" for _ in record.params)
    return "\n".join(
        [
            "    @staticmethod",
            signature("peek", ["data: bytes"], ["explain: bool = True"], f"{name}.Head"),
            doc,
            "        try:",
            *_lines(_body(head, record, scope), scope),
            "        except FAILURES:",
            f"            raise explain_decoding(__name__, {stem}, explain, data{missing}, prefix=True) from None",
        ]
    )


def _body(head: p.Record, record: p.Record, scope: ModuleScope) -> Body:
    emitter = DecodeEmitter(scope, FactsOf({record.name: head}))
    emitter.level = 1
    emitter.cursor_state = Cursor(Place(""), "n", whole=True)
    emitter.out.append(Assign(["n"], "len(data)"))
    frame = emitter.frame(head, [], [], "0", "m")
    made = next(line for line in emitter.out if isinstance(line, Assign) and line.targets == ["m"])
    position = emitter.out.index(made)
    emitter.out[position] = Assign(["m"], f"_new({scope.names.classes[record.name]}.Head)", pure=False)
    value: Code = emitter.run_record(frame)
    emitter.tighten()
    emitter.out.append(Line(f"return {value.text}"))
    scope.constant("_new", "object.__new__")
    return emitter.out


def _lines(body: Body, scope: ModuleScope) -> list[str]:
    printer = Printer(scope.unpack)
    printer.body(merge_tests(drop_unused(fuse_reads(body))), 3)
    return printer.lines
