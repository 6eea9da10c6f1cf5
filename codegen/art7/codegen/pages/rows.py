"""One row for each step of the plan: what a diagram shows of it."""

from __future__ import annotations

from collections.abc import Mapping

from art7.codegen.pages.layout import Node, Row, Scope, fixed_bits
from art7.codegen.pages.rows_der import DER_ROWS
from art7.codegen.pages.rows_octets import OCTETS_ROWS
from art7.codegen.pages.rows_text import TEXT_ROWS
from art7.codegen.pages.rows_tree import TREE_ROWS
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Carrier, Record

ROWS: dict[type, Row] = {**OCTETS_ROWS, **DER_ROWS, **TEXT_ROWS, **TREE_ROWS}
"""Step → what is shown of it."""


def parts_of(
    record: Record, module: str, specification: Specification, sizes: Mapping[str, int | None]
) -> tuple[Node, ...]:
    """Return what the diagram of `record` shows on the page of `module`; `sizes` as `record_sizes` gives them."""
    return Scope(record, module, specification, ROWS, sizes).parts(record.body)


def record_sizes(specification: Specification) -> dict[str, int | None]:
    """Return the bits of each record on octets that always has the same number of them, `None` for the others.

    Callees stand before callers, so each record is looked at once, however they call one another.
    """
    sizes: dict[str, int | None] = {}
    for module in specification.modules.values():
        for record in module.records:
            if record.carrier is Carrier.OCTETS and not record.recursive:
                sizes[record.name] = fixed_bits(parts_of(record, module.name, specification, sizes))
    return sizes
