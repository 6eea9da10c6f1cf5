"""The mistakes that implementers make in a derivation, each as other forms of the specified expression.

A mistake is not guessed from the octets: the expression with the mistake in it is computed, and its value must be the one
found. Labels, byte orders, roles, counters and length prefixes are what implementations differ in most; the rest are the
neighbours of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from art7.grammar.ir import expression as e
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr, Kind
from art7.runtime.difference.rewriting import call, exchanged, joined, operands, rewritten

_PREFIXES = ("mls_vector", "u8be", "u16be", "u24be", "u32be", "u16le", "u32le")
_SPELLED = ("hex", "base64", "base64_unpadded", "base64url")
_HASHES = ("sha1", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a mistake may draw on: references to values known at the step, and texts and octets of the specification."""

    names: Mapping[Expr, str]
    labels: tuple[str, ...]
    constants: tuple[bytes, ...]


Forms = Callable[[Expr, Surroundings], Iterable[tuple[Expr, str]]]
"""Other forms of an expression, or of a node, each with a phrase that says what was done."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A kind of mistake: its name, what to do about it, and the forms of an expression that it yields."""

    word: str
    advice: str
    forms: Forms


def _by_node(variants: Forms) -> Forms:
    """Make forms of an expression out of variants of a node."""
    return lambda expr, around: rewritten(expr, lambda node: variants(node, around))


# ---- labels ----


