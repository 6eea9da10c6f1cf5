"""SIP messages beside sipmessage, over mutated ones: first line, the headers that both know, the body."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest

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
    b" ", b"\t", b":", b";", b"=", b",", b'"', b"<", b">", b"\\", b"/", b"@", b"?", b"%41", b"%", b"[", b"]", b"\r\n", b"\n", b"\r",
    b"\r\n ", b"\xc3\xa9", b"\xff", b"\0", b";tag=2", b"sip:", b"*",
)  # fmt: skip
WORDS = (
    b"SIP", b"2.0", b"UDP", b"TCP", b"INVITE", b"ACK", b"Via", b"v", b"From", b"To", b"Call-ID", b"CSeq", b"Contact", b"m",
    b"Content-Length", b"l", b"0", b"1", b"70", b"256", b"4294967296", b"65536", b"sips", b"tel", b"[::1]", b"192.0.2.1", b"Route",
)  # fmt: skip
EDITS = text_edits(PIECES, WORDS, b":", inner=17, often=(3, 3))

HEAD = (
    b"Via: SIP/2.0/UDP a.example:5060;branch=z9hG4bK7;rport\r\nMax-Forwards: 70\r\n"
    b'From: "A B" <sip:a@b.example;transport=tcp>;tag=1\r\nTo: <sip:b@c.example>\r\nCall-ID: x@y\r\n'
)
MADE = (
    b"INVITE sip:b@c.example SIP/2.0\r\n"
    + HEAD
    + b"CSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.1:5060>;expires=60, sip:c@d.example;q=0.5\r\n"
    b"Subject: one\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n",
    b"SIP/2.0 200 OK\r\nv: SIP/2.0/TCP [2001:db8::1];received=192.0.2.1, SIP/2.0/TLS b.example\r\n"
    + HEAD
    + b"CSeq: 2 BYE\r\nl: 0\r\n"
    b"Record-Route: <sip:p.example;lr>,<sips:q.example:5061;lr>\r\nServer: art7\r\nAllow: INVITE, ACK\r\nSupported: 100rel\r\n\r\n",
    b"REGISTER sip:c.example SIP/2.0\r\n"
    + HEAD
    + b"CSeq: 3 REGISTER\r\nExpires: 3600\r\nUser-Agent: x/1\r\nRequire: path\r\nContent-Length: 0\r\n\r\n",
    b"MESSAGE tel:+4930123456 SIP/2.0\r\n"
    + HEAD
    + b"CSeq: 4 MESSAGE\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Length: 2\r\n\r\nhi",
)


def our_value(plain: dict[str, Any]) -> dict[str, Any]:
    """What art7 read."""
    request, status = plain["start"]["request_line"], plain["start"]["status_line"]
    told = plain["content_type"]
    return {
        "start": (request["method"], unquote(request["uri"]))
        if request
        else (status["code"], status["reason"]),
        "vias": [(x["transport"], x["host"], x["port"], plain_parameters(x)) for x in plain["vias"]],
        "from": _address(plain["from"]),
        "to": _address(plain["to"]),
        "call": (plain["call_id"], plain["cseq"]["number"], plain["cseq"]["method"]),
        "contacts": [_address(each) for each in plain["contacts"]],
        "routes": [_address(each) for each in (*plain["routes"], *plain["record_routes"])],
        "numbers": (plain["max_forwards"], plain["expires"]),
        "texts": (plain["subject"], plain["user_agent"], plain["server"]),
        "type": told and (f"{told['type']}/{told['subtype']}", plain_parameters(told)),
        "words": [plain[name] for name in ("supported", "require", "unsupported")],
        "body": plain["body"],
    }


def _address(x: dict[str, Any]) -> Any:
    uri = x["uri"] if x["uri"] is not None else x["words"]
    name = (
        x["display"]
        if x["display"] is not None
        else x["words"]
        if x["uri"] is not None and x["words"]
        else ""
    )
    return re.sub(r"\s+", " ", name), unquote(uri), plain_parameters(x)


def plain_parameters(x: dict[str, Any]) -> dict[str, str | None]:
    """Parameters with their escapes undone, as the library has them (RFC 3261 §19.1.2)."""
    return {unquote(key).lower(): value and unquote(value) for key, value in x["parameters"].items()}


def unfolded(octets: bytes) -> bytes:
    """Headers on one line each, without white space before their colons: the library reads no others."""
    head, end, body = octets.partition(b"\r\n\r\n")
    head = re.sub(rb"\r\n[ \t]+", b" ", head)
    return re.sub(rb"(?m)^([^\s:]+)[ \t]+:", rb"\1:", head) + end + body


class Library:
    """sipmessage, its URIs kept as they are written."""

    def __init__(self) -> None:
        self.message = pytest.importorskip(
            "sipmessage", reason="sipmessage is not installed: make judges"
        ).Message

    def __call__(self, octets: bytes) -> dict[str, Any]:
        found = self.message.parse(unfolded(octets))
        request = hasattr(found, "method")
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            found.headers[name]
        if request and found.cseq.method != found.method:
            raise ValueError("another method")
        told = found.content_type
        length = found.content_length
        return {
            "start": (found.method, unquote(str(found.uri))) if request else (found.code, found.phrase),
            "vias": [(x.transport, x.host, x.port, parameters(x)) for x in found.via],
            "from": address(found.from_address),
            "to": address(found.to_address),
            "call": (found.call_id, found.cseq.sequence, found.cseq.method),
            "contacts": [address(each) for each in found.contact],
            "routes": [address(each) for each in (*found.route, *found.record_route)],
            "numbers": (found.max_forwards, found.expires),
            "texts": (found.subject, found.user_agent, found.server),
            "type": told and (told.mime_type, parameters(told)),
            "words": [found.supported, found.require, found.unsupported],
            "body": found.body if length is None else found.body[:length],
        }


def address(x: Any) -> Any:
    return re.sub(r"\s+", " ", x.name), unquote(str(x.uri)), parameters(x)


def parameters(x: Any) -> dict[str, str | None]:
    return {
        key.lower(): value[1:-1] if value and value[0] == '"' else value
        for key, value in x.parameters.items()
    }


EXPLAINED = (
    Explained(
        "the name of the protocol in small letters",
        "RFC 3261 §25.1 (SIP-Version): in letters of any case; the library wants capitals",
        they_refuse("neither request nor response", rb"(?i)^sip/2.0 | sip/2.0\r$"),
    ),
    Explained(
        "a backslash before a sign that needs none",
        "RFC 3261 §25.1 (quoted-pair): it stands for the sign; the library keeps the backslash",
        values_differ(rb"\\[^\"\\]"),
    ),
    Explained(
        "a parameter of a URI twice",
        "RFC 3261 §19.1.1: once; what stands in a URI is for who follows it, the library keeps the last",
        values_differ(rb";([a-z]+)=[^;>]*;(?:.*;)?\1="),
    ),
    Explained(
        "a first line that goes on",
        "RFC 3261 §7.1: no CR or LF but at its end",
        we_refuse("", "^start", rb"\A[^\r]*\r\n[ \t]"),
    ),
    Explained(
        "ports with zeros before them, which the library takes away from URIs",
        "RFC 3261 §19.1.4: URIs are compared by their parts; art7 keeps what is written",
        values_differ(rb":0\d"),
    ),
    Explained(
        "URIs of other schemes, and signs that SIP's own do not have",
        "RFC 3261 §25.1 (absoluteURI), §19.1.1: art7 keeps a URI as it is written; what stands in it is for who follows it",
        they_refuse("URI is not valid"),
    ),
    Explained(
        "hosts that begin with a digit, ports and white space that the library does not take",
        "RFC 3261 §20.42, §25.1; RFC 4475 §3.1.1.1",
        they_refuse("Via is not valid"),
    ),
    Explained(
        "tabs, escapes and comments of a type", "RFC 3261 §25.1", they_refuse("MediaType is not valid")
    ),
    Explained(
        "names before addresses with signs that the library does not take, and parameters without `<`",
        "RFC 3261 §20.10, §25.1 (quoted-pair, LWS)",
        they_refuse("Address is not valid|Parameters are not valid"),
    ),
    Explained(
        "options and methods that are no tokens, which the library keeps as texts",
        "RFC 3261 §25.1 (option-tag, Method)",
        we_refuse("trailing_data|bad_characters|truncated", r"^(supported|require|allow|unsupported)"),
    ),
    Explained(
        "a body shorter than its length",
        "RFC 3261 §18.3: the message is discarded",
        we_refuse("truncated", "^body"),
    ),
    Explained(
        "octets behind the body",
        "RFC 3261 §18.3: cut off by who receives the datagram",
        we_refuse("trailing_data", "^$"),
    ),
    Explained(
        "a number beyond its range",
        "RFC 3261 §8.1.1.5, §20.14, §20.19, §20.22, §21",
        we_refuse("out_of_range|bad_status", r"^(start|cseq|max_forwards|content_length|expires|vias)"),
    ),
    Explained(
        "a header or a parameter twice that may stand once; the library takes the first header, the last parameter",
        "RFC 3261 §7.3.1, RFC 4475 §3.3.8",
        we_refuse("duplicate_field"),
    ),
    Explained(
        "a date in another form",
        "RFC 3261 §20.17: in GMT, its figures and names as there",
        we_refuse("bad_date"),
    ),
    Explained(
        "a header's name that is no token, or CR or NUL within a line",
        "RFC 3261 §25.1 (extension-header, TEXT-UTF8)",
        we_refuse("bad_header"),
    ),
    Explained(
        "a call's name with signs that it does not have",
        "RFC 3261 §25.1 (callid, word)",
        we_refuse("", "^call_id"),
    ),
    Explained(
        "control characters and octets that are no UTF-8 within texts",
        "RFC 3261 §25.1 (TEXT-UTF8-TRIM)",
        we_refuse(
            "trailing_data|bad_text|bad_characters",
            "^(subject|date|server|user_agent|unknown|start|[a-z_]*authenticate|[a-z_]*authorization)",
        ),
    ),
    Explained(
        "a tab where one space is written",
        "RFC 3261 §25.1 (LWS) has it; art7 wants the space first, then any white space",
        we_refuse("bad_constant", shown=rb"[\w/]\t"),
    ),
    Explained(
        "white space of other alphabets, or LF alone, which the library takes for a space",
        "RFC 3261 §25.1 (LWS): space, tab, and CR LF before one of them",
        we_refuse("", shown=rb"[\x0b\x0c\x1c-\x1f]|\xc2[\x85\xa0]|\xe2\x80|(?<!\r)\n"),
    ),
    Explained(
        "addresses with a comma, a semicolon, a quote or a space where they need brackets, or have it within them",
        "RFC 3261 §20.10, §25.1 (name-addr, addr-spec)",
        we_refuse("bad_uri|bad_address|trailing_data", "^(from|to|contacts|routes|record_routes|start)"),
    ),
    Explained(
        "a header without a value",
        "RFC 3261 §20.42, §25.1: at least one value",
        we_refuse("too_few", "^vias"),
    ),
    Explained(
        "control characters between quotes",
        "RFC 3261 §25.1 (qdtext, quoted-pair)",
        we_refuse("bad_quoted", shown=rb"[\x00-\x1f\x7f]"),
    ),
    Explained(
        "a number with needless zeros",
        "RFC 3261 §25.1 (1*DIGIT) has them; art7 has one form of a number",
        we_refuse("bad_decimal", shown=rb"[ :]0\d"),
    ),
)


def seeds() -> list[bytes]:
    found = [path.read_bytes() for path in corpus.files("vectors", "sip", ".dat")]
    return [*MADE * 6, *(octets for octets in found if len(octets) < 1200)]


def test_messages(codec: Codec, cases: Any) -> None:
    trial = Trial("sip", "sipmessage", "ietf.sip.Message", our_value, Library(), EXPLAINED)
    compare(trial, codec, mutants("sip", seeds(), EDITS, tried("sip", codec)), cases)
