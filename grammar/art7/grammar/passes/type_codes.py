"""The pages of what is wrong with an expression: kinds, members, calls."""

from __future__ import annotations

from art7.grammar.passes.check_types import INTEGER_BITS, SHIFT_BITS

CODES = {
    "A7-N010": (
        "unknown name",
        "The word names no field, parameter or constant that is known here.",
        "Declare it, or correct the spelling.",
    ),
    "A7-N011": (
        "unknown enum member",
        "The enum does not have a member of that name.",
        "Name one of its members.",
    ),
    "A7-N012": (
        "unknown member",
        "The record does not have a member of that name.",
        "Name one of its members.",
    ),
    "A7-N013": (
        "unknown function",
        "Specifications can call the builtin functions and the module's own only.",
        "See the list of builtin functions.",
    ),
    "A7-N014": (
        "unknown parameter",
        "A named argument must have the name of a parameter.",
        "Use the parameter's name.",
    ),
    "A7-T001": (
        "value of another kind",
        "An operator, function or clause got another kind of value than it takes.",
        "Give it the kind that it expects.",
    ),
    "A7-T002": (
        "integer too large",
        f"Integers have at most {INTEGER_BITS} bits.",
        "Write octets as `x'…'` instead.",
    ),
    "A7-T003": (
        "version as a value",
        "A version number is not a value.",
        "Write it as a text in single quotes.",
    ),
    "A7-T004": (
        "no octets here",
        "`remaining`, `end`, `offset` and the like speak of octets under a cursor.",
        "Use them in records on octets only.",
    ),
    "A7-T005": ("no members", "Only records have members.", "Name a field that is a record."),
    "A7-T006": ("range as a value", "A range of an enum names many values.", "Test for it with `in`."),
    "A7-T007": (
        "unbounded shift",
        f"A shift by more than {SHIFT_BITS} bits would build huge integers.",
        "Bound the amount.",
    ),
    "A7-T008": (
        "octets and text mixed",
        "Octet strings and texts are never mixed silently.",
        "Convert with `utf8` or `text`.",
    ),
    "A7-T009": (
        "values that cannot be compared",
        "Only values of one kind can be compared; only integers, texts and octets are ordered.",
        "Compare like with like.",
    ),
    "A7-T010": ("empty range", "The lower bound is above the upper one.", "Swap the bounds."),
    "A7-T011": (
        "arms of two kinds",
        "Both arms of `if … then … else` must give the same kind of value.",
        "Make them agree.",
    ),
    "A7-T012": (
        "list or record as a value",
        "Lists and records are not values of expressions.",
        "Use `in`, or name a field.",
    ),
    "A7-T013": (
        "wrong number of arguments",
        "A call must give every parameter that has no default, and no more.",
        "Give the missing argument or remove the extra one.",
    ),
    "A7-T014": ("argument given twice", "One parameter got two arguments.", "Keep one of them."),
    "A7-T015": (
        "endless function",
        "Functions are unfolded where they are called; they cannot call themselves.",
        "Use a builtin, or write the steps out.",
    ),
    "A7-T016": (
        "field name expected",
        "These functions take a field, not a value.",
        "Name a field of this record or `self`.",
    ),
    "A7-T017": (
        "`verified` inside a condition",
        "`verified(m)` gives the requirement to the test of a computed field.",
        "Let it be the whole condition of the rule.",
    ),
    "A7-T018": (
        "`is_last` out of place",
        "It speaks of the name that a quantifier binds and of its list.",
        "Use it inside `every … in list`.",
    ),
}
"""Code → title, explanation, next step."""
