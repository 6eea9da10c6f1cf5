"""What the pages of an edition show: functions, duties, messages, requirements, changes; plain data for templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from art7.grammar.ir.module import Identity, Module, Protocol, Resolution, Scenario, Schedule
from art7.grammar.ir.plan import Record, Requirement
from art7.validator.declarations import qualified
from art7.validator.manifest.functions import Function
from art7.validator.offer import Offer

Declared: TypeAlias = Schedule | Protocol | Identity | Resolution

Address: TypeAlias = Callable[[str, str], str]
"""(module, name inside it or an empty text) → address of its place, relative to the edition's folder."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One scenario as it was played. `drawing` is markup of our own making, everything in it escaped."""

    name: str
    doc: str
    passed: bool
    drawing: str
    text: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file to take away: its path in the edition, what it is, its size in octets and its digest."""

    path: str
    text: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What other rooms made of the offer, for its pages."""

    address: Address
    ladders: tuple[Ladder, ...] = ()
    shown_by: Mapping[str, int] = field(default_factory=dict)
    """requirement → how many vectors show it held or broken."""
    changes: tuple[Mapping[str, str], ...] = ()
    previous: str = ""
    """The version that `changes` are counted from."""


def link(offer: Offer, shown: Shown, name: str) -> dict[str, str]:
    """Return a name and where it is declared; the address is empty for what no page holds."""
    module = offer.declarations.module_of(name)
    if module not in offer.own_modules:
        return {"name": name, "href": ""}
    return {"name": name, "href": shown.address(module, name.removeprefix(f"{module}."))}


def header(offer: Offer) -> dict[str, Any]:
    """Return who offers what, since when and where."""
    head, keeper = offer.manifest.offer, offer.manifest.gatekeeper
    return {
        "id": head.id,
        "version": head.version,
        "published": head.published.isoformat() if head.published else "",
        "effective": head.effective.isoformat() if head.effective else "",
        "gatekeeper": keeper.name or "an unnamed gatekeeper",
        "service": keeper.service or "an unnamed service",
        "decision": keeper.decision.reference if keeper.decision else "",
        "location": head.public_location or "",
        "licence": head.licence or "",
        "languages": ", ".join(head.languages),
        "contact": offer.manifest.support.contact or "",
    }


def functions(offer: Offer, shown: Shown) -> list[dict[str, Any]]:
    """Return each point of Art. 7(2) with what carries it in the offer, those that are not offered too."""
    stated = {each.point: each for each in offer.manifest.function}
    rows = []
    for point, owed in offer.law.functions.items():
        function = stated.get(point)
        rows.append({"point": point, "title": owed.title, "stated": function is not None})
        rows[-1] |= _function(offer, shown, function) if function else _NOT_STATED
    return rows


def _function(offer: Offer, shown: Shown, function: Function) -> dict[str, Any]:
    provides = function.provides
    groups = {
        "messages": offer.messages_of(function),
        "protocol": [provides.protocol] if provides.protocol else [],
        "keys": list(function.keys),
        "identity": [function.identity] if function.identity else [],
    }
    return {
        "own": function.own,
        "interoperable": function.interoperable,
        "since": function.since.isoformat() if function.since else "",
        "planned": function.planned.isoformat() if function.planned else "",
        "carried": {
            what: [link(offer, shown, name) for name in names] for what, names in groups.items() if names
        },
        "scenarios": list(provides.scenarios),
        "limits": [(name, each.own, each.send, each.receive) for name, each in function.limits.items()],
        "media": [(each.content, ", ".join(each.types), ", ".join(each.codecs)) for each in function.media],
    }


_NOT_STATED: Mapping[str, Any] = {
    "own": False, "interoperable": False, "since": "", "planned": "", "carried": {}, "scenarios": [], "limits": [],
    "media": [],
}  # fmt: skip


def duties(offer: Offer) -> list[dict[str, Any]]:
    """Return each duty with the statements of the manifest that bear on it: where they stand, or that they are absent."""
    rows = []
    for duty in offer.law.obligations.values():
        states = [(path, offer.states(path), _line(offer, path)) for path in duty.states]
        rows.append(
            {"id": duty.id, "clause": duty.clause, "title": duty.title, "states": states, "judge": duty.judge}
        )
    return rows


def _line(offer: Offer, path: str) -> int:
    return offer.at(*path.split(".")).line


