"""Lines in the fast decoder: where they end, found at once or behind what they hold."""

from __future__ import annotations

from art7.codegen.python.code import Assign, Body, If, Place, Test
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.expressions import literal
from art7.codegen.python.inlining import last_step
from art7.codegen.python.rounds import alone
from art7.codegen.python.text_lists import ends_itself
from art7.codegen.python.text_runs import spelled, take_in
from art7.grammar.ir import plan as p


def line(emitter: BlockEmitter, frame: Frame, step: p.Line) -> None:
    """Emit what fills a line."""
    emitter.tighten()
    if ends_itself(emitter.scope.records, step.body):
        _line_in_place(emitter, frame, step)
        return
    begin, outer = emitter.cursor, emitter.cursor_state
    stop, after = emitter.fresh("line_stop"), emitter.fresh("line_after")
    if step.lenient:
        _find_lenient(emitter, begin, stop, after)
    else:
        call = f"{emitter.data}.find({literal(step.eol).text}, {begin}, {emitter.end})"
        emitter.out.append(Assign([stop], call, pure=False))
        emitter.out.append(Test(f"{stop} < 0"))
        emitter.out.append(Assign([after], f"{stop} + {len(step.eol)}", pure=False))
    emitter.cursor_state = Cursor(begin, stop, False, False, outer.least, outer.mark)
    emitter.block(frame, step.body)
    if emitter.cursor != Place(stop):
        emitter.out.append(Test(f"{emitter.cursor} != {stop}"))
    emitter.cursor_state = Cursor(Place(after), outer.end, False, outer.whole, outer.least)


def _line_in_place(emitter: BlockEmitter, frame: Frame, step: p.Line) -> None:
    """Emit what fills a line and its end: nothing in it reads over that."""
    outer = emitter.cursor_state
    last = step.body.steps[-1] if step.body.steps else None

    def close() -> None:
        _close_line(emitter, step)

    if isinstance(last, p.Branch) and not any(_holds_choice(emitter, case.body) for case in last.cases):
        # Every arm takes in the end of the line.
        with alone(emitter):
            emitter.closed_arms(frame, step.body, close)
    else:
        emitter.block(frame, step.body)
        close()
    emitter.cursor_state = Cursor(emitter.cursor, outer.end, False, outer.whole, outer.least)


def _holds_choice(emitter: BlockEmitter, block: p.Block) -> bool:
    """Whether the last step of a block has arms that would end its region, too."""
    last = last_step(emitter, block)
    return isinstance(last, p.Branch | p.When) or any(isinstance(each, p.When) for each in block.steps)


def _close_line(emitter: BlockEmitter, step: p.Line) -> None:
    """Emit the end of a line, in the match before it where there is one."""
    if take_in(emitter, r"(?:\r?\n|\Z)" if step.lenient else spelled(step.eol)):
        return
    emitter.settle()  # a place behind the end is no end either
    data, end = emitter.data, emitter.end
    eol = b"\r\n" if step.lenient else step.eol
    ends: list[tuple[str, Body]] = [
        (f"{data}.startswith({literal(eol).text}, o, {end})", [Assign(["o"], f"o + {len(eol)}", pure=False)])
    ]
    if step.lenient:
        ends.append((f"o < {end} and {data}[o] == 10", [Assign(["o"], "o + 1", pure=False)]))
    refused: Body = [Test(f"o != {end}" if step.lenient else "True")]
    emitter.out.append(If(ends, refused))
    emitter.cursor_state = emitter.cursor_state.at("o", loose=False)


def _find_lenient(emitter: BlockEmitter, begin: Place, stop: str, after: str) -> None:
    """Find a line that a line feed alone may end, or the end of what holds it."""
    data, end = emitter.data, emitter.end
    emitter.out.append(Assign([after], f'{data}.find(b"\\n", {begin}, {end}) + 1', pure=False))
    pair = f"{data}[{after} - 2] == 13 and {after} > ({begin}) + 1"
    fed: Body = [
        Assign([stop], f"{after} - 2 if {pair} else {after} - 1", pure=False),
    ]
    emitter.out.append(
        If([(after, fed)], [Assign([stop], end, pure=False), Assign([after], end, pure=False)])
    )
