"""Public cases of signed JSON and signed events, and those of names of MIMI messages, by both executions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.matrix.signing import Signing, octets_of
from art7.runtime.sessions.refusals import SessionRefused
from catalogue_codec import found_files
from session_faces import FACES, session_face

ROOM = b"mimi://example.com/r/engineering_team"
SENDERS = tuple(
    f"mimi://example.com/u/{name}".encode() for name in ("alice-smith", "bob-jones", "cathy-washington")
)
"""Those of the examples of DRAFT-mimi-content."""


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "matrix.crypto", "ietf.mimi_keys") as made:
        yield made


def test_every_signed_object(face: Face, cases: Any) -> None:
    signing, key_pair = Signing(face), face.schedule("matrix.crypto.SigningKey")
    found = [path for path in found_files("vectors", "matrix", ".json") if path.name == "signing.json"]
    for case in [case for path in found for case in json.loads(path.read_text(encoding="utf-8"))]:
        private = octets_of(case["seed_base64"])
        place = (case["server_name"], case["key_id"])
        public = key_pair(private_key=private).public_key
        if case["kind"] == "event":
            signed = signing.sign_event(case["input"], "1", *place, private)
            assert signing.verify_event(signed, "1", *place, public)
            assert not signing.verify_event(signed | {"content": {"body": "x"}}, "1", *place, public)
            changed = signed | {"depth": 4}
        else:
            signed = signing.sign(case["input"], *place, private)
            signing.verify(signed, *place, public)
            changed = signed | {"other": 1}
        assert signed == case["signed"]
        with pytest.raises(SessionRefused, match="bad_signature"):
            signing.verify(changed, *place, public)
        cases.ran("matrix")


def test_every_message_name(face: Face, cases: Any) -> None:
    name_of = face.schedule("ietf.mimi_keys.MessageId")
    for path in found_files("vectors", "mimi", ".edn"):
        told = re.search(r"message ID = h'([0-9a-f\s#]+)'", path.read_text(encoding="utf-8"))
        if told is None:
            continue
        message = path.with_suffix(".cbor").read_bytes()
        names = [
            name_of(message=message, sender=sender, room=ROOM, salt=message[2:18]).id.hex()
            for sender in SENDERS
        ]
        assert re.sub("[^0-9a-f]", "", told[1]) in names
        cases.ran("mimi")
