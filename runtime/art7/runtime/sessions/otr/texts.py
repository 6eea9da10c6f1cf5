"""Texts of OTR among other texts of a channel: messages in base64, invitations, errors, words in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.state import refusing
from art7.runtime.sessions.refusals import SessionRefused

_RULE = "OTR3#high-level-overview"
_KINDS = ("data", "fragment", "old_fragment", "error")
_OFFER_SIZE = 8
_OFFERS = (("offers_one", 1), ("offers_two", 2), ("offers_three", 3))


class Texts:
    """Reads and writes them by the catalogue."""

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        names = ("OtrText", "Armour", "Error", "Query", "TaggedText", "OfferingText")
        self._records = {name: face.record(f"otr.texts.{name}") for name in names}

    def armoured(self, octets: bytes) -> bytes:
        """Return a message in base64."""
        return self._written("OtrText", data=self._records["Armour"](octets=octets))

    def query(self, versions: Sequence[int], words: str) -> bytes:
        """Return an invitation to these versions."""
        names = "".join(map(str, sorted(versions)))
        return self._written("OtrText", query=self._records["Query"](versions=names, words=words))

    def error(self, words: str) -> bytes:
        """Return the text that says what went wrong."""
        return self._written("OtrText", error=self._records["Error"](words=words))

    def clear(self, words: str, offering: bool) -> bytes:
        """Return words in the clear, with an invitation to version 3 in white space when `offering`.

        Raises: `SessionRefused` with `not_words` where the peer would take them for something else.
        """
        if offering:
            return self._written("OfferingText", before=words, after="")
        try:
            octets = self._written("OtrText", words=words)
        except SessionRefused as refused:
            if refused.code != "rule_broken":
                raise
            octets = b""
        if not octets or self.read(octets)[0] != "words":
            raise SessionRefused("not_words", "words", "a text of the protocol", _RULE)
        return octets

    def _written(self, name: str, **members: Any) -> bytes:
        with refusing(self._failures, _RULE):
            octets: bytes = self._records[name](**members).encode()
        return octets

    def read(self, text: bytes) -> tuple[str, Any]:
        """Return the kind of a text and what it holds.

        `data`, `fragment`, `old_fragment`, `error`: the record; `query`: the versions; `words`: words and versions that
        are offered beside them.
        """
        if not text:
            return "words", ("", set())
        with refusing(self._failures, _RULE):
            found = self._records["OtrText"].decode(text)
        for kind in _KINDS:
            if getattr(found, kind) is not None:
                return kind, getattr(found, kind)
        if found.words is not None:
            return "words", self._words(text, found.words)
        versions = {1} if found.query is None else set()
        named = found.query or found.first_and
        names = (named.versions or "") if named is not None else ""
        return "query", versions | {int(each) for each in names if each.isdigit()}

    def _words(self, text: bytes, words: str) -> tuple[str, set[int]]:
        """Return the words without an invitation in white space, and the versions that it names."""
        try:
            found = self._records["TaggedText"].decode(text)
        except self._failures:
            return words, set()
        rest = found.after
        while len(rest[:_OFFER_SIZE]) == _OFFER_SIZE and not rest[:_OFFER_SIZE].strip(" \t"):
            rest = rest[_OFFER_SIZE:]
        return found.before + rest, {version for name, version in _OFFERS if getattr(found, name)}
