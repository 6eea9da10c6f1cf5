"""Facts that follow calls: through long chains and rings, without recursion, and true."""

from __future__ import annotations

from art7.codegen.python.endings import Endings, call_order
from art7.codegen.python.package import package_text
from art7.codegen.python.record_facts import FactsOf
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Record
from art7.grammar.load import load_sources

HEAD = "a7 1\nmodule t.endings version 1.0\nencoding tls(vector: 'varint')\n"


def loaded(text: str) -> Specification:
    report = Report()
    spec = load_sources({"endings.a7": HEAD + text}, report)
    assert not report.diagnostics, report.diagnostics[:3]
    return spec


def records(spec: Specification) -> dict[str, Record]:
    return {record.name: record for module in spec.modules.values() for record in module.records}


def test_a_long_chain_is_followed_from_its_first_link() -> None:
    length = 1_500
    chain = "".join(f"struct C{i} {{ a: u8 next: C{i + 1} }}\n" for i in range(length))
    spec = loaded(f"{chain}struct C{length} {{ a: u8 }}\nmessage M {{ limit size = 65536 c: C0 }}\n")
    found = records(spec)
    facts, endings = FactsOf(found), Endings(found)
    assert endings.least_octets(found["t.endings.C0"]) == length + 1
    assert endings.is_streamable(found["t.endings.M"])
    assert facts(found["t.endings.M"]).total > 2 * length
    assert len(package_text(spec).files["endings.py"]) > length


def test_callees_come_before_their_callers() -> None:
    found = records(loaded("struct A { b: B c: C }\nstruct B { c: C }\nstruct C { a: u8 }\n"))
    assert [name.rpartition(".")[2] for name in call_order(found)] == ["C", "B", "A"]


def test_a_ring_ends_and_takes_what_its_links_take() -> None:
    spec = loaded("message A { limit size = 99 limit depth = 9 a: u8 b?: B }\nstruct B { b: u16 a: A }\n")
    found = records(spec)
    endings = Endings(found)
    assert endings.is_streamable(found["t.endings.A"])
    assert 2 <= endings.least_octets(found["t.endings.B"]) <= 4


def test_who_calls_what_has_no_end_has_none() -> None:
    spec = loaded(
        "message A { limit size = 99 b: B }\nstruct B { c: C }\nstruct C { a: u8 rest: bytes[rest] }\n"
    )
    found = records(spec)
    endings = Endings(found)
    assert not any(endings.is_streamable(record) for record in found.values())
