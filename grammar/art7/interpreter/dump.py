"""The annotated dump: every field on the wire with its place, octets, value and where the text declares it.

```
0000    80          version        2            rtp.a7:12  RTP-5.1-01
0000.2  80          padding        false        rtp.a7:14
```

Octet carriers show offset (`.bit` from the most significant) and octets; a JSON text shows line:column. Everything that came
from outside is escaped: a dump goes to terminals and pages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Carrier
from art7.interpreter.dialects import DIALECTS
from art7.interpreter.errors import UNREAD, CodecError, DecodeError, FieldNode, Note
from art7.interpreter.quoting import brief, printable
from art7.interpreter.values import member_name, scalar_to_json

MOST_ROWS = 5000
"""The most rows of one dump; what is left out is counted."""
_HEX_OCTETS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line: place, octets, indented name, value, note, declaration."""

    place: str
    octets: str
    name: str
    value: str
    note: str
    source: str


class Places:
    """Octet offsets as the reader finds them: hexadecimal, or line:column of a text."""

    def __init__(self, data: bytes, is_text: bool) -> None:
        self.data = data
        self.is_text = is_text
        self.lines = [0] if not is_text else [0, *(i + 1 for i, octet in enumerate(data) if octet == 0x0A)]

    def show(self, offset: int, bit: int = 0) -> str:
        """Return the place of an octet."""
        if not self.is_text:
            return f"{offset:04x}" + (f".{bit}" if bit else "")
        line = bisect_right(self.lines, offset)
        column = len(self.data[self.lines[line - 1] : offset].decode("utf-8", "replace")) + 1
        return f"{line}:{column}"


def is_text(specification: Specification, record: str) -> bool:
    """Whether a record's octets are a text with lines."""
    found = specification.record(record)
    if found.carrier is Carrier.OCTETS:
        return found.encoding == "text"
    return DIALECTS[found.encoding].is_text


def dump(specification: Specification, root: FieldNode, data: bytes) -> str:
    """Return the table of a message's fields, one a line."""
    places = Places(data, is_text(specification, root.record))
    rows: list[Row] = []
    left_out = 0
    for node, depth in _nodes(root):
        if len(rows) < MOST_ROWS:
            rows.append(_row(specification, node, depth, data, places))
        else:
            left_out += 1
    lines = _columns(rows)
    if left_out:
        lines.append(f"… {left_out} more fields")
    return "\n".join(lines)


def refusal(specification: Specification, record: str, error: CodecError, data: bytes) -> str:
    """Return what a refusal says: code, requirement, place, expected, found."""
    short = record.rpartition(".")[2] if "<" not in record else record
    rule = f", requirement {error.requirement}" if error.requirement else ""
    clause = f" ({printable(error.ref)})" if error.ref else ""
    lines = [f"{short}: refused with {error.code} ({error.number}){rule}{clause}"]
    where = f"at {printable(error.path)}" if error.path else "at the message itself"
    if error.offset is not None:
        where += f", octet {error.offset}" + (f" bit {error.bit}" if error.bit else "")
        if is_text(specification, record):
            where += f" (line:column {Places(data, True).show(error.offset)})"
    lines.append(f"  {where}")
    for word, text in (("expected", error.expected), ("found", error.got)):
        if text:
            lines.append(f"  {word}: {printable(text)}")
    return "\n".join(lines)


def explain(specification: Specification, record: str, error: DecodeError, data: bytes) -> str:
    """Return the refusal and, below it, every field that was read before."""
    text = refusal(specification, record, error, data)
    tree = error.tree
    if tree is None or not tree.children:
        return f"{text}\n  read so far: nothing"
    return f"{text}\n  read so far:\n" + _indented(dump(specification, tree, data))


def notes(found: tuple[Note, ...], unverified: tuple[str, ...]) -> list[str]:
    """Return a line for each note and each test that lacked its key."""
    lines = []
    for note in found:
        word = f"{note.level} {note.requirement}" if note.requirement else note.level
        lines.append(f"note: {word} at {printable(note.path) or 'the message'}: {printable(note.message)}")
    return lines + [
        f"not verified, no key was given: {printable(name)}" for name in dict.fromkeys(unverified)
    ]


def node_to_json(node: FieldNode) -> dict[str, Any]:
    """Return a field and those inside it as JSON."""
    found: dict[str, Any] = {
        "name": node.name,
        "path": node.path,
        "offset": node.offset,
        "octets": node.octets,
    }
    if node.width is not None:
        found |= {"bit": node.bit, "bits": node.width}
    if node.value is not None:
        found["value"] = _json_value(node.value)
    if node.note:
        found["note"] = node.note
    if node.requirement:
        found["requirement"] = node.requirement
    if node.span.line:
        found["declared"] = str(node.span)
    if node.children:
        found["fields"] = [node_to_json(child) for child in node.children]
    return found


def refusal_to_json(error: CodecError) -> dict[str, Any]:
    """Return a refusal as JSON, with the partial value."""
    return {
        "error": error.code,
        "number": error.number,
        "requirement": error.requirement,
        "path": error.path,
        "offset": error.offset,
        "bit": error.bit,
        "expected": error.expected,
        "found": error.got,
        "ref": error.ref,
        "partial": _json_value(error.partial),
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json_value(one) for key, one in value.items()}
    return [_json_value(one) for one in value] if isinstance(value, list | tuple) else scalar_to_json(value)


def _nodes(root: FieldNode) -> Iterator[tuple[FieldNode, int]]:
    """Yield every field below the root in wire order with its depth; records nest as deep as messages may."""
    waiting = [(child, 0) for child in reversed(root.children)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in reversed(node.children))


def _row(specification: Specification, node: FieldNode, depth: int, data: bytes, places: Places) -> Row:
    octets = data[node.offset : node.offset + min(node.octets, _HEX_OCTETS)].hex()
    if node.octets > _HEX_OCTETS:
        octets += "…"
    value = _shown(specification, node)
    note = " ".join(part for part in (node.note, node.requirement or "") if part)
    source = ""
    if node.span.line:
        source = f"{node.span.file.rpartition('/')[2]}:{node.span.line}"
    return Row(
        places.show(node.offset, node.bit),
        "" if places.is_text else octets,
        "  " * min(depth, 20) + printable(node.name),
        value,
        printable(note),
        printable(source),
    )


def _shown(specification: Specification, node: FieldNode) -> str:
    if node.value is None:
        size = "1 octet" if node.octets == 1 else f"{node.octets} octets"
        if node.children:
            return f"({size})"
        return "-" if node.note == UNREAD or not node.octets else "nothing"
    text = brief(node.value)
    name = None if node.shape is None else member_name(specification, node.shape, node.value)
    return f"{text} {printable(name)}" if name else text


def _columns(rows: list[Row]) -> list[str]:
    """Lay rows out in columns as wide as their widest cell, within reason."""
    cells = [(row.place, row.octets, row.name, row.value, row.source, row.note) for row in rows]
    widths = [min(max((len(row[i]) for row in cells), default=0), 44) for i in range(5)]
    lines = []
    for row in cells:
        shown = [cell.ljust(width) for cell, width in zip(row, widths, strict=False) if width]
        lines.append("  ".join([*shown, row[5]]).rstrip())
    return lines


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
