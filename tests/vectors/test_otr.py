"""Public cases of off-the-record messaging: data types, keys, and whole conversations opened with recorded keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import otr_texts
from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "otr"
MESSAGE = "otr.messages.OtrMessage"
DATA = 0x03
PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3"
    "CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5"
    "AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356"
    "208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF",
    16,
)
"""Modulus of the key exchange (RFC 3526 §2)."""


def both_ways(codec: Codec, type: str, octets: bytes, **params: Any) -> Any:
    decoded = codec.decode(type, octets, **params)
    assert codec.encode(type, decoded.native, **params) == octets
    return decoded.plain


def octets_of(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


# ---- data types and keys ----------------------------------------------------------------------------------------


def check_encoding(codec: Codec, case: dict[str, Any]) -> str:
    """Compare one data type where the catalogue has it; returns why a case cannot run."""
    octets = bytes.fromhex(case.get("wire", ""))
    if case["kind"] == "TLV":
        record = both_ways(codec, "otr.content.Records", octets)["records"][0]
        assert (record["kind"], record["value"]) == (case["type"], case["value"].encode())
        return ""
    if case["kind"] == "DATA":
        found = both_ways(codec, "otr.messages.Counted", octets)
        assert found["octets"] == case["value"].encode()
        return ""
    if case["kind"] == "MPI":
        found = both_ways(codec, "otr.messages.Numeral", octets)
        assert found["octets"] == octets_of(int(case["value"]))
        return ""
    if case["kind"] == "armour":
        assert otr_texts.read(codec, case["text"])["data"]["octets"] == bytes.fromhex(case["data"])
        return ""
    if case["kind"] in ("query", "query-parse"):
        assert invited(otr_texts.read(codec, octets.decode())) == case["versions"]
        return ""
    if case["kind"] == "tagged":
        found = both_ways(codec, "otr.texts.TaggedText", octets)
        assert found["before"] + found["after"][8 * len(case["versions"]) :] == case["text"]
        offers = [found[f"offers_{name}"] for name in ("one", "two", "three")]
        assert [number for number, offer in enumerate(offers, 1) if offer] == case["versions"]
        return ""
    return "a data type that is not known"


def invited(text: dict[str, Any]) -> list[int]:
    """The versions that an invitation names, in order; none where a text is no invitation."""
    found = {1} if "first" in text or "first_and" in text else set()
    query = text.get("query") or text.get("first_and") or {}
    return sorted(found | {int(each) for each in query.get("versions") or "" if each.isdigit()})


def check_query(codec: Codec, case: dict[str, Any]) -> str:
    try:
        versions = invited(otr_texts.read(codec, case["msg"]))
    except Refused:
        versions = []
    assert (2 if 2 in versions else 0) == case["expected_version"], case["msg"]
    return ""


def check_dsa_key(codec: Codec, case: dict[str, Any]) -> str:
    octets = bytes.fromhex(case["private_key"])
    key = both_ways(codec, "otr.messages.DsaPrivateKey", octets)["key"]
    assert key["fingerprint"].hex() == case["fingerprint"]
    return ""


def data_keys(codec: Codec, shared: int, is_high: bool) -> dict[str, Any]:
    return codec.derive("otr.content.DataKeys", {"is_high": is_high}, {"shared": octets_of(shared)})


SESSION_KEYS = {
    "Session id": "session_id", "Sending   AES key": "send_key", "Sending   MAC key": "send_mac_key",
    "Receiving AES key": "receive_key", "Receiving MAC key": "receive_mac_key",
}  # fmt: skip


def check_session_keys(codec: Codec, case: dict[str, Any]) -> str:
    ours, theirs = int(case["our_public"], 16), int(case["their_public"], 16)
    found = data_keys(codec, int(case["shared_secret"], 16), ours > theirs)
    for name, member in SESSION_KEYS.items():
        assert found[member].hex() == case["otr_sesskeys"][name], name
    return ""


# ---- conversations ----------------------------------------------------------------------------------------------


class Pairs:
    """MAC and cipher keys of every two Diffie-Hellman keys of a conversation, as the sender has them."""

    def __init__(self, codec: Codec, made: list[dict[str, str]]) -> None:
        self.codec = codec
        keys = [(int(each["private"], 16), int(each["public"], 16)) for each in made]
        self.found: list[dict[str, Any]] = []
        for (private, public), (_, peer) in permutations(keys, 2):
            self.found.append(data_keys(codec, pow(peer, private, PRIME), public > peer))

    def opened(self, octets: bytes) -> bytes:
        """The plaintext of a data message, by the keys under which its MAC holds."""
        for keys in self.found:
            try:
                body = self.codec.decode(MESSAGE, octets, mac_key=keys["send_mac_key"]).plain["body"]
            except Refused as refused:
                assert refused.code == "bad_mac", refused
                continue
            params = {"counter": body["counter"], "data": body["encrypted"]}
            return bytes(self.codec.derive("otr.content.Open", params, {"key": keys["send_key"]})["out"])
        raise AssertionError("the MAC holds under none of the recorded keys")


def entries(codec: Codec, log: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every whole text with the last entry that it came in, which says what it opens to."""
    wires: list[str] = []
    for entry in log:
        if "wire" not in entry:
            continue
        wires.append(entry["wire"])
        fragment = otr_texts.read(codec, entry["wire"]).get("old_fragment")
        if fragment is None or int(fragment["number"]) == int(fragment["count"]):
            yield next(otr_texts.whole(codec, wires)), entry
            wires = []


def check_transcript(codec: Codec, case: dict[str, Any]) -> str:
    pairs, kinds = Pairs(codec, case["dh_keys_made"]), set()
    for text, entry in entries(codec, case["log"]):
        if "data" not in text:
            assert 2 in invited(text), text
            continue
        octets = text["data"]["octets"]
        value = both_ways(codec, MESSAGE, octets, mac_key=None)
        assert value["version"] == case["version"]
        kinds.add(value["kind"])
        if value["kind"] == DATA and ("decrypted" in entry or "tlvs" in entry):
            check_plaintext(codec, pairs.opened(octets), entry)
    assert kinds == {0x02, 0x0A, 0x11, 0x12, DATA}
    for person in case["keys"].values():
        key = both_ways(codec, "otr.messages.DsaKey", bytes.fromhex(person["dsa_public"]))["key"]
        assert key["fingerprint"].hex() == person["fingerprint"]
    return ""


def check_plaintext(codec: Codec, opened: bytes, entry: dict[str, Any]) -> None:
    if b"\0" not in opened:
        value = both_ways(codec, "otr.content.PlainText", opened)
    else:
        value = both_ways(codec, "otr.content.PlainTextWithRecords", opened)
        expected = b"".join(base64.b64decode(each["value"]) for each in entry.get("tlvs", ()))
        records = both_ways(codec, "otr.content.Records", expected)["records"]
        assert [each for each in value["records"] if each["kind"]] == records
    assert value["words"] == entry.get("decrypted", "")


CHECKS: list[tuple[str, Callable[[Codec, dict[str, Any]], str]]] = [
    ("kind", check_encoding),
    ("private_key", check_dsa_key),
    ("otr_sesskeys", check_session_keys),
    ("log", check_transcript),
    ("msg", check_query),
]
"""Checks by a member that only their cases have."""


def test_every_case(codec: Codec, cases: Any, vectors: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            name = str(case.get("name", case.get("kind", f"case {number}")))
            check = next((check for member, check in CHECKS if member in case), None)
            reason = "a form that is not known" if check is None else check(codec, case)
            if reason:
                cases.cannot_run(TOPIC, path.name, name, reason)
            else:
                cases.ran(TOPIC)
