"""Messages out of streams: which can be told apart there, and their `Decoder`.

A message ends by itself when nothing outside its regions asks where the octets end. Only such a message has a
`Decoder`: one that takes what its datagram holds, a protobuf message and a JSON text need a frame around them.
"""

from __future__ import annotations

from collections.abc import Mapping

from art7.codegen.names import parameter_names
from art7.codegen.python.docstrings import docstring
from art7.codegen.python.expressions import quoted
from art7.codegen.python.record_facts import inner_blocks, step_expressions
from art7.codegen.python.records import parameters_of, signature
from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Literal, OctetAt, Position, walk

LARGEST = 1 << 24
"""The most octets of a message that declares no limit."""
DEFAULT_DEPTH, DEEPEST = 64, 96


def stream_limit(record: p.Record) -> int:
    """Return the most octets that a message may take of a stream."""
    return LARGEST if record.limit_size is None else record.limit_size


def is_streamable(record: p.Record, records: Mapping[str, p.Record]) -> bool:
    """Whether the message says by itself where it ends, and has octets at all."""
    return _ends(record, records, frozenset()) and least_octets(record, records) > 0


def _ends(record: p.Record, records: Mapping[str, p.Record], above: frozenset[str]) -> bool:
    if record.carrier is not p.Carrier.OCTETS:
        return False
    if record.name in above:
        return True  # decided by the call further out
    return _block_ends(record.body, record, records, above | {record.name})


def _block_ends(
    block: p.Block, record: p.Record, records: Mapping[str, p.Record], above: frozenset[str]
) -> bool:
    for step in block.steps:
        if any(_asks_for_end(expr) for expr in step_expressions(step, record)):
            return False
        match step:
            case p.Take(extent=p.Rest()) | p.Region(extent=p.Rest()) | p.Fields():
                return False
            case p.Region():
                continue  # its end is known before it is read
            case p.Loop(count=count, skip=skip, until=until):
                if skip is not None or (until is None and count is None) or len(until or b"") > 1:
                    return False
            case p.CallRecord(record=name):
                if not _ends(records[name], records, above):
                    return False
            case _:
                pass
        if not all(_block_ends(inner, record, records, above) for inner in inner_blocks(step)):
            return False
    return True


def _asks_for_end(expr: Expr) -> bool:
    return any(
        isinstance(node, OctetAt) or (isinstance(node, Position) and node.word in ("end", "remaining"))
        for node in walk(expr)
    )


def least_octets(record: p.Record, records: Mapping[str, p.Record]) -> int:
    """Return a number of octets that no value of the record does without."""
    return _least_of(record.body, records, frozenset([record.name]))


def least_item(step: p.Loop, records: Mapping[str, p.Record]) -> int:
    """Return a number of octets that no item of a list does without."""
    return _least_of(step.body, records, frozenset())


def _least_of(block: p.Block, records: Mapping[str, p.Record], above: frozenset[str]) -> int:
    return sum(_least(step, records, above) for step in block.steps)


def _least(step: p.Step, records: Mapping[str, p.Record], above: frozenset[str]) -> int:
    match step:
        case p.Bits(octets=octets) | p.Uint(octets=octets) | p.FloatOctets(octets=octets):
            return octets
        case p.Varint() | p.Present():
            return 1
        case p.Loop(until=bytes(until)):
            return len(until)
        case p.Constant(octets=octets):
            return len(octets)
        case p.Take(extent=extent, minimum=minimum):
            return _least_extent(extent, minimum)
        case p.Region(extent=extent, minimum=minimum, body=body):
            return _least_extent(extent, max(minimum, _least_of(body, records, above)))
        case p.Branch(cases=cases):
            return min(
                (_least_of(case.body, records, above) for case in cases if case.refuse is None), default=0
            )
        case p.CallRecord(record=name):
            if name in above or records[name].carrier is not p.Carrier.OCTETS:
                return 0
            return _least_of(records[name].body, records, above | {name})
        case _:
            return 0


def _least_extent(extent: p.Extent, content: int) -> int:
    if isinstance(extent, p.Prefixed):
        return (extent.octets if extent.form == "uint" else 1) + content
    if (
        isinstance(extent, p.Exact)
        and isinstance(extent.size, Literal)
        and isinstance(extent.size.value, int)
    ):
        return max(extent.size.value, 0)
    return 0


def stream_methods(record: p.Record, scope: ModuleScope) -> list[str]:
    """Return the `Decoder` of a message that streams can hold; of another, nothing."""
    if not is_streamable(record, scope.records):
        return []
    names = parameter_names(record)
    name, stem = scope.names.classes[record.name], quoted(scope.names.functions[record.name])
    more = [str(min(record.limit_depth or DEFAULT_DEPTH, DEEPEST))] if record.recursive else []
    more += (["[]"] if record.guarded else []) + list(names)
    call = f"{scope.function('decode', record.name)}({', '.join(['data', 'o', 'e', *more])})"
    rows = [f"lambda data, o, e: {call}", str(stream_limit(record)), "__name__", stem, *names]
    keywords = parameters_of(record.params, names, scope)
    head = signature("__init__", ["self"], keywords, "None", pad=" " * 8)
    text = docstring(
        "Reads messages out of a stream: `feed` it octets as they come, it returns the messages they complete.",
        pad=" " * 8,
    )
    init = "            super().__init__(\n" + "".join(f"                {row},\n" for row in rows)
    base = f'{scope.support("Stream")}["{name}"]'
    slots = "        __slots__ = ()"
    return [
        "\n".join([f"    class Decoder({base}):", text, "", slots, "", head, f"{init}            )"]),
    ]
