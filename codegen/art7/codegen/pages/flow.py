"""Records that are text as lines: literals and values from left to right, each line of the wire a row."""

from __future__ import annotations

from art7.codegen.pages.boxes import noted_label
from art7.codegen.pages.drawing import LINE, PAD, WIDTH, Canvas, fitted, width_of
from art7.codegen.pages.layout import Arm, Cell, Choice, Frame, Node

_CHIP = 26
_GAP = 5
_LEAD = 20


def draw_flow(parts: tuple[Node, ...], canvas: Canvas) -> float:
    """Draw `parts` and return the height of the drawing."""
    return _flow(canvas, parts, 4, 4.0, WIDTH - 8) + 4


def _flow(canvas: Canvas, parts: tuple[Node, ...], x: float, y: float, width: float) -> float:
    """Draw `parts` from left to right, in as many rows as they need; returns where they end."""
    at, begun = x, False
    for part in parts:
        if isinstance(part, Cell):
            room = min(_width(part), width)
            if begun and at + room > x + width:
                at, y = x, y + _CHIP + _GAP
            _chip(canvas, part, at, y, room)
            at, begun = at + room + _GAP, True
            continue
        inline = _inline(part)
        if inline is not None and inline <= width:
            if begun and (at + inline > x + width or _is_line(part)):
                at, y = x, y + _CHIP + _GAP
            _inlined(canvas, part, at, y, inline)
            at, begun = at + inline + _GAP, True
            if _is_line(part):
                at, y, begun = x, y + _CHIP + 2 * _GAP, False
            continue
        if begun:
            at, y, begun = x, y + _CHIP + _GAP, False
        y = _block(canvas, part, x, y, width)
    return y + _CHIP + _GAP if begun else y


def _width(cell: Cell) -> float:
    return max(width_of(cell.label) + 16, 26)


def _inline(part: Node) -> float | None:
    """Return the width of an optional part that can stand in the row, `None` if it cannot."""
    found = _row_of(part)
    return sum(_width(each) + _GAP for each in found) + 2 * _GAP + _LEAD if found else None


def _is_line(part: Node) -> bool:
    """Whether an optional part is a whole line of the wire."""
    return isinstance(part, Frame) and any(isinstance(e, Frame) and e.kind == "line" for e in part.parts)


def _row_of(part: Node) -> tuple[Cell, ...]:
    """Return the cells of an optional part that is one row, nothing for any other."""
    if not isinstance(part, Frame) or part.kind != "optional":
        return ()
    only = part.parts[0] if len(part.parts) == 1 else None
    inner = only.parts if isinstance(only, Frame) and only.kind == "line" else part.parts
    cells = tuple(each for each in inner if isinstance(each, Cell))
    return cells if len(cells) == len(inner) else ()


def _inlined(canvas: Canvas, part: Node, x: float, y: float, width: float) -> None:
    canvas.rect(x, y - 2, width, _CHIP + 4, "a7-frame a7-optional", 6)
    canvas.words(x + 7, y + 17, "?", "a7-label")
    at = x + _LEAD
    for each in _row_of(part):
        _chip(canvas, each, at, y, _width(each))
        at += _width(each) + _GAP


def _chip(canvas: Canvas, cell: Cell, x: float, y: float, width: float) -> None:
    canvas.rect(x, y, width, _CHIP, f"a7-{cell.kind}", 12 if cell.kind == "constant" else 3)
    canvas.words(x + width / 2, y + 17, fitted(cell.label, width - 10), "a7-name", "middle")


def _block(canvas: Canvas, part: Node, x: float, y: float, width: float) -> float:
    match part:
        case Frame(kind="line"):
            end = _flow(canvas, part.parts, x + 8, y + 3, width - 8)
            canvas.line(x + 2, y + 3, x + 2, end - _GAP, "a7-rail")
            return end + 3
        case Frame():
            place = len(canvas.elements)
            canvas.words(x + PAD, y + 14, fitted(noted_label(part), width - 2 * PAD), "a7-label")
            end = _flow(canvas, part.parts, x + PAD, y + LINE, width - 2 * PAD) + 3
            inner, canvas.elements = canvas.elements[place:], canvas.elements[:place]
            canvas.rect(x, y, width, end - y, f"a7-frame a7-{part.kind}", 4)
            canvas.elements += inner
            return end + _GAP
        case Choice():
            canvas.words(x + 2, y + 13, fitted(f"one of, {part.label}", width - 4), "a7-label")
            y += LINE
            for arm in part.arms:
                y = _arm(canvas, arm, x + 12, y, width - 12)
            return y
        case Cell():
            return y


def _arm(canvas: Canvas, arm: Arm, x: float, y: float, width: float) -> float:
    left = min(max(width_of(arm.label) + 10, 60), width * 0.35)
    canvas.words(x, y + 17, fitted(arm.label, left - 6), "a7-refused" if arm.refused else "a7-arm")
    return max(_flow(canvas, arm.parts, x + left, y, width - left), y + _CHIP + _GAP)
