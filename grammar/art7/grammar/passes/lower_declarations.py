"""What a module declares beside records: rules, binds, schedules, protocols, identities, vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.ir import module as m
from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.passes.lower_identities import lower_identity, lower_resolution
from art7.grammar.passes.lower_protocols import lower_protocol
from art7.grammar.passes.lower_schedules import lower_schedule
from art7.grammar.passes.lower_vectors import lower_bind, lower_vectors


def lower_declarations(module: Any) -> dict[str, Any]:
    """Return the fields of `Module` that are not names, constants or records."""
    items = module.tree.items
    schedules = _schedules_in_use(module)
    own = [lower_schedule(module, x) for x in items if isinstance(x, t.Schedule)]
    schedules |= {schedule.name: schedule for schedule in own}
    for item in items:
        if isinstance(item, t.Requirement):
            _rule(module, item)
        elif isinstance(item, t.Check):
            module.findings.add(
                "A7-N025", "a `check` outside of any declaration", item.span, "move it into a record"
            )
    binds = [x for node in items if isinstance(node, t.Bind) and (x := lower_bind(module, node)) is not None]
    return {
        "refusals": tuple(_refusals(module)),
        "binds": tuple(binds),
        "schedules": tuple(own),
        "protocols": tuple(lower_protocol(module, x, schedules) for x in items if isinstance(x, t.Protocol)),
        "identities": tuple(lower_identity(module, x) for x in items if isinstance(x, t.Identity)),
        "resolutions": tuple(lower_resolution(module, x) for x in items if isinstance(x, t.Resolve)),
        "vectors": tuple(
            v for x in items if isinstance(x, t.Vectors) for v in lower_vectors(module, x, schedules)
        ),
    }


def _schedules_in_use(module: Any) -> dict[str, m.Schedule]:
    found: dict[str, m.Schedule] = {}
    for scope in module.scope.uses.values():
        if scope.module is not None:
            found |= {schedule.name: schedule for schedule in scope.module.schedules}
    return found


def _refusals(module: Any) -> Iterator[m.Refusal]:
    """Yield the module's rules that stand behind a builtin refusal."""
    for item in module.tree.items:
        if isinstance(item, t.Requirement) and item.error is not None and item.level == "must":
            code = item.error.text
            if code in BUILTIN_ERRORS:
                yield m.Refusal(code, item.id.text, item.meta.refs[0].text if item.meta.refs else None)


def _rule(module: Any, item: t.Requirement) -> None:
    error = module.error_name(item.error, module.context) if item.error is not None else None
    module.requirements.append(module.requirement(item, error))
    if not isinstance(item.condition, t.Manual):
        advice = "write `manual`, or move it into the record that it speaks of"
        module.findings.add("A7-N025", f"`{item.id.text}` speaks of no record", item.condition.span, advice)


CODES = {
    "A7-N025": (
        "rule outside of any declaration",
        "A rule of the module has no members to speak of.",
        "Write `manual`, or move it.",
    ),
}
"""Code → title, explanation, next step."""
