"""The tree of files that any source gives: checked names, in order, wholly in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from art7.grammar.untrusted.limits import Limits
from art7.grammar.untrusted.names import check_path, folded
from art7.grammar.untrusted.refusal import refuse, shown


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files of an offer, read once: what is hashed is what is used.

    `source` is the name shown to the reader, `kind` is `folder`, `zip`, `tar` or `tar.gz`; `files` maps a
    relative path with `/` to its content, sorted by path.
    """

    source: str
    kind: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Member:
    """A path that an archive or folder announces, before its content is read."""

    path: str
    is_folder: bool


def check_tree(members: Iterable[Member], source: str, limits: Limits) -> None:
    """Refuse a set of paths that is not one tree on every file system.

    Clashes are told before bad names: two spellings of one name are the fault, not the spelling.
    """
    listed = list(members)
    spelled: dict[str, tuple[str, bool]] = {}  # folded path → (spelling, is a folder)
    named: set[str] = set()
    for member in listed:
        if member.path in named:
            raise refuse(
                "A7-B015", f"member {shown(member.path)} found twice", source, help="keep one of the two"
            )
        named.add(member.path)
        # Longer and deeper ones are refused below, without a look at their many prefixes.
        if len(member.path) <= limits.path_octets and member.path.count("/") < limits.path_depth:
            _claim(member, spelled, source)
    for member in listed:
        check_path(member.path, source, limits)


def _claim(member: Member, spelled: dict[str, tuple[str, bool]], source: str) -> None:
    """Take the place of a member and of every folder above it."""
    parts = member.path.split("/")
    for length in range(1, len(parts) + 1):
        path = "/".join(parts[:length])
        is_folder = member.is_folder or length < len(parts)
        before = spelled.setdefault(folded(path), (path, is_folder))
        if before != (path, is_folder):
            raise refuse(
                "A7-B016",
                f"members {shown(before[0])} and {shown(path)} would be one file",
                source,
                help="rename one of them: names must differ by more than case and normal form",
            )


def finished(source: str, kind: str, files: Mapping[str, bytes]) -> Bundle:
    """Return the bundle, or refuse one without a file."""
    if not files:
        raise refuse("A7-B002", "found no file, expected an offer", source, help="pack the offer's folder")
    return Bundle(source, kind, dict(sorted(files.items())))
