"""What a module declares beside records: rules, binds, schedules, protocols, identities, vectors."""

from __future__ import annotations

from typing import Any

from art7.grammar import syntax as t


def lower_declarations(module: Any) -> dict[str, Any]:
    """Return the fields of `Module` that are not names, constants or records."""
    for item in module.tree.items:
        if isinstance(item, t.Requirement):
            error = module.error_name(item.error, module.context) if item.error is not None else None
            module.requirements.append(module.requirement(item, error))
    return {}
