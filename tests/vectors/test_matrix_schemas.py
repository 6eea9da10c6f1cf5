"""The events of the specification, changed in one place each, beside the specification's own JSON schemas.

What a schema refuses and we read, or the other way round, is explained below; nothing else may differ.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jsonschema
import referencing
import yaml
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from executions import Codec, Refused
from matrix_examples import TOPIC, Missing, folder, merged, stripped

EVENT = "matrix.events.Event"

Place = tuple[str | int, ...]

WE_READ = {
    ("room_id",): "answers that name the room leave it out (room events of `/sync`)",
    ("state_key",): "whether a type is of state is the room's affair; with a state key an event is state",
    ("content", "party_id"): "version 0 of calls has none (VoIP, version 1)",
    ("content", "via"): "a space without it was left (m.space.child)",
    ("content", "url"): "an encrypted sticker has a file instead (m.sticker)",
    ("content", "public_keys", "ed25519"): "the algorithms of a policy server's keys may grow",
}
"""What is missing that a schema demands."""

WE_REFUSE = {
    ("content", "url"): "a media message says where its file is (MX-RM-04)",
    ("content", "sender_key"): "an Olm message names its sender's key (MX-EN-02)",
    ("event_id",): "members of every event have their kind, whatever schema an example has",
    ("room_id",): "members of every event have their kind, whatever schema an example has",
    ("sender",): "members of every event have their kind, whatever schema an example has",
    ("origin_server_ts",): "members of every event have their kind, whatever schema an example has",
}
"""What is missing, or of another kind, that a schema lets pass; so are members of `unsigned` and Olm ciphertexts."""


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def changes(event: dict[str, Any]) -> Iterator[tuple[Place, bool, dict[str, Any]]]:
    """The event without one of its values, and with one of another kind."""
    for path in places(event):
        for is_removed in (True, False):
            changed = copy.deepcopy(event)
            holder: Any = changed
            for key in path[:-1]:
                holder = holder[key]
            if is_removed:
                del holder[path[-1]]
            else:
                holder[path[-1]] = "x" if isinstance(holder[path[-1]], list) else [7]
            yield path, is_removed, changed


def retrieve(uri: str) -> referencing.Resource[Any]:
    text = Path(unquote(uri.removeprefix("file://"))).read_text(encoding="utf-8")
    return DRAFT202012.create_resource(yaml.safe_load(text))


def validator(path: Path) -> jsonschema.Draft202012Validator:
    registry: Any = referencing.Registry(retrieve=retrieve)
    return jsonschema.Draft202012Validator({"$ref": f"file://{quote(str(path))}"}, registry=registry)


def is_read(codec: Codec, event: dict[str, Any]) -> bool:
    try:
        codec.decode(EVENT, json.dumps(event).encode())
    except Refused as refusal:
        assert refusal.code != "internal"
        return False
    return True


def is_explained(path: Place, is_removed: bool, read: bool) -> bool:
    if read:
        return is_removed and path in WE_READ
    return path in WE_REFUSE or path[0] == "unsigned" or path[:2] == ("content", "ciphertext")


def test_events_are_those_of_the_schemas(codec: Codec, cases: Any, vectors: Path) -> None:
    schemas = {path.name: path for path in folder("event-schemas")}
    commons = sorted({path.parent for path in folder("event-examples-core")})
    for path in folder("event-examples"):
        schema = schemas.get(path.name, schemas.get(f"{path.stem.partition('$')[0]}.yaml"))
        try:
            event = merged(path, commons)
        except Missing:
            continue
        if schema is None or not isinstance(event, dict) or stripped(event):
            continue
        try:
            valid = validator(schema)
            assert valid.is_valid(event), path.name
            for place, is_removed, changed in changes(event):
                read = is_read(codec, changed)
                if read != valid.is_valid(changed):
                    assert is_explained(place, is_removed, read), (path.name, place, is_removed, read)
        except (
            referencing.exceptions.Unretrievable,
            Unresolvable,
            jsonschema.exceptions._WrappedReferencingError,
        ):
            cases.cannot_run(TOPIC, schema.name, "-", "the schema refers to one that is not among the files")
            continue
        cases.ran(TOPIC)
