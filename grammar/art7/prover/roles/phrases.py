"""The findings about roles, in words; every one with the ladder that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from art7.grammar.diagnostics import Diagnostic, Related, Span
from art7.grammar.ir.module import SendAction, State, Transition
from art7.prover.answers import Answer, Standing
from art7.prover.roles.codes import CODES
from art7.prover.witnesses import Ladder

FAMILY = "roles"


def short(name: str) -> str:
    """Return the last part of a qualified name."""
    return name.rpartition(".")[2]


def refuted(
    question: str, subject: str, code: str, message: str, span: Span, ladder: Ladder, *,
    help: str | None = None, related: tuple[Related, ...] = (),
) -> Answer:  # fmt: skip
    """Return the answer with a finding and the ladder that shows it."""
    found = Diagnostic(code, message, span, help or _advice(code), related=related)
    return Answer(FAMILY, question, subject, Standing.REFUTED, ladder.says, found, ladder)


def _advice(code: str) -> str:
    """Return the next step of a code's page as a finding tells it: a phrase."""
    page = CODES[code][2]
    return page[:1].lower() + page[1:].removesuffix(".")


def given_up(question: str, subject: str, message: str, span: Span, help: str) -> Answer:
    """Return the answer that nothing was shown, with the finding that says so."""
    found = Diagnostic("A7-S299", message, span, help)
    return Answer(FAMILY, question, subject, Standing.NOT_PROVEN, message, found)


def listed(names: Iterable[str]) -> str:
    """Return names as a phrase: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def event_of(transition: Transition) -> str:
    """Return the event of a transition as the text has it."""
    trigger = transition.trigger
    names = ", ".join(short(name) for name in trigger.names)
    match trigger.kind:
        case "receive":
            return f"on {names} from {trigger.peer}"
        case "timeout":
            return f"on timeout {names}"
        case _:
            return f"on local {names}"


def senders_of(states: Sequence[State], message: str) -> tuple[Related, ...]:
    """Return where a machine sends a message."""
    spans = [
        action.span for state in states for transition in state.transitions for action in transition.actions
        if isinstance(action, SendAction) and action.message == message
    ]  # fmt: skip
    return tuple(Related(f"`{short(message)}` is sent here", span) for span in spans[:3])
