"""A small protocol that uses every kind of action, and its roles in both executions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from art7.cli.generated import generated_package
from art7.grammar.ir.module import Protocol, RoleMachine, Specification
from art7.interpreter.shared import interpreter_of
from art7.runtime.endpoint import Effect, Endpoint, Refusal
from art7.runtime.generated import GeneratedEndpoint, GeneratedPackage
from art7.runtime.interpreted import interpreted_endpoint
from art7.runtime.reference import course_of
from lowering import load

EXECUTIONS = ("interpreter", "generated code")

TEXT = """
errors { too_big = 101 "Too big." unlucky = 102 "Not seven." }
message Frame as binary { limit size = 99 kind: u8 body: bytes[rest] }
message Ask   as binary { limit size = 9 n: u8 }
message Tell  as binary { limit size = 40 n: u8 tag: bytes[32] }
message Note  as binary { limit size = 9 n: u8 }
message Stop  as binary { limit size = 9 n: u8 }
bind Frame.body to Ask when kind == 1
bind Frame.body to Tell when kind == 2
bind Frame.body to Note when kind == 3
bind Frame.body to Stop when kind == 4
schedule Mix {
    input key: secret[32] input n: bytes[1]
    derive inner: secret[32] = sha256(key ++ n)
    derive out: secret[32] = sha256(inner)
    output out
}
protocol P {
    roles one, two
    channel one -> two ordered bound 4 carries Ask, Note, Stop
    channel two -> one ordered bound 4 carries Tell, Ask
    role one {
        start state A {
            on local ask(n: u8) { send Ask(n: n) to two }
            on local note(n: u8) { send Note(n: n) to two }
            on local stop(n: u8) { send Stop(n: n) to two }
            ignore Tell, Ask from two
        }
    }
    role two {
        var count: u32 = 0
        var key: secret[32] = zeros(32)
        var last: bytes = x''
        timer t = 50ms
        start state Idle {
            on local go(n: u8) when n != 0 => Busy {
                set count = count + 1
                set key = random(32)
                send Tell(n: n, tag: key) to one
                start t
            }
            on local go(n: u8) when n == 0 { raise too_big }
            on Ask from one as a when a.n < 10 {
                set count = count + 1
                run Mix(key: key, n: u8be(a.n)) as m
                check a.n != 7 else unlucky
                set key = m.out
                send Tell(n: a.n, tag: m.out) to one
            }
            on Ask from one as a when a.n == 99 => Busy {
                set count = 1000
                run encode(Ask, n: a.n) as octets
                run decode(Ask, octets: octets) as again
                set last = octets
                check again.n == 98 else too_big
            }
            on Ask from one as a when a.n == 50 {
                set last = x'32'
                run decode(Tell, octets: last) as t
            }
            on Note from one as m when m.n == 1 { set count = count + 10 }
            ignore Note from one
        }
        state Busy "Asks and stops wait here, until it is idle." {
            on Stop from one as s when s.n == count => Done { stop t set last = u32be(count) }
            on timeout t => Idle { set count = count + 1 send Ask(n: 1) to one }
            on local go(n: u8) { send Tell(n: 1, tag: first(key, n)) to one }
            defer Ask, Stop from one
        }
        hot state Done {
            on Ask from one => Idle { stop t set count = 0 }
            ignore Note, Stop from one
        }
    }
}
"""


def specification(text: str = TEXT) -> Specification:
    """Lower a text that must be right."""
    spec, report = load(text)
    assert not report.diagnostics, [
        f"{found.code} {found.message} {found.span}" for found in report.diagnostics
    ]
    return spec


@dataclass(frozen=True)
class Parties:
    """Makes endpoints of one specification in either execution."""

    specification: Specification
    package: GeneratedPackage

    def protocol(self, name: str = "") -> Protocol:
        """Return the one protocol whose name ends so."""
        protocols = [p for m in self.specification.modules.values() for p in m.protocols]
        return next(p for p in protocols if p.name.endswith(name))

    def machine(self, protocol: Protocol, role: str) -> RoleMachine:
        """Return one role."""
        return next(each for each in protocol.roles if each.name == role)

    def make(self, execution: str, role: str, seed: int = 1, protocol: str = "") -> Any:
        """Return an endpoint; typed loosely, so that tests may look inside."""
        found = self.protocol(protocol)
        if execution == "generated code":
            return GeneratedEndpoint(self.package, found.name, role, seed)
        interpreter = interpreter_of(self.specification)
        return interpreted_endpoint(self.specification, interpreter, self.machine(found, role), seed)

    def both(self, role: str, seed: int = 1, protocol: str = "") -> tuple[Any, Any]:
        """Return the role in both executions."""
        one, other = (self.make(execution, role, seed, protocol) for execution in EXECUTIONS)
        return one, other


@contextmanager
def parties(spec: Specification) -> Iterator[Parties]:
    """Generate the SDK of a specification for a while."""
    with generated_package(spec) as package:
        yield Parties(spec, package)


def done(endpoint: Endpoint, event: tuple[Any, ...]) -> tuple[list[tuple[str, Any]], list[Effect] | Refusal]:
    """Give an endpoint ("local", name, arguments), ("receive", message, octets, sender) or ("timeout", name).

    Returns what both executions must do alike, and the effects or the refusal. A refusal must change nothing.
    """
    state, variables = endpoint.state, plain(endpoint.variables())
    try:
        effects = getattr(endpoint, event[0])(*event[1:])
    except Refusal as refusal:
        assert (endpoint.state, plain(endpoint.variables())) == (state, variables), event
        assert refusal.reason and refusal.blame in ("peer", "self", "specification")
        return course_of((), refusal), refusal
    return course_of(effects, None), effects


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Return variables in a form that can be kept and compared."""
    return {name: repr(value) for name, value in values.items()}
