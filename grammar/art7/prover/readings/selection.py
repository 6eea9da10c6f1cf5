"""Two meanings for the same octets and nothing that chooses: layers that are bound alike, messages that look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, islice

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir.expression import Attribute, Binary, Bounds, Expr, InRanges, Literal, LocalRef, SlotRef
from art7.grammar.ir.plan import Record
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.prover.readings.scene import Edits, Point, Scene, every
from art7.prover.samples import samples

MOST = 16
"""Messages of each record that are tried on the other."""


def layers(scene: Scene) -> Iterator[Point]:
    """Two `bind`s of one field whose conditions can hold together."""
    for one, other in combinations(scene.module.binds, 2):
        if (one.record, one.slot) != (other.record, other.slot) or one.target == other.target:
            continue
        if _apart(_demands(one.condition), _demands(other.condition)):
            continue
        where = f"{one.record.rpartition('.')[2]}.{one.slot}"
        names = one.target.rpartition(".")[2], other.target.rpartition(".")[2]
        settled = _chosen(scene, one.target, other.target)
        yield Point(
            "A7-L407",
            "two-layers",
            f"{one.record}.{one.slot}",
            other.span,
            f"what `{where}` carries is left open: `{names[0]}` and `{names[1]}` can be meant by the same message",
            "give each `bind` a `when` that excludes the other",
            _CHOSEN.format(scene.module.name),
            (settled,) if settled is not None else (),
            f"one reader takes the octets for `{names[0]}`, another for `{names[1]}`",
            (Related(f"`{names[0]}` is bound here", one.span),),
            others=(one.target, other.target),
        )


Demands = Mapping[Expr, tuple[Bounds, ...]]


def _demands(condition: Expr | None) -> Demands:
    """Return what a condition demands of each thing that it names; what it says otherwise is not seen."""
    match condition:
        case Binary(op="and", left=left, right=right):
            found = dict(_demands(left))
            for thing, ranges in _demands(right).items():
                found.setdefault(thing, ranges)
            return found
        case Binary(op="or", left=left, right=right):
            one, two = _demands(left), _demands(right)
            return {thing: one[thing] + two[thing] for thing in one if thing in two}
        case Binary(op="==", left=LocalRef() | SlotRef() | Attribute() as thing, right=Literal(value=value)):
            return _equal(thing, value)
        case Binary(op="==", left=Literal(value=value), right=LocalRef() | SlotRef() | Attribute() as thing):
            return _equal(thing, value)
        case InRanges(operand=operand, ranges=ranges):
            return {operand: ranges}
        case _:
            return {}


def _equal(thing: Expr, value: object) -> Demands:
    if isinstance(value, str):
        return {thing: ((value, value),)}
    return {thing: ((int(value), int(value)),)} if isinstance(value, int) else {}


def _apart(one: Demands, two: Demands) -> bool:
    """Whether no message can meet both."""
    return any(
        thing in two and not any(_meet(a, b) for a in ranges for b in two[thing])
        for thing, ranges in one.items()
    )


def _meet(one: Bounds, two: Bounds) -> bool:
    if isinstance(one[0], str) or isinstance(two[0], str):
        return one[0] == two[0]
    return one[0] <= int(two[1]) and two[0] <= int(one[1])


# ---- messages of a channel ---------------------------------------------------------------------------------------


def messages(scene: Scene) -> Iterator[Point]:
    """Two messages of one channel that both take the same octets, while nothing around them tells which is meant."""
    framed = {bind.target for module in scene.specification.modules.values() for bind in module.binds}
    told: set[tuple[str, str]] = set()
    for protocol in scene.module.protocols:
        for channel in protocol.channels:
            for one, other in combinations(sorted(set(channel.carries)), 2):
                if (one, other) in told or {one, other} <= framed:
                    continue
                told.add((one, other))
                if _alike(scene, one, other):
                    yield _indistinct(scene, one, other, protocol.span)


def _alike(scene: Scene, one: str, other: str) -> bool:
    """Whether a message of either is one of the other as well."""
    for name, second in ((one, other), (other, one)):
        try:
            for sample in islice(samples(scene.specification, name, MOST // 2), MOST):
                if _takes(scene, second, sample.octets):
                    return True
        except KeyError:
            return False
    return False


def _takes(scene: Scene, name: str, octets: bytes) -> bool:
    try:
        decode(scene.specification, name, octets)
    except DecodeError:
        return False
    return True


def _indistinct(scene: Scene, one: str, other: str, span: Span) -> Point:
    names = one.rpartition(".")[2], other.rpartition(".")[2]
    settled = _chosen(scene, one, other)
    return Point(
        "A7-L408",
        "like-messages",
        one,
        _carried(scene, names[1]) or span,
        f"whether a message is `{names[0]}` or `{names[1]}` is left open: both travel in one channel and take the same octets",
        "give each a literal of its own, or put them in a frame that names its kind and `bind` them",
        _CHOSEN.format(scene.module.name),
        (settled,) if settled is not None else (),
        f"one reader takes the octets for `{names[0]}`, another for `{names[1]}`",
        others=(one, other),
    )


def _carried(scene: Scene, name: str) -> Span | None:
    """Return where a channel names a message."""
    for item in scene.tree.items:
        for part in getattr(item, "items", ()):
            for entry in getattr(part, "properties", ()):
                if isinstance(entry, t.Carries):
                    found = next((x.span for x in entry.messages if x.parts[-1].text == name), None)
                    if found is not None:
                        return found
    return None


# ---- one meaning chosen --------------------------------------------------------------------------------------------

_CHOSEN = "{}.ChosenReading"


def _chosen(scene: Scene, one: str, other: str) -> tuple[Edits, Edits] | None:
    """Return changes that add the one or the other record once more, under one name."""
    first, second = (_again(scene, name) for name in (one, other))
    if first is None or second is None:
        return None
    end = len(scene.text)
    return (((end, end, f"\n{first}\n"),), ((end, end, f"\n{second}\n"),))


def _again(scene: Scene, name: str) -> str | None:
    """Return the text of a record called `ChosenReading` that reads what record `name` reads."""
    for struct in scene.structs:
        if scene.name(struct) == name and not struct.node.generics:
            node = struct.node
            return f"{node.kind} ChosenReading{_renamed(scene, node)}"
    try:
        record = scene.specification.record(name)
    except KeyError:
        return None
    return _around(scene, record)


def _renamed(scene: Scene, node: t.Struct) -> str:
    """Return what stands behind a record's name, its rules under other names: each name may stand once."""
    start, end = node.name.span.end, node.span.end
    text = scene.text[start:end]
    rules = [x for x in every(node.members) if isinstance(x, t.Requirement)]
    for rule in sorted(rules, key=lambda x: -x.id.span.end):
        place = rule.id.span.end - start
        text = f"{text[:place]}-CHOSEN{text[place:]}"
    return text


def _around(scene: Scene, record: Record) -> str | None:
    """Return a record that is one of another module and nothing else."""
    module, _, last = record.name.rpartition(".")
    alias = next((x for x in scene.tree.items if isinstance(x, t.Use) and x.module.text == module), None)
    if alias is None or record.params:
        return None
    word = alias.alias.text if alias.alias is not None else alias.module.parts[-1].text
    shape = "(shape: 'value')" if record.encoding in ("json", "cbor", "der") else ""
    if record.encoding in ("protobuf", "xml"):
        return None
    limits = f"limit size = {record.limit_size or 65536} limit depth = 32"
    return f"message ChosenReading as {record.encoding}{shape} {{ {limits} value: {word}.{last} }}"
