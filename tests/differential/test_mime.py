"""Mail beside the standard library's `email`, over mutated messages: structure, types, parameters, headers, every body.

That library refuses nothing: it notes defects and reads on. What art7 refuses is therefore explained each time by what
stands in the octets.
"""

from __future__ import annotations

import email
import email.policy
import re
from typing import Any

import corpus
from differences import (
    Explained,
    Trial,
    compare,
    mutants,
    text_edits,
    they_refuse,
    tried,
    values_differ,
    we_refuse,
)
from executions import Codec

PIECES = (
    b" ", b"\t", b":", b";", b"=", b'"', b"(", b")", b"\\", b"\r\n", b"\n", b"\r\n ", b"\r\n\r\n", b"--", b"--b", b"--b--", b"=3D",
    b"=\r\n", b"=", b"=E9", b"\xc3\xa9", b"\xff", b"\0", b"\r", b"<", b"@", b"/", b"*0=", b"*0*=utf-8''%c3%a9",
)  # fmt: skip
WORDS = (
    b"text", b"plain", b"html", b"multipart", b"mixed", b"message", b"rfc822", b"base64", b"quoted-printable", b"7bit", b"8bit",
    b"binary", b"x-y", b"utf-8", b"us-ascii", b"boundary", b"charset", b"b", b"Content-Type", b"Content-Transfer-Encoding",
    b"Subject", b"From", b"1.0",
)  # fmt: skip
EDITS = text_edits(PIECES, WORDS, b"", often=(2, 3))

MADE = (
    b"From: A <a@b.example>\r\nSubject: one\r\n two\r\nMIME-Version: 1.0\r\n\r\nhello\r\nthere\r\n",
    b"MIME-Version: 1.0 (by hand)\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>=C3=A9=\r\n</p>  \r\n=3D\r\n--b--\r\nepilogue\r\n",
    b'Content-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nin\n'
    b"--c\nContent-Transfer-Encoding: base64\n\naGVs\nbG8=\n--c--\n\n"
    b"--b\nContent-Type: message/rfc822\n\nSubject: x\n\nbody\n--b--\n",
    b'Content-Type: application/octet-stream; name="a \\"b\\".bin"; x*=utf-8\'\'%e2%82%ac\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename*0="one"; filename*1=two; size=5\r\nContent-ID: <x@y>\r\n\r\naGVsbG8=\r\n',
    b"Content-Type: text/plain; charset=iso-8859-1; format=flowed (comment (nested))\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\ncaf\xe9\r\n",
)
NAMED = ("content_id", "message_id", "subject", "from", "to", "cc", "date")

