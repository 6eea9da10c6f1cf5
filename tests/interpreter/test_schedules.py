"""Schedules: published derivations, the trace, what is kept, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from art7.grammar.ir import shape
from art7.grammar.ir.expression import Binary, Call, Conditional, Expr, Kind, Literal, LocalRef, ParamRef
from art7.grammar.ir.module import Derive, ErrorDeclaration, Module, Named, Schedule, Specification, Split
from art7.grammar.ir.plan import Param
from art7.interpreter.schedules import DeriveError, Session, Trace, run_schedule
from plans import number


def local(name: str, kind: Kind = Kind.BYTES) -> LocalRef:
    return LocalRef(name, kind)


def named(name: str, octets: int | None, label: str = "secret") -> Named:
    return Named(name, label, shape.Octets(), octets)


def octets(value: str) -> Literal:
    return Literal(bytes.fromhex(value), Kind.BYTES)


def join(*parts: Expr) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = Binary("++", result, part, Kind.BYTES)
    return result


def srtp() -> Schedule:
    index, rate = ParamRef(0, Kind.INT), ParamRef(1, Kind.INT)
    ratio = Binary("/", index, rate, Kind.INT)
    r = Conditional(Binary("==", rate, number(0), Kind.BOOL), number(0), ratio, Kind.INT)
    steps: list[Derive] = [Derive(Named("r", "plain", shape.Integer(0, 1 << 48), None), r)]
    for label, name, size in (("00", "enc", 16), ("01", "auth", 20), ("02", "salt", 14)):
        block = join(octets("00" * 7), octets(label), Call("u48be", (local("r", Kind.INT),), Kind.BYTES))
        x = Binary("^", block, local("master_salt"), Kind.BYTES)
        steps.append(Derive(named(f"x_{name}", 14, "plain"), x))
        iv = join(local(f"x_{name}"), octets("0000"))
        key = Call("aes_cm", (local("master_key"), iv, number(size)), Kind.BYTES)
        steps.append(Derive(named(f"{name}_key", size), key))
    params = (Param(0, "index", shape.Integer(0, 1 << 48)), Param(1, "kdr", shape.Integer(0, 1 << 48)))
    return Schedule(
        "SessionKeys",
        params,
        (named("master_key", 16), named("master_salt", 14, "public")),
        tuple(steps),
        ("enc_key", "auth_key", "salt_key"),
        ("master_key",),
        ("x_enc",),
    )


def split_and_random() -> Schedule:
    material = Call("hkdf_sha256", (octets(""), local("seed"), octets("aa"), number(48)), Kind.BYTES)
    return Schedule(
        "Split",
        (Param(0, "counter", shape.Integer(0, 100)),),
        (named("seed", 32),),
        (
            Derive(named("nonce", 8), Call("random", (number(8),), Kind.BYTES)),
            Split(material, (named("left", 32), named("right", 16))),
        ),
        ("nonce", "left", "right"),
        (),
        ("seed",),
        conditions=(("T-1", Call("fresh", (ParamRef(0, Kind.INT),), Kind.BOOL), "reused"),),
    )


def broken(expr: Expr, size: int | None = None) -> Schedule:
    return Schedule("Broken", (), (named("seed", None),), (Derive(named("x", size), expr),), ("x",), (), ())


def spec(*schedules: Schedule) -> Specification:
    errors = (ErrorDeclaration("reused", 300),)
    return Specification({"test": Module("test", "1", "", (), errors=errors, schedules=schedules)})


def test_srtp_keys_of_rfc_3711_appendix_b3() -> None:
    trace = Trace()
    inputs = {
        "master_key": bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139"),
        "master_salt": bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6"),
    }
    outcome = run_schedule(spec(srtp()), "test.SessionKeys", inputs, {"index": 0, "kdr": 0}, trace=trace)
    assert outcome.outputs == {
        "enc_key": bytes.fromhex("C61E7A93744F39EE10734AFE3FF7A087"),
        "auth_key": bytes.fromhex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
        "salt_key": bytes.fromhex("30CBBC08863D8C85D49DB34A9AE1"),
    }
    assert outcome.kept == {"master_key": inputs["master_key"]} and outcome.erased == ("x_enc",)
    names = [step.name for step in trace.steps]
    assert names[:5] == ["index", "kdr", "master_key", "master_salt", "r"] and names[-1] == "salt_key"
    assert trace.value("x_auth") == bytes.fromhex("0EC675AD498AFEEAB6960B3AABE6")
    assert trace.steps[-1].label == "secret" and trace.steps[-1].octets == 14


def test_randomness_and_memory_are_the_callers() -> None:
    session = Session(lambda count: bytes(range(count)))
    seed = {"seed": bytes(32)}
    outcome = run_schedule(spec(split_and_random()), "test.Split", seed, {"counter": 1}, session=session)
    assert outcome.outputs["nonce"] == bytes(range(8))
    assert len(outcome.outputs["left"]) == 32 and len(outcome.outputs["right"]) == 16
    with pytest.raises(DeriveError) as refusal:
        run_schedule(spec(split_and_random()), "test.Split", seed, {"counter": 1}, session=session)
    assert (refusal.value.code, refusal.value.number, refusal.value.requirement) == ("reused", 300, "T-1")
    with pytest.raises(DeriveError) as refusal:
        run_schedule(spec(split_and_random()), "test.Split", seed, {"counter": 2})
    assert (refusal.value.code, refusal.value.path) == ("missing_field", "nonce")


@pytest.mark.parametrize(
    ("inputs", "params", "code", "path"),
    [
        ({}, {"counter": 1}, "missing_field", "seed"),
        ({"seed": bytes(31)}, {"counter": 1}, "too_short", "seed"),
        ({"seed": bytes(33)}, {"counter": 1}, "too_long", "seed"),
        ({"seed": "text"}, {"counter": 1}, "wrong_kind", "seed"),
        ({"seed": bytes(32)}, {}, "missing_field", "counter"),
        ({"seed": bytes(32)}, {"counter": 101}, "out_of_range", "counter"),
        ({"seed": bytes(32), "other": 1}, {"counter": 1}, "unknown_field", "other"),
        ({"seed": bytes(32)}, {"counter": 1, "x": 2}, "unknown_field", "x"),
    ],
)
def test_what_is_given(inputs: Any, params: Any, code: str, path: str) -> None:
    with pytest.raises(DeriveError) as refusal:
        run_schedule(spec(split_and_random()), "test.Split", inputs, params)
    assert (refusal.value.code, refusal.value.path) == (code, path)


@pytest.mark.parametrize(
    ("expr", "size", "code"),
    [
        (Call("x25519", (local("seed"), octets("00" * 32)), Kind.BYTES), None, "small_order"),
        (Call("sha256", (local("seed"),), Kind.BYTES), 31, "too_long"),
        (Call("zeros", (number(1 << 30),), Kind.BYTES), None, "out_of_range"),
        (Binary("+", local("seed"), number(1), Kind.INT), None, "wrong_kind"),
        (number(3), None, "wrong_kind"),
    ],
)
def test_derivations_that_are_refused(expr: Expr, size: int | None, code: str) -> None:
    with pytest.raises(DeriveError) as refusal:
        run_schedule(spec(broken(expr, size)), "test.Broken", {"seed": bytes(range(32))})
    assert (refusal.value.code, refusal.value.path) == (code, "x")
    assert refusal.value.partial == {"seed": bytes(range(32))}


def test_an_unknown_schedule() -> None:
    with pytest.raises(KeyError):
        run_schedule(spec(), "test.Nothing", {})
