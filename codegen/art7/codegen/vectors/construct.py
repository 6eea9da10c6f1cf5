"""Values made from shapes: one that is valid, and its neighbours at every boundary and branch.

Nothing here solves conditions: constants that a condition compares a member with are tried in turn, and the
interpreter says what is valid. What is not reached this way is listed by the caller.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError

DEPTH = 5
"""How deep records are built inside records."""
TRIES = 400
"""How many values are tried to make one valid."""
_parser: Any = re._parser  # type: ignore[attr-defined,unused-ignore]
LONG = 300
"""The longest run that is built where a bound would allow more."""


@dataclass(slots=True)
class Builder:
    """Makes values of one specification."""

    spec: Specification
    arms: dict[str, dict[int | str, str]] = field(default_factory=dict)

    def record(self, name: str, depth: int = 0) -> Any:
        """Return a plain value of a record: required members only, lists as short as they may be."""
        record = self.spec.record(name)
        value: dict[str, Any] = {}
        for slot in record.api():
            if slot.role is p.Role.VIEW or slot.role is p.Role.KEPT:
                continue
            if slot.optional or slot.default is not None:
                continue
            value[slot.name] = self.shape(slot.shape, depth, value, record, slot)
        if record.form is p.Form.TUPLE:
            return tuple(value.values())
        return value

    def shape(
        self, shape: s.Shape, depth: int, members: dict[str, Any], record: p.Record, slot: p.Slot | None
    ) -> Any:
        """Return a plain value of a shape."""
        match shape:
            case s.Integer(minimum=low, maximum=high):
                wanted = _literals(record, slot.index) if slot is not None else []
                fit = [value for value in wanted if isinstance(value, int) and low <= value <= high]
                return fit[0] if fit else min(max(0, low), high)
            case s.Boolean():
                return False
            case s.Float():
                return 1.5
            case s.Octets(minimum=low):
                return bytes(range(1, low + 1)) if low < 256 else bytes(low)
            case s.Text():
                return self.text(shape, record, slot)
            case s.Enumeration(name=name):
                return self.enumeration(name)
            case s.Sequence(item=item, minimum=low):
                return [self.shape(item, depth + 1, {}, record, None) for _ in range(min(low, LONG))]
            case s.Label():
                return 1
            case s.Mapping(key=key, value=inner, minimum=low):
                return {
                    (place if isinstance(key, s.Integer | s.Label) else f"k{place}"): self.shape(
                        inner, depth + 1, {}, record, None
                    )
                    for place in range(min(low, LONG))
                }
            case s.RecordOf(name=name):
                return self.record(name, depth + 1) if depth < 12 else {}
            case s.Union():
                return self.union(shape, depth, members, record)
            case s.Nullable():
                return None
            case s.Anything():
                return {}

    def text(self, shape: s.Text, record: p.Record, slot: p.Slot | None) -> str:
        for pattern in (shape.pattern, *(_patterns(record, slot.index) if slot is not None else ())):
            if pattern is not None:
                return sample_of(pattern, shape.minimum)
        wanted = _literals(record, slot.index) if slot is not None else []
        texts = [value for value in wanted if isinstance(value, str)]
        fit = [text for text in texts if len(text) >= shape.minimum]
        return fit[0] if fit else "abcdefgh"[: shape.minimum] or "a" * shape.minimum

    def enumeration(self, name: str) -> int | str:
        for module in self.spec.modules.values():
            for enum in module.enums:
                if enum.name == name and enum.members:
                    return enum.members[0].low
        return 0

    def union(self, shape: s.Union, depth: int, members: dict[str, Any], record: p.Record) -> Any:
        """The value of the arm that the tag, already chosen, takes."""
        arm = arm_of(shape, members.get(shape.tag)) if shape.tag else None
        if arm is None:
            arm = shape.arms[0]
        held = _held(arm)
        return None if held is None else self.shape(held, depth + 1, {}, record, None)


def _held(arm: s.UnionArm) -> s.Shape | None:
    """Return the shape of what an arm holds where it holds something."""
    return arm.shape.inner if isinstance(arm.shape, s.Nullable) else arm.shape


def arm_with(shape: s.Union, value: Any, holder: dict[str, Any]) -> s.UnionArm | None:
    """Return the arm that a value is of: the tag beside it says so, or its own kind."""
    if shape.tag:
        return arm_of(shape, holder.get(shape.tag))
    kinds = {bool: "boolean", int: "number", float: "number", str: "text", bytes: "text", list: "array"}
    return next((arm for arm in shape.arms if arm.name == kinds.get(type(value), "object")), None)


def arm_of(shape: s.Union, tag: Any) -> s.UnionArm | None:
    """Return the arm that a tag value takes; `None` when there is none or the tag is not known."""
    rest = None
    for arm in shape.arms:
        if not arm.cases:
            rest = arm
        if any(e.lies_in(tag, range_) for range_ in arm.cases):
            return arm
    return rest


# ---- what conditions compare with ----


def _conditions(record: p.Record) -> Iterator[e.Expr]:
    for step in all_steps(record.body):
        if isinstance(step, p.Check):
            yield step.condition
        elif isinstance(step, p.Branch):
            yield step.on
        elif isinstance(step, p.When):
            yield step.condition


def all_steps(block: p.Block) -> Iterator[p.Step]:
    """Yield every step of a block and of the blocks in it, as they stand."""
    for step in block.steps:
        yield step
        for inner in inner_blocks(step):
            yield from all_steps(inner)


def inner_blocks(step: p.Step) -> Iterator[p.Block]:
    """Yield the blocks that a step holds."""
    match step:
        case p.Region(body=body) | p.Loop(body=body) | p.When(body=body) | p.Present(body=body):
            yield body
        case (
            p.Items(body=body)
            | p.Members(body=body)
            | p.Tag(body=body)
            | p.Wrap(body=body)
            | p.Child(body=body)
        ):
            yield body
        case p.Tlv(body=body) | p.TlvOptional(body=body):
            yield body
        case p.TlvChoice(cases=choices):
            yield from (choice.body for choice in choices)
        case p.Branch(cases=cases):
            for case in cases:
                yield case.body
        case p.Kinds(cases=kinds):
            for kind_case in kinds:
                yield kind_case.body
        case p.Fields(entries=entries):
            for field_entry in entries:
                yield field_entry.body
        case p.Object(entries=entries, spreads=spreads) | p.Array(entries=entries, spreads=spreads):
            for entry in entries:
                yield entry.body
            for spread in spreads:
                for spread_case in spread.cases:
                    for entry in spread_case.entries:
                        yield entry.body
        case _:
            return


def _literals(record: p.Record, slot: int) -> list[int | str | bytes]:
    """Constants that a condition compares the slot with, and what tags it selects by, those that hold first."""
    found: list[int | str | bytes] = []
    for step in all_steps(record.body):
        if isinstance(step, p.Branch) and _is_slot(step.on, slot):
            found += [low for case in step.cases if case.refuse is None for low, _ in case.ranges]
        elif isinstance(step, p.Object | p.Array):
            for spread in step.spreads:
                if _is_slot(spread.on, slot):
                    found += [low for case in spread.cases if case.refuse is None for low, _ in case.ranges]
        elif isinstance(step, p.Domain) and step.slot == slot:
            found += [low for low, _ in step.ranges]
    for condition in _conditions(record):
        for node in e.walk(condition):
            found += _compared(node, slot)
    return list(dict.fromkeys(found))


def _compared(node: e.Expr, slot: int) -> list[int | str | bytes]:
    match node:
        case e.Binary(op=op, left=left, right=e.Literal(value=value)) if _is_slot(left, slot):
            if isinstance(value, int) and not isinstance(value, bool):
                near = {"<": [value - 1], ">": [value + 1], "!=": [value + 1]}.get(op, [value])
                return [*near, value, value + 1, value - 1]
            if isinstance(value, str | bytes):
                return [value]
        case e.InRanges(operand=operand, ranges=ranges) if _is_slot(operand, slot):
            return [low for low, _ in ranges]
        case e.Call(function="starts_with" | "ends_with" | "contains", arguments=arguments):
            part = arguments[1]
            if (
                _is_slot(arguments[0], slot)
                and isinstance(part, e.Literal)
                and isinstance(part.value, str | bytes)
            ):
                return [part.value]
    return []


def _sizes(record: p.Record, slot: int) -> list[int]:
    """Sizes and counts that a condition compares those of the slot with, and their neighbours."""
    found: list[int] = []
    for condition in _conditions(record):
        for node in e.walk(condition):
            match node:
                case e.Binary(left=left, right=e.Literal(value=int(value))) if _measures(left, slot):
                    found += [value, value + 1, value - 1]
                case e.InRanges(operand=operand, ranges=ranges) if _measures(operand, slot):
                    found += [low for low, _ in ranges if isinstance(low, int)]
                case _:
                    continue
    return [size for size in dict.fromkeys(found) if 0 <= size <= 5_000]


def _measures(expr: e.Expr, slot: int) -> bool:
    """Whether an expression is a size of the slot, scaled or not."""
    return any(
        (isinstance(node, e.Measure) and node.slot == slot and node.what in ("octets", "count"))
        or (isinstance(node, e.Call) and node.function == "length" and _is_slot(node.arguments[0], slot))
        for node in e.walk(expr)
    )


def _sized(builder: Builder, record: p.Record, shape: s.Shape, size: int) -> Any:
    match shape:
        case s.Octets():
            return _run(size)
        case s.Text():
            return "x" * size
        case s.Sequence(item=item) if size <= LONG:
            return [builder.shape(item, 1, {}, record, None) for _ in range(size)]
        case s.Nullable(inner=inner):
            return _sized(builder, record, inner, size)
        case _:
            return None


def _is_slot(expr: e.Expr, slot: int) -> bool:
    return isinstance(expr, e.SlotRef) and expr.index == slot


def _patterns(record: p.Record, slot: int) -> Iterator[str]:
    for condition in _conditions(record):
        for node in e.walk(condition):
            if isinstance(node, e.Call) and node.function == "matches" and _is_slot(node.arguments[0], slot):
                pattern = node.arguments[1]
                if isinstance(pattern, e.Literal) and isinstance(pattern.value, str):
                    yield pattern.value


def sample_of(pattern: str, minimum: int = 0) -> str:
    """Return a short text that a token's pattern takes (literals, classes, groups, repeats)."""
    try:
        parsed = _parser.parse(pattern)
    except re.error:
        return "a" * minimum
    return "".join(_sample(node) for node in parsed)


