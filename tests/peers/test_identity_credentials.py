"""Credentials whose claims are disclosed one by one, with two independent libraries: theirs verified here, ours there."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from art7.interpreter.functions import plain
from art7.runtime.jose.keys import JoseRefused, Value, read, text_of
from art7.runtime.sd_jwt.issuing import Hidden, issue, present
from art7.runtime.sd_jwt.parts import parts_of
from art7.runtime.sd_jwt.verifying import Asked, verify_credential
from peers import HOME, RECIPES, PeerFailed, need

pytestmark = pytest.mark.peers
NOW = 1_700_000_100
Run = Callable[[str, Mapping[str, Any]], Any]


def run(command: list[str], given: Mapping[str, Any]) -> Any:
    """Run a program once on a JSON object. Raises: `PeerFailed` when it refuses."""
    text = json.dumps(given).encode()
    found = subprocess.run(command, input=text, cwd=HOME / "npm-id", capture_output=True, timeout=60)
    if found.returncode or not found.stdout.strip():
        raise PeerFailed(found.stderr.decode(errors="replace")[-300:])
    return json.loads(found.stdout)


def in_python(mode: str, given: Mapping[str, Any]) -> Any:
    need("v-id/bin/python", "v-id/lib/python3.11/site-packages/sd_jwt", group="id")
    return run([str(HOME / "v-id/bin/python"), str(RECIPES / "identity/sdjwt_py.py"), mode], given)


def in_javascript(mode: str, given: Mapping[str, Any]) -> Any:
    need("npm-id/sdjwt_js.mjs", "npm-id/node_modules/@sd-jwt/sd-jwt-vc", group="id")
    return run(["node", "sdjwt_js.mjs", mode], given)


LIBRARIES = [pytest.param(in_python, id="python"), pytest.param(in_javascript, id="javascript")]


def key_of(value: Mapping[str, Any]) -> Value:
    return read("Jwk", json.dumps(value).encode())


def fresh() -> tuple[Value, dict[str, Any]]:
    """A private key, and its public half for others."""
    private = secrets.token_bytes(31).rjust(32, b"\1")
    point = plain("p256_public")(private)
    public = {"kty": "EC", "crv": "P-256", "x": text_of(point[1:33]), "y": text_of(point[33:])}
    return key_of({**public, "d": text_of(private)}), public


def changed(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


@pytest.mark.parametrize("library", LIBRARIES)
def test_theirs_are_verified_here(library: Run) -> None:
    made = library("issue", {})
    given, keys = made["presentation"], [key_of(made["issuer_jwk"])]
    proof = json.loads(plain("base64url_decode")(parts_of(given).binding.split(".")[1]))
    asked, now = Asked(proof["aud"], "n-1"), proof["iat"]
    claims = verify_credential(given, keys, now, asked, issuer="https://issuer.example.org")
    assert claims["vct"] == "https://example.org/messaging-identity"
    assert "phone_number" in claims and "display_name" not in claims
    assert "display_name" in verify_credential(made["issuance"], keys, now)
    for at in (30, given.index("~") - 10, given.index("~") + 10, len(given) - 10):
        with pytest.raises(JoseRefused):
            verify_credential(changed(given, at), keys, now, asked)
    with pytest.raises(JoseRefused) as refused:
        verify_credential(given, keys, now, Asked(proof["aud"], "n-2"))
    assert refused.value.code == "wrong_binding"
    with pytest.raises(JoseRefused) as refused:
        verify_credential(given, [key_of(made["holder_jwk"])], now, asked)
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize("library", LIBRARIES)
def test_ours_are_verified_there(library: Run) -> None:
    (issuer, issuer_jwk), (holder, holder_jwk) = fresh(), fresh()
    claims = {
        "iss": "https://issuer.example.org", "iat": 1_700_000_000, "exp": 2_000_000_000,
        "vct": "https://example.org/messaging-identity", "sub": "carol@c.example",
        "phone_number": Hidden("+3110123456"), "display_name": Hidden("Carol"),
        "devices": ["one", Hidden("two"), Hidden("three")], "address": Hidden({"city": Hidden("Delft"), "country": "NL"}),
        "cnf": {"jwk": holder_jwk},
    }  # fmt: skip
    issued = issue(claims, issuer, "ES256", secrets.token_bytes, decoys=2)
    shown = present(
        issued,
        lambda one: one.name in ("phone_number", "address", "city") or one.value == "three",
        holder=(holder, "ES256"),
        audience="https://a.example",
        nonce="n-7",
        now=NOW,
    )
    asked = {"issuer_jwk": issuer_jwk, "holder_jwk": holder_jwk, "nonce": "n-7", "aud": "https://a.example"}
    found = library("verify", {"compact": shown, **asked})
    assert (found["phone_number"], found["devices"]) == ("+3110123456", ["one", "three"])
    assert found["address"] == {"city": "Delft", "country": "NL"} and "display_name" not in found
    assert found == verify_credential(shown, [issuer], NOW, Asked("https://a.example", "n-7"))
    for at in (30, shown.index("~") - 10, len(shown) - 10):
        with pytest.raises(PeerFailed):
            library("verify", {"compact": changed(shown, at), **asked})
    with pytest.raises(PeerFailed):
        library("verify", {"compact": shown, **asked, "nonce": "n-8"})
