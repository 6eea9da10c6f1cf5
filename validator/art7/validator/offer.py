"""The typed view of an offer that every rule asks: manifest, places, declarations, prose, examples, law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from art7.grammar.diagnostics import Diagnostic, Span
from art7.grammar.ir.module import Specification
from art7.grammar.untrusted import Bundle
from art7.validator.declarations import Declarations
from art7.validator.documents import Line, Passage, document_lines, passages
from art7.validator.examples import Codec
from art7.validator.law import Law
from art7.validator.manifest.functions import Function
from art7.validator.manifest.mentions import Mention, Path, mentions
from art7.validator.manifest.parties import Party
from art7.validator.manifest.protection import Measure
from art7.validator.manifest.root import Manifest

MANIFEST = "offer.toml"


class Positions(Protocol):
    """Where each key of the manifest stands."""

    def span(self, path: Path) -> Span:
        """Return the place of `path`, or of the nearest table above it that was written."""
        ...


@dataclass(frozen=True)
class Offer:
    """One reference offer, read. Nothing here changes; the look-ups are computed on first use."""

    bundle: Bundle
    manifest: Manifest
    positions: Positions
    specification: Specification
    law: Law
    own_modules: frozenset[str]
    catalogue: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    codec: Codec | None = None
    reading: tuple[Diagnostic, ...] = ()

    def at(self, *path: str | int) -> Span:
        """Return the place of a statement of the manifest."""
        return self.positions.span(path)

    @cached_property
    def declarations(self) -> Declarations:
        """What the modules declare."""
        return Declarations(self.specification, self.own_modules)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every place of the manifest that names something else."""
        return tuple(mentions(self.manifest))

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """Prose by anchor."""
        return passages(self.texts)

    @cached_property
    def prose(self) -> tuple[Line, ...]:
        """Every line of every document of the bundle."""
        documents = (file for file in sorted(self.texts) if file.endswith((".md", ".txt")))
        return tuple(line for file in documents for line in document_lines(file, self.texts[file]))

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """The register of measures by id."""
        return {measure.id: measure for measure in self.manifest.measure}

    @cached_property
    def parties(self) -> Mapping[str, Party]:
        """The parties on the wire by id."""
        return {party.id: party for party in self.manifest.party}

    @cached_property
    def ids(self) -> Mapping[str, frozenset[str]]:
        """The ids that each kind of reference may use."""
        manifest = self.manifest
        return {
            "measure": frozenset(self.measures),
            "threat": frozenset(threat.id for threat in manifest.threat),
            "party": frozenset(self.parties),
            "feature": frozenset(feature.id for feature in manifest.feature),
            "step": frozenset(step.id for step in manifest.process.step),
            "ground": frozenset(manifest.process.grounds),
        }

    def interoperable(self) -> Iterator[tuple[int, Function]]:
        """Yield (index, function) for each function that is offered to others."""
        return ((n, each) for n, each in enumerate(self.manifest.function) if each.interoperable)

    @cached_property
    def provided_messages(self) -> Mapping[str, tuple[str, ...]]:
        """Points of Art. 7(2) by the message that serves them."""
        served: dict[str, list[str]] = {}
        for _, function in self.interoperable():
            for message in self.messages_of(function):
                served.setdefault(message, []).append(function.point)
        return {message: tuple(points) for message, points in served.items()}

    def messages_of(self, function: Function) -> list[str]:
        """Return the messages that a function needs, those of uploads and downloads included."""
        transfers = (name for media in function.media for name in (media.upload, media.download) if name)
        named = [*function.provides.messages, *transfers]
        return list(dict.fromkeys(name for name in named if self.declarations.record(name)))

    def player(self, protocol: str, role: str) -> Party | None:
        """Return the party that plays a role of a protocol."""
        name = f"{protocol}.{role}"
        return next((party for party in self.manifest.party if name in party.plays), None)

    def obligations_of(self, point: str, content: str | None = None) -> tuple[str, ...]:
        """Return the duties that a point of Art. 7(2) stands for, narrowed to one class of content."""
        return tuple(
            duty.id
            for duty in self.law.obligations.values()
            if duty.point == point and (content is None or content in duty.content)
        )
