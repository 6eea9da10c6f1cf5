"""Role machines composed: what is found, that it is what the runtime does, and what it may cost."""

from __future__ import annotations

import re
from functools import cache
from random import Random
from xml.etree.ElementTree import fromstring

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Protocol, Specification
from art7.grammar.load import load_paths
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.roles import CODES, prove
from art7.prover.roles.composition import Composition
from art7.prover.roles.explore import explore
from art7.prover.roles.followed import Followed, followed_in
from art7.prover.roles.judge import QUESTIONS
from art7.prover.roles.ladder_svg import as_svg
from art7.prover.roles.ladder_text import as_text
from art7.prover.roles.machine import AbstractRole, Local, Outcome
from art7.prover.witnesses import Ladder, LadderStep
from fault_ladders import walk_at_random
from faults import FOLDER, check
from lowering import load
from role_mutants import mutants_of, planted

EXAMPLE = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat" / "modules"
HEAD = "message A as binary { limit size = 9 kind: u8 = 1 n: u8 } message B as binary { limit size = 9 kind: u8 = 2 n: u8 }\n"


def answers(text: str, budget: Budget | None = None) -> list[Answer]:
    """Ask everything about the protocols of a text that is right as far as lowering goes."""
    specification, report = load(HEAD + text)
    assert not report.diagnostics, [found.message for found in report.diagnostics]
    budget = budget or Budget()
    budget.start()
    [module] = [m for m in specification.modules.values() if m.protocols]
    return list(prove(specification, module, budget))


def codes(found: list[Answer]) -> list[str]:
    return sorted(answer.finding.code for answer in found if answer.finding is not None)


@cache
def example() -> Specification:
    report = Report()
    specification = load_paths([EXAMPLE], report)
    assert not report.diagnostics
    return specification


def protocol_of(specification: Specification, name: str) -> Protocol:
    return next(p for m in specification.modules.values() for p in m.protocols if p.name.endswith(name))


# ---- what is said ---------------------------------------------------------------------------------------


def test_every_finding_has_a_page_and_every_page_a_fault() -> None:
    planted_codes = {
        code for path in FOLDER.glob("roles/*/*.a7") for code in re.findall(r"A7-S2\d\d", path.read_text())
    }
    assert planted_codes == set(CODES) - {"A7-S299"}


@pytest.mark.parametrize("name", ["UserChoice", "Push", "Reporting"])
def test_protocols_of_the_example_are_proved(name: str) -> None:
    specification = example()
    module = next(
        m for m in specification.modules.values() if any(p.name.endswith(name) for p in m.protocols)
    )
    found = list(prove(specification, module, Budget()))
    assert {answer.standing for answer in found} == {Standing.PROVED}
    asked = {answer.question for answer in found}
    assert len(asked) == len(found) == len(QUESTIONS) - ("agreement" not in asked)
    assert ("agreement" in asked) == (name == "UserChoice"), "asked where somebody keeps what it is told"


def test_the_great_protocol_of_the_example_is_decided_at_every_depth() -> None:
    specification = example()
    budget = Budget()
    budget.start()
    found = list(prove(specification, specification.modules["examplechat.chat"], budget))
    assert not codes(found)
    standing = {answer.question: answer.standing for answer in found}
    proved = {"receptions", "timers", "channels", "guards", "targets", "scenarios"}
    assert {each for each, stands in standing.items() if stands is Standing.PROVED} == proved
    assert {stands for each, stands in standing.items() if each not in proved} == {Standing.TESTED}
    assert not any("configuration" in answer.detail for answer in found), "not all of depth 1 were looked at"


def test_an_answer_says_how_far_it_looked() -> None:
    text = (FOLDER / "roles" / "reception" / "clean_glare_and_crossing_hang_ups.a7").read_text()
    details = {a.detail for a in check(text).answers if a.family == "roles"}
    assert len(details) == 1
    assert re.fullmatch(r"with all [\d,]+ configurations", details.pop())


# ---- one meaning ----------------------------------------------------------------------------------------


