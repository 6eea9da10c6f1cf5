"""Functions, checked where they stand: a call would show a fault only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Report
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import LocalRef
from art7.grammar.passes.check_types import Expressions, parts_of
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.finish_records import strong_components
from art7.grammar.passes.kinds import BAD, WORDS, Typed, fits
from art7.grammar.passes.worlds import Nowhere

_TOLD = frozenset(
    "A7-N010 A7-N011 A7-N012 A7-N013 A7-N014 A7-N015 A7-T001 A7-T005 A7-T008 A7-T009 A7-T013 A7-T014".split()
)
"""Faults whatever the arguments are. Others, such as a shift without bound, depend on them: a call tells."""


ENDLESS = "endless"
"""`Entity.value` of a function that calls itself, also through others."""

MOST_NAMES = 12
"""Names of a ring that are shown."""


def check_recursion(module: Any) -> None:
    """Report functions that call themselves, also through others, and mark them: no call of one is unfolded."""
    entities = {name: x for name, x in module.scope.entities.items() if x.kind == "function"}
    graph = {name: _called(module, entity.node) for name, entity in entities.items()}
    for component in strong_components(graph):
        if len(component) == 1 and component[0] not in graph[component[0]]:
            continue
        first = min(component, key=list(entities).index)
        ring = _ring(first, graph)
        for name in component:
            entities[name].value = ENDLESS
        shown = [f"`{name}`" for name in [*ring, first]]
        if len(shown) > MOST_NAMES:
            shown[MOST_NAMES - 3 : -2] = [f"{len(shown) - MOST_NAMES + 1} others"]
        others = tuple(Related("through this one", entities[name].span) for name in ring[1:MOST_NAMES])
        message = f"a function that calls itself: {' calls '.join(shown)}"
        advice = "unfold it as far as it goes, or read the repetition as a list of items"
        module.findings.add("A7-T015", message, entities[first].span, advice, others)


def _called(module: Any, function: t.Function) -> list[str]:
    """Return the functions of the same module that a body calls, in textual order."""
    found: dict[str, None] = {}
    for node in _nodes(function.value):
        parts = parts_of(node.function) if isinstance(node, t.Call) else None
        entity = module.scope.find(parts) if parts is not None else None
        if entity is not None and entity.kind == "function" and entity.home is module.scope:
            found[entity.node.name.text] = None
    return list(found)


def _nodes(node: t.Node) -> Iterator[t.Node]:
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(reversed(item))
        elif isinstance(item, t.Node):
            yield item
            stack.extend(getattr(item, each.name) for each in reversed(fields(item)))


def _ring(first: str, graph: dict[str, list[str]]) -> list[str]:
    """Return a shortest way from `first` back to it, without its end."""
    before: dict[str, str] = {}
    queue = [first]
    for name in queue:
        for following in graph[name]:
            if following == first:
                path = [name]
                while path[-1] != first:
                    path.append(before[path[-1]])
                return path[::-1]
            if following not in before:
                before[following] = name
                queue.append(following)
    return [first]


def check_function(module: Any, function: t.Function) -> None:
    """Report names and kinds that cannot be right in the body of `function`."""
    scratch = Report(sources=module.report.sources)
    view = module.viewed_with(Findings(scratch))
    expressions = _Definition(view, Nowhere())
    for parameter in function.params:
        shape = view.shape(parameter.type, view.context)
        expressions.locals[parameter.name.text] = (LocalRef(parameter.name.text, view.kind(shape)), shape)
    wanted = view.parameter_kind(function.result)
    body, _ = expressions.typed(function.value, view.shape(function.result, view.context))
    if not fits(body.kind, wanted):
        message = f"`{function.name.text}` gives {WORDS[body.kind]}, not {WORDS[wanted]}"
        view.findings.add(
            "A7-T001", message, function.value.span, "correct the value, or the type behind `->`"
        )
    for found in scratch.diagnostics:
        if found.code in _TOLD:
            module.findings.add(found.code, found.message, found.span, found.help, found.related)


class _Definition(Expressions):
    """A call of another function has the type that function says; it is not unfolded."""

    def _unfold(self, function: t.Function, home: Any, node: t.Call, hint: s.Shape | None) -> Typed:
        placed = self.arguments(
            node, [parameter.name.text for parameter in function.params], function.name.text
        )
        if placed is None:
            return BAD
        for parameter, given in zip(function.params, placed, strict=True):
            if given is None:
                return self.error(
                    "A7-T013", f"`{function.name.text}` needs `{parameter.name.text}`", node.span
                )
            self._argument(given, (home.parameter_kind(parameter.type),), None)
        result = home.shape(function.result, home.context)
        return LocalRef(function.name.text, home.kind(result)), result
