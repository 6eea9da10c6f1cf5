"""Session descriptions beside aiortc, over mutated ones: everything that the library keeps of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from differences import (
    Difference,
    Explained,
    Trial,
    compare,
    mutants,
    text_edits,
    they_refuse,
    tried,
    we_refuse,
)
from executions import Codec
from sdp_as_aiortc import our_value, their_value
from sdp_forms import ATTRIBUTES, LINES, has_form, in_order, is_description, lines
from sdp_lines import short_descriptions

PIECES = (
    b" ",
    b":",
    b"/",
    b"=",
    b"\t",
    b"0",
    b"-1",
    b"65536",
    b"a",
    b"\xc3\xa9",
    b"\xff",
    b"\0",
    b"\r\n",
    b"\n",
    b"\r",
)
WORDS = (
    b"0",
    b"1",
    b"255",
    b"128",
    b"65535",
    b"65536",
    b"4294967296",
    b"IP4",
    b"IP6",
    b"*",
    b"audio",
    b"sendrecv",
)
EDITS = text_edits(PIECES, WORDS, b"=", inner=12, often=(4, 4))
"""Most of them within one line, behind its kind."""


# ---- where the two differ ---------------------------------------------------------------------------------------


def is_out_of_order(found: Difference) -> bool:
    """Art7 refuses, and the kinds of lines do not follow each other as they have to."""
    return found.refusal is not None and not in_order(found.octets)


def has_bad_line(start: str) -> Callable[[Difference], object]:
    """Art7 refuses, and a line that begins so has not the form of its standard."""
    begins = re.compile(re.escape(start) + (r"(?![!#-'*+.0-9A-Z^-~-])" if start[2:] else ""))

    def holds(found: Difference) -> bool:
        return found.refusal is not None and any(
            begins.match(line) and not has_form(line) for line in lines(found.octets)
        )

    return holds


EXPLAINED = (
    Explained(
        "an attribute that stands beside its form in old programs",
        "RFC 8866 §6.6: a rate behind the name; one old speaker's protocol leaves it out",
        they_refuse("IndexError", rb"^a=rtpmap:\d+ AppleLossless\r?$"),
    ),
    Explained(
        "a format without a map",
        "RFC 8866 §6.15: `a=fmtp` needs no `a=rtpmap`",
        they_refuse("StopIteration", rb"^a=fmtp"),
    ),
    Explained(
        "words behind an extension's name",
        "RFC 8285 §8: attributes of the extension",
        they_refuse("too many values", rb"^a=extmap:\S+ \S+ \S"),
    ),
    Explained(
        "formats that are tokens",
        "RFC 8866 §5.14: what formats are, the protocol says; the grammar has tokens",
        they_refuse("invalid literal", rb"^m=(audio|video) \S+ \S+ (\d+ )*\d*[^\d \r\n]"),
    ),
    Explained(
        "a byte that no line has",
        "RFC 8866 §9: neither NUL nor CR within a line",
        we_refuse("", shown=rb"\0|\r(?!\n)"),
    ),
    Explained("lines in another order", "RFC 8866 §5: the order of lines", is_out_of_order),
    *(
        Explained(f"an attribute {name} of another form", rule, has_bad_line(f"a={name}"))
        for name, (_, rule) in ATTRIBUTES.items()
    ),
    *(
        Explained(f"a line {kind}= of another form", rule, has_bad_line(f"{kind}="))
        for kind, (_, rule) in LINES.items()
    ),
    Explained(
        "several ports, which the library does not take",
        "RFC 8866 §5.14: port and number of ports",
        they_refuse("AssertionError", rb"^m=\S+ \d+/\d"),
    ),
    Explained(
        "a protocol of other signs than capitals, which the library does not take",
        "RFC 8866 §8.2.3: protocols are tokens with slashes",
        they_refuse("AssertionError", rb"^m=\S+ \S+ (?![A-Z/]+ )"),
    ),
    Explained(
        "payload types that collide with RTCP, or beyond 255",
        "RFC 5761 §4: a rule of multiplexing, not of the description",
        they_refuse(
            "AssertionError",
            rb"^m=(audio|video) [^\r\n]* (-\d+|0*7[2-6]|0*25[6-9]|0*2[6-9]\d|0*[3-9]\d\d|\d{4,})( |\r?$)",
        ),
    ),
    Explained(
        "a network that is not the Internet, which the library does not take",
        "RFC 8866 §8.2.6: other networks are registered",
        they_refuse("AssertionError", rb"^(c=|a=rtcp:\d+ )(?!IN IP[46] )"),
    ),
    Explained(
        "parameters of a format that is no number",
        "RFC 8866 §6.15: what formats are, the protocol says",
        they_refuse("invalid literal", rb"^a=fmtp:(?!\d+ )"),
    ),
    Explained(
        "parameters that are numbers to the library",
        "RFC 8866 §6.15: parameters are the format's own words",
        they_refuse(
            "invalid literal",
            rb"^a=fmtp:[^\r\n]*[ ;](apt|max-fr|max-fs|maxplaybackrate|minptime|stereo|useinbandfec)=(?!\d+(;|\r?$))",
        ),
    ),
    Explained(
        "signs that the library takes for ends of lines",
        "RFC 8866 §5: CR and LF end lines, or LF alone",
        lambda found: (
            not found.refusal and re.search(rb"[\x0b\x0c\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]", found.octets)
        ),
    ),
    Explained(
        "channels that are no number",
        "RFC 8866 §6.6: parameters of an encoding are tokens",
        they_refuse("invalid literal", rb"^a=rtpmap:\d+ [^/\r\n]+/\d+/(?!\d+\r?$)"),
    ),
    Explained(
        "an attribute of a source without a value",
        "RFC 5576 §4.1: a name alone",
        they_refuse("not enough values", rb"^a=ssrc:\d+( [A-Za-z0-9_.-]+)?\r?$"),
    ),
    Explained(
        "an SCTP map without what it carries",
        "draft-ietf-mmusic-sctp-sdp-05 §5",
        they_refuse("not enough values", rb"^a=sctpmap:\d+\r?$"),
    ),
)


def test_descriptions(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.sdp", reason="aiortc is not installed: make judges")

    def theirs(octets: bytes) -> Any:
        return their_value(library.SessionDescription.parse(octets.decode()))

    seeds = short_descriptions(600)
    assert seeds, "no public description"
    trial = Trial("sdp", "aiortc", "ietf.sdp.Session", our_value, theirs, EXPLAINED, has_form=is_description)
    compare(trial, codec, mutants("sdp", seeds, EDITS, tried("sdp", codec)), cases)
