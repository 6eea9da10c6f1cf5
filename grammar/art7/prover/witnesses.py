"""What shows a fault: data that a person reads and that the interpreter or the runtime replays.

A witness is plain data (it is kept in a cache and written to JSON). `art7.prover.replay` executes those about messages;
a `Ladder` is played on the role machines of `art7.runtime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.grammar.diagnostics import Related
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What reading or writing must come to: a value (`error` is `None`) or the refusal `error`, maybe by `requirement`."""

    error: str | None = None
    requirement: str | None = None
    value: Value = None


@dataclass(frozen=True, slots=True)
class MessageWitness:
    """Octets that record `record` reads with `outcome`, which is what is wrong (`says` tells why, in a phrase)."""

    record: str
    octets: bytes
    outcome: Outcome
    says: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ValueWitness:
    """A value that record `record` writes with `outcome`: a refusal, or octets that are read as another value."""

    record: str
    value: Value
    outcome: Outcome
    says: str
    octets: bytes | None = None
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TwoSpellings:
    """Two different octet strings that `record` reads as the same value, where its form should be the only one."""

    record: str
    first: bytes
    second: bytes
    says: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """One message that two texts, which both follow the words of the specification, read differently.

    `first_text` and `second_text` are whole module texts that differ only in how the open point is settled.
    """

    record: str
    octets: bytes
    first_text: str
    second_text: str
    first: Outcome
    second: Outcome
    says: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One event: `kind` is `send`, `receive`, `lose`, `timeout` or `local`; `name` the message, timer or event."""

    kind: str
    role: str
    name: str
    peer: str | None = None
    state: str = ""
    """The state of `role` after it."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A run of the composed roles of `protocol` that ends in the fault; `states` are the roles' states then.

    `values` are members of a message and variables (`m.n`, `count`) for which the fault shows, where it needs some.
    `shows` is what the end shows: `refused` (the last event is), `waits` (a role in its state for ever), `full` (a channel),
    `kept` (a deferred message), `gap` and `clash` (of guards, for `values`), `never` (something never happens, so there
    are no steps), `stops` (a scenario cannot go on), `raised` (the last event is refused by a `raise`), `ignored` (the last
    message is), `untold` and `unsent` (the last event sends nothing to its peer), `elsewhere` (it leads where it should not) or
    `differ` (variables, in `values` by role, with nothing under way).
    """

    protocol: str
    steps: tuple[LadderStep, ...]
    states: tuple[tuple[str, str], ...]
    says: str
    values: tuple[tuple[str, Value], ...] = ()
    shows: str = "refused"


@dataclass(frozen=True, slots=True)
class Flow:
    """The way of a value from where it is made to where it must not be, a place a step.

    What can be executed is shown by `expressions`, computed with the values of each of `runs`: in schedule `subject`,
    or (by names alone) in a role machine or a record. `claim`: `equal` (all give the same), `prefix` (the first
    begins the second), `differ` (the runs give different values), `contains` (the value holds the octets of the name
    `held`), `unused` (leaving out `held` changes no output), `left` (`held` is neither output, kept nor erased),
    `unsized` (computing is refused); an empty one is shown by its path alone.
    """

    path: tuple[Related, ...]
    says: str
    subject: str = ""
    claim: str = ""
    expressions: tuple[Expr, ...] = ()
    runs: tuple[Mapping[str, Value], ...] = ()
    held: str = ""


Witness = MessageWitness | ValueWitness | TwoSpellings | TwoReadings | Ladder | Flow
