"""Public MLS cases: every structure both ways, length headers, the key schedule, pre-shared keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import corpus
from executions import Codec, Refused

TOPIC = "mls"

STRUCTURES = {
    "mls_welcome": "MlsMessage", "mls_group_info": "MlsMessage", "mls_key_package": "MlsMessage",
    "public_message_application": "MlsMessage", "public_message_proposal": "MlsMessage",
    "public_message_commit": "MlsMessage", "private_message": "MlsMessage", "ratchet_tree": "RatchetTree",
    "group_secrets": "GroupSecrets", "add_proposal": "Add", "update_proposal": "Update", "remove_proposal": "Remove",
    "pre_shared_key_proposal": "PreSharedKey", "re_init_proposal": "ReInit", "external_init_proposal": "ExternalInit",
    "group_context_extensions_proposal": "GroupContextExtensions", "commit": "Commit",
}  # fmt: skip
"""Fields of `messages.json` and the structures they hold; every one is octets of one object."""

SECRETS = {
    "joiner_secret": "joiner_secret", "welcome_secret": "welcome_secret", "sender_data_secret": "sender_data_secret",
    "encryption_secret": "encryption_secret", "exporter_secret": "exporter_secret",
    "external_secret": "external_secret", "confirmation_key": "confirmation_key", "membership_key": "membership_key",
    "resumption_psk": "resumption_psk", "epoch_authenticator": "epoch_authenticator", "init_secret": "next_init_secret",
    "external_pub": "external_pub",
}  # fmt: skip
"""What an epoch of a key-schedule case expects, and the schedule's name for it."""

EPOCH_INPUTS = {"tree_hash", "commit_secret", "psk_secret", "confirmed_transcript_hash", "exporter", "group_context"}


def both_ways(codec: Codec, type: str, octets: bytes) -> Any:
    decoded = codec.decode(type, octets)
    assert codec.encode(type, decoded.native) == octets
    return decoded.plain


