"""Whether the printed forms of an example agree with one another and with the format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.validator.examples import (
    MAX_EXAMPLE_OCTETS,
    BadForm,
    Codec,
    Refused,
    comparable,
    first_difference,
    read_octets,
    read_value,
)
from art7.validator.manifest.operation import Example
from art7.validator.offer import Offer

_CUT = re.compile(r"\.\.\.|…|\[(?:truncated|snip|cut)\]", re.IGNORECASE)
_OCTETS_LIKE = re.compile(r"[0-9A-Fa-f]{6,}|[A-Za-z0-9+/_-]{6,}={0,2}")


Where = str | int | None


def contradictions(offer: Offer, example: Example) -> Iterator[tuple[str, str, Where]]:
    """Yield (file, message, member or octet) for each disagreement; what cannot be read is another rule's affair."""
    octets: list[tuple[str, bytes]] = []
    values: list[tuple[str, object]] = []
    for form in example.forms:
        content = offer.bundle.files.get(form.file)
        if content is None or any(truncations(form.kind, content)):
            continue
        try:
            if form.kind == "value":
                values.append((form.file, comparable(read_value(content))))
            else:
                octets.append((form.file, read_octets(form.kind, content)))
        except BadForm:
            continue
    yield from _unequal_octets(octets)
    for file, value in values[1:]:
        if (path := first_difference(values[0][1], value)) is not None:
            yield file, f"`{values[0][0]}` and `{file}` differ at `{path}`", path
    if offer.codec is not None and offer.declarations.record(example.message):
        yield from _against_format(offer.codec, example.message, octets[:1], values[:1])


def _unequal_octets(octets: list[tuple[str, bytes]]) -> Iterator[tuple[str, str, Where]]:
    for file, each in octets[1:]:
        first_file, first = octets[0]
        if each != first:
            at = next((n for n, (a, b) in enumerate(zip(first, each, strict=False)) if a != b), None)
            at = min(len(first), len(each)) if at is None else at
            yield file, f"`{first_file}` and `{file}` differ at octet {at}", at


def _against_format(
    codec: Codec, message: str, octets: list[tuple[str, bytes]], values: list[tuple[str, object]]
) -> Iterator[tuple[str, str, Where]]:
    for file, each in octets:
        decoded = codec.decode(message, each, {})
        if isinstance(decoded, Refused):
            yield file, f"`{message}` refuses the octets: {_refusal(decoded)}", decoded.offset
            continue
        for value_file, value in values:
            if (path := first_difference(comparable(decoded), value)) is not None:
                yield value_file, f"`{file}` and `{value_file}` differ at `{path}`", path
    for file, value in values if not octets else ():
        encoded = codec.encode(message, value, {})
        if isinstance(encoded, Refused):
            yield file, f"`{message}` cannot be written from the value: {_refusal(encoded)}", encoded.path


def _refusal(refused: Refused) -> str:
    place = f" at octet {refused.offset}" if refused.offset is not None else ""
    path = f" in `{refused.path}`" if refused.path else ""
    return f"{refused.code}{place}{path}"


def truncations(kind: str, content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (line, first column, last column) of each ellipsis."""
    if kind == "octets" or len(content) > MAX_EXAMPLE_OCTETS:
        return
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if found := _CUT.search(line):
            yield number, found.start() + 1, found.end() + 1


def shared_prefixes(kind: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield pairs of sibling members of which one holds the beginning of the other."""
    if kind != "value":
        return
    try:
        value = read_value(content)
    except BadForm:
        return
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            pending.extend(node.values())
            texts = sorted(
                (v, k) for k, v in node.items() if isinstance(v, str) and _OCTETS_LIKE.fullmatch(v)
            )
            for (short, shorter), (long, longer) in zip(texts, texts[1:], strict=False):
                if long.startswith(short) and len(long) > len(short):
                    yield str(shorter), str(longer)
