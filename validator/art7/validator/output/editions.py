"""Editions of one dossier: whole, or confidential and public with the same digest.

The root digest is computed over the leaves of the document: every leaf has a digest of its path and value; that of a
withheld text is salted, so that nobody finds the text by trying. The public edition shows the digest in place of the text,
the confidential one keeps text and salt: both lead to the same root, and whoever has both can see that they agree. Salts
come from a key that is handed in, so that the same input gives the same octets.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias, cast

from art7.validator.output.model import AssessmentView, PlaceView, WithheldView

Edition: TypeAlias = Literal["whole", "confidential", "public"]
Path: TypeAlias = tuple[str | int, ...]

SHORTEST_QUOTED = 6
"""A withheld text of at least this length is withheld wherever else it is quoted."""

ALWAYS = (
    ("requests", None, "id"),
    ("requests", None, "reference"),
    ("decisions", None, "by"),
    ("decisions", None, "reason"),
    ("inputs", "requests"),
    ("inputs", "judgements"),
    ("provenance", "evidence"),
)
"""What a public edition never shows: who asked for access, how the authority reasons, and plain digests of these."""


def seal(shown: AssessmentView) -> AssessmentView:
    """Return the whole edition with its root digest; nothing is withheld."""
    return _sealed(shown, "whole", {})


def editions(
    shown: AssessmentView, key: bytes, withheld_files: Sequence[str] = ()
) -> tuple[AssessmentView, AssessmentView]:
    """Return the confidential and the public edition; texts from files that match a pattern are withheld too."""
    salts = {
        path: hmac.new(key, _pointer(path).encode(), hashlib.sha256).hexdigest()
        for path in sorted(_withheld(shown, withheld_files), key=_pointer)
    }
    confidential = _sealed(shown, "confidential", salts)
    public = deepcopy(confidential)
    public["seal"]["edition"] = "public"
    digests = {row["path"]: row["digest"] for row in confidential["seal"]["withheld"]}
    for row in public["seal"]["withheld"]:
        row["salt"] = ""
    for path in salts:
        _replace(public, path, f"[withheld {digests[_pointer(path)]}]")
    return confidential, public


def root_of(document: Mapping[str, Any]) -> str:
    """Return the root digest of a dossier as read from JSON; raises `KeyError`, `TypeError` or `ValueError` if it is none."""
    given = document["seal"]
    withheld = {row["path"]: row for row in given["withheld"]}
    digest = hashlib.sha256()
    for path, value in _leaves({name: part for name, part in document.items() if name != "seal"}):
        pointer = _pointer(path)
        row = withheld.pop(pointer, None)
        if row is None:
            leaf = _leaf_digest(pointer, value, "")
        elif given["edition"] == "public":
            leaf = str(row["digest"])
            if value != f"[withheld {leaf}]":
                raise ValueError(f"{pointer} does not show the digest that is listed for it")
        else:
            leaf = _leaf_digest(pointer, value, row["salt"])
        digest.update(json.dumps([pointer, leaf]).encode() + b"\n")
    if withheld:
        raise ValueError(f"{min(withheld)} is listed as withheld and is not there")
    return "sha256:" + digest.hexdigest()


def agree(public: Mapping[str, Any], confidential: Mapping[str, Any]) -> bool:
    """Whether two dossiers, as read from JSON, are editions of one: both sound, and of the same root."""
    try:
        roots = {root_of(public), root_of(confidential), public["seal"]["root"], confidential["seal"]["root"]}
    except (KeyError, TypeError, ValueError):
        return False
    return len(roots) == 1


def _sealed(shown: AssessmentView, edition: Edition, salts: Mapping[Path, str]) -> AssessmentView:
    sealed = deepcopy(shown)
    rows: list[WithheldView] = [
        {"path": _pointer(path), "digest": "", "salt": salt} for path, salt in salts.items()
    ]
    for row, path in zip(rows, salts, strict=True):
        row["digest"] = _leaf_digest(row["path"], _value(shown, path), row["salt"])
    sealed["seal"] = {"edition": edition, "root": "", "withheld": rows}
    sealed["seal"]["root"] = root_of(cast("Mapping[str, Any]", sealed))
    return sealed


def _withheld(shown: AssessmentView, files: Sequence[str]) -> set[Path]:
    """Return the paths of texts to withhold: those named, those of the files, and whatever quotes one of them."""
    document = cast("Mapping[str, Any]", {name: part for name, part in shown.items() if name != "seal"})
    leaves = [(path, value) for path, value in _leaves(document) if type(value) is str and value]
    named = {path for path, _ in leaves if _is_always(path)} | set(_of_files(shown, files))
    secrets = {
        line.strip()
        for path, value in leaves
        if path in named
        for line in value.split("\n")
        if len(line.strip()) >= SHORTEST_QUOTED
    }
    quoting = {path for path, value in leaves if any(secret in value for secret in secrets)}
    # What every edition of the law says is no secret, even where a withheld text happens to say the same.
    return {path for path in named | quoting if path[0] not in ("law", "meanings", "rules", "closing")}


def _is_always(path: Path) -> bool:
    return tuple(None if type(key) is int else key for key in path) in ALWAYS


def _of_files(shown: AssessmentView, patterns: Sequence[str]) -> Iterator[Path]:
    def hidden(*places: PlaceView) -> bool:
        return any(fnmatchcase(place["file"], pattern) for place in places for pattern in patterns)

    for n, finding in enumerate(shown["findings"]):
        if hidden(finding["place"], *finding["related"]):
            texts = {"message": finding["message"], "help": finding["help"], "frame": finding["frame"]}
            yield from (("findings", n, name) for name, text in texts.items() if text)
    for n, statement in enumerate(shown["statements"]):
        if hidden(statement["place"]):
            yield from (("statements", n, "lines", m) for m, line in enumerate(statement["lines"]) if line)


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that holds no other, with its path; empty lists and objects are leaves."""
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _leaf_digest(pointer: str, value: Any, salt: str) -> str:
    text = json.dumps([pointer, value, salt], ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _pointer(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def _value(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _replace(document: Any, path: Path, value: str) -> None:
    _value(document, path[:-1])[path[-1]] = value
