"""Public COSE cases with their keys: signatures and authenticators hold, sealed content opens, what is wrong is refused."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

import corpus
from art7.runtime.cose.keys import Key, read_key
from art7.runtime.cose.reader import CoseReader
from art7.runtime.cose.receivers import Known, Party
from art7.runtime.cose.structures import Structures
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from session_faces import FACES, session_face
from trees import values_of

TOPIC = "cose"
MODULES = ("ietf.cose", "ietf.cose_keys")
METHODS = {
    "sign": "verify_sign",
    "sign0": "verify_sign1",
    "mac": "check_mac",
    "mac0": "check_mac0",
    "enveloped": "open_encrypt",
    "encrypted": "open_encrypt0",
}
"""What a case describes → how it is checked or opened."""
CURVES = {
    "P-256": 1, "P-384": 2, "P-521": 3, "X25519": 4, "X448": 5, "Ed25519": 6, "Ed448": 7, "secp256k1": 8,
}  # fmt: skip
CODES = {
    "ChangeCBORTag": {"wrong_tag", "wrong_kind"},
    "ChangeTag": {"bad_signature", "bad_mac", "not_authentic"},
    "ChangeAttr": {
        "bad_signature",
        "bad_mac",
        "not_authentic",
        "refused_algorithm",
        "bad_key_size",
        "no_key",
    },
    "AddProtected": {"bad_signature", "bad_mac", "not_authentic"},
    "RemoveProtected": {"bad_signature", "bad_mac", "not_authentic"},
}
"""What a case breaks → the codes that it may be refused with."""


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, *MODULES) as found:
        yield found


def octets_of(row: dict[str, Any], name: str) -> bytes | None:
    """A member of a key, in base64url or in hexadecimal."""
    if f"{name}_hex" in row:
        return bytes.fromhex(row[f"{name}_hex"])
    if name not in row:
        return None
    return base64.urlsafe_b64decode(row[name] + "=" * (-len(row[name]) % 4))


def key_of(structures: Structures, row: dict[str, Any]) -> Key:
    """The key of a case, written and read as COSE_Key."""
    members: dict[str, Any] = {"kid": row["kid"].encode() if "kid" in row else None}
    if "kid_hex" in row:
        members["kid"] = bytes.fromhex(row["kid_hex"])
    match row["kty"]:
        case "oct":
            members |= {"kty": 4, "k": octets_of(row, "k")}
        case "RSA":
            names = {"n": "n", "e": "e", "private": "d", "first": "p", "second": "q"}
            members |= {"kty": 3, **{name: octets_of(row, of) for name, of in names.items()}}
        case kind:
            size = {"P-521": 66, "P-384": 48}.get(row["crv"], 32) if kind == "EC" else 0
            members |= {"kty": 2 if kind == "EC" else 1, "curve": CURVES[row["crv"]]}
            members |= {name: value.rjust(size, b"\0") for name in "xyd" if (value := octets_of(row, name))}
    return read_key(structures, structures.write("CoseKey", **members))


def known_of(case: dict[str, Any]) -> Known:
    """What both sides know and nobody sends."""
    found: dict[str, Any] = {}
    for unsent in values_of(case["input"], "unsent"):
        found |= unsent
    parts = {name: found[name].encode() for name in found if isinstance(found[name], str)}
    parts |= {name[:-4]: bytes.fromhex(found[name]) for name in found if name.endswith("_hex")}
    parties = [
        Party(parts.get(f"{who}_id"), parts.get(f"{who}_nonce"), parts.get(f"{who}_other"))
        for who in ("apu", "apv")
    ]
    return Known(parties[0], parties[1], parts.get("pub_other"), parts.get("priv_other"))


def base_ivs(case: dict[str, Any]) -> list[bytes]:
    """The parts of nonces that stay: a case has the whole nonce and the part that changes."""
    whole = [bytes.fromhex(found) for found in values_of(case["input"], "IV_hex")]
    parts = [bytes.fromhex(found) for found in values_of(case["input"], "partialIV_hex")]
    pairs = [(each, part.rjust(len(each), b"\0")) for each in whole for part in parts]
    return [bytes(a ^ b for a, b in zip(each, part, strict=True)) for each, part in pairs]


def cases_with_keys() -> list[Any]:
    rows = []
    for path in corpus.files("vectors", TOPIC, ".json"):
        case = json.loads(path.read_text(encoding="utf-8"))
        for kind in METHODS:
            if kind in case.get("input", {}):
                rows.append(pytest.param(kind, case, id=f"{path.parent.name}-{path.stem}"))
    return rows


def run(face: Face, kind: str, case: dict[str, Any], flip: int | None = None) -> bytes:
    """Check or open the object of a case, whole or with one bit changed."""
    structures = Structures(face)
    keys = [
        key_of(structures, row) for name in ("key", "sender_key") for row in values_of(case["input"], name)
    ]
    held = {row.get("kid") for name in ("key", "sender_key") for row in values_of(case["input"], name)}
    named = set(values_of(case["input"], "kid")) - held
    if named:  # the case names another key than it has: the application knew
        keys = [dataclasses.replace(key, kid=None) for key in keys]
    keys = [dataclasses.replace(key, base_iv=base) for key in keys for base in base_ivs(case)] or keys
    reader = CoseReader(
        face, keys, understood=[label for found in values_of(case["input"], "crit") for label in found]
    )
    octets = bytearray.fromhex(case["output"]["cbor"])
    if flip is not None:
        octets[flip] ^= 1
    given: dict[str, Any] = {"aad": bytes.fromhex(next(values_of(case["input"], "external"), ""))}
    if kind in ("mac", "enveloped"):
        given["known"] = known_of(case)
    elif kind != "sign":
        given["tagged"] = "RemoveCBORTag" not in {
            each for found in values_of(case["input"], "failures") for each in found
        }
    return getattr(reader, METHODS[kind])(bytes(octets), **given)  # type: ignore[no-any-return]


def policy(case: dict[str, Any], code: str) -> str | None:
    """Why a good case is refused on purpose, or needs what the library lacks."""
    if code != "refused_algorithm" and "secp256k1" not in values_of(case["input"], "crv"):
        return None
    used = {str(each) for name in ("alg", "crv") for each in values_of(case["input"], name)}
    return f"an algorithm that is refused on purpose, or not there: {', '.join(sorted(used))}"


@pytest.mark.parametrize(("kind", "case"), cases_with_keys())
def test_objects_and_their_keys(face: Face, kind: str, case: dict[str, Any], cases: Any) -> None:
    inner = case["input"]
    wanted = (
        bytes.fromhex(inner["plaintext_hex"]) if "plaintext_hex" in inner else inner["plaintext"].encode()
    )
    try:
        found = run(face, kind, case)
    except SessionRefused as refusal:
        if not case.get("fail"):
            why = policy(case, refusal.code)
            assert why is not None, str(refusal)
            cases.cannot_run(TOPIC, kind, case["title"], why)
            return
        broken = {name for found in values_of(inner, "failures") for name in found}
        allowed = set().union(*(CODES.get(name, {refusal.code}) for name in broken))
        assert refusal.code in allowed, f"{broken}: {refusal}"
        cases.ran(TOPIC)
        return
    assert not case.get("fail"), "a broken object was taken"
    assert found == wanted
    with pytest.raises(SessionRefused):
        run(face, kind, case, -1)
    cases.ran(TOPIC)
