"""What one change is: its level, its direction, what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from art7.grammar.diagnostics import NOWHERE, Span
from art7.prover.answers import Standing


class Level(IntEnum):
    """How deep a change goes; the highest that applies.

    Text: prose alone. Source: names and types of the generated interface. Wire: octets accepted or written. Obligation:
    what a party must do (requirements, roles, timers, limits, data tags, terms).
    """

    TEXT = 1
    SOURCE = 2
    WIRE = 3
    OBLIGATION = 4

    @property
    def word(self) -> str:
        """The word for people."""
        return self.name.lower()


OLD_TO_NEW = "old writer to new reader"
NEW_TO_OLD = "new writer to old reader"


@dataclass(frozen=True, slots=True)
class Seen:
    """A message, and what became of it in both versions: `None` for a value, else the refusal.

    `value` tells what both read differently where neither refuses.
    """

    record: str
    new_record: str
    octets: bytes
    old: str | None
    new: str | None
    params: Mapping[str, Any] = field(default_factory=dict)
    difference: str = ""

    @property
    def breaks(self) -> tuple[str, ...]:
        """The directions in which it is not understood."""
        if self.old is None and self.new is None:
            return (OLD_TO_NEW, NEW_TO_OLD)
        return (OLD_TO_NEW,) if self.old is None else (NEW_TO_OLD,)

    def says(self) -> str:
        """Return what it shows, in a phrase."""
        if self.difference:
            return f"both read it, otherwise: {self.difference}"
        return (
            f"only the old version accepts it: {self.new}"
            if self.old is None
            else f"only the new version accepts it: {self.old}"
        )


@dataclass(frozen=True, slots=True)
class Derived:
    """A schedule run in both versions on the same inputs, and the first value that differs."""

    schedule: str
    inputs: Mapping[str, Any]
    name: str
    old: str
    new: str

    breaks = (OLD_TO_NEW, NEW_TO_OLD)

    def says(self) -> str:
        """Return what it shows, in a phrase."""
        return (
            f"from the same inputs `{self.name}` is {self.old} in the old version, {self.new} in the new one"
        )


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events of a role, the last of which only one version takes."""

    role: str
    events: tuple[str, ...]
    by: str
    """`old` or `new`."""

    @property
    def breaks(self) -> tuple[str, ...]:
        """The direction in which it is not understood."""
        return (OLD_TO_NEW,) if self.by == "old" else (NEW_TO_OLD,)

    def says(self) -> str:
        """Return what it shows, in a phrase."""
        return f"only the {self.by} version allows: {' · '.join(self.events)}"


Shown = Seen | Derived | Sequence


@dataclass(slots=True)
class Change:
    """One change. `expects` are the directions in which its kind can break, for choosing among witnesses.

    `standing`: `refuted` where a witness shows that one version does not understand the other, `proved` where the languages
    are the same by structure, `tested` where no message told them apart, else `not proven`.
    """

    level: Level
    subject: str
    says: str
    old: Span = NOWHERE
    new: Span = NOWHERE
    expects: tuple[str, ...] = ()
    weakens: str = ""
    standing: Standing = Standing.PROVED
    detail: str = ""
    shown: tuple[Shown, ...] = ()
    rule: str = ""
    """The requirement that it is about."""
    certain: tuple[str, ...] = ()
    """Directions that it breaks by its nature: there is nothing left that could be understood."""

    definite: bool = False
    """Whether a value that only one version takes is known to be there: without a message nothing is proven."""

    @property
    def breaks(self) -> tuple[str, ...]:
        """The directions in which messages are no longer understood."""
        found = {direction for each in self.shown for direction in each.breaks} | set(self.certain)
        return tuple(direction for direction in (OLD_TO_NEW, NEW_TO_OLD) if direction in found)

    @property
    def place(self) -> Span:
        """Where it stands: in the new text, else in the old one."""
        return self.new if self.new != NOWHERE else self.old


CODES: dict[str, tuple[str, str, str]] = {
    "A7-C200": (
        "security property weakened",
        "The new version protects less than the old one: a shorter key, nonce or tag, a check or a verification that is gone, "
        "a weaker algorithm, a secret that is no longer one or no longer erased, unknown values that are no longer refused, a "
        "limit that is higher.",
        "Restore the property, or announce it as what it is, with the reason.",
    ),
    "A7-C201": ("prose changed", "Only text for people differs.", "Nothing: programs are not concerned."),
    "A7-C202": (
        "names changed",
        "The generated interface differs: names, types or what is optional. Octets do not.",
        "Generate the SDK again and compile what uses it.",
    ),
    "A7-C203": (
        "octets changed, both sides still understand each other",
        "What is accepted or written differs, and no message was found that one version misunderstands.",
        "Look at the standing: `tested` is no proof.",
    ),
    "A7-C204": (
        "old messages no longer understood",
        "A program that follows the old version writes messages that the new version refuses or reads otherwise.",
        "Keep reading the old form, or give notice as the terms promise.",
    ),
    "A7-C205": (
        "new messages not understood by the old version",
        "A program that follows the new version writes messages that the old version refuses or reads otherwise.",
        "Write the new form only to those who announced it, or give notice as the terms promise.",
    ),
    "A7-C206": (
        "versions that do not understand each other",
        "Messages of either version are refused or read otherwise by the other one.",
        "Give both versions a different name on the wire, and notice as the terms promise.",
    ),
    "A7-C207": (
        "obligation changed",
        "What a party must do differs: requirements, roles, timers, limits, data, terms, functions, measures or dates.",
        "Announce it in the change log.",
    ),
    "A7-C208": (
        "breaking change without the notice promised",
        "Others plan by the notice in the terms. The change breaks them sooner, or the change log does not say that it breaks.",
        "Move `effective`, mark the entry `breaking = true`, or do not break.",
    ),
    "A7-C299": (
        "change whose effect is not proven",
        "Neither a witness nor a proof was found, or the budget was used up.",
        "Add vectors of the record to the modules, and compare again.",
    ),
}
"""Code → title, explanation, next step."""
