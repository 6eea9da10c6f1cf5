"""Who offers what to whom: the offer itself, the gatekeeper, eligibility, and the parties on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from art7.validator.manifest.base import (
    Anchor,
    Day,
    Id,
    Many,
    MeasureId,
    Point,
    RoleName,
    Section,
    SemanticVersion,
    Sha256,
    Text,
)


class Supersedes(Section):
    """The edition of the offer that this one replaces."""

    version: SemanticVersion
    published: Day
    digest: Sha256 | None = Field(default=None, description="Digest of the manifest.json of that edition.")


class Gated(Section):
    """A part of the offer that is shown only under an agreement. Each one counts against Art. 7(4)."""

    what: Text
    reason: Anchor
    requirements: int = Field(ge=0, default=0, description="How many requirements the part holds.")


class OfferHeader(Section):
    """Edition and publication (Art. 7(4))."""

    id: Id
    version: SemanticVersion
    published: Day | None = None
    effective: Day | None = Field(default=None, description="First day of application, if after publication.")
    supersedes: Supersedes | None = None
    languages: Many[Text] = ()
    public_location: Text | None = Field(default=None, description="HTTPS address that needs no contract.")
    licence: Text | None = None
    gated: Many[Gated] = ()


class Decision(Section):
    """The designation decision that lists the service (Art. 3(9))."""

    reference: Text
    date: Day
    notified: Day | None = Field(
        default=None,
        description="The six months run from here (TFEU Art. 297(2)); the day after `date` if it is not stated.",
    )


class Extension(Section):
    """A decision under Art. 7(6) that moves a date."""

    reference: Text
    points: Many[Point] = Field(
        description="Functions whose date is moved; none means the whole offer.", default=()
    )
    until: Day


class Gatekeeper(Section):
    """The undertaking and its listed service (Art. 3(9), 7(1))."""

    name: Text | None = None
    service: Text | None = None
    decision: Decision | None = None
    extension: Many[Extension] = ()


class Restriction(Section):
    """A condition that narrows who may use the offer. It needs a measure (Art. 7(9))."""

    id: Id
    text: Text
    concerns: Literal["requester", "end_user"]
    criterion: Literal[
        "location", "size", "legal_form", "licence", "platform", "security", "contract", "devices", "other"
    ]
    measure: MeasureId | None = None


class Eligibility(Section):
    """Who may request interoperability (Art. 7(1))."""

    requester: Text | None = None
    party: Literal["legal_entity", "operator", "service"] | None = Field(
        default=None, description="The unit that makes a request and signs."
    )
    hosted: Anchor | None = Field(
        default=None, description="What holds for a service run by several operators."
    )
    restriction: Many[Restriction] = ()


class Party(Section):
    """A party on the wire: which role machines it plays, who operates it, whether it is an end of the encryption."""

    id: Id
    kind: Literal["end", "server", "proxy"]
    operator: Literal["user", "gatekeeper", "requester"]
    service: Id | None = Field(
        default=None, description="The service whose users an end serves, where it is one of several."
    )
    plays: Many[RoleName] = Field(default=(), description="Role machines: module.Protocol.role.")
