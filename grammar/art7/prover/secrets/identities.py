"""Identifiers: told apart from each other, and bound to keys where they are resolved."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir.module import Identity, Module, Resolution, Specification
from art7.prover.answers import Answer
from art7.prover.automata import TooLarge, automaton, shortest
from art7.prover.budget import Budget
from art7.prover.secrets.found import Fault, open_question, proved
from art7.prover.secrets.parties import slots_of
from art7.prover.witnesses import Flow

ADVICE = "state each kind's `namespace`, or shorten the patterns"


def identities(specification: Specification, module: Module, budget: Budget) -> Iterator[Fault | Answer]:
    """Yield identifiers that are of two kinds, and resolutions whose keys nobody vouches for."""
    yield from _overlaps(specification, module, budget)
    for resolution in module.resolutions:
        yield from _unbound(specification, resolution)


def _overlaps(specification: Specification, module: Module, budget: Budget) -> Iterator[Fault | Answer]:
    used = [specification.modules[name] for name in module.uses if name in specification.modules]
    others = [identity for one in used for identity in one.identities]
    pairs = [
        *combinations(module.identities, 2),
        *((other, own) for own in module.identities for other in others),
    ]
    decided = any(says_which(x) and len(x.routes) > 1 for one in (module, *used) for x in one.resolutions)
    for one, two in pairs:
        if decided or _told_apart(one, two):
            continue
        if budget.left <= 0:
            message = "whether identifiers overlap was not decided: there are too many pairs"
            yield open_question("namespace", module.name, message, two.span, "the time is used up", ADVICE)
            return
        yield from _overlap(one, two)


def says_which(resolution: Resolution) -> bool:
    """Whether a resolution says which of several accounts is meant, and what if there is none."""
    return resolution.otherwise is not None and (len(resolution.routes) < 2 or resolution.order is not None)


def _told_apart(one: Identity, two: Identity) -> bool:
    """Whether their scopes or their namespaces differ, or one is said to lie `within` the other."""
    first, second = dict(one.properties), dict(two.properties)
    if first.get("scope") != second.get("scope"):
        return True
    if any(x.get("within") == y.name.rpartition(".")[2] for x, y in ((first, two), (second, one))):
        return True
    names = first.get("namespace"), second.get("namespace")
    return None not in names and names[0] != names[1]


def _overlap(one: Identity, two: Identity) -> Iterator[Fault | Answer]:
    subject = f"{two.name}, {one.name}"
    try:
        both = shortest((automaton(one.pattern), automaton(two.pattern)))
    except (TooLarge, RecursionError):
        message = f"whether `{one.name}` and `{two.name}` share an identifier was not decided"
        yield open_question("namespace", subject, message, two.span, "the patterns are too large", ADVICE)
        return
    if both is None:
        yield proved("namespace", subject, "no text is of both kinds")
        return
    path = (Related(f"`{one.name}` matches '{both}'", one.span), Related(f"so does `{two.name}`", two.span))
    message = f"'{both}' is a `{one.name}` and a `{two.name}`, and no rule says which is meant"
    flow = Flow(path, "both patterns match", subject, "matches", held=both)
    advice = "make the patterns differ, state each one's `namespace`, or write a `resolve` with `order` and `otherwise`"
    yield Fault("A7-K217", "namespace", subject, message, two.span, advice, flow, path[:1])


def _unbound(specification: Specification, resolution: Resolution) -> Iterator[Fault | Answer]:
    """A resolution that gives keys must compare what it gives with who was asked for, or verify it."""
    keys = [
        slot.name
        for slot in slots_of(specification, resolution.result)
        if "key" in slot.name.split("_") and type(slot.shape).__name__ == "Octets"
    ]
    if not keys:
        return
    conditions = [x for _, x, _ in resolution.conditions] + [x for x, _ in resolution.requires]
    if any(_binds(x) for x in conditions):
        yield proved("binding", resolution.name, "what is found is compared with who is meant")
        return
    message = f"`{resolution.name}` gives `{keys[0]}`, and no rule binds it to who was asked for"
    flow = Flow((Related("resolved here", resolution.span),), message, resolution.name)
    advice = "write `must …: result.… == …`, or require `verified(…)`"
    yield Fault("A7-K216", "binding", resolution.name, message, resolution.span, advice, flow)


def _binds(condition: e.Expr) -> bool:
    for node in e.walk(condition):
        if isinstance(node, e.Call) and (
            node.function in ("verified", "prove") or node.function.endswith("_verify")
        ):
            return True
        if isinstance(node, e.Binary) and node.op == "==":
            sides = (node.left, node.right)
            of_result = [
                any(isinstance(x, e.LocalRef) and x.name == "result" for x in e.walk(y)) for y in sides
            ]
            of_asked = [any(isinstance(x, e.ParamRef) for x in e.walk(y)) for y in sides]
            if (of_result[0] and of_asked[1]) or (of_result[1] and of_asked[0]):
                return True
    return False
