"""One shape for the several of a choice."""

from __future__ import annotations

from art7.codegen.imports.cddl.context import Context
from art7.codegen.imports.cddl.measures import base_of, is_integer, is_whole, limits_of, size_test
from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.model import Name, Run
from art7.codegen.imports.model import Type as ModelType
from art7.codegen.imports.printer import print_type
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape
from art7.grammar.diagnostics import Span

KINDS = {
    "text": "text",
    "bytes": "octets",
    "bool": "boolean",
    "double": "number",
    "integer": "number",
    "map": "record",
}


def merged(c: Context, shapes: list[Shape], span: Span) -> Shape:
    """One shape for several: theirs where they agree, a label for integers and texts, else any value of their kinds."""
    if not shapes:
        return Shape(NULL)
    if len(shapes) == 1:
        return shapes[0]
    bases = [base_of(each.type) for each in shapes]
    if all(is_integer(base) for base in bases):
        return integer_union(c, shapes)
    if all(base == "text" for base in bases) and all(each.value for each in shapes):
        return Shape(Run(Name("text")), (f"{SUBJECT} in [{', '.join(each.value for each in shapes)}]",))
    if all(each == shapes[0] for each in shapes):
        return shapes[0]
    if all(base == bases[0] for base in bases) and bases[0] in ("text", "bytes"):
        tests = [" and ".join(f"({test})" for test in each.tests()) or "true" for each in shapes]
        sized = [size_test(each) for each in shapes]
        joined = " or ".join(
            f"({' and '.join(x for x in (a, b) if x != 'true') or 'true'})"
            for a, b in zip(tests, sized, strict=True)
        )
        return Shape(Run(Name(bases[0])), () if "(true)" in joined else (joined,))
    if (
        sorted({"int" if is_integer(base) else base for base in bases}) == ["int", "text"]
        and len(shapes) == 2
    ):
        whole = [each for each in shapes if is_whole(each, widest=True)]
        texts = [each for each in shapes if base_of(each.type) == "text" and not each.tests()]
        if whole and texts:
            return Shape(Run(Name("label")))
        if whole:
            c.faults.lost(
                "A7-P220",
                "the restriction of the text in a choice of integer or text is not carried over",
                span,
                "check it by a rule where the value is used",
            )
            return Shape(Run(Name("label")))
    return any_of(c, shapes, span)


def integer_union(c: Context, shapes: list[Shape]) -> Shape:
    """Several ranges of integers: the range around them, and a rule for its gaps."""
    ranges = sorted(limits_of(base_of(each.type), each) for each in shapes)
    around = integers(ranges[0][0], max(high for _, high in ranges))
    joined: list[tuple[int, int]] = []
    for low, high in ranges:
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    if len(joined) == 1:
        return around
    tests = (f"{SUBJECT} == {low}" if low == high else f"{SUBJECT} in {low}..{high}" for low, high in joined)
    return Shape(around.type, (" or ".join(tests),))


def any_of(c: Context, shapes: list[Shape], span: Span) -> Shape:
    kinds: list[str] = []
    for each in shapes:
        kind = kind_of(c, each.type)
        kinds += [kind] if kind and kind not in kinds else []
        if not kind:
            kinds = []
            break
    spelled = ", ".join(f"`{print_type(each.full_type())}`" for each in shapes[:6])
    exact = (
        kinds
        and all(
            base_of(each.type) in ("text", "bytes", "bool")
            and each.type == Run(Name(base_of(each.type)))
            or each.type == Name("bool")
            for each in shapes
        )
        and not any(each.tests() for each in shapes)
    )
    if not exact:
        c.faults.lost(
            "A7-P221",
            f"a choice among {spelled} is read as any value{' of these kinds' if kinds else ''}",
            span,
            "use a `select` on a member that tells which it is, or check it by a rule",
        )
    if not kinds:
        return Shape(ANY)
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    test = f"kind_of({SUBJECT}) == {listed}" if len(kinds) == 1 else f"kind_of({SUBJECT}) in [{listed}]"
    return Shape(ANY, (test,))


def kind_of(c: Context, type_: ModelType) -> str:
    if isinstance(type_, Run) and not base_of(type_):
        return "list"
    base = base_of(type_)
    if base in c.enums:
        return "text" if c.enums[base].base == "text" else "number"
    if base in c.records:
        shape = dict(c.records[base].options).get("shape", "")
        return {"array": "list", "": "record"}.get(shape, "")
    if base in c.going or base in c.names.values():
        return ""
    return KINDS.get(base, "number" if is_integer(base) else "")
