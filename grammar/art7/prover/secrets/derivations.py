"""Derivations under one key: none is another's twin, and no label begins another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir.module import Derive, Named, Schedule
from art7.prover.secrets.arms import Site, sites
from art7.prover.secrets.calls import HASHES, KEY_PARAMETERS, LABELS, arguments, is_kdf
from art7.prover.secrets.found import Fault
from art7.prover.secrets.values import Node, Values, named_values
from art7.prover.witnesses import Flow

MOST_PAIRED = 200
"""Derivations under one key that are compared all with all."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A call that makes octets of a key and a label; `label` are the pieces that `++` joined."""

    site: Site
    number: int
    function: str
    keys: tuple[int, ...]
    label: tuple[int, ...]


def derivations(schedule: Schedule, values: Values) -> Iterator[Fault]:
    """Yield pairs of derivations that give the same, or whose labels begin alike."""
    groups: dict[tuple[str, tuple[int, ...]], list[Derivation]] = {}
    for one in _all(schedule, values):
        groups.setdefault((one.function, one.keys), []).append(one)
    told: set[str] = set()
    for group in groups.values():
        for one, two in _pairs(values, group):
            apart = one.site.name == two.site.name or one.site.excludes(two.site)
            alike = None if apart else _alike(values, one, two)
            if alike is not None and two.site.name not in told:
                told.add(two.site.name)
                yield _fault(schedule, values, one, two, alike)
    yield from _twins(schedule, values, told)


def _pairs(values: Values, group: list[Derivation]) -> Iterable[tuple[Derivation, Derivation]]:
    """Return who is compared: all with all, of very many only neighbours, since a label stands before what it begins."""
    if len(group) <= MOST_PAIRED:
        return combinations(group, 2)
    return pairwise(sorted(group, key=lambda one: _label(values, one)))


def _all(schedule: Schedule, values: Values) -> Iterator[Derivation]:
    secret = {value.name for value in schedule.inputs if value.label == "secret"}
    for site in sites(schedule):
        name = site.call.function
        number = values.number(site.call)
        if is_kdf(name):
            yield _of_kdf(site, number, values)
        elif name in HASHES and any(
            leaf[0] == "input" and leaf[1] in secret for leaf in values.leaves(number)
        ):
            first, *rest = values.pieces(values.nodes[number][2])
            if rest and values.nodes[first][0] == "literal":
                yield Derivation(site, number, name, tuple(rest), (first,))


def _of_kdf(site: Site, number: int, values: Values) -> Derivation:
    keys, label, length = [], (), -1  # type: tuple[list[int], tuple[int, ...], int]
    for parameter, expr in arguments(site.call):
        one = values.number(expr)
        if parameter in LABELS or parameter in ("data", "iv"):
            label += values.pieces(one)
        elif parameter == "length":
            length = one
        elif parameter in KEY_PARAMETERS or parameter in ("hash", "salt", "kem", "kdf", "aead"):
            keys.append(one)
    kept = tuple(piece for piece in label if not _is_length(values, piece, length))
    return Derivation(site, number, site.call.function, tuple(keys), kept or label)


def _is_length(values: Values, piece: int, length: int) -> bool:
    """Whether a piece of a label only repeats how long the result is."""
    node, wanted = values.nodes[piece], values.nodes[length] if length >= 0 else ("",)
    if node[0] == "call" and len(node) == 3 and node[2] == length:
        return True
    if node[0] != "literal" or wanted[0] != "literal" or not isinstance(node[2], bytes):
        return False
    return len(node[2]) in (1, 2, 4) and int.from_bytes(node[2], "big") == wanted[2]


def _alike(values: Values, one: Derivation, two: Derivation) -> str | None:
    """Return `same` or `begins`, or nothing for labels that tell the two apart."""
    if not one.label or not two.label:
        return None
    for left, right in zip(one.label, two.label, strict=False):
        if left == right:
            continue
        first, second = _octets(values, left), _octets(values, right)
        if first is None or second is None or first == second:
            return None
        return "begins" if first.startswith(second) or second.startswith(first) else None
    if len(one.label) == len(two.label):
        return "same"
    common = min(one.label, two.label, key=len)
    return "begins" if any(_octets(values, piece) for piece in common) else None


def _octets(values: Values, number: int) -> bytes | None:
    """Return the octets of a literal, also one behind its length."""
    node: Node = values.nodes[number]
    if node[0] == "call" and node[1] == "mls_vector":
        node = values.nodes[node[2]]
    if node[0] != "literal" or not isinstance(node[2], bytes | str):
        return None
    return node[2] if isinstance(node[2], bytes) else node[2].encode()


def _label(values: Values, one: Derivation) -> bytes:
    return b"".join(_octets(values, piece) or b"" for piece in one.label)


def _shown(label: bytes) -> str:
    readable = label.isascii() and label.decode("ascii").isprintable() and label
    return f"'{label.decode()}'" if readable else f"x'{label.hex().upper()}'"


def _fault(schedule: Schedule, values: Values, one: Derivation, two: Derivation, alike: str) -> Fault:
    here, there = one.site, two.site
    labels = _label(values, one), _label(values, two)
    shown = _shown(labels[0]), _shown(labels[1])
    path = (
        Related(f"`{here.name}` under {shown[0]}", here.span),
        Related(f"`{there.name}` under {shown[1]}", there.span),
    )
    subject = f"{schedule.name}.{there.name}"
    if alike == "same":
        message = f"`{here.name}` and `{there.name}` are both `{one.function}` of one key under one label"
        message += f" {shown[0]}" if labels[0] else ""
        flow = Flow(
            path, "one is the beginning of the other", schedule.name, "prefix", (here.call, there.call), ({},)
        )
        return Fault(
            "A7-K205", "distinct", subject, message, there.span, "give each its own label", flow, path[:1]
        )
    message = f"label {shown[0]} of `{here.name}` and label {shown[1]} of `{there.name}`, under one key: one begins the other"
    texts = (e.Literal(labels[0], e.Kind.BYTES), e.Literal(labels[1], e.Kind.BYTES))
    flow = Flow(path, "one label begins the other", schedule.name, "prefix", texts, ({},))
    advice = "choose labels of which none begins another"
    return Fault("A7-K206", "labels", subject, message, there.span, advice, flow, path[:1])


def _twins(schedule: Schedule, values: Values, told: set[str]) -> Iterator[Fault]:
    """Yield secrets with two names: agreements of the same two keys, the same part of the same octets."""
    seen: dict[int, Named] = {}
    written = {step.value.name: step.expr for step in schedule.steps if isinstance(step, Derive)}
    for value in named_values(schedule):
        expr = written.get(value.name)
        if value.label != "secret" or value.name in told or isinstance(expr, e.LocalRef | e.Conditional):
            continue
        number = values.names[value.name]
        if values.nodes[number][0] in ("literal", "input") or values.nodes[number][:2] == ("call", "zeros"):
            continue
        other = seen.setdefault(number, value)
        if other is not value and not values.reads_fresh(number):
            path = (Related(f"`{other.name}`", other.span), Related(f"`{value.name}`", value.span))
            message = f"`{other.name}` and `{value.name}` of `{schedule.name}` are the same octets"
            pair = (e.LocalRef(other.name, e.Kind.BYTES), e.LocalRef(value.name, e.Kind.BYTES))
            flow = Flow(path, "both come out equal", schedule.name, "equal", pair, ({},))
            subject = f"{schedule.name}.{value.name}"
            advice = "derive each from keys or labels of its own"
            yield Fault("A7-K205", "distinct", subject, message, value.span, advice, flow, path[:1])
