"""How access works in practice: process, terms, support, levels, errors, timers, changes, examples."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from art7.validator.manifest.base import (
    Anchor,
    ConstName,
    Day,
    Duration,
    ErrorName,
    FilePath,
    GroundId,
    Id,
    Many,
    MeasureId,
    ModuleName,
    Quantity,
    RecordName,
    Section,
    SemanticVersion,
    StepId,
    Text,
    TimerName,
)


class Step(Section):
    """A step of a request (Art. 7(5)). `max` is its greatest duration in calendar days."""

    id: Id
    by: Literal["gatekeeper", "requester", "both"]
    max: Duration | None = None
    next: Many[StepId] = ()
    final: bool = False
    operational: bool = Field(default=False, description="The function works once this step has ended.")
    refusal_grounds: Many[GroundId] = ()
    appeal: Anchor | None = None
    tests: Many[Text] = ()


class Process(Section):
    """From a request to an operational function: a graph with greatest durations."""

    start: StepId | None = None
    step: Many[Step] = ()
    grounds: dict[str, Anchor] = Field(default={}, description="The closed list of grounds of refusal.")


class Terms(Section):
    """General terms (Art. 7(4)). Prices are in euro."""

    price: dict[str, int | float] = {}
    change_notice: Duration | None = None
    support_window: Duration | None = None
    periods: Anchor | None = Field(default=None, description="The passage that says these periods in words.")
    term: Anchor | None = None
    suspension: Anchor | None = None
    termination: Anchor | None = None
    dispute: Anchor | None = None
    liability: Anchor | None = None
    audit: Anchor | None = None
    confidentiality: Anchor | None = None
    governing_law: Text | None = None
    cybersecurity: Anchor | None = None
    consumer: Anchor | None = None
    accessibility: Anchor | None = None


class Support(Section):
    """Whom to ask."""

    hours: Text | None = None
    response: Duration | None = None
    contact: Text | None = None


class TestEnvironment(Section):
    """A place to test that is not production."""

    endpoint: Text | None = None
    separate_from_production: bool | None = None
    accounts: Text | None = None
    logs: Text | None = None
    vectors: FilePath | None = None


class Level(Section):
    """A service level for own users and for interoperable ones."""

    own: Quantity
    interoperable: Quantity
    measure: MeasureId | None = None


class ServiceLevels(Section):
    """Declared quality (Art. 13(6))."""

    availability: Level | None = None
    latency_p99_ms: Level | None = None
    offline_storage: Duration | None = None
    text: Anchor | None = Field(default=None, description="The passage that says how long messages wait.")


class Operations(Section):
    """Maintenance and incidents."""

    maintenance: Anchor | None = None
    incidents: Anchor | None = None
    status: Text | None = None


class Response(Section):
    """How an error shows on the transport, and whether trying again can help."""

    error: ErrorName
    status: int = Field(ge=100, le=599)
    retry: bool


class Errors(Section):
    """The closed registry of errors."""

    registry: Many[ModuleName] = Field(default=(), description="Modules whose `errors` are the registry.")
    success: Many[int] = ()
    response: Many[Response] = ()


class Quota(Section):
    """A rate limit, for own clients and for interoperable ones."""

    subject: Id
    own: int = Field(ge=0)
    interoperable: int = Field(ge=0)
    per: Duration
    measure: MeasureId | None = None
    text: Anchor | None = Field(default=None, description="The passage that says the same in words.")


class Timer(Section):
    """A time after which something happens at the boundary. Timers are compared with one another."""

    id: Id
    kind: Literal[
        "enlistment_lapse",
        "credential_life",
        "credential_renewal",
        "media_expiry",
        "retry_window",
        "replay_window",
        "push_token_life",
        "other",
    ]
    value: Duration
    declared: TimerName | None = Field(default=None, description="The same timer in a role machine.")
    constant: ConstName | None = Field(default=None, description="The same time as a constant, in seconds.")
    text: Anchor | None = Field(default=None, description="The passage that says the same in words.")


class Change(Section):
    """An entry of the change log."""

    version: SemanticVersion
    published: Day
    effective: Day
    breaking: bool
    text: Anchor


class Form(Section):
    """One printed form of an example: its octets in some notation, or its `value` in JSON as vectors spell it."""

    kind: Literal["hex", "base64", "octets", "value"]
    file: FilePath


class Example(Section):
    """A worked example, printed in one or more forms that must say the same."""

    id: Id
    message: RecordName
    forms: Many[Form] = ()


class Mapping(Section):
    """How a layer of the offer stands to the nearest public standard (Art. 46, 48)."""

    layer: Literal["encryption", "content", "delivery", "identity"]
    standard: Text
    relation: Literal["used", "translatable", "departs"]
    reason: Anchor


class Reporting(Section):
    """Annex of the compliance report (Art. 11) and mapping to standards (Art. 46, 48)."""

    article_11: Anchor | None = None
    standards: Anchor | None = None
    mapping: Many[Mapping] = ()


class Waiver(Section):
    """A finding that the gatekeeper answers with a reason instead of a change."""

    reason: Anchor
    owner: Text
    until: Day
