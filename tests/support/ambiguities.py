"""Ambiguities planted in the catalogue: what settles a point is taken out of a module's text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from art7.grammar import syntax as t
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Module, Specification
from art7.grammar.load import load_sources
from art7.grammar.parse import parse
from art7.interpreter.vectors import check_vectors
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.readings.scene import every

Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """A module's text with one ambiguity."""

    kind: str
    module: str
    line: int
    text: str


def tree_of(name: str) -> tuple[str, t.Module]:
    """Return the text and the tree of a module of the catalogue."""
    found = catalogue_text(name)
    assert found is not None, "it is in the catalogue"
    text = found[1].decode() if isinstance(found[1], bytes) else found[1]
    tree = parse(text, name, Report())
    assert tree is not None, "the catalogue can be read"
    return text, tree


def _orders(text: str, tree: t.Module) -> Iterator[Edit]:
    """No order of octets, where a record has integers of several."""
    for item in tree.items:
        if not isinstance(item, t.Struct) or item.encoding is None:
            continue
        wide = re.search(
            r":\s*[ui](16|24|32|48|64|128)\b|prefix u(16|24|32)", text[item.span.start : item.span.end]
        )
        for argument in item.encoding.args:
            if wide and argument.label is not None and argument.label.text == "order":
                rest = re.match(r",\s*", text[argument.span.end :])
                yield argument.span.start, argument.span.end + (rest.end() if rest else 0), ""


def _policies(text: str, tree: t.Module) -> Iterator[Edit]:
    """No word on unknown members."""
    for item in tree.items:
        if isinstance(item, t.Struct) and not re.search(r"\bunknown\b(?! (?:preserve|ignore|reject))", text):
            yield from ((x.span.start, x.span.end, "") for x in item.members if isinstance(x, t.Unknown))


def _defaults(text: str, tree: t.Module) -> Iterator[Edit]:
    """A member that may be absent, its default forgotten."""
    for field in every(tree.items):
        if isinstance(field, t.Field) and text[field.type.span.start : field.type.span.end] in (
            "bool",
            "MessageType",
        ):
            for clause in field.clauses:
                if isinstance(clause, t.Default) and not field.optional:
                    colon = text.index(":", field.tag.span.end if field.tag else field.name.span.end)
                    head = text[:colon][field.name.span.end :]
                    yield field.name.span.end, clause.span.end, f"{head}?{text[colon : clause.span.start]}"


def _forgotten(text: str, tree: t.Module) -> Iterator[Edit]:
    """A default left out, so that the member must be there."""
    for field in every(tree.items):
        if isinstance(field, t.Field):
            yield from ((x.span.start, x.span.end, "") for x in field.clauses if isinstance(x, t.Default))


def _absences(text: str, tree: t.Module) -> Iterator[Edit]:
    """Prose that no longer says what absence means."""
    yield from ((x.start(), x.end(), '."') for x in re.finditer(r'; absent: [^"]*"', text))


def _folds(text: str, tree: t.Module) -> Iterator[Edit]:
    """One comparison without regard to case that is made as it stands."""
    for call in every(tree.items):
        if (
            isinstance(call, t.Call)
            and isinstance(call.function, t.NameRef)
            and call.function.name in ("lower", "upper")
        ):
            inner = call.args[0].value.span
            yield call.span.start, call.span.end, text[inner.start : inner.end]


def _selections(text: str, tree: t.Module) -> Iterator[Edit]:
    """A layer that is bound whatever the message says."""
    for item in tree.items:
        if isinstance(item, t.Bind) and item.condition is not None:
            start = text.rindex("when", item.type.span.end, item.condition.span.start)
            yield start, item.condition.span.end, ""


def _units(text: str, tree: t.Module) -> Iterator[Edit]:
    """A quantity without prose."""
    name = re.compile(r"timeout|duration|lifetime|ttl|expires|timestamp|_ts$|delay")
    for field in every(tree.items):
        if (
            isinstance(field, t.Field)
            and name.search(field.name.text)
            and re.search("second|milli|tick", field.meta.doc)
        ):
            place = text.index(f'"{field.meta.doc[:5]}', field.type.span.end)
            yield place, text.index('"', place + 1) + 1, ""


def _deferrals(text: str, tree: t.Module) -> Iterator[Edit]:
    """A requirement in prose that leaves it to the reader."""
    words = ("as appropriate", "where needed", "in a reasonable way", "if possible")
    for rule in every(tree.items):
        if isinstance(rule, t.Requirement) and isinstance(rule.condition, t.Manual):
            end = text.index('"', text.index('"', rule.condition.span.end) + 1)
            yield end, end, f" This is done {words[end % len(words)]}."


def _closings(text: str, tree: t.Module) -> Iterator[Edit]:
    """An enum that does not say whether there may be others."""
    for item in tree.items:
        if isinstance(item, t.Enum) and item.openness:
            place = text.index(item.openness, item.base.span.end)
            yield place, place + len(item.openness), ""


def _rests(text: str, tree: t.Module) -> Iterator[Edit]:
    """A choice that does not say what other values mean."""
    for node in every(tree.items):
        if isinstance(node, t.Select | t.SelectType):
            yield from ((x.span.start, x.span.end, "") for x in node.arms if not x.cases)


def _charsets(text: str, tree: t.Module) -> Iterator[Edit]:
    """A text in octets without its charset."""
    for found in re.finditer(r", charset: [^)]*\)", text):
        yield found.start(), found.end(), ")"


KINDS: dict[str, Callable[[str, t.Module], Iterator[Edit]]] = {
    "byte order": _orders,
    "unknown members": _policies,
    "default": _defaults,
    "default forgotten": _forgotten,
    "absence": _absences,
    "case": _folds,
    "selection": _selections,
    "unit": _units,
    "deferral": _deferrals,
    "open or closed": _closings,
    "other values": _rests,
    "charset": _charsets,
}


def planted(kind: str, most: int, seed: int = 4) -> list[Planted]:
    """Return `most` modules of the catalogue with an ambiguity of one kind, the same ones for a seed."""
    found: list[Planted] = []
    for name in sorted(catalogue_modules()):
        text, tree = tree_of(name)
        for start, end, new in KINDS[kind](text, tree):
            line = text.count("\n", 0, start) + 1
            found.append(Planted(kind, name, line, text[:start] + new + text[end:]))
    return random.Random(seed).sample(found, min(most, len(found)))


Prove = Callable[[Specification, Module, Budget], Iterable[Answer]]


def share_found(modules: Iterable[Planted], prove: Prove) -> tuple[int, list[str]]:
    """Return how many of the planted faults are found, in loading, by vectors or by a family, and the others' places."""
    found, missed = 0, []
    for planted_module in modules:
        report = Report()
        specification = load_sources({"planted.a7": planted_module.text}, report)
        module = next((x for x in specification.modules.values() if x.file == "planted.a7"), None)
        if module is not None and not report.has_errors:
            check_vectors(specification, module, report)
        told = report.has_errors or (
            module is not None and any(x.finding is not None for x in prove(specification, module, Budget()))
        )
        found += told
        if not told:
            missed.append(f"{planted_module.module}:{planted_module.line}")
    return found, missed
