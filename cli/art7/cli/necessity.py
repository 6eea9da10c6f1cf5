"""Evidence on necessity: each personal datum and each measure taken away, and the flows played again (Art. 7(8), 7(9)).

What the flows need is shown; what they do without is not shown to be needed, which is a question and no breach.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from art7.validator.evidence import Exhibit, Outcome

if TYPE_CHECKING:
    from art7.grammar.ir.module import Protocol, Scenario
    from art7.interpreter.prepare import Interpreter
    from art7.validator.manifest.protection import Measure
    from art7.validator.offer import Offer

SEED = 7
MOST_RUNS = 240
"""Runs of one assessment; a field whose turn comes later stays untried, and that is said."""


class _Flows:
    """The scenarios of an offer with what they carry, and the runs that are left."""

    def __init__(self, offer: Offer) -> None:
        from art7.interpreter.shared import interpreter_of
        from art7.runtime.necessity import play_without
        from art7.runtime.play import qualified_name, scenarios_of

        self._specification = offer.specification
        self._interpreter: Interpreter = interpreter_of(offer.specification)
        self._left = MOST_RUNS
        self.passing: dict[str, tuple[tuple[str, Protocol, Scenario], set[str]]] = {}
        for found in scenarios_of(offer.specification, sorted(offer.own_modules))[:MOST_RUNS]:
            self._left -= 1
            played, watch = play_without(self._specification, self._interpreter, found, None, SEED)
            if played.outcome.passed:
                self.passing[qualified_name(*found)] = (found, watch.carried)

    def without(self, name: str) -> tuple[Outcome, str]:
        """Return what playing without a field shows: `passed` when some flow needs it."""
        from art7.runtime.necessity import play_without

        carrying = [flow for flow, (_, carried) in self.passing.items() if name in carried]
        if not carrying:
            return (
                "inconclusive",
                "no scenario that comes true carries it, so that no run can show what it is for",
            )
        blank = 0
        for flow in carrying:
            if not self._left:
                return "inconclusive", f"not tried: {MOST_RUNS} runs are the most of one assessment"
            self._left -= 1
            played, watch = play_without(
                self._specification, self._interpreter, self.passing[flow][0], name, SEED
            )
            failure = played.outcome.failure
            if watch.blanked and failure is not None:
                return "passed", f"without it {flow} fails at step {failure.step}, {failure.text}"
            blank += bool(watch.blanked) and not watch.kept
        if not blank:
            return (
                "inconclusive",
                "nothing that its type and the rules of its message allow could stand for it",
            )
        flows = f"{blank} scenario{'s' if blank > 1 else ''}"
        first = ", ".join(carrying[:3]) + (", …" if len(carrying) > 3 else "")
        return "inconclusive", f"{flows} that carry it came true with a blank in its place: {first}"


def necessity_exhibits(offer: Offer) -> Iterator[Exhibit]:
    """Yield an exhibit for each personal datum of the inventory or tagged in a module, and each measure of the register."""
    rows = [each for each in offer.manifest.data if each.personal]
    tagged = [name for name, slot in offer.exchanged_slots() if slot.data is not None and slot.data.personal]
    named = dict.fromkeys([*(each.field for each in rows if each.field is not None), *tagged])
    observed = dict.fromkeys(each.observed for each in rows if each.observed is not None)
    if not named and not observed and not offer.manifest.measure:
        return
    flows = _Flows(offer)
    shown: dict[str, tuple[Outcome, str]] = {name: flows.without(name) for name in named}
    said = "observed on the network; no message carries it, and every scenario comes true without it"
    shown |= {name: ("inconclusive", said) for name in observed}
    for name, (outcome, detail) in shown.items():
        yield Exhibit("necessity", f"data:{name}", outcome, detail)
    for measure in offer.manifest.measure:
        yield _measure(measure, flows, shown)


def _measure(measure: Measure, flows: _Flows, shown: dict[str, tuple[Outcome, str]]) -> Exhibit:
    """Return what the flows show of a measure: they need it, or come true without what it restricts."""
    told = []
    for restricted in measure.restricts:
        kind, _, name = restricted.partition(":")
        outcome, detail = shown.get(name, ("inconclusive", "")) if kind == "data" else ("inconclusive", "")
        if outcome == "passed":
            return Exhibit("necessity", f"measure:{measure.id}", "passed", f"{restricted}: {detail}")
        told.append(f"{restricted}: {detail}" if detail else f"{restricted}: no scenario applies it")
    what = "; ".join(told) or "it restricts nothing by name"
    because = f"; its reasons are at {measure.necessity}" if measure.necessity else ""
    threat = f"; no run shows {measure.threat} without it" if measure.threat else ""
    detail = f"{len(flows.passing)} scenarios come true without it ({what}){threat}{because}"
    return Exhibit("necessity", f"measure:{measure.id}", "inconclusive", detail)
