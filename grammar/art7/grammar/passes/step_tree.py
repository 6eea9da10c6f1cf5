"""Walking and changing the steps of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from art7.grammar.ir import plan as p
from art7.grammar.passes.order_emission import BLOCKS, blocks_of

__all__ = ["blocks_of", "change_steps", "walk_steps"]


def walk_steps(block: p.Block) -> list[p.Step]:
    """Return every step, outer ones first."""
    found: list[p.Step] = []
    stack = list(block.steps[::-1])
    while stack:
        step = stack.pop()
        found.append(step)
        row = BLOCKS.get(type(step))
        if row is not None:
            for inner in row(step):
                stack.extend(inner.steps[::-1])
    return found


def change_steps(block: p.Block, change: Callable[[p.Step], p.Step]) -> p.Block:
    """Return `block` with `change` applied to every step, inner ones first."""
    return p.Block(tuple(change(_inside(step, change)) for step in block.steps), block.emit)


def _inside(step: p.Step, change: Callable[[p.Step], p.Step]) -> p.Step:
    match step:
        case p.Region() | p.Loop() | p.When() | p.Present() | p.Items() | p.Members() | p.Tag() | p.Wrap():
            return replace(step, body=change_steps(step.body, change))
        case p.Tlv() | p.TlvOptional() | p.Child():
            return replace(step, body=change_steps(step.body, change))
        case p.Line() | p.Ahead() | p.Repeat() | p.Through():
            return replace(step, body=change_steps(step.body, change))
        case p.Parts() | p.Transfer():
            return replace(step, body=change_steps(step.body, change))
        case p.Headers():
            headers = tuple(replace(x, body=change_steps(x.body, change)) for x in step.entries)
            other = step.other and replace(step.other, body=change_steps(step.other.body, change))
            return replace(step, entries=headers, other=other)
        case p.Either():
            either = tuple(replace(x, body=change_steps(x.body, change)) for x in step.cases)
            return replace(step, cases=either)
        case p.TlvChoice():
            choices = tuple(replace(x, body=change_steps(x.body, change)) for x in step.cases)
            return replace(step, cases=choices)
        case p.Branch():
            cases = tuple(replace(case, body=change_steps(case.body, change)) for case in step.cases)
            return replace(step, cases=cases)
        case p.Kinds():
            kinds = tuple(replace(case, body=change_steps(case.body, change)) for case in step.cases)
            return replace(step, cases=kinds)
        case p.Fields():
            fields = tuple(replace(x, body=change_steps(x.body, change)) for x in step.entries)
            return replace(step, entries=fields)
        case p.Object() | p.Array():
            entries = tuple(replace(x, body=change_steps(x.body, change)) for x in step.entries)
            spreads = tuple(_inside_spread(spread, change) for spread in step.spreads)
            return replace(step, entries=entries, spreads=spreads)
        case _:
            return step


def _inside_spread(spread: p.Spread, change: Callable[[p.Step], p.Step]) -> p.Spread:
    cases = []
    for case in spread.cases:
        entries = tuple(replace(x, body=change_steps(x.body, change)) for x in case.entries)
        cases.append(replace(case, entries=entries))
    return replace(spread, cases=tuple(cases))
