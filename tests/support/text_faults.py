"""Faults of texts planted in the catalogue: tokens that take more, patterns with two ways, literals left out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from ambiguities import Edit, Planted, tree_of
from art7.grammar import syntax as t
from art7.grammar.catalogue import catalogue_modules
from art7.prover.readings.scene import every


def _twice(text: str, tree: t.Module) -> Iterator[Edit]:
    """A token with an alternative that it has already."""
    for item in tree.items:
        if isinstance(item, t.Token) and _is_used(text, item):
            body = text[item.pattern.span.start : item.pattern.span.end]
            yield item.pattern.span.start, item.pattern.span.end, f"({body}) | ({body})"


def _is_used(text: str, item: t.Token) -> bool:
    return re.search(rf":\s*{item.name.text}\b", text) is not None


def _wider(text: str, tree: t.Module, sign: str, places: list[str]) -> Iterator[Edit]:
    """A token of some fields that has one sign more, where it is a class of signs."""
    for item in tree.items:
        if isinstance(item, t.Token) and item.name.text in places:
            body = text[item.pattern.span.start : item.pattern.span.end]
            if (
                re.fullmatch(r"\('.*'\)[+*]", body, re.DOTALL)
                and body.count("(") == 1
                and "' '..'~'" not in body
            ):
                yield item.pattern.span.start + 1, item.pattern.span.start + 1, f"{sign} | "


def _line_ends(text: str, tree: t.Module) -> Iterator[Edit]:
    """A token of a line that takes the end of the line."""
    found: list[str] = []
    for node in every(tree.items):
        if isinstance(node, t.LineMember | t.LineType):
            found += [x.type.name.text for x in every(node.members) if _is_named(x)]
    yield from _wider(text, tree, "'\\r\\n' | '\\n'", found)


def _separators(text: str, tree: t.Module) -> Iterator[Edit]:
    """A token of a list with commas that takes a comma."""
    found: list[str] = []
    for node in every(tree.items):
        if isinstance(node, t.Field) and isinstance(node.tag, t.NamedTag) and len(node.tag.args) > 1:
            base = node.type.base if isinstance(node.type, t.Extended) else node.type
            if isinstance(base, t.Named) and any(x.label is not None for x in node.tag.args):
                found.append(base.name.text)
    yield from _wider(text, tree, "','", found)


def _is_named(node: object) -> bool:
    return isinstance(node, t.Field) and isinstance(node.type, t.Named)


def _literals(text: str, tree: t.Module) -> Iterator[Edit]:
    """A literal left out in front of an optional group or of an item of a list."""
    for node in every(tree.items):
        if isinstance(node, t.Field) and (node.optional or isinstance(node.type, t.Extended)):
            base = node.type.base if isinstance(node.type, t.Extended) else node.type
            inner = base.members if isinstance(base, t.Inline) else ()
            if len(inner) > 1 and isinstance(inner[0], t.LiteralMember):
                yield inner[0].span.start, inner[0].span.end, ""


def _claims(text: str, tree: t.Module) -> Iterator[Edit]:
    """A record said to have one form, in an encoding that has several."""
    for item in tree.items:
        words = item.encoding or tree.encoding if isinstance(item, t.Struct) else None
        if words is None or not isinstance(item, t.Struct) or item.generics or not item.meta.doc:
            continue
        if (
            words.name.text in ("json", "xml", "protobuf")
            and "canonical" not in text[words.span.start : words.span.end]
        ):
            place = text.index(item.meta.doc, item.name.span.end) + len(item.meta.doc)
            yield place, place, " It has only one form."


KINDS: dict[str, Callable[[str, t.Module], Iterator[Edit]]] = {
    "two ways": _twice,
    "end of a line": _line_ends,
    "separator": _separators,
    "literal": _literals,
    "one form": _claims,
}


def planted_texts(kind: str, most: int, seed: int = 4) -> list[Planted]:
    """Return `most` modules of the catalogue with a fault of one kind, the same ones for a seed."""
    found: list[Planted] = []
    for name in sorted(catalogue_modules()):
        text, tree = tree_of(name)
        for start, end, new in KINDS[kind](text, tree):
            line = text.count("\n", 0, start) + 1
            found.append(Planted(kind, name, line, text[:start] + new + text[end:]))
    return random.Random(seed).sample(found, min(most, len(found)))
