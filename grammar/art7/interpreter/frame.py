"""The state of one execution: a `Run` per message, a `Frame` per record.

A frame holds values by slot. Whoever meets a fault calls `Frame.refuse`; only then are paths and partial values
put together, so reading a good message pays nothing for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.plan import Fault, Form, Role
from art7.interpreter.errors import DecodeError, EncodeError, FieldNode, Note
from art7.interpreter.quoting import brief, printable, quote_key

if TYPE_CHECKING:
    from art7.interpreter.prepare import PreparedRecord
    from art7.interpreter.tree_nodes import Node


class Absent:
    """The type of `ABSENT`: a member that is not there, where `None` means an explicit null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


MOST_NODES = 200_000
"""The most fields of one trace: a hostile message must not cost more memory than it is worth."""
MOST_NOTES = 1_000
"""The most notes, and the most tests not verified, that are remembered."""


class Run:
    """What all frames of one message share.

    Reading: `position` is the cursor in `data`, `end` the end of the innermost region. Writing: `marks` are
    places to be known when the message is complete.
    """

    __slots__ = (
        "data",
        "depth",
        "depth_limit",
        "callees",
        "end",
        "fixing",
        "index",
        "marks",
        "nodes_left",
        "notes",
        "position",
        "session",
        "unverified",
        "writing",
    )

    def __init__(self, data: bytes, *, writing: bool, depth_limit: int, session: Any = None) -> None:
        self.data = data
        self.position = 0
        self.end = len(data)
        self.depth = 0
        self.index = 0
        self.fixing = False
        self.callees: list[tuple[Frame, tuple[tuple[int, bool], ...]]] = []
        self.depth_limit = depth_limit
        self.writing = writing
        self.nodes_left = MOST_NODES
        self.notes: list[Note] = []
        self.unverified: list[str] = []
        self.marks: list[Any] = []
        self.session = session