def check_messages(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    expected_formats = {"mls_welcome": 3, "mls_group_info": 4, "mls_key_package": 5, "private_message": 2}
    for name in set(case) & set(STRUCTURES):
        value = both_ways(codec, f"ietf.mls.{STRUCTURES[name]}", bytes.fromhex(case[name]))
        if name in expected_formats:
            assert value["wire_format"] == expected_formats[name]
        if name.startswith("public_message"):
            kinds = ["application", "proposal", "commit"]
            assert value["public_message"]["content"]["content_type"] == 1 + kinds.index(name.split("_")[-1])
    return set(case) - set(STRUCTURES)


def check_header(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    octets = bytes.fromhex(case["vlbytes_header"])
    assert both_ways(codec, "ietf.mls.VectorHeader", octets) == {"length": case["length"]}
    return set(case) - {"vlbytes_header", "length"}


def check_key_schedule(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    suite, init_secret = case["cipher_suite"], bytes.fromhex(case["initial_init_secret"])
    unknown = set(case) - {"cipher_suite", "group_id", "initial_init_secret", "epochs"}
    for epoch in case["epochs"]:
        octets = bytes.fromhex(epoch["group_context"])
        context = both_ways(codec, "ietf.mls.GroupContext", octets)
        assert (context["version"], context["cipher_suite"], context["extensions"]) == (1, suite, [])
        assert context["group_id"].hex() == case["group_id"]
        for name in ("tree_hash", "confirmed_transcript_hash"):
            assert context[name].hex() == epoch[name]
        inputs = {name: bytes.fromhex(epoch[name]) for name in ("commit_secret", "psk_secret")}
        values = codec.derive(
            "ietf.mls_keys.EpochSecrets",
            {"suite": suite, "group_context": octets},
            {"init_secret": init_secret, **inputs},
        )
        for name, step in SECRETS.items():
            if name in epoch:
                assert values[step].hex() == epoch[name], name
        exporter = epoch["exporter"]
        params = {"suite": suite, "label": exporter["label"], "length": exporter["length"]}
        exported = codec.derive(
            "ietf.mls_keys.Exporter",
            params | {"context": bytes.fromhex(exporter["context"])},
            {"exporter_secret": values["exporter_secret"]},
        )
        assert exported["secret"].hex() == exporter["secret"]
        unknown |= set(epoch) - set(SECRETS) - EPOCH_INPUTS
        init_secret = values["next_init_secret"]
    numbers = [codec.decode("ietf.mls.GroupContext", bytes.fromhex(e["group_context"])).plain["epoch"] for e in case["epochs"]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return unknown


def psk_id(psk: Mapping[str, Any]) -> bytes:
    """The encoded PreSharedKeyID of an external key: type, identifier, nonce (RFC 9420 §8.4), by hand."""
    identifier, nonce = bytes.fromhex(psk["psk_id"]), bytes.fromhex(psk["psk_nonce"])
    return b"\x01" + vector(identifier) + vector(nonce)


def vector(octets: bytes) -> bytes:
    """Octets behind their length header (RFC 9420 §2.1.2)."""
    size = len(octets)
    if size < 1 << 6:
        return bytes([size]) + octets
    if size < 1 << 14:
        return (size | 1 << 14).to_bytes(2, "big") + octets
    return (size | 1 << 31).to_bytes(4, "big") + octets


def check_psk_secret(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    suite, psks = case["cipher_suite"], case["psks"]
    secret = codec.derive("ietf.mls_keys.NoPsk", {"suite": suite}, {})["psk_secret"]
    for index, psk in enumerate(psks):
        id = psk_id(psk)
        named = both_ways(codec, "ietf.mls.PreSharedKeyId", id)
        assert named["psk_id"].hex() == psk["psk_id"] and named["psk_nonce"].hex() == psk["psk_nonce"]
        params = {"suite": suite, "id": id, "index": index, "count": len(psks)}
        inputs = {"psk_secret": secret, "psk": bytes.fromhex(psk["psk"])}
        secret = codec.derive("ietf.mls_keys.PskStep", params, inputs)["next_secret"]
    assert secret.hex() == case["psk_secret"]
    return set(case) - {"cipher_suite", "psks", "psk_secret"}


CHECKS = (
    ({"vlbytes_header"}, check_header),
    ({"initial_init_secret", "epochs"}, check_key_schedule),
    ({"psks", "psk_secret"}, check_psk_secret),
    ({"mls_welcome", "ratchet_tree"}, check_messages),
)
"""Which check reads a case: told by the keys it has."""


def objects_in(case: Any) -> Iterable[tuple[str, bytes]]:
    """Octets of structures inside cases whose whole check needs tree or protection operations."""
    known = {
        "key_package": "MlsMessage", "welcome": "MlsMessage", "commit": "MlsMessage", "proposal": "Proposal",
        "tree": "RatchetTree", "ratchet_tree": "RatchetTree", "tree_before": "RatchetTree", "tree_after": "RatchetTree",
        "tree_data": "RatchetTree", "update_path": "UpdatePath", "authenticated_content": "AuthenticatedContent",
        "proposal_pub": "MlsMessage", "commit_pub": "MlsMessage", "proposal_priv": "MlsMessage",
        "commit_priv": "MlsMessage", "application_priv": "MlsMessage",
    }  # fmt: skip
    if isinstance(case, dict):
        for name, value in case.items():
            if name in known and isinstance(value, str):
                kind = known[name]
                if name == "commit" and "commit_pub" in case:
                    kind = "Commit"
                yield kind, bytes.fromhex(value)
            elif name == "proposals" and isinstance(value, list):
                yield from (("MlsMessage", bytes.fromhex(each)) for each in value if isinstance(each, str))
            else:
                yield from objects_in(value)
    elif isinstance(case, list):
        for each in case:
            yield from objects_in(each)


def run_case(codec: Codec, case: Mapping[str, Any]) -> str | None:
    """Run one case; returns why it cannot run whole, or None."""
    for keys, check in CHECKS:
        if keys <= set(case):
            unknown = check(codec, case)
            return f"expectations not understood: {sorted(unknown)}" if unknown else None
    count = 0
    for kind, octets in objects_in(case):
        both_ways(codec, f"ietf.mls.{kind}", octets)
        count += 1
    return f"tree and protection operations come later; {count} structures in it decode both ways"


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in corpus.files("vectors", TOPIC, ".json"):
        rows = json.loads(path.read_text(encoding="utf-8"))
        reasons: dict[str, int] = {}
        for row in rows:
            if reason := run_case(codec, row):
                reasons[reason.split(";")[0]] = reasons.get(reason.split(";")[0], 0) + 1
            else:
                cases.ran(TOPIC)
        for reason, count in reasons.items():
            cases.cannot_run(TOPIC, str(path.relative_to(corpus.root("vectors") / TOPIC)), f"{count} cases", reason)


def test_a_header_longer_than_needed_is_refused(codec: Codec) -> None:
    for header in ("4001", "8000003f", "80003fff", "c000000000000001"):
        try:
            codec.decode("ietf.mls.VectorHeader", bytes.fromhex(header))
        except Refused as refused:
            assert refused.code in ("non_minimal", "bad_varint") and refused.offset == 0
        else:
            raise AssertionError(f"accepted {header}")
