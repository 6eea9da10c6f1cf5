"""Pages of modules: complete for the whole catalogue, every link arrives, nothing hostile becomes markup."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import get_args

import pytest

import corpus
from art7.codegen.pages import generate_pages, page_of
from art7.codegen.pages.diagrams import DRAWN, record_diagram
from art7.codegen.pages.drawing import Canvas
from art7.codegen.pages.expression_text import expression_text
from art7.codegen.pages.layout import Cell, Choice, Frame, Node, Scope, number_text
from art7.codegen.pages.links import short_name
from art7.codegen.pages.machine_drawing import machine_drawing, spans
from art7.codegen.pages.markup import anchor, tag, text
from art7.codegen.pages.prose import prose, reference
from art7.codegen.pages.record_part import shown_slots
from art7.codegen.pages.rows import ROWS, parts_of, record_sizes
from art7.codegen.pages.types import pattern_text
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir import plan
from art7.grammar.ir.module import Module, Specification
from art7.grammar.load import load_sources
from lowering import HEAD, load, record
from page_reader import Page, read_page

HEADING = re.compile(r"^#{2,3} .* \{ #(\S+) \}$", re.M)
MODULES = catalogue_modules()


@cache
def catalogue() -> tuple[Specification, dict[str, str]]:
    report = Report()
    sources = dict(found for name in MODULES if (found := catalogue_text(name)) is not None)
    specification = load_sources(sources, report)
    wrong = {each.span.file for each in report.diagnostics}
    names = [name for name in MODULES if specification.modules[name].file not in wrong]
    return specification, generate_pages(specification, names)


@cache
def page(name: str) -> tuple[Module, str, Page]:
    specification, pages = catalogue()
    if page_of(name) not in pages:
        pytest.skip(f"{name} has errors; other tests say which")
    found = pages[page_of(name)]
    return specification.modules[name], found, read_page(found)


def cells(parts: tuple[Node, ...]) -> list[Cell]:
    """Every cell at or below `parts`."""
    found: list[Cell] = []
    for part in parts:
        match part:
            case Cell():
                found.append(part)
            case Frame(parts=inner):
                found += cells(inner)
            case Choice(arms=arms):
                for arm in arms:
                    found += cells(arm.parts)
    return found


def test_every_step_of_the_plan_has_a_row() -> None:
    missing = {step.__name__ for step in get_args(plan.Step)} - {step.__name__ for step in ROWS}
    assert not missing, f"drawn as a plain box, give each a row in codegen/pages/rows_*.py: {sorted(missing)}"


def test_every_encoding_is_drawn_in_its_manner() -> None:
    specification, _ = catalogue()
    used = {found.encoding for module in specification.modules.values() for found in module.records}
    assert used <= set(DRAWN)


def test_a_step_that_came_later_is_a_plain_box_with_its_name() -> None:
    @dataclass(frozen=True, slots=True)
    class Telepathy:
        slot: int

    found = record("struct S as binary { thought: u8 }", "S")
    (cell,) = Scope(found, "demo", Specification(), ROWS, {}).step(Telepathy(0))
    assert cell == Cell("thought", None, "Telepathy", "plain")


@pytest.mark.parametrize("name", MODULES)
def test_every_record_has_its_heading_diagram_and_rows(name: str) -> None:
    module, words, read = page(name)
    headings = set(HEADING.findall(words))
    ids = set(read.ids)
    for found in module.records:
        short = short_name(found.name, name)
        assert anchor(short) in headings
        assert f"fig.{anchor(short)}.t" in ids and f"fig.{anchor(short)}.d" in ids
        for slot in shown_slots(found):
            assert f"{anchor(short)}:{anchor(slot.name)}" in ids
        if found.api():
            assert {slot.name for slot in found.api()} <= {slot.name for slot in shown_slots(found)}


@pytest.mark.parametrize("name", MODULES)
def test_every_slot_on_the_wire_is_in_its_diagram(name: str) -> None:
    """Nothing that a value holds is left out of the drawing, and nothing in it is an unknown box."""
    module, _, _ = page(name)
    specification, _ = catalogue()
    for found in module.records:
        drawn = parts_of(found, name, specification, {})
        assert not [cell for cell in cells(drawn) if cell.kind == "plain"]
        words = " ".join(_labels(drawn))
        for slot, how in zip(found.slots, found.representations, strict=False):
            if how is not None and slot.is_api and not slot.name.startswith("_"):
                assert slot.name in words or str(slot.wire_name) in words, (found.name, slot.name)


def _labels(parts: tuple[Node, ...]) -> list[str]:
    found: list[str] = []
    for part in parts:
        found.append(part.label)
        if isinstance(part, Frame):
            found += _labels(part.parts)
        elif isinstance(part, Choice):
            for arm in part.arms:
                found += [arm.label, *_labels(arm.parts)]
    return found


@pytest.mark.parametrize("name", MODULES)
def test_every_declaration_is_on_the_page(name: str) -> None:
    module, words, read = page(name)
    headings, ids, told = set(HEADING.findall(words)), set(read.ids), "\n".join(read.texts)
    named = (*module.enums, *module.schedules, *module.protocols, *module.identities, *module.resolutions)
    for each in named:
        assert anchor(short_name(each.name, name)) in headings
    for each in module.enums:
        assert all(member.name in told for member in each.members)
    for found in (*module.records, *named, module):
        for requirement in getattr(found, "requirements", ()):
            assert anchor(requirement.id) in ids
    assert all(error.name in told for error in module.errors)
    assert sum(each.startswith("vector-") for each in ids) == len(module.vectors)


@pytest.mark.parametrize("name", MODULES)
def test_ids_are_unique_and_tags_closed(name: str) -> None:
    _, words, read = page(name)
    ids = [*read.ids, *HEADING.findall(words)]
    assert len(ids) == len(set(ids)), sorted(each for each in ids if ids.count(each) > 1)[:5]
    assert not read.unbalanced
    assert not any(name.startswith("on") for name in read.attributes)


def test_every_link_between_pages_arrives() -> None:
    _, pages = catalogue()
    places = {path: {*read_page(words).ids, *HEADING.findall(words)} for path, words in pages.items()}
    lost = []
    for path, words in pages.items():
        for link in read_page(words).links:
            if link.startswith("https://www.rfc-editor.org/"):
                continue
            target, _, fragment = link.partition("#")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            there = there.removesuffix(".html") + ".md" if target else path
            if there not in places or (fragment and fragment not in places[there]):
                lost.append((path, link))
    assert not lost, lost[:10]


def test_pages_load_nothing() -> None:
    for path, words in catalogue()[1].items():
        read = read_page(words)
        assert not read.loads and not read.tags & {"script", "img", "iframe", "object", "style", "link"}, path


def test_every_drawing_has_a_title_and_says_in_words_what_it_shows() -> None:
    found = record("struct S as binary { kind: u4  size: u4  rest: bytes[rest] }", "S")
    drawn = str(record_diagram(found, "demo", Specification(), {}))
    assert '<title id="fig.S.t">S as binary</title>' in drawn
    assert "kind 4 bits; size 4 bits; rest (up to the end)" in drawn
    assert 'aria-labelledby="fig.S.t"' in drawn and 'aria-describedby="fig.S.d"' in drawn


REFERENCE = (corpus.REPOSITORY / "site" / "docs" / "language.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```a7\n(.*?)^```", REFERENCE, re.M | re.S)


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"example {at}" for at in range(len(EXAMPLES))])
def test_every_example_of_the_reference_has_a_page(example: str) -> None:
    """What the language can say, a page can show: no unknown box, no id twice, all tags closed."""
    head = "" if example.startswith("a7 1\n") else HEAD
    specification, _ = load(example, catalogue=True, head=head)
    own = [name for name, module in specification.modules.items() if module.file == "demo.a7"]
    for name in own:
        made = generate_pages(specification, [name])[page_of(name)]
        read = read_page(made)
        ids = [*read.ids, *HEADING.findall(made)]
        assert len(ids) == len(set(ids)) and not read.unbalanced
        for found in specification.modules[name].records:
            drawn = parts_of(found, name, specification, {})
            assert not [cell for cell in cells(drawn) if cell.kind == "plain"]


TALK = """
message Ask as binary { limit size = 9  n: u8 }
protocol Talk "They talk." {
    roles alice, bob
    channel alice -> bob ordered bound 2 carries Ask
    role alice {
        timer tired = 5s
        start state Idle { on local go() => Waiting { send Ask(n: 1) to bob start tired } }
        hot state Waiting { on timeout tired => Idle  on local stop() => Gone  on local wait() }
        final state Gone
    }
    role bob { start state Ready { ignore Ask from alice } }
    scenario short "One word." { alice local go  alice -> bob: Ask }
}
"""


def test_who_sends_what_is_told_and_drawn() -> None:
    specification, report = load(TALK)
    assert not report.diagnostics
    found = generate_pages(specification, ["demo"])["demo.md"]
    read = read_page(found)
    told = " ".join(" ".join(read.texts).split())
    assert "by alice to bob in Talk" in told and "Who sends which message where" in told
    assert {"fig.Talk.alice.t", "fig.Talk.bob.t", "fig.Talk.short.t"} <= set(read.ids)
    assert "3 states, 4 transitions, listed in the table below" in told
    assert "↻ 4" in told and "Timers: tired 5 s." in told
    assert found.count('class="a7-arrow"') == 4, "three ways between states, one message"


def test_arrows_of_a_machine_do_not_lie_on_one_another() -> None:
    """Upright parts on one side either have different places or do not meet; no two ends share a point."""
    ways = "".join(
        f"state S{n} {{ on local x{n}() => S{(n * 7 + 3) % 12}  on local y{n}() => S{(n + 5) % 12} }}\n"
        for n in range(12)
    )
    text_ = f"protocol P {{ roles r role r {{ start {ways} }} }}"
    specification, report = load(text_)
    assert "demo" in specification.modules and specification.modules["demo"].protocols, report.diagnostics
    drawn = str(machine_drawing(specification.modules["demo"].protocols[0].roles[0], "fig"))
    uprights = [
        (float(x), *sorted((float(a), float(b))))
        for a, x, b in re.findall(r"M[\d.]+ ([\d.]+)H([\d.-]+)V([\d.]+)H", drawn)
    ]
    assert len(uprights) >= 20
    for at, (x, low, high) in enumerate(uprights):
        assert 0 <= x <= 640
        for other, start, end in uprights[at + 1 :]:
            assert abs(x - other) > 5 or end < low or start > high


HOSTILE = (
    "<script>alert(1)</script>",
    "\" onmouseover='alert(1)' x=\"",
    "</svg></title><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>",
    "]]> --> {{ 7*7 }} {% raw %} \\u202e `</code><b>`",
    "{ #section-messages onclick=alert(1) }",
)


def hostile_module(words: str) -> str:
    """A module with `words` in every place that takes prose or data."""
    doc = '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
    data = "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"""a7 1
