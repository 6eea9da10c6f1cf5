"""Faulty texts: every code, many errors in one run, and damage that stays where it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import specimen
from art7.grammar import limits, parse_codes
from art7.grammar.diagnostics import Report
from art7.grammar.faults import Faults
from art7.grammar.tables import load_tables
from art7.grammar.terminals import Terminals, scan
from specimen import HEAD, codes, read

NEEDS_A_FILE = {"A7-P011", "A7-P016", "A7-P018"}


def test_every_code_has_a_page_and_an_example():
    assert set(parse_codes.CODES) == set(parse_codes.EXAMPLES) | NEEDS_A_FILE
    assert all(page.title and page.explanation and page.next_step for page in parse_codes.CODES.values())


@pytest.mark.parametrize("code", sorted(parse_codes.EXAMPLES))
def test_an_example_yields_its_code_and_no_other(code):
    found = codes(parse_codes.EXAMPLES[code])
    assert code in found
    assert set(found) <= {code, "A7-P001"} if code == "A7-P022" else set(found) == {code}


FAULTS = """a7 1
module demo version 1.0
mesage M as binary {
    limit size = 10
    a: u8 =
    b: u16
    c: bytes[size
    d: u8 lenint
    mus X-1: a == 2 else bad
    must X-2: a = 2 else bad
    must foo: a == 2
    e: foo(a: 1, b: 2
    f: u8 , g: u8
}
enum K: u8 { a = 1, b = 2 }
role R { start state S { } }
struct N as binary { z: u8 }
"""


def test_many_faults_are_told_in_one_run_each_at_its_line():
    module, report = read(FAULTS)
    assert [found.span.line for found in report.diagnostics] == [3, 5, 7, 8, 9, 10, 11, 12, 13, 15, 16]
    assert module is not None
    assert [item.name.text for item in module.items] == ["M", "K", "N"]
    names = [m.name.text for m in module.items[0].members if hasattr(m, "name")]
    assert {"b", "d", "e", "f", "g"} <= set(names)


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("mesage M as tls { limit size = 1 }", "unknown word `mesage`", "did you mean `message`?"),
        ("struct S as tls { a: u8 lenint }", "unknown word `lenint`", "did you mean `lenient`?"),
        (
            "struct S as tls { a: u8 ! }",
            "character `!` (U+0021) is not used in the language",
            "leave it out",
        ),
        (
            "struct S as tls { must A-1: a = 2 }",
            "expected a field, a rule, `else` or `}`, found `=` in struct `S`",
            "write `==` to compare",
        ),
        (
            "struct S as tls { a u8 }",
            "expected `:`, `?` or `@`, found `u8` in struct `S`",
            "put `:` before it",
        ),
        (
            "enum K: u8 closed { a = 1, b = 2 }",
            "expected a name and `=`, `..` or `}`, found `,` in enum `K`",
            "leave the comma out: what stands in braces needs no separator",
        ),
        (
            "struct S as tls { a: u8[] check every x in a satisfies x > 0 }",
            "expected `(`, found `x` in struct `S`",
            "put what each must satisfy in round brackets",
        ),
        (
            "struct S encoding tls { x: u8 }",
            "expected `as` or `{`, found `encoding` in struct `S`",
            "name the encoding after `as`, as in `as binary`",
        ),
        (
            "struct S as tls { k: u8 select k { 1 => u8 } }",
            "expected a field, a rule, a policy or `{`, found `u8` in struct `S`",
            "an arm holds fields with names, as in `=> value: u8`, or several of them in braces",
        ),
        (
            "const a: u8 = if",
            "expected a value, found the end of the text in const `a`",
            "complete the last construct",
        ),
        (
            'const a: text = "x"',
            'expected a value, found "x" in const `a`',
            "write data in 'single quotes'",
        ),
        ("struct S as tls { a: u8", "the text ends in struct `S` before `}`", "close what was opened"),
        ("struct S as tls { } }", "`}` closes nothing in struct `S`", "remove it, or open it with `{`"),
    ],
)
def test_messages_say_what_was_expected_and_what_to_do(text, message, help):
    report = read(HEAD + text)[1]
    assert [(found.message, found.help) for found in report.diagnostics] == [(message, help)]


def test_an_unclosed_block_shows_where_it_opens_and_hides_nothing_after_it():
    module, report = read(HEAD + "struct A as tls {\n  a: u8\n\nstruct B as tls { b }\n")
    assert report.diagnostics[0].code == "A7-P034"
    assert report.diagnostics[0].related[0].span.line == 3
    assert module is not None and [item.name.text for item in module.items] == ["A", "B"]


ARMS = """struct A as json {
    select a {
        1 => {
            b: u8

        'oct' => { k: u8 }
        otherwise => empty
    }
    must X-1: not (a == 1 or b == 2) or half(c) == 0
        or d == 3 else bad
    must X-2: not (a == 1 or b == 2) or half(c) == 0
        or d == 3 else bad
}

struct B as tls { }
"""


@pytest.mark.parametrize("text", [ARMS, ARMS.replace("            b", "b").replace("        1", "1")])
def test_an_arm_without_its_end_hides_no_rule_behind_the_arms(text):
    module, report = read(HEAD + text)
    assert [each.code for each in report.diagnostics] == ["A7-P032", "A7-P034"]
    assert [item.name.text for item in module.items] == ["A", "B"]
    assert [type(member).__name__ for member in module.items[0].members] == [
        "Select",
        "Requirement",
        "Requirement",
    ]


def test_without_a_header_there_is_no_tree_but_the_rest_is_checked():
    module, report = read("modul x\nstruct A as tls { a: }\n")
    assert module is None
    assert [found.code for found in report.diagnostics] == ["A7-P030", "A7-P032"]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "// only a comment", "\0", "}", "a7", "a7 1", "🙂", "'", "`", "x'"]
)
def test_what_is_no_module_is_told(text):
    module, report = read(text)
    assert module is None and report.diagnostics


# ---- limits -----------------------------------------------------------------------------------------------


def nested(depth: int, gap: str = "") -> dict[str, str]:
    """Deep texts of every kind; `gap` keeps their lines short."""

    def many(text: str) -> str:
        return (text + gap) * depth

    return {
        "brackets": "const a: u8 = " + many("(") + "1" + many(")"),
        "unclosed": "const a: u8 = " + many("("),
        "minus": "const a: u8 = " + many("-") + "1",
        "not": "const a: u8 = " + many("not ") + "1",
        "terms": "const a: u8 = 1" + many(" + 1"),
        "if": "const a: u8 = " + many("if a then b else ") + "c",
        "attributes": "const a: u8 = a" + many(".b"),
        "calls": "const a: u8 = a" + many("()"),
        "types": "struct A as tls { a: " + many("list<") + "u8" + many(">") + " }",
        "open types": "struct A as tls { a: " + many("list<"),
        "blocks": "struct A as tls { " + many("a: { ") + many("}") + " }",
        "pattern": "token T = " + many("(") + "'a'" + many(")*"),
        "records": "vectors A { accept as " + many("{ a: ") + "1" + many(" }") + " }",
    }


@pytest.mark.parametrize("form", sorted(nested(1)))
def test_nesting_is_limited_with_one_diagnostic_in_no_time(form):
    begin = time.perf_counter()
    module, report = read(HEAD + nested(20_000, "\n")[form] + "\n")
    assert time.perf_counter() - begin < 2.5
    expected = "A7-P034" if form == "open types" else "A7-P020"
    assert [found.code for found in report.diagnostics] == [expected]
    assert (module is None) == (expected == "A7-P020")


@pytest.mark.parametrize("form", sorted(set(nested(1)) - {"unclosed", "open types"}))
def test_nesting_below_the_limit_is_read(form):
    assert codes(HEAD + nested(limits.DEPTH // 2 - 2)[form] + "\n") == []


def test_the_place_of_the_first_bracket_too_many_is_shown():
    text = HEAD + "const a: u8 = " + "(" * 10_000
    (found,) = read(text)[1].diagnostics
    assert (found.span.line, found.span.column) == (3, 15 + limits.DEPTH)


@pytest.mark.parametrize(("digits", "expected"), [(40, []), (41, ["A7-P005"]), (10**6, ["A7-P005"])])
def test_digits_are_limited_before_conversion(digits, expected):
    found = codes(HEAD + "const a: u8 =\n" + "\n".join(["9" * min(digits, 60_000)]))
    assert found == expected


def test_long_names_are_refused():
    assert codes(HEAD + f"struct {'n' * 200} as tls {{ a: u8 }}") == []
    assert codes(HEAD + f"struct {'n' * 5000} as tls {{ a: u8 }}") == ["A7-P008"]


def test_wide_texts_are_read_in_linear_time():
    fields = "\n".join(f'    field_{n}: u{n % 64 + 1} = {n} "Field {n}."' for n in range(20_000))
    begin = time.perf_counter()
    module, report = read(f"{HEAD}struct S as tls {{\n{fields}\n}}\n")
    assert module is not None and not report.diagnostics and len(module.items[0].members) == 20_000
    assert time.perf_counter() - begin < 5


def test_a_text_full_of_faults_stays_bounded():
    begin = time.perf_counter()
    report = read(HEAD + "struct S as tls {\n" + "  a u8 = ] =\n" * 5000)[1]
    assert time.perf_counter() - begin < 8
    assert len(report.diagnostics) == limits.ERRORS + 1


# ---- names and characters ---------------------------------------------------------------------------------


def confusables() -> list[str]:
    import corpus

    path = corpus.root("hostile") / "text" / "identifiers-confusable.txt"
    found = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [name for name in found if name.strip()] or ["\u0430dmin", "scope\u200d", "\ufb01eld"]


@pytest.mark.parametrize("name", confusables())
def test_look_alike_names_are_refused_with_code_point_and_position(name):
    report = read(f"{HEAD}struct S as tls {{\n    {name}: u8\n    b: u8\n}}\n")[1]
    (found,) = report.diagnostics
    at, odd = next((n, c) for n, c in enumerate(name) if not c.isascii())
    assert found.code == "A7-P002" and found.span.line == 4
    assert f"U+{ord(odd):04X}" in found.message and f"character {at + 1}" in found.message
    assert found.message.isascii()


# ---- damage -----------------------------------------------------------------------------------------------


def cut() -> Terminals:
    return scan(specimen.EVERY, "x", load_tables().literals, Faults(Report()))


CUT = cut()
SIZE = len(CUT.kinds) - 1


def damaged(at: int, how: str) -> str:
    text, start, lexeme = specimen.EVERY, CUT.starts[at], CUT.texts[at]
    end = start + len(lexeme)
    if how == "drop":
        return text[:start] + text[end:]
    if how == "double":
        return text[:end] + " " + text[start:]
    after = CUT.starts[at + 1] if at + 1 < SIZE else end
    last = after + len(CUT.texts[at + 1])
    return text[:start] + text[after:last] + text[end:after] + lexeme + text[last:]


@settings(max_examples=250)
@given(st.integers(0, SIZE - 1), st.sampled_from(["drop", "double", "swap"]))
def test_one_damaged_terminal_gives_few_errors_near_it(at, how):
    module, report = read(damaged(at, how))
    lines = [found.span.line for found in report.diagnostics]
    assert len(lines) <= 8
    assert module is not None or CUT.lines[at] <= 4
    if lines and CUT.texts[at] not in "(){}[]" and CUT.texts[min(at + 1, SIZE)] not in "(){}[]":
        assert min(abs(line - CUT.lines[at]) for line in lines) <= 3


@settings(max_examples=100)
@given(st.integers(0, len(specimen.EVERY)))
def test_every_prefix_is_survived_with_a_handful_of_errors(size):
    text = specimen.EVERY[:size]
    module, report = read(text)
    assert len(report.diagnostics) <= 3
    assert module is not None or size < specimen.EVERY.index("encoding")


@settings(max_examples=100)
@given(st.lists(st.sampled_from(sorted({*CUT.texts[:SIZE], "\n", ";", "é", "'", '"', "\x1b"})), max_size=60))
def test_any_order_of_terminals_is_survived(lexemes):
    report = read(HEAD + " ".join(lexemes))[1]
    assert all(found.span.line >= 1 and found.message.isprintable() for found in report.diagnostics)


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_survived(text):
    module, report = read(text)
    assert module is not None or report.diagnostics
