"""Digests of structure: two declarations of different offers that are built the same way have the same digest.

Names of modules, prose, places and numbered requirements play no part; names of members do, since an implementer
meets them, and so do sizes, ranges, order and encoding. What a declaration refers to counts by its own digest.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum as PythonEnum
from functools import cached_property
from hashlib import sha256

from art7.grammar.ir.module import Specification
from art7.validator.declarations import qualified

IGNORED = frozenset(
    (
        "doc", "refs", "ref", "span", "data", "since", "deprecated", "requirement", "requirements", "message_text",
        "representations", "origin", "type_text", "erasings", "rules", "scenarios", "file", "vectors",
    )
)  # fmt: skip


class Structures:
    """The digests of one specification, each made once."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._done: dict[str, str] = {}
        self._open: list[str] = []

    @cached_property
    def _nodes(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, module in self._specification.modules.items():
            found |= {each.name: each for each in module.records}
            found |= {each.name: each for each in module.enums}
            found |= {qualified(name, each.name): each for each in module.schedules}
            found |= {qualified(name, each.name): each for each in module.identities}
        return found

    def of(self, name: str) -> str:
        """Return the digest of the record, enum, schedule or identity called `name`; of its name where there is none."""
        if name in self._open:
            return f"cycle {len(self._open) - self._open.index(name)}"
        if name not in self._done:
            self._open.append(name)
            digest = self.of_node(self._nodes.get(name, name), name)
            self._open.pop()
            if self._open:
                return digest  # what was met on the way may hold a cycle that ends further out
            self._done[name] = digest
        return self._done[name]

    def of_node(self, node: object, name: str = "") -> str:
        """Return the digest of any node; `name` is its own, which does not count."""
        return sha256(repr(self._plain(node, name)).encode("utf-8", "backslashreplace")).hexdigest()

    def _plain(self, value: object, own: str) -> object:
        match value:
            case str():
                return "itself" if value == own else self._text(value)
            case PythonEnum():
                return value.name
            case tuple() | list():
                return [self._plain(each, own) for each in value]
            case dict():
                return [[str(key), self._plain(each, own)] for key, each in sorted(value.items())]
            case _ if is_dataclass(value) and not isinstance(value, type):
                shown = (each.name for each in fields(value) if each.compare and each.name not in IGNORED)
                is_root = own != "" and value is self._nodes.get(own)
                return [
                    type(value).__name__,
                    *(self._plain(getattr(value, k), own) for k in shown if not (is_root and k == "name")),
                ]
            case _:
                return repr(value)

    def _text(self, value: str) -> str:
        return self.of(value) if value in self._nodes else value
