"""One text in every execution: what the interpreter reads, writes and refuses, the generated code does as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.built import build, module, plain, specification

from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError


class Agreed:
    """The executions of one text of the module `demo`."""

    def __init__(self, text: str, folder: Path) -> None:
        self.spec = specification(text)
        self.package, name = build(self.spec, folder)
        self.sdk, self.support = module(name, "demo"), module(name, "_support")

    def kind(self, record: str) -> Any:
        """The generated class of a record."""
        return getattr(self.sdk, self.package.names.classes[f"demo.{record}"])

    def read(self, record: str, octets: bytes) -> dict[str, Any]:
        """The value that all read; what they write of it must be the octets again."""
        value = decode(self.spec, f"demo.{record}", octets).value
        found = self.kind(record).decode(octets)
        assert encode(self.spec, f"demo.{record}", value) == found.encode() == octets
        for cut in range(len(octets)):
            self.same_refusal(record, octets[:cut])
        held = plain(found)
        assert {name: held.get(name) for name in value} == value
        return value

    def same_refusal(self, record: str, octets: bytes) -> str:
        """The code with which all refuse octets, or an empty text where all read them."""
        try:
            decode(self.spec, f"demo.{record}", octets)
        except DecodeError as expected:
            with pytest.raises(self.support.DecodeError) as told:
                self.kind(record).decode(octets)
            found = told.value
            assert (found.code, found.path, found.offset) == (expected.code, expected.path, expected.offset)
            return found.code
        self.kind(record).decode(octets)
        return ""

    def unwritten(self, record: str, value: dict[str, Any]) -> str:
        """The code with which all refuse to write a value."""
        with pytest.raises(EncodeError) as expected:
            encode(self.spec, f"demo.{record}", value)
        with pytest.raises(self.support.EncodeError) as found:
            self.kind(record)(**value).encode()
        assert (found.value.code, found.value.path) == (expected.value.code, expected.value.path)
        return found.value.code
