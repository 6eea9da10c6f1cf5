"""A JSON or YAML text as a tree of values with their places: what a schema is read from.

Of YAML only plain data is taken: mappings with texts as keys, lists and scalars. Aliases count as what they unfold into, so that
a short text cannot become a huge one; tags, which name programs' types, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from art7.codegen.imports.faults import Faults, Source
from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import json_strict
from art7.grammar.untrusted.positions import ROOT, Positions

Scalar = None | bool | int | float | str

YAML_OCTETS = 512 << 10
_DEPTH = 60
_NODES = 100_000
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@dataclass(slots=True)
class Node:
    """One value: `members` of an object, `items` of a list, else `scalar`; `kind` says which. `key` is where its key stands."""

    kind: str
    span: Span
    scalar: Scalar = None
    members: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: Span | None = None
    size: int = 1

    @property
    def place(self) -> Span:
        """Where to point: at the key, or at the value."""
        return self.key or self.span

    def get(self, name: str) -> Node | None:
        """Return a member of an object."""
        return self.members.get(name)

    def plain(self) -> Any:
        """Return the value without places."""
        if self.kind == "object":
            return {name: node.plain() for name, node in self.members.items()}
        if self.kind == "list":
            return [node.plain() for node in self.items]
        return self.scalar


def read(source: Source, faults: Faults) -> Node | None:
    """Return the tree of a text, or None after reporting why there is none. JSON is told by its first character."""
    start = source.text.lstrip(" \t\r\n")[:1]
    if start in ("{", "[") or source.file.endswith(".json"):
        return _read_json(source, faults)
    return _Yaml(source, faults).read()


def _read_json(source: Source, faults: Faults) -> Node | None:
    limits = json_strict.JsonLimits(depth=_DEPTH, values=_NODES)
    report = Report()
    document = json_strict.loads(
        source.text.encode("utf-8", "replace"),
        report,
        file=source.file,
        floats=True,
        largest=1 << 64,
        limits=limits,
    )
    if document is None:
        if source.file.endswith((".yaml", ".yml")):
            return _Yaml(source, faults).read()
        for found in report.diagnostics:
            faults.mistake(found.code, found.message, found.span, found.help)
        return None
    return _node(document.value, document.positions, ROOT, source)


def _node(value: Any, positions: Positions, at: int, source: Source) -> Node:
    start, end, key_start, key_end = positions._spans[at]
    key = source.span(key_start, key_end) if key_end > key_start >= 0 else None
    span = source.span(start, end)
    if isinstance(value, dict):
        members = {
            name: _node(each, positions, positions.child(at, name) or 0, source)
            for name, each in value.items()
        }
        return Node("object", span, members=members, key=key)
    if isinstance(value, list):
        items = [
            _node(each, positions, positions.child(at, index) or 0, source)
            for index, each in enumerate(value)
        ]
        return Node("list", span, items=items, key=key)
    return Node("scalar", span, value, key=key)


class _Yaml:
    """Builds the tree from the parser's events, with a stack of its own."""

    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults
        self.count = 0
        self.anchors: dict[str, Node] = {}

    def read(self) -> Node | None:
        import yaml  # type: ignore[import-untyped]

        if len(self.source.text) > YAML_OCTETS:
            self.faults.mistake(
                "A7-P205",
                f"more than {YAML_OCTETS} characters of YAML",
                self.source.span(0, 0),
                "split the source",
            )
            return None
        try:
            return self._build(yaml.parse(self.source.text, Loader=yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = mark.index if mark is not None else 0
            message = " ".join(str(error.problem or error.context or "no YAML").split())
            self.faults.mistake(
                "A7-P208", f"this is no YAML: {message}", self.source.span(at, at), "correct it"
            )
        except yaml.YAMLError as error:
            at = getattr(error, "position", 0)
            self.faults.mistake(
                "A7-P208",
                "this is no YAML: a character that it does not have",
                self.source.span(at, at + 1),
                "remove it",
            )
        except (RecursionError, ValueError, OverflowError):
            self.faults.mistake(
                "A7-P208",
                "this is no YAML that can be read",
                self.source.span(0, 0),
                "write plain YAML or JSON",
            )
        return None

    def _build(self, events: Iterator[Any]) -> Node | None:
        root: Node | None = None
        stack: list[Node] = []
        keys: list[tuple[str, Span] | None] = []
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._refuse("a second document", event, "put it into a file of its own")
                    return root
            elif kind == "AliasEvent":
                node = self._alias(event, stack)
                if node is None:
                    return None
                if stack[-1].kind == "object" and keys[-1] is None:
                    keys[-1] = self._key(node)
                else:
                    self._put(stack[-1], node, keys)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                closed = stack.pop()
                keys.pop()
                closed.size = 1 + sum(each.size for each in (*closed.members.values(), *closed.items))
            elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
                self.count += 1
                if self.count > _NODES or len(stack) >= _DEPTH:
                    self.faults.mistake(
                        "A7-P205",
                        "more values, or values more deeply inside others, than are read",
                        self._span(event),
                        "split the source",
                    )
                    return None
                if event.tag is not None and event.tag != "!":
                    self._refuse("a tag", event, "write plain data")
                node = self._node(kind, event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = node
                if stack and stack[-1].kind == "object" and keys[-1] is None:
                    key = self._key(node)
                    keys[-1] = key
                    if kind != "ScalarEvent":
                        stack.append(node)
                        keys.append(None)
                    continue
                if stack:
                    self._put(stack[-1], node, keys)
                else:
                    root = node
                if kind != "ScalarEvent":
                    stack.append(node)
                    keys.append(None)
        return root

    def _alias(self, event: Any, stack: list[Node]) -> Node | None:
        """What an alias stands for, as a value of its own; it counts as all that is in it."""
        known = self.anchors.get(event.anchor)
        if known is None or not stack or any(each is known for each in stack):
            self._refuse("an alias of nothing before it", event, "write the value itself")
            return None
        self.count += known.size
        if self.count > _NODES:
            self.faults.mistake(
                "A7-P205", "aliases that unfold into too much", self._span(event), "write fewer of them"
            )
            return None
        return Node(known.kind, self._span(event), known.scalar, known.members, known.items, size=known.size)

    def _put(self, parent: Node, node: Node, keys: list[tuple[str, Span] | None]) -> None:
        if parent.kind == "list":
            parent.items.append(node)
            return
        found = keys[-1]
        assert found is not None, "a value follows its key"
        keys[-1] = None
        node.key = found[1]
        if found[0] in parent.members:
            self.faults.mistake(
                "A7-P203", f"the key `{found[0][:80]}` is there twice", found[1], "remove one of them"
            )
            return
        parent.members[found[0]] = node

    def _key(self, node: Node) -> tuple[str, Span]:
        if node.kind != "scalar":
            self.faults.mistake("A7-P208", "a key that is no text", node.span, "write plain YAML")
            return "", node.span
        start, end = node.span.start, node.span.end
        return (node.scalar if isinstance(node.scalar, str) else self.source.text[start:end]), node.span

    def _refuse(self, what: str, event: Any, help: str) -> None:
        self.faults.mistake("A7-P208", f"found {what}, expected plain data", self._span(event), help)

    def _span(self, event: Any) -> Span:
        return self.source.span(event.start_mark.index, event.end_mark.index)

    def _node(self, kind: str, event: Any) -> Node:
        if kind == "ScalarEvent":
            plain = event.style is None
            return Node("scalar", self._span(event), self._scalar(event) if plain else event.value)
        return Node("object" if kind == "MappingStartEvent" else "list", self._span(event))

    def _scalar(self, event: Any) -> Scalar:
        """A plain scalar by the core schema of YAML 1.2: `yes` and `on` are texts."""
        text: str = event.value
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text.lower() in ("true", "false") and text in (text.lower(), text.title(), text.upper()):
            return text.lower() == "true"
        if len(text) > 60:
            return text
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            try:
                return float(text)
            except (ValueError, OverflowError):
                return text
        return text
