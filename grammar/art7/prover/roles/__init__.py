"""Role machines composed over their channels: every run of them, as far as it can be had.

The data of messages is left open: a guard may hold or not, and whether the guards of one event cover everything and
exclude each other is settled first (`guards`). What a role does with an event is what `art7.runtime.machine` does
(`machine`); channels hold what they declare, lose and repeat where they are lossy (`queues`); all of it is one machine over
integers (`composition`), looked through from its beginning (`explore`). Who can still go on is found backwards (`progress`).
Where the configurations are too many and all channels are lossy, each role is looked at alone against all that may be sent
to it (`alone`), and runs are sought for what that finds (`directed`). `ladder_text` and `ladder_svg` draw the runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Module, Specification
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.roles.codes import CODES

__all__ = ["CODES", "prove"]


def prove(specification: Specification, module: Module, budget: Budget) -> Iterator[Answer]:
    """Yield the answers about the protocols of a module."""
    from art7.prover.roles.judge import Judge

    for protocol in module.protocols:
        yield from Judge(specification, protocol, budget).answers()
