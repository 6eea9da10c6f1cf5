"""One row for each step of the plan: what a diagram shows of it."""

from __future__ import annotations

from art7.codegen.pages.layout import Node, Row, Scope
from art7.codegen.pages.rows_der import DER_ROWS
from art7.codegen.pages.rows_octets import OCTETS_ROWS
from art7.codegen.pages.rows_text import TEXT_ROWS
from art7.codegen.pages.rows_tree import TREE_ROWS
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Record

ROWS: dict[type, Row] = {**OCTETS_ROWS, **DER_ROWS, **TEXT_ROWS, **TREE_ROWS}
"""Step → what is shown of it."""


def parts_of(record: Record, module: str, specification: Specification) -> tuple[Node, ...]:
    """Return what the diagram of `record` shows on the page of `module`."""
    return Scope(record, module, specification, ROWS).parts(record.body)
