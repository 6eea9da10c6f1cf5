"""Machines hand parameters to schedules and to decoders by name, in both executions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.runtime.endpoint import Refusal
from parties import EXECUTIONS, Parties, parties

SOURCE = """a7 1
module demo version 1.0 "Parameters."
errors { too_big = 900 }
message Boxed(most: u8) as binary { limit size = 9 n: u8 must D-1: n <= most else too_big }
message Note as binary { limit size = 9 n: u8 }
schedule Added(count: u8, label: text) {
    input seed: bytes[1]
    derive out: bytes = seed ++ u8be(count) ++ utf8(label)
    output out
}
protocol P {
    roles one, two
    channel one -> two ordered bound 4 carries Note
    role one {
        start state Idle { on local go(n: u8) { send Note(n: n) to two } }
    }
    role two {
        var out: bytes = x''
        start state Idle {
            on Note from one as m {
                run encode(Note, n: m.n) as octets
                run decode(Boxed, octets: octets, most: 7) as b
                run Added(count: b.n, label: 'x', seed: x'aa') as a
                set out = a.out
            }
        }
    }
}
"""


@pytest.fixture(scope="module")
def cast() -> Iterator[Parties]:
    report = Report()
    specification = load_sources({"demo.a7": SOURCE}, report)
    assert not report.has_errors, report.diagnostics
    with parties(specification) as found:
        yield found


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_parameters_reach_schedule_and_decoder(cast: Parties, execution: str) -> None:
    two = cast.make(execution, "two")
    two.receive("demo.Note", b"\x07", "one")
    assert two.variables()["out"] == b"\xaa\x07x"


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_a_parameter_decides_what_is_refused(cast: Parties, execution: str) -> None:
    two = cast.make(execution, "two")
    with pytest.raises(Refusal) as refused:
        two.receive("demo.Note", b"\x08", "one")
    assert refused.value.code == "too_big"
    assert two.variables()["out"] == b""
