"""How many octets steps take, at least and at most, as far as the text fixes it."""

from __future__ import annotations

import re
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Literal

Size = tuple[int, int | None]

DEPTH = 40
"""How deep callees are looked into; deeper ones count as of any size."""


def record_size(module: Any, record: p.Record, depth: int = 0) -> Size:
    """Return the size of a record; one that contains itself is of any size."""
    sizes: dict[str, Size] = module.sizes
    known = sizes.get(record.name)
    if known is not None:
        return known
    if depth > DEPTH or record.carrier is p.Carrier.TREE:
        return (0, None)
    sizes[record.name] = (0, None)
    size = block_size(module, record.body, depth)
    sizes[record.name] = size
    return size


def block_size(module: Any, block: p.Block, depth: int) -> Size:
    """Return the size of steps one after the other."""
    low, high = 0, 0
    bounded = True
    for step in block.steps:
        least, most = step_size(module, step, depth)
        low += least
        if most is None:
            bounded = False
        else:
            high += most
    return low, high if bounded else None


_NODES = (
    p.Scalar, p.AnyNode, p.Items, p.Members, p.Object, p.Array, p.Tag, p.Wrap, p.Child, p.Kinds
)  # fmt: skip
"""Steps of trees: a node takes an octet at least."""


def step_size(module: Any, step: p.Step, depth: int) -> Size:
    """Return the size of one step."""
    match step:
        case p.Bits(octets=octets) | p.Uint(octets=octets) | p.FloatOctets(octets=octets):
            return octets, octets
        case p.Varint(form=form):
            return 1, {"quic": 8, "mls": 4, "leb128": 8}.get(form, 10)
        case (
            p.Take(extent=extent, minimum=low, maximum=high)
            | p.Region(extent=extent, minimum=low, maximum=high)
        ):
            inner = (low, high)
            if isinstance(step, p.Region) and not isinstance(extent, p.Exact):
                least, most = block_size(module, step.body, depth)
                inner = (max(low, least), most if high is None else high)
            return _extent_size(extent, inner)
        case p.Constant(octets=data):
            return len(data), len(data)
        case p.Loop():
            return _loop_size(module, step, depth)
        case p.Branch(cases=cases):
            return _branch_size(module, cases, depth)
        case p.When(body=body) | p.TlvOptional(body=body) | p.Ahead(body=body):
            return 0, block_size(module, body, depth)[1]
        case p.Present(body=body):
            most = block_size(module, body, depth)[1]
            return 1, None if most is None else most + 1
        case p.CallRecord(record=name):
            found = module.records.get(name) or module.imported.get(name)
            return record_size(module, found, depth + 1) if found is not None else (0, None)
        case p.Align(to=to):
            return 0, to - 1
        case p.Tlv(identifier=identifier, body=body):
            low, high = block_size(module, body, depth)
            return len(identifier) + 1 + low, None if high is None else len(identifier) + 5 + high
        case p.TlvScalar(form=form):
            return 0 if form == "elements" else 2, None
        case p.TlvChoice(cases=choices):
            return min((block_size(module, x.body, depth)[0] for x in choices), default=0), None
        case (
            p.Token() | p.Number() | p.Quoted() | p.Upto() | p.Line() | p.Repeat() | p.Either() | p.Through()
        ):
            return text_size(module, step, depth)
        case p.Fields() | p.Space() | p.Headers() | p.Parameters() | p.Parts() | p.Transfer():
            return 0, None
        case _:
            return (1, None) if isinstance(step, _NODES) else (0, 0)


def text_size(module: Any, step: p.Step, depth: int) -> Size:
    """Return the size of one step on text: what its characters take is not known before."""
    match step:
        case p.Token(pattern=pattern, maximum=most):
            return int(re.fullmatch(pattern, "") is None), most
        case p.Number():
            return 1, None
        case p.Quoted(minimum=low):
            return 2 + low, None
        case p.Upto(until=until, minimum=low, maximum=high):
            return len(until) + low, None if high is None else high + len(until)
        case p.Line(body=body, eol=eol, lenient=lenient):
            least, most = block_size(module, body, depth)
            return least + (0 if lenient else len(eol)), None if most is None else most + len(eol)
        case p.Repeat(body=body, minimum=low, maximum=high):
            least, most = block_size(module, body, depth)
            return low * least, None if high is None or most is None else high * most
        case p.Either(cases=cases):
            return min((block_size(module, x.body, depth)[0] for x in cases), default=0), None
        case _:
            return 0, None


def _extent_size(extent: p.Extent, inner: Size) -> Size:
    low, high = inner
    if isinstance(extent, p.Exact):
        if isinstance(extent.size, Literal) and type(extent.size.value) is int:
            return extent.size.value, extent.size.value
        return low, high
    if isinstance(extent, p.Prefixed):
        least, most = (extent.octets, extent.octets) if extent.form == "uint" else (1, 10)
        return low + least, None if high is None else high + most
    return low, high


def _loop_size(module: Any, step: p.Loop, depth: int) -> Size:
    least, most = block_size(module, step.body, depth)
    mark = len(step.until) if step.until is not None else 0
    high = None if most is None or step.maximum is None else step.maximum * most + mark
    return step.minimum * least + mark, high


def _branch_size(module: Any, cases: tuple[p.Case, ...], depth: int) -> Size:
    sizes = [block_size(module, case.body, depth) for case in cases if case.refuse is None]
    if not sizes:
        return 0, 0
    tops = [most for _, most in sizes]
    return min(low for low, _ in sizes), None if None in tops else max(x for x in tops if x is not None)
