"""What the parser was ready for, in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("a declaration", frozenset({"MESSAGE", "STRUCT", "ENUM", "ERRORS"})),
    ("a field", frozenset({"LABEL", "LET", "ALIGN", "LIMIT", "UNKNOWN"})),
    ("a rule", frozenset({"MUST", "SHOULD", "MAY", "CHECK"})),
    ("a value", frozenset({"INT", "CHARS", "HEX", "NAME", "IF", "MINUS"})),
    ("a value", frozenset({"INT", "CHARS", "HEX", "NAME", "MINUS"})),
    ("a type", frozenset({"NAME", "SELECT", "LINE", "LBRACE"})),
    ("an extent", frozenset({"SIZE", "REST", "PREFIX", "UNTIL"})),
    ("a case", frozenset({"CASE", "OTHERWISE", "CHARS"})),
    ("an operator", frozenset({"CMP", "BITOP", "PLUS", "MINUS", "MULOP"})),
    ("an operator", frozenset({"CMP", "BITOP", "PLUS"})),
    ("a clause", frozenset({"WHEN", "DEFAULT", "WITHIN", "SINCE", "LENIENT"})),
    ("a channel property", frozenset({"ORDERED", "LOSSY", "BOUND", "CARRIES"})),
    ("a state", frozenset({"STATE", "START", "FINAL", "HOT"})),
    ("an action", frozenset({"SEND", "SET", "RAISE", "RUN"})),
    ("a policy", frozenset({"REJECT", "IGNORE", "PRESERVE", "EMPTY"})),
    ("a number", frozenset({"INT", "HEXINT"})),
    ("a pattern", frozenset({"CHARS", "NAME", "LPAR"})),
    ("documentation", frozenset({"STRING", "CITATION"})),
)
"""Terminals that together are one thing to a reader; the first groups that fit are taken."""

SWALLOWED: Mapping[str, frozenset[str]] = {
    "a declaration": frozenset(
        "USE CONST EXTEND TOKEN FUNCTION IDENTITY BIND SCHEDULE PROTOCOL RESOLVE VECTORS ENCODING".split()
    ),
    "a field": frozenset({"SELECT", "LINE", "CHARS", "HEX"}),
    "a value": frozenset(
        "HEXINT VERSION DURATION TRUE FALSE NULL LPAR LSQB LBRACE EVERY SOME NOT TILDE LABEL MANUAL".split()
    ),
    "an operator": frozenset({"SHIFT", "MULOP", "MINUS", "IN", "AND", "OR", "DOT", "LPAR", "LSQB"}),
    "a clause": frozenset({"FOR", "DATA", "DEPRECATED", "EQUAL", "VBAR", "LSQB"}),
    "an extent": frozenset({"MAX"}),
    "a case": frozenset({"NAME", "INT", "HEXINT", "CASEMINUS"}),
    "an action": frozenset({"START", "STOP"}),
    "a channel property": frozenset({"UNORDERED"}),
}
"""What else belongs to a group once it is named."""

NAMED = {
    "LABEL": "a name and `:`",
    "KEY": "a name and `=`",
    "CASE": "a case and `=>`",
    "NAME": "a name",
    "REQID": "the number of the requirement, such as `STUN-5-02`, and `:`",
    "CITATION": "`ref` and a standard",
    "STRING": 'prose in "double quotes"',
    "CHARS": "data in 'single quotes'",
    "HEX": "octets, x'…'",
    "INT": "a number",
    "HEXINT": "a number",
    "VERSION": "a version such as 1.0",
    "DURATION": "a duration such as 60s",
    **dict.fromkeys("CMP BITOP SHIFT PLUS MINUS CASEMINUS MULOP TILDE AND OR IN".split(), "an operator"),
    "$END": "the end of the text",
}
LEAST = frozenset({"documentation", "an operator", "a clause", "`(`", "`.`", "`[`", "`<`", "`|`"})
"""What may always follow: named only where little else is expected."""
MOST = 5


def in_words(terminals: Iterable[str], literals: Mapping[str, str]) -> str:
    """The set of accepted terminals as a phrase: "a field, a rule or `}`"."""
    left = set(terminals)
    words: list[str] = []
    for name, members in GROUPS:
        if members <= left:
            words.append(name)
            left -= members | SWALLOWED.get(name, frozenset())
    spelled = {terminal: f"`{text}`" for text, terminal in literals.items()}
    singles = {NAMED.get(terminal) or spelled.get(terminal, terminal) for terminal in left}
    words += sorted(singles - set(words), key=lambda word: (word.startswith("`"), word == "`}`", word))
    strong = [word for word in words if word not in LEAST]
    if strong and len(words) > 3:
        words = strong
    if len(words) > MOST:
        words = [*words[: MOST - 1], "another word that fits"]
    if len(words) < 2:
        return words[0] if words else "nothing more"
    return f"{', '.join(words[:-1])} or {words[-1]}"