def _walks() -> list[tuple[str, str]]:
    return [
        (f"roles/{path.parent.name}/{path.stem}", path.read_text())
        for path in sorted(FOLDER.glob("roles/*/*.a7"))
    ]


@pytest.mark.parametrize("text", [text for _, text in _walks()], ids=[name for name, _ in _walks()])
def test_what_the_runtime_does_is_a_run_of_the_composition(text: str) -> None:
    specification = check(text).specification
    [protocol] = [p for m in specification.modules.values() for p in m.protocols]
    moves = 0
    for seed in range(3):
        moves += _follow(specification, protocol, Random(seed))
    assert moves or "nobody_begins" in text


def _follow(specification: Specification, protocol: Protocol, random: Random) -> int:
    """Walk at random on the runtime's machines; each step must be an outcome of the abstract role."""
    followed = followed_in(protocol)
    roles = {m.name: AbstractRole(m, {}, followed) for m in protocol.roles}
    now = {name: {role.start()} for name, role in roles.items()}
    steps = 0
    for name, kind, event, stage in walk_at_random(specification, protocol, random, 30):
        steps += 1
        outcomes = {
            outcome
            for local in now[name]
            for outcome in _outcomes(roles[name], followed, local, kind, event, protocol)
        }
        state = stage.endpoints[name].state
        sent = [(each.message, each.receiver) for each in stage.sent]
        fits = {
            each.after for each in outcomes
            if each.after.state == state and [(m.name, to) for m, to in each.sent] == sent
            and {(name, timer) for timer in each.after.running} == {t for t in stage.timers if t[0] == name}
            and (each.how in ("refused", "unexpected")) == (stage.refused is not None)
        }  # fmt: skip
        if stage.refused is not None and (kind == "local" or "no guard holds" in stage.refused.reason):
            continue
        assert fits, (name, kind, event, state, sent, stage.refused)
        now[name] = fits
    return steps


def _outcomes(
    role: AbstractRole, followed: Followed, local: Local, kind: str, event: str, protocol: Protocol
) -> list[Outcome]:
    match kind:
        case "local":
            return role.local(local, event)
        case "timeout":
            return role.timeout(local, event)
        case _:
            senders = [
                channel.sender for channel in protocol.channels if channel.receiver == role.machine.name
            ]
            message = followed.any(event)
            return [outcome for sender in senders for outcome in role.receive(local, message, sender)]


def test_the_call_has_as_many_configurations_as_were_counted_by_hand_written_code() -> None:
    specification, _ = load(HEAD + CALL)
    protocol = protocol_of(specification, "Call")
    budget = Budget()
    counts = []
    for depth in (1, 2, 4):
        composition = Composition(protocol, {}, followed_in(protocol), depth)
        counts.append(len(explore(composition, budget, 10_000).order))
    assert counts == [32, 92, 356]


CALL = """
message Offer as json { limit size = 99 x: text }
message Answer as json { limit size = 99 x: text }
message Candidate as json { limit size = 99 x: text }
message Hangup as json { limit size = 99 x: text }
protocol Call {
    roles caller, callee
    channel caller <-> callee ordered bound 4 carries Offer, Answer, Candidate, Hangup
    role caller {
        var call: text = ''
        timer ring = 60s
        start state Idle { on local dial(id: text) => Ringing { set call = id send Offer(x: id) to callee start ring } }
        hot state Ringing {
            on Answer from callee as m when m.x == call => Talking { stop ring }
            on Answer from callee as m when m.x != call
            on Candidate from callee
            on local candidate { send Candidate(x: call) to callee }
            on timeout ring => Ended { send Hangup(x: call) to callee }
            on Hangup from callee => Ended { stop ring }
        }
        state Talking {
            on Candidate from callee
            on local candidate { send Candidate(x: call) to callee }
            on local hangup => Ended { send Hangup(x: call) to callee }
            on Hangup from callee => Ended
        }
        final state Ended { ignore Answer, Candidate, Hangup from callee }
    }
    role callee {
        start state Idle { on Offer from caller => Alerting }
        hot state Alerting {
            on local accept => Talking { send Answer(x: 'a') to caller }
            on local refuse => Ended { send Hangup(x: 'h') to caller }
            on local candidate { send Candidate(x: 'c') to caller }
            on Candidate from caller
            on Hangup from caller => Ended
        }
        state Talking {
            on Candidate from caller
            on local candidate { send Candidate(x: 'c') to caller }
            on local hangup => Ended { send Hangup(x: 'h') to caller }
            on Hangup from caller => Ended
        }
        final state Ended { ignore Candidate, Hangup from caller }
    }
}
"""


