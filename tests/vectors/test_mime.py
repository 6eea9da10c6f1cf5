"""Public MIME cases: mail of four other programs' tests, beside the structure that an independent parser found.

What is no mail by RFC 5322 or RFC 2045 is refused; each reason is told by the code of the refusal, and counted.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import corpus
from catalogue_codec import found_files
from executions import Codec, Refused

MESSAGE = "ietf.mime.Message"
REASONS = {
    "bad_header": "RFC 5322 §2.2: lines of a header have a name and a colon",
    "bad_boundary": "RFC 2046 §5.1.1: parts lie between lines of their boundary, the last of them closing",
    "bad_text": "RFC 6532 §3.2: headers are in UTF-8",
    "bad_characters": "RFC 2045 §5.1: values outside of quotes are tokens",
    "bad_constant": "RFC 2045 §5.1: a type and a subtype",
    "bad_coding": "RFC 2045 §6: no such coding, or octets that it does not have",
    "bad_quoted": "RFC 5322 §3.2.4: a text between double quotes ends",
    "bad_transfer": "RFC 2045 §6.4: parts have no coding of their own",
    "bad_charset": "RFC 2231 §4: an unknown charset",
    "duplicate_field": "RFC 5322 §3.6, RFC 2045 §5: at most once",
    "trailing_data": "RFC 2045 §5.1: nothing but parameters behind a type",
    "truncated": "RFC 2045 §5.1: a type and a subtype",
}
OTHERWISE = re.compile(rb"message/(?!rfc822)", re.I)
"""RFC 3464 §2.1: a status is no message."""


def mails(*below: str) -> list[Path]:
    """Files of mail of the topic, outside of the folder of incomplete ones."""
    return [
        path
        for path in found_files("vectors", "mime", ".eml", ".txt")
        if not below or path.parent.name in below
    ]


def both_ways(codec: Codec, octets: bytes) -> Any:
    """Read a mail; what is written says the same, where all of its octets may be written."""
    decoded = codec.decode(MESSAGE, octets)
    try:
        written = codec.encode(MESSAGE, decoded.native)
    except Refused as refused:
        assert refused.code in ("bad_coding", "bad_text"), refused
    else:
        assert codec.decode(MESSAGE, written).plain == decoded.plain
    return decoded.plain


def leaves(value: dict[str, Any]) -> list[bytes]:
    """The octets of all bodies, in order."""
    content = value["body"]["content"]
    if isinstance(content, bytes):
        return [content]
    return [leaf for each in (content if isinstance(content, list) else [content]) for leaf in leaves(each)]


def expected_leaves(structure: dict[str, Any]) -> list[str]:
    """The hashes of all bodies that another parser found."""
    if "parts" in structure:
        return [each for part in structure["parts"] for each in expected_leaves(part)]
    return [structure["decoded_sha256"]]


def test_mail_is_read_or_refused_for_a_reason(codec: Codec, cases: Any) -> None:
    read = 0
    for path in mails():
        try:
            both_ways(codec, path.read_bytes())
        except Refused as refused:
            assert refused.code in REASONS, (path.name, refused)
            cases.ran(f"mime, refused: {refused.code}")
        else:
            read += 1
            cases.ran("mime")
    assert read > 40


def test_bodies_are_those_that_another_parser_found(codec: Codec, cases: Any) -> None:
    equal = 0
    for path in found_files("vectors", "mime", "structure.json"):
        for case in json.loads(path.read_text("utf-8")):
            octets = (path.parent / case["file"]).read_bytes()
            try:
                found = codec.decode(MESSAGE, octets).plain
            except Refused:
                continue
            hashes = [hashlib.sha256(leaf).hexdigest() for leaf in leaves(found)]
            if hashes != expected_leaves(case["structure"]):
                assert OTHERWISE.search(octets), case["file"]
                cases.ran("mime, bodies that the other parser takes for messages")
                continue
            assert type_of(found) == case["structure"]["content_type"], case["file"]
            equal += 1
            cases.ran("mime, bodies equal")
    assert equal > 20


def type_of(value: dict[str, Any]) -> str:
    found = value["content_type"]
    return "text/plain" if found is None else f"{found['type']}/{found['subtype']}".lower()


def test_captured_mail(codec: Codec, cases: Any) -> None:
    found = corpus.files("captures", "mime", ".eml")
    if not found:
        pytest.skip("no captured mail")
    for path in found:
        assert leaves(both_ways(codec, path.read_bytes()))
        cases.ran("captures/mime")


@pytest.mark.parametrize("case", corpus.hostile("mime"), ids=lambda case: case.path.name)
def test_hostile_mail(case: corpus.HostileCase, codec: Codec, cases: Any) -> None:
    octets = case.path.read_bytes()
    if case.outcome == "accept":
        assert leaves(both_ways(codec, octets))[0].strip() == b"hi"
    else:
        with pytest.raises(Refused) as found:
            codec.decode(MESSAGE, octets)
        assert found.value.code in ("duplicate_field", "too_deep")
    cases.ran("hostile/mime")


def test_words_of_a_subject_are_decoded(codec: Codec) -> None:
    octets = b"Subject: Re: =?utf-8?q?caf=C3=A9?=\r\n =?iso-8859-1?b?6Q==?= =?none?q?x?=\r\n\r\nhello"
    decoded = codec.decode(MESSAGE, octets)
    assert decoded.plain["topic"] == "Re: café\u00e9 =?none?q?x?="
    assert codec.encode(MESSAGE, decoded.native).startswith(b"Subject: Re: =?utf-8?q?caf=C3=A9?= =?iso")
