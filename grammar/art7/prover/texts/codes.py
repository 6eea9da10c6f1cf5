"""The pages of what is wrong with texts and with forms that should be the only ones."""

from __future__ import annotations

CODES = {
    "A7-L301": (
        "text that begins as another member does",
        "What may be absent, and which of several alternatives is there, is told by what comes next. A text that may begin "
        "in the same way is read as the other member, so that it does not come back as it was written.",
        "Let one of them begin with what the other cannot begin with, or write a rule against it.",
    ),
    "A7-L302": (
        "pattern that matches in two ways",
        "A pattern of which two parts can stand for the same text has two derivations; whoever takes the parts apart may "
        "get either.",
        "Let each alternative begin with what the others cannot begin with.",
    ),
    "A7-L303": (
        "end of a line within a token",
        "A token may hold what ends the line that it stands in: such a value is promised, and can never be written.",
        "Leave the characters of the line's end out of the token.",
    ),
    "A7-L304": (
        "separator within an item",
        "An item may hold the comma that parts it from the next one: such an item is promised, and can never be written, "
        "since it would be read as two.",
        "Leave the comma out of the item's token, or quote the item.",
    ),
    "A7-L305": (
        "two forms where there should be one",
        "A record is said to have one form only, and two different octet strings are read as the same value. Signatures, "
        "hashes and comparisons by octets then differ for what means the same.",
        "Use types with one form, state the canonical form of the encoding, or write a rule that refuses the other.",
    ),
    "A7-L306": (
        "text that is not read back",
        "A text may hold characters that mean something where it stands; it is written as it is and read as something else.",
        "Leave these characters out of the token, write a rule against them, or quote the text.",
    ),
    "A7-L399": (
        "text not decided",
        "A question about a text needed more states or more time than it had. It may be at fault.",
        "State smaller bounds, or give the check more time.",
    ),
}
"""Code → title, explanation, next step."""
