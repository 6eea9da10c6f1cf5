"""What is provided: functions of Art. 7(2), media, features, parity, components."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from art7.validator.manifest.agreements import Agreed
from art7.validator.manifest.base import (
    Anchor,
    CatalogueName,
    Day,
    Duration,
    FeatureId,
    FieldName,
    Free,
    Id,
    Many,
    MeasureId,
    MessageName,
    ModuleName,
    PartyId,
    Point,
    ProtocolName,
    Quantity,
    ResolutionName,
    ScenarioName,
    ScheduleName,
    Section,
    Text,
    TransferName,
)

MediaClass = Literal["image", "voice_message", "video", "file"]
Demand = Literal["required", "optional", "unavailable"]


class Provides(Section):
    """The declarations that carry a function."""

    messages: Many[MessageName] = ()
    protocol: ProtocolName | None = None
    scenarios: Many[ScenarioName] = ()


class Limit(Section):
    """A greatest value, for own users and in both directions between the services."""

    own: int = Field(ge=0)
    send: int = Field(ge=0, description="From users of the access seeker to users of the gatekeeper.")
    receive: int = Field(ge=0, description="From users of the gatekeeper to users of the access seeker.")
    field: FieldName | None = Field(default=None, description="The field whose type bounds it.")
    measure: MeasureId | None = None


class Media(Section):
    """One media class of a function."""

    content: MediaClass
    types: Many[Text] = ()
    codecs: Many[Text] = ()
    max_octets: Limit | None = None
    upload: TransferName | None = None
    download: TransferName | None = None
    encryption: ScheduleName | None = None
    expiry: Duration | None = None


class Requires(Section):
    """What an access seeker that requests the function must do."""

    send: Demand = "required"
    receive: Demand = "required"
    features: Many[FeatureId] = ()
    functions: Many[Point] = ()


class Group(Section):
    """How a group that spans several services stays one group (Art. 7(2)(b))."""

    ordering: PartyId | None = Field(default=None, description="Who decides the order of changes.")
    services: int = Field(ge=2, default=2, description="How many services one group can span.")


class Function(Section):
    """One point of Art. 7(2)."""

    point: Point
    own: bool = Field(description="Whether the gatekeeper offers it to its own users.")
    interoperable: bool
    since: Day | None = None
    planned: Day | None = None
    provides: Provides = Provides()
    identity: ResolutionName | None = Field(
        default=None, description="The resolution from identifier to account."
    )
    keys: Many[ScheduleName] = ()
    limits: dict[str, Limit] = {}
    media: Many[Media] = ()
    requires: Requires = Requires()
    group: Group | None = None


class Feature(Section):
    """Something beside the functions of Art. 7(2): receipts, typing, reactions."""

    id: Id
    text: Text
    messages: Many[MessageName] = ()
    required: bool = False
    points: Many[Point] = Field(default=(), description="Functions that cannot work without it.")
    measure: MeasureId | None = None


class Parity(Section):
    """An aspect of the service, for own users and for interoperable ones (Art. 7(2), 13(6))."""

    aspect: Text
    own: Quantity
    interoperable: Quantity
    lower_is_better: bool = False
    measure: MeasureId | None = None


class Acceptance(Section):
    """How an equivalent of a standard is accepted: by which test, by whom, and how soon."""

    predicate: Text = Field(
        description="A scenario, requirement or vector set: `scenario:chat.Delivery.text`."
    )
    decided_by: PartyId
    max: Duration
    criteria: Anchor | None = None


class Component(Section):
    """A standard that the offer builds on, with its exact profile."""

    standard: Text
    catalogue: CatalogueName | None = Field(
        default=None, description="The catalogue module that expresses it."
    )
    profile: Literal["exact", "subset", "delta", "equivalent"]
    includes: Many[Text] = Field(default=(), description="What a subset consists of.")
    delta: ModuleName | None = Field(default=None, description="The module that states the differences.")
    acceptance: Acceptance | None = None
    cipher_suites: Many[int | str] = ()
    agreed: Agreed = Agreed()
    parameters: Free = {}
