"""Whether what is written is read again: views against the fields computed from them, lengths against sizes.

A view that is given is put into the expressions of its fields, those into the view's own: what comes out must be what was
put in. Bits that are taken apart and joined cancel as sums; nothing is tried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.step_tree import walk_steps
from art7.prover.budget import Budget
from art7.prover.formats.decide import Decision
from art7.prover.formats.layout import Question, Sizes
from art7.prover.formats.scene import MOST_OCTETS, WIDE, Cursor, Ledger, Scene, shape_bounds
from art7.prover.formats.strides import stride_of
from art7.prover.formats.translate import Translator
from art7.prover.solver import terms as t
from art7.prover.solver.ask import ask
from art7.prover.solver.search import SAT, UNKNOWN
from art7.prover.solver.terms import Formula, Term

_NUMBERS = (Kind.INT, Kind.BOOL)


def inverses(record: p.Record, translator: Translator, sizes: Sizes, budget: Budget) -> Iterator[Decision]:
    """Yield how it ended for each view and each size of a record."""
    for step in walk_steps(record.body):
        found: tuple[Question, list[Formula]] | None = None
        if isinstance(step, p.View):
            found = _view(record, step, translator)
        elif isinstance(step, p.Take | p.Region) and isinstance(step.extent, p.Exact):
            found = _size(record, step, step.extent.size, translator, sizes)
        if found is not None:
            question, formulas = found
            result = ask([*(fact.formula for fact in question.scene.ledger.facts), *formulas], budget)
            sound = None if result.standing == UNKNOWN else result.standing != SAT
            yield Decision(question, sound, result.model)


def _mentions(expr: Expr, slot: int) -> bool:
    return any(isinstance(node, e.SlotRef) and node.index == slot for node in e.walk(expr))


def _measures(expr: Expr, slot: int) -> bool:
    nodes = e.walk(expr)
    return any(
        (isinstance(node, e.Measure) and node.slot == slot and node.what != "present")
        or (isinstance(node, e.Call) and node.function == "length" and _mentions(node, slot))
        for node in nodes
    )


def _view(record: p.Record, step: p.View, translator: Translator) -> tuple[Question, list[Formula]] | None:
    view = record.slots[step.slot]
    if view.role is not p.Role.VIEW_INPUT or step.expr.kind not in _NUMBERS or view.optional:
        return None
    carriers = [x for x in record.slots if x.role is p.Role.COMPUTED and x.value is not None]
    carriers = [
        x for x in carriers if _mentions(x.value or step.expr, step.slot) and _mentions(step.expr, x.index)
    ]
    if not carriers or any(
        e.is_positional(step.expr) or x.value.kind not in _NUMBERS for x in carriers if x.value
    ):
        return None
    scene = Scene(record, record.name, Ledger())
    given = translator.slot(step.slot, scene)
    fits: list[Formula] = _computed(scene, carriers, translator)
    _conditions(record, scene, translator)
    fits += _rules(record, scene, translator)
    again = translator.number(step.expr, scene)
    if not _is_plain(scene):
        return None
    question = Question("view-not-inverse", scene, view.span, True, True, 0, step, step.slot)
    question.terms = (given, again)
    return question, [*fits, t.compare("!=", again, given)]


def _computed(scene: Scene, carriers: list[p.Slot], translator: Translator) -> list[Formula]:
    """Give the carriers the values that they are written with, and return that those fit."""
    fits: list[Formula] = []
    for slot in carriers:
        assert slot.value is not None, "only computed slots carry"
        written = translator.number(slot.value, scene)
        low, high = shape_bounds(slot.shape, translator.enums)
        there = scene.is_present(slot.index)
        fits.append(t.implies(there, t.within(written, low, high)))
        scene.values[slot.index] = written
    return fits


def _conditions(record: p.Record, scene: Scene, translator: Translator) -> None:
    """Say which fields are there."""
    for step in record.body.steps:
        if isinstance(step, p.When):
            there = translator.truth(step.condition, scene)
            for inner in walk_steps(step.body):
                slot = getattr(inner, "slot", None)
                if slot is not None:
                    scene.present[slot] = there


def _rules(record: p.Record, scene: Scene, translator: Translator) -> list[Formula]:
    """Return the rules that writing obeys, and what the types of views demand."""
    return [
        translator.truth(step.condition, scene)
        for step in record.body.steps
        if isinstance(step, p.Check) and step.level == "must" and step.on_writing
    ]


def _is_plain(scene: Scene) -> bool:
    """Whether all that was translated is exact: nothing stands for an expression without a form."""
    exact = ("value", "present", "null", "if")
    return all(isinstance(key, tuple) and key[0] in exact for key in scene.opaque)


def _size(
    record: p.Record, step: p.Take | p.Region, size: Expr, translator: Translator, sizes: Sizes
) -> tuple[Question, list[Formula]] | None:
    """Ask whether the lengths computed for a content of any size give that size back."""
    slot = record.slots[step.slot]
    lengths = [
        x
        for x in record.slots
        if x.role is p.Role.COMPUTED
        and x.value is not None
        and _mentions(size, x.index)
        and _measures(x.value, step.slot)
        and x.value.kind is Kind.INT
    ]
    if not lengths or _is_one_of_few(size):
        return None
    scene = Scene(replace(record, slots=_certain(record)), record.name, Ledger())
    rest, unit = stride_of(step, sizes)
    low, high = step.minimum, step.maximum
    shape = bare(slot.shape)
    if isinstance(step, p.Take) and isinstance(shape, s.Octets):
        low, high = max(low, shape.minimum), high if shape.maximum is None else shape.maximum
    octets: Term
    if unit == 0:
        octets = rest
    else:
        octets = t.total(((scene.ledger.fresh("units", 0, MOST_OCTETS // unit), unit),), rest)
    scene.octets[step.slot] = octets
    if isinstance(step, p.Take) and not step.text:
        scene.counts[step.slot] = octets
    scene.cursor = Cursor(0, octets)
    fits = [t.within(octets, max(low, sizes_least(step, sizes)), high)]
    fits += _computed(scene, lengths, translator)
    fits += [f for f in _rules(record, scene, translator) if f is not False]
    read = translator.number(size, scene)
    if any(atom.high >= WIDE for atom in t.variables(t.compare("==", read, octets))):
        return None
    question = Question("size-not-inverse", scene, slot.span, True, True, 0, step, step.slot)
    question.terms = (octets, read)
    return question, [*fits, t.compare("!=", read, octets)]


def sizes_least(step: p.Take | p.Region, sizes: Sizes) -> int:
    """Return the fewest octets of a content."""
    from art7.grammar.passes.static_sizes import block_size

    return block_size(sizes, step.body, 0)[0] if isinstance(step, p.Region) else 0


def _is_one_of_few(size: Expr) -> bool:
    """Whether a size is one of some constants: a content of another size is refused, and nothing is miscounted."""
    match size:
        case e.Conditional(yes=yes, no=no):
            return _is_one_of_few(yes) and _is_one_of_few(no)
        case _:
            return isinstance(size, e.Literal)


def _certain(record: p.Record) -> tuple[p.Slot, ...]:
    """Return the slots as if all were there: a size is asked about where its content is."""
    return tuple(replace(slot, optional=False) for slot in record.slots)
