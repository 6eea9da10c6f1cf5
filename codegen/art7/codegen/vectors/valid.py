"""A value that the interpreter writes, found by trying."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from art7.codegen.vectors.construct import Builder
from art7.codegen.vectors.neighbours import variants
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError

WHOLE = (1, 3)
"""Depths down to which optional members are tried all together."""
TRIES = 400
"""How many values are tried to make one valid."""


def parameters(spec: Specification, record: p.Record) -> dict[str, Any]:
    """Return parameters to try a record with; a secret one is 16 octets."""
    builder = Builder(spec)
    found: dict[str, Any] = {}
    for param in record.params:
        value = builder.shape(param.shape, 0, {}, record, None)
        if isinstance(param.shape, s.Octets) and not value:
            value = bytes(range(16))
        found[param.name] = value
    return found


def valid_value(
    spec: Specification, record: p.Record, params: dict[str, Any], known: Sequence[Any] = ()
) -> tuple[Any, bytes] | None:
    """Return a value that the interpreter writes, and its octets; `None` when none was found.

    Tried in turn: the shortest, values that are `known` of the record, those with optional members, and what mends them.
    """
    builder = Builder(spec)
    tried = 0
    seen: list[Any] = []
    queue: deque[Iterator[Any]] = deque([_begin(spec, record, builder, known)])
    for candidate in _in_turn(queue):
        if tried == TRIES:
            return None
        if candidate in seen:
            continue
        seen.append(candidate)
        tried += 1
        try:
            return candidate, encode(spec, record.name, candidate, params)
        except EncodeError as refusal:
            queue.append(islice(_repairs(spec, builder, record, candidate, refusal.path), TRIES // 4))
        except RecursionError:
            return None
    return None


def _begin(spec: Specification, record: p.Record, builder: Builder, known: Sequence[Any]) -> Iterator[Any]:
    yield builder.record(record.name)
    yield from known
    yield from (Builder(spec, whole=depth).record(record.name) for depth in WHOLE)


def _in_turn(queue: deque[Iterator[Any]]) -> Iterator[Any]:
    """What is queued, first come first served; a value is made when its turn comes, for most turns never come."""
    while queue:
        yield from queue.popleft()


def _repairs(spec: Specification, builder: Builder, record: p.Record, value: Any, path: str) -> Iterator[Any]:
    """Values in which the member that was refused is another; where it has no other, any member is."""
    bare = re.sub(r"\[\d+\]", "", path)
    is_found = False
    for _, comment, changed in variants(spec, builder, record, value, near=bare) if bare else ():
        name = re.split(r"[:\s]", comment, maxsplit=1)[0]
        if name == bare or name.startswith(f"{bare}."):
            is_found = True
            yield changed
    if not is_found:
        yield from (changed for _, _, changed in variants(spec, builder, record, value))
