"""The names a module declares, and the modules it uses."""

from __future__ import annotations

from collections.abc import Iterable

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.module import ErrorDeclaration
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.scalars import BUILTIN_TYPES
from art7.grammar.passes.scopes import Entity, ModuleScope

_KINDS: dict[type, str] = {
    t.Const: "const",
    t.Enum: "enum",
    t.Token: "token",
    t.Function: "function",
    t.Identity: "identity",
    t.Resolve: "resolve",
    t.Schedule: "schedule",
    t.Protocol: "protocol",
}


def declare_names(tree: t.Module, scope: ModuleScope, findings: Findings) -> None:
    """Fill `scope` with what `tree` declares; names twice are reported."""
    for item in tree.items:
        if isinstance(item, t.Struct):
            _declare(scope, item.name, "generic" if item.generics else "struct", item, findings)
        elif isinstance(item, t.Errors):
            _declare_errors(item.items, scope, findings)
        elif type(item) in _KINDS:
            _declare(scope, item.name, _KINDS[type(item)], item, findings)  # type: ignore[union-attr]


def _declare(scope: ModuleScope, name: t.Name, kind: str, node: t.Item, findings: Findings) -> None:
    word = name.text
    if not word:
        return
    if word in BUILTIN_TYPES:
        findings.add("A7-N003", f"`{word}` is a builtin type", name.span, "choose another name")
        return
    known = scope.entities.get(word)
    if known is not None:
        other = Related("first here", known.span)
        findings.add("A7-N003", f"`{word}` declared twice", name.span, "rename one of them", (other,))
        return
    scope.entities[word] = Entity(kind, f"{scope.name}.{word}", node, name.span, scope)


def _declare_errors(items: Iterable[t.ErrorDecl], scope: ModuleScope, findings: Findings) -> None:
    numbers = {error.number: error for error in scope.errors.values()}
    for item in items:
        name, number, span = item.name.text, item.number.value, item.name.span
        if name in BUILTIN_ERRORS:
            findings.add(
                "A7-N005",
                f"`{name}` is a builtin error",
                span,
                "use it without declaring it, or rename yours",
            )
            continue
        if not 100 <= number < 1 << 31:
            findings.add(
                "A7-N006",
                f"error number {str(number)[:40]}, expected 100 or more",
                item.number.span,
                "choose a higher one: 1 to 99 are builtin",
            )
        if name in scope.errors:
            _twice(findings, f"error `{name}` declared twice", span, scope.errors[name].span)
            continue
        if number in numbers:
            _twice(findings, f"error number {number} used twice", item.number.span, numbers[number].span)
        refs = tuple(ref.text for ref in item.meta.refs)
        scope.errors[name] = numbers[number] = ErrorDeclaration(name, number, item.meta.doc, refs, span)


def _twice(findings: Findings, message: str, span: Span, first: Span) -> None:
    findings.add("A7-N004", message, span, "rename or renumber one of them", (Related("first here", first),))


CODES = {
    "A7-N003": (
        "name declared twice",
        "A module has one namespace for its declarations, and cannot redefine builtin types.",
        "Rename one of them.",
    ),
    "A7-N004": (
        "member declared twice",
        "Two fields, keys, numbers or errors of one place are called the same.",
        "Rename or renumber one of them.",
    ),
    "A7-N005": (
        "builtin error redeclared",
        "Every codec can give the builtin errors; a module cannot redefine them.",
        "Use the builtin one, or choose another name.",
    ),
    "A7-N006": (
        "error number out of range",
        "Numbers 1 to 99 belong to the builtin errors; a number has at most 31 bits.",
        "Use a number from 100 on.",
    ),
}
"""Code → title, explanation, next step."""
