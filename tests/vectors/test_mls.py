"""Public MLS cases: every structure both ways, length headers, the key schedule, pre-shared keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

import corpus
from catalogue_codec import found_files
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

EPOCH_INPUTS = {
    "tree_hash",
    "commit_secret",
    "psk_secret",
    "confirmed_transcript_hash",
    "exporter",
    "group_context",
}


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
    numbers = [
        codec.decode("ietf.mls.GroupContext", bytes.fromhex(e["group_context"])).plain["epoch"]
        for e in case["epochs"]
    ]
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
        encoded = psk_id(psk)
        named = both_ways(codec, "ietf.mls.PreSharedKeyId", encoded)
        assert named["psk_id"].hex() == psk["psk_id"] and named["psk_nonce"].hex() == psk["psk_nonce"]
        params = {"suite": suite, "id": encoded, "index": index, "count": len(psks)}
        inputs = {"psk_secret": secret, "psk": bytes.fromhex(psk["psk"])}
        secret = codec.derive("ietf.mls_keys.PskStep", params, inputs)["next_secret"]
    assert secret.hex() == case["psk_secret"]
    return set(case) - {"cipher_suite", "psks", "psk_secret"}


def check_exporter(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    suite, octets = case["cipher_suite"], bytes.fromhex(case["input"])
    half = len(octets) // 2
    params = {"suite": suite, "label": "test", "context": octets[half:], "length": half}
    values = codec.derive("ietf.mls_keys.Exporter", params, {"exporter_secret": octets[:half]})
    assert values["secret"].hex() == case["output"]
    return set(case) - {"cipher_suite", "input", "output"}


def check_sender_data(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    data, aad = case["sender_data"], case["sender_data_aad"]
    application = 1  # the file does not say the content type
    octets = data["sender"].to_bytes(4, "big") + data["generation"].to_bytes(4, "big")
    octets += bytes.fromhex(data["reuse_guard"])
    value = both_ways(codec, "ietf.mls.SenderData", octets)
    assert (value["leaf_index"], value["generation"]) == (data["sender"], data["generation"])
    bound = vector(bytes.fromhex(aad["group_id"])) + aad["epoch"].to_bytes(8, "big") + bytes([application])
    both_ways(codec, "ietf.mls.SenderDataAad", bound)
    params = {"suite": case["cipher_suite"], "ciphertext": bytes.fromhex(case["ciphertext_bytes"])}
    inputs = {"sender_data_secret": bytes.fromhex(case["secret"])}
    more = {"aad": bound, "sender_data": octets}
    values = codec.derive("ietf.mls_keys.SealSenderData", params | more, inputs)
    assert values["key"].hex() == case["expected_key"] and values["nonce"].hex() == case["expected_nonce"]
    assert values["sealed"].hex() == case["expected_ciphertext"]
    known = {"cipher_suite", "secret", "ciphertext_bytes", "sender_data", "sender_data_aad"}
    return set(case) - known - {"expected_key", "expected_nonce", "expected_ciphertext"}


def check_path_secrets(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    secrets = [bytes.fromhex(each) for each in case["generations"]]
    for before, after in zip(secrets, secrets[1:], strict=False):
        params = {"suite": case["cipher_suite"], "label": "path"}
        assert codec.derive("ietf.mls_keys.DeriveSecret", params, {"secret": before})["out"] == after
    return set(case) - {"cipher_suite", "generations"}


def check_proposal_ref(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    octets = bytes.fromhex(case["input"])
    assert both_ways(codec, "ietf.mls.AuthenticatedContent", octets)["content"]["content_type"] == 2
    params = {"suite": case["cipher_suite"], "label": "MLS 1.0 Proposal Reference"}
    assert codec.derive("ietf.mls_keys.RefHash", params, {"value": octets})["out"].hex() == case["output"]
    return set(case) - {"cipher_suite", "input", "output"}


def check_key_package_ref(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    octets = bytes.fromhex(case["input"])
    value = both_ways(codec, "ietf.mls.KeyPackage", octets)
    params = {"suite": case["cipher_suite"], "label": "MLS 1.0 KeyPackage Reference"}
    assert codec.derive("ietf.mls_keys.RefHash", params, {"value": octets})["out"].hex() == case["output"]
    signed = octets.removesuffix(vector(value["signature"]))
    both_ways(codec, "ietf.mls.KeyPackageTbs", signed)
    content = vector(b"MLS 1.0 KeyPackageTBS") + vector(signed)
    assert holds(case["cipher_suite"], value["leaf_node"]["signature_key"], value["signature"], content)
    return set(case) - {"cipher_suite", "input", "output"}


def holds(suite: int, public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether a signature holds, by the suite's scheme (RFC 9420 §17.1)."""
    curves = {2: (ec.SECP256R1, SHA256), 5: (ec.SECP521R1, SHA512), 7: (ec.SECP384R1, SHA384)}
    try:
        if suite in curves:
            curve, digest = curves[suite]
            key = ec.EllipticCurvePublicKey.from_encoded_point(curve(), public)
            key.verify(signature, content, ec.ECDSA(digest()))
        else:
            edwards = Ed448PublicKey if suite in (4, 6) else Ed25519PublicKey
            edwards.from_public_bytes(public).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def check_by_input(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    """A case with input and output alone: an exporter's secret and context, a key package, or a proposal."""
    octets = bytes.fromhex(case["input"])
    if len(octets) == len(case["output"]):
        return check_exporter(codec, case)
    try:
        codec.decode("ietf.mls.KeyPackage", octets)
    except Refused:
        return check_proposal_ref(codec, case)
    return check_key_package_ref(codec, case)


def check_transcript(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    suite, octets = case["cipher_suite"], bytes.fromhex(case["authenticated_content"])
    tag = both_ways(codec, "ietf.mls.AuthenticatedContent", octets)["auth"]["confirmation_tag"]
    content = octets.removesuffix(vector(tag))
    both_ways(codec, "ietf.mls.ConfirmedTranscriptHashInput", content)
    before = bytes.fromhex(case["interim_transcript_hash_before"])
    params = {"suite": suite, "content": content}
    confirmed = codec.derive("ietf.mls_keys.ConfirmedTranscript", params, {"interim": before})["confirmed"]
    assert confirmed.hex() == case["confirmed_transcript_hash_after"]
    params = {"suite": suite, "confirmation_tag": tag}
    interim = codec.derive("ietf.mls_keys.InterimTranscript", params, {"confirmed": confirmed})["interim"]
    assert interim.hex() == case["interim_transcript_hash_after"]
    key = {"key": bytes.fromhex(case["confirmation_key"])}
    assert codec.derive("ietf.mls_keys.Tag", {"suite": suite, "data": confirmed}, key)["tag"] == tag
    known = {"confirmation_key", "interim_transcript_hash_before", "authenticated_content", "cipher_suite"}
    return set(case) - known - {"confirmed_transcript_hash_after", "interim_transcript_hash_after"}


def leaf_secret(codec: Codec, suite: int, secret: bytes, leaf: int, leaves: int) -> bytes:
    """Expand the secret tree from its root down to a leaf (RFC 9420 §9); the tree is full."""
    while leaves > 1:
        leaves //= 2
        children = codec.derive("ietf.mls_keys.SecretTreeNode", {"suite": suite}, {"secret": secret})
        secret = children["left" if leaf < leaves else "right"]
        leaf %= leaves
    return secret


def check_secret_tree(codec: Codec, case: Mapping[str, Any]) -> set[str]:
    suite, data = case["cipher_suite"], case["sender_data"]
    params = {"suite": suite, "ciphertext": bytes.fromhex(data["ciphertext"])}
    inputs = {"sender_data_secret": bytes.fromhex(data["sender_data_secret"])}
    values = codec.derive("ietf.mls_keys.SenderDataKey", params, inputs)
    assert (values["key"].hex(), values["nonce"].hex()) == (data["key"], data["nonce"])
    root = bytes.fromhex(case["encryption_secret"])
    for leaf, generations in enumerate(case["leaves"]):
        secret = leaf_secret(codec, suite, root, leaf, len(case["leaves"]))
        ratchets = codec.derive("ietf.mls_keys.SecretTreeLeaf", {"suite": suite}, {"secret": secret})
        for kind in ("handshake", "application"):
            wanted = {
                each["generation"]: (each[f"{kind}_key"], each[f"{kind}_nonce"]) for each in generations
            }
            current = ratchets[kind]
            for generation in range(max(wanted) + 1):
                params = {"suite": suite, "generation": generation}
                step = codec.derive("ietf.mls_keys.RatchetGeneration", params, {"secret": current})
                if generation in wanted:
                    assert (step["key"].hex(), step["nonce"].hex()) == wanted[generation]
                current = step["next_secret"]
    return set(case) - {"cipher_suite", "sender_data", "encryption_secret", "leaves"}


CHECKS = (
    ({"vlbytes_header"}, check_header),
    ({"initial_init_secret", "epochs"}, check_key_schedule),
    ({"psks", "psk_secret"}, check_psk_secret),
    ({"mls_welcome", "ratchet_tree"}, check_messages),
    ({"input", "output"}, check_by_input),
    ({"sender_data", "sender_data_aad"}, check_sender_data),
    ({"generations"}, check_path_secrets),
    ({"interim_transcript_hash_before"}, check_transcript),
    ({"encryption_secret", "sender_data", "leaves"}, check_secret_tree),
)
"""Which check reads a case: told by the keys it has."""


def objects_in(case: Any) -> Iterable[tuple[str, bytes]]:
    """Octets of structures inside cases that `test_mls_trees` and `test_mls_groups` check whole."""
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
    found = [both_ways(codec, f"ietf.mls.{kind}", octets) for kind, octets in objects_in(case)]
    # What such a case asks of trees and groups is checked in `test_mls_trees` and `test_mls_groups`.
    return None if found or "n_leaves" in case or "ref_hash" in case else f"not understood: {sorted(case)}"


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        rows = json.loads(path.read_text(encoding="utf-8"))
        reasons: dict[str, int] = {}
        for row in rows:
            if reason := run_case(codec, row):
                reasons[reason.split(";")[0]] = reasons.get(reason.split(";")[0], 0) + 1
            else:
                cases.ran(TOPIC)
        for reason, count in reasons.items():
            cases.cannot_run(
                TOPIC, str(path.relative_to(corpus.root("vectors") / TOPIC)), f"{count} cases", reason
            )


def test_a_header_longer_than_needed_is_refused(codec: Codec) -> None:
    for header in ("4001", "8000003f", "80003fff", "c000000000000001"):
        try:
            codec.decode("ietf.mls.VectorHeader", bytes.fromhex(header))
        except Refused as refused:
            assert refused.code in ("non_minimal", "bad_varint") and refused.offset == 0
        else:
            raise AssertionError(f"accepted {header}")
