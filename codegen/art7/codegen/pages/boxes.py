"""Records on octets as boxes of 32 bits a row; what varies in size has an open end, lists are stacked."""

from __future__ import annotations

from collections.abc import Iterable

from art7.codegen.pages.drawing import LINE, PAD, ROW, WIDTH, Canvas, fitted, width_of
from art7.codegen.pages.layout import Arm, Cell, Choice, Frame, Node, noted

BITS = 32
_TALLEST = 2
_SIMPLE = 28


def draw_boxes(parts: tuple[Node, ...], canvas: Canvas) -> float:
    """Draw `parts` and return the height of the drawing."""
    top = 4.0
    if parts and isinstance(parts[0], Cell) and parts[0].bits is not None:
        top = _ruler(canvas)
    return _parts(canvas, parts, 1, top, WIDTH - 8) + 4


def _ruler(canvas: Canvas) -> float:
    unit = (WIDTH - 8) / BITS
    for bit in range(BITS):
        x = 1 + (bit + 0.5) * unit
        if bit % 8 == 0 or bit % 8 == 7:
            canvas.words(x, 11, str(bit), "a7-tick", "middle")
        else:
            canvas.line(1 + (bit + 0.5) * unit, 8, 1 + (bit + 0.5) * unit, 11, "a7-tickmark")
    return 16


def _parts(canvas: Canvas, parts: Iterable[Node], x: float, y: float, width: float) -> float:
    """Draw `parts` below one another, runs of cells in common rows; returns where they end."""
    row = _Rows(canvas, x, y, width)
    for part in parts:
        match part:
            case Cell():
                row.cell(part)
            case Frame():
                row.y = _frame(canvas, part, x, row.end(), width)
            case Choice():
                row.y = _choice(canvas, part, x, row.end(), width)
    return row.end()


class _Rows:
    """Cells in rows of 32 bits."""

    def __init__(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        self.canvas, self.x, self.y, self.width = canvas, x, y, width
        self.at = 0

    def end(self) -> float:
        """Close the row begun and return where the next one starts."""
        if self.at:
            self.at = 0
            self.y += ROW
        return self.y

    def cell(self, cell: Cell) -> None:
        """Draw one cell, split at the ends of rows."""
        if cell.bits is None:
            self.variable(cell)
        elif cell.bits:
            self.fixed(cell, cell.bits)

    def variable(self, cell: Cell) -> None:
        """Draw a cell of variable size: the rest of the row, or a quarter of it for a length."""
        if self.at and BITS - self.at < 8:
            self.end()
        bits = 8 if cell.kind == "length" and self.at <= BITS - 8 else BITS - self.at
        self.box(cell, bits, ROW, cell.note or "variable", is_open=True)
        self.advance(bits, ROW)

    def fixed(self, cell: Cell, bits: int) -> None:
        """Draw a cell of `bits` bits; what fills whole rows is one box, two rows tall at most."""
        label, left = cell, bits
        while left:
            piece = min(left, BITS - self.at)
            height = ROW
            if self.at == 0 and left >= 2 * BITS:
                rows = left // BITS
                piece, height = rows * BITS, min(rows, _TALLEST) * ROW
            size = f"{bits} bits" if bits % 8 or bits < 16 else f"{bits // 8} octets"
            self.box(label, min(piece, BITS), height, noted(size, cell.note))
            self.advance(min(piece, BITS), height)
            left -= piece
            label = Cell(f"… {cell.label}", None, "", cell.kind)

    def advance(self, bits: int, height: int) -> None:
        """Move behind a box."""
        self.at += bits
        if self.at >= BITS:
            self.at = 0
            self.y += height

    def box(self, cell: Cell, bits: int, height: int, note: str, is_open: bool = False) -> None:
        """Draw a box of `bits` bits where the row is."""
        unit = self.width / BITS
        x, width = self.x + self.at * unit, bits * unit
        draw = self.canvas.open_box if is_open else self.canvas.rect
        draw(x, self.y, width, height, f"a7-{cell.kind}")
        self.canvas.labelled(x, self.y, width, height, cell.label, note)


def _frame(canvas: Canvas, frame: Frame, x: float, y: float, width: float) -> float:
    """Draw a frame with its label on top, and behind a list the edge of a second one."""
    y += 4
    place = len(canvas.elements)
    words = noted_label(frame)
    canvas.words(x + PAD, y + 14, fitted(words, width - 2 * PAD), "a7-label")
    inset = min(PAD, width / 40)
    end = _parts(canvas, frame.parts, x + inset, y + LINE, width - 2 * inset - 2) + PAD - 2
    behind, canvas.elements = canvas.elements[place:], canvas.elements[:place]
    if frame.kind == "list":
        canvas.rect(x + 3, y + 3, width - 1, end - y, "a7-frame a7-behind", 4)
    canvas.rect(x, y, width - 2, end - y, f"a7-frame a7-{frame.kind}", 4)
    canvas.elements += behind
    return end + (7 if frame.kind == "list" else 4)


def noted_label(frame: Frame) -> str:
    """Return what stands on top of a frame."""
    label = f"{frame.label} × n" if frame.kind == "list" else frame.label
    return f"{label} — {frame.note}" if frame.note and label else label or frame.note


def _choice(canvas: Canvas, choice: Choice, x: float, y: float, width: float) -> float:
    """Draw alternatives below one another behind a rail."""
    y += 4
    canvas.words(x + 4, y + 13, fitted(f"one of, {choice.label}", width - 8), "a7-label")
    start = y + LINE - 3
    y += LINE
    longest = max((width_of(arm.label) for arm in choice.arms if arm.parts), default=0.0)
    left = min(max(longest + 14, 60), (width - 14) * 0.55)
    for arm in choice.arms:
        y = _arm(canvas, arm, x + 12, y, width - 14, left)
    canvas.line(x + 5, start, x + 5, y - 4, "a7-rail")
    return y + 2


def _arm(canvas: Canvas, arm: Arm, x: float, y: float, width: float, left: float) -> float:
    """Draw one alternative: beside its label, which has `left`, when it is one cell or none, else below it."""
    canvas.line(x - 7, y + 13, x, y + 13, "a7-rail")
    class_ = "a7-arm a7-refused" if arm.refused else "a7-arm"
    if len(arm.parts) > 1 or (arm.parts and not isinstance(arm.parts[0], Cell)):
        canvas.words(x + 3, y + 17, fitted(arm.label, width - 6), class_)
        return _parts(canvas, arm.parts, x + 3, y + LINE + 3, width - 3) + 5
    room = left - 6 if arm.parts else width - 6
    canvas.words(x + 3, y + 17, fitted(arm.label, room), class_)
    for cell in arm.parts:
        if isinstance(cell, Cell):
            _simple(canvas, cell, x + left, y, width - left)
    return y + _SIMPLE


def _simple(canvas: Canvas, cell: Cell, x: float, y: float, width: float) -> None:
    """Draw one cell on one line, its note behind its label."""
    draw = canvas.open_box if cell.bits is None else canvas.rect
    draw(x, y, width, _SIMPLE - 4, f"a7-{cell.kind}")
    label = fitted(cell.label, width - 10)
    canvas.words(x + 6, y + 16.5, label, "a7-name")
    size = "" if cell.bits is None else f"{cell.bits} bits"
    room = width - width_of(label) - 18
    canvas.words(x + width - 8, y + 16, fitted(noted(size, cell.note), room, small=True), "a7-note", "end")
