"""Key schedules: named derivations in textual order."""

from __future__ import annotations

from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Derive, Named, Schedule, Split, Written
from art7.grammar.passes.named_places import NamedPlace, conditions_of
from art7.grammar.passes.scopes import did_you_mean
from art7.grammar.passes.signatures import lower_params


def lower_schedule(module: Any, node: t.Schedule) -> Schedule:
    """Return the schedule; its names are params, then values in the order they are made."""
    return _Lowering(module, node).run()


class _Lowering:
    def __init__(self, module: Any, node: t.Schedule) -> None:
        self.module = module
        self.node = node
        self.params = lower_params(module, node.params, module.context)
        self.place = NamedPlace(module, self.params)
        self.spans: dict[str, Span] = {x.name.text: x.name.span for x in node.params}
        self.inputs: list[Named] = []
        self.steps: list[Derive | Split] = []
        self.lists: dict[str, list[str]] = {"output": [], "keep": [], "erase": []}
        self.erasings: list[Written] = []
        self.rules: list[Written] = []

    def run(self) -> Schedule:
        """Lower every item, then the rules."""
        for item in self.node.items:
            match item:
                case t.Input():
                    self.inputs.append(self._named(item.name, item.type, item.clauses, item.meta))
                case t.Derive():
                    self._derive(item)
                case t.Split():
                    self._split(item)
                case t.Output():
                    self._list("output", item.names)
                case t.Keep():
                    self._list("keep", item.names)
                case t.Erase():
                    self.erasings += [self._written(name.text, name.span) for name in item.names]
                    self._list("erase", item.names)
                case t.Requirement() | t.Check() if not isinstance(item.condition, t.Manual):
                    name = item.id.text if isinstance(item, t.Requirement) else ""
                    self.rules.append(self._written(name, item.span))
                case _:
                    pass
        requirements, conditions = conditions_of(self.module, self.node.items, self.place)
        meta = self.node.meta
        return Schedule(
            f"{self.module.scope.name}.{self.node.name.text}",
            self.params,
            tuple(self.inputs),
            tuple(self.steps),
            tuple(self.lists["output"]),
            tuple(self.lists["keep"]),
            tuple(self.lists["erase"]),
            requirements,
            conditions,
            meta.doc,
            tuple(ref.text for ref in meta.refs),
            self.node.name.span,
            tuple(self.erasings),
            tuple(self.rules),
        )

    def _written(self, name: str, span: Span) -> Written:
        return Written(name, len(self.steps), len(self.rules), span)

    def _named(
        self, name: t.Name, type_: t.Type, clauses: tuple[t.Clause, ...] = (), meta: t.Meta = t.NO_META
    ) -> Named:
        """Return the value and bind its name."""
        word = name.text
        if word in self.spans:
            related = (Related("first here", self.spans[word]),)
            self.module.findings.add(
                "A7-K002", f"value `{word}` named twice", name.span, "rename one of them", related
            )
        self.spans[word] = name.span
        shape = self.module.shape(type_, self.module.context)
        inner = shape.inner if isinstance(shape, s.Nullable) else shape
        octets = inner.minimum if isinstance(inner, s.Octets) and inner.minimum == inner.maximum else None
        purpose = next((c.purpose.text for c in clauses if isinstance(c, t.Purpose)), None)
        refs = tuple(ref.text for ref in meta.refs)
        self.place.bind(word, shape)
        optional = isinstance(shape, s.Nullable)
        return Named(word, _label(type_), shape, octets, purpose, meta.doc, refs, optional, name.span)

    def _derive(self, item: t.Derive) -> None:
        value = next((c.value for c in item.clauses if isinstance(c, t.Value)), None)
        if value is None:
            message = f"`{item.name.text}` is derived from nothing"
            self.module.findings.add("A7-K003", message, item.name.span, "write `= expression`")
            self._named(item.name, item.type, item.clauses, item.meta)
            return
        shape = self.module.shape(item.type, self.module.context)
        expressions = self.place.expressions()
        expr, found = expressions.typed(value, shape)
        kind = self.module.kind(shape)
        if expr.kind not in (kind, Kind.ANY, Kind.NULL):
            expr = expressions.of_kind(value, kind, hint=shape)
        named = self._named(item.name, item.type, item.clauses, item.meta)
        self._check_size(named, found, value.span)
        self.steps.append(Derive(named, expr))

    def _check_size(self, named: Named, found: s.Shape | None, span: Span) -> None:
        if named.octets is None or not isinstance(found, s.Octets) or found.minimum != found.maximum:
            return
        if found.maximum != named.octets:
            message = f"`{named.name}` has {named.octets} octets, its value {found.maximum}"
            self.module.findings.add(
                "A7-K004", message, span, "correct the size, or take a part with `first`"
            )

    def _split(self, item: t.Split) -> None:
        expr, shape = self.place.expressions().typed(item.source)
        parts = tuple(self._named(part.name, part.type) for part in item.parts)
        for part in parts:
            if part.octets is None:
                message = f"part `{part.name}` has no fixed size"
                self.module.findings.add("A7-K005", message, part.span, "state it: `secret[32]`")
        total = sum(part.octets or 0 for part in parts)
        if (
            isinstance(shape, s.Octets)
            and shape.minimum == shape.maximum
            and all(x.octets is not None for x in parts)
        ):
            if shape.maximum != total:
                message = f"{shape.maximum} octets cut into parts of {total}"
                self.module.findings.add("A7-K004", message, item.span, "let the sizes add up")
        self._check_kind(expr, item.source.span)
        self.steps.append(Split(expr, parts))

    def _check_kind(self, expr: Expr, span: Span) -> None:
        if expr.kind not in (Kind.BYTES, Kind.ANY):
            self.module.findings.add("A7-T001", "expected octets to cut", span, "split octets")

    def _list(self, what: str, names: tuple[t.Name, ...]) -> None:
        for name in names:
            if name.text not in self.spans:
                advice = did_you_mean(name.text, self.spans, "name a value of this schedule")
                self.module.findings.add("A7-K001", f"unknown value `{name.text}`", name.span, advice)
                continue
            if name.text in self.lists[what]:
                self.module.findings.add("A7-K002", f"`{name.text}` in `{what}` twice", name.span, "keep one")
                continue
            self.lists[what].append(name.text)


def _label(node: t.Type) -> str:
    """Return `secret`, `public` or `plain`, as the type says."""
    if isinstance(node, t.Variants):
        return next((_label(o) for o in node.options if _label(o) != "plain"), "plain")
    base = node.base if isinstance(node, t.Extended) else node
    name = base.name.text if isinstance(base, t.Named) else ""
    return name if name in ("secret", "public") else "plain"


CODES = {
    "A7-K001": (
        "unknown value of a schedule",
        "Only inputs and derived values can be output, kept or erased.",
        "Name one of them.",
    ),
    "A7-K002": (
        "value named twice",
        "Each value of a schedule has a name of its own.",
        "Rename one of them.",
    ),
    "A7-K003": (
        "derived from nothing",
        "`derive` needs the expression that makes the value.",
        "Write `= expression`.",
    ),
    "A7-K004": (
        "sizes that do not agree",
        "A value's stated size and the size of what makes it differ.",
        "Correct one of them.",
    ),
    "A7-K005": ("part without a size", "The parts of a `split` have fixed sizes.", "State the size."),
}
"""Code → title, explanation, next step."""