class Frame:
    """One record under execution. `starts[slot]` is the slot's first octet, `spans[slot]` its content."""

    __slots__ = (
        "key",
        "locals",
        "node",
        "nodes",
        "origin",
        "owner",
        "params",
        "parent",
        "pending",
        "places",
        "prepared",
        "run",
        "slot",
        "spans",
        "start",
        "starts",
        "tag",
        "values",
        "written",
    )

    def __init__(self, run: Run, prepared: PreparedRecord, params: tuple[Any, ...]) -> None:
        self.run = run
        self.prepared = prepared
        self.params = params
        self.values: list[Any] = prepared.initial.copy()
        self.starts: list[int] = prepared.no_starts.copy()
        self.spans: dict[int, tuple[int, int]] = {}
        self.places: tuple[Any, ...] = ()
        self.locals: dict[str, Any] = {}
        self.start = run.position
        self.origin = 0
        self.owner: Frame = self
        self.parent: Frame | None = None
        self.slot: int | None = None
        self.nodes: list[FieldNode] | None = None
        self.node: Node | None = None
        self.key: dict[int, str | int | bytes] = {}
        self.pending: list[Any] = []
        self.written: dict[int, bytes] = {}
        self.tag: bytes | None = None

    def component(self, slot: int) -> str:
        """Return how `slot` shows in a path: `name`, `name[i]`, `name["key"]`, or nothing for hidden ones."""
        slot = self.prepared.stands_for.get(slot, slot)
        outer = self.prepared.item_of.get(slot)
        if outer is None:
            name = self.prepared.record.slots[slot].name
            return "" if name.startswith("_") else name
        if outer in self.key:
            return f"{self.component(outer)}[{quote_key(self.key[outer])}]"
        items = self.values[outer]
        position = self.locals.get(f"[{outer}]", len(items) if isinstance(items, list) else 0)
        return f"{self.component(outer)}[{position}]"

    def path(self, slot: int | None = None) -> str:
        """Return the path of `slot`, or of the record, from the root."""
        parts: list[str] = []
        frame: Frame | None = self
        while frame is not None:
            if slot is not None and (part := frame.component(slot)):
                parts.append(part)
            slot, frame = frame.slot, frame.parent
        return ".".join(reversed(parts))

    def refuse(
        self,
        fault: Fault,
        slot: int | None,
        offset: int | None,
        expected: str = "",
        got: str = "",
        *,
        bit: int = 0,
        member: str | None = None,
    ) -> NoReturn:
        """Raise the refusal; `member` extends the path by a member that is not a slot's."""
        if fault.requirement is None and fault.code in BUILTIN_ERRORS:
            fault = self._with_sentence(fault)
        path = self.path(slot)
        if member is not None:
            path = f"{path}.{member}" if path else member
        number = self.prepared.number(fault.code)
        common: dict[str, Any] = {
            "requirement": fault.requirement,
            "path": path,
            "bit": bit,
            "expected": expected or fault.message or "",
            "got": got,
            "ref": fault.ref,
            "partial": self.partial(),
            "message": fault.message,
        }
        if self.run.writing:
            raise EncodeError(fault.code, number, offset=None, **common)
        raise DecodeError(fault.code, number, offset=offset, **common)

    def load(self, value: Any) -> None:
        """Take the members of an API value, for writing. Read-only ones are passed over."""
        from art7.interpreter.conform import conform, wrong

        prepared = self.prepared
        if prepared.record.form is Form.TUPLE and isinstance(value, list | tuple):
            if len(value) != len(prepared.api):
                wrong(self, None, f"{len(prepared.api)} members", value)
            value = {name: one for (_, name), one in zip(prepared.api, value, strict=True)}
        if not isinstance(value, dict):
            wrong(self, None, "a record", value)
        for name in value:
            if name not in prepared.names:
                fault = Fault("unknown_field")
                self.refuse(
                    fault, None, None, "a declared member", "another", member=printable(str(name))[:60]
                )
        for slot in prepared.settable:
            given = value.get(slot.name, ABSENT)
            if given is ABSENT or (given is None and slot.index not in prepared.distinguishing):
                if slot.role is Role.VIEW_INPUT and not slot.optional and self.values[slot.index] is None:
                    self.refuse(Fault("missing_field"), slot.index, None, "a value", "nothing")
                continue
            self.values[slot.index] = conform(slot.shape, given, self, slot.index)

    def _with_sentence(self, fault: Fault) -> Fault:
        """Return a builtin fault with the sentence that the root's module puts behind it."""
        root = self
        while root.parent is not None:
            root = root.parent
        found = root.prepared.sentence(fault.code)
        return fault if found is None else replace(fault, requirement=found.requirement, ref=found.ref)

    def partial(self) -> Any:
        """Return what is known of the whole message: the members read so far, nested."""
        frame: Frame = self
        inner: Any = frame._known()
        while frame.parent is not None and frame.slot is not None:
            slot, frame = frame.slot, frame.parent
            slot = frame.prepared.stands_for.get(slot, slot)
            known = frame._known()
            outer = frame.prepared.item_of.get(slot)
            if outer is None:
                known[frame.prepared.record.slots[slot].name] = inner
            else:
                name = frame.prepared.record.slots[outer].name
                items = known.get(name)
                known[name] = [*(items if isinstance(items, list) else []), inner]
            inner = known
        return inner

    def _known(self) -> dict[str, Any]:
        slots = self.prepared.record.slots
        found = {}
        for slot, value in zip(slots, self.values, strict=True):
            if value is not None and value is not ABSENT and not slot.name.startswith("_"):
                found[slot.name] = list(value) if isinstance(value, list) else value
        return found

    def note(self, level: str, fault: Fault, slot: int | None, offset: int) -> None:
        """Remember what is no refusal."""
        if len(self.run.notes) >= MOST_NOTES:
            return
        message = fault.message or fault.code
        self.run.notes.append(Note(level, fault.requirement, self.path(slot), offset, message))


def take_params(frame: Frame, given: Mapping[str, Any]) -> None:
    """Bind the parameters that a caller gives; refuse unknown, missing and unfit ones by their name."""
    from art7.interpreter.conform import conform_param

    declared = frame.prepared.record.params
    place = None if frame.run.writing else 0
    for name in given:
        if all(name != param.name for param in declared):
            shown = printable(str(name))[:60]
            frame.refuse(Fault("unknown_field"), None, place, "a declared parameter", "another", member=shown)
    values = []
    for param in declared:
        value = given.get(param.name)
        if value is None and not param.nullable:
            frame.refuse(Fault("missing_field"), None, place, "a value", "nothing", member=param.name)
        values.append(None if value is None else conform_param(param, value, frame, place))
    frame.params = tuple(values)


__all__ = ["ABSENT", "Frame", "Run", "brief", "take_params"]
