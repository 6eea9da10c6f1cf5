"""Names in a role machine's expressions: members of typed tuples are read through whatever was bound."""

from __future__ import annotations

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import CheckAction, SetAction, Specification
from art7.grammar.ir.plan import Form
from art7.grammar.ir.shape import RecordOf
from art7.grammar.load import load_sources
from art7.interpreter.evaluate import Evaluator
from art7.interpreter.names import shapes_of_names
from art7.interpreter.prepare import Interpreter

TEXT = """a7 1
module demo version 1.0
encoding tls(vector: 'varint')
struct Pair { data: bytes[size 2] }
message Chain { limit size = 64 pairs: Pair[] }
protocol Reading {
    roles one, two
    channel one -> two ordered bound 1 carries Chain
    role one { start state S { on local go => T { send Chain(pairs: []) to two } } final state T }
    role two {
        var kept: bytes = x''
        start state S {
            on Chain from one as c when c.pairs[0].data == x'0102' => T {
                run encode(Chain, pairs: c.pairs) as octets
                run decode(Chain, octets: octets) as again
                check again.pairs[1].data == x'0304'
                set kept = again.pairs[0].data
            }
        }
        final state T
    }
}
"""
VALUE = {"pairs": [(b"\1\2",), (b"\3\4",)]}


def loaded() -> Specification:
    report = Report()
    specification = load_sources({"demo.a7": TEXT}, report)
    assert specification is not None and not report.diagnostics
    return specification


def test_members_of_typed_tuples_are_read_in_guards_checks_and_assignments() -> None:
    specification = loaded()
    assert specification.record("demo.Pair").form is Form.TUPLE
    transition = specification.modules["demo"].protocols[0].roles[1].states[0].transitions[0]
    evaluate = Evaluator(Interpreter(specification))
    names = {"c": VALUE, "again": VALUE, "kept": b""}
    assert transition.guard is not None and evaluate(transition.guard, names) is True
    *_, check, put = transition.actions
    assert isinstance(check, CheckAction) and evaluate(check.condition, names) is True
    assert isinstance(put, SetAction) and evaluate(put.expr, names) == b"\1\2"


def test_a_name_has_its_shape_from_where_it_is_bound_on() -> None:
    specification = loaded()
    shapes = shapes_of_names(specification)
    transition = specification.modules["demo"].protocols[0].roles[1].states[0].transitions[0]
    *_, put = transition.actions
    assert isinstance(put, SetAction)
    assert shapes[id(transition.guard)]["c"] == RecordOf("demo.Chain") == shapes[id(put.expr)]["again"]
    assert "again" not in shapes[id(transition.guard)] and "octets" not in shapes[id(put.expr)]
