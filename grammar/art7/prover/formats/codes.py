"""The codes of faults of formats."""

from __future__ import annotations

CODES = {
    "A7-L200": (
        "rule that no message meets",
        "With the types of what it mentions, and the rules before it, the rule cannot hold: every message is refused. The "
        "finding names the fewest other rules that it contradicts.",
        "Correct this rule or one of those that it contradicts.",
    ),
    "A7-L201": (
        "computed value that no message has",
        "What is read here must equal a value that, by the sizes and fields it is computed from, it cannot have: every "
        "message is refused.",
        "Correct the expression, or the size that is read by the field.",
    ),
    "A7-L202": (
        "field that is never there",
        "Its condition, with the types and rules around it, cannot hold.",
        "Remove the field, or correct the condition or the rule that excludes it.",
    ),
    "A7-L203": (
        "arm that is never taken",
        "No value that the tag can have leads to it: other arms take them, or a rule refuses them.",
        "Remove the arm, or correct its cases or the rule that excludes them.",
    ),
    "A7-L204": (
        "rule that excludes nothing",
        "Types, and the rules before it, already make it true of every message. Either it is idle, or it says something "
        "else than was meant.",
        "Remove the rule, or correct it.",
    ),
    "A7-L205": (
        "condition that is always true",
        "The member has a condition but is always there: either the condition is idle, or it says something else than "
        "was meant.",
        "Remove the condition, or correct it.",
    ),
    "A7-L206": (
        "size that can be negative",
        "A message can say numbers of which the size comes out below zero. An implementation in unsigned integers reads "
        "far beyond the message then.",
        "Add a rule before it that excludes such numbers.",
    ),
    "A7-L207": (
        "size that can overflow",
        "A message can say numbers of which the size comes out at 2^64 or above. An implementation whose integers wrap "
        "reads too little then.",
        "Bound the numbers it is made of by narrower types or a rule.",
    ),
    "A7-L208": (
        "view that is not inverse",
        "A value that is given is written into fields from which another value is read again: both sides are right by "
        "the text, and disagree.",
        "Let the `let` undo exactly what the computed fields do, or narrow its type to what they can carry.",
    ),
    "A7-L209": (
        "size that its length field does not give back",
        "The length that is computed for a content leads to another size when it is read: an offset is counted on one "
        "side only, or the division leaves a rest.",
        "Make the size and the computed length inverse, or demand by a rule that the content fills whole units.",
    ),
    "A7-L210": (
        "message larger than its limit",
        "The fewest octets that the message takes are more than `limit size` allows.",
        "Raise the limit, or take out what is too much.",
    ),
    "A7-L211": (
        "value that depends on itself",
        "Members of which each is computed from the other have no value to begin with: nothing can be written.",
        "Compute one of them from members that are given.",
    ),
    "A7-L299": (
        "format not proven",
        "Neither the search nor the solver could tell within the time that a question may take, or the solver is not "
        "installed. What is not proven is not taken for granted.",
        "Simplify the expression, give `--budget` more seconds, or install the extra `prove`.",
    ),
}
"""Code → title, explanation, next step."""
