"""Elements out of a stream of XML that comes in pieces: the start of the stream, then one element after the other.

Text of generated projects. One parser runs over the whole stream and finds where elements end; each is then read by
itself, inside the namespaces that the stream's start tag declares (RFC 6120 §4.8).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from xml.parsers import expat

from art7.codegen.python.vendored.core import FAILURES, DecodeError, explain_decoding
from art7.codegen.python.vendored.xml_fast import XML_TAG

_Element = TypeVar("_Element")


class XmlStream(Generic[_Element]):
    """Takes octets as they come, gives elements as they are complete.

    The first is the start of the stream, read as an element without content. `ended` says whether the stream's end has
    come. `error` is the refusal after which nothing more is read, its `offset` counted from the first octet of the
    element that was refused, or of the stream where that is what is wrong. How the octets are cut into pieces changes
    neither elements nor refusal.
    """

    __slots__ = (
        "_context",
        "_cuts",
        "_depth",
        "_empty",
        "_first",
        "_kept",
        "_level",
        "_limit",
        "_module",
        "_name",
        "_parser",
        "_read",
        "_start",
        "ended",
        "error",
    )

    def __init__(
        self, read: Callable[[bytes, bytes], _Element], limit: int, depth: int, module: str, name: str
    ) -> None:
        self._read = read
        self._limit = limit
        self._depth = depth
        self._module = module
        self._name = name
        self._kept = bytearray()
        self._first = 0  # where in the stream what is kept begins
        self._start = 0
        self._empty = -1
        self._level = 0
        self._context = b""
        self._cuts: list[tuple[int, int]] = []
        self.ended = False
        self.error: DecodeError | None = None
        parser = self._parser = expat.ParserCreate("utf-8")
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)  # an element is wanted when it is complete
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._characters
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("no document type", "one")
        parser.CommentHandler = lambda *_: self._refuse("no comment", "one")
        parser.ProcessingInstructionHandler = lambda *_: self._refuse("no processing instruction", "one")

    def feed(self, chunk: bytes) -> list[_Element]:
        """Take octets; returns the elements that they complete, in order.

        A refusal is raised at once where no element came before it in `chunk`; otherwise those are returned,
        `error` holds it, and the next call raises it. After it nothing is read.

        Raises: DecodeError, and nothing else.
        """
        if self.error is not None:
            raise self.error
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise DecodeError("wrong_kind", expected="octets", got=type(chunk).__name__)
        failure: DecodeError | None = None
        octets = bytes(chunk)
        self._kept += octets
        try:
            self._parser.Parse(octets, False)
        except expat.ExpatError as error:
            got = expat.ErrorString(error.code) or ""
            place = self._parser.ErrorByteIndex
            failure = DecodeError("bad_xml", offset=place, expected="well-formed XML", got=got)
        except DecodeError as error:
            failure = error
        elements = self._take()
        self.error = self.error or failure
        if self.error is not None:
            self._kept.clear()
            if not elements:
                raise self.error
        return elements

    def close(self) -> None:
        """Say that nothing more comes; a stream without its end is refused.

        Raises: DecodeError, and nothing else.
        """
        if self.error is None and not self.ended:
            place = self._first + len(self._kept)
            self.error = DecodeError("bad_xml", offset=place, expected="the end of the stream", got="nothing")
        if self.error is not None:
            raise self.error

    def _take(self) -> list[_Element]:
        elements: list[_Element] = []
        for start, end in self._cuts:
            octets = bytes(self._kept[start - self._first : end - self._first])
            try:
                if not self._context:
                    self._context, octets = octets, octets.removesuffix(b"/>").removesuffix(b">") + b"/>"
                    elements.append(self._read(octets, b""))
                else:
                    elements.append(self._read(octets, self._context))
            except FAILURES:
                context = b"" if octets[:-2] == self._context[: len(octets) - 2] else self._context
                self.error = explain_decoding(self._module, self._name, True, octets, context)
                break
        last = self._cuts[-1][1] if self._cuts else self._first
        self._cuts.clear()
        keep = last - self._first
        if self._level == 1 and self._context:
            found = self._kept.find(b"<", keep)
            keep = len(self._kept) if found < 0 else found
        del self._kept[:keep]
        self._first += keep
        if len(self._kept) > self._limit and self.error is None:
            got = f"at least {len(self._kept)} octets"
            self.error = DecodeError("too_large", offset=0, expected=f"at most {self._limit} octets", got=got)
        return elements

    def _refuse(self, expected: str, got: str, code: str = "bad_xml") -> None:
        raise DecodeError(code, offset=self._parser.CurrentByteIndex, expected=expected, got=got)

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if version != "1.0" or (encoding is not None and encoding.lower() != "utf-8"):
            self._refuse("version 1.0 in UTF-8", "another declaration")

    def _opened(self, name: str, attributes: Any) -> None:
        place = self._parser.CurrentByteIndex
        if self._level == 0:
            self._cuts.append((place, self._tag_end(place)))
        elif self._level == 1:
            self._start = place
            end = self._tag_end(place)
            self._empty = end if self._kept[end - self._first - 2] == 47 else -1
        elif self._level > self._depth:
            self._refuse(f"at most {self._depth} levels", "one more", "too_deep")
        self._level += 1

    def _tag_end(self, place: int) -> int:
        found = XML_TAG.match(self._kept, place - self._first)
        return place if found is None else self._first + found.end()

    def _closed(self, name: str) -> None:
        self._level -= 1
        place = self._parser.CurrentByteIndex
        if self._level == 1:
            end = self._empty
            if end < 0:
                end = self._first + self._kept.index(b">", place - self._first) + 1
            self._cuts.append((self._start, end))
        elif self._level == 0:
            self.ended = True

    def _characters(self, text: str) -> None:
        if self._level == 1 and text.strip(" \t\r\n"):
            self._refuse("an element", "characters")
