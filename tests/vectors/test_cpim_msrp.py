"""Public cases of instant messages: Message/CPIM of RFC 3862 and RFC 5438, chunks of MSRP of RFC 4975.

What is read is written again to the octet, in both executions. Cases are told apart by their form, not by their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

CPIM, MSRP, MIME = "ietf.cpim.Message", "ietf.msrp.Message", "ietf.mime.Message"
CUT = re.compile(r"^Content-length: \.\.\.\r?$", re.M | re.I)
"""RFC 5438 prints dots for a length; without blank line and body nothing tells where the headers end."""


def public_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case of the topic that has a message, with the name of its file."""
    for path in found_files("vectors", "cpim-msrp", ".json"):
        for case in json.loads(path.read_text("utf-8")):
            if isinstance(case.get("message"), str):
                yield path.name, case


def both_ways(codec: Codec, kind: str, octets: bytes) -> Any:
    """Read a message and write it to the same octets. Returns what was read."""
    decoded = codec.decode(kind, octets)
    assert codec.encode(kind, decoded.native) == octets
    return decoded.plain


def refused(codec: Codec, kind: str, octets: bytes) -> None:
    """Assert that octets are refused for a fault of their own."""
    with pytest.raises(Refused) as found:
        codec.decode(kind, octets)
    assert found.value.code != "internal"


def leaves(value: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The types and octets of all bodies of a mail."""
    content, kind = value["body"]["content"], value["content_type"]
    if isinstance(content, bytes):
        yield f"{kind['type']}/{kind['subtype']}".lower(), content
    else:
        for each in content if isinstance(content, list) else [content]:
            yield from leaves(each)


def header_line(header: dict[str, Any]) -> str:
    """One header as the standard spells it, from what was read of it."""
    said = header["date"] if header.get("value") is None and "date" in header else header.get("value")
    for part in (header.get("address"), header.get("namespace")):
        if part is not None:
            display = part.get("display") or (f"{part['prefix']} " if part.get("prefix") else "")
            said = f"{display}<{part['uri']}>"
    if (required := header.get("required")) is not None:
        said = ",".join([required["first"], *required["more"]])
    settings = "".join(f";{each['name']}={each['value']}" for each in header["parameters"])
    return f"{header['name']}:{settings} {said}"


def test_messages_of_cpim(codec: Codec, cases: Any) -> None:
    for file, case in public_cases():
        octets = case["message"].encode()
        if octets.startswith((b"MSRP ", b"SIP/2.0 ")) or b" SIP/2.0\r\n" in octets:  # SIP: test_sip.py
            continue
        if CUT.search(case["message"]):
            refused(codec, CPIM, octets)
            cases.cannot_run("cpim-msrp", file, case["name"], "printed without blank line and body: refused")
            continue
        if case.get("valid") is False:
            refused(codec, CPIM, octets)
            cases.ran("cpim-msrp")
            continue
        if re.match(rb"content-type:", octets, re.I):
            found = [x for kind, x in leaves(codec.decode(MIME, octets).plain) if kind == "message/cpim"]
        else:
            found = [octets]
        assert found, case
        for each in found:
            compare(codec, case, both_ways(codec, CPIM, each))
        cases.ran("cpim-msrp")


def compare(codec: Codec, case: dict[str, Any], message: dict[str, Any]) -> None:
    """Assert that a message has the headers and the content of its case, and that its content is MIME."""
    inner = codec.decode(MIME, message["content"]).plain
    assert inner["content_type"] is not None
    if "headers" in case:
        lines = [[header["name"], header_line(header)] for header in message["headers"]]
        assert lines == case["headers"]
    if "content" in case:
        assert message["content"].decode().rstrip("\r\n") == case["content"]
    if "content_type" in case:
        kind, _, charset = case["content_type"].partition("; charset=")
        assert f"{inner['content_type']['type']}/{inner['content_type']['subtype']}" == kind
        assert not charset or inner["content_type"]["parameters"]["charset"] == charset


def test_messages_of_msrp(codec: Codec, cases: Any) -> None:
    for _, case in public_cases():
        octets = case["message"].encode()
        if not octets.startswith(b"MSRP "):
            continue
        cases.ran("cpim-msrp")
        if case.get("valid") is False:
            refused(codec, MSRP, octets)
            continue
        found = both_ways(codec, MSRP, octets)
        start = found["start"].get("request", found["start"].get("response"))
        word = start.get("method", start.get("code"))
        assert f"MSRP {found['transaction']} {word}" == case.get(
            "start", f"MSRP {found['transaction']} {word}"
        )
        assert found["transaction"] == case.get("transaction", found["transaction"])
        head, _, rest = case["message"].partition("\r\n\r\n")
        names = [line.partition(":")[0] for line in head.split("\r\n")[3:] if not line.startswith("-------")]
        assert [header["name"] for header in found["headers"]] == names
        body, _, flag = rest.rpartition(f"\r\n-------{found['transaction']}")
        assert found["body"] == body.encode() and found["flag"] == flag[:1]
        ranges = [each["byte_range"] for each in found["headers"] if each.get("byte_range")]
        said = re.search(r"^Byte-Range: (\d+)-(\d+)/(\d+)\r$", head, re.M)
        if said is not None:
            got = [ranges[0]["start"], ranges[0]["end"]["number"], ranges[0]["total"]["number"]]
            assert got == [int(each) for each in said.groups()]


def test_faults_in_public_messages_are_refused(codec: Codec) -> None:
    """Each public chunk with one fault put into it: none is read."""
    for _, case in public_cases():
        text = case["message"]
        if not text.startswith("MSRP ") or case.get("valid") is False:
            continue
        end = f"-------{case['transaction']}$"
        for broken in (
            text.replace(end, f"-------{case['transaction']}x$"),
            text.replace(end, f"-------{case['transaction']}?"),
            text.replace("\r\n\r\n", f"\r\n\r\n{end}\r\n", 1),
            text.replace("From-Path", "Path", 1),
            text.replace("Message-ID", "Other", 1),
            text.replace("Content-Type", "Other", 1),
            text[:-1],
        ):
            assert broken != text
            refused(codec, MSRP, broken.encode())
