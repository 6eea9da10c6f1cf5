"""Each key for one purpose: what is stated, and what is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Named, Schedule
from art7.prover.secrets.calls import Use, uses_of
from art7.prover.secrets.found import Fault
from art7.prover.secrets.values import named_values, parts_of
from art7.prover.witnesses import Flow

ALLOWED: dict[str, frozenset[str]] = {
    "kdf": frozenset(("kdf", "mac")),
    "mac": frozenset(("mac",)),
    "encrypt": frozenset(("encrypt", "nonce")),
    "cipher": frozenset(("encrypt", "nonce")),
    "nonce": frozenset(("nonce",)),
    "agree": frozenset(("agree", "kdf", "pair")),
    "sign": frozenset(("sign", "verify", "pair")),
    "verify": frozenset(("verify",)),
    "wrap": frozenset(("wrap", "pair")),
}
"""First word of a purpose → what may be done; `agree` admits the KDF that makes a key pair of a secret."""

THROUGH = frozenset(("first", "last", "slice", "minimal", "reverse"))
"""Builtins whose result is still the key."""

WORDS = {
    "kdf": "derives keys",
    "mac": "authenticates",
    "encrypt": "encrypts",
    "nonce": "is a nonce",
    "agree": "agrees on secrets",
    "sign": "signs",
    "verify": "verifies signatures",
    "wrap": "wraps keys",
    "pair": "has a public side",
}


def head(value: Named) -> str:
    """Return the first word of a value's purpose; empty without one."""
    return (value.purpose or "").split(".")[0]


def purposes(schedule: Schedule) -> Iterator[Fault]:
    """Yield keys that are used otherwise than they say, or in two ways."""
    done: dict[str, dict[str, tuple[Use, Related]]] = defaultdict(dict)
    for step in schedule.steps:
        value = parts_of(step)[0]
        for name, use in named_uses(step.expr):
            kind = use.kind
            if kind == "mac" and (value.label == "secret" or use.function == "hmac"):
                kind = "kdf" if value.label == "secret" else "mac"
            done[name].setdefault(kind, (use, Related(f"it {WORDS[kind]} here", value.span)))
    for rule, (_, condition, _) in zip(schedule.rules, schedule.conditions, strict=False):
        for name, use in named_uses(condition):
            done[name].setdefault(use.kind, (use, Related(f"it {WORDS[use.kind]} here", rule.span)))
    inputs = {value.name for value in schedule.inputs}
    for value in named_values(schedule):
        if value.name in done:
            yield from _of_value(schedule, value, done[value.name])
            if value.label != "secret" and value.name not in inputs:
                yield from _known(schedule, value, done[value.name])
        elif (
            value.label != "secret"
            and value.name not in inputs
            and head(value) in ("kdf", "mac", "encrypt", "wrap")
        ):
            yield _open_key(schedule, value)


def _open_key(schedule: Schedule, value: Named) -> Fault:
    message = f"`{value.name}` of `{schedule.name}` is for `{value.purpose}`, and not secret"
    flow = Flow((Related("told here", value.span),), message, schedule.name)
    subject = f"{schedule.name}.{value.name}"
    return Fault("A7-K211", "told", subject, message, value.span, "call it `secret`", flow)


def _known(schedule: Schedule, value: Named, done: dict[str, tuple[Use, Related]]) -> Iterator[Fault]:
    """A derived value that is not secret serves as a key."""
    for kind, (use, place) in done.items():
        if kind in ("mac", "encrypt", "sign", "wrap") or (kind == "kdf" and use.parameter != "salt"):
            message = f"`{value.name}` of `{schedule.name}` is not secret, and is a key of `{use.function}`"
            flow = Flow((Related("told here", value.span), place), message, schedule.name)
            subject = f"{schedule.name}.{value.name}"
            yield Fault("A7-K211", "told", subject, message, value.span, "call it `secret`", flow, (place,))
            return


def _of_value(schedule: Schedule, value: Named, done: dict[str, tuple[Use, Related]]) -> Iterator[Fault]:
    subject = f"{schedule.name}.{value.name}"
    stated = ALLOWED.get(head(value))
    for kind, (use, place) in done.items():
        if stated is not None and kind not in stated:
            message = f"`{value.name}` is for `{value.purpose}`, and {WORDS[kind]} in `{use.function}`"
            flow = Flow((Related("its purpose", value.span), place), message, schedule.name)
            advice = f"state the purpose `{kind}.…`, or use another key there"
            yield Fault("A7-K218", "purpose", subject, message, value.span, advice, flow, (place,))
            return
    done = {kind: use for kind, use in done.items() if kind != "pair"}
    if value.label == "secret" and len(done) > 1 and not (stated is not None and set(done) <= stated):
        (_, (one, here)), (_, (two, there)) = list(done.items())[:2]
        message = f"`{value.name}` of `{schedule.name}` is a key of `{one.function}` and of `{two.function}`"
        flow = Flow((here, there), message, schedule.name)
        advice = "derive a key for each, with labels of their own"
        yield Fault("A7-K204", "one-purpose", subject, message, value.span, advice, flow, (here, there))


def named_uses(expr: Expr) -> Iterator[tuple[str, Use]]:
    """Yield the names that an expression uses as keys and nonces, and how."""
    for node in e.walk(expr):
        if isinstance(node, e.Call):
            for use in uses_of(node):
                if not _is_cbc_mac(node, use):
                    yield from ((name, use) for name in _named(use.value))


def _is_cbc_mac(call: e.Call, use: Use) -> bool:
    """AES-CBC from zeros authenticates or derives: its last block is looked at alone."""
    return (
        call.function == "aes_cbc_encrypt"
        and isinstance(call.arguments[1], e.Literal | e.Call)
        and use.kind in ("encrypt", "nonce")
    )


def _named(expr: Expr) -> Iterator[str]:
    """Yield the names that are this key, or parts of it."""
    match expr:
        case e.LocalRef(name=name):
            yield name
        case e.Call(function=function, arguments=arguments) if function in THROUGH:
            yield from _named(arguments[0])
        case e.Conditional(yes=yes, no=no):
            yield from _named(yes)
            yield from _named(no)
        case e.Binary(op="++", left=left, right=right):
            yield from _named(left)
            yield from _named(right)
