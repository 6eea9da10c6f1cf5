"""Codes of `art7 import`: mistakes in what is imported, and what could not be carried over."""

from __future__ import annotations

_LISTED = "It is listed at the end of the imported module, with its place in the source."

CODES: dict[str, tuple[str, ...]] = {
    "A7-P200": (
        "imported text that cannot be read here",
        "A word or sign stands where the format that is imported has another one. What holds it is left out "
        "or read on with what was meant, as the message says.",
        "Correct the source and import it again.",
    ),
    "A7-P201": (
        "imported text with a character or literal out of place",
        "The format has no such character, or a comment or text is not closed.",
        "Correct the source and import it again.",
    ),
    "A7-P202": (
        "imported number or text that cannot be used",
        "A number is too large for where it stands, has too many digits, or a literal holds an escape that the "
        "format does not have.",
        "Correct the source and import it again.",
    ),
    "A7-P203": (
        "name declared twice in what is imported",
        "Two declarations, members, values or numbers are the same where the format has each of them once. The "
        "first is taken.",
        "Rename or remove one of them.",
    ),
    "A7-P204": (
        "name that nothing imported declares",
        "A type, value or member is mentioned that neither the source, nor the files that it imports, nor a "
        "module named by `--use` declares. A type is imported as one that refuses every message that reaches it.",
        "Declare it, correct its spelling, or name the module that declares it with `--use`.",
    ),
    "A7-P205": (
        "imported text beyond a limit",
        "The source is too large, nests too deeply or declares too much.",
        "Split the source.",
    ),
    "A7-P206": (
        "imported rule that cannot hold",
        "The source contradicts itself or the rules of its format: an empty range, a number that the format "
        "reserves, a declaration made of itself.",
        "Correct the source and import it again.",
    ),
    "A7-P207": (
        "imported file that cannot be read",
        "A file that the source imports is not there, lies outside the folder of the source or is no file of the "
        "format.",
        "Put it beside the source, or import without what depends on it.",
    ),
    "A7-P208": (
        "YAML that is not read",
        "The text is no YAML, or uses of it what plain data does not need: tags, aliases of nothing, several "
        "documents, keys that are no texts or stand twice.",
        "Write plain YAML or JSON.",
    ),
    "A7-P209": (
        "example that disagrees with its comment",
        "What is said beside a value of a printed example is not what the value is: an instant, a head of CBOR, a "
        "text, a character, the name of a number.",
        "Correct the one that is wrong: a reader who follows the comment builds another message.",
    ),
    "A7-P210": (
        "forms of one example that differ",
        "The files of one example (octets, diagnostic notation, annotated hex) are different messages.",
        "Print all of them from the same message.",
    ),
    "A7-P211": (
        "example that its message refuses",
        "The message that the example is of does not read it, or writes it otherwise.",
        "Correct the example, or the specification.",
    ),
    "A7-P220": (
        "constraint not carried over",
        "The source restricts a value in a way that the language cannot say, so the imported module accepts more. "
        + _LISTED,
        "State it as a rule, or as `must … : manual` with the sentence that says it.",
    ),
    "A7-P221": (
        "type carried over as a wider one",
        "The language has no type of that form in this encoding; the imported one accepts more. " + _LISTED,
        "Narrow the type, or check its value by a rule.",
    ),
    "A7-P222": (
        "declaration not carried over",
        "The language has no such declaration, or it describes no message. " + _LISTED,
        "Describe it by the construct that the message names.",
    ),
    "A7-P223": (
        "behaviour that differs",
        "The imported module reads or writes some messages otherwise than the source says. " + _LISTED,
        "Look at the messages that the text names, and change the module if they matter.",
    ),
    "A7-P224": (
        "annotation not carried over",
        "What the source says there concerns programs or people, never what is on the wire. " + _LISTED,
        "Nothing, or say it in the module's prose.",
    ),
    "A7-P225": (
        "decision that the source does not make",
        "The language asks for what the source leaves open, and the import chose. " + _LISTED,
        "Look at the choice and set what your service has.",
    ),
    "A7-P229": (
        "imported module that does not check",
        "The text that was made has findings of its own; they follow. It is printed all the same.",
        "Correct the module by hand, and tell us: this is a fault of the import.",
    ),
}
"""code → title, explanation, next step."""
