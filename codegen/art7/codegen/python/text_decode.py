"""Steps of text in the fast decoder: expressions find tokens, searches find lines."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from art7.codegen.python.code import Assign, If, Line, Place, Test, While
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_calls import more_arguments
from art7.codegen.python.decode_choices import refuse_arm
from art7.codegen.python.decode_loops import open_list, read_item, store_list
from art7.codegen.python.decode_names import DecodeNames, Frame
from art7.codegen.python.decode_state import is_wanted, note_span, note_starts
from art7.codegen.python.encode_names import Unsupported
from art7.codegen.python.expressions import OR, Code, expression, literal, quoted, slice_of
from art7.codegen.python.record_facts import filled_slots
from art7.codegen.python.text_lines import line
from art7.codegen.python.text_lists import read_words
from art7.codegen.python.text_stores import digits_base
from art7.codegen.python.token_patterns import octets_pattern
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr


def _matcher(emitter: BlockEmitter, pattern: str) -> str | None:
    """Return the name of what matches a token; nothing for one that an automaton must match."""
    text = octets_pattern(pattern)
    if text is None:
        return None
    emitter.scope.standard("re")
    mark = sha256(pattern.encode()).hexdigest()[:8]
    return emitter.scope.constant(f"_match_{mark}", f're.compile(rb"{text}").match')


def _matched(emitter: BlockEmitter, match: str) -> str:
    """Match at the cursor; returns the match's name. The cursor stands behind it then."""
    found, stop = emitter.scratch("found"), emitter.scratch("stop")
    call = f"{match}({emitter.data}, {emitter.cursor}, {emitter.end})"
    emitter.out.append(Assign([found], call, pure=False))
    emitter.out.append(Test(f"{found} is None"))
    emitter.out.append(Assign([stop], f"{found}.end()", pure=False))
    emitter.cursor_state = emitter.cursor_state.at(stop, loose=False)
    return found


def _store(emitter: BlockEmitter, frame: Frame, slot: int, value: str, *, needed: bool = True) -> None:
    """Give a slot the value; `needed`: working it out may refuse, so it is worked out anyway."""
    target = emitter.target(frame, slot)
    if target is not None:
        emitter.out.append(Assign([target], value, pure=False))
        emitter.stored(frame, slot, target)
    elif needed:
        emitter.out.append(Line(value))


def _begin(emitter: BlockEmitter, frame: Frame, slot: int) -> Place:
    note_starts(emitter, frame, [(slot, 0)])
    return emitter.cursor


def token(emitter: BlockEmitter, frame: Frame, step: p.Token) -> None:
    """Take the longest text that matches."""
    begin = _begin(emitter, frame, step.slot)
    match = _matcher(emitter, step.pattern)
    if match is not None:
        found = _matched(emitter, match)
        if step.maximum is not None:
            emitter.out.append(Test(f"len({found}[0]) > {step.maximum}"))
        _store(emitter, frame, step.slot, f"{found}[0].decode()", needed=False)
    else:
        stop = emitter.scratch("stop")
        arguments = f"{quoted(step.pattern)}, {emitter.data}, {begin}, {emitter.end}"
        emitter.out.append(Assign([stop], f"{emitter.scope.support('token_end')}({arguments})", pure=False))
        emitter.cursor_state = emitter.cursor_state.at(stop, loose=False)
        if step.maximum is not None:
            emitter.out.append(Test(f"{stop} > {begin.moved(step.maximum)}"))
        _store(
            emitter,
            frame,
            step.slot,
            slice_of(emitter.data, str(begin), str(stop)) + ".decode()",
            needed=False,
        )
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def number(emitter: BlockEmitter, frame: Frame, step: p.Number) -> None:
    """Take a number."""
    begin = _begin(emitter, frame, step.slot)
    form = "match_hexadecimal" if step.base == 16 else "match_number" if step.minimum >= 0 else "match_signed"
    found, word = _matched(emitter, emitter.scope.support(form)), emitter.fresh(frame.members[step.slot])
    emitter.out.append(Assign([word], f"int({found}[0]{digits_base(step)})", pure=False))
    low, high = literal(step.minimum).text, literal(step.maximum).text
    below = f"{word} > {high}" if step.minimum == 0 else f"not {low} <= {word} <= {high}"
    emitter.out.append(Test(below))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(word))
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def quoted_text(emitter: BlockEmitter, frame: Frame, step: p.Quoted) -> None:
    """Take a text between double quotes."""
    begin = _begin(emitter, frame, step.slot)
    found = _matched(emitter, emitter.scope.support("match_quoted"))
    word = emitter.fresh("text")
    emitter.out.append(Assign([word], f"{emitter.scope.support('unquoted')}({found}[1])", pure=False))
    if step.minimum:
        emitter.out.append(Test(f"len({word}) < {step.minimum}"))
    if step.maximum is not None:
        emitter.out.append(Test(f"len({word}) > {step.maximum}"))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(word))
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def upto(emitter: BlockEmitter, frame: Frame, step: p.Upto) -> None:
    """Take what stands before a mark."""
    begin = _begin(emitter, frame, step.slot)
    stop = emitter.scratch("stop")
    mark = literal(step.until).text
    emitter.out.append(Assign([stop], f"{emitter.data}.find({mark}, {begin}, {emitter.end})", pure=False))
    emitter.out.append(Test(f"{stop} < 0"))
    for bound, sign in ((step.minimum or None, "<"), (step.maximum, ">")):
        if bound is not None:
            emitter.out.append(Test(f"{stop} - ({begin}) {sign} {bound}"))
    value = slice_of(emitter.data, str(begin), str(stop))
    _store(emitter, frame, step.slot, f"{value}.decode()" if step.text else value, needed=step.text)
    note_span(emitter, frame, step.slot, begin, Place(stop))
    emitter.cursor_state = emitter.cursor_state.at(stop, loose=False, offset=len(step.until))


