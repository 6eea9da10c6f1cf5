"""The grammar itself: free of conflicts, read alike by lark's own parser, and built for by every method."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

import specimen
from art7.grammar import tables
from art7.grammar.build import TreeBuilder
from art7.grammar.terminals import PUNCTUATION_CLASSES

GRAMMAR = tables.GRAMMAR.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def strict_parser():
    return tables.build_lark(GRAMMAR, strict=True)


def test_grammar_has_no_conflict_and_no_collision_of_terminals(strict_parser):
    assert strict_parser.options.strict and strict_parser.rules


def test_lark_and_our_driver_accept_the_same_modules(strict_parser):
    paths = specimen.modules()
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        strict_parser.parse(text)
        module, report = specimen.read(text)
        assert module is not None and not report.diagnostics, (path, report.diagnostics[0])


def test_every_production_has_its_method():
    loaded = tables.load_tables()
    missing = {r.name for r in loaded.rules if r.mode == tables.CALL and not hasattr(TreeBuilder, r.name)}
    assert not missing


def test_no_state_takes_a_sign_both_as_operator_and_as_itself():
    loaded = tables.load_tables()
    for sign, operator in PUNCTUATION_CLASSES.items():
        literal = loaded.literals.get(sign, operator)
        assert literal == operator or not any(literal in row and operator in row for row in loaded.rows)


def test_tables_are_the_same_on_every_build():
    first, second = tables.build_tables(GRAMMAR), tables.build_tables(GRAMMAR)
    assert json.dumps(first) == json.dumps(second)


def test_a_damaged_cache_is_built_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tables.load_tables.cache_clear()
    assert tables.load_tables().rows
    (cached,) = (tmp_path / "art7").iterdir()
    for damage in (b"", b"{}", b"[1]", b"\xff", cached.read_bytes()[:1000]):
        cached.write_bytes(damage)
        tables.load_tables.cache_clear()
        assert len(tables.load_tables().rows) > 500
    tables.load_tables.cache_clear()


def test_reading_costs_no_more_than_larks_own_parse_tree(strict_parser):
    text = max((path.read_text(encoding="utf-8") for path in specimen.modules()), key=len)
    specimen.read(text)

    def best(run):
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            run(text)
            times.append(time.perf_counter() - begin)
        return min(times)

    assert best(specimen.read) < 1.3 * best(strict_parser.parse)


@pytest.mark.parametrize("home", ["", "/nonexistent", "relative"])
def test_parsing_needs_no_home_and_imports_lark_late(home):
    script = (
        "import sys, art7.grammar.parse as p, art7.grammar.diagnostics as d\n"
        "assert 'lark' not in sys.modules\n"
        "assert p.parse('a7 1\\nmodule x version 1.0\\n', 'x', d.Report()) is not None\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "XDG_CACHE_HOME"} | {"HOME": home}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
