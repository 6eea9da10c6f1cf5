"""The forms of SDP's lines and attributes, written down from the grammars of their standards, as regular expressions.

They are kept apart from the catalogue module, and say of a line that another parser takes why it is none.
"""

from __future__ import annotations

import re

TOKEN = r"[!#-'*+.0-9A-Z^-~-]+"
WORD = r"[!-~\x80-\U0010ffff]+"
TEXT = r"[^\0\r\n]+"
TIME = r"-?\d+[dhms]?"
ICE = r"[A-Za-z0-9+/_-]"
HOST = r"[A-Za-z0-9.:_%-]+"


def up_to(limit: int) -> str:
    """Numbers without zeros before them, up to `limit`."""
    digits = str(limit)
    forms = [f"[1-9]\\d{{0,{len(digits) - 2}}}" if len(digits) > 1 else "", "0", digits]
    for place, digit in enumerate(digits):
        low = 1 if place == 0 else 0
        if int(digit) > low:
            forms.append(f"{digits[:place]}[{low}-{int(digit) - 1}]\\d{{{len(digits) - place - 1}}}")
    return f"(?:{'|'.join(form for form in forms if form)})"


U7, U16, U31, U32, U64 = (up_to(2**bits - 1) for bits in (7, 16, 31, 32, 64))
COMPONENT = up_to(256)
NETWORK = r"(?:IN|TN|ATM|PSTN) (?:IP4|IP6|RFC2543|E164|NSAP|GWID) [!-.0-~]+"
"""Any word may be an address (`extn-addr`)."""

LINES = {
    "v": (r"0", "RFC 8866 §5.1: the version is 0"),
    "o": (rf"{WORD} \d+ \d+ {NETWORK}(?:/\d+){{0,2}}", "RFC 8866 §5.2: six words of the origin"),
    "c": (rf"{NETWORK}(?:/\d+){{0,2}}", "RFC 8866 §5.7: network, type and address"),
    "b": (rf"{TOKEN}:{U64}", "RFC 8866 §5.8: a kind and a number"),
    "t": (rf"{U64} {U64}", "RFC 8866 §5.9: two times"),
    "r": (rf"{TIME} {TIME}(?: {TIME})+", "RFC 8866 §5.10: typed times"),
    "z": (rf"\d+ {TIME}(?: \d+ {TIME})*", "RFC 8866 §5.11: pairs of times and shifts"),
    "i": (TEXT, "RFC 8866 §5.4: a text is not empty"),
    "e": (TEXT, "RFC 8866 §5.6: a text is not empty"),
    "p": (TEXT, "RFC 8866 §5.6: a text is not empty"),
    "u": (WORD, "RFC 8866 §5.5: a URI has no spaces"),
    "k": (TEXT, "RFC 8866 §5.12: a text is not empty"),
    "m": (
        rf"{TOKEN} {U16}(?:/{U16})? {TOKEN}(?:/{TOKEN})*(?: {TOKEN})+",
        "RFC 8866 §5.14: kind, port, protocol, formats; a number has one form",
    ),
    "a": (rf"{TOKEN}(?::[^\0\r\n]*)?", "RFC 8866 §5.13: a token, and what stands behind a colon"),
}
"""Kind of line: the form of what stands behind `=`, and where it is told."""

_HASHES = {
    "sha-1": 20,
    "SHA-1": 20,
    "sha-224": 28,
    "sha-256": 32,
    "SHA-256": 32,
    "sha-384": 48,
    "sha-512": 64,
    "md5": 16,
    "md2": 16,
}
_PRINT = "|".join(
    f"{name} [0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{{size - 1}}}" for name, size in _HASHES.items()
)
_CANDIDATE = (
    rf"{ICE}{{1,32}} (?!0 ){COMPONENT} (?:(?:udp|UDP|tcp|TCP) {U31}|ssltcp {U32}) {HOST} {U16} typ (?:host|srflx|prflx|relay)"
    rf"(?: raddr {HOST} rport {U16})?"
    rf"(?: (?:tcptype (?:active|passive|so)|(?:network-cost|network-id|generation) \d{{1,10}}"
    rf"|(?!(?:raddr|rport|tcptype|network-cost|network-id|generation) ){WORD} {WORD}))*"
)
_KIND = r"(?!trr-int)[A-Za-z0-9_.-]+"
_RANGE = r"(?:\[\d+(?:\.\d+)?(?:(?::\d+(?:\.\d+)?){1,2}|-\d+(?:\.\d+)?|(?:,\d+(?:\.\d+)?)+)\]|\d+(?:\.\d+)?)"
_SET = rf"\[x={_RANGE},y={_RANGE}(?:,(?:sar|par|q)={_RANGE})*\]"
_SETS = rf"(?:\*|{_SET})(?: {_SET})*"
_RIDS = r"~?[A-Za-z0-9_-]+(?:[,;]~?[A-Za-z0-9_-]+)*"

