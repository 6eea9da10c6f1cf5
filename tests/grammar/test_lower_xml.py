"""XML records lowered: places of fields, names and namespaces, types that fit them, options."""

from __future__ import annotations

import pytest

from art7.grammar.ir import plan as p
from lowering import codes, record

HEAD = "struct Inner as xml(ns: 'urn:i') { x @attr: text }\n"


def entries(text: str, name: str = "Note") -> dict[str, p.Entry]:
    step = record(text, name).body.steps[0]
    assert isinstance(step, p.Object)
    return {str(entry.key): entry for entry in step.entries}


def test_fields_have_keys_by_place_and_namespace() -> None:
    found = entries(
        "struct Note as xml(ns: 'urn:n') { a @attr: text  b @attr('c', ns: 'urn:c'): text  l @attr('xml:lang')?: text\n"
        "  d: text  e @element('f', ns: 'urn:e')?: { g @element: u8 }  h @text?: text  k @name(ns: 'urn:k')?: text }"
    )
    xml = "http://www.w3.org/XML/1998/namespace"
    assert list(found) == ["@a", "@{urn:c}c", f"@{{{xml}}}lang", "{urn:n}d", "{urn:e}f", "#", "{urn:k}*"]
    inner = found["{urn:e}f"].body.steps[0]
    assert isinstance(inner, p.Child) and inner.single and not inner.text


def test_what_is_in_braces_has_the_namespace_of_its_field() -> None:
    text = "struct Note as xml(ns: 'urn:n') { e @element(ns: 'urn:e')?: { g @element: u8 } }"
    assert list(entries(text, "Note.e")) == ["{urn:e}g"]


def test_a_module_says_the_namespace_once() -> None:
    head = "a7 1\nmodule demo version 1.0\nencoding xml(ns: 'urn:m')\n"
    found = record("struct Note as xml(name: 'n') { a: text }", "Note", head=head)
    assert dict(found.options)["element"] == "{urn:m}n"


def test_lists_may_be_empty_and_flags_are_false() -> None:
    found = record(
        "struct Note as xml { a: text[0..5][0..3]  b?: text[..5][0..3]  c: flag  d?: text[..5][1..3] }",
        "Note",
    )
    assert [slot.optional for slot in found.api()] == [False, False, False, True]
    flag = found.slot("c").default
    assert flag is not None


BAD = {
    "struct N as xml { x @attribute: text }": "A7-L100",
    "struct N as xml { x @1: text }": "A7-L100",
    "struct N as xml { x @text('a'): text }": "A7-L100",
    "struct N as xml { x @attr('a', ns: 'b', ns: 'c'): text }": "A7-L100",
    "struct N as xml { x @element('p:x'): text }": "A7-L101",
    "struct N as xml { x @element('a', ns: 'u v'): text }": "A7-L101",
    "struct N as xml { x @name: text }": "A7-L101",
    "struct N as xml(name: 'a b') { x: text }": "A7-L101",
    "struct N as xml(ns: 'a{b') { x: text }": "A7-L101",
    "struct N as xml(scope: 'x=\"1\"') { x: text }": "A7-L101",
    "struct N as xml { x @attr: any }": "A7-L102",
    "struct N as xml { x @attr: text[1..2][1..2] }": "A7-L102",
    "struct N as xml { x @text: flag }": "A7-L102",
    "struct N as xml { x @content: text }": "A7-L102",
    "struct N as xml { x: text | null }": "A7-L102",
    "struct N as xml { x: map(text, text) }": "A7-L102",
    "struct N as xml { x: text | u8 }": "A7-L007",
    "struct N as xml { x: double }": "A7-L002",
    "struct N as xml { k: u8 select k { 1 => { a: u8 } otherwise => empty } }": "A7-L039",
    "struct N as xml { x: text  y @element('x'): text }": "A7-N004",
    "struct N as xml(shape: 'list') { x: text }": "A7-N022",
    "struct J as json { x: u8 }\nstruct N as xml { x: J }": "A7-L004",
    "struct N as xml { limit attributes = 0 x: text }": "A7-L009",
    "struct N as json { limit attributes = 5 x: text }": "A7-L028",
}


@pytest.mark.parametrize("text", BAD)
def test_what_xml_does_not_have_is_reported(text: str) -> None:
    assert BAD[text] in codes(text)
