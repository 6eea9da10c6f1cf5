"""What all diagrams are drawn with: shapes, texts that fit, and the frame with title and description.

Sizes are user units of the SVG, about a pixel at full width. Colours are classes of the site's style sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.codegen.pages.markup import Html, scrolling, tag, text

WIDTH = 640
ROW = 34
LINE = 20
PAD = 8
_WIDE = 7.1
_SMALL = 5.9


def width_of(words: str, small: bool = False) -> float:
    """Return about how wide `words` are drawn; wide scripts count double."""
    count = sum(2 if ord(each) > 0x2E80 else 1.4 if each in "@mMwW<>%" else 1 for each in words)
    return count * (_SMALL if small else _WIDE)


def fitted(words: str, room: float, small: bool = False) -> str:
    """Return `words` cut with an ellipsis to what `room` holds; empty when not even three letters fit."""
    if width_of(words, small) <= room:
        return words
    most = int(room / (_SMALL if small else _WIDE)) - 1
    return words[:most].rstrip() + "…" if most >= 3 else ""


@dataclass
class Canvas:
    """Elements in drawing order, and the short names that cells too narrow for theirs were given."""

    elements: list[Html] = field(default_factory=list)
    used: float = 0.0
    legend: dict[str, str] = field(default_factory=dict)

    def rect(self, x: float, y: float, width: float, height: float, class_: str, radius: int = 3) -> None:
        """Draw a box."""
        place: dict[str, str | int] = {
            "x": _n(x),
            "y": _n(y),
            "width": _n(width),
            "height": _n(height),
            "rx": radius,
        }
        self.used = max(self.used, x + width)
        self.elements.append(tag("rect", class_=class_, **place))

    def line(self, x1: float, y1: float, x2: float, y2: float, class_: str = "a7-rule") -> None:
        """Draw a line."""
        place = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
        self.elements.append(tag("line", class_=class_, **place))

    def path(self, data: str, class_: str) -> None:
        """Draw a path."""
        self.elements.append(tag("path", d=data, class_=class_))

    def words(self, x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> None:
        """Write a line of text; `y` is its base line."""
        if content:
            end = x + width_of(content) if anchor == "start" else x
            self.used = max(self.used, end)
            here = {"x": _n(x), "y": _n(y), "class_": class_ or None, "text_anchor": anchor}
            self.elements.append(tag("text", content, **here))

    def open_box(self, x: float, y: float, width: float, height: float, class_: str) -> None:
        """Draw a box whose right side waves: it ends somewhere."""
        end, quarter = x + width, height / 4
        wave = "".join(f"q{_n(-4 if at % 2 else 4)} {_n(quarter / 2)} 0 {_n(quarter)}" for at in range(4))
        self.path(f"M{_n(x)} {_n(y)}H{_n(end - 3)}{wave}H{_n(x)}Z", class_)

    def labelled(self, x: float, y: float, width: float, height: float, label: str, note: str) -> None:
        """Write a cell's label and, where there is room, its note below."""
        shown = label if width_of(label) <= width - 4 else self.short(label)
        below = fitted(note, width - 6, small=True) if height >= ROW else ""
        middle = y + height / 2
        self.words(x + width / 2, middle + (-1 if below else 4.5), shown, "a7-name", "middle")
        self.words(x + width / 2, middle + 12, below, "a7-note", "middle")

    def short(self, label: str) -> str:
        """Return a short name of `label`, the same for the same label, and note it in the legend."""
        if label in self.legend:
            return self.legend[label]
        words = [each for each in label.replace("_", " ").replace(".", " ").split() if each[:1].isalnum()]
        short = "".join(each[0] for each in words[:3]).upper() or "?"
        taken, number, made = set(self.legend.values()), 2, short
        while made in taken:
            made = f"{short}{number}"
            number += 1
        self.legend[label] = made
        return made


def figure(
    canvas: Canvas, height: float, name: str, title: str, description: str, *, cropped: bool = False
) -> Html:
    """Return the drawing with its title, description and legend; `name` makes its ids unique on the page.

    `cropped`: the drawing is as wide as what is in it, so that narrow ones stay legible on a telephone.
    """
    width = min(WIDTH, max(300.0, canvas.used + 6)) if cropped else WIDTH
    marks = {"id": f"{name}.t"}, {"id": f"{name}.d"}
    svg = tag(
        "svg",
        tag("title", title, **marks[0]),
        tag("desc", description, **marks[1]),
        Html("".join(canvas.elements)),
        viewBox=f"0 0 {_n(width)} {_n(height)}",
        style=f"max-width:{_n(width)}px;min-width:{_n(min(width, 480))}px",
        role="img",
        aria_labelledby=f"{name}.t",
        aria_describedby=f"{name}.d",
        class_="a7-svg",
    )
    parts = [scrolling(svg, title, "a7-diagram", searched=False)]
    if canvas.legend:
        parts.append(tag("figcaption", [_short(short, label) for label, short in canvas.legend.items()]))
    return tag("figure", parts, class_="a7-figure")


def _short(short: str, label: str) -> Html:
    return tag("span", tag("b", short), text(" "), tag("code", label), class_="a7-legend")


def _n(number: float) -> str:
    """Return a number with at most one digit behind the point."""
    return f"{number:.1f}".removesuffix(".0")
