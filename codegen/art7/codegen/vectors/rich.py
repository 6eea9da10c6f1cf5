"""Values with much in them, drawn from shapes: lists whose items differ, optional members of every mix, every arm.

What is drawn repeats: it depends on the record's name and a number alone. A value that the specification refuses is
mended member by member with what the shortest value has there; one that resists is given up.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from art7.codegen.vectors.conditions import literals, patterns_of, sizes_of
from art7.codegen.vectors.construct import LONG, Builder, with_arms
from art7.codegen.vectors.neighbours import members_of
from art7.codegen.vectors.patterns import drawn_text
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError

MENDED = 14
"""How often one value is mended at least, and beyond it twice for each of its members."""
REDRAWN = 4
"""How often one member of it is drawn anew."""
DEEP = 2
"""Records inside records below which optional members are left out and lists are short."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_OTHERS = " .-_~+/=:;,&<>\"'é€\U0001f680"
_ANY: tuple[Any, ...] = (7, "seven", [1, "a", None, True], {"a": -2, "b": [False]}, None, True, 2.5, "é€")


@dataclass(slots=True)
class Rich(Builder):
    """Draws values of one specification."""

    random: Random = field(default_factory=lambda: Random(0))

    def record(self, name: str, depth: int = 0) -> Any:
        """Return a drawn value of a record."""
        record = self.spec.record(name)
        value: dict[str, Any] = {}
        for slot in record.api():
            if slot.role is p.Role.VIEW or (slot.role is p.Role.KEPT and not self._chance(0.3)):
                continue
            if (slot.optional or slot.default is not None) and not self._chance(0.6 if depth < DEEP else 0.1):
                continue
            value[slot.name] = self.shape(slot.shape, depth, value, record, slot)
        if record.form is p.Form.TUPLE:
            return tuple(value.values())
        for name_of_tag in self._tags(record):
            if name_of_tag in value:
                value = with_arms(self, record, value, (), name_of_tag, value[name_of_tag])
        return value

    def _tags(self, record: p.Record) -> list[str]:
        """Members that members on the same level follow."""
        return [
            slot.name for slot in record.api() if isinstance(slot.shape, s.Enumeration | s.Integer | s.Text)
        ]

    def shape(
        self, shape: s.Shape, depth: int, members: dict[str, Any], record: p.Record, slot: p.Slot | None
    ) -> Any:
        """Return a drawn value of a shape."""
        random = self.random
        match shape:
            case s.Integer(minimum=low, maximum=high):
                return self._integer(low, high, record, slot)
            case s.Boolean():
                return self._chance(0.5)
            case s.Float():
                return random.choice((0.0, 1.0, -2.25, 1e300, 0.1, -7.0))
            case s.Octets(minimum=low, maximum=high):
                return random.randbytes(self._size(low, high, record, slot))
            case s.Sequence(item=item, minimum=low, maximum=high):
                count = self._size(low, min(high if high is not None else low + 3, low + 3), record, None)
                count = count if depth < DEEP else min(low, LONG)
                return [self.shape(item, depth + 1, {}, record, None) for _ in range(count)]
            case s.Label():
                return random.choice((1, -7, "a label"))
            case s.Mapping(key=key, value=inner, minimum=low):
                keyed = isinstance(key, s.Integer | s.Label)
                return {
                    (place * 3 + 1 if keyed else f"k{place}{random.choice(_LETTERS)}"): self.shape(
                        inner, depth + 1, {}, record, None
                    )
                    for place in range(min(low + random.randrange(3), LONG))
                }
            case s.Union(tag="", arms=arms):
                kind = random.choice(arms)
                return None if kind.shape is None else self.shape(kind.shape, depth + 1, {}, record, None)
            case s.Nullable(inner=inner):
                return self.shape(inner, depth, members, record, slot) if self._chance(0.8) else None
            case s.Anything() if record.encoding in ("json", "cbor"):
                return random.choice(_ANY)
            case _:
                return Builder.shape(self, shape, depth, members, record, slot)

    def text(self, shape: s.Text, record: p.Record, slot: p.Slot | None) -> str:
        """Return a drawn text."""
        for pattern in (shape.pattern, *(patterns_of(record, slot.index) if slot is not None else ())):
            if pattern is not None:
                return drawn_text(pattern, self.random)
        wanted = [each for each in literals(record, slot.index) if isinstance(each, str)] if slot else []
        if wanted and self._chance(0.5):
            return self.random.choice(wanted)
        size = self._size(shape.minimum, shape.maximum, record, slot)
        letters = _LETTERS + _OTHERS if self._chance(0.3) else _LETTERS
        return "".join(self.random.choice(letters) for _ in range(size))

    def enumeration(self, name: str) -> int | str:
        """Return a drawn member; of one that is open sometimes a value without a name."""
        values = [value for _, value in members_of(self.spec, name)]
        found: int | str = self.random.choice(values) if values else 0
        return found

    def _integer(self, low: int, high: int, record: p.Record, slot: p.Slot | None) -> int:
        wanted = literals(record, slot.index) if slot is not None else []
        fit = [each for each in wanted if type(each) is int and low <= each <= high]
        if fit and self._chance(0.6):
            return self.random.choice(fit)
        widest = max(high, -low).bit_length()
        size = self.random.randint(0, widest)
        found = self.random.getrandbits(size) if size else 0
        return min(max(-found if low < 0 and self._chance(0.5) else found, low), high)

    def _size(self, low: int, high: int | None, record: p.Record, slot: p.Slot | None) -> int:
        wanted = sizes_of(record, slot.index) if slot is not None else []
        fit = [each for each in wanted if low <= each <= min(high if high is not None else 400, 400)]
        if fit and self._chance(0.5):
            return self.random.choice(fit)
        most = min(high if high is not None else low + 12, low + 12)
        return self.random.randint(low, most)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share


def rich_values(
    spec: Specification, record: p.Record, params: dict[str, Any], base: Any, count: int
) -> list[tuple[Any, bytes]]:
    """Return up to `count` drawn values that the interpreter writes, each with its octets."""
    found = []
    for number in range(count):
        builder = Rich(spec, random=Random(f"{record.name} {number}"))
        try:
            made = _mended(builder, record, params, base, builder.record(record.name))
        except RecursionError:
            continue
        if made is not None:
            found.append(made)
    return found


def _mended(
    builder: Rich, record: p.Record, params: dict[str, Any], base: Any, value: Any
) -> tuple[Any, bytes] | None:
    """Draw the member that is refused anew, at last take what the shortest value has."""
    refused: Counter[str] = Counter()
    for _ in range(MENDED + 2 * len(value) if isinstance(value, dict) else MENDED):
        try:
            return value, encode(builder.spec, record.name, value, params)
        except EncodeError as refusal:
            name = re.split(r"[.\[]", refusal.path, maxsplit=1)[0]
            if not isinstance(value, dict) or not isinstance(base, dict) or name not in {*value, *base}:
                return None
            refused[name] += 1
            value = _other(builder, record, value, base, name, last=refused[name] > REDRAWN)
    return None


def _other(
    builder: Rich, record: p.Record, value: dict[str, Any], base: dict[str, Any], name: str, *, last: bool
) -> dict[str, Any]:
    rest = {key: each for key, each in value.items() if key != name}
    if last:
        return {**rest, name: base[name]} if name in base else rest
    slot = next(each for each in record.api() if each.name == name)
    drawn = builder.shape(slot.shape, 0, rest, record, slot)
    changed: dict[str, Any] = with_arms(builder, record, rest, (), name, drawn)
    return changed
