"""Texts that are compared as they stand in one place and without regard to case in another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.prover.readings.scene import Point, Scene, Struct, every

FOLDS = ("lower", "upper")


_ANY_CASE = re.compile(
    r"\b(?:any|either) case\b|case[- ]insensitive|regardless of case|regard to case", re.IGNORECASE
)
"""Prose that says that letters of either case are the same."""

Folded = dict[str, Span]
"""Names, and literals in quotes, that are compared without regard to case, and where."""


def cases(scene: Scene) -> Iterator[Point]:
    """Comparisons with letters of a text that is folded elsewhere in the module, or is said to be."""
    folded: Folded = {}
    for node in every(scene.tree.items):
        if _is_fold(node):
            for argument in node.args:
                for name in (*_names(argument.value), scene.source(argument.value)):
                    folded.setdefault(name, node.span)
        for side, words in _comparison(node):
            if _is_fold(side):
                folded |= {f"'{word.lower()}'": side.span for word in words}
        if isinstance(node, t.Field) and _ANY_CASE.search(node.meta.doc):
            folded.setdefault(node.name.text, node.name.span)
    if not folded:
        return
    for struct in scene.structs:
        root = scene.root(struct)
        if root is not None:
            yield from _compared(scene, struct, root, folded)
    yield from _identities(scene, folded)


def _is_fold(node: object) -> bool:
    return isinstance(node, t.Call) and isinstance(node.function, t.NameRef) and node.function.name in FOLDS


def _names(node: t.Expr) -> Iterator[str]:
    """Yield how an expression is called: its last name, and `base.` for what it is a member of."""
    if isinstance(node, t.NameRef) and node.name != "value":
        yield node.name
    elif isinstance(node, t.Attr):
        yield node.name.text
        if isinstance(node.base, t.NameRef):
            yield f"{node.base.name}."


def _compared(scene: Scene, struct: Struct, root: str, folded: Folded) -> Iterator[Point]:
    lets = {x.name.text: x for x in every(struct.node.members) if isinstance(x, t.Let)}
    told: set[str] = set()
    for node in every(struct.node.members):
        for side, words in _comparison(node):
            let = lets.get(side.name) if isinstance(side, t.NameRef) else None
            plain = side if let is None else _unfolded(let.value)
            if not isinstance(plain, t.NameRef | t.Attr) or scene.source(plain) in told:
                continue
            signs = [*_names(plain), *(f"'{word.lower()}'" for word in words)]
            name = next((x for x in signs if x in folded), None)
            if name is not None:
                told.add(scene.source(plain))
                yield _point(scene, plain, root, words, folded[name])


def _identities(scene: Scene, folded: Folded) -> Iterator[Point]:
    """Canonical forms that keep case, of what another identity's canonical form folds."""
    for item in scene.tree.items:
        if isinstance(item, t.Identity):
            for part in item.items:
                calls = (
                    [x for x in every(part) if isinstance(x, t.Call)] if isinstance(part, t.Canonical) else []
                )
                if any(map(_is_fold, calls)):
                    continue
                for call in calls:
                    place = folded.get(scene.source(call))
                    if place is not None:
                        yield _point(scene, call, f"{scene.module.name}.{item.name.text}", ("a",), place)
                        break


def _unfolded(value: t.Expr) -> t.Expr | None:
    """Return the member that a `let` takes as it stands, if it takes one so."""
    if isinstance(value, t.Conditional):
        return _unfolded(value.value) or _unfolded(value.otherwise)
    return value if isinstance(value, t.Attr | t.NameRef) else None


def _comparison(node: object) -> Iterator[tuple[t.Expr, tuple[str, ...]]]:
    if isinstance(node, t.Binary) and node.op in ("==", "!="):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, t.Chars) and _has_letters(other.value):
                yield one, (other.value,)
    elif isinstance(node, t.MemberOf) and isinstance(node.low, t.ListExpr):
        listed = tuple(x.value for x in node.low.items if isinstance(x, t.Chars))
        if any(map(_has_letters, listed)):
            yield node.value, listed
    elif isinstance(node, t.Select | t.SelectType):
        cases = tuple(x.value for arm in node.arms for x in arm.cases if isinstance(x, t.CharsCase))
        if any(map(_has_letters, cases)):
            yield node.value, cases


def _has_letters(text: str) -> bool:
    return text.lower() != text.upper()


def _point(scene: Scene, node: t.Expr, root: str, words: tuple[str, ...], other: Span) -> Point:
    text, place = scene.source(node), node.span
    fold = "upper" if all(word == word.upper() for word in words) else "lower"
    return Point(
        "A7-L404",
        "case",
        root,
        place,
        f"whether `{text}` is compared with regard to case is left open: here it is, elsewhere not",
        f"write `{fold}({text})`, or compare it as it stands everywhere",
        root,
        (((), ((place.start, place.end, f"{fold}({text})"),)),),
        f"a reader who folds case takes `{words[0].swapcase()}` for `{words[0]}`",
        (Related("either case is the same here", other),),
        "letters",
        words,
        text,
    )
