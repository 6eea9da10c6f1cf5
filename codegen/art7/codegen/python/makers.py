"""What a decoder calls for an object to fill."""

from __future__ import annotations

from art7.codegen.python.scope import ModuleScope
from art7.grammar.ir.plan import Form, Record


def maker(record: Record, scope: ModuleScope) -> str:
    """Return the call that makes an empty object of a record, imported where needed: see `bare` in `core`."""
    text = _name(record, scope)
    owner = scope.names.owners[record.name]
    if owner != scope.module.name:
        text = scope.sibling(scope.stem(owner), f"{text} as {text}_of_{scope.names.modules[owner]}")
    return f"{text.rpartition(' ')[2]}()"


def maker_text(record: Record, scope: ModuleScope) -> str:
    """Return the statement that binds what `maker` calls, to stand after the record's class; or nothing."""
    if record.form is not Form.OBJECT:
        return ""
    return f"\n\n\n{_name(record, scope)} = {scope.support('bare')}({scope.names.classes[record.name]})"


def _name(record: Record, scope: ModuleScope) -> str:
    return f"_new_{scope.names.functions[record.name]}"
