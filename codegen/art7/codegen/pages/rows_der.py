"""What diagrams show of elements of DER."""

from __future__ import annotations

from art7.codegen.pages.layout import Arm, Cell, Choice, Frame, Node, Row, Scope, interval, noted
from art7.grammar.ir import plan as p


def _identifier(octets: bytes) -> Cell:
    return Cell(f"tag {octets.hex()}" if octets else "tag", len(octets) * 8 or 8, "", "constant")


def _tlv(step: p.Tlv, scope: Scope) -> tuple[Node, ...]:
    inner = (_identifier(step.identifier), Cell("length", None, "", "length"), *scope.parts(step.body))
    note = "ascending octets" if step.ordered else ""
    return (Frame(scope.name(step.slot), "region", inner, note),)


def _tlv_scalar(step: p.TlvScalar, scope: Scope) -> tuple[Node, ...]:
    words = noted(step.form, interval(step.minimum, step.maximum))
    if step.form in ("any", "elements"):
        return (Cell(scope.name(step.slot), None, "any element" if step.form == "any" else "any elements"),)
    inner = (
        _identifier(step.identifier),
        Cell("length", None, "", "length"),
        Cell(scope.name(step.slot), None, words),
    )
    return (Frame(scope.name(step.slot), "region", inner, step.form),)


def _tlv_optional(step: p.TlvOptional, scope: Scope) -> tuple[Node, ...]:
    label = "left out when it is the default" if step.omitted else "optional"
    return (Frame(label, "optional", scope.parts(step.body)),)


def _tlv_choice(step: p.TlvChoice, scope: Scope) -> tuple[Node, ...]:
    arms = (
        Arm(
            f"{' or '.join(each.hex() for each in case.first) or 'any'} {case.name}",
            scope.parts(case.body),
        )
        for case in step.cases
    )
    return (Choice("by the tag", tuple(arms)),)


DER_ROWS: dict[type, Row] = {
    p.Tlv: _tlv,
    p.TlvScalar: _tlv_scalar,
    p.TlvOptional: _tlv_optional,
    p.TlvChoice: _tlv_choice,
}
"""Step → what is shown of it."""
