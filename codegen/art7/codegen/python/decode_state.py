"""The state of a decoding function under construction: its cursor, frames, and where values of slots go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from art7.codegen.names import RESERVED_LOCALS, Scope, variable_name
from art7.codegen.python.code import Assign, Body, Place, Test
from art7.codegen.python.cursor import Cursor, Measured
from art7.codegen.python.decode_names import DecodeNames, Frame, add
from art7.codegen.python.expressions import ATOM, COMPARE, OR, Code, expression, literal
from art7.codegen.python.makers import maker
from art7.codegen.python.record_facts import FactsOf
from art7.codegen.python.rounds import Round
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import TypedScope
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Binary, Expr, Literal, Position
from art7.grammar.ir.intervals import interval
from art7.grammar.ir.shape import Integer

_RESERVED = RESERVED_LOCALS | frozenset("data o e k n start depth unverified end".split())
"""What functions that decode use beside a specification's own names."""


@dataclass(slots=True)
class LastMatch:
    """A match: its statement, its expression's text, where it is made, and the variable of the place behind it."""

    made: Assign
    text: str
    place: str
    stop: str


class DecodeState:
    """One function under construction. `level` counts nested blocks; `out` is the block being filled."""

    data = "data"

    def __init__(self, scope: ModuleScope, facts: FactsOf) -> None:
        self.scope = scope
        self.facts = facts
        self.names = Scope(_RESERVED)
        self.out: Body = []
        self.level = 0
        self.steps = 0
        self.cursor_state = Cursor(Place(""), "n")
        self.index = "0"
        self.tail: tuple[str, Any] | None = None
        """The object and last step of a message that must end with its data."""
        self.closers: dict[int, Callable[[], None]] = {}
        """By the identity of the last step of a region: what ends the region, inside each arm of that step."""
        self.peeked: tuple[Place, str] | None = None
        self.depth: str | None = None
        self.sunk: dict[int, list[p.Check]] = {}
        self.is_message = False
        """Whether the function is a method of a message."""
        self.inlined: dict[str, Frame] = {}
        self.settled: list[tuple[Frame, Expr]] = []
        self.later: dict[int, Callable[[], None]] = {}
        """By their slot: what reads the regions that were passed over."""
        self.measured: dict[str, Measured] = {}
        """Ends of regions whose length is a variable."""
        self.constants: dict[str, int] = {}
        """Such variables whose value this arm has tested."""
        self.round: Round | None = None
        self.told: set[int] = set()
        """DER: by their identity, steps whose identifier has been looked at."""
        self.spare: dict[str, list[str]] = {}
        """Variables of arms left behind, by what they hold: a function's frame grows with every name it has."""
        self.used: list[tuple[str, str]] = []
        self.ready: dict[int, Any] = {}
        """By the identity of the first step of a run: the run and the variables of its groups, matched already."""
        self.last_match: LastMatch | None = None
        """The match of a run, which may take what follows it in."""

    @property
    def cursor(self) -> Place:
        """Where the cursor stands."""
        return self.cursor_state.place

    @property
    def end(self) -> str:
        """The variable of the innermost region's end."""
        return self.cursor_state.end

    def fresh(self, hint: str) -> str:
        """Return an unused local name like `hint`."""
        return self.names.claim(variable_name(hint))

    def scratch(self, hint: str) -> str:
        """Return a local name for what is used at once: unused, or of an arm that excludes the present one."""
        names = self.spare.get(hint)
        name = names.pop(0) if names else self.fresh(hint)
        self.used.append((hint, name))
        return name

    def exclusive(self, runs: Sequence[Callable[[], None]]) -> Iterator[Body]:
        """Yield the statements of each of several arms; what one has for its own serves the others, too."""
        before, used = self.spare, self.used
        pool = {hint: [*names] for hint, names in before.items()}
        for run in runs:
            self.spare, self.used = {hint: [*names] for hint, names in pool.items()}, []
            yield self.nested(run)
            for hint, name in self.used:
                names = pool.setdefault(hint, [])
                if name not in names:
                    names.append(name)
            used = [*used, *self.used]
        self.spare, self.used = before, used

    def tighten(self) -> None:
        """Refuse now if the cursor has left its region."""
        if self.cursor_state.loose:
            self.out.append(Test(f"{self.cursor} > {self.end}"))
            self.cursor_state = self.cursor_state.settled()

    def check_octet_at(self, offset: Expr, text: str, frame: Frame) -> None:
        """Refuse a look at an octet outside the message or past the region, unless it is proved inside."""
        match offset:
            case Binary(op="-", left=Position(word="end"), right=Literal(value=int(back))) if back > 0:
                if back <= self.cursor_state.least:
                    return
                self.out.append(Test(f"{text} < {frame.origin}"))
            case _:
                self.out.append(Test(f"not {frame.origin} <= {text} < {self.end}"))

    def is_proved(self, frame: Frame, condition: Expr) -> bool:
        """Whether `condition` was tested before, at this place if it speaks of it, or holds by arithmetic."""
        if isinstance(condition, Literal):
            return bool(condition.value)
        if condition in frame.proved and frame.proved[condition] in (None, self.cursor):
            return True
        if not isinstance(condition, Binary) or condition.op not in ("<=", "<"):
            return False
        high, low = interval(condition.left, frame.record)[1], interval(condition.right, frame.record)[0]
        return high is not None and low is not None and (high < low or (high == low and condition.op == "<="))

    def settle(self) -> None:
        """Put the cursor into `o`."""
        if self.cursor != Place("o"):
            self.out.append(Assign(["o"], str(self.cursor)))
            self.cursor_state = self.cursor_state.at("o", loose=self.cursor_state.loose)

    def move(self, octets: int) -> None:
        """Advance over what a read has checked against the data's end."""
        self.cursor_state = self.cursor_state.moved(octets)

    def keep(self, hint: str) -> str:
        """Return the cursor as text that stays good while the cursor's variables change."""
        if self.cursor.base in ("", "start"):
            return str(self.cursor)
        name = self.fresh(hint)
        self.out.append(Assign([name], str(self.cursor)))
        return name

    def nested(self, run: Callable[[], None]) -> Body:
        """Return the statements that `run` emits, as a block of their own."""
        outer, self.out = self.out, []
        self.level += 1
        try:
            run()
            return self.out
        finally:
            self.out = outer
            self.level -= 1

    def frame(
        self, record: p.Record, params: Sequence[Code], places: Sequence[Code], origin: str, target: str
    ) -> Frame:
        """Open a frame for `record` at the cursor and make its object."""
        facts = self.facts(record)
        members = self.scope.names.members(record)
        frame = Frame(
            record,
            facts,
            members,
            TypedScope(record, self.scope.records),
            target,
            params,
            places,
            origin,
            self.level,
        )
        self.steps += facts.size
        frame.begun = self.cursor_state
        if facts.start:
            frame.start = self.keep("begin")
        if record.kind == "message":
            frame.origin = frame.start or str(self.cursor)
            if frame.origin not in ("0", "start") and record.origin and not frame.start:
                frame.origin = self.keep("begin")
        if record.form is p.Form.OBJECT:
            self.out.append(Assign([target], maker(record, self.scope), pure=False))
        return frame

    def finish(self, frame: Frame) -> Code:
        """Store what is left to store; returns the record's value."""
        record = frame.record
        for slot in record.slots:
            if slot.is_api and slot.index not in frame.values:
                default = (
                    literal(None)
                    if slot.default is None
                    else expression(slot.default, DecodeNames(self, frame))
                )
                self.fill(frame, slot.index, default)
        for index in lenient_slots(record):
            if index in frame.dropped:
                continue
            self.drop_usual(frame, record.slots[index])
        if record.form is p.Form.TUPLE:
            items = [frame.values[slot.index].at(OR) for slot in record.api()]
            return Code(f"({', '.join(items)}{',' if len(items) == 1 else ''})")
        return Code(frame.target)

    def drop_usual(self, frame: Frame, slot: p.Slot) -> None:
        """A lenient member shows only where the wire differs from the computed value."""
        assert slot.value is not None
        names = DecodeNames(self, frame)
        value, code = expression(slot.value, names), names.slot(slot.index)
        if code.text == "None":
            self.out.append(Assign([f"{frame.target}.{frame.members[slot.index]}"], "None"))
            return
        target = f"{frame.target}.{frame.members[slot.index]}"
        condition = f"{code.at(COMPARE + 1)} == {value.at(COMPARE + 1)}"
        if code.optional:
            condition = f"{code.at(ATOM)} is None or {condition}"
        if value.text == "0" and isinstance(slot.shape, Integer):
            self.out.append(Assign([target], f"{code.at(OR)} or None", pure=False))
            return
        self.out.append(Assign([target], f"None if {condition} else {code.text}", pure=False))

    def target(self, frame: Frame, index: int) -> str | None:
        """Return where the value of a slot goes, or `None` when nobody wants it."""
        if index in frame.redirect:
            # A union's member has the type of all its arms: who computes with one wants a local.
            apart = frame.facts.uses[index] > 0 and "." in frame.redirect[index]
            return self.fresh(frame.members[index]) if apart else frame.redirect[index]
        slot = frame.record.slots[index]
        wanted = frame.facts.uses[index]
        if slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient:
            if not wanted:
                return f"{frame.target}.{frame.members[index]}"
        elif not wanted and not slot.is_api and index not in frame.extra:
            return None
        return self.fresh(frame.members[index])

    def stored(self, frame: Frame, index: int, target: str) -> None:
        """Note that the slot's value lies in `target`, and store the member when that is elsewhere."""
        slot = frame.record.slots[index]
        frame.values[index] = Code(target)
        if target != frame.redirect.get(index, target):
            self.out.append(Assign([frame.redirect[index]], target))
            return
        if not slot.is_api or frame.record.form is p.Form.TUPLE or index in frame.redirect:
            return
        member = f"{frame.target}.{frame.members[index]}"
        if target != member and index not in frame.facts.lenient:
            self.out.append(Assign([member], target))

    def fill(self, frame: Frame, index: int, code: Code, *, cheap: bool = False) -> None:
        """Give the slot the value `code`. `cheap`: may be worked out anew at each use."""
        slot = frame.record.slots[index]
        wanted = frame.facts.uses[index]
        here = self.level == frame.level
        member = slot.is_api and frame.record.form is p.Form.OBJECT and index not in frame.facts.lenient
        if index in frame.redirect:
            target = frame.redirect[index]
            if target != code.text:
                self.out.append(Assign([target], code.text))
            frame.values[index] = code if _is_name(code.text) else Code(target, optional=code.optional)
            return
        if member:
            path = f"{frame.target}.{frame.members[index]}"
            if here and wanted and not (cheap or _is_name(code.text) or code.text == "None"):
                name = self.fresh(frame.members[index])
                self.out.append(Assign([name], code.text))
                code = Code(name, optional=code.optional)
            if path != code.text:
                self.out.append(Assign([path], code.text))
            if not (here and wanted and (cheap or _is_name(code.text))):
                code = Code(path, optional=code.optional)
            frame.values[index] = code
            return
        if (here and (cheap or wanted <= 1)) or _is_name(code.text) or code.text == "None":
            frame.values[index] = code
            return
        if is_wanted(frame, index):
            name = self.fresh(frame.members[index])
            self.out.append(Assign([name], code.text))
            frame.values[index] = Code(name, optional=code.optional)

    def closer(self, step: Any) -> Callable[[], None] | None:
        """Return what ends the region whose last step is `step`, once."""
        return self.closers.pop(id(step), None)

    def close_message(self) -> None:
        """Nothing may be left after the message."""
        if self.cursor != Place("n"):
            self.out.append(Test(f"{self.cursor} != n"))
        self.cursor_state = self.cursor_state.at("n", loose=False)


