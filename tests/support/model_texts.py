"""Models read again by the rules of their languages: what Verifpal and ProVerif would refuse is told in a line each."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"[a-z][a-z0-9_]*"
_ARITY = {
    "MAC": (2, 2), "HKDF": (3, 3), "HASH": (1, 5), "SIGN": (2, 2), "SIGNVERIF": (3, 3), "AEAD_ENC": (3, 3),
    "AEAD_DEC": (3, 3), "ENC": (2, 2), "DEC": (2, 2), "CONCAT": (2, 5), "SPLIT": (1, 1),
}  # fmt: skip
_CHECKED = ("SIGNVERIF", "AEAD_DEC", "ASSERT", "SPLIT")


def verifpal_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a model of Verifpal: syntax, names unknown to a principal, names made twice."""
    known: dict[str, set[str]] = {}
    made: set[str] = set()
    role: str | None = None
    queries = False
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("//")]
    if lines[0] != "attacker[active]":
        yield "the first line is no attacker"
    if lines[-1] != "]" or not any(line == "queries[" for line in lines):
        yield "no queries at the end"
    for line in lines[1:]:
        if found := re.fullmatch(r"principal ([A-Z][A-Za-z0-9_]*)\[", line):
            role = found[1]
            known.setdefault(role, set())
        elif line == "queries[":
            queries = True
        elif line == "]":
            role = None
        elif role is not None:
            yield from _statement(line, known[role], made)
        elif queries:
            yield from _query(line, known)
        elif found := re.fullmatch(rf"([A-Z]\w*) -> ([A-Z]\w*): ((?:{_NAME}, )*{_NAME})", line):
            yield from _message(found, known)
        elif not re.fullmatch(r"phase\[\d+\]", line):
            yield f"no statement: {line}"


def _statement(line: str, known: set[str], made: set[str]) -> Iterator[str]:
    if found := re.fullmatch(rf"knows (public|private) ({_NAME})", line):
        if found[2] in known:
            yield f"known twice: {line}"
        known.add(found[2])
        made.add(found[2])
    elif found := re.fullmatch(rf"generates ({_NAME})", line):
        yield from _new([found[1]], known, made)
    elif found := re.fullmatch(rf"leaks ({_NAME})", line):
        yield from _unknown([found[1]], known)
    elif found := re.fullmatch(rf"({_NAME}) = (G|{_NAME})\^({_NAME})", line):
        yield from _unknown([x for x in (found[2], found[3]) if x != "G"], known)
        yield from _new([found[1]], known, made)
    elif found := re.fullmatch(rf"((?:{_NAME}, )*{_NAME}) = ([A-Z_]+)\(((?:{_NAME}, )*{_NAME})\)(\??)", line):
        given, names = found[3].split(", "), found[1].split(", ")
        low, high = _ARITY.get(found[2], (1, 0))
        if not low <= len(given) <= high or (found[4] and found[2] not in _CHECKED):
            yield f"a primitive with other arguments: {line}"
        if len(names) > 1 and found[2] not in ("SPLIT", "HKDF"):
            yield f"one value given several names: {line}"
        yield from _unknown(given, known)
        yield from _new(names, known, made)
    else:
        yield f"no statement of a principal: {line}"


def _new(names: list[str], known: set[str], made: set[str]) -> Iterator[str]:
    for name in names:
        if name in made:
            yield f"made twice: {name}"
        made.add(name)
        known.add(name)


def _unknown(names: list[str], known: set[str]) -> Iterator[str]:
    return (f"not known: {name}" for name in names if name not in known)


def _message(found: re.Match[str], known: dict[str, set[str]]) -> Iterator[str]:
    names = found[3].split(", ")
    receiver = known.setdefault(found[2], set())
    yield from _unknown(names, known.get(found[1], set()))
    yield from (f"received again: {name}" for name in names if name in receiver)
    receiver |= set(names)


def _query(line: str, known: dict[str, set[str]]) -> Iterator[str]:
    everything = set().union(*known.values())
    if found := re.fullmatch(rf"confidentiality\? ({_NAME})", line):
        yield from _unknown([found[1]], everything)
    elif found := re.fullmatch(rf"authentication\? ([A-Z]\w*) -> ([A-Z]\w*): ({_NAME})", line):
        yield from _unknown([found[3]], known.get(found[1], set()) & known.get(found[2], set()))
    else:
        yield f"no query: {line}"


_FUNCTIONS = {
    "mac": 2, "kdf": 3, "digest": 1, "part": 2, "pk": 1, "dh": 2, "sign": 2, "verify": 3, "aead_enc": 3, "aead_dec": 3,
    "sym_enc": 2, "sym_dec": 2,
}  # fmt: skip


def proverif_faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a model of ProVerif: statements, names that are not bound, arguments of functions."""
    if text.count("(*") != 1 or text.count("*)") != 1:
        yield "a comment that does not end where it should"
    body = text.split("event received(bitstring).\n", 1)[1]
    declarations, _, processes = body.partition("let role")
    free: set[str] = set()
    for line in declarations.splitlines():
        if found := re.fullmatch(r"free (\w+): bitstring( \[private\])?\.", line):
            if found[1] in free:
                yield f"declared twice: {line}"
            free.add(found[1])
        elif not re.fullmatch(
            r"query attacker\((\w+)\)\.|query x: bitstring; event\(received\(x\)\) ==> event\(sent\(x\)\)\.",
            line,
        ):
            yield f"no declaration: {line}"
        elif (asked := re.search(r"attacker\((\w+)\)", line)) and asked[1] not in free:
            yield f"not declared: {asked[1]}"
    blocks = ("let role" + processes).split("process\n")[0]
    for block in re.split(r"(?m)^let role", blocks)[1:]:
        yield from _role(block.splitlines(), set(free))


def _role(lines: list[str], bound: set[str]) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9_]* =", lines[0]) or lines[-1] != "    0.":
        yield f"no process: {lines[0]} … {lines[-1]}"
    for line in (x.strip() for x in lines[1:-1]):
        if found := re.fullmatch(r"new (\w+): bitstring;", line):
            bound.add(found[1])
        elif found := re.fullmatch(r"let (\w+) = (.+) in", line):
            yield from _term(found[2], bound)
            bound.add(found[1])
        elif found := re.fullmatch(r"let \((\w+): bitstring, (\w+): bitstring\) = (\w+) in", line):
            yield from _term(found[3], bound)
            bound |= {found[1], found[2]}
        elif found := re.fullmatch(r"out\(net, (.+)\);|event (?:sent|received)\((.+)\);", line):
            yield from _term(found[1] or found[2], bound)
        elif found := re.fullmatch(r"in\(net, \(?((?:\w+: bitstring, )*\w+: bitstring)\)?\);", line):
            bound |= {part.split(":")[0] for part in found[1].split(", ")}
        elif line != "phase 1;":
            yield f"no statement: {line}"


def _term(text: str, bound: set[str]) -> Iterator[str]:
    """Names are bound, brackets close, functions have their arguments."""
    for name in re.findall(r"\b(\w+)\b(?!\()", text):
        if name not in bound:
            yield f"not bound: {name}"
    for found in re.finditer(r"(\w+)\(", text):
        depth, commas, place = 1, 0, found.end()
        while depth and place < len(text):
            depth += (text[place] == "(") - (text[place] == ")")
            commas += text[place] == "," and depth == 1
            place += 1
        if depth or _FUNCTIONS.get(found[1]) != commas + 1:
            yield f"a function with other arguments: {text}"