ATTRIBUTES = {
    "rtpmap": (rf":{U7} (?:{TOKEN}/{U32}(?:/{TOKEN})?|AppleLossless)", "RFC 8866 §6.6"),
    "fmtp": (
        rf":{TOKEN} (?!.*(?:stereo|cbr|usedtx)=(?! *[01] *(?:;|$)))(?!.*packetization-mode=(?! *[012] *(?:;|$))){TEXT}",
        "RFC 8866 §6.15, RFC 7587 §6.1, RFC 6184 §8.1",
    ),
    "rtcp-fb": (rf":(?:\*|\d{{1,3}}) (?:{_KIND}(?: {TEXT})?|trr-int \d{{1,10}})", "RFC 4585 §4.2"),
    "extmap": (rf":{U16}(?:/(?:sendrecv|sendonly|recvonly|inactive))? {WORD}(?: {TEXT})?", "RFC 8285 §8"),
    "ptime": (r":\d+(?:\.\d+)?", "RFC 8866 §6.4"),
    "maxptime": (r":\d+(?:\.\d+)?", "RFC 8866 §6.5"),
    "framerate": (r":(?!0+(?:\.0+)?$)\d+(?:\.\d+)?", "RFC 8866 §6.13"),
    "imageattr": (
        rf":(?:\*|\d{{1,3}}) (?:send {_SETS}(?: recv {_SETS})?|recv {_SETS}(?: send {_SETS})?)",
        "RFC 6236 §3.1.1",
    ),
    "rtcp": (rf":{U16}(?: (?!\S+ IP4 \S*:){NETWORK}(?:/\d+){{0,2}})?", "RFC 3605 §2.1"),
    "ssrc": (rf":{U32}(?: [A-Za-z0-9_.-]+(?::[^\0\r\n]*)?)?", "RFC 5576 §4.1"),
    "ssrc-group": (rf":{TOKEN}(?: {U32})+", "RFC 5576 §4.2"),
    "rid": (r":[A-Za-z0-9_-]+ (?:send|recv)(?: [A-Za-z0-9_-]+(?:=[!-:<-~]+)?(?:;[A-Za-z0-9_-]+(?:=[!-:<-~]+)?)*)?", "RFC 8851 §4"),
    "simulcast": (rf":(?:send {_RIDS}(?: recv {_RIDS})?|recv {_RIDS}(?: send {_RIDS})?)", "RFC 8853 §5.1"),
    "candidate": (rf":{_CANDIDATE}", "RFC 8839 §5.1"),
    "remote-candidates": (rf":{U16} {HOST} {U16}(?: {U16} {HOST} {U16})*", "RFC 8839 §5.2"),
    "ice-ufrag": (rf":{ICE}{{1,256}}", "RFC 8839 §5.4"),
    "ice-pwd": (rf":{ICE}{{1,256}}", "RFC 8839 §5.4"),
    "ice-options": (rf":{WORD}(?: {WORD})*", "RFC 8839 §5.6"),
    "ice-pacing": (rf":{U32}", "RFC 8839 §5.5"),
    "fingerprint": (rf":(?:{_PRINT})", "RFC 8122 §5"),
    "setup": (r":(?:active|passive|actpass|holdconn)", "RFC 4145 §4"),
    "tls-id": (rf":{WORD}", "RFC 8842 §4"),
    "identity": (rf":{TEXT}", "RFC 8827 §5"),
    "mid": (rf":{WORD}", "RFC 5888 §4"),
    "msid": (rf":{WORD}(?: {WORD})?", "RFC 8830 §2"),
    "msid-semantic": (rf":{TEXT}", "RFC 8866 §5.13"),
    "group": (rf":{TOKEN}(?: {WORD})*", "RFC 5888 §5"),
    "label": (rf":{TEXT}", "RFC 4574 §4"),
    "sctp-port": (rf":{U16}", "RFC 8841 §5"),
    "max-message-size": (rf":{U64}", "RFC 8841 §6"),
    "sctpmap": (rf":{U16}(?: {TOKEN}(?: {U16})?)?", "draft-ietf-mmusic-sctp-sdp-05 §5"),
    **{
        name: ("", "RFC 8866 §6: the name alone")
        for name in (
            "rtcp-mux", "rtcp-rsize", "rtcp-mux-only", "extmap-allow-mixed", "bundle-only", "sendrecv", "sendonly", "recvonly",
            "inactive", "ice-lite", "ice-mismatch", "end-of-candidates",
        )
    },
}  # fmt: skip
"""Name: the form of what stands behind it, and where it is told."""

ORDER = re.compile(r"voc?si?u?e*p*c?b*(tr*c?)*z?k?a*(mi?c*b*k?a*)*-*")
"""The kinds of lines in their order; a connection may stand early or late, and `-` is a blank line at the end."""


def lines(octets: bytes) -> list[str]:
    """The lines of a description without what ends them."""
    text = octets.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n")


def in_order(octets: bytes) -> bool:
    """Whether the kinds of lines follow each other as they have to."""
    kinds = (
        "-" if not line.strip(" \t") else line[0] if re.match("[a-z]=", line) else "?"
        for line in lines(octets)
    )
    return ORDER.fullmatch("".join(kinds)) is not None


def has_form(line: str) -> bool:
    """Whether a line, or an attribute by its name, has its form."""
    kind, text = line[:1], line[2:]
    if kind == "a":
        name = re.match(TOKEN, text)
        form = ATTRIBUTES.get(name[0] if name else "")
        if name and form:
            return re.fullmatch(form[0], text[name.end() :]) is not None
    return kind not in LINES or re.fullmatch(LINES[kind][0], text) is not None


def is_description(octets: bytes) -> bool:
    """Whether the order and all lines are those of the grammars, and no byte stands that no line has."""
    found = lines(octets)
    return in_order(octets) and all(has_form(line) and not set("\0\r") & set(line) for line in found)