def test_two_handlers_taken_out_of_the_call_are_missed() -> None:
    assert not codes(answers(CALL))
    less = CALL.replace(
        "            on Candidate from callee\n            on local", "            on local", 1
    )
    assert codes(answers(less)) == ["A7-S202"]
    less = less.replace("ignore Candidate, Hangup from caller", "ignore Candidate from caller")
    assert codes(answers(less)) == ["A7-S202", "A7-S203"]


# ---- what it may cost -----------------------------------------------------------------------------------


def _crowd(properties: str) -> str:
    """Five roles that all tell each other everything, in any order."""
    names = [f"r{number}" for number in range(5)]
    channels = "".join(
        f"channel {a} -> {b} {properties} carries A, B\n" for a in names for b in names if a != b
    )
    roles = ""
    for one in names:
        others = [name for name in names if name != one]
        tell = "".join(f"on local tell_{b} {{ send A(n: 1) to {b} send B(n: 2) to {b} }}\n" for b in others)
        hear = "".join(f"on A, B from {b}\n" for b in others)
        roles += f"role {one} {{ start state S {{ {tell}{hear} }} }}\n"
    return f"protocol Crowd {{ roles {', '.join(names)}\n{channels}{roles} }}"


def test_a_protocol_that_explodes_is_not_proven() -> None:
    found = answers(_crowd("unordered bound 8"), Budget(configurations=30_000))
    [answer] = found
    assert answer.standing is Standing.NOT_PROVEN and codes(found) == ["A7-S299"]
    assert answer.finding is not None and "30,00" in answer.finding.message


def test_a_protocol_that_explodes_ends_when_its_seconds_are_over() -> None:
    ticks = iter(range(10_000))
    found = answers(_crowd("unordered bound 8"), Budget(module=3, clock=lambda: float(next(ticks))))
    assert codes(found) == ["A7-S299"]


def test_the_same_where_everything_may_be_lost_is_decided_by_what_was_ever_sent() -> None:
    found = answers(_crowd("unordered lossy bound 4"), Budget(configurations=5_000))
    assert not codes(found)
    assert {answer.standing for answer in found} == {Standing.PROVED, Standing.TESTED}


def test_more_roles_than_there_are_bits() -> None:
    names = [f"r{number}" for number in range(80)]
    roles = "".join(
        f"role {name} {{ start state S {{ on local go => T }} final state T }} " for name in names
    )
    assert codes(answers(f"protocol Many {{ roles {', '.join(names)} {roles} }}")) == ["A7-S299"]
    few = names[:40]
    roles = "".join(f"role {name} {{ start state S }} " for name in few)
    found = answers(f"protocol Many {{ roles {', '.join(few)} {roles} }}")
    assert codes(found) == ["A7-S201"]


def test_many_deferred_messages_of_which_each_may_go_two_ways() -> None:
    text = """
protocol P {
    roles one, two
    channel one -> two ordered bound 400 carries A, B
    role one { start state S { on local a { send A(n: 1) to two } on local b { send B(n: 1) to two } } }
    role two {
        var x: u32 = 0
        start state Held { on B from one => Free defer A from one }
        state Free {
            on A from one as a when a.n < x { set x = a.n }
            on A from one as a when a.n >= x { set x = x + 1 }
            on B from one => Held
        }
    }
}"""
    found = answers(text, Budget(configurations=20_000))
    assert codes(found) in ([], ["A7-S299"])


# ---- guards ---------------------------------------------------------------------------------------------


