"""Of which number the sizes of steps are multiples, and with which rest: `rest + unit * n`."""

from __future__ import annotations

from math import gcd

from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Literal
from art7.prover.formats.layout import Sizes

Stride = tuple[int, int]
"""Rest and unit; a unit of 0 is the rest alone."""

ANY: Stride = (0, 1)
DEEPEST = 20


def stride_of(step: p.Take | p.Region, sizes: Sizes) -> Stride:
    """Return the stride of what fills a stretch, whatever its extent says."""
    return _block(step.body, sizes, 0) if isinstance(step, p.Region) else ANY


def plus(one: Stride, two: Stride) -> Stride:
    """Return the stride of one behind the other."""
    return _reduced(one[0] + two[0], gcd(one[1], two[1]))


def either(one: Stride, two: Stride) -> Stride:
    """Return the stride of one or the other."""
    return _reduced(one[0], gcd(one[1], two[1], one[0] - two[0]))


def _reduced(rest: int, unit: int) -> Stride:
    return (rest % unit, unit) if unit else (rest, 0)


def _block(block: p.Block, sizes: Sizes, depth: int) -> Stride:
    found: Stride = (0, 0)
    for step in block.steps:
        if isinstance(step, p.Align):
            found = (0, step.to)  # from the record's start, which is where the block begins
        else:
            found = plus(found, _step(step, sizes, depth))
    return found


def _step(step: p.Step, sizes: Sizes, depth: int) -> Stride:
    match step:
        case p.Bits(octets=octets) | p.Uint(octets=octets) | p.FloatOctets(octets=octets):
            return octets, 0
        case p.Constant(octets=data):
            return len(data), 0
        case p.Take(extent=p.Exact(size=Literal(value=int(size)))):
            return size, 0
        case p.Region(extent=p.Exact(size=Literal(value=int(size)))):
            return size, 0
        case p.Region(extent=p.Rest(), body=body):
            return _block(body, sizes, depth) if not _aligns(body) else ANY
        case p.Loop(body=body, count=count, until=None, skip=None):
            rest, unit = _block(body, sizes, depth) if not _aligns(body) else ANY
            if isinstance(count, Literal) and isinstance(count.value, int):
                return _reduced(rest * count.value, unit)
            return 0, gcd(rest, unit)
        case p.Loop(skip=skip, skip_to=to) if skip is not None:
            return (0, to) if to > 1 else ANY
        case p.When(body=body) if not _aligns(body):
            return either((0, 0), _block(body, sizes, depth))
        case p.Branch(cases=cases):
            return _choice(cases, sizes, depth)
        case p.CallRecord(record=name) if depth < DEEPEST and (found := sizes.records.get(name)) is not None:
            return _block(found.body, sizes, depth + 1) if found.carrier is p.Carrier.OCTETS else ANY
        case p.Check() | p.Verify() | p.View() | p.Domain():
            return 0, 0
        case _:
            return ANY


def _choice(cases: tuple[p.Case, ...], sizes: Sizes, depth: int) -> Stride:
    found: Stride | None = None
    for case in cases:
        if case.refuse is None:
            one = _block(case.body, sizes, depth) if not _aligns(case.body) else ANY
            found = one if found is None else either(found, one)
    return found if found is not None else (0, 0)


def _aligns(block: p.Block) -> bool:
    """Whether a block that does not begin where its record does fills up to a place."""
    return any(isinstance(step, p.Align) for step in block.steps)
