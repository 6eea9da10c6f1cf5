"""Records on a tree (JSON, CBOR, XML) as an outline: a line a member, what is inside it below and to the right."""

from __future__ import annotations

from art7.codegen.pages.drawing import WIDTH, Canvas, fitted, width_of
from art7.codegen.pages.layout import Arm, Cell, Choice, Frame, Node, noted

STEP = 20
_LINE = 23
_DEEPEST = 14


def draw_outline(parts: tuple[Node, ...], canvas: Canvas) -> float:
    """Draw `parts` and return the height of the drawing."""
    return _parts(canvas, parts, 0, 4.0) + 4


def _parts(canvas: Canvas, parts: tuple[Node, ...], depth: int, y: float) -> float:
    x = 8 + min(depth, _DEEPEST) * STEP
    first, last = y, y
    for part in parts:
        last = y
        y = _part(canvas, part, depth, y)
    if depth and parts:
        canvas.line(x - 11, first - 4, x - 11, last + _LINE / 2, "a7-rail")
    return y


def _part(canvas: Canvas, part: Node, depth: int, y: float) -> float:
    match part:
        case Cell():
            _row(canvas, depth, y, part.label, part.note, f"a7-{part.kind}")
            return y + _LINE
        case Frame(kind="entry" | "optional") if len(part.parts) == 1:
            return _member(canvas, part, part.parts[0], depth, y)
        case Frame():
            _row(canvas, depth, y, part.label, part.note, f"a7-{part.kind}")
            return _parts(canvas, part.parts, depth + 1, y + _LINE)
        case Choice():
            _row(canvas, depth, y, "one of", part.label, "a7-choice")
            y += _LINE
            return _arms(canvas, part.arms, depth + 1, y)


def _member(canvas: Canvas, member: Frame, inner: Node, depth: int, y: float) -> float:
    """Draw a member and what it holds in one line where that is one thing."""
    kind = f"a7-{member.kind}"
    if isinstance(inner, Cell):
        told = inner.label.partition(": ")[2] if inner.kind == "call" else ""
        _row(canvas, depth, y, member.label, noted(told, inner.note, member.note), kind)
        return y + _LINE
    if isinstance(inner, Frame):
        _row(canvas, depth, y, member.label, noted(inner.note or inner.label, member.note), kind)
        return _parts(canvas, inner.parts, depth + 1, y + _LINE)
    _row(canvas, depth, y, member.label, noted(inner.label, member.note), kind)
    y += _LINE
    return _arms(canvas, inner.arms, depth + 1, y)


def _arms(canvas: Canvas, arms: tuple[Arm, ...], depth: int, y: float) -> float:
    """Draw alternatives, in one line each where they hold one thing."""
    for arm in arms:
        only = arm.parts[0] if len(arm.parts) == 1 else None
        class_ = "a7-refused" if arm.refused else "a7-armline"
        if isinstance(only, Cell):
            _row(canvas, depth, y, arm.label, noted(only.label, only.note), class_)
            y += _LINE
        else:
            _row(canvas, depth, y, arm.label, "" if arm.parts or arm.refused else "nothing more", class_)
            y = _parts(canvas, arm.parts, depth + 1, y + _LINE)
    return y


def _row(canvas: Canvas, depth: int, y: float, label: str, note: str, class_: str) -> None:
    x = 8 + min(depth, _DEEPEST) * STEP
    if depth:
        canvas.line(x - 11, y + _LINE / 2, x - 2, y + _LINE / 2, "a7-rail")
    shown = fitted(label, WIDTH * 0.6 - x) or "…"
    width = max(width_of(shown) + 14, 24)
    canvas.rect(x, y + 1, width, _LINE - 4, class_, 9 if class_ == "a7-armline" else 3)
    canvas.words(x + 7, y + 15, shown, "a7-name")
    canvas.words(x + width + 8, y + 15, fitted(note, WIDTH - x - width - 14, small=True), "a7-note")
