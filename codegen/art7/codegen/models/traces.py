"""What a model tells, before it is written in a language: who knows, makes and sends what, in one order.

Every value has a name of its own and is made of names by one function, so that each language writes a line for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from art7.codegen.models.names import Names, literal
from art7.grammar.ir import expression as e
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Schedule
from art7.prover.secrets.calls import argument, is_mac, is_verifying


@dataclass(frozen=True, slots=True)
class Knows:
    """A role has a value from the beginning; `private`: nobody else but roles that say so too."""

    role: str
    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class Fresh:
    """A role draws a value."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A role makes `name` of others: `function` is one of `FORMS`."""

    role: str
    name: str
    function: str
    given: tuple[str, ...]
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A role takes what two values were joined to apart."""

    role: str
    first: str
    rest: str
    whole: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: the names of its fields."""

    sender: str
    receiver: str
    message: str
    names: tuple[str, ...]


Event = Knows | Fresh | Made | Cut | Sent
_Of = Callable[..., str]

FORMS = (
    "mac",
    "kdf",
    "hash",
    "dh",
    "pk",
    "sign",
    "verify",
    "aead_enc",
    "aead_dec",
    "sym_enc",
    "sym_dec",
    "join",
    "part",
)
"""mac(key, data), kdf(salt, key, label), hash(values …), dh(private, public), pk(private), sign(private, data),
verify(public, data, signature), aead_enc(key, text, data), aead_dec(key, sealed, data), sym_enc(key, text), sym_dec,
join(values …), part(whole, place)."""


@dataclass(slots=True)
class Trace:
    """A run: its events, what leaks at the end, and what is asked."""

    title: str
    roles: list[str]
    events: list[Event] = field(default_factory=list)
    leaks: list[tuple[str, str]] = field(default_factory=list)
    confidential: list[str] = field(default_factory=list)
    authentic: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Scribe:
    """Writes what one role does into a trace; `env` holds the names of values that the text names."""

    trace: Trace
    names: Names
    role: str
    env: dict[str, str]
    made: dict[tuple[str, str, tuple[str, ...]], str]
    """What was made already: (role, function, given)."""
    pairs: Mapping[bytes, bytes] = field(default_factory=dict)
    """Public keys that the text writes out → the private keys that it writes out as well, of a sandbox."""

    def know(self, thing: str, private: bool) -> str:
        """Return the name of something the role has from the beginning."""
        name = self.names.of(thing)
        event = Knows(self.role, name, private)
        if event not in self.trace.events:
            self.trace.events.append(event)
        return name

    def literal(self, value: object) -> str:
        """Return the name of a constant: everybody knows it, but for the keys of a sandbox, as if they were in use."""
        if isinstance(value, bytes) and value in self.pairs:
            return self.make("pk", (self.literal(self.pairs[value]),), f"{self.role} {literal(value)}")
        hidden = isinstance(value, bytes) and value in self.pairs.values()
        return self.know(literal(value), private=hidden)

    def make(self, function: str, given: tuple[str, ...], stem: str, checked: bool = False) -> str:
        """Return the name of what `function` makes of names; the same again has the same name."""
        key = (self.role, function, given)
        name = self.made.get(key)
        if name is None:
            name = self.made[key] = self.names.new(stem)
            self.trace.events.append(Made(self.role, name, function, given, checked))
        return name

    def cut(self, whole: str, first: str, rest: str) -> tuple[str, str]:
        """Return the names of the two values that `whole` was joined of."""
        known = self.made.get((self.role, "first", (whole,)))
        if known is not None:
            return known, self.made[self.role, "rest", (whole,)]
        names = self.names.new(first), self.names.new(rest)
        self.made[self.role, "first", (whole,)], self.made[self.role, "rest", (whole,)] = names
        self.trace.events.append(Cut(self.role, *names, whole))
        return names

    def value(self, expr: Expr, stem: str) -> str:
        """Return the name of what an expression gives."""
        match expr:
            case e.Literal(value=value):
                return self.literal(value)
            case e.LocalRef(name=name):
                return self.env[name] if name in self.env else self.know(f"{self.role} {name}", private=False)
            case e.ParamRef(index=index):
                return self.env.get(f"#{index}") or self.literal(index)
            case e.Attribute(base=e.LocalRef(name=base), name=name):
                return self.env.get(f"{base}.{name}") or self.literal(f"{base}.{name}")
            case e.Conditional(yes=yes, no=no):
                return self.value(no if isinstance(yes, e.Literal) else yes, stem)
            case e.Binary(op="++", left=left, right=right):
                return self.make("join", (self.value(left, stem), self.value(right, stem)), stem)
            case e.Call(function="random"):
                name = self.names.new(stem)
                self.trace.events.append(Fresh(self.role, name))
                return name
            case e.Call():
                return self._call(expr, stem)
        given = tuple(self.value(child, stem) for child in e.children(expr))
        return self.make("hash", (self.literal(type(expr).__name__), *given), stem)

    def _call(self, call: e.Call, stem: str) -> str:
        name = call.function
        known = FUNCTIONS.get(name)
        if known is None:
            return self.literal(name)

        def of(*names: str) -> str:
            expr = argument(call, *names)
            return self.literal(b"") if expr is None else self.value(expr, stem)

        if is_mac(name):
            return self.make("mac", (of("key"), of("data")), stem)
        if name.startswith("hkdf") or name in ("aes_cm", "pbkdf2") or name.startswith("hpke_exported"):
            key = of("ikm", "prk", "key", "password", "shared", "exporter")
            return self.make("kdf", (of("salt"), key, of("info", "iv", "context")), stem)
        if "_sign" in name:
            return self.make("sign", (of("private"), of("data", "value")), stem)
        if is_verifying(name):
            return self.make(
                "verify", (of("public"), of("data", "value"), of("signature")), stem, checked=True
            )
        if name.endswith("_public") and name != "rsa_public":
            return self.make("pk", (of("private", "ikm", "seed"),), stem)
        if name.startswith(("x25519", "x448", "ecdh_")) or name == "modp_1536":
            return self.make("dh", (of("private"), of("public")), stem)
        return self._cipher(call, name, of, stem)

    def _cipher(self, call: e.Call, name: str, of: _Of, stem: str) -> str:
        if name.endswith(("_seal", "_open")) and not name.startswith("hpke"):
            function, text = (
                ("aead_enc", "plaintext") if name.endswith("_seal") else ("aead_dec", "ciphertext")
            )
            beside = self.make("join", (of("nonce"), of("aad")), stem)
            return self.make(function, (of("key"), of(text), beside), stem, checked=function == "aead_dec")
        if name in ("aes_ctr", "chacha20", "aes_cbc_encrypt", "aes_key_wrap"):
            return self.make("sym_enc", (of("key"), of("data", "plaintext", "value")), stem)
        if name in ("aes_cbc_decrypt", "aes_key_unwrap"):
            return self.make("sym_dec", (of("key"), of("ciphertext", "wrapped")), stem)
        if name in (
            "utf8",
            "text",
            "first",
            "last",
            "minimal",
            "hex",
            "unhex",
            "base64url",
            "u8be",
            "u16be",
            "u32be",
        ):
            return self.value(call.arguments[0], stem)
        given = tuple(self.value(one, stem) for one in call.arguments)
        return self.make("hash", (self.literal(name), *given), stem)

    def run(self, schedule: Schedule, prefix: str) -> None:
        """Write the steps of a schedule whose inputs and parameters are in `env`."""
        for step in schedule.steps:
            if isinstance(step, Derive):
                self.env[step.value.name] = self.value(step.expr, f"{prefix} {step.value.name}")
                continue
            whole = self.value(step.expr, f"{prefix} {step.parts[0].name} whole")
            for number, part in enumerate(step.parts):
                given = (whole, self.literal(number))
                self.env[part.name] = self.make("part", given, f"{prefix} {part.name}")
        for _, condition, _ in schedule.conditions:
            self.check(condition, prefix)

    def check(self, condition: Expr, prefix: str) -> None:
        """Write the signatures that a condition asks for."""
        for node in e.walk(condition):
            if isinstance(node, e.Call) and is_verifying(node.function):
                self.value(node, f"{prefix} holds")


