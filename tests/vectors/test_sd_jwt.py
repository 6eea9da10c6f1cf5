"""Public SD-JWT cases with their keys: signatures, disclosures and key bindings hold, and what is wrong is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import corpus
from art7.interpreter.functions import plain
from art7.runtime.jose.keys import JoseRefused, Value, octets_of, read, text_of
from art7.runtime.sd_jwt.disclosures import digest_of, disclosed
from art7.runtime.sd_jwt.issuing import Hidden, issue, present
from art7.runtime.sd_jwt.parts import parts_of
from art7.runtime.sd_jwt.refusals import CODES
from art7.runtime.sd_jwt.verifying import Asked, verify, verify_credential

TOPIC = "vc"
BOUND_TO_JSON = "over the text of the issuer's JSON, where RFC 9901 §8.1 has the compact form"


def key_of(value: dict[str, Any]) -> Value:
    return read("Jwk", json.dumps(value).encode())


def tables() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text("utf-8")) for path in corpus.files("vectors", TOPIC, ".json")]
    return [each for each in found if isinstance(each, dict) and {"issuer_key", "cases"} <= set(each)]


def rows() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for table in tables():
        for case in table["cases"]:
            yield table, case


def text(value: str | dict[str, Any]) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def asked(table: dict[str, Any], case: dict[str, Any]) -> tuple[float, Asked | None]:
    if "kb_jwt_payload" not in case:
        return case["sd_jwt_payload"].get("iat", 0) + 1, None
    return case["kb_jwt_payload"]["iat"] + 1, Asked(table["verifier"], table["nonce"])


@pytest.mark.parametrize(("table", "case"), [pytest.param(*row, id=row[1]["name"]) for row in rows()])
def test_presentations(table: dict[str, Any], case: dict[str, Any], cases: Any) -> None:
    keys, (now, binding) = [key_of(table["issuer_key"])], asked(table, case)
    given = text(case["sd_jwt_presentation"])
    if not isinstance(parts_of(given).header.get("kid", ""), str):
        with pytest.raises(JoseRefused) as refused:
            verify(given, keys, now, binding)
        assert refused.value.code == "wrong_kind"
        cases.cannot_run(
            TOPIC, "sd-jwt", case["name"], "a key's name that is no text, which RFC 7515 §4.1.4 forbids"
        )
        return
    if isinstance(case["sd_jwt_presentation"], dict) and binding is not None:
        with pytest.raises(JoseRefused) as refused:
            verify(given, keys, now, binding)
        assert refused.value.code == "wrong_binding"
        cases.cannot_run(TOPIC, "sd-jwt", f"{case['name']}: its binding", BOUND_TO_JSON)
        binding = None
    assert verify(given, keys, now, binding) == case["verified_contents"]
    whole = verify(text(case["sd_jwt_issuance"]), keys, now)
    assert whole["iss"] == case["verified_contents"]["iss"]
    for flipped in broken(given):
        with pytest.raises(JoseRefused):
            verify(flipped, keys, now, binding)
    with pytest.raises(JoseRefused) as refused:
        verify(given, [key_of(table["holder_key"])], now, binding)
    assert refused.value.code == "bad_signature"
    if binding is not None:
        check_bindings(given, keys, now, binding)
    cases.ran(TOPIC)


def broken(given: str) -> Iterator[str]:
    """The presentation with a character of the signature, of the payload and of each disclosure changed."""
    shown = parts_of(given)
    header, payload, signature = shown.signed.split(".")
    if given.startswith("{"):
        yield given.replace(signature, changed(signature))
        return
    yield given.replace(signature, changed(signature))
    yield given.replace(payload, changed(payload))
    for each in shown.disclosures:
        yield given.replace(each, changed(each))


def changed(part: str) -> str:
    """Another character in the middle."""
    at = len(part) // 2
    return part[:at] + ("A" if part[at] != "A" else "B") + part[at + 1 :]


def check_bindings(given: str, keys: list[Value], now: float, binding: Asked) -> None:
    for other in (
        Asked(binding.audience, "another request"),
        Asked("https://other.example", binding.nonce),
    ):
        with pytest.raises(JoseRefused) as refused:
            verify(given, keys, now, other)
        assert refused.value.code == "wrong_binding"
    with pytest.raises(JoseRefused) as refused:
        verify(given, keys, now + 100_000, binding)
    assert refused.value.code == "wrong_binding"
    bare = parts_of(given).bound.decode()
    with pytest.raises(JoseRefused) as refused:
        verify(bare, keys, now, binding)
    assert refused.value.code == "no_binding"


def test_recorded_credentials(cases: Any, captures: Any) -> None:
    """Credentials of independent libraries."""
    ran = 0
    for path in corpus.files("captures", TOPIC, ".json"):
        found = json.loads(path.read_text("utf-8"))
        if not {"presentation", "issuer_jwk"} <= set(found):
            continue
        shown = parts_of(found["presentation"])
        proof = json.loads(octets_of(shown.binding.split(".")[1]))
        keys, binding = [key_of(found["issuer_jwk"])], Asked(proof["aud"], proof["nonce"])
        claims = verify_credential(
            found["presentation"], keys, proof["iat"], binding, issuer="https://issuer.example.org"
        )
        assert claims["vct"] == "https://example.org/messaging-identity" and "phone_number" in claims
        assert "display_name" not in claims
        assert "display_name" in verify_credential(found["issuance"], keys, proof["iat"])
        with pytest.raises(JoseRefused) as refused:
            verify_credential(found["presentation"], keys, 2**32, binding)
        assert refused.value.code == "expired"
        ran += 1
        cases.ran("vc captures")
    assert ran, "no recorded credential"


# ---- what is refused, case by case ----


def fresh() -> Value:
    """A key whose public half is asked for by its own builtin."""
    private = bytes(31) + b"\7"
    public = plain("p256_public")(private)
    parts = {"x": public[1:33], "y": public[33:], "d": private}
    return key_of({"kty": "EC", "crv": "P-256", **{name: text_of(value) for name, value in parts.items()}})


def counting() -> Any:
    count = iter(range(1 << 16))
    return lambda size: next(count).to_bytes(size, "big")


def row(*parts: Any) -> str:
    return text_of(json.dumps(parts).encode())


def digest(disclosure: str) -> str:
    return digest_of("sha-256", disclosure)


ONE, ITEM = row("s", "a", 1), row("s", 2)
OTHER = row("t", "a", 3)
NESTED = row("s", "b", {"_sd": [digest(ONE)]})
REFUSED = [
    ("unused_disclosure", {}, [ONE]),
    ("unused_disclosure", {"_sd": [digest(NESTED)]}, [NESTED, ITEM]),
    ("duplicate_disclosure", {"_sd": [digest(ONE)]}, [ONE, ONE]),
    ("duplicate_digest", {"_sd": [digest(ONE), digest(ONE)]}, [ONE]),
    ("duplicate_digest", {"_sd": ["x"], "c": {"_sd": ["x"]}}, []),
    ("duplicate_digest", {"_sd": [digest(ONE), digest(NESTED)]}, [ONE, NESTED]),
    ("wrong_disclosure", {"_sd": [digest(ITEM)]}, [ITEM]),
    ("wrong_disclosure", {"c": [{"...": digest(ONE)}]}, [ONE]),
    ("claim_twice", {"a": 0, "_sd": [digest(ONE)]}, [ONE]),
    ("claim_twice", {"_sd": [digest(ONE), digest(OTHER)]}, [ONE, OTHER]),
    ("bad_claim_name", {"_sd": [digest(row("s", "_sd", []))]}, [row("s", "_sd", [])]),
    ("bad_claim_name", {"c": {"...": "x", "y": 1}}, []),
    ("bad_digests", {"_sd": "x"}, []),
    ("bad_digests", {"_sd": [1]}, []),
    ("bad_digests", {"c": [{"...": 1}]}, []),
    ("weak_digest", {"_sd_alg": "md5", "_sd": []}, [ONE]),
    ("malformed", {"_sd": []}, ["!"]),
]


@pytest.mark.parametrize(("code", "claims", "texts"), REFUSED)
def test_what_no_issuer_may_make_is_refused(code: str, claims: dict[str, Any], texts: list[str]) -> None:
    with pytest.raises(JoseRefused) as refused:
        disclosed(claims, texts)
    assert refused.value.code == code


def test_too_many_levels() -> None:
    inner: Any = 1
    for _ in range(100):
        inner = [inner]
    with pytest.raises(JoseRefused) as refused:
        disclosed({"a": inner}, [])
    assert refused.value.code == "too_deep"


def test_what_is_made_is_read_again() -> None:
    key = fresh()
    claims = {
        "iss": "https://i.example", "vct": "x", "exp": 2000, "a": Hidden(1), "l": [1, Hidden(2), Hidden([3])],
        "o": Hidden({"p": Hidden("q"), "r": "s"}), "cnf": {"jwk": {n: v for n, v in public_of(key).items()}},
    }  # fmt: skip
    made = issue(claims, key, "ES256", counting(), decoys=3)
    assert len(parts_of(made).claims["_sd"]) == 2 + 3
    whole = verify_credential(made, [key], 1000)
    assert (whole["a"], whole["l"], whole["o"]) == (1, [1, 2, [3]], {"p": "q", "r": "s"})
    some = present(
        made, lambda one: one.name in ("o",), holder=(key, "ES256"), audience="v", nonce="n", now=1000
    )
    shown = verify_credential(some, [key], 1001, Asked("v", "n"))
    assert (shown.get("a"), shown["l"], shown["o"]) == (None, [1], {"r": "s"})
    with pytest.raises(JoseRefused) as refused:
        present(made, lambda one: one.name == "p")
    assert refused.value.code == "unused_disclosure"


def public_of(key: Value) -> dict[str, Any]:
    return {"kty": "EC", "crv": "P-256", "x": text_of(key["x"]), "y": text_of(key["y"])}


@pytest.mark.parametrize(
    ("code", "claims", "header"),
    [
        ("no_kind", {"iss": "i"}, {}),
        ("hidden_claim", {"vct": "x", "iss": Hidden("i")}, {}),
        ("wrong_type", {"vct": "x"}, {"typ": "JWT"}),
        ("wrong_issuer", {"vct": "x", "iss": "j"}, {}),
        ("expired", {"vct": "x", "iss": "i", "exp": 999}, {}),
        ("expired", {"vct": "x", "iss": "i", "nbf": 2000}, {}),
        ("wrong_kind", {"vct": "x", "iss": "i", "exp": "soon"}, {}),
    ],
)
def test_credentials_that_break_the_rules(code: str, claims: dict[str, Any], header: dict[str, Any]) -> None:
    key = fresh()
    made = issue(claims, key, "ES256", counting(), header=header)
    with pytest.raises(JoseRefused) as refused:
        verify_credential(made, [key], 1000, issuer="i")
    assert refused.value.code == code


def test_octets_of_any_kind_are_refused_with_a_code() -> None:
    key = fresh()
    made = issue({"vct": "x", "a": Hidden(1)}, key, "ES256", counting())
    for at in range(len(made)):
        for other in ("~", ".", "A", "\ud800", ""):
            given = made[:at] + other + made[at + 1 :]
            if given == made:
                continue
            try:
                verify_credential(given, [key], 1000)
            except JoseRefused as refusal:
                assert refusal.code, CODES
            else:
                raise AssertionError(f"character {at} means nothing")


def test_the_topic_is_there(vectors: Any) -> None:
    assert tables()
