"""Read octets that only serve as a number as a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Statement, Test, While, names_in

FORMATS = {"2s": "H", "4s": "I", "8s": "Q"}
_NUMBER = re.compile(r'int\.from_bytes\((\w+), "big"\)')
_OCTETS = re.compile(r'\((?P<number>[^()]+)\)\.to_bytes\((?P<octets>[248]), "big"\)')
_SIZES = {"2": "H", "4": "I", "8": "Q"}


def read_words(body: Body, pack: Callable[[str], str]) -> Body:
    """Return `body` with `int.from_bytes` of what was just read dropped, where nothing wants the octets.

    What such a number becomes octets by is a prebuilt `pack` then: `pack(codes)` names one.
    """
    reads = _reads(body)
    if not any(code in FORMATS for _, read in reads for code in read.codes):
        return body
    everywhere = _names(body)
    by_name: dict[str, list[tuple[Body, Read]]] = {}
    for block, read in reads:
        for target in read.targets:
            if target is not None:
                by_name.setdefault(target, []).append((block, read))
    for name, found in by_name.items():
        if not any(_code(read, name) for _, read in found) or name not in everywhere:
            continue
        used = [_names(block)[name] for block, _ in found]
        if sum(used) != everywhere[name] - _declared(body)[name]:
            continue  # read in one block, used in another
        for (block, read), count in zip(found, used, strict=True):
            if count and _code(read, name) and _numbers(block)[name] == count:
                place = read.targets.index(name)
                read.codes[place] = FORMATS[read.codes[place]]
                word = _unused(f"{name}_word", everywhere)
                read.targets[place] = word
                _rewrite(block, name, word, pack)
    return body


def _reads(body: Body) -> list[tuple[Body, Read]]:
    found: list[tuple[Body, Read]] = []
    for statement in body:
        if isinstance(statement, Read):
            found.append((body, statement))
        elif type(statement) in COMPOUND:
            for inner in bodies(statement):
                found += _reads(inner)
    return found


def _names(body: Body) -> Counter[str]:
    """Count the names that statements of a block, and of blocks in it, mention; targets of reads apart."""
    return Counter(name for text in _texts(body) for name in names_in(text))


def mentions(body: Body) -> list[str]:
    """Return every name that a block, and blocks in it, mention, as often as they do; targets of reads too."""
    stored = [name for _, read in _reads(body) for text in read.targets if text for name in names_in(text)]
    return [name for text in _texts(body) for name in names_in(text)] + stored


def _numbers(body: Body) -> Counter[str]:
    return Counter(name for text in _texts(body) for name in _NUMBER.findall(text))


def _code(read: Read, name: str) -> bool:
    return not read.little and read.codes[read.targets.index(name)] in FORMATS


def _texts(body: Body) -> list[str]:
    texts: list[str] = []
    _gather(body, texts)
    return texts


def _gather(body: Body, texts: list[str]) -> None:
    for statement in body:
        texts += own_texts(statement)
        if type(statement) in COMPOUND:
            for inner in bodies(statement):
                _gather(inner, texts)


def own_texts(statement: Statement) -> list[str]:
    """Return the texts of a statement without its blocks; targets of reads apart."""
    if isinstance(statement, Assign):
        return [*statement.targets, statement.value]
    if isinstance(statement, (Test, While)):
        return [statement.condition]
    if isinstance(statement, Line):
        return [statement.text]
    if isinstance(statement, Read):
        return [statement.at.base]
    if isinstance(statement, If):
        return [condition for condition, _ in statement.arms]
    return [statement.target, statement.iterable]


COMPOUND = frozenset((If, While, For))
"""Statements with blocks inside; most are asked for theirs in vain."""


def bodies(statement: object) -> Sequence[Body]:
    """Return the blocks inside a statement."""
    if isinstance(statement, If):
        inner = [body for _, body in statement.arms]
        return [*inner, statement.otherwise] if statement.otherwise else inner
    return (statement.body,) if isinstance(statement, (While, For)) else ()


def declares(line: Line) -> bool:
    """Whether a statement only declares a variable, which gets its value later (`name: type`)."""
    name, colon, rest = line.text.partition(":")
    return bool(colon) and name.isidentifier() and "=" not in rest


def _unused(name: str, everywhere: Counter[str]) -> str:
    while name in everywhere:
        name += "_"
    everywhere[name] += 1
    return name


def _declared(body: Body) -> Counter[str]:
    """Count the declarations of variables that have no value yet (`name: type`)."""
    found: Counter[str] = Counter()
    for text in _texts(body):
        name, colon, rest = text.partition(":")
        if colon and name.isidentifier() and "=" not in rest:
            found[name] += 1
    return found


def _rewrite(body: Body, name: str, word: str, pack: Callable[[str], str]) -> None:
    number = f'int.from_bytes({name}, "big")'

    def rewritten(text: str) -> str:
        if number not in text:
            return text
        return _OCTETS.sub(
            lambda found: f"{pack(_SIZES[found['octets']])}({found['number']})", text.replace(number, word)
        )

    for statement in body:
        match statement:
            case Assign():
                statement.value = rewritten(statement.value)
            case Test():
                statement.condition = rewritten(statement.condition)
            case Line():
                statement.text = rewritten(statement.text)
            case If():
                statement.arms = [(rewritten(condition), inner) for condition, inner in statement.arms]
            case _:
                pass
        for inner in bodies(statement):
            _rewrite(inner, name, word, pack)
