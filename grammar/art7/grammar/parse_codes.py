"""The pages of the codes `A7-P…`: what can be wrong with a text before its meaning is looked at."""

from __future__ import annotations

from art7.grammar import limits
from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-P001": Code(
        "a character that the language does not use",
        "Outside of 'data', \"prose\" and comments a specification is made of ASCII letters, digits and a few signs.",
        "Remove the character. Members need no separator; a line may simply end.",
    ),
    "A7-P002": Code(
        "a name with a letter outside ASCII",
        "Names are ASCII letters, digits and `_`. Letters of other scripts can look the same and mean another "
        "name, which a reader cannot see. The message names the code point and its position.",
        "Write the name in ASCII; put other scripts into \"prose\" or 'data'.",
    ),
    "A7-P003": Code(
        "a literal that is not closed",
        "Data, prose, octets and back-quoted names end on the line they begin on (octets may span lines).",
        "Add the closing quote. Several pieces of prose in a row are one text.",
    ),
    "A7-P004": Code(
        "a number that cannot be read",
        "Numbers are 12, 1_000, 0x1F, 0b101; versions 1.7 or 1.7.2; durations 250ms, 60s, 5min, 24h, 30d.",
        "Correct the digits or the unit.",
    ),
    "A7-P005": Code(
        "a number with too many digits",
        f"A number has at most {limits.NUMBER_DIGITS} digits; no format counts further.",
        "Write long values as octets, x'…'.",
    ),
    "A7-P006": Code(
        "octets that are not pairs of hexadecimal digits",
        "Between x' and ' stand hexadecimal digits, two for each octet; white space is free.",
        "Complete the last octet, or remove what is no digit.",
    ),
    "A7-P007": Code(
        "an escape that means nothing",
        r"In quotes stand \r \n \t \0 \\ \' and, with hexadecimal digits, \xHH and \u{H…}.",
        r"Write a backslash itself as \\.",
    ),
    "A7-P008": Code(
        "a name that is too long",
        f"A name has at most {limits.NAME_CHARACTERS} characters, so that every target can carry it.",
        'Shorten the name; say the rest in "prose".',
    ),
    "A7-P010": Code(
        "a byte order mark",
        "UTF-8 has one order of octets; a mark would be a character of the text.",
        "Save the file as UTF-8 without a mark.",
    ),
    "A7-P011": Code(
        "a text that is not UTF-8",
        "Specifications are UTF-8. The message names the first octet that is not.",
        "Save the file as UTF-8.",
    ),
    "A7-P012": Code(
        "a NUL character",
        "Tools end texts at NUL, so that two readers would see two specifications.",
        "Remove it; in data write \\0.",
    ),
    "A7-P013": Code(
        "a bare carriage return",
        "Some editors show it as a line end and some do not, so that a comment could hide a declaration.",
        "End lines with a line feed, or with carriage return and line feed.",
    ),
    "A7-P014": Code(
        "a control character",
        "Control characters are invisible and can drive the terminal of a reader.",
        "Remove it; in data write it as an escape.",
    ),
    "A7-P015": Code(
        "a character that changes the direction of text",
        "It makes a reader see another order than the one the tool reads (CVE-2021-42574).",
        "Remove it; in data write it as an escape.",
    ),
    "A7-P016": Code(
        "a file that is too large",
        f"A file holds at most {limits.FILE_OCTETS} octets.",
        "Split the module.",
    ),
    "A7-P017": Code(
        "a line that is too long",
        f"A line holds at most {limits.LINE_CHARACTERS} characters.",
        "Break the line; octets may span lines.",
    ),
    "A7-P018": Code(
        "a file that cannot be read",
        "The name does not lead to a regular file that this user may read.",
        "Check the name and the permissions.",
    ),
    "A7-P020": Code(
        "nesting that is too deep",
        f"Brackets, operators, types and patterns nest at most {limits.DEPTH} deep; the place of the excess is "
        "shown.",
        "Give the inner part a name of its own.",
    ),
    "A7-P021": Code(
        "too many extents behind one type",
        f"At most {limits.EXTENTS} extents may follow one type.",
        "Give the inner vector a name with `struct`.",
    ),
    "A7-P022": Code(
        "further errors not shown",
        f"After {limits.ERRORS} errors in one file the rest is most likely their consequence.",
        "Correct what is shown and run again.",
    ),
    "A7-P030": Code(
        "no header",
        "A module begins with the version of the language, its own name and version.",
        "Begin with `a7 1`, then `module name version 1.0`.",
    ),
    "A7-P031": Code(
        "an unknown version of the language",
        "The number after `a7` is the version of the language; this tool reads version 1.",
        "Write `a7 1`, or use the tool that the text was written for.",
    ),
    "A7-P032": Code(
        "a word or sign that does not fit here",
        "The message says what could stand at this place and what was found.",
        "Correct it, or remove what does not belong here.",
    ),
    "A7-P033": Code(
        "a word that is nearly a keyword",
        "The word does not fit here, and a keyword that would fit differs by a letter or two.",
        "Take the keyword that is proposed; a name would need a sign after it, such as `:`.",
    ),
    "A7-P034": Code(
        "a block that is not closed",
        "The text ends, or the next declaration begins, before the closing bracket; its opening one is shown.",
        "Add the missing bracket.",
    ),
    "A7-P035": Code(
        "a text that ends in the middle of a construct",
        "What the last construct still needs is named.",
        "Complete it.",
    ),
    "A7-P036": Code(
        "a bracket that closes nothing",
        "The bracket has no partner before it.",
        "Remove it, or add the one that opens.",
    ),
    "A7-P037": Code(
        "a default encoding out of place",
        "A module has at most one `encoding`, before its declarations, so that its reach is plain.",
        "Move it behind the header, or write `as` at the declaration.",
    ),
    "A7-P038": Code(
        "a clause written twice",
        "Each clause stands at most once behind a field.",
        "Keep one; join two conditions by `and`.",
    ),
    "A7-P039": Code(
        "a range in a pattern that cannot hold",
        "A range of characters has two single characters in order, a repetition two bounds in order.",
        "Write the lower bound first.",
    ),
}

