"""Public Matrix cases: events of the specification and of matrix-nio, whole responses, canonical JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from catalogue_codec import found_files
from executions import Codec, Refused
from matrix_examples import TOPIC, Missing, folder, merged, stripped

EVENT, STRIPPED, CANONICAL, MESSAGE = (
    f"matrix.events.{name}" for name in ("Event", "StrippedEvent", "CanonicalJson", "RoomMessage")
)


def same_json(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def has_fraction(value: Any) -> bool:
    """Whether a number in it is none that canonical JSON has."""
    if isinstance(value, dict | list):
        return any(map(has_fraction, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


def check_event(codec: Codec, event: dict[str, Any], type: str = EVENT) -> None:
    """Decode, write again, compare as JSON; a plain room message also as one."""
    octets = json.dumps(event, ensure_ascii=False).encode()
    decoded = codec.decode(type, octets)
    assert same_json(json.loads(codec.encode(type, decoded.native)), event)
    whole = {"event_id", "sender", "origin_server_ts"} <= set(event)
    is_message = event.get("type") == "m.room.message" and "msgtype" in event["content"]
    if type == EVENT and is_message and whole and not has_fraction(event):
        again = codec.decode(MESSAGE, octets)
        assert same_json(json.loads(codec.encode(MESSAGE, again.native)), event)


def check_canonical(codec: Codec, octets: bytes) -> bytes:
    return codec.encode(CANONICAL, codec.decode(CANONICAL, octets).native)


def is_refused(codec: Codec, type: str, octets: bytes) -> bool:
    try:
        codec.decode(type, octets)
    except Refused as refusal:
        assert refusal.code
        return True
    return False


def events_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every event in a response: an object with a type (a text) and a content (an object)."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) and isinstance(value.get("content"), dict):
            yield value
            return
        for each in value.values():
            yield from events_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from events_in(each)


def test_examples_of_the_specification(codec: Codec, cases: Any, vectors: Path) -> None:
    paths = folder("event-examples")
    folders = sorted({path.parent for path in folder("event-examples-core")})
    for path in paths:
        try:
            value = merged(path, folders)
        except Missing as missing:
            cases.cannot_run(TOPIC, path.name, "-", f"builds on {missing}, which is not among the files")
            continue
        for event in value if isinstance(value, list) else [value]:
            check_event(codec, event, STRIPPED if stripped(event) else EVENT)
            canonical = check_canonical(codec, json.dumps(event).encode())
            assert (
                canonical
                == json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            )
        cases.ran(TOPIC)


def test_events_of_nio(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in folder("nio-events"):
        octets = path.read_bytes()
        if path.stem.endswith("_invalid"):
            assert is_refused(codec, EVENT, octets), path.name
        elif (
            path.stem == "to_flatten"
        ):  # malformed on purpose in a way that the set's description leaves open
            if not is_refused(codec, EVENT, octets):
                check_event(codec, json.loads(octets))
        else:
            event = json.loads(octets)
            check_event(codec, event, STRIPPED if stripped(event) else EVENT)
        cases.ran(TOPIC)


def kind_of_response(value: Any) -> str | None:
    """Which body of the client-server API it is, by the members that only that one has."""
    if isinstance(value, list):
        return "matrix.client.RoomState"
    members = {
        "rooms": "Sync" if "device_lists" in value or isinstance(value.get("rooms"), dict) else "Hierarchy",
        "device_keys": "KeysQueried",
        "devices": "Devices",
        "chunk": "Messages",
        "one_time_key_counts": "KeysUploaded",
        "one_time_keys": "KeysClaimed",
        "content_uri": "Uploaded",
        "room_id": "RoomReference",
        "event_id": "Sent",
        "errcode": "Error",
        "versions": "Versions",
        "access_token": "Account",
    }
    return next((f"matrix.client.{kind}" for member, kind in members.items() if member in value), None)


def test_responses(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in folder("nio-responses"):
        value = json.loads(path.read_text(encoding="utf-8"))
        for event in events_in(value):
            check_event(codec, event, STRIPPED if stripped(event) else EVENT)
        kind = kind_of_response(value)
        if kind is None:
            cases.cannot_run(TOPIC, path.name, "-", "a response of an unknown kind")
            continue
        decoded = codec.decode(kind, path.read_bytes())
        assert same_json(json.loads(codec.encode(kind, decoded.native)), value)
        cases.ran(TOPIC)


def test_canonical_json(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        if path.parent.name != TOPIC:
            continue
        for row in json.loads(path.read_text(encoding="utf-8")):
            if "canonical" not in row and row.get("valid") is not False:
                continue
            octets = row["input"].encode("utf-8", "surrogatepass")
            if row.get("valid") is False:  # at the latest when the canonical form is asked for
                with pytest.raises(Refused):
                    check_canonical(codec, octets)
            else:
                assert check_canonical(codec, octets).decode() == row["canonical"]
            cases.ran(TOPIC)


KEPT = (
    "event_id type room_id sender state_key content hashes signatures depth prev_events prev_state auth_events origin "
    "origin_server_ts membership"
).split()
"""What a redaction leaves of an event in the first rooms, whose types that keep some content do not occur here."""


def canonical_without(codec: Codec, value: dict[str, Any], *names: str) -> bytes:
    rest = {name: member for name, member in value.items() if name not in names}
    return check_canonical(codec, json.dumps(rest).encode())


def unpadded(octets: bytes) -> str:
    return base64.b64encode(octets).rstrip(b"=").decode()


def test_what_is_signed(codec: Codec, cases: Any, vectors: Path) -> None:
    """The octets under a signature, and the digest of an event, are those of the canonical form."""
    for path in found_files("vectors", TOPIC, ".json"):
        for row in json.loads(path.read_text(encoding="utf-8")) if path.parent.name == TOPIC else ():
            if "seed_base64" not in row:
                continue
            value, signed = row["input"], row["signed"]
            if row["kind"] == "event":
                digest = hashlib.sha256(
                    canonical_without(codec, value, "unsigned", "signatures", "hashes")
                ).digest()
                assert unpadded(digest) == signed["hashes"]["sha256"]
                value = {name: member for name, member in value.items() if name in KEPT}
                value |= {"hashes": {"sha256": unpadded(digest)}, "content": {}}
                pdu = codec.decode("matrix.federation.Pdu", json.dumps(signed).encode())
                assert codec.encode("matrix.federation.Pdu", pdu.native) == check_canonical(
                    codec, json.dumps(signed).encode()
                )
            octets = canonical_without(codec, value, "signatures", "unsigned")
            key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(row["seed_base64"] + "="))
            assert unpadded(key.sign(octets)) == signed["signatures"][row["server_name"]][row["key_id"]]
            cases.ran(TOPIC)
