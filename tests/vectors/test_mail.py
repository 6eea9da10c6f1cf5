"""Typed addresses and dates of mail, beside what Python's own parser finds in the public messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

MESSAGE, MIME = "ietf.mail.Message", "ietf.mime.Message"
HEAD = b"Date: %b\r\nFrom: %b\r\n\r\n"


def read(codec: Codec, date: bytes = b"1 Jan 2000 00:00 +0000", sender: bytes = b"a@b") -> Any:
    return codec.decode(MESSAGE, HEAD % (date, sender)).plain


def moment(date: dict[str, Any]) -> datetime:
    """The moment that a typed date tells."""
    hours = 0 if date["zone"] in ("GMT", "UT") else int(date["zone"][:3])
    minutes = 0 if date["zone"] in ("GMT", "UT") else int(date["zone"][0] + date["zone"][3:])
    found = datetime(
        int(date["year"]), date["number"], int(date["day"]), int(date["hour"]), int(date["minute"])
    )
    return found + timedelta(seconds=int(date["second"] or 0)) - timedelta(hours=hours, minutes=minutes)


def spelled(address: dict[str, Any]) -> tuple[str, str]:
    """Name and address as Python tells them."""
    name = address["display"] or address["words"] or ""
    if address["mailbox"] is not None:
        box = address["mailbox"]
        return name, f"{box['quoted'] or box['local']}@{box['domain']}"
    return ("", f"{name}@{address['domain']}") if address["domain"] is not None else ("", "")


def test_public_mail_has_the_dates_and_addresses_that_another_parser_finds(codec: Codec, cases: Any) -> None:
    equal = 0
    for path in found_files("vectors", "mime", ".eml", ".txt"):
        try:
            found = codec.decode(MESSAGE, path.read_bytes()).plain
            loose = codec.decode(MIME, path.read_bytes()).plain
        except Refused:
            continue
        assert moment(found["date"]) == parsedate_to_datetime(loose["date"]).replace(tzinfo=None) - (
            parsedate_to_datetime(loose["date"]).utcoffset() or timedelta()
        )
        for name in ("from", "to", "cc"):
            if loose[name] is not None and "(" not in loose[name]:
                assert [spelled(each) for each in found[name]] == getaddresses([loose[name]]), path.name
        assert found["topic"] == loose["topic"]
        equal += 1
        cases.ran("mime, typed")
    assert equal > 10


@pytest.mark.parametrize("day", range(0, 40_000, 997))
def test_each_day_has_its_name(day: int, codec: Codec) -> None:
    date = datetime(1990, 1, 1) + timedelta(days=day)
    right = date.strftime("%a, %d %b %Y 23:59:59 -1200").encode()
    assert moment(read(codec, right)["date"]) == date + timedelta(days=1, hours=11, minutes=59, seconds=59)
    wrong = (date + timedelta(days=1)).strftime("%a, ").encode() + right[5:]
    with pytest.raises(Refused) as refused:
        read(codec, wrong)
    assert refused.value.code == "bad_date" and refused.value.requirement == "MAIL-3.3-04"


def test_what_is_written_is_read_again(codec: Codec) -> None:
    octets = HEAD % (b"Sat,  1 Jan 2000 00:00 GMT (UT)", b'"A \\" B" (c) <"d e"@[::1]> , f.g @ h.i,x:;')
    octets = octets.replace(b"\r\n\r\n", b"\r\nSender: a@b\r\n\r\n")
    found = codec.decode(MESSAGE, octets)
    written = codec.encode(MESSAGE, found.native)
    assert b'From: "A \\" B"<"d e"@[::1]>, f.g@h.i, x:;\r\n' in written
    assert codec.decode(MESSAGE, written).plain == found.plain
