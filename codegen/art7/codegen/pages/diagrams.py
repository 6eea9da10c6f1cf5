"""The diagram of a record, drawn in the manner of its encoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from art7.codegen.pages.boxes import draw_boxes
from art7.codegen.pages.drawing import Canvas, figure
from art7.codegen.pages.flow import draw_flow
from art7.codegen.pages.layout import Node, described
from art7.codegen.pages.links import short_name
from art7.codegen.pages.markup import Html, anchor
from art7.codegen.pages.outline import draw_outline
from art7.codegen.pages.rows import parts_of
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Record

DRAWN: dict[str, Callable[[tuple[Node, ...], Canvas], float]] = {
    "binary": draw_boxes,
    "tls": draw_boxes,
    "protobuf": draw_boxes,
    "der": draw_boxes,
    "json": draw_outline,
    "cbor": draw_outline,
    "xml": draw_outline,
    "text": draw_flow,
}
"""Encoding → how it is drawn; one that is not here is drawn as an outline."""


def record_diagram(
    record: Record, module: str, specification: Specification, sizes: Mapping[str, int | None]
) -> Html:
    """Return the diagram of `record` for the page of `module`; `sizes` as `record_sizes` gives them."""
    parts = parts_of(record, module, specification, sizes)
    canvas = Canvas()
    height = DRAWN.get(record.encoding, draw_outline)(parts, canvas)
    short = short_name(record.name, module)
    title = f"{short} as {record.encoding}"
    cropped = DRAWN.get(record.encoding) is not draw_boxes
    return figure(canvas, max(height, 12), f"fig.{anchor(short)}", title, described(parts), cropped=cropped)
