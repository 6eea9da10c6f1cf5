"""Side by side in one process: cases in shuffled, interleaved rounds, medians, the collector off."""

from __future__ import annotations

import gc
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time
from timeit import Timer
from typing import Any

SLICE_SECONDS = 0.002
"""How long one case runs in one round."""


@dataclass
class Group:
    """Cases that do the same work; `run` fills `medians` (nanoseconds a call) by label."""

    name: str
    cases: dict[str, Timer] = field(default_factory=dict)
    medians: dict[str, float] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, label: str, function: Callable[..., Any], *arguments: Any) -> None:
        """Time `function(*arguments)`; it is called once before, so that a failure shows."""
        function(*arguments)
        names = [f"a{i}" for i in range(len(arguments))]
        scope = {"f": function, **dict(zip(names, arguments, strict=True))}
        # Time of this process alone: what else the machine does is not ours.
        self.cases[label] = Timer(f"f({', '.join(names)})", timer=process_time, globals=scope)

    def run(self, rounds: int = 61) -> None:
        """Time every case once a round, in another order each time."""
        loops = {label: self._loops(timer) for label, timer in self.cases.items()}
        times = self.times = {label: [] for label in self.cases}
        order = list(self.cases)
        shuffle = random.Random(7).shuffle
        for _ in range(rounds):
            shuffle(order)
            for label in order:
                gc.collect(0)
                times[label].append(self.cases[label].timeit(loops[label]) * 1e9 / loops[label])
        self.medians = {label: statistics.median(values) for label, values in times.items()}

    def ratio(self, reference: str, label: str) -> float | None:
        """Return the time of `reference` by that of `label`: above 1, `label` is faster.

        The median of the rounds' own ratios: a machine busy with other work slows neighbours alike.
        """
        if reference not in self.times or label not in self.times:
            return None
        return statistics.median(a / b for a, b in zip(self.times[reference], self.times[label], strict=True))

    @staticmethod
    def _loops(timer: Timer) -> int:
        timer.timeit(20)
        seconds = timer.timeit(100) / 100
        return max(1, int(SLICE_SECONDS / max(seconds, 1e-9)))
