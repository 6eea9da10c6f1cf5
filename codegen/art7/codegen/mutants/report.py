"""What became of mutants: figures, and every survivor with its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from art7.codegen.mutants.operators import Mutation

SURVIVING = ("survived", "unreached")
UNREAD = "no vector comes to this line"
DETOUR = "detour"
LONGER = "gives up where it need not: the general way gives the same answers"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutant and its end.

    `status`: `killed`, `timeout`, `crash`, `memory`, `raised-…` (all found), `survived` or `unreached`. `vector`: which found
    it, as file and id. `reason`: why it may survive, where that is known.
    """

    mutation: Mutation
    status: str
    vector: str = ""
    reason: str = ""

    @property
    def found(self) -> bool:
        """Whether a vector tells it from the codec without fault."""
        return self.status not in SURVIVING

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        made = self.mutation
        row = {
            "file": made.file,
            "line": made.line,
            "column": made.column,
            "function": made.function,
            "kind": made.kind,
            "original": made.original,
            "mutated": made.replacement,
            "status": self.status,
        }
        return row | {key: text for key, text in (("vector", self.vector), ("reason", self.reason)) if text}


@dataclass(slots=True)
class MutantReport:
    """The mutants that were tried of `possible`, drawn with `seed`; `failing` are vectors that the codec itself fails.

    `detours` are mutants that are none to a user: a fast way gives up where it need not, and the general way that it falls
    back to gives the same answers, only later. They count neither as found nor as missed.
    """

    source: str
    possible: int
    seed: int
    vectors: int
    mutants: list[Mutant] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    detours: list[Mutant] = field(default_factory=list)

    @property
    def killed(self) -> int:
        """How many were found."""
        return sum(mutant.found for mutant in self.mutants)

    @property
    def rate(self) -> float:
        """The share found, 1.0 where none was tried."""
        return self.killed / len(self.mutants) if self.mutants else 1.0

    def survivors(self) -> list[Mutant]:
        """Return those that no vector found, in order of text."""
        return [mutant for mutant in self.mutants if not mutant.found]

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Return kind → (found, tried)."""
        tried = Counter(mutant.mutation.kind for mutant in self.mutants)
        found = Counter(mutant.mutation.kind for mutant in self.mutants if mutant.found)
        return {kind: (found[kind], tried[kind]) for kind in sorted(tried)}

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "source": self.source,
            "seed": self.seed,
            "vectors": self.vectors,
            "possible": self.possible,
            "tried": len(self.mutants),
            "killed": self.killed,
            "failing": self.failing,
            "kinds": {kind: {"killed": row[0], "tried": row[1]} for kind, row in self.by_kind().items()},
            "detours": [mutant.as_json() for mutant in self.detours],
            "survivors": [mutant.as_json() for mutant in self.survivors()],
        }


def report_text(report: MutantReport) -> list[str]:
    """Return the report in lines: figures, then each survivor with its place and its two texts."""
    lines = [f"the codec fails {name} unchanged" for name in report.failing[:20]]
    lines.append(
        f"{report.killed} of {len(report.mutants)} mutants found ({report.rate:.1%}) by {report.vectors} vectors; "
        f"{len(report.mutants)} of {report.possible} tried, seed {report.seed}"
        + (f"; {len(report.detours)} more only take a longer way" if report.detours else "")
    )
    for mutant in report.survivors():
        made = mutant.mutation
        where = f"{made.file}:{made.line}:{made.column}"
        change = f"`{_short(made.original)}` became `{_short(made.replacement)}`"
        lines.append(f"{where}: {made.kind}: {change}" + (f" ({mutant.reason})" if mutant.reason else ""))
    return lines


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 60 else f"{one[:59]}…"