EXPLAINED = (
    Explained(
        "white space within or behind a type or a coding, and before colons, which the library keeps",
        "RFC 2045 §5.1, RFC 5322 §3.2.2, §4.5: it says nothing there",
        values_differ(rb"(?i)^content-[^\r\n]*\t|^content-type:\s*[^\s/]*(\s+/|/\s)|^\S+[ \t]+:"),
    ),
    Explained(
        "white space within the type of a part without any boundary, which the library takes for no multipart",
        "RFC 2046 §5.1.1: a multipart has a part at least",
        we_refuse("bad_boundary", shown=rb"(?i)^content-type:\s*multipart[ \t]+/"),
    ),
    Explained(
        "signs outside of the alphabet of base64",
        "RFC 2045 §6.8: they are passed over",
        they_refuse("InvalidBase64CharactersDefect"),
    ),
    Explained(
        "a version with a space in it, a parameter whose name is no token",
        "RFC 2045 §4, §5.1",
        we_refuse("trailing_data|bad_characters", r"(mime_version|parameters)$"),
    ),
    Explained(
        "bodies of other kinds of message/, and parts of a digest, which the library takes for mail",
        "RFC 3464 §2.1, RFC 2046 §5.1.5, §5.2: a status is no message; art7 keeps the octets",
        lambda found: (
            not found.refusal
            and re.search(rb"message/(?!(rfc822|global)\b)|multipart/digest", found.octets, re.I)
        ),
    ),
    Explained(
        "octets that the coding does not have",
        "RFC 2045 §6.7, §6.8: what a decoder may do with them is left to it; art7 refuses",
        we_refuse("bad_coding", "body"),
    ),
    Explained("headers not in UTF-8", "RFC 6532 §3.2", we_refuse("bad_text", shown=rb"[\x80-\xff]")),
    Explained(
        "an envelope's line before the mail",
        "RFC 4155 §A: it is no part of the message",
        we_refuse("bad_header", shown=rb"^>?From "),
    ),
    Explained(
        "a header with a space before its colon",
        "RFC 5322 §2.2: names have no spaces",
        we_refuse("bad_header", shown=rb"^[!-9;-~]+[ \t]+:"),
    ),
    Explained(
        "a header that may stand once, twice",
        "RFC 5322 §3.6, RFC 2045 §3",
        we_refuse(
            "duplicate_field",
            shown=rb"(?is)^(content-[a-z-]+|mime-version|subject|from|to|cc|date|message-id)[ \t]*:.*^\1[ \t]*:",
        ),
    ),
    Explained(
        "a carriage return or NUL within a header, where the library ends the line or reads on",
        "RFC 5322 §2.2: CR stands only before LF",
        we_refuse("bad_header", shown=rb"\r(?!\n)|\0"),
    ),
    Explained(
        "a carriage return alone in a message within a message, which the library takes for the end of a line",
        "RFC 5322 §2.3: CR and LF stand together",
        they_refuse("MissingHeaderBodySeparatorDefect|InvalidHeaderDefect", rb"\r(?!\n)"),
    ),
    Explained(
        "white space before the end of a line in quoted-printable, which the library keeps",
        "RFC 2045 §6.7 (3): it is deleted",
        values_differ(rb"(?i)quoted-printable.*[ \t]\r?(\n|\Z)"),
    ),
    Explained(
        "a header over several lines that go on with a tab",
        "RFC 5322 §2.2.3 keeps it; art7 has one space there, as SIP has (RFC 3261 §25.1, LWS)",
        values_differ(rb"\n[ \t]*\t|^content-type:.*\t"),
    ),
    Explained(
        "white space before a colon or alone in a header's line, where the library ends the headers",
        "RFC 5322 §4.2, §4.5: obsolete forms that must be read",
        they_refuse(
            "MissingHeaderBodySeparatorDefect|FirstHeaderLineIsContinuationDefect",
            rb"^[ \t]+\r?$|^\S+[ \t]+:",
        ),
    ),
    Explained(
        "names of headers that are no tokens",
        "RFC 5322 §3.6.8 allows them; art7 has the names that mail, HTTP and SIP share (RFC 9110 §5.1)",
        we_refuse("bad_header", shown=rb"^[!-9;-~]*[^\s:!#$%&'*+.^_`|~0-9A-Za-z-][!-9;-~]*:"),
    ),
    Explained(
        "a version that is not that of MIME, or has words in no alphabet beside it",
        "RFC 2045 §4: the version is 1.0; art7 says so and reads on",
        they_refuse("mime-version"),
    ),
    Explained(
        "a boundary whose line has something behind it",
        "RFC 2046 §5.1.1: nothing but white space stands there",
        we_refuse("bad_boundary", shown=rb"^--[^\r\n]+--[ \t]*\r(?!\n)"),
    ),
    Explained(
        "headers of a part that begin behind an empty line, and a boundary in them",
        "RFC 2046 §5.1.1: the first delimiter need not stand at once; the library wants the parts' headers first",
        they_refuse("CloseBoundaryNotFoundDefect", rb"\n--(\S+)\r?\n--\1--"),
    ),
    Explained(
        "a boundary twice in a row, which the library takes for one",
        "RFC 2046 §5.1.1: between two delimiters lies a part, if one without headers and body",
        values_differ(rb"^--(\S+)[ \t]*\r?\n--\1(--)?[ \t]*\r?$"),
    ),
    Explained(
        "a boundary behind a carriage return alone, which the library takes for the end of a line",
        "RFC 2046 §5.1.1: CR and LF stand before it",
        we_refuse("bad_boundary", shown=rb"\r--\S"),
    ),
    Explained(
        "a boundary behind a carriage return alone, within a part",
        "RFC 2046 §5.1.1: CR and LF stand before it",
        values_differ(rb"\r--\S"),
    ),
    Explained(
        "a percent sign without two digits behind it",
        "RFC 2231 §7: an octet has two",
        we_refuse("bad_coding", "parameters$", rb"\*=[^;\r\n]*%(?![0-9A-Fa-f]{2})"),
    ),
    Explained("a charset that nobody knows", "RFC 2231 §4", we_refuse("bad_charset")),
    Explained(
        "values outside of quotes that are no tokens, or none",
        "RFC 2045 §5.1: art7 reads what stands between semicolons, and writes it within quotes",
        they_refuse(r"content-(type|disposition): (InvalidHeader|UndecodableBytes|NonPrintable)Defect"),
    ),
)


def our_value(plain: dict[str, Any]) -> dict[str, Any]:
    """What art7 read: types, named headers, bodies."""
    told, content = plain.get("content_type"), plain["body"]["content"]
    kind = f"{told['type']}/{told['subtype']}".lower() if told else "text/plain"
    inner = content if isinstance(content, list) else [content]
    return {
        "type": kind,
        "headers": {name: plain[name] for name in NAMED if plain.get(name) is not None},
        "body": content if isinstance(content, bytes) else [our_value(each) for each in inner],
    }


class Defect(Exception):
    """What the library notes of a message and reads on."""


STRUCTURAL = ("mime-version", "content-type", "content-transfer-encoding", "content-disposition")


def theirs(octets: bytes) -> dict[str, Any]:
    """What the library reads; raises `Defect` for what it notes of the structure, or of the headers that make it."""
    found = email.message_from_bytes(octets, policy=email.policy.default)
    value = their_value(found)
    for part in found.walk():
        for defect in part.defects:
            raise Defect(type(defect).__name__)
        for name in STRUCTURAL:
            for header in part.get_all(name, ()):
                for defect in header.defects:
                    raise Defect(f"{name}: {type(defect).__name__} {defect}")
    return value


def their_value(found: Any) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in found.raw_items():
        name = name.lower().replace("-", "_")
        if name in NAMED and name not in headers:
            text = value.encode("utf-8", "surrogateescape").decode()
            headers[name] = re.sub(r"\r?\n(?=[ \t])", "", text).strip(" \t\r\n")
    parts = found.get_payload()
    body = (
        [their_value(each) for each in parts] if isinstance(parts, list) else found.get_payload(decode=True)
    )
    return {"type": found.get_content_type(), "headers": headers, "body": body}


def seeds() -> list[bytes]:
    found = [path.read_bytes() for path in corpus.files("captures", "mime", ".eml")]
    found += [path.read_bytes() for path in corpus.files("vectors", "mime", ".eml", ".txt")]
    return [*MADE * 4, *(octets for octets in found if len(octets) < 1500)]


def test_mail(codec: Codec, cases: Any) -> None:
    trial = Trial(
        "mime", "email", "ietf.mime.Message", our_value, theirs, EXPLAINED, unwritten="bad_coding|bad_text"
    )
    compare(trial, codec, mutants("mime", seeds(), EDITS, tried("mime", codec)), cases)
