"""Long lines of generated code, broken as the formatter breaks them: at the last bracket, then at its commas."""

from __future__ import annotations

import re

from art7.codegen.python.code import WIDTH

_TAIL = re.compile(r"(?:\.\w+\(\))?:?")
_MARKS = re.compile(r"""[()\[\]{},]|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?""", re.DOTALL)
"""Brackets, commas, and string constants as a whole."""
_OPEN, _CLOSE = "([{", ")]}"


def wrapped(text: str, pad: int, reserve: int = 0) -> list[str]:
    """Return a statement at `pad` columns as lines of at most `WIDTH`, where its brackets allow it.

    `reserve` columns are left for what the caller adds to the last line.
    """
    if pad + len(text) + reserve <= WIDTH or "f'" in text or "\n" in text:
        return [" " * pad + text]
    found = _last_group(text)
    if found is None:
        return [" " * pad + text]
    start, end = found
    head, body, tail = text[: start + 1], text[start + 1 : end], text[end:]
    if not body:
        return [" " * pad + text]
    lines = [" " * pad + head]
    if pad + 4 + len(body) <= WIDTH and not body.endswith(","):
        lines.append(" " * (pad + 4) + body)
    else:
        parts = _split(body)
        if len(parts) == 1 and not body.endswith(","):
            lines += wrapped(parts[0], pad + 4)
        else:
            for part in parts:
                inner = wrapped(part, pad + 4, reserve=1)
                inner[-1] += ","
                lines += inner
    return [*lines, " " * pad + tail]


def _last_group(text: str) -> tuple[int, int] | None:
    """Return where the bracket that the statement ends with opens and closes."""
    stack: list[int] = []
    found = None
    for place, character in _code(text):
        if character in _OPEN:
            stack.append(place)
        elif character in _CLOSE and stack:
            start = stack.pop()
            if not stack and place > start + 1:
                found = (start, place)
    if found is None or not _TAIL.fullmatch(text, found[1] + 1):
        return None
    return found


def _split(body: str) -> list[str]:
    """Cut at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for place, character in _code(body):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(body[start:place].strip())
            start = place + 1
    last = body[start:].strip()
    return [*parts, last] if last else parts


def _code(text: str) -> list[tuple[int, str]]:
    """Return the brackets and commas outside string constants, with their places."""
    return [(found.start(), mark) for found in _MARKS.finditer(text) if (mark := found[0])[0] not in "\"'"]
