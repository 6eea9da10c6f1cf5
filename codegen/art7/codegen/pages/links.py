"""Where everything of a specification stands: pages, anchors, and who mentions whom."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from posixpath import relpath
from typing import Any

from art7.codegen.pages.markup import Html, anchor, joined, tag, text
from art7.grammar.ir.module import Identity, Module, Protocol, Resolution, Schedule, SendAction, Specification
from art7.grammar.ir.plan import CallRecord, Record


def page_of(module: str) -> str:
    """Return a module's page: `ietf.stun` → `ietf/stun.md`."""
    return "/".join(anchor(part) for part in module.split(".")) + ".md"


def short_name(name: str, module: str) -> str:
    """Return a qualified name without its module's: `ietf.stun.Attribute` → `Attribute`."""
    return name.removeprefix(f"{module}.").replace(f"{module}.", "")


@dataclass(frozen=True)
class Links:
    """Addresses as seen from one page. `homes`: declared name → its module; only modules in `pages` have one."""

    specification: Specification
    module: str
    pages: frozenset[str]
    homes: Mapping[str, str]
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    senders: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    """record → (protocol, sender, receiver), each qualified name once."""
    sizes: Mapping[str, int | None] = field(default_factory=dict)
    """record → its bits, where it always has the same number of them."""

    def at(self, module: str) -> Links:
        """Return the same addresses seen from the page of `module`."""
        return replace(self, module=module)

    def address(self, module: str, fragment: str = "") -> str:
        """Return the address of a module's page, or of a place on it, relative to this page."""
        hash_ = f"#{fragment}" if fragment else ""
        if module == self.module:
            return hash_ or "#"
        here = page_of(self.module).rpartition("/")[0] or "."
        return relpath(page_of(module), here).removesuffix(".md") + ".html" + hash_

    def module_link(self, name: str) -> Html:
        """Return a link to a module's page, or its name when it has none."""
        if name not in self.pages:
            return tag("code", name)
        return tag("a", tag("code", name), href=self.address(name))

    def declared(self, name: str) -> Html:
        """Return a link to a declared record, enum, schedule or protocol by its qualified name."""
        home = self.homes.get(name)
        words = short_name(name, self.module)
        if home is None or home not in self.pages:
            return tag("code", words)
        return tag("a", tag("code", words), href=self.address(home, anchor(short_name(name, home))))

    def used_by(self, name: str) -> Html:
        """Return links to those that mention `name`, empty without any."""
        return Html(", ".join(self.declared(each) for each in self.mentions.get(name, ())))

    def sent(self, name: str) -> list[Html]:
        """Return who sends record `name` to whom, a line for each."""
        return [
            joined([text(f"by {sender} to {receiver} in"), self.declared(protocol)])
            for protocol, sender, receiver in self.senders.get(name, ())
        ]


def links_of(specification: Specification, pages: frozenset[str], sizes: Mapping[str, int | None]) -> Links:
    """Return the addresses of all that `specification` declares, seen from nowhere."""
    homes: dict[str, str] = {}
    mentions: dict[str, dict[str, None]] = defaultdict(dict)
    for name in sorted(specification.modules):
        for declared in declared_names(specification.modules[name]):
            homes.setdefault(declared, name)
    for name in sorted(specification.modules):
        for record in specification.modules[name].records:
            for target in called(record):
                if target != record.name:
                    mentions[target].setdefault(record.name)
    found = {key: tuple(names) for key, names in mentions.items()}
    return Links(specification, "", pages, homes, found, _senders(specification), sizes)


def _senders(specification: Specification) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Return who sends each record to whom: from the sends of the roles, and what the channels carry."""
    found: dict[str, dict[tuple[str, str, str], None]] = defaultdict(dict)
    for name in sorted(specification.modules):
        for protocol in specification.modules[name].protocols:
            full = qualified(protocol.name, name)
            for channel in protocol.channels:
                for message in channel.carries:
                    found[qualified(message, name)].setdefault((full, channel.sender, channel.receiver))
            for role in protocol.roles:
                for state in role.states:
                    for action in (each for way in state.transitions for each in way.actions):
                        if isinstance(action, SendAction):
                            found[action.message].setdefault((full, role.name, action.receiver))
    return {message: tuple(ways) for message, ways in found.items()}


def qualified(name: str, module: str) -> str:
    """Return a declaration's name with its module's, which some have already."""
    return name if "." in name else f"{module}.{name}"


def declared_names(module: Module) -> Iterator[str]:
    """Yield the qualified name of everything that has a heading of its own on the module's page."""
    yield from (record.name for record in module.records)
    yield from (enum.name for enum in module.enums)
    yield from (qualified(each.name, module.name) for each in others(module))


def others(module: Module) -> tuple[Schedule | Protocol | Identity | Resolution, ...]:
    """Return what a module declares beside records and enums."""
    return (*module.schedules, *module.protocols, *module.identities, *module.resolutions)


def called(record: Record) -> tuple[str, ...]:
    """Return the records that a record's plan calls, each once, in order."""
    return tuple(dict.fromkeys(each.record for each in _steps(record.body) if isinstance(each, CallRecord)))


def _steps(node: Any) -> Iterator[Any]:
    """Yield every dataclass at or below `node`: whatever a step holds, also one that came later than this page."""
    waiting = deque([node])
    while waiting:
        found = waiting.popleft()
        if isinstance(found, tuple):
            waiting.extend(found)
        elif is_dataclass(found) and not isinstance(found, type):
            yield found
            waiting.extend(getattr(found, each.name) for each in fields(found))
