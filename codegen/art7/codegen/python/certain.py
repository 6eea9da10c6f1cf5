"""What is certain of the value of an expression of a schedule, so that the function does not look again."""

from __future__ import annotations

from collections.abc import Mapping

from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.module import Named


def is_octets(expr: e.Expr, named: Mapping[str, Named]) -> bool:
    """Whether the value certainly is octets; `named`: values that were tested before."""
    match expr:
        case e.Literal(value=value):
            return isinstance(value, bytes)
        case e.LocalRef(name=name):
            return is_tested(named.get(name))
        case e.Binary(op="++", left=left, right=right):
            return is_octets(left, named) and is_octets(right, named)
        case e.Call(function=name, arguments=arguments):
            function = FUNCTIONS[name]
            if isinstance(function.result, int):
                return is_octets(arguments[function.result], named)
            return function.result is e.Kind.BYTES and function.deterministic
    return False


def octet_count(expr: e.Expr, named: Mapping[str, Named]) -> int | None:
    """Return how many octets the value certainly has: what was not refused has so many."""
    match expr:
        case e.Literal(value=bytes(value)):
            return len(value)
        case e.LocalRef(name=name):
            found = named.get(name)
            return found.octets if found is not None and is_tested(found) else None
        case e.Binary(op="++", left=left, right=right):
            sizes = octet_count(left, named), octet_count(right, named)
            return None if sizes[0] is None or sizes[1] is None else sizes[0] + sizes[1]
        case e.Call(function=name, arguments=arguments) if FUNCTIONS[name].deterministic:
            function = FUNCTIONS[name]
            if function.octets is not None or function.octets_from is None:
                return function.octets
            count = arguments[function.parameter(function.octets_from)]
            return count.value if isinstance(count, e.Literal) and isinstance(count.value, int) else None
    return None


def fits(expr: e.Expr, named: Mapping[str, Named], least: int, most: int | None) -> bool:
    """Whether the value certainly is octets, from `least` to `most` of them."""
    if not is_octets(expr, named):
        return False
    count = octet_count(expr, named)
    if count is None:
        return least == 0 and most is None
    return least <= count and (most is None or count <= most)


def is_tested(value: Named | None) -> bool:
    """Whether a value is refused where it is absent, as soon as it should be there."""
    return value is not None and not value.optional and isinstance(value.shape, s.Octets)
