"""Public JOSE cases with their keys: signatures hold, sealed texts open, and what is wrong is refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.runtime.jose.keys import JoseRefused, Value, read, text_of
from art7.runtime.jose.sealed import open_compact, open_json
from art7.runtime.jose.signed import verify_compact, verify_json

Case = Mapping[str, Any]
BY_POLICY = {
    "RSA1_5": "refused on purpose: its padding tells an attacker too much",
    "ES521": "a key for an algorithm that no standard has",
    "?": "octets that are no base64url",
}


def keys_of(value: Any) -> list[Value]:
    """The keys of a key, a set or a list."""
    if isinstance(value, dict) and "keys" not in value:
        return [read("Jwk", json.dumps(value).encode())]
    listed = value["keys"] if isinstance(value, dict) else value
    return [read("Jwk", json.dumps(each).encode()) for each in listed]


# ---- Wycheproof ----


def wycheproof_files() -> list[Path]:
    return [path for path in corpus.files("vectors", "crypto", "_test.json") if _of_jose(path)]


def _of_jose(path: Path) -> bool:
    groups = json.loads(path.read_text(encoding="utf-8"))["testGroups"]
    return any(set(case) & {"jws", "jwe"} for group in groups for case in group["tests"])


def outcome(group: Case, case: Case) -> object:
    """The payload or content, or the refusal's code."""
    text = case.get("jws", case.get("jwe"))
    try:
        if not isinstance(text, str):
            raise JoseRefused("malformed", "a compact object", "JSON")
        if "jws" in case:
            return verify_compact(text, keys_of(group.get("public") or group["private"]))
        return open_compact(text, keys_of(group["private"]))
    except JoseRefused as refusal:
        return refusal.code


def policy(group: Case, case: Case, code: object) -> str | None:
    """Why a valid case is refused on purpose."""
    key = group["private"] if "keys" not in group["private"] else group["private"]["keys"][0]
    if key.get("alg") in BY_POLICY:
        return BY_POLICY[key["alg"]]
    return BY_POLICY["?"] if code == "malformed" and "InvalidCharacter" in case["comment"] else None


@pytest.mark.parametrize("path", wycheproof_files(), ids=lambda path: path.name)
def test_wycheproof(path: Path, cases: Any) -> None:
    refused: Counter[str] = Counter()
    for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
        for case in group["tests"]:
            found = outcome(group, case)
            name = f"{path.name} {case['tcId']} {case['comment']}: {found!r}"
            twins = {each["result"] for each in group["tests"] if each.get("jws", "") == case.get("jws")}
            if "jws" in case and len(twins) > 1:
                refused["the same object is valid in one case and not in another"] += 1
                continue
            if case["result"] == "invalid":
                assert isinstance(found, str), name
            elif isinstance(found, str) and (why := policy(group, case, found)):
                refused[why] += 1
                continue
            else:
                assert isinstance(found, bytes), name
                assert "pt" not in case or found.hex() == case["pt"], name
            cases.ran("jose")
    for why, count in refused.items():
        cases.cannot_run("jose", path.name, f"{count} cases", why)


# ---- RFC 7520, RFC 7797 ----


def cookbook() -> Iterator[tuple[Path, Case]]:
    for path in corpus.files("vectors", "jose", ".json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "output" in document:
            yield path, document


def keys_of_case(given: Case) -> list[Value]:
    if "pwd" in given:
        return keys_of({"kty": "oct", "k": text_of(given["pwd"].encode())})
    return keys_of(given["key"])


def test_cookbook_signatures(cases: Any) -> None:
    for path, case in cookbook():
        if "signing" not in case:
            continue
        keys, payload = keys_of_case(case["input"]), case["input"]["payload"].encode()
        output = case["output"]
        if "compact" in output:
            detached = payload if ".." in output["compact"] else None
            assert verify_compact(output["compact"], keys, detached) == payload, path.name
        for form in ("json", "json_flat"):
            octets = json.dumps(output[form]).encode()
            detached = None if "payload" in output[form] else payload
            assert verify_json(octets, keys, detached) == payload, path.name
            with pytest.raises(JoseRefused) as refusal:
                verify_json(octets, keys, payload + b"!")
            assert refusal.value.code == "bad_signature"
        cases.ran("jose")


def test_cookbook_encryption(cases: Any) -> None:
    for path, case in cookbook():
        if "encrypting_content" not in case:
            continue
        keys, plaintext = keys_of_case(case["input"]), case["input"]["plaintext"].encode()
        output = case["output"]
        forms = [open_compact(output["compact"], keys)] if _opens(output, keys) else []
        if not forms and "compact" in output and case["input"]["alg"] == "RSA1_5":
            cases.cannot_run("jose", path.name, "RSA1_5", BY_POLICY["RSA1_5"])
            continue
        for form in ("json", "json_flat"):
            if form in output:
                forms.append(open_json(json.dumps(output[form]).encode(), keys))
        assert forms and all(each == plaintext for each in forms), path.name
        broken = {**output["json"], "tag": text_of(bytes(16))}
        with pytest.raises(JoseRefused):
            open_json(json.dumps(broken).encode(), keys)
        cases.ran("jose")


def _opens(output: Case, keys: list[Value]) -> bool:
    try:
        return "compact" in output and bool(open_compact(output["compact"], keys))
    except JoseRefused as refusal:
        assert refusal.code == "refused_algorithm"
        return False


# ---- policy ----

SECRET = {"kty": "oct", "k": text_of(bytes(32))}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none"}, "unsecured"),
        ({"alg": "HS512"}, "weak_key"),
        ({"alg": "HS999"}, "refused_algorithm"),
        ({"alg": "RS256"}, "no_key"),
        ({"alg": "HS256", "kid": "x", "crit": ["exp"], "exp": 1}, "unknown_extension"),
        ({"alg": "HS256"}, "bad_signature"),
        ({"alg": "HS256", "crit": ["b64"]}, "unknown_extension"),
    ],
)
def test_headers_that_are_refused(header: dict[str, Any], code: str) -> None:
    text = ".".join((text_of(json.dumps(header).encode()), text_of(b"payload"), text_of(bytes(32))))
    with pytest.raises(JoseRefused) as refusal:
        verify_compact(text, keys_of(SECRET))
    assert refusal.value.code == code


def test_a_password_cannot_ask_for_endless_work() -> None:
    header = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": text_of(bytes(16)), "p2c": 1 << 40}
    parts = (json.dumps(header).encode(), bytes(24), bytes(12), b"", bytes(16))
    with pytest.raises(JoseRefused) as refusal:
        open_compact(".".join(map(text_of, parts)), keys_of(SECRET))
    assert refusal.value.code == "refused_algorithm"
