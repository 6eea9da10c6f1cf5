"""What is printed: names are safe, runs repeat byte for byte, nothing in a text becomes code."""

from __future__ import annotations

import ast
import time
from dataclasses import replace

import pytest

from art7.codegen.names import Scope, class_name, constant_name, identifier, package_names
from art7.codegen.python.module_text import module_source
from art7.codegen.python.package import VENDORED
from art7.codegen.python.record_facts import walk_steps
from art7.codegen.python.vendoring import vendored
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources


def specification(name: str) -> Specification:
    found = catalogue_text(name)
    assert found is not None
    return load_sources(dict([found]), Report())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class", "class_"),
        ("self", "self"),
        ("m.relates_to", "m_relates_to"),
        ("9lives", "n9lives"),
        ("__init__", "init__"),
        ("\ufb01le", "file"),
        ("n\u0430me", "nu430me"),
        ("", "n"),
    ],
)
def test_identifiers_are_public_and_legal(text: str, name: str) -> None:
    assert identifier(text) == name
    assert name.isidentifier() and not name.startswith("_")


def test_second_holders_are_numbered_in_order() -> None:
    scope = Scope(("a",))
    assert [scope.claim(name) for name in ("a", "b", "a", "a_2")] == ["a_2", "b", "a_3", "a_2_2"]


def test_classes_and_constants() -> None:
    assert class_name("Pair<u8,Leaf>") == "PairU8Leaf"
    assert class_name("Exception") == "Exception_"
    assert constant_name("useCandidate") == "USE_CANDIDATE"


@pytest.mark.parametrize("name", sorted(catalogue_modules()))
def test_text_is_python_and_repeats(name: str) -> None:
    spec = specification(name)
    again = specification(name)
    for module in spec.modules.values():
        first = module_source(spec, module)
        second = module_source(again, again.modules[module.name])
        assert first == second
        for text in (first.fast, first.explain):
            ast.parse(text)
            assert not any(line != line.rstrip() for line in text.splitlines())


def test_nesting_stays_flat() -> None:
    for name in ("ietf.stun", "ietf.rtp", "ietf.mls", "ietf.rtcp"):
        spec = specification(name)
        for module in spec.modules.values():
            deepest = max(
                len(line) - len(line.lstrip()) for line in module_source(spec, module).fast.splitlines()
            )
            assert deepest <= 4 * 16, name


def test_hostile_texts_stay_texts() -> None:
    spec = specification("signal.envelope")
    module = spec.modules["signal.envelope"]
    bad = '"""\nimport os\n\\N{BULLET}\\" \u202e'
    records = tuple(
        replace(record, doc=bad, refs=(bad,), slots=tuple(replace(slot, doc=bad) for slot in record.slots))
        for record in module.records
    )
    hostile = replace(module, doc=bad, refs=(bad,), records=records)
    text = module_source(Specification({module.name: hostile}), hostile)
    tree = ast.parse(text.fast)
    assert not any(isinstance(node, ast.Import) and node.names[0].name == "os" for node in ast.walk(tree))
    assert "\u202e" not in text.fast


def test_every_step_and_expression_has_a_row() -> None:
    from art7.codegen.python.careful_decode import CAREFUL_STEPS
    from art7.codegen.python.careful_encode import WRITE_CAREFULLY
    from art7.codegen.python.octets_decode import STEPS
    from art7.codegen.python.octets_encode import WRITE_STEPS
    from art7.grammar.ir import plan as p
    from art7.grammar.ir.plan import Step

    trees = {p.Scalar, p.AnyNode, p.Items, p.Members, p.Object, p.Array, p.Tag, p.Wrap, p.Child, p.Kinds}
    octets = {step for step in Step.__args__ if step not in trees}
    for table in (STEPS, CAREFUL_STEPS):
        assert octets <= set(table)
    for table in (WRITE_STEPS, WRITE_CAREFULLY):
        assert octets - {p.Align} <= set(table)


def test_printing_a_thousand_messages_is_quick() -> None:
    spec = specification("ietf.stun")
    module = spec.modules["ietf.stun"]
    names = package_names(spec)
    steps = sum(1 for record in module.records for _ in walk_steps(record.body))
    started = time.process_time()
    module_source(spec, module, names)
    # A message of ten members has about thirty steps: a thousand of them in some seconds on any machine.
    assert (time.process_time() - started) / steps < 0.005


def test_support_holds_what_modules_import() -> None:
    for name in ("ietf.stun", "signal.ratchet"):
        spec = specification(name)
        for module in spec.modules.values():
            imports, body = vendored(module_source(spec, module).support, VENDORED)
            ast.parse("\n".join(imports) + "\n" + body)
            assert not any("art7" in line for line in imports)