def _sample(node: Any) -> str:
    operation, argument = str(node[0]), node[1]
    match operation:
        case "LITERAL":
            return chr(int(argument))
        case "NOT_LITERAL":
            return "a" if argument != ord("a") else "b"
        case "ANY":
            return "a"
        case "IN":
            return _sample_class(argument)
        case "SUBPATTERN":
            return "".join(_sample(inner) for inner in argument[-1])
        case "BRANCH":
            return "".join(_sample(inner) for inner in argument[1][0])
        case "MAX_REPEAT" | "MIN_REPEAT":
            low, high, body = argument
            return "".join(_sample(inner) for inner in body) * min(int(low), LONG)
        case _:
            return ""


def _sample_class(items: Any) -> str:
    for kind, value in items:
        if str(kind) == "LITERAL":
            return chr(int(value))
        if str(kind) == "RANGE":
            return chr(int(value[0]))
    return "a"


# ---- neighbours ----


def boundaries(spec: Specification, shape: s.Shape, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (comment, value) at the boundaries of a shape, `value` being one that is valid."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            yield from ((f"{word} value", edge) for word, edge in (("least", low), ("greatest", high)))
        case s.Boolean():
            yield from (("true", True), ("false", False))
        case s.Float():
            yield from (("zero", 0.0), ("negative", -2.25), ("large", 1e300))
        case s.Octets(minimum=low, maximum=high):
            top = high if high is not None and high <= 70_000 else low + 65
            yield from (
                (f"{size} octets", _run(size))
                for size in sorted({low, low + 1, low + 63, low + 64, top})
                if size <= top
            )
        case s.Text(minimum=low, maximum=high, pattern=None):
            top = high if high is not None and high <= 5_000 else low + 40
            yield from (
                (f"{size} characters", "x" * size) for size in sorted({low, low + 1, top}) if size <= top
            )
            if top - low >= 2:
                yield "characters of two to four octets", ("é\U0001f680" + "x" * low)[: max(low, 2)]
        case s.Enumeration(name=name):
            yield from _members(spec, name)
        case s.Nullable(inner=inner):
            yield "null", None
            yield from boundaries(spec, inner, value)
        case _:
            return


def _run(size: int) -> bytes:
    return bytes(place & 255 for place in range(size))


def _members(spec: Specification, name: str) -> Iterator[tuple[str, Any]]:
    for module in spec.modules.values():
        for enum in module.enums:
            if enum.name != name:
                continue
            for member in enum.members:
                yield f"member {member.name}", member.low
                if member.high != member.low:
                    yield f"end of {member.name}", member.high
            if enum.open and not enum.text:
                known = {member.low for member in enum.members}
                least, greatest = enum.limits
                yield (
                    "value without a name",
                    next(v for v in range(greatest, least - 1, -1) if v not in known),
                )


Place = tuple[str | int, ...]


def variants(
    spec: Specification, builder: Builder, record: p.Record, value: Any
) -> Iterator[tuple[str, str, Any]]:
    """Yield (flag, comment, value): every member at its boundaries, absent and present, every arm."""
    yield from _record_variants(spec, builder, record, value, (), value, 0)
    for word in ("least", "greatest"):
        yield "boundary", f"every member at its {word}", _extreme(spec, record, value, word)


def _record_variants(
    spec: Specification, builder: Builder, record: p.Record, here: Any, place: Place, root: Any, depth: int
) -> Iterator[tuple[str, str, Any]]:
    if depth > DEPTH or not isinstance(here, dict):
        return
    for slot in record.api():
        if slot.role in (p.Role.VIEW, p.Role.KEPT):
            continue
        at = (*place, slot.name)
        name = ".".join(str(part) for part in at)
        present = here.get(slot.name)
        if slot.optional or slot.default is not None:
            filled = builder.shape(slot.shape, depth, here, record, slot)
            if isinstance(slot.shape, s.Nullable):
                filled = builder.shape(slot.shape.inner, depth, here, record, slot)
            yield "branch", f"{name} present", put(root, at, filled)
            present = filled if present is None else present
        for literal in _literals(record, slot.index)[:64]:
            yield (
                "branch",
                f"{name} is {str(literal)[:40]}",
                _with_arms(builder, record, root, place, slot.name, literal),
            )
        for size in _sizes(record, slot.index):
            sized = _sized(builder, record, slot.shape, size)
            if sized is not None:
                yield "branch", f"{name}: {size} long", put(root, at, sized)
        for comment, edge in boundaries(spec, slot.shape, present):
            yield "boundary", f"{name}: {comment}", _with_arms(builder, record, root, place, slot.name, edge)
        yield from _inner_variants(spec, builder, record, slot.shape, present, at, root, depth)


def _extreme(spec: Specification, record: p.Record, value: Any, word: str) -> Any:
    """Every scalar of the outermost record at one end of its bounds; tags keep their value."""
    if not isinstance(value, dict):
        return value
    tags = {slot.shape.tag for slot in record.api() if isinstance(slot.shape, s.Union)}
    changed = copy.deepcopy(value)
    for slot in record.api():
        tagged = slot.name in tags or _literals(record, slot.index)
        if slot.role in (p.Role.VIEW, p.Role.KEPT) or (tagged and isinstance(slot.shape, s.Enumeration)):
            continue
        edges = [edge for _, edge in boundaries(spec, slot.shape, value.get(slot.name)) if edge is not None]
        sized = sorted(edges, key=lambda edge: len(edge) if isinstance(edge, str | bytes) else edge)
        if sized and not isinstance(slot.shape, s.Enumeration | s.Boolean):
            changed[slot.name] = sized[0] if word == "least" else sized[-1]
    return changed


def _inner_variants(
    spec: Specification,
    builder: Builder,
    record: p.Record,
    shape: s.Shape,
    value: Any,
    at: Place,
    root: Any,
    depth: int,
) -> Iterator[tuple[str, str, Any]]:
    name = ".".join(str(part) for part in at)
    match shape:
        case s.RecordOf(name=inner):
            if isinstance(value, dict):
                with_value = root if get(root, at) is not None else put(root, at, value)
                yield from _record_variants(
                    spec, builder, spec.record(inner), value, at, with_value, depth + 1
                )
        case s.Sequence(item=item, minimum=low, maximum=high):
            one = builder.shape(item, depth + 1, {}, record, None)
            counts = sorted({low, low + 1, low + 2, min(high if high is not None else low + 2, LONG)})
            for count in counts:
                if high is None or count <= high:
                    yield (
                        "boundary",
                        f"{name}: {count} items",
                        put(root, at, [copy.deepcopy(one) for _ in range(count)]),
                    )
            filled = put(root, at, [copy.deepcopy(one) for _ in range(max(low, 1))])
            yield from _inner_variants(spec, builder, record, item, one, (*at, 0), filled, depth + 1)
            for comment, edge in boundaries(spec, item, one):
                yield "boundary", f"{name}[0]: {comment}", put(filled, (*at, 0), edge)
        case s.Mapping(value=inner, minimum=low, maximum=high):
            one = builder.shape(inner, depth + 1, {}, record, None)
            for count in sorted({low, low + 1, min(high if high is not None else low + 2, LONG)}):
                made = {f"k{place}": copy.deepcopy(one) for place in range(count)}
                yield "boundary", f"{name}: {count} members", put(root, at, made)
        case s.Union(tag="", arms=arms):
            for kind in arms:
                assert kind.shape is not None, "every kind has a value"
                one = builder.shape(kind.shape, depth + 1, {}, record, None)
                yield "branch", f"{name}: of kind {kind.name}", put(root, at, one)
                yield from _inner_variants(
                    spec, builder, record, kind.shape, one, at, put(root, at, one), depth + 1
                )
        case s.Union(arms=arms):
            if isinstance(value, dict):
                arm = arm_of(shape, _sibling(root, at, shape.tag))
                held = _held(arm) if arm is not None else None
                if isinstance(held, s.RecordOf):
                    inside = spec.record(held.name)
                    yield from _record_variants(spec, builder, inside, value, at, root, depth + 1)
            del arms
        case s.Nullable(inner=inner):
            if value is not None:
                yield from _inner_variants(spec, builder, record, inner, value, at, root, depth)
        case _:
            return


def _sibling(root: Any, at: Place, name: str) -> Any:
    holder = get(root, at[:-1])
    return holder.get(name) if isinstance(holder, dict) else None


def _with_arms(builder: Builder, record: p.Record, root: Any, place: Place, name: str, value: Any) -> Any:
    """Set a member; where it is the tag of a union, or selects flattened members, those follow."""
    changed = put(root, (*place, name), value)
    holder = get(changed, place)
    if not isinstance(holder, dict):
        return changed
    for slot in record.api():
        if isinstance(slot.shape, s.Union) and slot.shape.tag == name:
            holder[slot.name] = builder.union(slot.shape, len(place), holder, record)
    for step in all_steps(record.body):
        if isinstance(step, p.Branch) and step.slot is None and _names(record, step.on) == name:
            _flattened(builder, record, step.cases, holder, value)
        elif isinstance(step, p.Object | p.Array):
            for spread in step.spreads:
                if _names(record, spread.on) == name:
                    _spread(builder, record, spread, holder, value)
    return changed


def _names(record: p.Record, expr: e.Expr) -> str | None:
    return record.slots[expr.index].name if isinstance(expr, e.SlotRef) else None


def _takes(ranges: tuple[tuple[Any, Any], ...], value: Any) -> bool:
    return any(type(low) is type(value) and low <= value <= high for low, high in ranges)


def _flattened(
    builder: Builder, record: p.Record, cases: tuple[p.Case, ...], holder: dict[str, Any], value: Any
) -> None:
    chosen = next((case for case in cases if _takes(case.ranges, value)), None)
    chosen = chosen or next((case for case in cases if not case.ranges), None)
    api = {slot.index: slot for slot in record.api()}
    for case in cases:
        for step in all_steps(case.body):
            slot = api.get(getattr(step, "slot", -1))
            for index in [slot.index] if slot is not None else [f.slot for f in getattr(step, "fields", ())]:
                member = api.get(index)
                if member is None:
                    continue
                if case is chosen:
                    holder[member.name] = builder.shape(member.shape, 1, holder, record, member)
                else:
                    holder.pop(member.name, None)


def _spread(builder: Builder, record: p.Record, spread: p.Spread, holder: dict[str, Any], value: Any) -> None:
    chosen = next((case for case in spread.cases if _takes(case.ranges, value)), None)
    chosen = chosen or next((case for case in spread.cases if not case.ranges), None)
    for case in spread.cases:
        for entry in case.entries:
            holder.pop(record.slots[entry.slot].name, None)
    for entry in chosen.entries if chosen is not None else ():
        slot = record.slots[entry.slot]
        if entry.required:
            holder[slot.name] = builder.shape(slot.shape, 1, holder, record, slot)


def get(root: Any, at: Place) -> Any:
    """Return the value at a place, `None` when there is none."""
    for part in at:
        if isinstance(root, dict) and isinstance(part, str):
            root = root.get(part)
        elif isinstance(root, list) and isinstance(part, int) and part < len(root):
            root = root[part]
        else:
            return None
    return root


def put(root: Any, at: Place, value: Any) -> Any:
    """Return a copy of `root` with another value at a place."""
    if not at:
        return value
    changed = copy.deepcopy(root)
    holder = get(changed, at[:-1])
    if isinstance(holder, dict) and isinstance(at[-1], str):
        holder[at[-1]] = value
    elif isinstance(holder, list) and isinstance(at[-1], int) and at[-1] < len(holder):
        holder[at[-1]] = value
    return changed


# ---- a valid value ----


def parameters(spec: Specification, record: p.Record) -> dict[str, Any]:
    """Return parameters to try a record with; a secret one is 16 octets."""
    builder = Builder(spec)
    found: dict[str, Any] = {}
    for param in record.params:
        value = builder.shape(param.shape, 0, {}, record, None)
        if isinstance(param.shape, s.Octets) and not value:
            value = bytes(range(16))
        found[param.name] = value
    return found


def valid_value(spec: Specification, record: p.Record, params: dict[str, Any]) -> tuple[Any, bytes] | None:
    """Return a value that the interpreter writes, and its octets; `None` when none was found."""
    builder = Builder(spec)
    value = builder.record(record.name)
    tried = 0
    seen: list[Any] = []
    queue = [value]
    while queue and tried < TRIES:
        candidate = queue.pop(0)
        if candidate in seen:
            continue
        seen.append(candidate)
        tried += 1
        try:
            return candidate, encode(spec, record.name, candidate, params)
        except EncodeError as refusal:
            queue += _repairs(spec, builder, record, candidate, refusal)[: TRIES // 4]
        except RecursionError:
            return None
    return None


def _repairs(
    spec: Specification, builder: Builder, record: p.Record, value: Any, refusal: EncodeError
) -> list[Any]:
    """Values in which the member that was refused is another."""
    named = [
        changed
        for _, comment, changed in variants(spec, builder, record, value)
        if _concerns(comment, refusal.path)
    ]
    return named or [changed for _, _, changed in variants(spec, builder, record, value)]


def _concerns(comment: str, path: str) -> bool:
    name = re.split(r"[:\s]", comment, maxsplit=1)[0]
    bare = re.sub(r"\[\d+\]", "", path)
    return bool(bare) and (name == bare or name.startswith(f"{bare}."))
