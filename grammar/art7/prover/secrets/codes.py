"""Findings about keys and data."""

from __future__ import annotations

CODES = {
    "A7-K201": (
        "unused value of a schedule",
        "A parameter, an input or a derived value reaches no output, no rule and no other value: two programs that "
        "differ in it agree, so it protects nothing.",
        "Use it, or remove it.",
    ),
    "A7-K202": (
        "secret that nobody settles",
        "Forward secrecy depends on what is erased and when; a secret that is neither an output nor kept nor erased lives "
        "on in one implementation and not in the other.",
        "Name it in `output`, `keep` or `erase`.",
    ),
    "A7-K203": (
        "secret used after it is erased",
        "What was erased cannot be read, kept or handed on; a program that still can has not erased it.",
        "Erase it behind its last use, or give the variable a new value first.",
    ),
    "A7-K204": (
        "one key for two purposes",
        "A key used by two algorithms, or under two stated purposes, can be turned from one against the other.",
        "Derive a key for each purpose, with labels of their own.",
    ),
    "A7-K205": (
        "two values that are one",
        "The same function of the same key and the same label gives the same octets: two names, one secret.",
        "Give each its own label.",
    ),
    "A7-K206": (
        "label that begins another",
        "Where one label begins another under the same key, a context that follows can turn the one into the other.",
        "Choose labels of which none begins another, or put their length before them.",
    ),
    "A7-K207": (
        "sizes that do not add up",
        "What is cut, taken or used as a key has another size than is there or than its algorithm takes.",
        "Correct the size.",
    ),
    "A7-K208": (
        "nonce that repeats",
        "Under one key no nonce may come twice: it must tell apart everything that is sealed, by a counter of which no bit "
        "is lost, or by fresh octets.",
        "Write the whole counter into the nonce, or use the key once.",
    ),
    "A7-K209": (
        "key and nonce used twice",
        "Two texts under one key and one nonce give away their difference, and the authentication with it.",
        "Use another nonce, or another key.",
    ),
    "A7-K210": (
        "use before verification",
        "A field that a signature or a MAC covers was used before it was verified, or without: whoever is on the wire chose it.",
        "Verify first.",
    ),
    "A7-K211": (
        "secret that becomes public",
        "A secret flows into a value that is not secret, and nothing on the way hides it: no encryption, MAC, signature "
        "or public key.",
        "Hide it, call the value `secret`, or say with the purpose `reveal` why it may be told.",
    ),
    "A7-K212": (
        "secret sent in clear",
        "A secret reaches a field of a message that nothing encrypts; all on the way read it.",
        "Encrypt it for its receiver.",
    ),
    "A7-K213": (
        "secret in an open variable",
        "A variable that is not `secret` is shown in traces, errors and logs.",
        "Declare the variable `secret`.",
    ),
    "A7-K214": (
        "content readable by a role that is no end",
        "What users write to one another is for the ends alone; here a role between them can read it.",
        "Encrypt it for the ends.",
    ),
    "A7-K215": (
        "gateway that encrypts anew",
        "A role opens what one role sent and seals it for another: it reads everything between them.",
        "Pass the ciphertext on, and agree keys between the ends.",
    ),
    "A7-K216": (
        "identity without a verified key",
        "A key is taken for somebody's, but no signature that was checked binds it to who is meant.",
        "Check a signature over identifier and key together, and that the identifier is the one that is meant.",
    ),
    "A7-K217": (
        "overlapping identifiers",
        "One text is an identifier of two kinds, and no rule says which one is meant.",
        "Make the patterns differ, or let a `resolve` with `order` and `otherwise` decide.",
    ),
    "A7-K218": (
        "purpose that is not the use",
        "The purpose that a key states and what is done with it are not the same.",
        "State the purpose that it has, or use the key that is for it.",
    ),
    "A7-K219": (
        "verification that has no effect",
        "Whether a signature or MAC holds is found out, and nothing depends on it.",
        "Demand it: `must …: verified(…) else …`, or `check …`.",
    ),
    "A7-K299": (
        "not proven: keys and data",
        "The question was not decided: neither a proof nor an example was found.",
        "Write the nonce from whole fields joined by `++`, `^` and shifts, which can be decided.",
    ),
}
"""Code → title, explanation, next step."""
