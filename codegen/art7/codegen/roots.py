"""Which records users read and write by themselves."""

from __future__ import annotations

from art7.grammar.ir.plan import Form, Record


def is_root(record: Record) -> bool:
    """Whether users decode and encode the record by itself: messages, and structs that need no one else."""
    if record.kind == "message":
        return True
    return (
        record.kind == "struct"
        and record.form is Form.OBJECT
        and not record.origin
        and not record.places
        and not any(param.implicit for param in record.params)
    )
