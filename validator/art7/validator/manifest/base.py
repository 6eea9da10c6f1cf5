"""Types that all parts of the manifest share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a text that names a declaration of one of these kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a text that refers to another statement of the manifest by its id."""

    to: str


@dataclass(frozen=True, slots=True)
class InBundle:
    """Marks a text that names something in the bundle: a `passage` of prose or a `file`."""

    what: str


_QUALIFIED = StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$", max_length=300)
_ID = StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$")

MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
DAY_MS = MILLISECONDS["d"]


class Section(BaseModel):
    """A table of the manifest: unknown keys are refused, nothing is converted, values are frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""One phrase for people."""

Id = Annotated[str, _ID]
"""An identifier that other statements refer to."""

MeasureId = Annotated[str, _ID, Refers("measure")]
ThreatId = Annotated[str, _ID, Refers("threat")]
PartyId = Annotated[str, _ID, Refers("party")]
FeatureId = Annotated[str, _ID, Refers("feature")]
StepId = Annotated[str, _ID, Refers("step")]
GroundId = Annotated[str, _ID, Refers("ground")]

Anchor = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,200}\.md#[A-Za-z0-9._-]{1,100}$"),
    InBundle("passage"),
]
"""A passage of prose in the bundle: `docs/terms.md#suspension`."""

MessageName = Annotated[str, _QUALIFIED, Names(("message",))]
"""The qualified name of a message in a module of the bundle or of the catalogue; the others likewise."""
RecordName = Annotated[str, _QUALIFIED, Names(("message", "struct"))]
FieldName = Annotated[str, _QUALIFIED, Names(("field",))]
ProtocolName = Annotated[str, _QUALIFIED, Names(("protocol",))]
RoleName = Annotated[str, _QUALIFIED, Names(("role",))]
ScenarioName = Annotated[str, _QUALIFIED, Names(("scenario",))]
ScheduleName = Annotated[str, _QUALIFIED, Names(("schedule",))]
IdentityName = Annotated[str, _QUALIFIED, Names(("identity",))]
ResolutionName = Annotated[str, _QUALIFIED, Names(("resolve",))]
BindingName = Annotated[
    str, _QUALIFIED, Names(("message", "struct", "field", "schedule", "identity", "resolve", "role"))
]
TransferName = Annotated[str, _QUALIFIED, Names(("message", "struct", "protocol"))]
ErrorName = Annotated[str, _QUALIFIED, Names(("error",))]
TimerName = Annotated[str, _QUALIFIED, Names(("timer",))]
ConstName = Annotated[str, _QUALIFIED, Names(("const",))]
ModuleName = Annotated[str, _QUALIFIED, Names(("module",))]
CatalogueName = Annotated[str, _QUALIFIED, Names(("catalogue",))]

FilePath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,200}$"), InBundle("file")]
"""The path of a file in the bundle, relative to its root."""

Point = Annotated[str, StringConstraints(pattern=r"^7\(2\)\([a-z]\)\([ivx]+\)$")]
"""A point of Article 7(2), e.g. `7(2)(a)(i)`."""

Duration = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(ms|s|min|h|d)$")]
"""A length of time in calendar units: `30d`, `12h`, `500ms`."""

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
"""A date on which a period can begin or end; far ones leave no room for counting."""

SemanticVersion = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z.-]{1,40})?$")
]

Sha256 = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]

Many = Annotated[tuple[T, ...], Field(strict=False, max_length=5000)]
"""An array: TOML gives a list, the model keeps a tuple."""

Scalar = bool | int | float | str
Quantity = bool | int | float | str | Many[str]
"""What a comparison of own and interoperable service may state."""

Free = dict[str, Any]
"""A table whose keys belong to the standard it configures."""


def milliseconds(duration: str) -> int:
    """Return the length of a `Duration` in milliseconds."""
    match = re.fullmatch(r"([0-9]+)([a-z]+)", duration)
    assert match is not None, "the model has checked the form"
    return int(match[1]) * MILLISECONDS[match[2]]


def days(duration: str) -> float:
    """Return the length of a `Duration` in days."""
    return milliseconds(duration) / DAY_MS