def messages(offer: Offer, shown: Shown) -> list[dict[str, Any]]:
    """Return every message of the offer's modules: what it is for, who sends it to whom, which points it serves."""
    senders: dict[str, dict[str, None]] = {}
    for sending in offer.declarations.sendings:
        senders.setdefault(sending.message, {})[f"{sending.sender} to {sending.receiver}"] = None
    return [
        {
            **link(offer, shown, record.name),
            "doc": record.doc,
            "encoding": record.encoding,
            "ways": list(senders.get(record.name, ())),
            "points": list(offer.provided_messages.get(record.name, ())),
        }
        for _, record in _records(offer)
        if record.kind == "message"
    ]


def _records(offer: Offer) -> Iterator[tuple[Module, Record]]:
    for name in sorted(offer.own_modules):
        for record in offer.specification.modules[name].records:
            yield offer.specification.modules[name], record


def requirements(offer: Offer, shown: Shown) -> list[dict[str, Any]]:
    """Return every numbered requirement of the offer's modules, each once, in the order of their texts."""
    return [
        {
            "id": each.id,
            "level": each.level,
            "text": each.text,
            "refs": ", ".join(each.refs),
            "manual": each.manual,
            "error": each.error or "",
            "vectors": shown.shown_by.get(each.id, 0),
            "href": shown.address(module.name, each.id),
            "module": module.name,
        }
        for module, each in _requirements(offer)
    ]


def _requirements(offer: Offer) -> Iterator[tuple[Module, Requirement]]:
    seen: set[tuple[str, str]] = set()
    for name in sorted(offer.own_modules):
        module = offer.specification.modules[name]
        holders: tuple[Module | Record | Declared, ...] = (module, *module.records, *_others(module))
        for each in (each for holder in holders for each in holder.requirements):
            if (name, each.id) not in seen:
                seen.add((name, each.id))
                yield module, each


def _others(module: Module) -> tuple[Declared, ...]:
    """Return what a module declares beside records and enums."""
    return (*module.schedules, *module.protocols, *module.identities, *module.resolutions)


def modules(offer: Offer, shown: Shown) -> list[dict[str, Any]]:
    """Return the offer's modules."""
    found = (offer.specification.modules[name] for name in sorted(offer.own_modules))
    return [
        {"name": each.name, "href": shown.address(each.name, ""), "doc": each.doc, "version": each.version}
        for each in found
    ]


def change_log(offer: Offer) -> list[dict[str, Any]]:
    """Return the entries of the offer's own change log, newest first."""
    rows = sorted(offer.manifest.change_log, key=lambda each: (each.published, each.version), reverse=True)
    return [
        {
            "version": each.version,
            "published": each.published.isoformat(),
            "effective": each.effective.isoformat(),
            "breaking": each.breaking,
            "text": passage.text if (passage := offer.passages.get(each.text)) else each.text,
        }
        for each in rows
    ]


def scenario_docs(offer: Offer) -> dict[str, str]:
    """Return what each scenario is about, by its qualified name."""
    found: dict[str, str] = {}
    for name in sorted(offer.own_modules):
        for protocol in offer.specification.modules[name].protocols:
            each: Scenario
            for each in protocol.scenarios:
                found[f"{qualified(name, protocol.name)}.{each.name}"] = each.doc
    return found


def search_rows(
    offer: Offer, shown: Shown, pages: Iterable[tuple[str, str]], ladders: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str, str]]:
    """Return what the search finds: (title, kind, address, words)."""
    rows = [(title, "page", href, "") for href, title in pages]
    rows += [(row["name"], "message", row["href"], row["doc"]) for row in messages(offer, shown)]
    rows += [(row["id"], "requirement", row["href"], row["text"]) for row in requirements(offer, shown)]
    rows += [(name, "scenario", href, scenario_docs(offer).get(name, "")) for href, name in ladders]
    rows += [(row["name"], "module", row["href"], row["doc"]) for row in modules(offer, shown)]
    for module in (offer.specification.modules[name] for name in sorted(offer.own_modules)):
        named = [
            (qualified(module.name, each.name), type(each).__name__.lower(), each.doc)
            for each in _others(module)
        ]
        rows += [(name, kind, link(offer, shown, name)["href"], doc) for name, kind, doc in named]
    rows += [(row["id"], "duty", f"coverage.html#{row['id']}", row["title"]) for row in duties(offer)]
    rows += [
        (row["point"], "function", f"coverage.html#p{n}", row["title"])
        for n, row in enumerate(functions(offer, shown))
    ]
    return rows
