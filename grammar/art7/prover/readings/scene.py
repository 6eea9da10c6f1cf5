"""The text of a module as the reader of a specification has it: its tree, its records, and what could be written in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Report, Span
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Record, Slot
from art7.grammar.parse import parse

Edit = tuple[int, int, str]
"""From which character to which, and what stands there instead."""

Edits = tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """What a text leaves open. `settled`: pairs of readings, each as what is to be written to have it.

    `record` is the one whose messages show the difference; `says` tells it in a phrase. `spoil` are made from
    messages of the record: `unknown` puts a member in that nobody names, `letters` changes the case of `words`.
    """

    code: str
    question: str
    subject: str
    span: Span
    message: str
    help: str
    record: str
    settled: tuple[tuple[Edits, Edits], ...]
    says: str
    related: tuple[Related, ...] = ()
    spoil: str = ""
    words: tuple[str, ...] = ()
    member: str = ""
    """The member that `words` are compared with."""
    others: tuple[str, ...] = ()
    """Records whose messages are tried as well."""


@dataclass(frozen=True, slots=True)
class Struct:
    """A record as written: its encoding, whose words may be the module's."""

    node: t.Struct
    encoding: str
    words: t.Encoding | None
    options: dict[str, str | bool]

    @property
    def is_keyed(self) -> bool:
        """Whether members are found by name or number, so that there may be others."""
        if self.encoding in ("protobuf", "json", "cbor", "xml"):
            return self.options.get("shape", "object") in ("object", "map", "element")
        return self.encoding == "text" and any(is_header(x) for x in members(self.node.members))

    @property
    def unknown(self) -> t.Unknown | None:
        """What it says of other members."""
        return next((x for x in self.node.members if isinstance(x, t.Unknown)), None)


def is_header(field: t.Field) -> bool:
    """Whether a field is a header."""
    return isinstance(field.tag, t.NamedTag) and field.tag.name.text == "header"


@dataclass(slots=True)
class Scene:
    """One module with its text."""

    specification: Specification
    module: Module
    text: str
    tree: t.Module
    structs: list[Struct] = field(default_factory=list)

    @classmethod
    def of(cls, specification: Specification, module: Module) -> Scene | None:
        """Return the scene of a module; nothing where its text is not known or cannot be read."""
        text = specification.texts.get(module.name)
        tree = parse(text, module.file, Report()) if text is not None else None
        if text is None or tree is None:
            return None
        scene = cls(specification, module, text, tree)
        scene.structs = [_struct(item, tree) for item in tree.items if isinstance(item, t.Struct)]
        return scene

    def name(self, struct: Struct) -> str:
        """Return the qualified name of a record."""
        return f"{self.module.name}.{struct.node.name.text}"

    def records(self, struct: Struct) -> list[Record]:
        """Return what a record became: itself or its instances, and the bodies within."""
        name = self.name(struct)
        return [
            x for x in self.module.records if x.name == name or x.name.startswith((f"{name}.", f"{name}<"))
        ]

    def root(self, struct: Struct) -> str | None:
        """Return the record that can be read alone."""
        found = self.records(struct)
        return next((x.name for x in found if not any(param.implicit for param in x.params)), None)

    def source(self, node: t.Node) -> str:
        """Return the text of a node."""
        return self.text[node.span.start : node.span.end]

    def inside(self, struct: Struct) -> int:
        """Return the place behind the brace that opens a record."""
        first = struct.node.members[0].span.start if struct.node.members else struct.node.span.end
        return self.text.rindex("{", struct.node.name.span.end, first) + 1

    def written(self, edits: Edits) -> str:
        """Return the text with changes."""
        text = self.text
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def _struct(node: t.Struct, tree: t.Module) -> Struct:
    words = node.encoding if node.encoding is not None else tree.encoding
    if words is None:
        return Struct(node, "binary", None, {})
    found = {
        x.label.text: x.value.value
        for x in words.args
        if x.label is not None and isinstance(x.value, t.Chars | t.Bool)
    }
    return Struct(node, words.name.text, words, found)


def members(nodes: tuple[Any, ...]) -> Iterator[t.Field]:
    """Yield the fields of a body, those of bodies within it too."""
    for node in nodes:
        if isinstance(node, t.Field):
            yield node
            base = node.type.base if isinstance(node.type, t.Extended) else node.type
            if isinstance(base, t.Inline | t.LineType):
                yield from members(base.members)
            elif isinstance(base, t.SelectType):
                yield from members(tuple(arm.target for arm in base.arms))
            elif isinstance(base, t.Named) and base.members is not None:
                yield from members(base.members)
        elif isinstance(node, t.LineMember | t.Inline):
            yield from members(node.members)
        elif isinstance(node, t.Select):
            yield from members(tuple(arm.target for arm in node.arms))


def every(node: Any) -> Iterator[Any]:
    """Yield a node and all within it."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting.extend(reversed(here))
        elif isinstance(here, t.Node | t.Meta):
            yield here
            waiting.extend(getattr(here, part.name) for part in reversed(fields(here)))


def clause(field: t.Field, *kinds: type) -> bool:
    """Whether a field has a clause of one of `kinds`."""
    return any(isinstance(x, kinds) for x in field.clauses)


def slots_of(scene: Scene, struct: Struct) -> dict[int, Slot]:
    """Return the slot of each field, by where its name stands."""
    slots = [slot for record in scene.records(struct) for slot in record.slots]
    return {slot.span.start: slot for slot in slots if slot.span.line and slot.is_api}


def used_trees(scene: Scene) -> Iterator[t.Module]:
    """Yield the trees of the modules that this one uses."""
    for name in scene.module.uses:
        text = scene.specification.texts.get(name)
        tree = parse(text, name, Report()) if text is not None else None
        if tree is not None:
            yield tree
