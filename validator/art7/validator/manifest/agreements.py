"""What two good implementations of one standard have to agree on, because the standard leaves it to them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from art7.validator.manifest.base import Duration, Id, IdentityName, Many, ScheduleName, Section, Text


class Lifetime(Section):
    """How long a key package may be used for adding its owner."""

    default: Duration
    max: Duration


class Capabilities(Section):
    """What every member of a group must support, by name."""

    extensions: Many[Id] = ()
    proposals: Many[Id] = ()
    credentials: Many[Id] = ()


class Exporter(Section):
    """A secret taken out of a group for another use."""

    label: Text
    context: Text
    octets: int = Field(ge=1, le=255)
    into: ScheduleName | None = Field(default=None, description="The schedule that takes the secret.")


class Agreed(Section):
    """The points of a component on which its implementations are known to disagree."""

    key_package_lifetime: Lifetime | None = None
    key_package_container: Literal["bare", "mls_message"] | None = None
    init_key_test: Text | None = Field(
        default=None, description="The test that refuses one key for init and leaf: `requirement:…`."
    )
    handshake_framing: Literal["public", "private"] | None = None
    required: Capabilities | None = None
    credential: IdentityName | None = Field(default=None, description="The syntax inside the credential.")
    exporter: Exporter | None = None
    versions: Many[Text] = Field(default=(), description="Versions of the messages that are spoken.")
    minimum: Text | None = Field(default=None, description="The lowest version that is accepted.")
    kem: Text | None = Field(default=None, description="The key encapsulation of the agreement, or `none`.")
    instance_tags: bool | None = None
    namespace: Text | None = None
    fallback: Literal["refused", "allowed"] | None = Field(
        default=None, description="What becomes of a peer that knows only an older or weaker form."
    )
    transport_tokens: Literal["upper", "lower", "any"] | None = None
    preserve: Many[Id] = Field(default=(), description="Attributes that must survive an intermediary.")
    profiles: Many[Text] = ()
    mandatory: Text | None = Field(default=None, description="The one of `profiles` that everybody has.")
    keying: Literal["dtls", "mls", "sdes", "zrtp"] | None = None
    comparison: Literal["decoded", "encoded"] | None = Field(
        default=None, description="What two encoders are compared by."
    )
    features: Many[Text] = Field(default=(), description="Features of the notation that are used.")
