"""Groups leave traces that can be compared: equal for equal doings, and the first derivation that differs is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from art7.grammar.diagnostics import Report
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.difference.compare import Comparison, compare
from art7.runtime.difference.derivations import Derivation, read_derivations
from art7.runtime.mls import framing
from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import cipher_suite
from art7.runtime.mls.traced import TracedStructures
from art7.runtime.trace import Trace
from mls_groups import EXECUTIONS, chance, pair, structures

KNOWN = b"what both know"
NAMED = {"psk_type": 1, "psk_id": b"shared", "resumption": None, "psk_nonce": bytes(32)}


def conversation(execution: str, trace: Trace, shared: bytes = KNOWN) -> Trace:
    """What two members derive, from the group's beginning to a message; the second's key may be another."""
    traced = TracedStructures(structures(execution), trace, "both")
    random = chance(40)
    one, two = pair(cipher_suite(1, traced), random)
    one, two = one.with_psk(b"shared", KNOWN), two.with_psk(b"shared", shared)
    traced.at = "one"
    done = make_commit(one, random, [{"proposal_type": 4, "psk": {"psk": NAMED}}])
    traced.at = "two"
    two = follow_commit(two, two.open(done.message))
    message = done.group.signed(framing.PRIVATE, framing.APPLICATION, b"hello")
    two.open(done.group.protect(message, random))
    return trace


def derivations(trace: Trace) -> Sequence[Derivation]:
    report = Report()
    found = read_derivations("trace.jsonl", trace.lines().encode(), report)
    assert not report.has_errors
    return found


def compared(left: Trace, right: Trace) -> Comparison:
    modules = catalogue_interpreter("ietf.mls", "ietf.mls_keys").specification
    return compare(derivations(left), derivations(right), modules)


def test_both_executions_derive_the_same_from_the_same() -> None:
    left, right = (conversation(each, Trace()) for each in EXECUTIONS)
    found = compared(left, right)
    assert found.is_equal and found.derivations > 50 and not found.unknown


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_the_first_derivation_that_differs_is_named(execution: str) -> None:
    left, right = conversation(execution, Trace()), Trace()
    with pytest.raises(MlsRefused, match="bad_confirmation_tag"):
        conversation(execution, right, b"another key")
    found = compared(left, right)
    first = found.differences[0]
    assert (first.schedule, first.name) == ("ietf.mls_keys.PskStep", "psk")
    assert first.left.value == KNOWN.hex() and first.right.value == b"another key".hex()


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_no_secret_is_in_a_trace_outside_the_sandbox(execution: str) -> None:
    shown, told = conversation(execution, Trace()), conversation(execution, Trace(sandbox=False)).lines()
    secrets = [
        row["value"]
        for entry in shown.entries
        for row in (*entry.data["inputs"], *entry.data["steps"])  # type: ignore[misc]
        if row["secret"] and len(row["value"]) >= 32 and set(row["value"]) != {"0"}
    ]
    assert len(secrets) > 100 and not any(each in told for each in secrets)
