"""A trace as a model of ProVerif: a process for each role, the network the attacker's, kept secrets told in phase 1."""

from __future__ import annotations

from art7.codegen.models.names import Names
from art7.codegen.models.traces import Cut, Fresh, Knows, Made, Sent, Trace

HEAD = """free net: channel.
fun mac(bitstring, bitstring): bitstring.
fun kdf(bitstring, bitstring, bitstring): bitstring.
fun digest(bitstring): bitstring.
fun part(bitstring, bitstring): bitstring.
fun pk(bitstring): bitstring.
fun dh(bitstring, bitstring): bitstring.
equation forall x: bitstring, y: bitstring; dh(x, pk(y)) = dh(y, pk(x)).
fun sign(bitstring, bitstring): bitstring.
reduc forall k: bitstring, m: bitstring; verify(pk(k), m, sign(k, m)) = m.
fun aead_enc(bitstring, bitstring, bitstring): bitstring.
reduc forall k: bitstring, m: bitstring, a: bitstring; aead_dec(k, aead_enc(k, m, a), a) = m.
fun sym_enc(bitstring, bitstring): bitstring.
reduc forall k: bitstring, m: bitstring; sym_dec(k, sym_enc(k, m)) = m.
event sent(bitstring).
event received(bitstring).
"""


def proverif_text(trace: Trace) -> str:
    """Return the model; each role's process is in the order of the trace, and messages pass over one channel."""
    processes = Names()
    called = {role: processes.of(f"role {role}") for role in trace.roles}
    public = list(dict.fromkeys(x.name for x in trace.events if isinstance(x, Knows) and not x.private))
    private = list(dict.fromkeys(x.name for x in trace.events if isinstance(x, Knows) and x.private))
    lines = [f"(* {_comment(trace.title)} *)", HEAD.rstrip()]
    lines += [f"free v_{name}: bitstring." for name in public]
    lines += [f"free v_{name}: bitstring [private]." for name in private]
    told = {name for _, name in trace.leaks}
    lines += [
        f"query attacker(v_{name})." for name in private if name in trace.confidential and name not in told
    ]
    made = [name for name in trace.confidential if name not in private]
    lines += [f"free secret_{name}: bitstring [private].\nquery attacker(secret_{name})." for name in made]
    if trace.authentic:
        lines.append("query x: bitstring; event(received(x)) ==> event(sent(x)).")
    for role in trace.roles:
        lines += _process(trace, role, called[role], made)
    return "\n".join([*lines, "process", "    " + " | ".join(called.values())]) + "\n"


def _comment(text: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._") else "?" for sign in text)[
        :200
    ]


def _process(trace: Trace, role: str, name: str, made: list[str]) -> list[str]:
    """Return `let name = …`; a value that a role makes is asked for by what it encrypts under it at the end."""
    lines = [f"let {name} ="]
    known = {x.name for x in trace.events if isinstance(x, Knows)}
    authentic = {value for _, _, value in trace.authentic}
    for event in trace.events:
        match event:
            case Fresh(role=one, name=value) if one == role:
                lines.append(f"    new v_{value}: bitstring;")
                known.add(value)
            case Made(role=one) if one == role:
                lines.append(f"    let v_{event.name} = {_term(event)} in")
                known.add(event.name)
            case Cut(role=one, first=first, rest=rest, whole=whole) if one == role:
                lines.append(f"    let (v_{first}: bitstring, v_{rest}: bitstring) = v_{whole} in")
                known |= {first, rest}
            case Sent(sender=one) if one == role:
                lines += [f"    event sent(v_{x});" for x in event.names if x in authentic]
                lines.append(f"    out(net, {_tuple([f'v_{x}' for x in event.names])});")
            case Sent(receiver=one) if one == role:
                lines.append(f"    in(net, {_tuple([f'v_{x}: bitstring' for x in event.names])});")
                known |= set(event.names)
                lines += [f"    event received(v_{x});" for x in event.names if x in authentic]
    lines += [
        f"    out(net, sym_enc(v_{x}, secret_{x}));" for x in made if x in known and _makes(trace, role, x)
    ]
    lines += ["    phase 1;"] * bool(trace.leaks)
    lines += [f"    out(net, v_{x});" for one, x in trace.leaks if one == role and x in known]
    return [*lines, "    0."]


def _makes(trace: Trace, role: str, name: str) -> bool:
    return any(isinstance(x, Made | Fresh) and (x.role, x.name) == (role, name) for x in trace.events)


def _tuple(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _term(event: Made) -> str:
    given = [f"v_{name}" for name in event.given]
    if event.function == "hash":
        return f"digest({_tuple(given)})"
    return _tuple(given) if event.function == "join" else f"{event.function}({', '.join(given)})"