module demo version 1.0 {doc} ref RFC1#2
errors {{ wrong = 201 {doc} }}
const mark = {data} {doc}
enum Kind: u8 open {doc} {{ one = 1 {doc} }}
enum Word: text closed {doc} {{ first = {data} {doc} }}
message M as binary {doc} {{
    limit size = 1000
    kind: Kind {doc}
    must X-1: kind == 1 else wrong {doc}
    value: select kind {{ 1 => one: S  otherwise => rest: bytes[rest] }} {doc}
}}
struct S as binary {doc} {{ a: u8 {doc} }}
message J as json {doc} {{
    limit size = 1000
    limit depth = 4
    @{data} member: text[..20] = {data} {doc}
    w?: Word {doc}
}}
vectors M {{ accept x'01 02' as {{ kind: 1 }} {doc} }}
"""


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_prose_is_shown_and_never_obeyed(words: str) -> None:
    report = Report()
    specification = load_sources({"demo.a7": hostile_module(words)}, report, catalogue=False)
    assert "demo" in specification.modules, [each.message for each in report.diagnostics]
    found = generate_pages(specification, ["demo"])
    for made in found.values():
        read = read_page(made)
        assert not read.tags & {"script", "img", "iframe", "b", "http:", "style"}
        assert not any(name.startswith("on") for name in read.attributes)
        assert not any(link.startswith("javascript") for link in read.links)
        assert not read.unbalanced
        assert "\u202e" not in made
    told = "".join(read_page(found["demo.md"]).texts)
    assert told.count(words.split("`")[0]) >= 5


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_prose_stays_text_through_markdown(words: str) -> None:
    markdown = pytest.importorskip(
        "markdown", reason="run `make site` once: it installs what builds the site"
    )
    report = Report()
    specification = load_sources({"demo.a7": hostile_module(words)}, report, catalogue=False)
    made = generate_pages(specification, ["demo"])["demo.md"]
    html = markdown.markdown(made, extensions=["attr_list", "tables", "toc"])
    read = read_page(html)
    assert not read.tags & {"script", "img", "iframe", "b", "style"}
    assert not any(name.startswith("on") for name in read.attributes)
    assert not any(link.startswith(("javascript", "http://evil")) for link in read.links)


def test_markup_escapes_texts_and_attributes() -> None:
    assert text("<&\u202e>") == "&lt;&amp;\\u{202e}&gt;"
    assert tag("p", "<b>", title='"x"') == '<p title="&quot;x&quot;">&lt;b&gt;</p>'
    assert tag("p", tag("i", "a"), class_=None, data_x=1) == '<p data-x="1"><i>a</i></p>'
    assert prose("a `b<` c") == "a <code>b&lt;</code> c"


def test_references_lead_to_rfcs_only() -> None:
    assert 'href="https://www.rfc-editor.org/rfc/rfc8489#section-14.5"' in reference("RFC8489#14.5")
    assert 'href="https://www.rfc-editor.org/rfc/rfc8489#appendix-B.1"' in reference("RFC8489#B.1")
    assert "<a" not in reference('X.690"><a href=javascript:x>')


def test_formulas_and_spellings_stand_where_there_is_room() -> None:
    _, found, _ = page("w3c.status")
    row = next(line for line in re.findall(r"<tr>.*?</tr>", found, re.S) if ":type" in line)
    assert "<td>computed</td>" in row
    assert "BitstringStatusListEntry" in row.rsplit("<td>", 1)[1]
    assert "Spelled: <code" in found


def test_an_alternative_without_a_tag_is_told_by_its_kind() -> None:
    _, found, _ = page("w3c.status")
    table = found[found.index("Alternatives of statusReference") :]
    assert "it is a text" in table and "it is an array" in table


def test_numbers_of_transitions_are_told_as_ranges() -> None:
    assert spans([1, 2, 4, 5, 6, 9]) == "1, 2, 4–6, 9"


def test_expressions_have_the_brackets_that_they_need() -> None:
    found = record(
        "struct S as binary { a: u8 b: u8 = ((a >> 4) & 3) + 2 * (a - 1) must S-1: not (a == 1 or b > 2) and a < 9 }", "S"
    )  # fmt: skip
    (slot,) = [each for each in found.slots if each.name == "b"]
    assert slot.value is not None
    assert expression_text(slot.value, found) == "((a >> 4) & 3) + (2 * (a - 1))"
    (rule,) = [step for step in found.body.steps if isinstance(step, plan.Check)]
    assert expression_text(rule.condition, found) == "not (a == 1 or b > 2) and a < 9"


def test_records_of_fixed_size_are_measured_once_however_they_call_one_another() -> None:
    depth = 26
    chain = "".join(f"struct S{n} as binary {{ a: S{n + 1} b: S{n + 1} }}\n" for n in range(depth))
    specification, report = load(
        chain + f"struct S{depth} as binary {{ a: u8 }}\nstruct V as binary {{ a: bytes[rest] }}"
    )
    assert not report.has_errors
    sizes = record_sizes(specification)
    assert sizes["demo.S0"] == 8 * 2**depth and sizes[f"demo.S{depth}"] == 8 and sizes["demo.V"] is None


def test_numbers_beside_powers_of_two_are_told_as_such() -> None:
    assert [number_text(each) for each in (65535, 2**53 - 1, -(2**53) + 1, -(2**63), 2**32)] == [
        "65,535", "2^53 − 1", "−(2^53 − 1)", "−2^63", "2^32",
    ]  # fmt: skip


def test_patterns_are_told_in_ascii_and_bounded() -> None:
    assert pattern_text("[a-\u00e9\u202e]+", 99) == r"[a-\u{e9}\u{202e}]+"
    assert len(pattern_text("a" * 5000, 600)) == 600


def test_short_names_of_narrow_cells_differ() -> None:
    canvas = Canvas()
    assert [canvas.short(each) for each in ("payload_type", "padding_total", "payload_type")] == [
        "PT",
        "PT2",
        "PT",
    ]


def test_the_same_octets_whatever_the_seed_of_hashes() -> None:
    code = (
        "import hashlib\n"
        "from art7.codegen.pages import generate_pages\n"
        "from art7.grammar.catalogue import catalogue_text\n"
        "from art7.grammar.diagnostics import Report\n"
        "from art7.grammar.load import load_sources\n"
        "found = dict([catalogue_text('ietf.stun')])\n"
        "made = generate_pages(load_sources(found, Report()), ['ietf.stun'])\n"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())\n"
    )
    seen = set()
    for seed in ("0", "1"):
        run = [sys.executable, "-c", code]
        done = subprocess.run(
            run, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}, check=True
        )
        seen.add(done.stdout)
    assert len(seen) == 1
