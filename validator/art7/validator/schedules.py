"""What a key schedule holds."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Derive, Named, Schedule


def secrets_of(schedule: Schedule) -> Iterator[Named]:
    """Yield every secret that exists while the schedule runs, in textual order."""
    values = list(schedule.inputs)
    for step in schedule.steps:
        values.extend((step.value,) if isinstance(step, Derive) else step.parts)
    return (value for value in values if value.label == "secret")
