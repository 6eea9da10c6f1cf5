"""A trace as a model of Verifpal: principals, messages, a phase in which kept secrets leak, and queries."""

from __future__ import annotations

from art7.codegen.models.names import Names
from art7.codegen.models.traces import Cut, Fresh, Knows, Made, Sent, Trace

_PRIMITIVES = {
    "mac": "MAC",
    "kdf": "HKDF",
    "hash": "HASH",
    "sign": "SIGN",
    "verify": "SIGNVERIF",
    "aead_enc": "AEAD_ENC",
    "aead_dec": "AEAD_DEC",
    "sym_enc": "ENC",
    "sym_dec": "DEC",
    "join": "CONCAT",
    "part": "HASH",
}
MOST_OF_HASH = 5


def verifpal_text(trace: Trace) -> str:
    """Return the model; every value is a constant, so what is nested in the text is written line by line."""
    roles = Names()
    called = {role: roles.of(role).capitalize() for role in trace.roles}
    known: dict[str, set[str]] = {role: set() for role in trace.roles}
    lines = [f"// {_comment(trace.title)}", "attacker[active]", ""]
    for role in trace.roles:
        first = [x for x in trace.events if isinstance(x, Knows) and x.role == role]
        lines += [f"principal {called[role]}[", *(f"    {_knows(x)}" for x in first), "]"] if first else []
        known[role] |= {x.name for x in first}
    current = ""
    for event in trace.events:
        if isinstance(event, Knows):
            continue
        role = "" if isinstance(event, Sent) else event.role
        if current and role != current:
            lines.append("]")
        if isinstance(event, Sent):
            lines += _message(event, called, known)
        else:
            lines += [f"principal {called[role]}["] if role != current else []
            lines.append(f"    {_line(event)}")
            known[role] |= {event.first, event.rest} if isinstance(event, Cut) else {event.name}
        current = role
    lines += ["]"] if current else []
    return "\n".join([*lines, *_leaks(trace, called), *_queries(trace, called, lines)]) + "\n"


def _message(event: Sent, called: dict[str, str], known: dict[str, set[str]]) -> list[str]:
    """Return a message without what its receiver has already: nothing is sent twice."""
    names = [name for name in event.names if name not in known[event.receiver]]
    known[event.receiver] |= set(names)
    if not names:
        return []
    return [f"{called[event.sender]} -> {called[event.receiver]}: {', '.join(names)}"]


def _knows(event: Knows) -> str:
    return f"knows {'private' if event.private else 'public'} {event.name}"


def _comment(text: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text)[:200]


def _line(event: Fresh | Made | Cut) -> str:
    match event:
        case Fresh(name=name):
            return f"generates {name}"
        case Cut(first=first, rest=rest, whole=whole):
            return f"{first}, {rest} = SPLIT({whole})"
        case Made(name=name, function="pk", given=(private,)):
            return f"{name} = G^{private}"
        case Made(name=name, function="dh", given=(private, public)):
            return f"{name} = {public}^{private}"
    given = event.given[:MOST_OF_HASH]
    mark = "?" if event.checked else ""
    return f"{event.name} = {_PRIMITIVES[event.function]}({', '.join(given)}){mark}"


def _leaks(trace: Trace, called: dict[str, str]) -> list[str]:
    if not trace.leaks:
        return []
    lines = ["", "phase[1]", ""]
    for role, name in trace.leaks:
        lines += [f"principal {called[role]}[", f"    leaks {name}", "]"]
    return lines


def _queries(trace: Trace, called: dict[str, str], lines: list[str]) -> list[str]:
    asked = [f"    confidentiality? {name}" for name in trace.confidential]
    for sender, receiver, name in trace.authentic:
        way = f"{called[sender]} -> {called[receiver]}: "
        if any(line.startswith(way) and name in line[len(way) :].split(", ") for line in lines):
            asked.append(f"    authentication? {way}{name}")
    return ["", "queries[", *asked, "]"]
