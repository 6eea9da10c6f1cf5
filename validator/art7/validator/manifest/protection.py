"""Security, protective measures, personal data and the users' choice (Art. 7(3), 7(7), 7(8), 7(9))."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from art7.validator.manifest.base import (
    Anchor,
    BindingName,
    Day,
    Duration,
    FieldName,
    FilePath,
    Id,
    IdentityName,
    Many,
    MeasureId,
    MessageName,
    PartyId,
    Point,
    ResolutionName,
    RoleName,
    Section,
    SemanticVersion,
    Text,
    ThreatId,
)


class Verification(Section):
    """How an identity is bound to a key, who says so and who can check it."""

    binding: BindingName
    asserted_by: Many[PartyId] = ()
    verified_by: Many[PartyId] = ()
    transparency: Text | None = Field(default=None, description="A log that others can audit, or `none`.")
    notice: MessageName | None = Field(default=None, description="The message that tells of a changed key.")


class Demanded(Section):
    """A security property that an access seeker must have, and the test that shows it."""

    property: Id
    test: Text | None = None


class Security(Section):
    """The level of security, for own users and across services (Art. 7(3))."""

    own: Many[Id] = ()
    interoperable: Many[Id] = ()
    plaintext_roles: Many[PartyId] = Field(default=(), description="Parties at which plaintext exists.")
    verification: Verification | None = None
    demanded: Many[Demanded] = ()


class Alternative(Section):
    """A less restrictive option that was considered."""

    option: Text
    rejected_because: Anchor


class Measure(Section):
    """An entry of the register of protective measures (Art. 7(9))."""

    id: Id
    restricts: Many[Text] = Field(
        default=(),
        description="Restriction ids, or `parity:…`, `data:…`, `feature:…`, `quota:…`, `limit:…`.",
    )
    threat: ThreatId | None = None
    necessity: Anchor | None = None
    proportionality: Anchor | None = None
    less_restrictive: Many[Alternative] = ()
    evidence: Many[FilePath] = ()
    applies_to_own_clients: bool | None = None
    review: Day | None = None


class Threat(Section):
    """What a measure protects from. Abuse by users needs a way to report it and to appeal."""

    id: Id
    title: Text
    kind: Literal[
        "impersonation", "spam", "abuse", "availability", "disclosure", "accountability", "other"
    ] = "other"
    reporting: MessageName | None = None
    appeal: Anchor | None = None


class Data(Section):
    """One row of the data inventory: a field of a message, or something observed on the network (Art. 7(8))."""

    field: FieldName | None = None
    observed: Literal["ip_address", "location", "timing", "contacts", "device", "traffic"] | None = None
    personal: bool = True
    purpose: Id | None = None
    function: Many[Point] = ()
    recipient: PartyId | None = None
    retention: Duration | None = None
    legal_basis: Anchor | None = None
    scope: Literal["global", "service", "pairwise", "session"] | None = Field(
        default=None, description="For identifiers: in how many contexts the value stays the same."
    )
    measure: MeasureId | None = None


class Privacy(Section):
    """Data protection and confidentiality of communications (Art. 7(8))."""

    roles: Anchor | None = None
    legal_basis: Anchor | None = None
    transfers: Anchor | None = None
    confidentiality: Anchor | None = None


class FormerDefault(Section):
    """What the default was in an earlier edition."""

    version: SemanticVersion
    default: Literal["on", "off"]


class ChoiceMachine(Section):
    """The role machine by which users opt in and out."""

    machine: RoleName
    on: Id
    off: Id
    default: Literal["on", "off"]
    deleted: Id | None = Field(default=None, description="The state after the account is deleted.")
    was: Many[FormerDefault] = Field(default=(), description="The default in each earlier edition.")


class Choice(Section):
    """Users stay free to decide (Art. 7(7))."""

    gatekeeper_users: ChoiceMachine | None = None
    requester_users: ChoiceMachine | None = None


class Identifier(Section):
    """A kind of identifier, and what happens when other services use the same one."""

    identity: IdentityName
    namespace: Id
    shared: bool = Field(description="Whether other services use identifiers of this namespace.")
    resolution: ResolutionName | None = None
    asserted_by: Many[PartyId] = ()
    display: Anchor | None = None
