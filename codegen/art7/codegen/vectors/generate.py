"""Vector files of a specification: one for each message, schedule and role, named by module and type."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from art7.codegen.roots import is_root
from art7.codegen.vectors.derivations import ScheduleVectors
from art7.codegen.vectors.inside import values_inside
from art7.codegen.vectors.messages import MessageVectors
from art7.codegen.vectors.relax import without_rules
from art7.codegen.vectors.roles import ProtocolVectors
from art7.codegen.vectors.schedule_inputs import Neighbours
from art7.grammar.ir.module import Module, Specification


def generate_vectors(
    spec: Specification,
    modules: Iterable[str] | None = None,
    *,
    roles: bool = True,
    structs: bool = True,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return path → content of every vector file, for the named modules (default: all); deterministic.

    `roles` false leaves out role machines, whose exploration takes longest; `structs` false what only messages hold.
    `only` keeps records and schedules to those that it names.
    """
    files: dict[str, Any] = {}
    relaxed = without_rules(spec)
    for name in sorted(spec.modules if modules is None else modules):
        module = spec.modules[name]
        inside = values_inside(spec, module)
        for record in module.records:
            if only is not None and record.name not in only:
                continue
            if is_root(record) and (structs or record.kind == "message"):
                made = MessageVectors(spec, module, record, relaxed, inside)
                _add(files, module, record.name, record.kind, made.make(), made.uncovered())
        neighbours = Neighbours(spec, module)
        for schedule in module.schedules:
            derived = ScheduleVectors(spec, module, schedule, neighbours)
            if only is not None and derived.name not in only:
                continue
            _add(files, module, derived.name, "schedule", derived.make(), derived.uncovered())
        for protocol in module.protocols if roles else ():
            played = ProtocolVectors(spec, module, protocol)
            made_by_role = played.make()
            for role in protocol.roles:
                name_of_role = f"{played.name}.{role.name}"
                _add(files, module, name_of_role, "role", made_by_role[role.name], played.uncovered(role))
    return files


def vector_file_text(content: Any) -> str:
    """Return a vector file's text: one vector a line, so that differences read well."""
    rows = ",\n".join("    " + json.dumps(vector, ensure_ascii=True) for vector in content["vectors"])
    head = {key: value for key, value in content.items() if key not in ("vectors", "uncovered")}
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=True)}," for key, value in head.items()]
    body = f"[\n{rows}\n  ]" if rows else "[]"
    missing = ",\n".join("    " + json.dumps(row, ensure_ascii=True) for row in content["uncovered"])
    lines.append(f'  "vectors": {body},')
    lines.append(f'  "uncovered": [\n{missing}\n  ]' if missing else '  "uncovered": []')
    return "{\n" + "\n".join(lines) + "\n}\n"


def _add(
    files: dict[str, Any],
    module: Module,
    name: str,
    kind: str,
    vectors: list[dict[str, Any]],
    uncovered: list[dict[str, str]],
) -> None:
    if not vectors and not uncovered:
        return
    files[_path(files, module.name, name)] = {
        "format": "art7-vectors",
        "version": 1,
        "module": module.name,
        "module_version": module.version,
        "type": name,
        "kind": kind,
        "vectors": vectors,
        "uncovered": uncovered,
    }


def _path(files: dict[str, Any], module: str, name: str) -> str:
    """A file name from an untrusted type name: letters, digits, dots and dashes, no two alike."""
    local = name.removeprefix(f"{module}.")
    stem = re.sub(r"[^A-Za-z0-9.-]+", "_", local).strip("._-")[:80] or "type"
    folder = re.sub(r"[^A-Za-z0-9.-]+", "_", module).strip("._-")[:80] or "module"
    path, number = f"{folder}/{stem}.json", 1
    taken = {known.lower() for known in files}
    while path.lower() in taken:
        number += 1
        path = f"{folder}/{stem}_{number}.json"
    return path
