"""Public OpenID Connect cases: discovery documents, and identity tokens with what was sent beside them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from art7.runtime.jose.keys import JoseRefused
from art7.runtime.jose.signed import verify_compact
from art7.runtime.oidc.relying_party import keys_of
from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "oidc"
METADATA, TOKEN = "openid.oidc.ProviderMetadata", "openid.oidc.IdToken"


def rows(*keys: str) -> Iterator[dict[str, Any]]:
    for path in found_files("vectors", TOPIC, ".json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        for row in found if isinstance(found, list) else ():
            if set(keys) <= set(row):
                yield row


def is_signing(algorithm: str) -> bool:
    """Whether an identity token may be trusted for it: neither unsigned nor under a shared secret."""
    return algorithm != "none" and not algorithm.startswith("HS")


def test_discovery(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("issuer", "document", "valid"):
        octets = row["document"].encode()
        try:
            decoded = codec.decode(METADATA, octets, asked=row["issuer"])
        except Refused as refusal:
            assert not row["valid"], refusal
            cases.ran(TOPIC)
            continue
        assert row["valid"]
        written = codec.encode(METADATA, decoded.native, asked=row["issuer"])
        assert json.loads(written) == json.loads(octets)
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
            assert name not in row or decoded.plain[name] == row[name]
        algorithms = decoded.plain["id_token_signing_alg_values_supported"] or []
        assert list(filter(is_signing, algorithms)) == row.get("usable_algorithms", algorithms)
        with pytest.raises(Refused) as refused:
            codec.decode(METADATA, octets, asked=row["issuer"] + "x")
        assert refused.value.code == "wrong_issuer"
        cases.ran(TOPIC)


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_text(codec: Codec, token: str, params: dict[str, Any], claims: Any) -> None:
    """The token as it is sent: its claims under the algorithm of its own header."""
    given = {name: value for name, value in params.items() if name != "alg"}
    found = codec.decode("openid.oidc.IdTokenText", token.encode(), **given).plain
    assert found["claims"] == claims and found["header"]["alg"] == params["alg"]
    with pytest.raises(Refused) as refused:
        codec.decode("openid.oidc.IdTokenText", token.encode(), **{**given, "client": "other"})
    assert refused.value.code == "wrong_audience"
    compact = codec.decode("ietf.jose_compact.JwsCompact", token.encode())
    assert codec.encode("ietf.jose_compact.JwsCompact", compact.native).decode() == token


def check_signature(token: str, jwk: dict[str, Any]) -> None:
    """The signature holds under the key of the provider's set that the header names, and under no other."""
    others = [{**jwk, "kid": "another"}, {**jwk, "use": "enc"}, {**jwk, "alg": "RS512"}]
    keys = keys_of(json.dumps({"keys": [*others, jwk]}).encode())
    assert verify_compact(token, keys) == octets_of(token.split(".")[1])
    header, payload, signature = token.split(".")
    at = len(signature) // 2
    flipped = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for code, text, given in (
        ("no_key", token, keys[:-1]),
        ("bad_signature", f"{header}.{payload}.{flipped}", keys),
        ("unsecured", f"{none}.{payload}.{signature}", keys),
        ("malformed", f"{header}.{payload}.", keys),
    ):
        with pytest.raises(JoseRefused) as refused:
            verify_compact(text, given)
        assert refused.value.code == code


def test_identity_tokens(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("request", "response", "jwk", "issuer", "time"):
        token = row["response"]["id_token"]
        header_text, payload, _ = token.split(".")
        header = codec.decode("ietf.jose.JwsHeader", octets_of(header_text)).plain
        key = codec.decode("ietf.jose.Jwk", json.dumps(row["jwk"]).encode()).plain
        assert header["kid"] == key["kid"]
        params = {
            "issuer": row["issuer"],
            "client": row["request"]["client_id"],
            "alg": header["alg"],
            "now": row["time"],
            "request_nonce": row["request"].get("nonce"),
            "access_token": row["response"].get("access_token"),
            "code": row["response"].get("code"),
        }
        decoded = codec.decode(TOKEN, octets_of(payload), **params)
        assert json.loads(codec.encode(TOKEN, decoded.native, **params)) == json.loads(octets_of(payload))
        assert header["alg"] == "RS256", "the only algorithm that every provider has"
        check_signature(token, row["jwk"])
        check_text(codec, token, params, decoded.plain)
        for name, value, code in (
            ("issuer", "https://other.example", "wrong_issuer"),
            ("client", "other", "wrong_audience"),
            ("now", 1 << 40, "expired"),
            ("request_nonce", "other", "wrong_nonce"),
            ("access_token", "other", "wrong_hash"),
        ):
            if name == "access_token" and "at_hash" not in json.loads(octets_of(payload)):
                continue
            with pytest.raises(Refused) as refused:
                codec.decode(TOKEN, octets_of(payload), **{**params, name: value})
            assert refused.value.code == code
        cases.ran(TOPIC)
