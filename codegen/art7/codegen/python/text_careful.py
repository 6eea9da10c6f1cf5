"""Steps of text in the careful codecs: one call each, lines and codings as blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.codegen.python.careful_decode import CarefulDecoder
from art7.codegen.python.careful_encode import CarefulEncoder
from art7.codegen.python.expressions import literal, quoted, tuple_of
from art7.codegen.python.text_stores import digits_base
from art7.grammar.ir import plan as p


def _more(d: CarefulDecoder, slot: int) -> str:
    return d.named(slot) + (", inside=True" if slot in d.opened else "")


def _limits(minimum: int, maximum: int | None) -> str:
    return f", {minimum}, {maximum}" if minimum or maximum is not None else ""


def decode_token(d: CarefulDecoder, step: p.Token) -> None:
    pattern = quoted(step.pattern) + ("" if step.maximum is None else f", {step.maximum}")
    d.add(f"o = {d.use('read_token')}(r, o, end, {d.key(step.slot)}, {pattern}{_more(d, step.slot)})")


def decode_number(d: CarefulDecoder, step: p.Number) -> None:
    bounds = f"{literal(step.minimum).text}, {literal(step.maximum).text}{digits_base(step)}"
    d.add(f"o = {d.use('read_number')}(r, o, end, {d.key(step.slot)}, {bounds}{_more(d, step.slot)})")


def decode_quoted(d: CarefulDecoder, step: p.Quoted) -> None:
    limits = _limits(step.minimum, step.maximum)
    d.add(f"o = {d.use('read_quoted')}(r, o, end, {d.key(step.slot)}{limits}{_more(d, step.slot)})")


def decode_upto(d: CarefulDecoder, step: p.Upto) -> None:
    more = _limits(step.minimum, step.maximum) + ("" if step.text else ", text=False") + _more(d, step.slot)
    mark = literal(step.until).text
    d.add(f"o = {d.use('read_upto')}(r, o, end, {d.key(step.slot)}, {mark}{more})")


def decode_space(d: CarefulDecoder, step: p.Space) -> None:
    comments = ", True" if step.comments else ""
    d.add(f"o = {d.use('passed_space')}(trace.data, o, end, {literal(step.octets).text}{comments})")


def decode_line(d: CarefulDecoder, step: p.Line) -> None:
    d.regions += 1
    stop, outer, after = f"stop{d.regions}", f"outer{d.regions}", f"next{d.regions}"
    find = f"{d.use('open_line')}(trace, o, end, {literal(step.eol).text}, {step.lenient})"
    d.add(f"{stop}, {after} = {find}", f"{outer}, end = end, {stop}")
    d.block(step.body)
    d.add(f"{d.use('close_line')}(trace, o, end)", f"o, end = {after}, {outer}")


def ahead(d: CarefulDecoder, first: p.First) -> str:
    """Return the source of whether something begins at the cursor."""
    parts = [tuple_of([literal(x).text for x in first.literals])]
    parts.append(tuple_of([f"({low}, {high})" for low, high in first.octets]))
    parts += [literal(first.space).text, str(first.comments)]
    for usual in ("False", 'b""', "()"):
        if parts[-1] != usual:
            break
        parts.pop()
    return f"{d.use('begins')}(trace, o, end, {', '.join(parts) or '()'})"


def decode_ahead(d: CarefulDecoder, step: p.Ahead) -> None:
    d.add(f"if {ahead(d, step.first)}:")
    d.nested(step.body)


def decode_repeat(d: CarefulDecoder, step: p.Repeat) -> None:
    items = d.open_items(step)
    d.add(f"while {ahead(d, step.first)}:")
    d.depth += 1
    d.add(f"{items}.begin(o)")
    d.item(step.body, step.item, items)
    d.add(f"{items}.keep(o)")
    d.depth -= 1
    d.add(f"{items}.close(o, {step.minimum})" if step.minimum else f"{items}.close(o)")


def _names(step: p.Either) -> str:
    return quoted(" or ".join(case.name for case in step.cases[:8]))


def decode_either(d: CarefulDecoder, step: p.Either) -> None:
    word = "if"
    for case in step.cases:
        d.add(f"{word} {ahead(d, case.first)}:")
        d.nested(case.body)
        word = "elif"
    d.add("else:", f"    {d.use('none_ahead')}(trace, o, end, {_names(step)})")


def decode_through(d: CarefulDecoder, step: p.Through) -> None:
    d.regions += 1
    name, outer = f"coded{d.regions}", f"outer{d.regions}"
    key, coding = d.key(step.slot), quoted(step.transform)
    d.add(f"{name} = {d.use('Decoded')}(r, o, end, {coding}, {key}{_more(d, step.slot)})", f"{outer} = end")
    d.add(f"with {name} as end:")
    d.depth += 1
    d.add("o = 0")
    opened, d.opened = d.opened, d.opened | {step.slot}
    d.block(step.body)
    d.opened = opened
    d.add(f"{d.use('close_region')}(trace, o, end, {d.at(step.slot)})")
    d.depth -= 1
    d.add(f"o, end = {name}.stop, {outer}")


# ---- writing ---------------------------------------------------------------------------------------------


def _scalar(d: CarefulEncoder, slot: int, helper: str, arguments: str, more: str = "") -> str:
    d.add(f"value = {d.value(slot)}")
    return kept(d, slot, f"{d.use(helper)}(trace, value, {arguments}, {d.at(slot)}{more})")


def encode_token(d: CarefulEncoder, step: p.Token) -> str:
    more = "" if step.maximum is None else f", maximum={step.maximum}"
    return _scalar(d, step.slot, "put_token", quoted(step.pattern), more)


def encode_number(d: CarefulEncoder, step: p.Number) -> str:
    bounds = f"{literal(step.minimum).text}, {literal(step.maximum).text}"
    more = "" if step.base == 10 else f", base={step.base}"
    return _scalar(d, step.slot, "put_number", bounds, more)


def encode_quoted(d: CarefulEncoder, step: p.Quoted) -> str:
    return _scalar(d, step.slot, "put_quoted", f"{step.minimum}, {step.maximum}")


def encode_upto(d: CarefulEncoder, step: p.Upto) -> str:
    rest = f"{literal(step.until).text}, {step.minimum}, {step.maximum}, {step.text}"
    return _scalar(d, step.slot, "put_upto", rest)


def encode_space(d: CarefulEncoder, step: p.Space) -> str:
    return ""


def encode_line(d: CarefulEncoder, step: p.Line) -> str:
    octets = d.write_block(step.body)
    return f"{d.use('put_line')}(trace, {octets}, {literal(step.eol).text}, {step.lenient})"


def encode_ahead(d: CarefulEncoder, step: p.Ahead) -> str:
    d.blocks += 1
    result, declared = f"part{d.blocks}", d.record.slots[step.slot]
    found = f"v[{d.key(step.slot)}]"
    if declared.role is p.Role.COMPUTED and declared.value is not None:
        found = f"({d.text(declared.value)})"
    test = f"{found} is not None"
    if declared.default is not None:
        test += f" and {found} != {d.text(declared.default)}"
    d.add(f'{result} = b""', f"if {test}:")
    d.arm(step.body, result)
    return result


def encode_repeat(d: CarefulEncoder, step: p.Repeat) -> str:
    key = d.key(step.slot)
    d.blocks += 1
    n = d.blocks
    d.add(
        f"items{n} = {d.use('items_of')}(w, {key}{_limits(step.minimum, step.maximum)}{d.named(step.slot)})"
    )
    d.add(f"w{n} = {d.use('Pieces')}(trace, 0)")
    d.write_items(n, step.slot, step.item, step.body, f"w{n}.put(i{n}, {{}})")
    return f"w{n}.join()" if step.slot in d.opened else f"w.keep({key}, w{n}.join())"


def encode_either(d: CarefulEncoder, step: p.Either) -> str:
    d.blocks += 1
    n = d.blocks
    members = tuple_of([f"({d.key(case.slot)}, {d.at(case.slot)})" for case in step.cases])
    d.add(f"one{n} = {d.use('one_given')}(w, {members}, {_names(step)})", f'part{n} = b""')
    word = "if"
    for case in step.cases:
        d.add(f"{word} one{n} == {d.key(case.slot)}:")
        d.arm(case.body, f"part{n}")
        word = "elif"
    return f"part{n}"


def kept(d: CarefulEncoder, slot: int, piece: str) -> str:
    """Return the octets of a slot, noted where a block around it does not do so."""
    return piece if slot in d.opened else f"w.keep({d.key(slot)}, {piece})"


def inside(d: CarefulEncoder, step: p.Through | p.Transfer) -> str:
    """Emit what a coding is put around; returns its octets."""
    opened, d.opened = d.opened, d.opened | {step.slot}
    octets = d.write_block(step.body)
    d.opened = opened
    return octets


def encode_through(d: CarefulEncoder, step: p.Through) -> str:
    return kept(d, step.slot, f"{d.use('put_coding')}({inside(d, step)}, {quoted(step.transform)})")


DECODE: dict[type, Callable[[CarefulDecoder, Any], None]] = {
    p.Token: decode_token,
    p.Number: decode_number,
    p.Quoted: decode_quoted,
    p.Upto: decode_upto,
    p.Space: decode_space,
    p.Line: decode_line,
    p.Ahead: decode_ahead,
    p.Repeat: decode_repeat,
    p.Either: decode_either,
    p.Through: decode_through,
}
"""One row for each step of text, reading."""

ENCODE: dict[type, Callable[[CarefulEncoder, Any], str]] = {
    p.Token: encode_token,
    p.Number: encode_number,
    p.Quoted: encode_quoted,
    p.Upto: encode_upto,
    p.Space: encode_space,
    p.Line: encode_line,
    p.Ahead: encode_ahead,
    p.Repeat: encode_repeat,
    p.Either: encode_either,
    p.Through: encode_through,
}
"""One row for each step of text, writing."""
