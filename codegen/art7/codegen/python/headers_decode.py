"""Headers and bodies of text in the fast decoder: loops over lines and parts that helpers find.

Values that are not where they were received lie in octets of their own, which are called `data` while they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from art7.codegen.python.code import Assign, Body, For, If, Line, Place, Test
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_loops import open_list, read_item, store_list
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_state import is_wanted, note_span, note_starts
from art7.codegen.python.dispatch import DispatchArm, dispatch
from art7.codegen.python.expressions import OR, Code, expression, literal, quoted
from art7.codegen.python.protobuf_decode import _target
from art7.codegen.python.rounds import alone
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.shapes import annotation
from art7.codegen.python.text_lists import header_words
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p


def reads_elsewhere(record: p.Record, scope: ModuleScope) -> bool:
    """Whether a function that reads the record calls other octets `data` for a while: a method must keep its own."""
    facts, seen, queue = scope.facts(), {record.name}, [record]
    for each in queue:
        if each.carrier is not p.Carrier.OCTETS:
            continue
        found = facts(each)
        if any(isinstance(step, p.Headers | p.Transfer) for step in found.steps):
            return True
        queue += [scope.records[name] for name in found.callees if name not in seen]
        seen.update(found.callees)
    return False


def headers(emitter: BlockEmitter, frame: Frame, step: p.Headers) -> None:
    """Emit the loop over the lines of a block, and the tests for headers that must be there."""
    emitter.tighten()
    entries = [*step.entries, *([step.other] if step.other is not None else [])]
    lists = {each.slot: _list(emitter, frame, each) for each in entries if each.item is not None}
    seen = {each.slot: emitter.names.claim("seen") for each in step.entries if each.item is None}
    for each in step.entries:
        if each.item is None:
            emitter.out.append(Assign([seen[each.slot]], "False", pure=False))
            _absent(emitter, frame, each)
    lines, after, message = emitter.fresh("lines"), emitter.fresh("after"), emitter.fresh("message")
    more = f"{literal(step.eol).text}, {step.lenient}"
    call = (
        f"{emitter.scope.support('split_headers')}({emitter.data}, {emitter.cursor}, {emitter.end}, {more})"
    )
    emitter.out += [Assign([f"{lines}, {after}"], call, pure=False), Assign([message], emitter.data)]
    state = emitter.cursor_state
    name, stop = emitter.fresh("name"), emitter.fresh("stop")
    with alone(emitter):
        body = emitter.nested(lambda: _lines(emitter, frame, step, name, stop, lists, seen))
    span: Body = [
        Assign(["o"], "0", pure=False),
        Assign([stop], f"len({emitter.data})", pure=False),
    ]
    emitter.out.append(For(f"{name}, {emitter.data}", lines, [*span, *body]))
    emitter.out.append(Assign([emitter.data], message))
    emitter.cursor_state = Cursor(Place(after), state.end, False, state.whole, state.least)
    for each in step.entries:
        _finish(emitter, frame, each, lists, seen)
    if step.other is not None:
        frame.values[step.other.slot] = Code(lists[step.other.slot])


def _list(emitter: BlockEmitter, frame: Frame, entry: p.Header) -> str:
    slot = frame.record.slots[entry.slot]
    name = emitter.fresh(frame.members[entry.slot])
    emitter.out.append(Assign([f"{name}: {annotation(slot.shape, emitter.scope)}"], "[]", pure=False))
    if is_wanted(frame, entry.slot):
        emitter.out.append(Assign([_target(emitter, frame, entry.slot)], name))
    frame.values[entry.slot] = Code(name)
    return name


def _absent(emitter: BlockEmitter, frame: Frame, entry: p.Header) -> None:
    slot = frame.record.slots[entry.slot]
    target = _target(emitter, frame, entry.slot)
    if not entry.required:
        none = literal(None)
        value = none if slot.default is None else expression(slot.default, DecodeNames(emitter, frame))
        emitter.out.append(Assign([target], value.text, pure=False))


def _lines(
    emitter: BlockEmitter,
    frame: Frame,
    step: p.Headers,
    name: str,
    stop: str,
    lists: dict[int, str],
    seen: dict[int, str],
) -> None:
    arms: list[DispatchArm] = []
    numbers: dict[bytes, int] = {}
    for number, entry in enumerate(step.entries, 1):
        numbers |= {each.encode(): number for spelled in entry.names for each in (spelled, spelled.lower())}
        run = partial(_entry, emitter, frame, step, entry, stop, lists, seen)
        arms.append(DispatchArm(((number, number),), run))
    arms.append(DispatchArm((), lambda: _other(emitter, frame, step, name, stop, lists)))
    if not numbers:
        emitter.out += emitter.nested(arms[0].run)
        return
    rows = ", ".join(f"{literal(each).text}: {number}" for each, number in numbers.items())
    mark = sha256(rows.encode()).hexdigest()[:8]
    table = emitter.scope.constant(f"_headers_{mark}", f"{{{rows}}}")
    which = emitter.fresh("which")
    found = f"{table}.get({name}) or {table}.get({name}.lower(), 0)"
    emitter.out.append(Assign([which], found, pure=False))
    emitter.out += dispatch(Code(which), arms, [emitter.nested(arm.run) for arm in arms])


def _entry(
    emitter: BlockEmitter,
    frame: Frame,
    step: p.Headers,
    entry: p.Header,
    stop: str,
    lists: dict[int, str],
    seen: dict[int, str],
) -> None:
    if entry.item is None:
        emitter.out.append(Test(seen[entry.slot]))
        emitter.out.append(Assign([seen[entry.slot]], "True", pure=False))
    if not entry.comma:
        _value(emitter, frame, step, entry, stop, lists)
        return
    if _words(emitter, frame, step, entry, stop, lists):
        return
    call = f"{emitter.scope.support('listed_spans')}({emitter.data}, o, {stop}, {step.comments})"
    inner = emitter.fresh("stop")
    body = emitter.nested(lambda: _value(emitter, frame, step, entry, inner, lists))
    emitter.out.append(For(f"o, {inner}", call, body))


def _words(
    emitter: BlockEmitter, frame: Frame, step: p.Headers, entry: p.Header, stop: str, lists: dict[int, str]
) -> bool:
    """Emit words between commas as one match, if the header is a list of them; returns whether it is."""
    pattern = header_words(step, entry)
    text = None if pattern is None else octets_pattern(pattern)
    spans = {*frame.facts.starts, *frame.facts.spans}
    if text is None or not {entry.slot, entry.item}.isdisjoint(spans):
        return False
    emitter.scope.standard("re")
    whole = rf"(?:(?:{text})(?:[ \t]*+,[ \t]*+(?:{text}))*+)?+"
    mark = sha256(whole.encode()).hexdigest()[:8]
    match = emitter.scope.constant(f"_listed_{mark}", f're.compile(rb"{whole}").match')
    found, items, data = emitter.fresh("found"), lists[entry.slot], emitter.data
    emitter.out += [
        Assign([found], f"{match}({data}, o, {stop})", pure=False),
        Test(f"{found} is None or {found}.end() != {stop}"),
    ]
    words = f'{items} += {found}[0].translate(None, b" \\t").decode().split(",")'
    emitter.out.append(If([(f"o < {stop}", [Line(words)])]))
    if entry.maximum is not None:
        emitter.out.append(Test(f"len({items}) > {entry.maximum}"))
    return True


def _other(
    emitter: BlockEmitter, frame: Frame, step: p.Headers, name: str, stop: str, lists: dict[int, str]
) -> None:
    if step.unknown == "reject":
        emitter.out.append(Line("raise Refused"))
    elif step.other is None:
        emitter.out.append(Line("pass"))
    else:
        emitter.out.append(Assign([emitter.data], f'{name} + b":" + {emitter.data}', pure=False))
        emitter.out.append(Assign(["o"], "0", pure=False))
        emitter.out.append(Assign([stop], f"len({emitter.data})", pure=False))
        _value(emitter, frame, step, step.other, stop, lists)


def _value(
    emitter: BlockEmitter, frame: Frame, step: p.Headers, entry: p.Header, stop: str, lists: dict[int, str]
) -> None:
    """Read one value from `o` up to `stop`."""
    state = emitter.cursor_state
    emitter.cursor_state = Cursor(Place("o"), stop)
    values, level, known, proved = dict(frame.values), frame.level, frame.known, frame.proved
    frame.level, frame.known, frame.proved = emitter.level, dict(known), {}
    # The value has no white space around it.
    comments = step.comments and not entry.is_verbatim
    around = comments or step.space.strip(b" \t")

    def pass_space() -> None:
        if around:
            emitter.table[p.Space](emitter, frame, p.Space(step.space, comments))

    if entry.item is not None:
        if entry.maximum is not None:
            emitter.out.append(Test(f"len({lists[entry.slot]}) >= {entry.maximum}"))
        frame.redirect.pop(entry.item, None)
        frame.extra.add(entry.item)
    pass_space()
    emitter.block(frame, entry.body)
    emitter.tighten()
    pass_space()
    if emitter.cursor != Place(stop):
        emitter.out.append(Test(f"{emitter.cursor} != {stop}"))
    if entry.item is not None:
        value = frame.values.get(entry.item, literal(None))
        emitter.out.append(Line(f"{lists[entry.slot]}.append({value.text})"))
    elif entry.slot in frame.values and frame.values[entry.slot].text != frame.redirect.get(entry.slot):
        _store_once(emitter, frame.redirect[entry.slot], frame.values[entry.slot].text)
    frame.values, frame.level, frame.known, frame.proved = values, level, known, proved
    emitter.cursor_state = state


def _store_once(emitter: BlockEmitter, target: str, value: str) -> None:
    """Emit an assignment, if it has not been emitted yet."""
    for each in emitter.out:
        if isinstance(each, Assign) and each.targets == [target] and each.value == value:
            return
    emitter.out.append(Assign([target], value))


def _finish(
    emitter: BlockEmitter, frame: Frame, entry: p.Header, lists: dict[int, str], seen: dict[int, str]
) -> None:
    if entry.item is not None:
        if entry.minimum:
            emitter.out.append(Test(f"len({lists[entry.slot]}) < {entry.minimum}"))
        return
    if entry.required:
        emitter.out.append(Test(f"not {seen[entry.slot]}"))
    slot = frame.record.slots[entry.slot]
    maybe = slot.default is None and not entry.required
    frame.values[entry.slot] = Code(_target(emitter, frame, entry.slot), optional=maybe)


def parameters(emitter: BlockEmitter, frame: Frame, step: p.Parameters) -> None:
    """Emit the call that takes parameters."""
    note_starts(emitter, frame, [(step.slot, 0)])
    emitter.tighten()
    begin = Place(emitter.keep("begin")) if step.slot in frame.facts.spans else emitter.cursor
    found = emitter.fresh(frame.members[step.slot])
    arguments = f"{emitter.data}, {begin}, {emitter.end}, {quoted(step.form)}"
    call = f"{emitter.scope.support('parameter_map')}({arguments})"
    emitter.out.append(Assign([f"{found}, o"], call, pure=False))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(found))
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def parts(emitter: BlockEmitter, frame: Frame, step: p.Parts) -> None:
    """Emit the loop over parts between the lines of a boundary."""
    note_starts(emitter, frame, [(step.slot, 0)])
    emitter.tighten()
    begin, state = emitter.keep("begin"), emitter.cursor_state
    boundary = expression(step.boundary, DecodeNames(emitter, frame))
    items, target = open_list(emitter, frame, step.slot)
    stop = emitter.fresh("stop")
    arguments = f"{emitter.data}, {emitter.cursor}, {emitter.end}, {boundary.at(OR)}"
    call = f"{emitter.scope.support('part_spans')}({arguments})"

    def body() -> None:
        emitter.cursor_state = Cursor(Place("o"), stop)
        if step.maximum is not None:
            emitter.out.append(Test(f"len({items}) >= {step.maximum}"))
        outer, emitter.index = emitter.index, f"len({items})"
        read_item(emitter, frame, p.Repeat(step.slot, step.item, p.First(), step.body), items)
        emitter.index = outer
        emitter.out.append(Test(f"{emitter.cursor} != {stop}"))

    with alone(emitter):
        inner = emitter.nested(body)
    emitter.out.append(For(f"o, {stop}", call, inner))
    emitter.cursor_state = Cursor(Place(state.end), state.end, False, state.whole, state.least)
    store_list(emitter, frame, step.slot, items, target, step.minimum, None)
    if step.slot in frame.facts.spans:
        frame.spans[step.slot] = (begin, state.end)


def transfer(emitter: BlockEmitter, frame: Frame, step: p.Transfer) -> None:
    """Emit what lies in the octets that a transfer coding carries."""
    note_starts(emitter, frame, [(step.slot, 0)])
    emitter.tighten()
    begin, state = emitter.keep("begin"), emitter.cursor_state
    names = DecodeNames(emitter, frame)
    coding = quoted("binary") if step.coding is None else expression(step.coding, names).at(OR)
    charset = "" if step.charset is None else expression(step.charset, names).at(OR)
    message, stop = emitter.fresh("message"), emitter.fresh("stop")
    call = f"{emitter.scope.support('transferred')}({message}, {emitter.cursor}, {state.end}, {coding})"
    if charset:
        call = f"{emitter.scope.support('in_utf8')}({call}, {charset})"
    emitter.out += [
        Assign([message], emitter.data),
        Assign([emitter.data], call, pure=False),
        Assign(["o"], "0", pure=False),
        Assign([stop], f"len({emitter.data})", pure=False),
    ]
    emitter.cursor_state = Cursor(Place("o"), stop)
    frame.extra.add(step.slot)
    with alone(emitter):
        emitter.block(frame, step.body)
    emitter.tighten()
    if emitter.cursor != Place(stop):
        emitter.out.append(Test(f"{emitter.cursor} != {stop}"))
    emitter.out.append(Assign([emitter.data], message))
    emitter.cursor_state = Cursor(Place(state.end), state.end, False, state.whole, state.least)
    if step.slot in frame.facts.spans:
        frame.spans[step.slot] = (begin, state.end)


ROWS: dict[type, Callable[[BlockEmitter, Frame, Any], None]] = {
    p.Headers: headers,
    p.Parameters: parameters,
    p.Parts: parts,
    p.Transfer: transfer,
}
"""One row for each step."""
