"""One expression over named values: guards, arguments and conditions of role machines and scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.plan import Block, Carrier, Form, Record
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import Frame, Run
from art7.interpreter.names import shapes_of_names
from art7.interpreter.prepare import READING, Interpreter, PreparedRecord
from art7.interpreter.schedules import Session
from art7.interpreter.scope import Evaluate, Scope

_NOTHING = Record(
    name="art7.evaluate", kind="struct", encoding="binary", options=(), carrier=Carrier.OCTETS,
    form=Form.OBJECT, params=(), places=(), slots=(), body=Block((), ()),
)  # fmt: skip


class Evaluator:
    """Evaluates expressions whose names are `LocalRef`s; prepared closures are kept by identity.

    Of expressions in role machines it is known what their names stand for, so that typed tuples are read there too.
    `session` answers `random` and `fresh`. Attributes of record values are members of mappings or of objects.
    """

    def __init__(self, interpreter: Interpreter, session: Session | None = None) -> None:
        self._shell = PreparedRecord(_NOTHING, interpreter, READING)
        self._scope = Scope((), (), interpreter.specification.record)
        self._shapes = shapes_of_names(interpreter.specification)
        self._session = session or Session()
        self._prepared: dict[int, tuple[Expr, Evaluate]] = {}

    def __call__(self, expr: Expr, names: Mapping[str, Any]) -> Any:
        """Return the value of `expr` where `names` are bound.

        Raises: `DecodeError` when it is refused (a name without a value: `missing_field`).
        """
        known = self._prepared.get(id(expr))
        if known is None:
            scope = replace(self._scope, locals=self._shapes.get(id(expr), {}))
            known = self._prepared[id(expr)] = (expr, prepare(expr, scope))
        frame = Frame(Run(b"", writing=False, depth_limit=1, session=self._session), self._shell, ())
        frame.locals = dict(names)
        return known[1](frame)