def space(emitter: BlockEmitter, frame: Frame, step: p.Space) -> None:
    """Pass over white space; nearly never there is any."""
    if emitter.out and emitter.out[-1] == _passing(emitter, step) and emitter.cursor == Place("o"):
        return  # just done
    emitter.settle()
    emitter.out.append(_passing(emitter, step))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=emitter.cursor_state.loose)


def _passing(emitter: BlockEmitter, step: p.Space) -> If:
    octets = step.octets
    return If(
        [
            (
                _stands_before_space(emitter, "o", octets, step.comments),
                [Assign(["o"], _behind_space(emitter, "o", octets, step.comments), pure=False)],
            )
        ]
    )


def _stands_before_space(emitter: BlockEmitter, cursor: str, octets: bytes, comments: bool) -> str:
    signs = octets + b"(" * comments
    octet = f"{emitter.data}[{cursor}]"
    found = f"{octet} == {signs[0]}" if len(signs) == 1 else f"{octet} in {literal(signs).text}"
    return f"{cursor} < {emitter.end} and {found}"


def _behind_space(emitter: BlockEmitter, cursor: str, octets: bytes, comments: bool) -> str:
    more = f"{literal(octets).text}, {comments}"
    return f"{emitter.scope.support('behind_space')}({emitter.data}, {cursor}, {emitter.end}, {more})"


def _lies_in(emitter: BlockEmitter, octet: str, ranges: tuple[tuple[int, int], ...]) -> str:
    if len(ranges) <= 2:
        pairs = [
            f"{low} <= {octet} <= {high}" if low != high else f"{octet} == {low}" for low, high in ranges
        ]
        return " or ".join(pairs)
    every = bytes(sign for low, high in ranges for sign in range(low, high + 1))
    mark = sha256(every).hexdigest()[:8]
    return f"{octet} in {emitter.scope.constant(f'_octets_{mark}', literal(every).text)}"


def is_ahead(emitter: BlockEmitter, first: p.First, cursor: str) -> str:
    """Return the source of whether something begins at the cursor."""
    data, end = emitter.data, emitter.end
    if first.space or first.comments:
        name = emitter.fresh("ahead")
        call = _behind_space(emitter, cursor, first.space, first.comments)
        test = _stands_before_space(emitter, cursor, first.space, first.comments)
        cursor = f"({name} := {call} if {test} else {cursor})"
        rest = name
    else:
        rest = cursor
    tests = []
    if len(first.literals) == 1:
        tests.append(f"{data}.startswith({literal(first.literals[0]).text}, {cursor}, {end})")
    elif first.literals:
        words = ", ".join(literal(x).text for x in first.literals)
        tests.append(f"{data}.startswith(({words}), {cursor}, {end})")
    if first.octets:
        place = rest if tests else cursor
        octet = f"{data}[{rest}]"
        inside = _lies_in(emitter, octet, first.octets)
        tests.append(f"({place} < {end} and ({inside}))")
    return " or ".join(tests) if tests else "False"


