"""How many octets a value of a schedule has, from where to where, and what does not fit into that."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Named, Schedule
from art7.prover.secrets.arms import sites
from art7.prover.secrets.calls import KEY_SIZES, argument, is_opening, is_sealing
from art7.prover.secrets.found import Fault
from art7.prover.secrets.values import named_values
from art7.prover.witnesses import Flow

Size = tuple[int, int | None]
ANY: Size = (0, None)
_NONCES = {
    "chacha20_poly1305": (12,),
    "aes_ctr": (16,),
    "aes_cbc": (16,),
    "chacha20": (12,),
    "aes_ccm": tuple(range(7, 14)),
}


class Sizes:
    """Sizes of the named values of a schedule, as they are declared."""

    def __init__(self, schedule: Schedule) -> None:
        self.named = {value.name: _declared(value) for value in named_values(schedule)}
        self.params = {param.index: of_shape(param.shape) for param in schedule.params}

    def of(self, expr: Expr) -> Size:
        """Return the least and the greatest number of octets of what `expr` gives."""
        match expr:
            case e.Literal(value=bytes(octets)):
                return len(octets), len(octets)
            case e.LocalRef(name=name):
                return self.named.get(name, ANY)
            case e.ParamRef(index=index):
                return self.params.get(index, ANY)
            case e.Binary(op="++", left=left, right=right):
                (low, high), (least, most) = self.of(left), self.of(right)
                return low + least, None if high is None or most is None else high + most
            case e.Binary(op="^", left=left, right=right):
                return _both(self.of(left), self.of(right))
            case e.Conditional(yes=yes, no=no):
                (low, high), (least, most) = self.of(yes), self.of(no)
                return min(low, least), None if high is None or most is None else max(high, most)
            case e.Call(function=function, arguments=arguments):
                return self._call(expr, function, arguments)
        return ANY

    def _call(self, call: e.Call, function: str, arguments: tuple[Expr, ...]) -> Size:
        known = FUNCTIONS.get(function)
        if known is None:
            return ANY
        if known.octets is not None:
            return known.octets, known.octets
        wanted = arguments[known.parameter(known.octets_from)] if known.octets_from else None
        if function in ("first", "last"):
            wanted = arguments[1]
        if function == "slice":
            start, end = arguments[1], arguments[2]
            if isinstance(start, e.Literal) and isinstance(end, e.Literal):
                return (int(end.value or 0) - int(start.value or 0),) * 2
        if isinstance(wanted, e.Literal) and isinstance(wanted.value, int):
            return wanted.value, wanted.value
        if function in ("reverse", "aes_ctr", "chacha20"):
            return self.of(arguments[-1])
        return ANY


def of_shape(shape: s.Shape) -> Size:
    """Return the bounds of an octet string's shape."""
    inner = shape.inner if isinstance(shape, s.Nullable) else shape
    return (inner.minimum, inner.maximum) if isinstance(inner, s.Octets) else ANY


def _declared(value: Named) -> Size:
    return (value.octets, value.octets) if value.octets is not None else of_shape(value.shape)


def _both(one: Size, two: Size) -> Size:
    high = min((most for most in (one[1], two[1]) if most is not None), default=None)
    return max(one[0], two[0]), high


def sizes(schedule: Schedule) -> Iterator[Fault]:
    """Yield cuts of more or less than there is, takings of too much, and keys that no algorithm takes."""
    known = Sizes(schedule)
    for step in schedule.steps:
        if isinstance(step, Derive):
            yield from _derived(schedule, known, step)
            continue
        total = sum(part.octets or 0 for part in step.parts)
        found = known.of(step.expr)
        if not _fits(total, found):
            message = f"the parts have {total} octets, what is cut has {_shown(found)}"
            yield _fault(schedule, step.parts[0], message, step.expr)
    for site in sites(schedule):
        for what, allowed in (
            ("key", _key_sizes(site.call.function)),
            ("nonce", _nonce_sizes(site.call.function)),
        ):
            value = argument(site.call, *(("key", "private") if what == "key" else ("nonce", "iv")))
            size = known.of(value) if value is not None and allowed else ANY
            if allowed and size[0] == size[1] and size[0] not in allowed:
                message = f"`{site.call.function}` takes a {what} of {_listed(allowed)} octets, this one has {size[0]}"
                named = next(x for x in named_values(schedule) if x.name == site.name)
                yield _fault(schedule, named, message, site.call)


def _derived(schedule: Schedule, known: Sizes, step: Derive) -> Iterator[Fault]:
    found = known.of(step.expr)
    if step.value.octets is not None and not _fits(step.value.octets, found):
        message = f"`{step.value.name}` has {step.value.octets} octets, its value {_shown(found)}"
        yield _fault(schedule, step.value, message, step.expr)
    for node in e.walk(step.expr):
        if isinstance(node, e.Call) and node.function in ("first", "last", "slice"):
            wanted = node.arguments[-1]
            there = known.of(node.arguments[0])[1]
            if (
                isinstance(wanted, e.Literal)
                and isinstance(wanted.value, int)
                and there is not None
                and wanted.value > there
            ):
                message = f"{wanted.value} octets are taken where {there} are"
                yield _fault(schedule, step.value, message, node)


def _key_sizes(function: str) -> tuple[int, ...]:
    if not (is_sealing(function) or is_opening(function) or "_" not in function or "sign" in function):
        return KEY_SIZES["aes"] if function == "aes_cbc_encrypt" else ()
    stem = next((stem for stem in KEY_SIZES if function.startswith(stem)), "")
    return KEY_SIZES.get(stem, ()) if function != "aes_key_wrap" else KEY_SIZES["aes"]


def _nonce_sizes(function: str) -> tuple[int, ...]:
    return next((sizes for stem, sizes in _NONCES.items() if function.startswith(stem)), ())


def _fits(total: int, found: Size) -> bool:
    return found[0] <= total and (found[1] is None or total <= found[1])


def _shown(size: Size) -> str:
    low, high = size
    return str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"


def _listed(sizes: tuple[int, ...]) -> str:
    return ", ".join(map(str, sizes[:-1])) + f" or {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])


def _fault(schedule: Schedule, value: Named, message: str, expr: Expr) -> Fault:
    path = (Related(message, value.span),)
    flow = Flow(path, message, schedule.name, "unsized", (expr,), ({},), held=value.name)
    return Fault(
        "A7-K207", "sizes", f"{schedule.name}.{value.name}", message, value.span, "correct the size", flow
    )