def _is_name(text: str) -> bool:
    return text.isidentifier() or text.isdigit()


def lenient_slots(record: p.Record) -> list[int]:
    """Return the kept slots without a `Verify`: shown only where the wire differs from the computed value."""
    from art7.codegen.python.record_facts import walk_steps

    verified = {step.slot for step in walk_steps(record.body) if isinstance(step, p.Verify)}
    return [
        slot.index
        for slot in record.slots
        if slot.role is p.Role.KEPT and slot.value is not None and slot.index not in verified
    ]


def is_wanted(frame: Frame, index: int) -> bool:
    """Whether anybody asks for the value of a slot."""
    return (
        frame.record.slots[index].is_api
        or frame.facts.uses[index] > 0
        or index in frame.redirect
        or index in frame.extra
    )


def note_starts(emitter: DecodeState, frame: Frame, slots: list[tuple[int | None, int]]) -> None:
    """Keep where slots begin that somebody asks for."""
    for index, skip in slots:
        if index is not None and index in frame.facts.starts and index not in frame.starts:
            frame.starts[index] = add(emitter.keep("place"), skip)


def note_span(emitter: DecodeState, frame: Frame, slot: int, begin: Place, end: Place) -> None:
    """Keep where a slot begins and ends, if somebody asks."""
    if slot in frame.facts.spans and slot not in frame.spans:
        texts = []
        for place in (begin, end):
            if place.base == "":
                texts.append(str(place))
            else:
                name = emitter.fresh("bound")
                emitter.out.append(Assign([name], str(place)))
                texts.append(name)
        frame.spans[slot] = (texts[0], texts[1])
