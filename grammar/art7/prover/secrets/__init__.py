"""Keys and data: what becomes of every secret, who can read what, and who is meant by a name.

Schedules are asked value by value, messages field by field, role machines transition by transition. All of it is read
from the resolved text; nothing is guessed at run time, and a question that cannot be decided is `not proven`.
"""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import Module, Protocol, Schedule, Specification
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.secrets.derivations import derivations
from art7.prover.secrets.found import Fault, open_question, proved
from art7.prover.secrets.identities import identities
from art7.prover.secrets.journeys import journeys
from art7.prover.secrets.lives import lives
from art7.prover.secrets.messages import messages
from art7.prover.secrets.nonces import nonces
from art7.prover.secrets.purposes import purposes
from art7.prover.secrets.sizes import sizes
from art7.prover.secrets.tellings import tellings, verifications
from art7.prover.secrets.unverified import unverified
from art7.prover.secrets.values import Values
from art7.prover.secrets.variables import variables
from art7.prover.secrets.walks import Known


def prove(specification: Specification, module: Module, budget: Budget) -> Iterator[Answer]:
    """Yield the answers about the schedules, messages, roles and identities of `module`."""
    for schedule in module.schedules:
        if budget.left <= 0:
            message = f"`{schedule.name}` and what follows were not looked at: the time is used up"
            yield open_question(
                "schedule", schedule.name, message, schedule.span, "no time left", "shorten the module"
            )
            return
        yield from _schedule(schedule)
    for record in module.records:
        yield from (fault.answer() for fault in messages(record))
    for protocol in module.protocols:
        yield from _protocol(specification, protocol)
    for found in identities(specification, module, budget):
        yield found.answer() if isinstance(found, Fault) else found


def _schedule(schedule: Schedule) -> Iterator[Answer]:
    values = Values(schedule)
    faulty = False
    for found in (
        *lives(schedule),
        *purposes(schedule),
        *derivations(schedule, values),
        *sizes(schedule),
        *nonces(schedule, values),
        *tellings(schedule),
        *verifications(schedule),
    ):
        faulty = faulty or isinstance(found, Fault)
        yield found.answer() if isinstance(found, Fault) else found
    if not faulty:
        yield proved(
            "schedule", schedule.name, "every value used and settled, one purpose a key, no two alike"
        )


def _protocol(specification: Specification, protocol: Protocol) -> Iterator[Answer]:
    known = Known(specification, protocol)
    faulty = False
    for fault in (*journeys(known, protocol), *unverified(known, protocol), *variables(known, protocol)):
        faulty = True
        yield fault.answer()
    if not faulty:
        yield proved(
            "protocol", protocol.name, "no secret sent, no content between the ends, nothing used unverified"
        )
