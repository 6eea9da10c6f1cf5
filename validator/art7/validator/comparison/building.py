"""What an access seeker must build for one offer: the parts on its side of the wire, and all that those need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.builtins_keyed import KEYED
from art7.grammar.ir.expression import Call
from art7.validator.comparison.model import Algorithm, Build, Distance, Part, SdkFile
from art7.validator.comparison.structure import Structures
from art7.validator.declarations import nodes_below, qualified
from art7.validator.offer import Offer

_KEYED = frozenset(each.name for each in KEYED)
_DIGESTS = ("hash", "hmac", "hkdf", "md5", "sha", "blake", "shake")
_VERBS = (
    "_sign_raw", "_verify_raw", "_seal", "_open", "_sign", "_verify", "_public", "_encrypt", "_decrypt", "_point",
    "_multiply", "_divide", "_response", "_encapsulate", "_decapsulate", "_unwrap", "_extract", "_expand",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Needed:
    """Parts and primitives, in the order of their names."""

    parts: tuple[Part, ...]
    algorithms: tuple[Algorithm, ...]


def needed(offer: Offer, structures: Structures) -> Needed:
    """Return what the offer makes an access seeker build."""
    roles = seeker_roles(offer)
    records, schedules = _records(offer, roles), _schedules(offer, roles)
    parts = [
        *(
            Part(record.kind, name, structures.of(name), not offer.declarations.is_own(name))
            for name in sorted(records)
            if (record := offer.declarations.record(name)) is not None
        ),
        *(
            Part("schedule", name, structures.of(name), not offer.declarations.is_own(name))
            for name in sorted(schedules)
        ),
        *_machines(offer, roles, structures),
    ]
    return Needed(tuple(parts), _algorithms(offer, roles, schedules))


def seeker_roles(offer: Offer) -> tuple[str, ...]:
    """Return the role machines that somebody other than the gatekeeper's servers plays: `module.Protocol.role`."""
    players = (party for party in offer.manifest.party if party.operator != "gatekeeper")
    named = dict.fromkeys(role for party in players for role in party.plays)
    return tuple(sorted(role for role in named if offer.declarations.role(role) is not None))


def schedules_of(offer: Offer, points: Iterable[str], roles: Sequence[str] = ()) -> set[str]:
    """Return the schedules that these functions name, and those that these roles run."""
    chosen = set(points)
    names = {name for _, each in offer.interoperable() if each.point in chosen for name in each.keys}
    for protocol, role, action in offer.declarations.runs():
        if action.operation == "schedule" and f"{protocol}.{role}" in roles:
            home = offer.declarations.module_of(protocol)
            names.add(action.name if offer.declarations.find(action.name) else qualified(home, action.name))
    return {name for name in names if (found := offer.declarations.find(name)) and found.kind == "schedule"}


def _schedules(offer: Offer, roles: Sequence[str]) -> set[str]:
    return schedules_of(offer, [each.point for _, each in offer.interoperable()], roles)


def _records(offer: Offer, roles: Sequence[str]) -> set[str]:
    declarations = offer.declarations
    mine = set(roles)
    found = {name for _, function in offer.interoperable() for name in offer.messages_of(function)}
    found |= {name for each in offer.manifest.feature if each.required for name in each.messages}
    for sending in declarations.sendings:
        if mine & {f"{sending.protocol}.{sending.sender}", f"{sending.protocol}.{sending.receiver}"}:
            found |= {sending.message, declarations.outermost(sending.message)}
    for protocol, role, action in declarations.runs():
        if action.operation in ("encode", "decode") and f"{protocol}.{role}" in mine:
            found.add(action.name)
    return declarations.closure(found)


def _machines(offer: Offer, roles: Sequence[str], structures: Structures) -> list[Part]:
    found = []
    for name in roles:
        role = offer.declarations.role(name)
        if role is not None:
            steps = sum(len(state.transitions) for state in role.states)
            own = offer.declarations.is_own(name)
            found.append(Part("machine", name, structures.of_node(role), not own, len(role.states), steps))
    return found


def _algorithms(offer: Offer, roles: Sequence[str], schedules: Iterable[str]) -> tuple[Algorithm, ...]:
    names = [*roles, *schedules, *(each.identity or "" for _, each in offer.interoperable())]
    declared = [found.value for name in names if (found := offer.declarations.find(name)) is not None]
    called = {node.function for value in declared for node in nodes_below(value) if isinstance(node, Call)}
    made: dict[str, Algorithm] = {}
    for name in sorted(called):
        if name in FUNCTIONS and (name in _KEYED or name.startswith(_DIGESTS)) and name != "hash_length":
            stem = _without_verb(name)
            made.setdefault(stem, Algorithm(stem, (FUNCTIONS[name].source or "").partition(" §")[0]))
    return tuple(made.values())


def _without_verb(name: str) -> str:
    return next((name.removesuffix(verb) for verb in _VERBS if name.endswith(verb)), name)


def size_of(
    offers: Iterable[Sequence[Part]], algorithms: Iterable[Algorithm], files: Iterable[SdkFile]
) -> Build:
    """Count what there is to build for these offers; what two offers have of one structure, and equal files, count once."""
    distinct: dict[tuple[str, str, int], Part] = {}
    for parts in offers:
        twins: dict[tuple[str, str], int] = {}
        for each in parts:
            key = (each.kind, each.digest)
            twins[key] = twins.get(key, 0) + 1
            distinct.setdefault((*key, twins[key]), each)
    texts = {each.digest: each for each in files}.values()
    count = {
        kind: sum(each.kind == kind for each in distinct.values())
        for kind in ("message", "struct", "schedule")
    }
    machines = [each for each in distinct.values() if each.kind == "machine"]
    return Build(
        messages=count["message"],
        structs=count["struct"],
        schedules=count["schedule"],
        machines=len(machines),
        states=sum(each.states for each in machines),
        transitions=sum(each.transitions for each in machines),
        algorithms=len({each.name for each in algorithms}),
        sdk_files=len(texts),
        sdk_lines=sum(each.lines for each in texts),
        sdk_octets=sum(each.octets for each in texts),
    )


def distance(offer: Offer, parts: Sequence[Part]) -> Distance:
    """Return how many of the messages come from catalogue standards, and which standards the offer lists."""
    messages = [each for each in parts if each.kind == "message"]
    standard = sum(each.catalogue for each in messages)
    modules = {offer.declarations.module_of(each.name) for each in parts if each.catalogue}
    return Distance(
        standard=standard,
        own=len(messages) - standard,
        percent=100 * standard // len(messages) if messages else 0,
        modules=tuple(sorted(modules)),
        components=tuple((each.standard, each.profile) for each in offer.manifest.component),
    )
