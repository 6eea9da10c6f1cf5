"""What a proof may cost. A budget that is used up ends in `not proven`, never in a pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Budget:
    """Seconds for one question and for all of one module, configurations for one composition of roles.

    `clock` gives seconds that only grow; it is handed in so that tests need not wait.
    """

    question: float = 2.0
    module: float = 60.0
    configurations: int = 1_000_000
    clock: Callable[[], float] = time.monotonic
    _end: float | None = field(default=None, repr=False)

    def start(self) -> None:
        """Begin to count the seconds of a module."""
        self._end = self.clock() + self.module

    @property
    def left(self) -> float:
        """Seconds that the next question may take: 0 when the module's are used up."""
        if self._end is None:
            return self.question
        return max(0.0, min(self.question, self._end - self.clock()))
