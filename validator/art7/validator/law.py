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
ExhibitKind: TypeAlias = Literal["scenario", "vector", "replay", "sdk", "flow", "reproduction"]


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
class Law:
    """One edition of the law."""

    id: str
    title: str
    act: str
    edition: str
    digest: str
    holidays: Holidays
    due_rules: Mapping[str, DueRule]
    functions: Mapping[str, OwedFunction]
    obligations: Mapping[str, Obligation]
    layers: tuple[Layer, ...]
    verdicts: Mapping[str, Word]
    causes: Mapping[str, Word]
    findings: Mapping[str, KnownFinding]


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
        due_rules={row["id"]: DueRule(**row) for row in table["due_rule"]},
        functions={row["point"]: _function(row) for row in table["function"]},
        obligations={row["id"]: _obligation(row) for row in table["obligation"]},
        layers=tuple(_layer(row) for row in table["layer"]),
        verdicts={row["id"]: Word(**row) for row in table["verdict"]},
        causes={row["id"]: Word(**row) for row in table["cause"]},
        findings={row["id"]: KnownFinding(**row) for row in table["finding"]},
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


def _check_references(law: Law) -> None:
    used = {function.due for function in law.functions.values()} | {o.due for o in law.obligations.values()}
    if unknown := used - law.due_rules.keys():
        raise ValueError(f"unknown due rules: {sorted(unknown)}")
    for obligation in law.obligations.values():
        if obligation.point is not None and obligation.point not in law.functions:
            raise ValueError(f"{obligation.id} names the unknown point {obligation.point}")
