"""A codec for tests: JSON messages of an outlined module, octets as base64url."""

from __future__ import annotations

import json
from collections.abc import Mapping

from art7.grammar.ir.module import Specification
from art7.validator.examples import Refused


class JsonCodec:
    """Decodes JSON objects; unknown and missing members are refused."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification

    def decode(self, message: str, octets: bytes, params: Mapping[str, object]) -> object:
        record = self.specification.record(message)
        try:
            value = json.loads(octets)
        except ValueError:
            return Refused("bad_json", 0)
        names = {slot.name for slot in record.slots}
        if missing := sorted(names - value.keys()):
            return Refused("missing_field", 0, missing[0])
        return {key: each for key, each in value.items() if key in names}

    def encode(self, message: str, value: object, params: Mapping[str, object]) -> bytes | Refused:
        return json.dumps(value, separators=(",", ":")).encode()
