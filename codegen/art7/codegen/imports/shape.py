"""A CDDL type on its way into the model: the type, and what a rule must say of a value of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from art7.codegen.imports.model import Either, Name, Run, Type

SUBJECT = "\0"
"""Stands in a condition for the value that it is about."""

NULL = Name("null")
ANY = Name("any")


@dataclass(frozen=True, slots=True)
class Shape:
    """`conditions` hold of every value; `value` is an expression that it equals; `default` one that it has when absent.

    `is_nullable`: null is a value too, and no condition is about it.
    """

    type: Type
    conditions: tuple[str, ...] = ()
    value: str = ""
    default: str = ""
    is_nullable: bool = False

    def also(self, *conditions: str) -> Shape:
        """Return the shape with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def full_type(self) -> Type:
        """Return the type with null, where that is a value; null alone is any value that a rule holds to null."""
        if self.type == NULL:
            return ANY
        return Either((self.type, NULL)) if self.is_nullable and self.type != ANY else self.type

    def tests(self) -> tuple[str, ...]:
        """Return all conditions, the constant among them."""
        if self.type == NULL:
            return (f"{SUBJECT} == null",)
        equal = (f"{SUBJECT} == {self.value}",) if self.value else ()
        found = (*equal, *self.conditions)
        return (
            tuple(f"{SUBJECT} == null or {_in_brackets(each)}" for each in found)
            if self.is_nullable
            else found
        )


def about(condition: str, subject: str) -> str:
    """Return a condition with its subject."""
    return condition.replace(SUBJECT, subject)


def if_present(condition: str, member: str) -> str:
    """Return a condition that holds where the member is absent."""
    return f"absent({member}) or {_in_brackets(condition)}"


def of_every(condition: str) -> str:
    """Return the condition that every item of the subject meets another one."""
    name = "each"
    while f"{name} " in condition or f"{name}_" in condition:
        name += "_"
    return f"every {name} in {SUBJECT} satisfies ({about(condition, name)})"


def is_deep(type: Type) -> bool:
    """Whether a type has as many lists in lists as may stand behind one name."""
    extents, inner = 0, type
    while isinstance(inner, Run):
        inner, extents = inner.item, extents + 1
    return extents > 5


def _in_brackets(condition: str) -> str:
    return (
        f"({condition})"
        if " or " in condition or " and " in condition or condition.startswith("every")
        else condition
    )
