"""What of a Matrix event is left when it is redacted, by room version: that alone is signed and named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.runtime.sessions.refusals import SessionRefused

VERSIONS = tuple(str(number) for number in range(1, 13))

_MEMBERS = frozenset(
    "event_id type room_id sender state_key content hashes signatures depth prev_events auth_events "
    "origin_server_ts".split()
)
_OLD_MEMBERS = frozenset(("prev_state", "origin", "membership"))
"""Left until room version 10."""

_POWER = "ban events events_default kick redact state_default users users_default"
_CONTENT: dict[str, tuple[tuple[int, int, str], ...]] = {
    "m.room.member": ((1, 99, "membership"), (9, 99, "join_authorised_via_users_server")),
    "m.room.create": ((1, 10, "creator"),),
    "m.room.join_rules": ((1, 99, "join_rule"), (8, 99, "allow")),
    "m.room.power_levels": ((1, 99, _POWER), (11, 99, "invite")),
    "m.room.history_visibility": ((1, 99, "history_visibility"),),
    "m.room.aliases": ((1, 5, "aliases"),),
    "m.room.redaction": ((11, 99, "redacts"),),
}
"""Event type → members of its content that are left, from one room version to another."""


def redacted(event: Mapping[str, Any], room_version: str) -> dict[str, Any]:
    """Return the event as it is when redacted. Raises: `SessionRefused` with `unknown_room_version`."""
    if room_version not in VERSIONS:
        raise SessionRefused("unknown_room_version", "1 to 12", "another one")
    version = int(room_version)
    members = _MEMBERS if version >= 11 else _MEMBERS | _OLD_MEMBERS
    found = {name: value for name, value in event.items() if name in members}
    content = event.get("content")
    if isinstance(content, Mapping):
        found["content"] = _content(content, str(event.get("type")), version)
    return found


def _content(content: Mapping[str, Any], kind: str, version: int) -> dict[str, Any]:
    if kind == "m.room.create" and version >= 11:
        return dict(content)
    names = {
        name
        for first, last, text in _CONTENT.get(kind, ())
        if first <= version <= last
        for name in text.split()
    }
    found = {name: value for name, value in content.items() if name in names}
    invite = content.get("third_party_invite")
    if kind == "m.room.member" and version >= 11 and isinstance(invite, Mapping) and "signed" in invite:
        found["third_party_invite"] = {"signed": invite["signed"]}
    return found
