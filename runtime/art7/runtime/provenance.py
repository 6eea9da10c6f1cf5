"""Where two ends of a conversation begin to derive different values.

Begins at a schedule that refused (an opening that fails), finds the other end's schedule that it has octets in common with
(the sealing), and follows each input that differs to the schedules that derived it, until the difference begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from art7.runtime.endpoint import Derived, Named

Derivation = tuple[str, Derived, int]
"""(role, what was derived, entry of the trace)."""

LEAST_OCTETS = 8
"""Octets in common that tie two derivations together; fewer may be equal by chance."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """`name` differs between `here` and `there`; `is_given` when neither derived it, but was given it by its machine."""

    name: str
    is_given: bool
    here: Derivation
    there: Derivation

    def reason(self) -> str:
        """Return the difference as a phrase."""
        how = "is given another" if self.is_given else "derives another"
        (one, first, one_entry), (other, second, other_entry) = self.here, self.there
        return (
            f"{one} {how} `{self.name}` in {first.schedule} (entry {one_entry}) "
            f"than {other} in {second.schedule} (entry {other_entry})"
        )


def divergence(derivations: Sequence[Derivation], role: str, refused: Derived) -> Divergence | None:
    """Return where the values behind `refused`, a schedule of `role`, begin to differ from another end's."""
    here = next((each for each in derivations if each[0] == role and each[1] is refused), None)
    there = None if here is None else _counterpart(derivations, here)
    if here is None or there is None:
        return None
    found: Divergence | None = None
    followed: set[int] = set()
    while here[2] not in followed:
        followed.add(here[2])
        found = _difference(here, there) or found
        step = _follow(derivations, here, there)
        if step is None:
            return found
        here, there = step
    return found


def _counterpart(derivations: Sequence[Derivation], here: Derivation) -> Derivation | None:
    """Return the latest derivation of another role that shares the most octets with this one."""
    mine = _octets(here[1])
    best, most = None, 0
    for each in derivations:
        if each[0] == here[0] or each[2] > here[2]:
            continue
        shared = len(mine & _octets(each[1]))
        # A fixed key in common says little; the sealed octets, which no other derivation has, say all.
        if shared and shared >= most:
            best, most = each, shared
    return best


def _octets(derived: Derived) -> set[bytes]:
    values = (value for _, _, value in (*derived.inputs, *derived.values))
    return {v for v in values if isinstance(v, bytes) and len(v) >= LEAST_OCTETS and any(v)}


def _difference(here: Derivation, there: Derivation) -> Divergence | None:
    """Return the first derived name in common that differs, else the first input in common."""
    for is_given in (False, True):
        for name, value in _pairs(here[1], is_given):
            other = dict(_all(there[1])).get(name, value)
            if other != value:
                return Divergence(name, is_given, here, there)
    return None


def _follow(
    derivations: Sequence[Derivation], here: Derivation, there: Derivation
) -> tuple[Derivation, Derivation] | None:
    """Return the derivations that made an input which differs, one of each end."""
    others = dict(_all(there[1]))
    for name, value in _pairs(here[1], True):
        if name not in others or others[name] == value:
            continue
        mine = _maker(derivations, here, value)
        yours = _maker(derivations, there, others[name])
        if mine is not None and yours is not None and _name_of(mine, value) == _name_of(yours, others[name]):
            return mine, yours
    return None


def _maker(derivations: Sequence[Derivation], user: Derivation, value: object) -> Derivation | None:
    """Return the latest derivation of the same role, before `user`, that gave this value."""
    for each in reversed(derivations):
        if each[0] == user[0] and each[2] < user[2] and _name_of(each, value) is not None:
            return each
    return None


def _name_of(derivation: Derivation, value: object) -> str | None:
    return next((name for name, _, found in derivation[1].values if found == value), None)


def _pairs(derived: Derived, is_given: bool) -> list[tuple[str, object]]:
    chosen: tuple[Named, ...] = derived.inputs if is_given else derived.values
    return [(name, value) for name, _, value in chosen]


def _all(derived: Derived) -> list[tuple[str, object]]:
    return [*_pairs(derived, True), *_pairs(derived, False)]
