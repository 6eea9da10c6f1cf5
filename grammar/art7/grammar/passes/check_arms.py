"""The arms of a `select`: which values each takes, in which order they are tried, and whether that is sound."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Enum
from art7.grammar.passes.build_pairs import Context
from art7.grammar.passes.drafts import Ranges
from art7.grammar.passes.kinds import WORDS, bare
from art7.grammar.passes.scopes import did_you_mean

Interval = tuple[int, int]


def arrange(
    module: Any, arms: Sequence[t.Arm], on: Expr, tag: s.Shape | None, span: Span, context: Context
) -> list[tuple[t.Arm, Ranges]]:
    """Return the arms with their ranges, the narrower before the wider, `otherwise` last."""
    found: list[tuple[t.Arm, Ranges]] = []
    rest: t.Arm | None = None
    for arm in arms:
        if not arm.cases:
            if rest is not None:
                other = Related("first here", rest.span)
                module.findings.add("A7-L030", "`otherwise` written twice", arm.span, "keep one", (other,))
            rest = rest or arm
            continue
        ranges = [r for case in arm.cases if (r := _range(module, case, on, tag, context)) is not None]
        if ranges:
            found.append((arm, tuple(ranges)))
    if on.kind is Kind.TEXT:
        found = _texts(module, found)
    elif on.kind in (Kind.INT, Kind.BOOL, Kind.ANY):
        found = _integers(module, found)
        _covered(module, found, rest, tag, on.kind, span)
    else:
        module.findings.add(
            "A7-T022", f"`select` over {WORDS[on.kind]}", span, "select over an integer, enum or text"
        )
    if on.kind is Kind.TEXT and rest is None:
        _text_hole(module, found, tag, span)
    if rest is not None:
        found.append((rest, ()))
    return found


def _range(
    module: Any, case: t.Case, on: Expr, tag: s.Shape | None, context: Context
) -> tuple[int, int] | tuple[str, str] | None:
    """Return the values that one case names; `None` after reporting."""
    target = bare(tag)
    enum = module.enum(target.name) if isinstance(target, s.Enumeration) else None
    result: Any = None
    match case:
        case t.NumberCase(low=low, high=high):
            result = (low.value, high.value if high is not None else low.value)
            if result[1] < result[0]:
                module.findings.add(
                    "A7-T010", f"no value lies in {result[0]}..{result[1]}", case.span, "swap them"
                )
                return None
        case t.CharsCase(value=text):
            result = (text, text)
        case t.BoolCase(value=truth):
            result = (int(truth), int(truth))
        case t.NameCase(name=name):
            result = _named(module, name, enum, context)
            if result is None:
                return None
    is_text = isinstance(result[0], str)
    if on.kind is not Kind.ANY and is_text != (on.kind is Kind.TEXT):
        wanted = WORDS[on.kind]
        module.findings.add(
            "A7-T001", f"expected {wanted}, found {'a text' if is_text else 'an integer'}", case.span
        )
        return None
    return result  # type: ignore[no-any-return]


def _named(module: Any, name: t.QName, enum: Enum | None, context: Context) -> Any:
    parts = tuple(part.text for part in name.parts)
    if len(parts) > 1:
        enum = module.enum_named(parts[:-1]) or enum
    if enum is not None:
        member = module.member(enum, parts[-1])
        if member is not None:
            return member.low, member.high
    constant = module.value(parts)
    if constant is not None:
        return constant[0].value, constant[0].value
    known = [m.name for m in enum.members] if enum is not None else []
    what = f"`{enum.name}` has no member `{parts[-1]}`" if enum is not None else f"unknown name `{name.text}`"
    code = "A7-N011" if enum is not None else "A7-N010"
    module.findings.add(
        code, what, name.span, did_you_mean(parts[-1], known, "name a member of the tag's enum")
    )
    return None


def _texts(module: Any, arms: list[tuple[t.Arm, Ranges]]) -> list[tuple[t.Arm, Ranges]]:
    seen: dict[Any, t.Arm] = {}
    for arm, ranges in arms:
        for low, _ in ranges:
            if low in seen:
                other = Related("first here", seen[low].span)
                message = f"two arms take {low!r}"
                module.findings.add("A7-L030", message, arm.span, "remove one of the cases", (other,))
            seen.setdefault(low, arm)
    return arms


def _text_hole(module: Any, arms: list[tuple[t.Arm, Ranges]], tag: s.Shape | None, span: Span) -> None:
    target = bare(tag)
    enum = module.enum(target.name) if isinstance(target, s.Enumeration) else None
    taken = {low for _, ranges in arms for low, _ in ranges}
    missing = (
        [m.low for m in enum.members if m.low not in taken] if enum is not None and not enum.open else None
    )
    if missing == []:
        return
    example = repr(missing[0]) if missing else "any other text"
    module.findings.add("A7-L031", f"no arm takes {example}", span, "add `otherwise => reject error`")


def _integers(module: Any, arms: list[tuple[t.Arm, Ranges]]) -> list[tuple[t.Arm, Ranges]]:
    """Order arms so that a range contained in another one is tried first; report other overlaps."""
    pieces: list[tuple[int, int, int]] = []
    for index, (_, ranges) in enumerate(arms):
        for low, high in ranges:
            if isinstance(low, int) and isinstance(high, int):
                pieces.append((low, -high, index))
    pieces.sort()
    before: list[set[int]] = [set() for _ in arms]
    stack: list[tuple[int, int, int]] = []
    for low, minus_high, index in pieces:
        high = -minus_high
        while stack and stack[-1][1] < low:
            stack.pop()
        for outer_low, outer_high, outer in stack[-8:]:
            if outer == index:
                continue
            if high > outer_high or (low, high) == (outer_low, outer_high):
                _overlap(module, arms[outer][0], arms[index][0], low)
            else:
                before[outer].add(index)
        stack.append((low, high, index))
    return _sorted(module, arms, before)


def _overlap(module: Any, one: t.Arm, two: t.Arm, example: object) -> None:
    first, second = sorted((one, two), key=lambda a: (a.span.line, a.span.column))
    other = Related("the other arm", first.span)
    message = f"two arms take the value {example}"
    module.findings.add(
        "A7-L030", message, second.span, "let the ranges be apart, or one within the other", (other,)
    )


def _sorted(
    module: Any, arms: list[tuple[t.Arm, Ranges]], before: list[set[int]]
) -> list[tuple[t.Arm, Ranges]]:
    if not any(before):
        return arms
    followers: list[list[int]] = [[] for _ in arms]
    left = [len(b) for b in before]
    for index, earlier in enumerate(before):
        for other in earlier:
            followers[other].append(index)
    ready = [index for index in range(len(arms)) if not left[index]]
    heapq.heapify(ready)
    result: list[int] = []
    while ready:
        index = heapq.heappop(ready)
        result.append(index)
        for follower in followers[index]:
            left[follower] -= 1
            if not left[follower]:
                heapq.heappush(ready, follower)
    if len(result) < len(arms):
        stuck = next(i for i in range(len(arms)) if i not in set(result))
        message = "arms that contain parts of one another"
        module.findings.add(
            "A7-L030", message, arms[stuck][0].span, "let the ranges be apart, or one within the other"
        )
        result += [i for i in range(len(arms)) if i not in set(result)]
    return [arms[index] for index in result]


def _covered(
    module: Any,
    arms: list[tuple[t.Arm, Ranges]],
    rest: t.Arm | None,
    tag: s.Shape | None,
    kind: Kind,
    span: Span,
) -> None:
    """Report values without an arm, and arms without a value."""
    target = bare(tag)
    domain: list[Interval] | None = None
    if isinstance(target, s.Integer):
        domain = [(target.minimum, target.maximum)]
    elif kind is Kind.BOOL:
        domain = [(0, 1)]
    elif isinstance(target, s.Enumeration):
        enum = module.enum(target.name)
        if enum is None:
            return
        domain = merged([(m.low, m.high) for m in enum.members]) if not enum.open else [enum.limits]
    if domain is None:
        return
    if kind is Kind.ANY:
        return
    for arm, ranges in arms:
        bounds = [(low, high) for low, high in ranges if isinstance(low, int) and isinstance(high, int)]
        if bounds and not any(_meets(low, high, domain) for low, high in bounds):
            low = ranges[0][0]
            module.findings.add(
                "A7-L032", f"this arm is never taken: the tag is never {low}", arm.span, "remove it"
            )
    taken = merged([(low, high) for _, ranges in arms for low, high in ranges])
    hole = _hole(domain, taken)
    if hole is None and rest is not None and arms:
        module.findings.add(
            "A7-L032", "`otherwise` is never taken: the other arms take every value", rest.span, "remove it"
        )
    if hole is not None and rest is None:
        module.findings.add(
            "A7-L031", f"no arm takes the value {hole}", span, "add `otherwise => reject error`"
        )


def merged(intervals: Sequence[Any]) -> list[Interval]:
    """Return sorted, disjoint, non-adjacent intervals that cover the same integers."""
    result: list[Interval] = []
    for low, high in sorted(intervals):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def _meets(low: int, high: int, domain: list[Interval]) -> bool:
    position = bisect_right(domain, (high, high)) if low <= high else 0
    # The last interval that begins at or before `high` is the one that can reach back to `low`.
    while position < len(domain) and domain[position][0] <= high:
        position += 1
    return position > 0 and domain[position - 1][1] >= low


def _hole(domain: list[Interval], taken: list[Interval]) -> int | None:
    """Return the smallest value of `domain` that is not in `taken`."""
    position = 0
    for low, high in domain:
        at = low
        while at <= high:
            while position < len(taken) and taken[position][1] < at:
                position += 1
            if position == len(taken) or taken[position][0] > at:
                return at
            at = taken[position][1] + 1
    return None


CODES = {
    "A7-L030": (
        "overlapping arms",
        "Two arms take one value, and neither range lies within the other.",
        "Separate the ranges.",
    ),
    "A7-L031": (
        "value without an arm",
        "The tag can have a value that no arm takes.",
        "Add an arm, or `otherwise`.",
    ),
    "A7-L032": ("arm never taken", "The tag cannot have any value of this arm.", "Remove the arm."),
    "A7-T022": (
        "`select` over something else",
        "The tag of a `select` is an integer, a truth value, an enum or a text.",
        "Select over a tag.",
    ),
}
"""Code → title, explanation, next step."""
