"""The pages of what a text leaves open."""

from __future__ import annotations

CODES = {
    "A7-L401": (
        "order of octets left open",
        "An integer of several octets is another number when it is read from the other end. A record of this module, or of "
        "one that it uses, says its order; this one does not, so that two implementers may choose differently.",
        "Write `order: 'big'` or `order: 'little'` in the encoding of the record.",
    ),
    "A7-L402": (
        "unknown members left open",
        "A later edition may add members. Whether a reader of this edition keeps them, passes over them or refuses the "
        "message decides whether the two can talk, and whether a signature still holds.",
        "Write `unknown preserve`, `unknown ignore` or `unknown reject ERROR`.",
    ),
    "A7-L403": (
        "absence left open",
        "A member of two or a few values may be absent, and nothing says what holds then: one reader goes by one value, "
        "another by the other.",
        "Write `default VALUE`, or say in the member's prose what holds without it.",
    ),
    "A7-L404": (
        "letters of either case left open",
        "A text is compared as it stands here and without regard to case elsewhere in the module.",
        "Write `lower(…)` in both places, or in none.",
    ),
    "A7-L405": (
        "unit left open",
        "A number that measures time or rate means nothing without its unit; seconds and milliseconds are mistaken for "
        "one another most often.",
        "Name the unit in the member's prose.",
    ),
    "A7-L406": (
        "requirement that puts off",
        "A requirement in prose alone, in words such as `as appropriate` or `usually`, leaves to its reader what must hold. "
        "The witness shows one strict reading; others are as good, which is the fault.",
        "Say what must hold and when, or make an executable rule of it.",
    ),
    "A7-L407": (
        "two layers for the same octets",
        "Two `bind`s of one field can apply to one message, so that its octets mean two things.",
        "Give each `bind` a `when` that excludes the other.",
    ),
    "A7-L408": (
        "messages that look alike",
        "Two messages of one channel take the same octets, and neither is in a frame that says which it is.",
        "Give each a literal of its own, or a frame with a kind and a `bind`.",
    ),
    "A7-L409": (
        "charset left open",
        "Octets are a text in some charset only.",
        "Write `text` (UTF-8), `charset: …`, or name the charset in the prose.",
    ),
    "A7-L410": (
        "rule about what may be absent",
        "A rule measures a member that may be absent. Whether it is kept then is not said.",
        "Begin the rule with `absent(x) or` or with `present(x) and`.",
    ),
    "A7-L499": (
        "open point without a message",
        "A point is left open, but within the budget no message was found that two readings take differently. It may still "
        "be a fault.",
        "Settle the point, or give the record a vector that the search can start from.",
    ),
}
"""Code → title, explanation, next step."""
