"""Schemas by reference: `#/$defs/x`, `#anchor`, `other.yaml#/definitions/y`; nothing is fetched from anywhere."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from art7.codegen.imports.faults import Faults, Reader, Source
from art7.codegen.imports.json_schema.nodes import Node, read
from art7.grammar.untrusted.refusal import Refusal
from art7.grammar.untrusted.text import decode_utf8

_OCTETS = 2 << 20


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema: its node, the path of its file as references write it, and where in it (`/properties/a`)."""

    node: Node
    path: str
    pointer: str

    def inner(self, node: Node, *steps: str | int) -> Schema:
        """Return a schema inside this one."""
        return Schema(node, self.path, self.pointer + "".join(f"/{step}" for step in steps))

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart from all others."""
        return self.path, self.pointer


class Documents:
    """Reads the files that references lead to, each once."""

    def __init__(self, root: Node, faults: Faults, reader: Reader) -> None:
        self.roots: dict[str, Node | None] = {"": root}
        self.faults = faults
        self.reader = reader
        self._ids: dict[str, Schema] | None = None

    def find(self, reference: Node, inside: Schema) -> Schema | None:
        """Return the schema that a `$ref` leads to; None after reporting that there is none."""
        text = reference.scalar
        if not isinstance(text, str):
            self.faults.mistake(
                "A7-P200", "expected a text behind `$ref`", reference.place, "write where the schema stands"
            )
            return None
        known = self._identified(text, inside)
        if known is not None:
            return known
        file, _, fragment = text.partition("#")
        if "://" in file:
            self.faults.mistake(
                "A7-P207",
                f"`{text[:120]}` stands elsewhere; nothing is fetched",
                reference.place,
                "put the schema beside the source and refer to it by its path",
            )
            return None
        path = (
            posixpath.normpath(posixpath.join(posixpath.dirname(inside.path), unquote(file)))
            if file
            else inside.path
        )
        root = self._root(path, reference)
        if root is None:
            return None
        found = self._at(root, unquote(fragment))
        if found is None:
            self.faults.mistake(
                "A7-P204", f"`{text[:120]}` leads to no schema", reference.place, "correct the reference"
            )
            return None
        return Schema(found, path, fragment.rstrip("/"))

    def _root(self, path: str, reference: Node) -> Node | None:
        if path in self.roots:
            return self.roots[path]
        self.roots[path] = None
        given = self.reader(path)
        if given is None:
            self.faults.mistake(
                "A7-P207",
                f"the file `{path[:200]}` is not there, not below the folder of the source, or cannot be "
                "read",
                reference.place,
                "put it beside the source",
            )
            return None
        shown, data = given
        try:
            text = decode_utf8(data, shown, _OCTETS)
        except Refusal:
            self.faults.mistake(
                "A7-P207", f"the file `{path[:200]}` is no text in UTF-8", reference.place, "save it as UTF-8"
            )
            return None
        self.faults.report.sources[shown] = text
        self.roots[path] = read(Source(text, shown), self.faults)
        return self.roots[path]

    def _at(self, root: Node, fragment: str) -> Node | None:
        if fragment and not fragment.startswith("/"):
            return _anchored(root, fragment)
        node: Node | None = root
        for step in fragment.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if node is None:
                return None
            if node.kind == "list":
                node = (
                    node.items[int(name)]
                    if name.isdecimal() and len(name) < 7 and int(name) < len(node.items)
                    else None
                )
            else:
                node = node.get(name)
        return node

    def _identified(self, text: str, inside: Schema) -> Schema | None:
        """A schema inside the source whose `$id` the reference is."""
        if self._ids is None:
            self._ids = {}
            root = self.roots[""]
            if root is not None:
                _note_ids(Schema(root, "", ""), self._ids)
        address, _, fragment = text.partition("#")
        found = self._ids.get(address) if address else None
        if found is None:
            return None
        node = self._at(found.node, unquote(fragment))
        return None if node is None else Schema(node, found.path, found.pointer + fragment.rstrip("/"))


def _anchored(root: Node, name: str) -> Node | None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for word in ("$anchor", "$dynamicAnchor"):
            anchor = node.get(word)
            if anchor is not None and anchor.scalar == name:
                return node
        waiting += [*node.members.values(), *node.items]
    return None


def _note_ids(schema: Schema, found: dict[str, Schema]) -> None:
    waiting = [schema]
    while waiting:
        at = waiting.pop()
        given = at.node.get("$id")
        if given is not None and isinstance(given.scalar, str):
            found.setdefault(given.scalar.rstrip("#"), at)
        for name, node in at.node.members.items():
            if node.kind != "scalar":
                waiting.append(at.inner(node, name.replace("~", "~0").replace("/", "~1")))
        for index, node in enumerate(at.node.items):
            if node.kind != "scalar":
                waiting.append(at.inner(node, index))
