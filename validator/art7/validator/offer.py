"""The typed view of an offer that every rule asks: manifest, places, declarations, prose, examples, law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from art7.grammar.diagnostics import Diagnostic, Span
from art7.grammar.ir.module import Resolution, Specification
from art7.grammar.ir.plan import Slot
from art7.grammar.untrusted import Bundle
from art7.grammar.untrusted.positions import Positions
from art7.prover.answers import Answer
from art7.validator.declarations import Declarations, qualified, records_of
from art7.validator.digests import ListedFile, Listing, is_listable
from art7.validator.documents import Line, Passage, document_lines, passages
from art7.validator.examples import Codec
from art7.validator.law import Law
from art7.validator.manifest.functions import Component, Function, Limit
from art7.validator.manifest.mentions import Mention, Path, mentions
from art7.validator.manifest.parties import Party
from art7.validator.manifest.protection import Measure
from art7.validator.manifest.read import place
from art7.validator.manifest.root import Manifest

MANIFEST = "offer.toml"


@dataclass(frozen=True, slots=True)
class TimerValue:
    """A duration and where the manifest states it."""

    value: str
    path: Path


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
    listing: Listing | None = None
    codec: Codec | None = None
    """None: examples and vectors are compared with one another only."""
    reading: tuple[Diagnostic, ...] = ()
    answers: tuple[Answer, ...] = ()
    """What the prover answered about the modules; empty until it was asked."""

    @property
    def name(self) -> str:
        """The name of the bundle without the folders that lead to it."""
        return self.bundle.source.replace("\\", "/").rstrip("/").rpartition("/")[2] or "OFFER"

    def at(self, *path: str | int) -> Span:
        """Return the place of a statement of the manifest."""
        return place(self.positions, path)

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

    def components_about(self, disagreement: str) -> Iterator[tuple[int, Component]]:
        """Yield (index, component) of what builds on a standard whose implementations differ on this point."""
        point = self.law.disagreements[disagreement]
        return (
            (n, each)
            for n, each in enumerate(self.manifest.component)
            if point.concerns(each.standard, each.catalogue)
        )

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

    def readers(self, record: str) -> frozenset[str]:
        """Return the parties that receive a record, or decode it from what they receive; none where nobody does."""
        return self._readers.get(record, frozenset())

    def writers(self, record: str) -> frozenset[str]:
        """Return the parties that send a record or make it; none where nobody does, or a role has no party."""
        made = [(s.message, f"{s.protocol}.{s.sender}") for s in self.declarations.sendings]
        made += [(a.name, f"{n}.{r}") for n, r, a in self.declarations.runs() if a.operation == "encode"]
        return self._players(made).get(record, frozenset())

    @cached_property
    def _readers(self) -> Mapping[str, frozenset[str]]:
        heard = [(s.message, f"{s.protocol}.{s.receiver}") for s in self.declarations.sendings]
        heard += [
            (a.name, f"{name}.{role}")
            for name, role, a in self.declarations.runs()
            if a.operation == "decode"
        ]
        return self._players(heard)

    def _players(self, records: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
        """Return the parties by the records, and what those hold, that their roles have to do with."""
        found: dict[str, set[str]] = {}
        for record, role in dict.fromkeys(records):
            players = {party.id for party in self.manifest.party if role in party.plays}
            for inner in self.declarations.closure([record]):
                found.setdefault(inner, set()).update(players or {""})
        return {record: frozenset(parties) for record, parties in found.items() if "" not in parties}

    def exchanged_slots(self) -> Iterator[tuple[str, Slot]]:
        """Yield (name, slot) of every field of the offer's own messages that functions, features and roles exchange.

        A tag on a field speaks for what it contains; untagged fields are looked into.
        """
        features = (name for feature in self.manifest.feature for name in feature.messages)
        carried = sorted(name for name in self.declarations.carried if self.declarations.is_own(name))
        pending = [*self.provided_messages, *features, *carried][::-1]
        seen: set[str] = set()
        while pending:
            name = pending.pop()
            record = self.declarations.record(name)
            if record is None or name in seen or not self.declarations.is_own(name):
                continue
            seen.add(name)
            for slot in record.api():
                if not slot.type_text:
                    continue  # what the sender added without a declaration, kept as it came
                inner = list(records_of(slot.shape))
                if slot.data is not None or not inner:
                    yield f"{name}.{slot.name}", slot
                else:
                    pending.extend(inner)

    def reads(self, point: str, field_name: str) -> bool:
        """Whether a message of function `point`, or of a feature that it needs, holds the field."""
        return field_name in self._fields_read.get(point, frozenset())

    @cached_property
    def _fields_read(self) -> Mapping[str, frozenset[str]]:
        points = {function.point for _, function in self.interoperable()}
        return {
            point: frozenset(
                path for name in self._messages_read(point) for path, _ in self.declarations.slots(name)
            )
            for point in points
        }

    def _messages_read(self, point: str) -> set[str]:
        functions = [each for _, each in self.interoperable() if each.point == point]
        messages = {name for each in functions for name in self.messages_of(each)}
        messages.update(name for feature in self.manifest.feature for name in feature.messages)
        messages.update(threat.reporting for threat in self.manifest.threat if threat.reporting)
        for each in functions:
            resolution = self.declarations.find(each.identity or "")
            if resolution is not None and isinstance(resolution.value, Resolution):
                messages.add(qualified(self.declarations.module_of(resolution.name), resolution.value.result))
            protocol = each.provides.protocol or ""
            messages |= self.declarations.messages_of(protocol) | self.declarations.built_in([protocol])
        return messages

    def states(self, path: str) -> bool:
        """Whether the manifest says something at a dotted path; arrays are looked into."""
        found: list[object] = [self.manifest]
        for key in path.split("."):
            found = [
                getattr(value, key)
                for each in found
                for value in (each if isinstance(each, tuple) else (each,))
            ]
        return any(value not in (None, (), "", {}) for value in found)

    def declares(self, kind: str) -> bool:
        """Whether something of a kind is there: declared by a module of the offer, or the catalogue's and named for use."""
        match kind:
            case "vector":
                in_modules = any(self.specification.modules[m].vectors for m in self.own_modules)
                return in_modules or any(path.startswith("vectors/") for path in self.bundle.files)
            case "component":
                return any(component.catalogue in self.catalogue for component in self.manifest.component)
            case "group":
                return any(
                    function.provides.protocol is not None and self.law.functions[function.point].group
                    for _, function in self.interoperable()
                    if function.point in self.law.functions
                )
            case _:
                return bool(self.declarations.of(kind)) or any(
                    found is not None and found.kind == kind
                    for found in map(self.declarations.find, self._named_for_use)
                )

    @property
    def _named_for_use(self) -> Iterator[str]:
        """What interoperable functions and identifiers name, wherever it is declared."""
        for _, function in self.interoperable():
            yield from function.provides.messages
        yield from (row.identity for row in self.manifest.identifier if row.identity is not None)

    def limits(self) -> Iterator[tuple[Path, Limit, str]]:
        """Yield (path, limit, point) for every limit of every interoperable function."""
        for n, function in self.interoperable():
            for name, limit in function.limits.items():
                yield ("function", n, "limits", name), limit, function.point
            for m, media in enumerate(function.media):
                if media.max_octets is not None:
                    yield ("function", n, "media", m, "max_octets"), media.max_octets, function.point

    def limit_duties(self, path: Path, point: str) -> tuple[str, ...]:
        """Return the duties that a limit at `path` bears on."""
        if len(path) > 3 and path[2] == "media":
            media = self.manifest.function[int(path[1])].media[int(path[3])]
            return ("O-05", *self.obligations_of(point, media.content))
        return ("O-05", *self.obligations_of(point))

    def timers(self) -> dict[str, list[TimerValue]]:
        """Return every timer of the boundary by kind, also those stated elsewhere in the manifest."""
        found: dict[str, list[TimerValue]] = {}
        for n, timer in enumerate(self.manifest.timer):
            found.setdefault(timer.kind, []).append(TimerValue(timer.value, ("timer", n, "value")))
        storage = self.manifest.service_levels.offline_storage
        if storage is not None:
            path: Path = ("service_levels", "offline_storage")
            found.setdefault("offline_storage", []).append(TimerValue(storage, path))
        for n, function in self.interoperable():
            for m, media in enumerate(function.media):
                if media.expiry is not None:
                    path = ("function", n, "media", m, "expiry")
                    found.setdefault("media_expiry", []).append(TimerValue(media.expiry, path))
        return found

    def is_test(self, text: str) -> bool:
        """Whether `scenario:…`, `requirement:…` or `vectors:…` names a test that the bundle has."""
        kind, _, name = text.partition(":")
        match kind:
            case "scenario":
                return self.declarations.scenario(name) is not None
            case "requirement":
                return name in self.declarations.requirement_ids
            case "vectors":
                folder = name.rstrip("/") + "/"
                return name in self.bundle.files or any(path.startswith(folder) for path in self.bundle.files)
            case _:
                return False

    @property
    def listed_files(self) -> tuple[tuple[str, ListedFile], ...]:
        """The rows of the file list, those left out that must not be there at all."""
        rows = self.listing.files.items() if self.listing else ()
        return tuple((path, row) for path, row in rows if is_listable(path))

    @cached_property
    def text_lines(self) -> tuple[Line, ...]:
        """Every line of prose and of textual examples."""
        files = (f for f in sorted(self.texts) if f.endswith((".md", ".txt", ".sh", ".http", ".py", ".yaml")))
        extra = (f for f in sorted(self.texts) if f.startswith("examples/"))
        return tuple(
            line
            for file in dict.fromkeys((*files, *extra))
            for line in document_lines(file, self.texts[file])
        )

    def extensions(self, point: str | None) -> list[date]:
        """Return the dates to which decisions under Art. 7(6) move a function, or (None) the whole offer."""
        rows = self.manifest.gatekeeper.extension
        return [row.until for row in rows if not row.points or (point is not None and point in row.points)]

    def extended_by(self, point: str | None, until: date) -> tuple[str, ...]:
        """Return the references of the decisions that move a function, or (None) the whole offer, to this date."""
        rows = self.manifest.gatekeeper.extension
        return tuple(
            row.reference
            for row in rows
            if row.until == until and (not row.points or (point is not None and point in row.points))
        )

    @cached_property
    def restrictable(self) -> frozenset[str]:
        """Everything that a measure may say it restricts."""
        manifest = self.manifest
        names = {restriction.id for restriction in manifest.eligibility.restriction}
        names.update(f"parity:{row.aspect}" for row in manifest.parity)
        names.update(f"data:{row.field or row.observed}" for row in manifest.data)
        names.update(f"feature:{feature.id}" for feature in manifest.feature)
        names.update(f"quota:{quota.subject}" for quota in manifest.quota)
        names.update(("level:availability", "level:latency_p99_ms"))
        for function in manifest.function:
            names.update(f"limit:{function.point}:{name}" for name in function.limits)
            names.update(f"limit:{function.point}:{media.content}" for media in function.media)
        return frozenset(names)

    @staticmethod
    def choice_duty(side: str) -> str:
        """Return the duty that one side of the users' choice stands for."""
        return "O-30" if side == "gatekeeper_users" else "O-31"

    def obligations_of(self, point: str, content: str | None = None) -> tuple[str, ...]:
        """Return the duties that a point of Art. 7(2) stands for, narrowed to one class of content."""
        return tuple(
            duty.id
            for duty in self.law.obligations.values()
            if duty.point == point and (content is None or content in duty.content)
        )
