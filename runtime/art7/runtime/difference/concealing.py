"""A comparison without the secrets of those who are compared: stand-ins tell two of them apart and show neither."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from art7.grammar.ir.module import Derive, Specification
from art7.runtime.difference.compare import Comparison, Side
from art7.runtime.difference.derivations import CONCEALED
from art7.runtime.redact import redacted


def concealed(found: Comparison, specification: Specification | None) -> Comparison:
    """Return the comparison with every secret replaced; what no schedule describes counts as secret."""
    labels = {} if specification is None else _labels(specification)
    differences = []
    for each in found.differences:
        if labels.get(each.schedule, {}).get(each.name, "secret") == "secret":
            each = replace(each, left=_without(each.left), right=_without(each.right))
        differences.append(each)
    return replace(found, differences=differences)


def _labels(specification: Specification) -> dict[str, dict[str, str]]:
    """Return schedule → value → its label; parameters are open."""
    found = {}
    for module in specification.modules.values():
        for schedule in module.schedules:
            labels = {param.name: "plain" for param in schedule.params}
            labels |= {value.name: value.label for value in schedule.inputs}
            for step in schedule.steps:
                values = [step.value] if isinstance(step, Derive) else step.parts
                labels |= {value.name: value.label for value in values}
            found[f"{module.name}.{schedule.name.removeprefix(f'{module.name}.')}"] = labels
    return found


def _without(side: Side) -> Side:
    return replace(side, value=_stand_in(side.value))


def _stand_in(value: Any) -> Any:
    if value is None or (isinstance(value, str) and value.startswith(CONCEALED)):
        return value
    try:
        octets = bytes.fromhex(value)
    except (TypeError, ValueError):
        octets = json.dumps(value).encode()
    return redacted(octets)