def pruned(trace: Trace) -> Trace:
    """Leave out what a role knows and does not use, and questions about it."""
    used = {name for event in trace.events for name in _uses(event)} | {name for _, name in trace.leaks}
    trace.events = [x for x in trace.events if not isinstance(x, Knows) or x.name in used]
    there = {name for event in trace.events for name in _brings(event)}
    leaked = {name for _, name in trace.leaks}
    trace.confidential = [x for x in dict.fromkeys(trace.confidential) if x in there and x not in leaked]
    return trace


def _uses(event: Event) -> tuple[str, ...]:
    match event:
        case Made(given=names) | Sent(names=names):
            return names
        case Cut(whole=whole):
            return (whole,)
    return ()


def _brings(event: Event) -> tuple[str, ...]:
    match event:
        case Knows(name=name) | Fresh(name=name) | Made(name=name):
            return (name,)
        case Cut(first=first, rest=rest):
            return first, rest
    return ()


def schedule_trace(schedule: Schedule) -> Trace:
    """Return the run of one schedule: its public outputs are sent, what it keeps leaks afterwards."""
    short = schedule.name.rpartition(".")[2]
    trace = Trace(f"schedule {schedule.name}", ["owner", "peer"])
    scribe = Scribe(trace, Names(), "owner", {}, {})
    for param in schedule.params:
        scribe.env[f"#{param.index}"] = scribe.know(param.name, private=False)
    for value in schedule.inputs:
        scribe.env[value.name] = scribe.know(value.name, private=value.label == "secret")
    scribe.run(schedule, "")
    values = [*schedule.inputs]
    for step in schedule.steps:
        values += [step.value] if isinstance(step, Derive) else step.parts
    public = [scribe.env[x.name] for x in values if x.name in schedule.outputs and x.label != "secret"]
    trace.events.append(
        Sent("owner", "peer", short, tuple(dict.fromkeys(public)) or (scribe.literal(short),))
    )
    trace.leaks = [("owner", scribe.env[name]) for name in schedule.keep if name in scribe.env]
    leaked = {name for _, name in trace.leaks} | set(public)
    asked = [scribe.env[x.name] for x in values if x.label == "secret" and scribe.env[x.name] not in leaked]
    trace.confidential = asked
    return pruned(trace)
