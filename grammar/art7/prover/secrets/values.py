"""Values of a schedule by number: two expressions have one number when they give the same octets for a plain reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Derive, Named, Schedule, Split

Node = tuple[Any, ...]
"""A word and what belongs to it; operands are numbers of other nodes."""

COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">=", "and", "or"))
LARGEST = 1 << 12
MOST_PIECES = 64
"""What was joined of more pieces is not taken apart any further."""


def named_values(schedule: Schedule) -> Iterator[Named]:
    """Yield inputs, then what the steps make, in textual order."""
    yield from schedule.inputs
    for step in schedule.steps:
        yield from parts_of(step)


def parts_of(step: Derive | Split) -> tuple[Named, ...]:
    """Return what a step makes."""
    return (step.value,) if isinstance(step, Derive) else step.parts


class Values:
    """The numbers of a schedule; `nodes[n]` is what has the number n, `names` each named value's."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.nodes: list[Node] = []
        self.names: dict[str, int] = {}
        self._known: dict[Node, int] = {}
        for value in schedule.inputs:
            self.names[value.name] = self._number(("input", value.name))
        for step in schedule.steps:
            whole = self.number(step.expr)
            if isinstance(step, Derive):
                self.names[step.value.name] = whole
                continue
            start = 0
            for part in step.parts:
                end = start + (part.octets or 0)
                self.names[part.name] = self._number(("part", whole, start, end))
                start = end

    def _number(self, node: Node) -> int:
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return found

    def number(self, expr: Expr) -> int:
        """Return the number of what `expr` gives."""
        match expr:
            case e.Literal(value=value, kind=kind):
                return self._number(("literal", kind.value, value))
            case e.LocalRef(name=name):
                return self.names.get(name, -1) if name in self.names else self._number(("name", name))
            case e.ParamRef(index=index):
                return self._number(("param", index))
            case e.Call(function=function, arguments=arguments):
                return self._call(function, tuple(self.number(argument) for argument in arguments))
            case e.Binary(op="++", left=left, right=right):
                return self._joined(self.number(left), self.number(right))
            case e.Binary(op=op, left=left, right=right):
                pair = (self.number(left), self.number(right))
                return self._number(("binary", op, *(sorted(pair) if op in ("^", "+", "*") else pair)))
        operands = tuple(self.number(child) for child in e.children(expr))
        return self._number((type(expr).__name__, _words(expr), *operands))

    def _call(self, function: str, operands: tuple[int, ...]) -> int:
        fold = _FOLDS.get(function)
        if fold is not None and all(self.nodes[one][0] == "literal" for one in operands):
            made = fold(*(self.nodes[one][2] for one in operands))
            if made is not None:
                kind = Kind.BYTES if isinstance(made, bytes) else Kind.TEXT
                return self._number(("literal", kind.value, made))
        return self._number(("call", function, *operands))

    def _joined(self, left: int, right: int) -> int:
        parts: list[int] = []
        pieces = (*self.pieces(left), *self.pieces(right))
        if len(pieces) > MOST_PIECES:
            return self._number(("joined", left, right))
        for one in pieces:
            node, last = self.nodes[one], self.nodes[parts[-1]] if parts else ("",)
            if node[0] == last[0] == "literal" and node[1] == last[1]:
                parts[-1] = self._number(("literal", node[1], last[2] + node[2]))
            elif not (node[0] == "literal" and not node[2]):
                parts.append(one)
        if not parts:
            return left
        return parts[0] if len(parts) == 1 else self._number(("joined", *parts))

    def pieces(self, number: int) -> tuple[int, ...]:
        """Return the numbers of what `++` joined; of anything else the number itself."""
        node = self.nodes[number]
        return tuple(node[1:]) if node[0] == "joined" else (number,)

    def leaves(self, number: int) -> set[Node]:
        """Return the inputs and parameters that a value depends on."""
        found: set[Node] = set()
        seen: set[int] = set()
        stack = [number]
        while stack:
            one = stack.pop()
            if one in seen or one < 0:
                continue
            seen.add(one)
            node = self.nodes[one]
            if node[0] in ("input", "param", "name"):
                found.add(node)
            stack.extend(_operands(node))
        return found

    def reads_fresh(self, number: int) -> bool:
        """Whether randomness of the caller is in a value."""
        seen, stack = set[int](), [number]
        while stack:
            one = stack.pop()
            node = self.nodes[one]
            if node[:2] == ("call", "random"):
                return True
            if one not in seen:
                seen.add(one)
                stack.extend(_operands(node))
        return False


def _operands(node: Node) -> tuple[int, ...]:
    match node[0]:
        case "joined":
            return tuple(node[1:])
        case "part":
            return (node[1],)
        case "literal" | "input" | "param" | "name":
            return ()
        case _:
            return tuple(node[2:])


def _words(expr: Expr) -> tuple[Any, ...]:
    """Return what a node says beside its operands."""
    return tuple(
        getattr(expr, name)
        for name in ("name", "op", "ranges", "every", "variable", "what", "slot", "word")
        if hasattr(expr, name)
    )


def _encoder(size: int, order: str) -> Callable[..., bytes | None]:
    return lambda value: (
        value.to_bytes(size, "big" if order == "be" else "little") if 0 <= value < 1 << (8 * size) else None
    )


_FOLDS: dict[str, Callable[..., bytes | str | None]] = {
    "utf8": lambda value: value.encode(),
    "zeros": lambda count: bytes(count) if 0 <= count <= LARGEST else None,
    **{f"u{8 * n}{order}": _encoder(n, order) for n in range(1, 9) for order in ("be", "le")},
}
"""Builtins whose results are written out when their arguments are literals."""
