"""Two versions of identities, resolutions, layers and requirements of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import Bind, Identity, Module, Resolution
from art7.prover.answers import Standing
from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW, Change, Level, Sequence
from art7.prover.changes.match import paired
from art7.prover.changes.patterns import differing_texts
from art7.prover.changes.plain import Names, plain
from art7.prover.changes.rules import compare_requirements

_BOTH = (OLD_TO_NEW, NEW_TO_OLD)


def compare_identities(old: Module, new: Module, names: Names) -> Iterator[Change]:
    """Return what changed in identifiers and in how they are resolved."""
    pairs = paired(
        {_short(x.name): x for x in old.identities},
        {_short(x.name): x for x in new.identities},
        lambda each: each.pattern,
    )
    yield from _gone_and_come(pairs, new.name, "identity")
    for one, other in (*pairs.same, *pairs.renamed):
        yield from _identity(one, other, f"{new.name}.{_short(other.name)}", names)
    ways = paired(
        {_short(x.name): x for x in old.resolutions},
        {_short(x.name): x for x in new.resolutions},
        lambda x: plain(x.routes, None, names),
    )
    yield from _gone_and_come(ways, new.name, "resolution")
    for before, after in (*ways.same, *ways.renamed):
        yield from _resolution(before, after, f"{new.name}.{_short(after.name)}", names)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _gone_and_come(pairs: Any, module: str, kind: str) -> Iterator[Change]:
    for each in pairs.removed:
        yield Change(Level.OBLIGATION, f"{module}.{_short(each.name)}", f"the {kind} is gone", each.span)
    for each in pairs.added:
        yield Change(Level.OBLIGATION, f"{module}.{_short(each.name)}", f"the {kind} is new", new=each.span)
    for one, other in pairs.renamed:
        yield Change(
            Level.SOURCE,
            f"{module}.{_short(other.name)}",
            f"`{_short(one.name)}` is called `{_short(other.name)}`",
            one.span,
            other.span,
        )


def _identity(old: Identity, new: Identity, subject: str, names: Names) -> Iterator[Change]:
    if old.pattern != new.pattern:
        yield _patterns(old, new, subject)
    if plain(old.canonical, None, names) != plain(new.canonical):
        yield Change(Level.OBLIGATION, subject, "the canonical form is another one", old.span, new.span)
    before, after = dict(old.properties), dict(new.properties)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            what = f"`{key}` is {after.get(key)!r}, was {before.get(key)!r}"
            yield Change(Level.OBLIGATION, subject, what, old.span, new.span)
    yield from _rules(old, new, subject, names)


def _patterns(old: Identity, new: Identity, subject: str) -> Change:
    """Texts that only one version takes for an identifier, by the automata of both patterns."""
    change = Change(Level.WIRE, subject, "other texts are identifiers", old.span, new.span, _BOTH)
    found = differing_texts(old.pattern, new.pattern)
    if found is None:
        change.standing, change.detail = Standing.NOT_PROVEN, "the two patterns are too large to compare"
        return change
    for text, by in zip(found, ("old", "new"), strict=True):
        if text is not None:
            change.shown = (*change.shown, Sequence(subject, (f"the identifier {text!r}",), by))
            change.standing = Standing.REFUTED
    return change


def _resolution(old: Resolution, new: Resolution, subject: str, names: Names) -> Iterator[Change]:
    parts = ("params", "result", "requires", "lets", "routes", "order", "cache_seconds", "otherwise")
    for part in parts:
        before, after = plain(getattr(old, part), None, names), plain(getattr(new, part))
        if before != after:
            weakens = (
                "something is no longer required before resolving"
                if part == "requires" and len(after) < len(before)
                else ""
            )
            what = f"`{part}` is another one"
            yield Change(Level.OBLIGATION, subject, what, old.span, new.span, (), weakens)
    yield from _rules(old, new, subject, names)


def _rules(old: Any, new: Any, subject: str, names: Names) -> Iterator[Change]:
    conditions = [
        {name: plain(condition, None, known) for name, condition, _ in each.conditions}
        for each, known in ((old, names), (new, Names()))
    ]
    for change in compare_requirements(
        old.requirements, new.requirements, subject, (conditions[0], conditions[1]), (old.span, new.span)
    ):
        change.expects = ()
        yield change
    if (old.doc, old.refs) != (new.doc, new.refs):
        yield Change(Level.TEXT, subject, "its prose reads otherwise", old.span, new.span)


def compare_modules(old: Module, new: Module, names: Names) -> Iterator[Change]:
    """Return what changed in what belongs to a module as a whole."""
    for change in compare_requirements(
        old.requirements, new.requirements, new.name, ({}, {}), (_start(old), _start(new))
    ):
        change.expects = ()
        yield change
    for name, before, after in (
        ("version", old.version, new.version),
        ("prose", (old.doc, old.refs), (new.doc, new.refs)),
        ("modules in use", old.uses, new.uses),
        ("numbers of general refusals", [plain(x) for x in old.refusals], [plain(x) for x in new.refusals]),
    ):
        if before != after:
            shown = f" is {after}, was {before}" if name == "version" else " changed"
            yield Change(Level.TEXT, new.name, f"{name}{shown}", _start(old), _start(new))
    vectors = [[plain(x, None, names) for x in module.vectors] for module in (old, new)]
    if vectors[0] != vectors[1]:
        counts = sum(x not in vectors[1] for x in vectors[0]), sum(x not in vectors[0] for x in vectors[1])
        yield Change(
            Level.TEXT, new.name, f"vectors: {counts[0]} gone, {counts[1]} new", _start(old), _start(new)
        )
    yield from _binds(old, new, names)


def _start(module: Module) -> Span:
    return Span(module.file, 1, 1, 1, 1)


def _binds(old: Module, new: Module, names: Names) -> Iterator[Change]:
    before, after = {plain(x, None, names): x for x in old.binds}, {plain(x): x for x in new.binds}
    for key in [*before, *(each for each in after if each not in before)]:
        if key not in after or key not in before:
            bind: Bind = after[key] if key in after else before[key]
            word = "new" if key in after else "gone"
            what = f"the layer `{bind.target}` in `{bind.slot}` is {word}"
            yield Change(
                Level.OBLIGATION, bind.record, what, _start(old), bind.span if key in after else _start(new)
            )
