"""Which of several changes of one record a message shows."""

from __future__ import annotations

import re

from art7.prover.answers import Standing
from art7.prover.changes.change import Change, Seen
from art7.prover.changes.languages import Language


def attach(changes: list[Change], found: Language) -> None:
    """Give each message to the changes that explain it, and each change its standing."""
    waiting = [change for change in changes if change.expects]
    for seen in found.shown:
        for change in _explained_by(waiting, seen):
            change.shown = (*change.shown, seen)
            change.standing = Standing.REFUTED
    for change in waiting:
        if change.shown:
            continue
        if found.shown and set(change.expects) & {each for seen in found.shown for each in seen.breaks}:
            change.standing, change.detail = Standing.NOT_PROVEN, "another change of the same record hides it"
        elif found.accepted and not found.is_cut and not change.definite:
            change.standing, change.detail = Standing.TESTED, f"with {found.tried} messages"
        else:
            change.standing = Standing.NOT_PROVEN
            change.detail = "the time was used up" if found.is_cut else "no message of it could be made"
            if found.accepted and not found.is_cut:
                change.detail = f"none of {found.tried} messages has such a value"


def _explained_by(changes: list[Change], seen: Seen) -> list[Change]:
    """The changes that name the rule or the member of the refusal; else those that can break that way; else all."""
    refusal = seen.old or seen.new or seen.difference
    by_rule = [each for each in changes if each.rule and f"({each.rule})" in refusal]
    if by_rule:
        return by_rule
    rest = [each for each in changes if not each.rule] or changes
    words = set(re.findall(r"\w+", refusal))
    by_member = [
        each
        for each in rest
        if each.subject.rpartition(".")[2] in words and set(seen.breaks) & set(each.expects)
    ]
    if by_member:
        return by_member
    return [each for each in rest if set(seen.breaks) & set(each.expects)] or rest
