"""Names compared (RFC 5280 §7.1), and held against constraints (RFC 5280 §4.2.1.10)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Name: TypeAlias = tuple[frozenset[tuple[str, str]], ...]
"""Relative names from the root on; each a set of attributes with their prepared values."""

Entry: TypeAlias = tuple[str, Any]
"""A general name: its form and its value."""

_COMPARED = ("directory", "email", "dns", "uri", "ip")


def normalized(name: Mapping[str, Any]) -> Name:
    """Return a name in the form in which names are compared: without case, and space once."""
    return tuple(normalized_part(part) for part in name["parts"])


def normalized_part(part: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """Return one relative name in that form."""
    return frozenset((one["type"], _prepared(one["value"])) for one in part)


def _prepared(value: Mapping[str, Any]) -> str:
    for form, text in value.items():
        if isinstance(text, bytes):
            return f"#{text.hex()}"
        if isinstance(text, str):
            folded = unicodedata.normalize("NFKC", text).casefold()
            return " ".join(folded.split()) if form != "other" else folded
    return ""


def entry_of(value: Mapping[str, Any]) -> Entry:
    """Return a general name as its form and value."""
    for form, found in value.items():
        if found is not None:
            return form, normalized(found) if form == "directory" else found
    return "other", None


def is_within(entry: Entry, base: Entry) -> bool:
    """Whether a name lies in the subtree of a base of its form."""
    value, root = entry[1], base[1]
    match entry[0]:
        case "directory":
            return len(value) >= len(root) and tuple(value[: len(root)]) == tuple(root)
        case "email":
            return _mail_within(value, root)
        case "dns":
            return _host_within(value.casefold().rstrip("."), root.casefold())
        case "uri":
            return _uri_within(value, root.casefold())
        case _:
            return _address_within(value, root)


def _host_within(host: str, root: str) -> bool:
    """Whether a domain name is the root or below it; behind a full stop at the front, only what is below."""
    if root.startswith("."):
        return host.endswith(root)
    return not root or host == root or host.endswith(f".{root}")


def _mail_within(address: str, root: str) -> bool:
    local, _, host = address.rpartition("@")
    if "@" in root:
        part, _, domain = root.rpartition("@")
        return local == part and host.casefold() == domain.casefold()
    root, host = root.casefold(), host.casefold()
    return host.endswith(root) if root.startswith(".") else host == root


def _uri_within(uri: str, root: str) -> bool:
    try:
        host = (urlsplit(uri).hostname or "").casefold()
    except ValueError:
        return False
    return bool(host) and (host.endswith(root) if root.startswith(".") else host == root)


def _address_within(address: bytes, root: bytes) -> bool:
    size = len(address)
    if len(root) != 2 * size:
        return False
    return all(
        octet & mask == base & mask
        for octet, base, mask in zip(address, root[:size], root[size:], strict=True)
    )


class Constraints:
    """Constraints of the authorities of a path so far."""

    def __init__(self) -> None:
        self._permitted: list[list[Entry]] = []
        self._excluded: list[Entry] = []

    def add(self, value: Mapping[str, Any]) -> None:
        """Take the constraints of one more authority."""
        self._permitted.append([entry_of(tree["base"]) for tree in value["permitted"] or ()])
        self._excluded += [entry_of(tree["base"]) for tree in value["excluded"] or ()]

    def broken(self, entries: Iterable[Entry]) -> Entry | None:
        """Return the first name that they do not allow; one of a form that is not compared, where it is constrained."""
        for entry in entries:
            if any(base[0] == entry[0] and _excludes(entry, base) for base in self._excluded):
                return entry
            for bases in self._permitted:
                same = [base for base in bases if base[0] == entry[0]]
                if same and not any(entry[0] in _COMPARED and is_within(entry, base) for base in same):
                    return entry
        return None


def _excludes(entry: Entry, base: Entry) -> bool:
    return entry[0] not in _COMPARED or _cannot_be_told(entry) or is_within(entry, base)


def _cannot_be_told(entry: Entry) -> bool:
    """Whether a URI has no host that could be held against a constraint."""
    if entry[0] != "uri":
        return False
    try:
        return not urlsplit(entry[1]).hostname
    except ValueError:
        return True


def serves_host(host: str, names: Sequence[Entry]) -> bool:
    """Whether one of the names is the host's, or a pattern for its first label (RFC 9525 §6.3)."""
    wanted = host.casefold().rstrip(".")
    first, _, rest = wanted.partition(".")
    for form, value in names:
        if form == "dns":
            given = value.casefold().rstrip(".")
            if given == wanted or (given.startswith("*.") and first and "." in rest and given[2:] == rest):
                return True
    return False