def _choice(guards: str, variables: str = "") -> list[str]:
    return codes(
        answers(
            f"""
errors {{ odd = 900 }}
protocol P {{
    roles one, two
    channel one -> two ordered bound 1 carries A
    role one {{ start state S {{ on local go(n: u8) {{ send A(n: n) to two }} }} }}
    role two {{ {variables} start state S {{ {guards} }} }}
}}"""
        )
    )


@pytest.mark.parametrize(
    ("guards", "variables", "expected"),
    [
        ("on A from one as a when a.n < 9 on A from one as a when a.n >= 9 ", "", []),
        ("on A from one as a when a.n < 9 on A from one as a when a.n > 9 ", "", ["A7-S208"]),
        ("on A from one as a when a.n < 9 on A from one", "", []),
        ("on A from one as a when a.n < 9 ignore A from one", "", []),
        ("on A from one as a when a.n <= 9 on A from one as a when a.n >= 9 ", "", ["A7-S209"]),
        ("on A from one as a when a.n <= 255 ", "", []),
        ("on A from one as a when a.n % 2 == 0 on A from one as b when b.n % 2 == 1 ", "", []),
        ("on A from one as a when a.n % 2 == 0 on A from one as b when b.n % 4 == 1 ", "", ["A7-S208"]),
        ("on A from one as a when a.n == x { set x = a.n + 1 } on A from one as b when b.n != x ", "var x: u32 = 0", []),
        (
            "on A from one as a when a.n < x { set x = a.n + 1 } on A from one as b when b.n > x ", "var x: u32 = 0",
            ["A7-S208"],
        ),
        ("on A from one as a when a.n * x == 9 ignore A from one", "var x: u32 = 0", ["A7-S299"]),
    ],
)  # fmt: skip
def test_guards(guards: str, variables: str, expected: list[str]) -> None:
    assert _choice(guards, variables) == expected


# ---- mutants --------------------------------------------------------------------------------------------

OTHER_PROTOCOLS = (
    "person.Leaving: receive ChoiceKept (0): to Reachable, not Unreachable",
    "person.Leaving: receive ChoiceKept (0): to Deleted, not Unreachable",
    "person.Leaving: receive ChoiceKept (1): to Deleted, not Leaving",
)
"""Mutants that nothing tells from a protocol that was meant: what an answer leads to is for the author to say, and nobody waits
or holds anything else. The first is refused in an offer, where the manifest says how people opt out."""


def test_every_change_of_the_protocols_of_the_example_is_found() -> None:
    """Handlers, `ignore`, timers, guards, sends, targets, local events: 95 of 100 at least, the others listed."""
    survivors, count = [], 0
    for name in ("UserChoice", "Push", "Reporting"):
        for mutant in mutants_of(protocol_of(example(), name)):
            count += 1
            specification, module = planted(example(), mutant)
            if not codes(list(prove(specification, module, Budget()))):
                survivors.append(mutant.what)
    assert count > 100
    assert survivors == list(OTHER_PROTOCOLS)
    assert len(survivors) <= count * 0.05


# ---- drawings -------------------------------------------------------------------------------------------

LADDER = Ladder(
    "m.<P>",
    (
        LadderStep("local", "a", "go", None, "B"),
        LadderStep("lose", "a", "m.<M>", "b", "B"),
        LadderStep("timeout", "a", "t\x1b[31m", None, "B"),
        LadderStep("send", "a", "m.<M>", "b", "B"),
        LadderStep("receive", "b", "m.<M>", "a", "S"),
    ),
    (("a", "B"), ("b", "S")),
    "it <shows>",
)


def test_the_ladder_as_text() -> None:
    lines = as_text(LADDER, width=60).splitlines()
    assert all(len(line) <= 60 for line in lines)
    assert "\x1b" not in "".join(lines)
    assert sum("×" in line for line in lines) == 1
    assert "not taken" in lines[-2] and lines[-1].startswith("it <shows>")


def test_the_ladder_as_svg() -> None:
    picture = as_svg(LADDER)
    root = fromstring(picture)
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert names[:3] == ["svg", "title", "desc"] and "style" in names and "script" not in names
    assert "<M>" not in picture and "prefers-color-scheme:dark" in picture