def _labels(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    if not isinstance(node, e.Literal) or not isinstance(node.value, str | bytes) or node.value in _HASHES:
        return
    text = node.value if isinstance(node.value, str) else _text_of(node.value)
    if text is None:
        yield from _constants(node, around)
        return
    for other in dict.fromkeys((*_spellings(text), *around.labels)):
        if other != text:
            value = other if isinstance(node.value, str) else other.encode()
            yield e.Literal(value, node.kind), f"`{text}` is written as `{other}`"


def _constants(node: e.Literal, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    """Octets that tell one derivation from another, such as a leading 01: another's, or the next."""
    assert isinstance(node.value, bytes)
    value, size = int.from_bytes(node.value, "big"), len(node.value)
    near = [each.to_bytes(size, "big") for each in (value - 1, value + 1) if 0 <= each < 1 << 8 * size]
    for other in dict.fromkeys((*near, *around.constants, b"")):
        if other != node.value:
            yield e.Literal(other, node.kind), f"x'{node.value.hex()}' is written as x'{other.hex()}'"


def _text_of(octets: bytes) -> str | None:
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _spellings(text: str) -> Iterator[str]:
    """How a label is misspelled: without a part of it, in other letters, with an end that other languages add."""
    yield ""
    for index, character in enumerate(text):
        if not character.isalnum():
            yield from (text[index + 1 :], text[:index], text[: index + 1], text[index:])
    yield from (text.lower(), text.upper(), text.capitalize(), text.title(), text.strip(), text.rstrip("\0"))
    yield from (text + "\0", text + " ", text + "\n", '"' + text + '"')
    for one in " _-":
        for other in (" ", "_", "-", ""):
            yield text.replace(one, other)


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _misspelled(node: Expr, _: Surroundings) -> Iterator[tuple[Expr, str]]:
    """A label that is cut short, or with one letter gone, doubled, changed or exchanged with the next."""
    text = node.value if isinstance(node, e.Literal) and isinstance(node.value, str) else ""
    for index in range(len(text)):
        head, letter, rest = text[:index], text[index], text[index + 1 :]
        others = ["", rest, letter + letter + rest, rest[:1] + letter + rest[1:], letter.swapcase() + rest]
        others += [other + rest for other in _LETTERS]
        for other in others:
            if head + other != text:
                yield e.Literal(head + other, node.kind), f"`{text}` is written as `{head + other}`"


# ---- byte order ----


def _orders(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    if isinstance(node, e.Call) and node.function[-2:] in ("be", "le"):
        other = node.function[:-2] + {"be": "le", "le": "be"}[node.function[-2:]]
        if other in FUNCTIONS:
            first = "least" if other.endswith("le") else "most"
            yield (
                e.Call(other, node.arguments, node.kind),
                f"an integer has its {first} significant octet first",
            )
    is_part = isinstance(node, e.Call) and node.function in ("first", "last", "slice")
    if node.kind is Kind.BYTES and (node in around.names or is_part):
        yield call("reverse", node), f"the octets of {_called(node, around)} are in reverse order"


def _whole_reversed(expr: Expr, _: Surroundings) -> Iterator[tuple[Expr, str]]:
    if expr.kind is Kind.BYTES:
        yield call("reverse", expr), "the octets of the result are in reverse order"


def _byte_orders(expr: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    yield from _by_node(_orders)(expr, around)
    yield from _whole_reversed(expr, around)


# ---- roles ----


def _roles(expr: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    """Two values, or two parts of a text, in each other's place."""
    used = [node for node in dict.fromkeys(e.walk(expr)) if node in around.names]
    for one, other in combinations(used, 2):
        if one.kind is other.kind:
            phrase = f"`{around.names[one]}` and `{around.names[other]}` are in each other's place"
            yield exchanged(expr, one, other), phrase
    for one in used:
        for other, name in around.names.items():
            if other.kind is one.kind and other not in used:
                phrase = f"`{name}` is taken in the place of `{around.names[one]}`"
                yield exchanged(expr, one, other), phrase
    yield from _by_node(_swaps)(expr, around)


def _swaps(node: Expr, _: Surroundings) -> Iterator[tuple[Expr, str]]:
    if isinstance(node, e.Call):
        names = [parameter.name for parameter in FUNCTIONS[node.function].parameters]
        for left, right in combinations(range(len(node.arguments)), 2):
            if node.arguments[left].kind is node.arguments[right].kind:
                phrase = (
                    f"`{names[left]}` and `{names[right]}` of `{node.function}` are in each other's place"
                )
                yield e.Call(node.function, _swapped(node.arguments, left, right), node.kind), phrase
    if isinstance(node, e.Conditional):
        yield (
            e.Conditional(node.test, node.no, node.yes, node.kind),
            "what is for one side is taken for the other",
        )
    parts = operands(node)
    for left, right in combinations(range(len(parts)), 2):
        phrase = (
            f"part {left + 1} and part {right + 1} of {len(parts)} that are joined are in each other's place"
        )
        yield joined(_swapped(parts, left, right), node.kind), phrase


def _swapped(parts: tuple[Expr, ...], left: int, right: int) -> tuple[Expr, ...]:
    found = list(parts)
    found[left], found[right] = found[right], found[left]
    return tuple(found)


# ---- counters ----


def _counters(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    name = around.names.get(node, "")
    if isinstance(node, e.Literal) and type(node.value) is int:
        name = str(node.value)
    if node.kind is not Kind.INT or not name:
        return
    for op, word in (("+", "one more"), ("-", "one less")):
        yield e.Binary(op, node, e.Literal(1, Kind.INT), Kind.INT), f"`{name}` counts {word}"


# ---- length prefixes ----


def _prefixes(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    if isinstance(node, e.Call) and node.function == "mls_vector":
        (inner,) = node.arguments
        what = _called(inner, around)
        yield inner, f"the length of {what} is left out"
        for prefix in _PREFIXES[1:]:
            yield _prefixed(prefix, inner), f"the length of {what} is written by `{prefix}`"
    parts = operands(node)
    for index, part in enumerate(parts):
        if len(parts) > 1 and _is_length(part):
            rest = (*parts[:index], *parts[index + 1 :])
            yield joined(rest, node.kind), "the length of what follows is left out"
            for prefix in _PREFIXES[1:]:
                assert isinstance(part, e.Call)
                other = e.Call(prefix, part.arguments, Kind.BYTES)
                yield (
                    joined((*parts[:index], other, *parts[index + 1 :]), node.kind),
                    f"a length is written by `{prefix}`",
                )
    if node.kind is Kind.BYTES:
        for prefix in _PREFIXES:
            yield _prefixed(prefix, node), f"{_called(node, around)} has a length before it, by `{prefix}`"


def _is_length(part: Expr) -> bool:
    """Whether a part says how long another is: an integer as octets, made from a length or a size."""
    return isinstance(part, e.Call) and part.function in (
        *_PREFIXES[1:],
        "varint",
        "mls_varint",
        "u64be",
        "u64le",
    )


def _prefixed(prefix: str, inner: Expr) -> Expr:
    if prefix == "mls_vector":
        return call("mls_vector", inner)
    return e.Binary("++", call(prefix, call("length", inner, kind=Kind.INT)), inner, Kind.BYTES)


def _called(node: Expr, around: Surroundings) -> str:
    if name := around.names.get(node):
        return f"`{name}`"
    if isinstance(node, e.Literal) and isinstance(node.value, str | bytes):
        text = node.value if isinstance(node.value, str) else _text_of(node.value)
        return "an empty part" if not node.value else "a constant" if text is None else f"`{text}`"
    if isinstance(node, e.Call):
        is_same = node.function in ("utf8", "first", "last", "slice")
        return _called(node.arguments[0], around) if is_same else f"what `{node.function}` gives"
    return "a part"


# ---- what else ----


def _left_out(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    parts = operands(node)
    for index, part in enumerate(parts):
        if len(parts) > 1:
            yield (
                joined((*parts[:index], *parts[index + 1 :]), node.kind),
                f"{_called(part, around)} is left out",
            )
    if isinstance(node, e.Call):
        for index, argument in enumerate(node.arguments):
            if argument.kind is Kind.BYTES and argument != e.Literal(b"", Kind.BYTES):
                name = FUNCTIONS[node.function].parameters[index].name
                empty = (*node.arguments[:index], e.Literal(b"", Kind.BYTES), *node.arguments[index + 1 :])
                yield e.Call(node.function, empty, node.kind), f"`{name}` of `{node.function}` is empty"


def _spelled(node: Expr, around: Surroundings) -> Iterator[tuple[Expr, str]]:
    if node.kind is not Kind.BYTES:
        return
    for spelling in _SPELLED:
        text = call("utf8", call(spelling, node, kind=Kind.TEXT))
        yield text, f"{_called(node, around)} is taken as {spelling.replace('_', ' ')} text, not as octets"


def _primitives(node: Expr, _: Surroundings) -> Iterator[tuple[Expr, str]]:
    if isinstance(node, e.Literal) and node.value in _HASHES:
        for other in _HASHES:
            if other != node.value:
                yield e.Literal(other, Kind.TEXT), f"`{other}` is used, not `{node.value}`"
    if not isinstance(node, e.Call):
        return
    own = FUNCTIONS[node.function]
    kinds = [parameter.kinds for parameter in own.parameters]
    for other, function in FUNCTIONS.items():
        is_like = [parameter.kinds for parameter in function.parameters] == kinds and function.deterministic
        if is_like and other != node.function and function.result == own.result:
            yield e.Call(other, node.arguments, node.kind), f"`{other}` is used, not `{node.function}`"


MISTAKES = (
    Mistake("wrong label", "compare the label letter by letter with the specification", _by_node(_labels)),
    Mistake("wrong byte order", "write the octets in the order that the specification says", _byte_orders),
    Mistake("swapped roles", "follow which side, and which value, the specification names", _roles),
    Mistake("off-by-one counter", "begin to count where the specification does", _by_node(_counters)),
    Mistake(
        "missing length prefix",
        "write a length where, and as wide as, the specification says",
        _by_node(_prefixes),
    ),
    Mistake("missing part", "put in all that the specification puts in", _by_node(_left_out)),
    Mistake("text in the place of octets", "put the octets in, not their spelling", _by_node(_spelled)),
    Mistake("wrong primitive", "use the algorithm that the specification names", _by_node(_primitives)),
    Mistake(
        "wrong label", "compare the label letter by letter with the specification", _by_node(_misspelled)
    ),
)
"""Kinds of mistakes, the most frequent first."""
