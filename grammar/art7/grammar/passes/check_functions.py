"""Bodies of functions, checked where they stand: a call would show a fault only where there is one."""

from __future__ import annotations

from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Report
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import LocalRef
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.kinds import BAD, WORDS, Typed, fits
from art7.grammar.passes.worlds import Nowhere

_TOLD = frozenset(
    "A7-N010 A7-N011 A7-N012 A7-N013 A7-N014 A7-N015 A7-T001 A7-T005 A7-T008 A7-T009 A7-T013 A7-T014".split()
)
"""Faults whatever the arguments are. Others, such as a shift without bound, depend on them: a call tells."""


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
