"""Octets → text: what a source file may be made of, checked before anything is read from it."""

from __future__ import annotations

import re
from pathlib import Path

from art7.grammar import limits
from art7.grammar.diagnostics import NOWHERE, Report, Span
from art7.grammar.faults import Faults, escaped

_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    "|\r(?!\n)"
)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read_source(path: str | Path, report: Report) -> str | None:
    """The text of a file, or None after reporting why it cannot be read as a specification.

    Never reads more than the limit, follows no device or pipe, raises nothing.
    """
    file = str(path)
    shown = Span(escaped(file, 400), 1, 1, 1, 1)
    try:
        place = Path(path)
        if not place.is_file():
            what = "is a folder" if place.is_dir() else "is no file"
            report.add(
                "A7-P018", f"`{escaped(file, 400)}` {what}", shown, help="name a file that ends in `.a7`"
            )
            return None
        with place.open("rb") as stream:
            data = stream.read(limits.FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        message = f"`{escaped(file, 400)}` cannot be read: {reason.lower()}"
        report.add("A7-P018", message, shown, help="check the name and the permissions")
        return None
    return decode_source(data, file, report)


def decode_source(data: bytes, file: str, report: Report) -> str | None:
    """The text of `data`, which must be UTF-8 without a byte order mark; None after reporting if it is not."""
    if len(data) > limits.FILE_OCTETS:
        report.add("A7-P016", _too_large(), _start_of(file), help="split the module")
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        message = "byte order mark at octet 0"
        report.add("A7-P010", message, _start_of(file), help="save the file as UTF-8 without a mark")
        data = data[3:]
    for mark, name in ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\0\0\xfe\xff", "UTF-32")):
        if data.startswith(mark):
            message = f"the text is {name}, found its mark at octet 0"
            report.add("A7-P011", message, _start_of(file), help="save the file as UTF-8")
            return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        message = f"octet {error.start} (0x{data[error.start]:02X}) is not UTF-8"
        span = Span(file, line, column, line, column + 1, len(before), len(before) + 1)
        report.add("A7-P011", message, span, help="save the file as UTF-8")
        return None


def check_text(text: str, file: str, faults: Faults) -> bool:
    """Report characters that a source may not hold; False where it is not worth reading on."""
    if len(text) > limits.FILE_OCTETS:
        faults.add("A7-P016", _too_large(), _start_of(file), help="split the module")
        return False
    if not _check_lines(text, file, faults):
        return False
    if text.startswith("\ufeff"):
        faults.add("A7-P010", "byte order mark at octet 0", _start_of(file), help="save the file without it")
    for match in _ODD.finditer(text):
        if faults.is_full:
            return False
        _report_odd(text, match.start(), file, faults)
    return True


def _check_lines(text: str, file: str, faults: Faults) -> bool:
    if len(text) <= limits.LINE_CHARACTERS:
        return True
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > limits.LINE_CHARACTERS:
            message = f"line of {len(line)} characters, at octet {_octet(text, start)}"
            span = Span(file, number, 1, number, 2, start, start + 1)
            faults.add("A7-P017", message, span, help=f"break it: at most {limits.LINE_CHARACTERS} in a line")
            return False
        start += len(line) + 1
    return True


def _report_odd(text: str, index: int, file: str, faults: Faults) -> None:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    span = Span(file, line, column, line, column + 1, index, index + 1)
    character = text[index]
    where = f"U+{ord(character):04X} at octet {_octet(text, index)}"
    if character == "\0":
        faults.add("A7-P012", f"NUL: {where}", span, help="save the file as UTF-8 text")
    elif character == "\r":
        faults.add("A7-P013", f"bare carriage return: {where}", span, help=r"end lines with \n or \r\n")
    elif _DIRECTION.match(character):
        message = f"character that reorders text: {where}"
        faults.add("A7-P015", message, span, help=r"remove it; in data write it as \u{…}")
    else:
        faults.add(
            "A7-P014", f"control character: {where}", span, help=r"remove it; in data write it as \xHH"
        )


def _octet(text: str, index: int) -> int:
    return len(text[:index].encode("utf-8", "surrogatepass"))


def _too_large() -> str:
    return f"the file holds more than {limits.FILE_OCTETS} octets"


def _start_of(file: str) -> Span:
    return Span(file, 1, 1, 1, 1, 0, 0) if file else NOWHERE
