"""Numbers with a fraction in records whose texts hold whole numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.passes.step_tree import walk_steps


def check_numbers(module: Any, record: p.Record) -> None:
    """Report members of type `number`, also those of records inside, where the record's options exclude fractions."""
    if not is_whole(record):
        return
    for holder, slot in _numbers(module, record):
        own = holder is record
        if not own and is_whole(holder):
            continue  # reported there
        name = holder.slots[slot].name.strip("_")
        where = f"`{name}`" if own else f"`{name}` of `{holder.name.rpartition('.')[2]}`"
        message = (
            f"{where} is a number, and `{record.name.rpartition('.')[2]}` is written with whole numbers only"
        )
        span = record.slots[slot].span if own else record.span
        module.findings.add(
            "A7-L046", message, span, "use `integer`, `u53` or `i53`, or carry the number as a text"
        )
        if not own:
            return


def is_whole(record: p.Record) -> bool:
    """Whether the record's own options let its text hold whole numbers only."""
    options = dict(record.options)
    return record.encoding == "json" and (
        options.get("canonical") == "matrix" or options.get("numbers") == "integer53"
    )


def _numbers(module: Any, record: p.Record) -> Iterator[tuple[p.Record, int]]:
    """Yield the members, its own and of what it holds, that may have a fraction."""
    queue, seen = [record], {record.name}
    for holder in queue:
        for step in walk_steps(holder.body):
            if isinstance(step, p.Scalar) and step.form == "number":
                yield holder, step.slot
            elif isinstance(step, p.CallRecord) and step.record not in seen:
                seen.add(step.record)
                callee = module.records.get(step.record) or module.imported.get(step.record)
                if callee is not None:
                    queue.append(callee)


CODES = {
    "A7-L046": (
        "number where texts hold whole numbers only",
        "Canonical JSON of Matrix, and `numbers: 'integer53'`, know no fractions: what is read could not be written.",
        "Use an integer type, or carry the number as a text.",
    ),
}
"""Code → title, explanation, next step."""
