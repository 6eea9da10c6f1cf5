"""The canonical layout: once is enough, nothing is lost, and the tree stays the same."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import specimen
from art7.grammar import tables
from art7.grammar.diagnostics import Report
from art7.grammar.faults import Faults
from art7.grammar.format import WIDTH, format_module
from art7.grammar.terminals import scan
from specimen import HEAD, read, tree


def laid_out(text: str) -> str:
    """Format a text and check what must hold for every text."""
    once = format_module(text)
    assert format_module(once) == once
    assert tree(once) == tree(text)
    return once


@pytest.mark.parametrize("path", specimen.modules(), ids=lambda path: path.stem)
def test_modules_keep_their_meaning_and_their_comments(path):
    text = path.read_text(encoding="utf-8")
    once = laid_out(text)
    assert re.findall("//[^\n]*[^\\s]", once) == re.findall("//[^\n]*[^\\s]", text)


def test_the_specimen_is_in_its_layout():
    assert format_module(specimen.EVERY) == specimen.EVERY


def test_members_stand_one_on_a_line_with_their_types_aligned():
    text = (
        HEAD
        + "struct S as binary{a:u8 = 1   // first\n longer@3?:u16[2 .. 9]\nmust S-1:a==1 else bad   b :u8 }"
    )
    assert laid_out(text) == (
        "a7 1\nmodule demo version 1.0\n\n"
        "struct S as binary {\n"
        "    a:          u8 = 1  // first\n"
        "    longer @3?: u16[2..9]\n"
        "    must S-1: a == 1 else bad\n"
        "    b:          u8\n"
        "}\n"
    )


def test_a_block_written_on_one_line_stays_there_while_it_fits():
    short = "enum K: u8 { a = 1  b = 2 }"
    assert laid_out(HEAD + short).endswith(f"\n{short}\n")
    long = "enum K: u8 { " + "  ".join(f"member_{n} = {n}" for n in range(20)) + " }"
    lines = laid_out(HEAD + long).splitlines()
    assert len(lines) == 25 and max(map(len, lines)) <= WIDTH


def test_long_members_are_broken_at_their_outermost_place():
    words = " or ".join(f"first_name_{n} == second_name_{n}" for n in range(8))
    lines = laid_out(
        f'{HEAD}struct S as tls {{\nmust S-1: {words} else bad "Why." ref RFC1#2\n}}'
    ).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert all(line.startswith("        or ") for line in lines[5:-2])


def test_comments_keep_their_place():
    text = (
        HEAD
        + "// about S\n\n// more\nstruct S as tls { // inside\n  // own\n  a: u8 // of a\n\n  // last\n}\n// end"
    )
    assert laid_out(text).splitlines()[3:] == [
        "// about S",
        "",
        "// more",
        "struct S as tls {  // inside",
        "    // own",
        "    a: u8  // of a",
        "",
        "    // last",
        "}",
        "// end",
    ]


def test_a_text_with_errors_is_left_alone_and_told():
    report = Report()
    text = HEAD + "struct S as tls{a u8}"
    assert format_module(text, "s.a7", report) == text
    assert [found.code for found in report.diagnostics] == ["A7-P032"]


TERMINALS = scan(specimen.EVERY, "x", tables.load_tables().literals, Faults(Report()))


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from([" ", "  ", "\n", "\n\n\n", "\t", " // c\n", "\n// own\n"]), min_size=50, max_size=50
    ),
    st.data(),
)
def test_any_white_space_gives_a_stable_layout(gaps, data):
    size = len(TERMINALS.kinds) - 1
    start = data.draw(st.integers(0, size - 1))
    parts = []
    for at in range(size):
        between = (
            specimen.EVERY[TERMINALS.starts[at - 1] + len(TERMINALS.texts[at - 1]) : TERMINALS.starts[at]]
            if at
            else ""
        )
        parts.append(gaps[at - start] if start < at < start + len(gaps) else between)
        parts.append(TERMINALS.texts[at])
    laid_out("".join(parts) + "\n")


# ---- texts made from the grammar --------------------------------------------------------------------------

WORDS = {
    "LABEL": "name",
    "KEY": "key",
    "CASE": "kind",
    "NAME": "word",
    "REQID": "REQ-1.2-03",
    "CITATION": "ref RFC8489#14.2",
    "HEX": "x'80 60'",
    "DURATION": "60s",
    "VERSION": "1.7",
    "HEXINT": "0x1F",
    "INT": "1",
    "CHARS": "'a'",
    "STRING": '"Prose."',
    "CMP": "<=",
    "SHIFT": "<<",
    "BITOP": "&",
    "PLUS": "+",
    "MULOP": "*",
}


class Derivation:
    """Draws a text from the productions of the grammar, the shortest ones once the budget is spent."""

    def __init__(self):
        loaded = tables.build_lark(tables.GRAMMAR.read_text(encoding="utf-8"))
        self.spelled = {t.name: t.pattern.value for t in loaded.terminals if t.pattern.type == "str"} | WORDS
        self.rules = {}
        for rule in loaded.rules:
            self.rules.setdefault(rule.origin.name, []).append(rule.expansion)
        self.least = self.least_sizes()

    def least_sizes(self):
        least = dict.fromkeys(self.rules, 10**6)
        for _ in range(40):
            for name, expansions in self.rules.items():
                least[name] = min(self.size(e, least) for e in expansions)
        return least

    def size(self, expansion, least):
        return 1 + sum(1 if symbol.is_term else least[symbol.name] for symbol in expansion)

    def text(self, random, budget):
        words, waiting = [], ["start"]
        while waiting:
            name = waiting.pop()
            if name not in self.rules:
                words.append(self.spelled[name])
                continue
            options = self.rules[name]
            if budget <= 0:
                options = [min(options, key=lambda e: self.size(e, self.least))]
            budget -= 1
            chosen = random.choice(options)
            waiting.extend(symbol.name for symbol in reversed(chosen))
        return " ".join(words)


DEEP = {"A7-P020"}
MEANING = {"A7-P021", "A7-P037", "A7-P038", "A7-P039"}
"""Codes of texts that are well formed."""


def scattered(text, random):
    """The same terminals with other white space and comments between them."""
    found = scan(text, "x", tables.load_tables().literals, Faults(Report()))
    gaps = [" ", " ", " ", " ", "\n", "\n\n", " // c\n", "\n// o\n"]
    return "".join(lexeme + random.choice(gaps) for lexeme in found.texts[:-1])


def test_texts_made_from_the_grammar_are_read_and_laid_out():
    derivation, read_through = Derivation(), 0
    for seed in range(300):
        text = scattered(derivation.text(Random(seed), 20 + seed), Random(seed))
        report = read(text)[1]
        found = {d.code for d in report.diagnostics}
        assert found == DEEP or found <= MEANING, (seed, text, report.diagnostics)
        if not found:
            assert laid_out(text).count("//") == text.count("//")
            read_through += 1
    assert read_through > 150
