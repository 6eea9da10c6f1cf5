"""Reading headers and bodies of text: blocks of headers, parameters, parts, transfer codings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

from art7.grammar.ir.plan import Fault, Header, Headers, Parameters, Parts, Transfer
from art7.interpreter.boundaries import delimiter, parts
from art7.interpreter.charsets import decode
from art7.interpreter.codings import Passage
from art7.interpreter.errors import DecodeError, FieldNode
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import Frame
from art7.interpreter.header_lines import HeaderLine, elements, header_at, joined, trimmed
from art7.interpreter.parameter_texts import parameters_at
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.read_octets import TOO_FEW, TOO_MANY, TRAILING
from art7.interpreter.text_octets import pass_space
from art7.interpreter.text_refused import TextRefused
from art7.interpreter.transfer_codings import READ, transfer_name

DUPLICATE, MISSING, UNKNOWN = Fault("duplicate_field"), Fault("missing_field"), Fault("unknown_field")


def _refuse(frame: Frame, slot: int | None, refusal: TextRefused, base: int = 0) -> NoReturn:
    frame.refuse(Fault(refusal.code), slot, base + refusal.offset, refusal.expected, refusal.got)


def _shown(data: bytes, place: int, end: int) -> str:
    return brief(data[place : min(end, place + 16)].decode("utf-8", "replace")) if place < end else "the end"


@contextmanager
def elsewhere(frame: Frame, passage: Passage, filled: Sequence[int]) -> Iterator[None]:
    """Let the steps inside read other octets; refusals, places and traced fields lie where these came from."""
    run = frame.run
    data, end = run.data, run.end
    nodes, notes = len(frame.nodes or ()), len(run.notes)
    run.data, run.position, run.end = passage.octets, 0, len(passage.octets)
    try:
        yield
    except DecodeError as error:
        if error.offset is not None:
            error.offset = passage.place(error.offset)
        raise
    finally:
        run.data, run.end, run.position = data, end, passage.place(run.position)
        for node in (frame.nodes or [])[nodes:]:
            _move(node, passage)
    for index in filled:
        if frame.starts[index] >= 0:
            frame.starts[index] = passage.place(frame.starts[index])
    run.notes[notes:] = [replace(x, offset=passage.place(x.offset)) for x in run.notes[notes:]]


def _move(root: FieldNode, passage: Passage) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        end = passage.place(node.offset + node.octets)
        node.offset = passage.place(node.offset)
        node.octets = end - node.offset
        waiting.extend(node.children)


class _Entry:
    """One entry of a block, ready to read."""

    def __init__(
        self, step: Headers, header: Header, prepared: PreparedRecord, opened: frozenset[int]
    ) -> None:
        self.header = header
        self.slot = header.slot
        self.item = header.item
        target = header.slot if header.item is None else header.item
        self.target = target
        self.body = prepare_block(prepared, header.body, opened - {target})
        self.filled = filled_slots(header.body)
        self.resets = tuple((index, prepared.initial[index]) for index in self.filled)
        self.space, self.comments = step.space, step.comments and not header.is_verbatim

    def value(self, frame: Frame, start: int, stop: int) -> None:
        """Read what lies from `start` to `stop` in the octets at hand."""
        run = frame.run
        outer, run.end = run.end, stop
        run.position = pass_space(run.data, start, stop, self.space, self.comments)
        for runner in self.body:
            runner(frame)
        run.position = pass_space(run.data, run.position, stop, self.space, self.comments)
        if run.position != stop:
            left = _shown(run.data, run.position, stop)
            frame.refuse(TRAILING, self.target, run.position, "the end of the value", left)
        run.end = outer

    def spans(self, data: bytes, start: int, stop: int) -> list[tuple[int, int]]:
        """Return where the values of a line lie."""
        if self.header.comma:
            return elements(data, start, stop, self.comments)
        return [trimmed(data, start, stop)]


def read_headers(step: Headers, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    made = [_Entry(step, header, prepared, opened) for header in step.every()]
    other = made.pop() if step.other is not None else None
    named = {name.lower().encode(): entry for entry in made for name in entry.header.names}
    lists = [entry for entry in (*made, *([other] if other else [])) if entry.item is not None]

    def read(frame: Frame) -> None:
        run = frame.run
        begin, counted = run.position, run.index
        for each in lists:
            frame.values[each.slot] = []
        seen: set[int] = set()
        while True:
            try:
                line = header_at(run.data, run.position, run.end, step.eol, step.lenient)
            except TextRefused as refusal:
                _refuse(frame, None, refusal)
            if isinstance(line, int):
                run.position = line
                break
            entry: _Entry | None = named.get(line.name.lower())
            if entry is None and step.unknown == "reject":
                frame.refuse(
                    UNKNOWN, None, line.start, "a header that the message has", _shown(line.name, 0, 40)
                )
            if entry is None and other is not None:
                _other(frame, other, line)
            elif entry is not None:
                if entry.item is None and entry.slot in seen:
                    frame.refuse(DUPLICATE, entry.slot, line.start, "one header of this name", "another")
                seen.add(entry.slot)
                _line(frame, entry, line)
            run.position = line.following
        run.index = counted
        for each in made:
            _complete(frame, each, begin, seen)

    return read


def _complete(frame: Frame, entry: _Entry, begin: int, seen: set[int]) -> None:
    if entry.item is None:
        if entry.header.required and entry.slot not in seen:
            frame.refuse(MISSING, entry.slot, begin, f"the header {entry.header.names[0]}", "none")
        return
    count = len(frame.values[entry.slot])
    if count < entry.header.minimum:
        frame.refuse(TOO_FEW, entry.slot, begin, f"at least {entry.header.minimum} items", str(count))


def _line(frame: Frame, entry: _Entry, line: HeaderLine) -> None:
    """Read the values of one header."""
    run = frame.run
    if len(line.pieces) == 1:
        start, stop = line.pieces[0]
        for span in entry.spans(run.data, start, stop):
            _value(frame, entry, span[0], span, line.start)
        return
    octets, place = joined(run.data, line.pieces)
    passage = Passage(octets, place)
    for span in entry.spans(octets, 0, len(octets)):
        with elsewhere(frame, passage, [i for i in entry.filled if i != entry.target]):
            _value(frame, entry, place(span[0]), span, line.start)


def _value(frame: Frame, entry: _Entry, start: int, span: tuple[int, int], line: int) -> None:
    """Read one value; `start` is its first octet in the message, `span` where it lies in the octets at hand."""
    run = frame.run
    if entry.item is None:
        entry.value(frame, *span)
        frame.starts[entry.slot] = start
        return
    items = frame.values[entry.slot]
    if not items:
        frame.starts[entry.slot] = start
    most = entry.header.maximum
    if most is not None and len(items) >= most:
        frame.refuse(TOO_MANY, entry.slot, span[0], f"at most {most} items", "one more")
    run.index = len(items)
    for index, initial in entry.resets:
        frame.values[index] = initial
    entry.value(frame, *span)
    items.append(frame.values[entry.item])


def _other(frame: Frame, entry: _Entry, line: HeaderLine) -> None:
    """Keep a header that no entry names: its name, a colon, its value without white space around it."""
    octets, place = joined(frame.run.data, line.pieces)
    start, stop = trimmed(octets, 0, len(octets))
    name = len(line.name)

    def where(offset: int) -> int:
        if offset < name:
            return line.start + offset
        return line.colon if offset == name else place(start + offset - name - 1)

    passage = Passage(line.name + b":" + octets[start:stop], where)
    with elsewhere(frame, passage, [i for i in entry.filled if i != entry.target]):
        _value(frame, entry, line.start, (0, len(passage.octets)), line.start)


def read_parameters(step: Parameters, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, form = step.slot, step.form

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if slot not in opened:
            frame.starts[slot] = start
        try:
            frame.values[slot], run.position = parameters_at(run.data, start, run.end, form)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if slot not in opened:
            frame.spans[slot] = (start, run.position)

    return read


def read_parts(step: Parts, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item = step.slot, step.item
    boundary = prepare(step.boundary, prepared.scope)
    body = prepare_block(prepared, step.body, opened - {item})
    resets = tuple((i, prepared.initial[i]) for i in filled_slots(step.body))

    def read(frame: Frame) -> None:
        run, values = frame.run, frame.values
        start, end, counted = run.position, run.end, run.index
        items: list[object] = []
        values[slot] = items
        if slot not in opened:
            frame.starts[slot], frame.spans[slot] = start, (start, end)
        try:
            mark = delimiter(boundary(frame))
        except TextRefused as refusal:
            _refuse(frame, slot, refusal, start)
        try:
            found = parts(run.data, start, end, mark)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        for at, stop in found:
            if step.maximum is not None and len(items) >= step.maximum:
                frame.refuse(TOO_MANY, slot, at, f"at most {step.maximum} items", "one more")
            run.index, run.position, run.end = len(items), at, stop
            for index, initial in resets:
                values[index] = initial
            for runner in body:
                runner(frame)
            if run.position != stop:
                left = _shown(run.data, run.position, stop)
                frame.refuse(TRAILING, item, run.position, "the end of the part", left)
            items.append(values[item])
        run.index, run.position, run.end = counted, end, end
        if len(items) < step.minimum:
            frame.refuse(TOO_FEW, slot, end, f"at least {step.minimum} items", str(len(items)))

    return read


def read_transfer(step: Transfer, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, measured = step.slot, step.slot not in opened
    coding = None if step.coding is None else prepare(step.coding, prepared.scope)
    charset = None if step.charset is None else prepare(step.charset, prepared.scope)
    body = prepare_block(prepared, step.body, opened | {slot})
    filled = filled_slots(step.body)

    def read(frame: Frame) -> None:
        run = frame.run
        start, end = run.position, run.end
        if measured:
            frame.starts[slot], frame.spans[slot] = start, (start, end)
        try:
            name = (
                transfer_name(None if coding is None else coding(frame)) if coding is not None else "binary"
            )
        except TextRefused as refusal:
            _refuse(frame, slot, refusal, start)
        try:
            passage = READ[name](run.data, start, end)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if charset is not None:
            passage = _in_utf8(frame, slot, passage, charset(frame))
        with elsewhere(frame, passage, [i for i in filled if i != slot]):
            for runner in body:
                runner(frame)
            if run.position != run.end:
                left = _shown(run.data, run.position, run.end)
                frame.refuse(TRAILING, slot, run.position, "the end of the body", left)
        run.position = end

    return read


def _in_utf8(frame: Frame, slot: int, passage: Passage, charset: str | None) -> Passage:
    """Return a text in UTF-8; places in it are all its first octet's."""
    try:
        text = decode(passage.octets, charset)
    except TextRefused as refusal:
        frame.refuse(Fault(refusal.code), slot, passage.place(refusal.offset), refusal.expected, refusal.got)
    return Passage(text.encode("utf-8", "surrogatepass"), lambda offset: passage.place(0))
