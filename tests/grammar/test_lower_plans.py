"""Plans as text: what each construct is read and written by."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.ir.dump import dump_module
from art7.grammar.load import load_sources

GOLDEN = corpus.REPOSITORY / "tests" / "golden" / "grammar"
CASES = sorted(path.parent for path in GOLDEN.glob("*/source.a7"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_plan_is_as_recorded(case: Path, request: pytest.FixtureRequest) -> None:
    report = Report()
    text = (case / "source.a7").read_text(encoding="utf-8")
    found = load_sources({"source.a7": text}, report, catalogue=False)
    assert not [f"{x.code} {x.span} {x.message}" for x in report.diagnostics]
    plan = "\n".join(dump_module(module) for module in found.modules.values())
    expected = case / "plan.txt"
    if request.config.getoption("--update"):
        expected.write_text(plan, encoding="utf-8")
    assert plan == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_step_is_emitted_once(case: Path) -> None:
    from art7.grammar.passes.step_tree import blocks_of

    report = Report()
    text = (case / "source.a7").read_text(encoding="utf-8")
    found = load_sources({"source.a7": text}, report, catalogue=False)
    blocks = [record.body for module in found.modules.values() for record in module.records]
    for block in blocks:
        assert sorted(block.emit) == list(range(len(block.steps)))
        blocks += [inner for step in block.steps for inner in blocks_of(step)]
