"""The notice that the terms promise, against the dates of the change log (DMA Art. 7(4))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from art7.grammar.diagnostics import Span
from art7.prover.changes.change import Change
from art7.validator.manifest.base import days
from art7.validator.manifest.operation import Change as Entry
from art7.validator.offer import Offer


def shortfall(entry: Entry, notice: str | None) -> str | None:
    """Return by what a breaking entry of a change log falls short of the notice, `None` where it does not."""
    given = (entry.effective - entry.published).days
    if given < 0:
        return f"change {entry.version} took effect before it was published"
    if entry.breaking and notice is not None and given < days(notice):
        return (
            f"breaking change {entry.version} took effect {given} days after publication, notice is {notice}"
        )
    return None


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing for a breaking change to be announced: a phrase, its place, what to do."""

    says: str
    span: Span
    help: str


def lacks_of_notice(old: Offer, new: Offer, changes: Iterable[Change]) -> Iterator[Lack]:
    """Yield why changes that break or weaken come without the notice that the old edition promised."""
    if not any(change.breaks or change.weakens for change in changes):
        return
    head = new.manifest.offer
    promised = old.manifest.terms.change_notice
    if promised is None:
        yield Lack(
            "the old edition promises no notice of changes",
            old.at("terms"),
            "state `change_notice` in the terms, and keep it",
        )
    entries = [(n, each) for n, each in enumerate(new.manifest.change_log) if each.version == head.version]
    if head.version == old.manifest.offer.version:
        yield Lack(
            f"both editions have the version {head.version}",
            new.at("offer", "version"),
            "raise the version of what changed",
        )
    elif not entries:
        yield Lack(
            f"the change log has no entry for {head.version}",
            new.at("change_log"),
            "add one, with `breaking = true` and its dates",
        )
    for n, entry in entries:
        where = new.at("change_log", n)
        if not entry.breaking:
            yield Lack(
                f"the entry for {entry.version} does not say that it breaks", where, "set `breaking = true`"
            )
        said = shortfall(entry.model_copy(update={"breaking": True}), promised)
        if said is not None:
            yield Lack(said, where, "move `effective`, or do not break")
