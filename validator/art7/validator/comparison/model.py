"""What a comparison says, as plain data: every form shows it and none decides anything."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = "art7-comparison 1"


@dataclass(frozen=True, slots=True)
class SdkFile:
    """One file of generated code; equal digests are equal files."""

    path: str
    digest: str
    octets: int
    lines: int


@dataclass(frozen=True, slots=True)
class Part:
    """Something to implement. `digest` is that of its structure; parts with one digest are built once.

    `kind` is `message`, `struct`, `schedule` or `machine`; `catalogue` says that a standard module declares it.
    """

    kind: str
    name: str
    digest: str
    catalogue: bool
    states: int = 0
    transitions: int = 0


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A cryptographic primitive, and the document that defines it."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Build:
    """How much there is to build, for one offer or for all of them together; lines and octets of generated code."""

    messages: int
    structs: int
    schedules: int
    machines: int
    states: int
    transitions: int
    algorithms: int
    sdk_files: int
    sdk_lines: int
    sdk_octets: int


@dataclass(frozen=True, slots=True)
class Distance:
    """How much of an offer is made of catalogue standards; `percent` is the share of its messages, rounded down."""

    standard: int
    own: int
    percent: int
    modules: tuple[str, ...]
    components: tuple[tuple[str, str], ...]
    """(standard, profile) as the offer lists them."""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer with what an access seeker must build for it."""

    label: str
    id: str
    version: str
    gatekeeper: str
    service: str
    digest: str
    functions: tuple[str, ...]
    build: Build
    distance: Distance
    parts: tuple[Part, ...]
    algorithms: tuple[Algorithm, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A thing that several offers have; `by` is `catalogue`, `structure` or `algorithm`; a name for each offer."""

    by: str
    kind: str
    names: tuple[str, ...]
    offers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides who can be an end of one encrypted conversation. Every entry: (what a reader sees, its digest)."""

    label: str
    encryption: tuple[tuple[str, str], ...]
    credential: tuple[tuple[str, str], ...]
    content: tuple[tuple[str, str], ...]
    suites: tuple[str, ...]
    services: int
    """How many services one group can span; 0 where the offer does not say."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two offers between which something has to be translated, and why."""

    between: tuple[str, str]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """Conversations of one kind: who offers them, who can join one, where a gateway has to stand."""

    name: str
    profiles: tuple[Profile, ...]
    without: tuple[str, ...]
    circles: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class Codecs:
    """Codecs of one kind of content by offer, and those that everybody has who offers it."""

    content: str
    by_offer: tuple[tuple[str, tuple[str, ...] | None], ...]
    common: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """The verdict on one duty for one offer."""

    verdict: str
    symbol: str
    reason: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One duty across the offers; cells stand in their order."""

    obligation: str
    clause: str
    title: str
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is shown."""

    format: str
    on: str
    tool: str
    ran: bool
    offers: tuple[OfferRow, ...]
    together: Build
    shared: tuple[Shared, ...]
    levels: tuple[Level, ...]
    codecs: tuple[Codecs, ...]
    coverage: tuple[CoverageRow, ...]
    closing: str
