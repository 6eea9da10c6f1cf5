"""The law as data: obligations, functions, due rules, the completeness profile and the words of a verdict.

Read from `art7.spec` (`obligations/*.toml`). The files are ours, not an applicant's, so a fault in them
is a bug and raises; nothing of an offer is read here.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, cast

from art7.validator.calendar import DueRule, Holidays, holiday_calendars

Check: TypeAlias = Literal["S", "M", "X"]
ExhibitKind: TypeAlias = Literal["scenario", "vector", "replay", "sdk", "flow", "reproduction", "necessity"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event that starts a period, and where an offer states its day.

    `stated` and `assumed` are paths of the manifest; the second is read where the first says nothing, and the event
    is then taken to be `assumed_days` later. An event that no offer states has neither.
    """

    id: str
    text: str
    source: str = ""
    stated: str = ""
    assumed: str = ""
    assumed_days: int = 0


@dataclass(frozen=True, slots=True)
class OwedFunction:
    """A point of Art. 7(2) and when it is owed."""

    point: str
    title: str
    due: str
    content: tuple[str, ...]
    group: bool


@dataclass(frozen=True, slots=True)
class Obligation:
    """One duty: what an offer must show for it, from when, and what a person must judge."""

    id: str
    clause: str
    title: str
    evidence: str
    due: str
    check: tuple[Check, ...]
    states: tuple[str, ...]
    needs: tuple[ExhibitKind, ...]
    point: str | None
    content: tuple[str, ...]
    about: str
    judge: str
    judged: bool
    weighs: str
    """What runs without a datum (`data`) or a measure (`measure`) make a question of; empty for most."""


@dataclass(frozen=True, slots=True)
class LayerItem:
    """One thing that a complete offer states, and where."""

    title: str
    manifest: tuple[str, ...]
    declares: tuple[str, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the completeness profile; `points` limits it to offers that provide one of them."""

    id: str
    title: str
    items: tuple[LayerItem, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A verdict or a cause, with its meaning and the symbol that repeats it without colour."""

    id: str
    meaning: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A defect that real offers have shown."""

    id: str
    clause: str
    title: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A point on which two good implementations of one standard differ; `standards` and `catalogue` name where."""

    id: str
    title: str
    standards: tuple[str, ...]
    catalogue: tuple[str, ...]

    def concerns(self, standard: str, catalogue: str | None) -> bool:
        """Whether it can arise in a component, by the name of its standard or by its module of the catalogue."""
        return (
            squeezed(standard) in {squeezed(name) for name in self.standards} or catalogue in self.catalogue
        )


def squeezed(name: str) -> str:
    """Return the name of a standard without what people write in different ways: case, spaces, stops, hyphens."""
    return "".join(character for character in name.lower() if character.isalnum())


@dataclass(frozen=True, slots=True)
class Law:
    """One edition of the law."""

    id: str
    title: str
    act: str
    edition: str
    digest: str
    holidays: Holidays
    anchors: Mapping[str, Anchor]
    due_rules: Mapping[str, DueRule]
    functions: Mapping[str, OwedFunction]
    obligations: Mapping[str, Obligation]
    layers: tuple[Layer, ...]
    verdicts: Mapping[str, Word]
    causes: Mapping[str, Word]
    findings: Mapping[str, KnownFinding]
    disagreements: Mapping[str, Disagreement]

    def shown_by(self, due: str) -> DueRule:
        """Return the rule that says from when an offer has to show what is owed under the rule `due`."""
        rule = self.due_rules[due]
        return self.due_rules[rule.owed_with] if rule.owed_with else rule


@cache
def load_law(law_id: str = "dma-7") -> Law:
    """Return the edition of the law in `obligations/<law_id>.toml`."""
    octets = files("art7.spec").joinpath("obligations", f"{law_id}.toml").read_bytes()
    return parse_law(octets)


def parse_law(octets: bytes) -> Law:
    """Build a law from the text of its file; raises `KeyError` or `ValueError` on a fault in it."""
    table = tomllib.loads(octets.decode("utf-8"))
    head = table["law"]
    law = Law(
        id=head["id"],
        title=head["title"],
        act=head["act"],
        edition=head["edition"],
        digest="sha256:" + hashlib.sha256(octets).hexdigest(),
        holidays=holiday_calendars()[head["holidays"]],
        anchors={row["id"]: Anchor(**row) for row in table["anchor"]},
        due_rules={row["id"]: DueRule(**row) for row in table["due_rule"]},
        functions={row["point"]: _function(row) for row in table["function"]},
        obligations={row["id"]: _obligation(row) for row in table["obligation"]},
        layers=tuple(_layer(row) for row in table["layer"]),
        verdicts={row["id"]: Word(**row) for row in table["verdict"]},
        causes={row["id"]: Word(**row) for row in table["cause"]},
        findings={row["id"]: KnownFinding(**row) for row in table["finding"]},
        disagreements={row["id"]: _disagreement(row) for row in table["disagreement"]},
    )
    _check_references(law)
    return law


def _function(row: dict[str, Any]) -> OwedFunction:
    return OwedFunction(row["point"], row["title"], row["due"], tuple(row["content"]), row["group"])


def _obligation(row: dict[str, Any]) -> Obligation:
    return Obligation(
        id=row["id"],
        clause=row["clause"],
        title=row["title"],
        evidence=row["evidence"],
        due=row["due"],
        check=cast("tuple[Check, ...]", tuple(row["check"])),
        states=tuple(row.get("states", ())),
        needs=cast("tuple[ExhibitKind, ...]", tuple(row.get("needs", ()))),
        point=row.get("point"),
        content=tuple(row.get("content", ())),
        about=row.get("about", "messages"),
        judge=row["judge"],
        judged=row.get("judged", False),
        weighs=row.get("weighs", ""),
    )


def _layer(row: dict[str, Any]) -> Layer:
    items = tuple(
        LayerItem(
            item["title"],
            tuple(item.get("manifest", ())),
            tuple(item.get("declares", ())),
            item.get("all", False),
        )
        for item in row["items"]
    )
    return Layer(row["id"], row["title"], items, tuple(row.get("from", ())))


def _disagreement(row: dict[str, Any]) -> Disagreement:
    return Disagreement(row["id"], row["title"], tuple(row["standards"]), tuple(row.get("catalogue", ())))


def _check_references(law: Law) -> None:
    used = {function.due for function in law.functions.values()} | {o.due for o in law.obligations.values()}
    if unknown := used - law.due_rules.keys():
        raise ValueError(f"unknown due rules: {sorted(unknown)}")
    for rule in law.due_rules.values():
        if rule.anchor not in law.anchors:
            raise ValueError(f"the due rule {rule.id} has the unknown anchor {rule.anchor}")
        if not law.anchors[law.shown_by(rule.id).anchor].stated:
            raise ValueError(f"no offer states the day from which {rule.id} is owed")
    for obligation in law.obligations.values():
        if obligation.point is not None and obligation.point not in law.functions:
            raise ValueError(f"{obligation.id} names the unknown point {obligation.point}")