def ahead(emitter: BlockEmitter, frame: Frame, step: p.Ahead) -> None:
    """Emit what may be there."""
    emitter.tighten()
    test = Code(is_ahead(emitter, step.first, str(emitter.cursor)), OR)
    slots = list(dict.fromkeys([*filled_slots(step.body), step.slot]))
    emitter.choose(frame, slots, [(test, {}, step.body.steps), (None, {}, ())])


def either(emitter: BlockEmitter, frame: Frame, step: p.Either) -> None:
    """Emit alternatives, the first that is ahead."""
    emitter.tighten()
    emitter.settle()
    slots = list(dict.fromkeys(slot for case in step.cases for slot in [*filled_slots(case.body), case.slot]))
    arms: list[tuple[Code | None, dict[Expr, Expr], tuple[p.Step, ...]]] = [
        (Code(is_ahead(emitter, case.first, "o"), OR), {}, case.body.steps) for case in step.cases
    ]
    refuse_arm(emitter, frame, slots, arms)


def repeat(emitter: BlockEmitter, frame: Frame, step: p.Repeat) -> None:
    """Emit a list that goes on while its item is ahead."""
    if read_words(emitter, frame, step):
        return
    note_starts(emitter, frame, [(step.slot, 0)])
    bound = emitter.keep("bound") if step.slot in frame.facts.spans and step.slot not in frame.spans else ""
    emitter.tighten()
    items, target = open_list(emitter, frame, step.slot)
    emitter.settle()
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    condition = is_ahead(emitter, step.first, "o")

    def body() -> None:
        outer, emitter.index = emitter.index, f"len({items})"
        read_item(emitter, frame, step, items)
        emitter.index = outer

    emitter.out.append(While(condition, emitter.nested(body)))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    # Each item takes octets: there are never more of them than octets, so that one test behind the last will do.
    store_list(emitter, frame, step.slot, items, target, step.minimum, step.maximum)
    if bound:
        frame.spans[step.slot] = (bound, emitter.keep("bound"))


def through(emitter: BlockEmitter, frame: Frame, step: p.Through) -> None:
    """Emit what lies in the octets that a coding spells: octets, text, or a record by its function."""
    begin = _begin(emitter, frame, step.slot)
    if step.slot in frame.facts.spans and begin.base not in ("", "start"):
        begin = Place(emitter.keep("begin"))  # the cursor's variable moves
    inner = step.body.steps[0]
    octets = emitter.fresh("octets")
    decode = emitter.scope.support(f"decode_{step.transform}")
    call = f"{decode}({emitter.data}, {begin}, {emitter.end})"
    emitter.out.append(Assign([f"{octets}, o"], call, pure=False))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)
    if isinstance(inner, p.Take):
        for bound, sign in ((inner.minimum or None, "<"), (inner.maximum, ">")):
            if bound is not None:
                emitter.out.append(Test(f"len({octets}) {sign} {bound}"))
        _store(emitter, frame, step.slot, f"{octets}.decode()" if inner.text else octets, needed=inner.text)
    elif isinstance(inner, p.CallRecord) and len(step.body.steps) == 1:
        _call_inside(emitter, frame, inner, octets)
    else:
        raise Unsupported("a coding that holds more than one thing")
    note_span(emitter, frame, step.slot, begin, emitter.cursor)


def _call_inside(emitter: BlockEmitter, frame: Frame, step: p.CallRecord, octets: str) -> None:
    record = emitter.scope.records[step.record]
    names = DecodeNames(emitter, frame)
    params = [expression(each, names) for each in step.arguments]
    value = emitter.fresh(frame.members[step.slot])
    function = emitter.scope.function("decode", record.name)
    if record.carrier is p.Carrier.TREE:
        rows = [octets, *(code.at(OR) for code in params), *(["unverified"] if record.guarded else [])]
        emitter.out.append(Assign([value], f"{function}({', '.join(rows)})", pure=False))
    else:
        origin, frame.origin = frame.origin, "0"
        rows = [octets, "0", f"len({octets})", *more_arguments(emitter, frame, record, params, [])]
        frame.origin = origin
        stop = emitter.fresh("stop")
        emitter.out.append(Assign([f"{value}, {stop}"], f"{function}({', '.join(rows)})", pure=False))
        emitter.out.append(Test(f"{stop} != len({octets})"))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(value))


ROWS: dict[type, Callable[[BlockEmitter, Frame, Any], None]] = {
    p.Token: token,
    p.Number: number,
    p.Quoted: quoted_text,
    p.Upto: upto,
    p.Space: space,
    p.Line: line,
    p.Ahead: ahead,
    p.Repeat: repeat,
    p.Either: either,
    p.Through: through,
}
"""One row for each step of text."""
