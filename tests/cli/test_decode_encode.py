"""`art7 decode` and `art7 encode`: types by name, dumps, refusals, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from art7.cli.application import application
from art7.cli.exits import Unusable

RTP = "90600001 00000010 deadbeef bede0001 10aa0000 01"
MODULE = """a7 1
module example.m version 1.0 "Two fields."
enum Kind: u8 closed { one = 1  two = 2 }
message Thing(key: secret[4..8]) as binary(order: 'big') {
    limit size = 100
    kind: Kind
    name: text[rest max 20]
}
"""


def run(*arguments: str, data: bytes = b"") -> Result:
    return CliRunner().invoke(application, arguments, input=data, standalone_mode=False)


def test_a_message_is_shown_octet_by_octet() -> None:
    result = run("decode", "RtpPacket", "--hex", RTP)
    assert result.return_value == 0 and result.exception is None
    lines = result.output.splitlines()
    assert lines[0] == "ietf.rtp.RtpPacket: 21 octets"
    row = next(line for line in lines if "payload_type" in line)
    assert row.split()[:4] == ["0001.1", "60", "payload_type", "96"] and "rtp.a7:" in row


def test_a_refusal_says_what_and_where_and_what_was_read() -> None:
    result = run("decode", "RtpPacket", "--hex", "a0600001 00000010 deadbeef 0009")
    assert result.return_value == 1
    assert "refused with bad_padding (102), requirement RTP-5.1-02" in result.output
    assert "found: pad_count 9" in result.output
    assert "deadbeef" in result.output and "read so far:" in result.output


def test_json_output_is_taken_back() -> None:
    shown = run("decode", "ietf.rtp.RtpPacket", "--hex", RTP, "--format", "json")
    answer = json.loads(shown.output)
    assert answer["ok"] and answer["value"]["payload"] == "01" and answer["fields"][0]["name"] == "version"
    written = run("encode", "RtpPacket", "--hex", data=shown.output.encode())
    assert written.output.strip() == RTP.replace(" ", "")
    octets = run("encode", "RtpPacket", data=shown.output.encode())
    assert octets.stdout_bytes == bytes.fromhex(RTP)


def test_a_refusal_in_json() -> None:
    answer = json.loads(run("decode", "RtpPacket", "--hex", "40", "--format", "json").output)
    assert (answer["ok"], answer["error"], answer["path"], answer["offset"]) == (
        False,
        "bad_version",
        "version",
        0,
    )
    assert (answer["number"], answer["requirement"]) == (101, "RTP-5.1-01")
    assert answer["partial"]["version"] == 1


def test_a_module_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "m.a7").write_text(MODULE, encoding="utf-8")
    value = tmp_path / "value.json"
    value.write_text('{"kind": "two", "name": "\\u202ex"}', encoding="utf-8")
    module = ("--module", str(tmp_path))
    written = run("encode", "Thing", str(value), "--hex", *module)
    assert written.output.strip() == "02e280ae78"
    shown = run("decode", "Thing", "--hex", written.output.strip(), *module, "--param", "key=text:abcd")
    assert "2 two" in shown.output and "\u202e" not in shown.output
    refused = run("encode", "Thing", *module, data=b'{"kind": 2, "name": "%s"}' % (b"x" * 21))
    assert refused.return_value == 1 and "too_long" in refused.output


@pytest.mark.parametrize(
    ("arguments", "data", "told"),
    [
        (("decode", "StunMesage", "--hex", "00"), b"", "did you mean `ietf.stun.StunMessage`?"),
        (("decode", "RtpPacket", "--hex", "0g"), b"", "hexadecimal"),
        (("decode", "RtpPacket", "/nowhere/at/all"), b"", "/nowhere"),
        (("decode", "RtpPacket", "x", "--hex", "00"), b"", "one of them"),
        (("decode", "StunMessage", "--hex", "00", "--param", "kay=00"), b"", "`key`"),
        (("decode", "StunMessage", "--hex", "00", "--param", "key=zz"), b"", "hexadecimal"),
        (("encode", "RtpPacket"), b"{", "no JSON"),
        (("encode", "RtpPacket"), b'{"oops": 1}', "oops"),
        (("encode", "RtpPacket"), b'{"payload": "xyz"}', "hexadecimal"),
        (("encode", "RtpPacket"), b"[" * 100_000, "too_deep"),
    ],
)
def test_what_cannot_be_used(arguments: tuple[str, ...], data: bytes, told: str) -> None:
    result = run(*arguments, data=data)
    error = result.exception
    assert isinstance(error, Unusable)
    assert told in f"{error.message} {error.help}"


def test_another_spelling_is_noted() -> None:
    padded = run("decode", "RtpPacket", "--hex", "90600001 00000010 deadbeef bede0001 0010aa00 01")
    assert padded.return_value == 0
    assert "note: canonical at the message: art7 writes other octets from octet 16 on" in padded.output
    assert "note:" not in run("decode", "RtpPacket", "--hex", RTP).output