_HEAD = "a7 1\nmodule demo version 1.0\n"

EXAMPLES: dict[str, str] = {
    "A7-P001": _HEAD + "struct Pair as binary { a: u8; b: u8 }\n",
    "A7-P002": _HEAD + "struct p\u0430yload as binary { a: u8 }\n",
    "A7-P003": _HEAD + 'errors {\n    bad = 1 "Never closed.\n}\n',
    "A7-P004": _HEAD + "const most: u16 = 12abc\n",
    "A7-P005": _HEAD + "const most: u16 = " + "9" * 60 + "\n",
    "A7-P006": _HEAD + "const mark: bytes = x'ABC'\n",
    "A7-P007": _HEAD + "const mark: text = 'a\\qb'\n",
    "A7-P008": _HEAD + "struct " + "n" * 300 + " as binary { a: u8 }\n",
    "A7-P010": "\ufeff" + _HEAD,
    "A7-P012": _HEAD + "// \0\n",
    "A7-P013": _HEAD + "// one\rstruct A as binary { a: u8 }\n",
    "A7-P014": _HEAD + "// \x1b[31m\n",
    "A7-P015": _HEAD + "// \u202e\n",
    "A7-P017": _HEAD + "//" + "-" * (limits.LINE_CHARACTERS + 1) + "\n",
    "A7-P020": _HEAD + "const deep: u8 = " + "(" * 100 + "1" + ")" * 100 + "\n",
    "A7-P021": _HEAD + "struct A as binary { a: u8" + "[1]" * 9 + " }\n",
    "A7-P022": _HEAD + ";\n" * 60,
    "A7-P030": "struct A as binary { a: u8 }\n",
    "A7-P031": "a7 2\nmodule demo version 1.0\n",
    "A7-P032": _HEAD + "struct A as binary { a u8 }\n",
    "A7-P033": _HEAD + "mesage A as binary { limit size = 1  a: u8 }\n",
    "A7-P034": _HEAD + "struct A as binary { a: u8\n",
    "A7-P035": _HEAD + "const most: u8 =\n",
    "A7-P036": _HEAD + "struct A as binary { a: u8 }\n}\n",
    "A7-P037": _HEAD + "struct A as binary { a: u8 }\nencoding tls\n",
    "A7-P038": _HEAD + "struct A as binary { a: u8 = 1 = 2 }\n",
    "A7-P039": _HEAD + "token T = 'z'..'a'\n",
}
"""A text for each code that a text alone can give; it yields that code and no other."""
