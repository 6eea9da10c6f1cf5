"""What the groups of an expression hold becomes values of slots."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Test
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_state import is_wanted
from art7.codegen.python.expressions import Code, literal
from art7.grammar.ir import plan as p

Held = p.Token | p.Number | p.Quoted | p.Upto
"""What a group of an expression holds."""


def store_group(emitter: BlockEmitter, frame: Frame, step: Held, group: str, optional: bool) -> None:
    """Give a slot what a group holds."""
    guard = f"{group} is not None and " if optional else ""
    absent = f"None if {group} is None else " if optional else ""
    if isinstance(step, p.Upto):
        for bound, sign in ((step.minimum or None, "<"), (step.maximum, ">")):
            if bound is not None:
                emitter.out.append(Test(f"{guard}len({group}) {sign} {bound}"))
    if isinstance(step, p.Token | p.Upto):
        if not is_wanted(frame, step.slot):
            return
        is_text = isinstance(step, p.Token) or step.text
        target = emitter.target(frame, step.slot)
        if target is not None:
            text = f"{absent}{group}.decode()" if is_text else group
            emitter.out.append(Assign([target], text, pure=False))
            emitter.stored(frame, step.slot, target)
            frame.values[step.slot] = Code(frame.values[step.slot].text, optional=optional)
        return
    word = emitter.fresh(frame.members[step.slot])
    if isinstance(step, p.Quoted):
        _store_quoted(emitter, step, word, f"{absent}{emitter.scope.support('unquoted')}({group})", guard)
    else:
        low, high = literal(step.minimum).text, literal(step.maximum).text
        outside = f"{word} > {high}" if step.minimum == 0 else f"not {low} <= {word} <= {high}"
        emitter.out.append(Assign([word], f"{absent}int({group}{digits_base(step)})", pure=False))
        emitter.out.append(Test(f"{word} is not None and {outside}" if optional else outside))
    if is_wanted(frame, step.slot):
        emitter.fill(frame, step.slot, Code(word, optional=optional))


def _store_quoted(emitter: BlockEmitter, step: p.Quoted, word: str, text: str, guard: str) -> None:
    emitter.out.append(Assign([word], text, pure=False))
    for bound, sign in ((step.minimum or None, "<"), (step.maximum, ">")):
        if bound is not None:
            kept = f"{word} is not None and " if guard else ""
            emitter.out.append(Test(f"{kept}len({word}) {sign} {bound}"))


def digits_base(step: p.Number) -> str:
    """Return what `int` is told besides the digits."""
    return "" if step.base == 10 else f", {step.base}"
