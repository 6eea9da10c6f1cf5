"""Under which policies a path is valid (RFC 5280 §6.1.2 to §6.1.5), as a graph instead of a tree (RFC 9618 §5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from art7.runtime.x509.certificates import (
    INHIBIT_ANY,
    MAPPINGS,
    POLICIES,
    POLICY_CONSTRAINTS,
    Certificate,
)
from art7.runtime.x509.refusals import PathRefused

ANY = "2.5.29.32.0"


@dataclass(slots=True)
class _Node:
    """A policy at one depth: what the next certificate may call it, and which policies above lead to it."""

    expected: set[str]
    parents: set[str] = field(default_factory=set)


class Policies:
    """The policies of a path so far; a graph with one node for a policy at a depth, so that work grows with the path."""

    def __init__(self, length: int, explicit: bool, inhibit_mapping: bool, inhibit_any: bool) -> None:
        self._levels: list[dict[str, _Node]] = [{ANY: _Node({ANY})}]
        self._explicit = 0 if explicit else length + 1
        self._mapping = 0 if inhibit_mapping else length + 1
        self._any = 0 if inhibit_any else length + 1

    def take(self, certificate: Certificate, is_last: bool, index: int) -> None:
        """Take the policies of the next certificate (§6.1.3 d to f). Raises: `PathRefused` with `policy`."""
        rows = certificate.extensions.get(POLICIES)
        above = self._levels[-1]
        level: dict[str, _Node] = {}
        if rows is not None and above:
            named = {row["policy"] for row in rows}
            for policy in named - {ANY}:
                parents = {name for name, node in above.items() if policy in node.expected}
                if not parents and ANY in above:
                    parents = {ANY}
                if parents:
                    level[policy] = _Node({policy}, parents)
            if ANY in named and (self._any > 0 or (not is_last and certificate.is_self_issued)):
                for name, node in above.items():
                    for policy in node.expected - named | (node.expected & {ANY}):
                        level.setdefault(policy, _Node({policy})).parents.add(name)
        self._levels.append(level)
        self._check(bool(level), index)

    def _check(self, has_any: bool, index: int) -> None:
        if not has_any and self._explicit == 0:
            raise PathRefused("policy", "a policy", "none", index)

    def prepare(self, certificate: Certificate, index: int) -> None:
        """Take what an authority says of certificates below it (§6.1.4 a, b, h, i, j).

        Raises: `PathRefused` with `bad_mapping`.
        """
        mappings: dict[str, set[str]] = {}
        for row in certificate.extensions.get(MAPPINGS) or ():
            if ANY in (row["issuer_policy"], row["subject_policy"]):
                raise PathRefused("bad_mapping", "policies other than any", "any policy", index)
            mappings.setdefault(row["issuer_policy"], set()).add(row["subject_policy"])
        self._map(mappings)
        if not certificate.is_self_issued:
            self._explicit, self._mapping, self._any = (
                max(0, count - 1) for count in (self._explicit, self._mapping, self._any)
            )
        constraints: Mapping[str, Any] = certificate.extensions.get(POLICY_CONSTRAINTS) or {}
        self._explicit = _least(self._explicit, constraints.get("require_explicit"))
        self._mapping = _least(self._mapping, constraints.get("inhibit_mapping"))
        self._any = _least(self._any, certificate.extensions.get(INHIBIT_ANY))

    def _map(self, mappings: Mapping[str, set[str]]) -> None:
        level = self._levels[-1]
        for issuer, subjects in mappings.items():
            if self._mapping == 0:
                level.pop(issuer, None)
            elif issuer in level:
                level[issuer].expected = subjects
            elif ANY in level:
                level[issuer] = _Node(subjects, {ANY})

    def finish(self, certificate: Certificate, wanted: Collection[str], index: int) -> frozenset[str]:
        """Return the policies that the user takes and the path has (§6.1.5 a, b, g).

        Raises: `PathRefused` with `policy`.
        """
        self._explicit = max(0, self._explicit - 1)
        constraints: Mapping[str, Any] = certificate.extensions.get(POLICY_CONSTRAINTS) or {}
        if constraints.get("require_explicit") == 0:
            self._explicit = 0
        found = self._of_authorities()
        if ANY not in wanted:
            found = frozenset(wanted) if ANY in found else found & frozenset(wanted)
        self._check(bool(found), index)
        return found

    def _of_authorities(self) -> frozenset[str]:
        """Policies in the words of who is trusted: those right below any policy, from which the last is reached."""
        found: set[str] = set()
        reached = set(self._levels[-1])
        if ANY in reached:
            found.add(ANY)
        for depth in range(len(self._levels) - 1, 0, -1):
            above: set[str] = set()
            for policy in reached:
                parents = self._levels[depth][policy].parents & set(self._levels[depth - 1])
                if ANY in parents and policy != ANY:
                    found.add(policy)
                above |= parents
            reached = above
        return frozenset(found)


def _least(count: int, other: int | None) -> int:
    return count if other is None else min(count, max(0, int(other)))
