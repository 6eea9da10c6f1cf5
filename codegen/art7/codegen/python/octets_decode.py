"""Plan → code IR of the fast decoder of one record on octets.

The fast decoder only says yes or no, so tests are merged, moved behind later reads, made once for many
lengths, and dropped where a proof allows. It never decides an order: it follows the plan's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.codegen.python import text_runs
from art7.codegen.python.code import Body
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_calls import call_record
from art7.codegen.python.decode_choices import branch, present, when
from art7.codegen.python.decode_extents import take
from art7.codegen.python.decode_lists import LISTED, batch_code
from art7.codegen.python.decode_loops import loop
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_numbers import bits, constant, float_octets, uint, varint
from art7.codegen.python.decode_regions import close_inside, region
from art7.codegen.python.decode_rules import align, check, domain, verify, view
from art7.codegen.python.inlining import DEEPEST, fits
from art7.codegen.python.passes.copies import forward_copies
from art7.codegen.python.passes.hoist_reads import hoist_reads
from art7.codegen.python.passes.narrow_tests import narrow_tests
from art7.codegen.python.passes.sink import sink_assigns
from art7.codegen.python.passes.sink_reads import sink_reads
from art7.codegen.python.passes.words import read_words
from art7.codegen.python.rounds import drop_dead
from art7.grammar.ir import plan as p


def decode_passes(body: Body, pack: Callable[[str], str]) -> Body:
    """Return a decoder's body with its reads and tests in their fastest form; `pack` names prebuilt packers."""
    body = hoist_reads(read_words(drop_dead(body), pack))
    return sink_assigns(forward_copies(sink_reads(narrow_tests(body))))


STEPS: dict[type, Callable[[BlockEmitter, Frame, Any], None]] = {
    p.Bits: bits,
    p.Uint: uint,
    p.Varint: varint,
    p.FloatOctets: float_octets,
    p.Take: take,
    p.Constant: constant,
    p.Region: region,
    p.Loop: loop,
    p.Branch: branch,
    p.When: when,
    p.Present: present,
    p.CallRecord: call_record,
    p.Domain: domain,
    p.View: view,
    p.Verify: verify,
    p.Check: check,
    p.Align: align,
}
"""One row for each step on octets; `protobuf_decode` adds `Fields`."""


class DecodeEmitter(BlockEmitter):
    """One function under construction, by the steps of all kinds."""

    table = STEPS

    def together(self, frame: Frame, steps: tuple[Any, ...]) -> int:
        return text_runs.together(self, frame, steps) if frame.record.encoding == "text" else 0


__all__ = [
    "DEEPEST",
    "LISTED",
    "STEPS",
    "DecodeEmitter",
    "batch_code",
    "close_inside",
    "decode_passes",
    "fits",
]
