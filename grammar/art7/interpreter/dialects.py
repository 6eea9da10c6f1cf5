"""Dialects of the tree carrier: how the octets of a record become nodes, and what a record wrote becomes octets.

One row for each encoding; the steps between are the same. Options are those of the record that is the whole text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from art7.interpreter.cbor_scanner import scan_cbor
from art7.interpreter.cbor_writer import write_cbor
from art7.interpreter.jcs import write_jcs
from art7.interpreter.json_scanner import scan
from art7.interpreter.json_writer import write_json
from art7.interpreter.tree_nodes import Node, ScanRefused, TreeRefused
from art7.interpreter.xml_scanner import ATTRIBUTES, scan_xml
from art7.interpreter.xml_writer import outside, write_xml

DEPTH = 128
"""The most levels of a text whose message sets no limit of its own."""

Options = Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One encoding on trees. `scan(data, start, end, depth, options, prefix)`; `write(value, options)`.

    `is_text`: places are lines and columns for people; `one_form`: a value has one form even where no option asks.
    """

    scan: Callable[[bytes, int, int, int, Options, bool], Node]
    write: Callable[[Any, Options], bytes]
    is_text: bool
    one_form: bool


def _scan_json(data: bytes, start: int, end: int, depth: int, options: Options, prefix: bool) -> Node:
    return scan(data, start, end, depth)


def _write_json(value: Any, options: Options) -> bytes:
    form = options.get("canonical")
    if form == "jcs":
        return write_jcs(value)
    return write_json(value, canonical=form == "matrix", integers_only=options.get("numbers") == "integer53")


def _scan_cbor(data: bytes, start: int, end: int, depth: int, options: Options, prefix: bool) -> Node:
    return scan_cbor(
        data,
        start,
        end,
        depth,
        deterministic=options.get("canonical") == "deterministic",
        indefinite=options.get("indefinite") != "reject",
        prefix=prefix,
    )


def _write_cbor(value: Any, options: Options) -> bytes:
    return write_cbor(value, deterministic=options.get("canonical") == "deterministic")


def _scan_xml(data: bytes, start: int, end: int, depth: int, options: Options, prefix: bool) -> Node:
    scope = options.get("scope")
    context = f"<_ {scope}>".encode() if isinstance(scope, str) else b""
    most = options.get("attributes")
    attributes = int(most) if isinstance(most, str) else ATTRIBUTES
    node = scan_xml(data, start, end, depth, attributes=attributes, context=context)
    name = node.value["#name"].value
    if options.get("shape") == "choice":
        return Node(
            {"#name": Node("", start, start), name: Node([node], node.start, node.end)}, node.start, node.end
        )
    if name != options["element"]:
        raise ScanRefused("wrong_element", node.start, f"an element `{options['element']}`", f"`{name}`")
    return node


def _write_xml(value: Any, options: Options) -> bytes:
    if options.get("shape") != "choice":
        return write_xml(value, str(options["element"]), outside(options.get("scope")))
    elements = [(key, one) for key, members in value.items() if key[0] not in "@#" for one in members]
    if len(elements) != 1 or any(key[0] in "@#" for key in value):
        code = "unknown_field" if elements else "missing_field"
        raise TreeRefused(code, "one element and nothing else", str(len(elements)))
    return write_xml(elements[0][1], elements[0][0], outside(options.get("scope")))


DIALECTS: dict[str, Dialect] = {
    "json": Dialect(_scan_json, _write_json, is_text=True, one_form=False),
    "xml": Dialect(_scan_xml, _write_xml, is_text=True, one_form=False),
    "cbor": Dialect(_scan_cbor, _write_cbor, is_text=False, one_form=True),
}
"""By encoding."""
