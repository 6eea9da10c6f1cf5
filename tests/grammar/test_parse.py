"""What each construct becomes."""

from __future__ import annotations

import pytest

import specimen
from art7.grammar import syntax
from art7.grammar.syntax import Binary, Count, Extended, Field, Int, NameRef, Octets, Prefix, Rest, Until
from specimen import HEAD, member, tree


def value_of(text: str) -> syntax.Expr:
    item = tree(f"{HEAD}const c: u8 = {text}").items[0]
    assert isinstance(item, syntax.Const)
    return item.value


def shape(value: syntax.Expr) -> str:
    """An expression with every operator in parentheses."""
    match value:
        case Binary():
            return f"({shape(value.left)} {value.op} {shape(value.right)})"
        case syntax.Unary():
            return f"({value.op} {shape(value.operand)})"
        case NameRef():
            return value.name
        case Int():
            return str(value.value)
        case syntax.Attr():
            return f"{shape(value.base)}.{value.name.text}"
        case syntax.Call():
            return f"{shape(value.function)}({', '.join(shape(a.value) for a in value.args)})"
    return type(value).__name__


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b and not c == d", "(a or (b and (not (c == d))))"),
        ("a << 7 | b & 1", "(((a << 7) | b) & 1)"),
        ("a + b * 2 - c", "((a + (b * 2)) - c)"),
        ("a - b - c", "((a - b) - c)"),
        ("-a.b + ~c", "((- a.b) + (~ c))"),
        ("a ++ b == c ++ d", "((a ++ b) == (c ++ d))"),
        ("(a + b) * 2 % 3", "(((a + b) * 2) % 3)"),
        ("f(a, g(b).c) < 3", "(f(a, g(b).c) < 3)"),
    ],
)
def test_operators_bind_as_documented(text, expected):
    assert shape(value_of(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0x1F", 31), ("0b101", 5), ("65_536", 65536), ("9" * 40, int("9" * 40)), ("0xFFFF_FFFF", 0xFFFFFFFF)],
)
def test_integers(text, expected):
    value = value_of(text)
    assert isinstance(value, Int) and value.value == expected and value.text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("250ms", 250), ("60s", 60_000), ("5min", 300_000), ("24h", 86_400_000), ("30d", 2_592_000_000)],
)
def test_durations(text, expected):
    assert value_of(text) == syntax.Duration(specimen.tree(HEAD).span, expected)


def test_data_and_octets():
    assert value_of(r"'a\r\n\'\x41\u{1F600}'") == syntax.Chars(tree(HEAD).span, "a\r\n'A\U0001f600")
    assert value_of("x'80 60\n 0 1'") == syntax.Hex(tree(HEAD).span, b"\x80\x60\x01")


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "ranged"),
    [
        ("[3]", Count, 3, None, False),
        ("[2..9]", Count, 2, 9, True),
        ("[1..]", Count, 1, None, True),
        ("[size 4]", Octets, 4, None, False),
        ("[size 0..254]", Octets, 0, 254, True),
        ("[size ..254]", Octets, None, 254, True),
    ],
)
def test_bounds_of_extents(text, kind, low, high, ranged):
    found = member(f"a: u8{text}")
    assert isinstance(found, Field) and isinstance(found.type, Extended)
    extent = found.type.extents[0]
    assert isinstance(extent, kind)
    assert [end and end.value for end in (extent.low, extent.high)] == [low, high] and extent.ranged == ranged


def test_other_extents_keep_their_limit():
    for text, kind in (("rest", Rest), ("prefix u16", Prefix), (r"until '\n'", Until), ("", syntax.Natural)):
        found = member(f"a: u8[{text} max 9]")
        assert isinstance(found, Field) and isinstance(found.type, Extended)
        extent = found.type.extents[0]
        assert isinstance(extent, kind) and isinstance(extent.max, Int) and extent.max.value == 9


def test_generic_types_nest_and_close_together():
    found = member("a: Vector<Vector<Pair<u8, Leaf>>>= 3")
    assert isinstance(found, Field) and isinstance(found.type, syntax.Named)
    inner = found.type.type_args[0]
    assert isinstance(inner, syntax.Named) and inner.type_args[0].name.text == "Pair"
    assert isinstance(found.clauses[0], syntax.Value)


def test_words_of_the_language_are_good_names():
    words = sorted(word for word in specimen_words() if word.isalpha())
    assert len(words) > 90
    fields = " ".join(f"{word}: u8" for word in words)
    item = tree(f"{HEAD}struct S as binary {{ {fields} }}").items[0]
    assert [m.name.text for m in item.members] == words
    enum = tree(f"{HEAD}enum E: u8 {{ {' '.join(f'{w} = {n}' for n, w in enumerate(words))} }}").items[0]
    assert [entry.name.text for entry in enum.items] == words
    values = {w for w in words if w not in ("if", "not", "every", "some", "true", "false", "null")}
    for word in sorted(values):
        assert shape(value_of(f"x.{word} + {word}.x")) == f"(x.{word} + {word}.x)"


def specimen_words() -> dict[str, str]:
    from art7.grammar.tables import load_tables

    return load_tables().literals


@pytest.mark.parametrize("word", ["class", "None", "__init__", "self", "decode", "mro", "match", "_", "if"])
def test_reserved_names_of_a_target_are_plain_names_here(word):
    found = member(f"`{word}`: u8")
    assert isinstance(found, Field) and found.name.text == word


def test_documentation_is_joined_and_citations_are_split():
    module = tree('a7 1\nmodule x version 1.0 "One." "Two." ref RFC8489#14.2 ref DRAFT-mimi-content')
    assert module.meta.doc == "One. Two."
    assert [(r.document, r.section) for r in module.meta.refs] == [
        ("RFC8489", "14.2"),
        ("DRAFT-mimi-content", None),
    ]


def test_default_encoding_of_a_module():
    module = tree(HEAD + "use a.b\nencoding tls(vector: 'varint')\nstruct S { a: u8 }")
    assert module.encoding is not None and module.encoding.name.text == "tls"
    assert [type(item).__name__ for item in module.items] == ["Use", "Struct"]


def test_every_node_spans_its_own_text():
    from art7.grammar.format import _nodes

    module = tree(specimen.EVERY)
    seen = set()
    for node in _nodes(module):
        text = specimen.EVERY[node.span.start : node.span.end]
        seen.add(type(node).__name__)
        assert text.strip() == text, node
        if isinstance(node, syntax.Name):
            assert text.strip("`") == node.text
        if isinstance(node, syntax.Requirement):
            assert text.startswith(node.level)
        before = specimen.EVERY[: node.span.start]
        assert node.span.line == before.count("\n") + 1
        assert node.span.column == len(before) - before.rfind("\n")
    assert len(seen) > 85


def test_trees_are_equal_when_they_say_the_same():
    assert tree(HEAD + "const a: u8 = 0x10") == tree(HEAD + "\n\nconst a:u8=16 // here")
    assert tree(HEAD + "const a: u8 = 1") != tree(HEAD + "const a: u8 = 2")
