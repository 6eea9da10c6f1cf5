"""What a text may leave open about octets: their order, members that nobody names, the charset of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from art7.grammar import syntax as t
from art7.grammar.ir import plan as p
from art7.interpreter.prepare import all_steps
from art7.prover.readings.scene import Edits, Point, Scene, Struct, every, members, used_trees

UNKNOWN = ("unknown ignore", "unknown reject unknown_field")


def byte_orders(scene: Scene) -> Iterator[Point]:
    """Integers of several octets whose order is not said, in a module that says it elsewhere."""
    silent = [x for x in scene.structs if x.encoding == "binary" and "order" not in x.options]
    if not silent or not _said(scene, _says_order):
        return
    for struct in silent:
        record, slot = _several_octets(scene, struct)
        root = scene.root(struct)
        if record is None or root is None or struct.words is None:
            continue
        name = struct.node.name.text
        span = struct.node.name.span if struct.node.encoding is None else struct.node.encoding.span
        yield Point(
            "A7-L401",
            "byte-order",
            root,
            span,
            f"the order of octets in `{name}` is left open: `{slot}` has several, and no `order` is stated here",
            "write `order: 'big'` or `order: 'little'`",
            root,
            ((_argued(struct.words, "big"), _argued(struct.words, "little")),),
            f"`{slot}` is another number for a reader who takes the least significant octet first",
        )


def _says_order(node: object) -> bool:
    return (
        isinstance(node, t.Encoding)
        and node.name.text == "binary"
        and any(x.label is not None and x.label.text == "order" for x in node.args)
    )


def _said(scene: Scene, says: Callable[[object], bool]) -> bool:
    """Whether this module, or one that it uses, says such a thing somewhere."""
    if any(says(node) for node in every(scene.tree.encoding)) or _any_struct(scene.tree, says):
        return True
    return any(_any_struct(tree, says) for tree in used_trees(scene))


def _any_struct(tree: t.Module, says: Callable[[object], bool]) -> bool:
    for item in tree.items:
        if isinstance(item, t.Struct) and any(map(says, (item.encoding, *item.members))):
            return True
    return False


def _several_octets(scene: Scene, struct: Struct) -> tuple[p.Record | None, str]:
    """Return the first record of a struct with such an integer, and the integer's name."""
    for record in scene.records(struct):
        for step in all_steps(record.body):
            if isinstance(step, p.Uint | p.FloatOctets) and step.octets > 1:
                return record, record.slots[step.slot].name
            extent = step.extent if isinstance(step, p.Take | p.Region) else None
            if isinstance(step, p.Take | p.Region) and isinstance(extent, p.Prefixed):
                if extent.form == "uint" and extent.octets > 1:
                    return record, record.slots[step.slot].name
    return None, ""


def _argued(words: t.Encoding, order: str) -> Edits:
    if words.args:
        place = words.args[0].span.start
        return ((place, place, f"order: '{order}', "),)
    place = words.name.span.end
    return ((place, place, f"(order: '{order}')"),)


def unknown_members(scene: Scene) -> Iterator[Point]:
    """Records that may get members that nobody names and do not say what becomes of them, where others say it."""
    silent = [x for x in scene.structs if x.is_keyed and x.unknown is None]
    if not silent or not _said(scene, lambda node: isinstance(node, t.Unknown)):
        return
    for struct in silent:
        root = scene.root(struct)
        if root is None:
            continue
        place = scene.inside(struct)
        name = struct.node.name.text
        kept, refused = (((place, place, f"\n    {word}\n"),) for word in UNKNOWN)
        yield Point(
            "A7-L402",
            "unknown-members",
            root,
            struct.node.name.span,
            f"what becomes of members that `{name}` does not name is left open",
            "write `unknown preserve`, `unknown ignore` or `unknown reject ERROR`, as other records do",
            root,
            ((kept, refused),),
            "one reader passes over a member that nobody names, another refuses the message",
            spoil="unknown",
        )


# ---- charsets ------------------------------------------------------------------------------------------------

_TEXT = re.compile(r"\b(?:a|the|as|in) (?:\w+ )?text\b|\bcharacters\b|\bstring\b", re.IGNORECASE)
_CHARSET = re.compile(
    r"utf|ascii|unicode|latin|iso|charset|encod|base64|hex|der\b|seal|cipher|encrypt|json|cbor|xml|pem",
    re.IGNORECASE,
)


def charsets(scene: Scene) -> Iterator[Point]:
    """Texts in octets without a charset."""
    for struct in scene.structs:
        root = scene.root(struct)
        if root is None:
            continue
        for field in members(struct.node.members):
            if _is_coded_text(field) and _has_types(struct):
                yield _coded(scene, field, root)
            elif _is_bytes(field) and _TEXT.search(field.meta.doc) and not _CHARSET.search(field.meta.doc):
                yield _octets(scene, field, root)


def _is_coded_text(field: t.Field) -> bool:
    kind = field.type
    return (
        isinstance(kind, t.Named)
        and kind.name.text == "coded"
        and any(isinstance(x, t.Named) and x.name.text == "text" for x in kind.type_args)
        and not any(x.label is not None and x.label.text == "charset" for x in kind.args)
        and not any(isinstance(x.value, t.Chars) for x in kind.args)
    )


def _has_types(struct: Struct) -> bool:
    """Whether a header says of which kind the text is: then it says the charset too, which nobody reads."""
    names = [
        x.tag.args[0].value
        for x in members(struct.node.members)
        if isinstance(x.tag, t.NamedTag) and x.tag.args
    ]
    return any(isinstance(x, t.Chars) and x.value.lower() == "content-type" for x in names)


def _coded(scene: Scene, field: t.Field, root: str) -> Point:
    kind = field.type
    place = kind.span.end - 1
    readings = tuple(((place, place, f", charset: '{name}'"),) for name in ("utf-8", "iso-8859-1"))
    return _charset(
        field, root, (readings[0], readings[1]), "write `charset: …`, naming the parameter that has it"
    )


def _is_bytes(field: t.Field) -> bool:
    base = field.type.base if isinstance(field.type, t.Extended) else None
    return isinstance(base, t.Named) and base.name.text == "bytes" and not base.args


def _octets(scene: Scene, field: t.Field, root: str) -> Point:
    assert isinstance(field.type, t.Extended), "octets have an extent"
    base = field.type.base.span
    return _charset(
        field, root, (((base.start, base.end, "text"),), ()), "write `text`, or name the charset in its prose"
    )


def _charset(field: t.Field, root: str, settled: tuple[Edits, Edits], advice: str) -> Point:
    name = field.name.text
    return Point(
        "A7-L409",
        "charset",
        f"{root}.{name}",
        field.name.span,
        f"the charset of `{name}` is left open: it is a text in octets, of no stated charset",
        advice,
        root,
        (settled,),
        "the same octets are another text, or none, in another charset",
        spoil="octets",
    )
