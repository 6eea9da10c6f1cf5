"""How kinds, texts and patterns are spelled in conditions."""

from __future__ import annotations

from art7.codegen.imports.model import Name, Run, Type
from art7.codegen.imports.shape import SUBJECT
from art7.codegen.imports.spelling import data

KIND_OF = {"string": "text", "integer": "number", "number": "number", "boolean": "boolean", "null": "null", "array": "list",
            "object": "record"}  # fmt: skip


def is_text(type_: Type) -> bool:
    return type_ == Name("text") or (isinstance(type_, Run) and type_.item == Name("text"))


def matches(pattern: str) -> str:
    return f"matches({SUBJECT}, {data(pattern)})"


def unquoted(spelled: str) -> str:
    return spelled[1:-1].replace("\\'", "'").replace("\\\\", "\\")
