"""Documents of a pretty printer: texts, places where a line may break, groups that break together.

The rules are those of formatters in the tradition of Wadler: a group is printed on one line where it fits
up to the next place that may break, and with all of its own lines broken where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from art7.codegen.python.code import WIDTH


@dataclass(frozen=True, slots=True)
class Break:
    """A place for a new line; `flat` is printed where the line stays whole."""

    flat: str = " "


@dataclass(frozen=True, slots=True)
class Indent:
    """Four columns more, where group `of` is broken (`None`: always)."""

    inner: Document
    of: Group | None = None


@dataclass(frozen=True, slots=True)
class IfBroken:
    """`broken` where group `of` (`None`: the group around it) is broken, `flat` where it is whole."""

    broken: Document
    flat: Document = ""
    of: Group | None = None


@dataclass(slots=True, eq=False)
class Group:
    """Breaks as one; `only_in`: it is a group only where that one is broken; `broken`: it always breaks."""

    inner: Document = ""
    only_in: Group | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Opens:
    """A bracket pair that may break without breaking the whole group `of` around it."""

    inner: Document
    of: Group


@dataclass(frozen=True, slots=True)
class Whole:
    """Something that cannot break: in brackets on a line of its own, if it fits there and not here."""

    inner: Document


Document: TypeAlias = "str | Break | Indent | IfBroken | Group | Opens | Whole | list[Document]"

SPACE = Break()
SOFT = Break("")

_Item = tuple[int, bool, bool, Document]
"""Indentation, whether lines stay whole, whether too long a text is allowed, what to print."""


def printed(document: Document, indent: int, column: int) -> str:
    """Return the text of `document` that begins at `column` of a line indented by `indent`."""
    return _Printer().run(document, indent, column)


def flat(document: Document) -> str:
    """Return the text of `document` on one line."""
    return _Printer().run(Group(document), 0, 0, whole=True)


def propagate(document: Document) -> bool:
    """Break every group around one that always breaks; say whether there is one in `document`."""
    kind = type(document)
    if kind is list:
        assert isinstance(document, list)
        return any([propagate(each) for each in document])
    if isinstance(document, Group):
        document.broken = propagate(document.inner) or document.broken
        return document.broken
    if isinstance(document, Opens):
        propagate(document.inner)
        return False
    if isinstance(document, IfBroken):
        return propagate(document.broken)
    return propagate(document.inner) if isinstance(document, Indent | Whole) else False


class _Printer:
    def __init__(self) -> None:
        self.flat: dict[Group, bool] = {}
        self.column = 0

    def run(self, document: Document, indent: int, column: int, whole: bool = False) -> str:
        out: list[str] = []
        self.column = column
        stack: list[_Item] = [(indent, whole, False, document)]
        while stack:
            pad, flat, _, item = stack.pop()
            if type(item) is str:
                out.append(item)
                self.column += len(item)
            elif type(item) is Break and not flat:
                out.append("\n" + " " * pad)
                self.column = pad
            elif type(item) is Group and not self._is_absent(item):
                whole = flat and not item.broken
                if not whole and not item.broken:
                    whole = self._fits((pad, True, False, item.inner), stack, item)
                self.flat[item] = whole
                stack.append((pad, whole, False, item.inner))
            elif type(item) is Opens:
                stack.append((pad, flat and not self.flat[item.of], False, item.inner))
            elif type(item) is Whole:
                self._whole(item, pad, flat, stack)
            else:
                self._push(stack, pad, flat, False, item)
        return "".join(out)

    def _whole(self, item: Whole, pad: int, flat: bool, stack: list[_Item]) -> None:
        inner = item.inner
        if not flat and not self._fits((pad, True, False, inner), stack, None):
            saved, self.column = self.column, pad + 4
            alone = self._fits((pad, True, False, inner), [], None)
            self.column = saved
            if alone and self.column < WIDTH:
                inner = ["(", Indent([SOFT, inner]), SOFT, ")"]
        stack.append((pad, flat, False, inner))

    def _is_absent(self, group: Group) -> bool:
        return group.only_in is not None and self.flat.get(group.only_in, False)

    def _push(self, stack: list[_Item], pad: int, flat: bool, loose: bool, item: Document) -> None:
        """Put the parts of `item` on the stack, when nothing is to be decided for it."""
        if type(item) is list:
            stack += [(pad, flat, loose, each) for each in reversed(item)]
        elif type(item) is Break:
            stack.append((pad, flat, loose, item.flat))
        elif type(item) is Indent:
            deeper = item.of is None or not self.flat[item.of]
            stack.append((pad + 4 if deeper else pad, flat, loose, item.inner))
        elif type(item) is IfBroken:
            whole = flat if item.of is None else self.flat[item.of]
            stack.append((pad, flat, loose, item.flat if whole else item.broken))
        elif type(item) is Group or type(item) is Whole:
            stack.append((pad, flat, loose, item.inner))

    def _fits(self, first: _Item, rest: list[_Item], group: Group | None) -> bool:
        """Say whether `first` and what follows it up to the next new line fit."""
        if group is not None:
            self.flat[group] = True
        column, after = self.column, len(rest)
        stack = [first]
        while stack or after:
            if not stack:
                after -= 1
                stack.append(rest[after])
            pad, flat, loose, item = stack.pop()
            if type(item) is str:
                column += len(item)
                if column > WIDTH and not loose:
                    return False
            elif type(item) is Break and not flat:
                if not loose:
                    return True
                column = pad
            elif type(item) is Group and not self._is_absent(item):
                if item.broken and flat and not loose:
                    flat = False
                self.flat[item] = flat
                stack.append((pad, flat, loose, item.inner))
            elif type(item) is Whole and not flat:
                return column < WIDTH
            elif type(item) is Opens:
                opened = flat and self.flat[item.of]
                stack.append((pad, flat and not opened, loose or opened, item.inner))
            else:
                self._push(stack, pad, flat, loose, item)
        return True
