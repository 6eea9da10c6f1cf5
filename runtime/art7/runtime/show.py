"""Values as the trace may show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir.module import Specification
from art7.grammar.ir.shape import Octets
from art7.runtime.trace import Json, redacted

SAFE_INTEGER = 2**53


@dataclass(frozen=True, slots=True)
class Shower:
    """Turns values into JSON; octets of secret members are redacted unless `sandbox`."""

    specification: Specification
    sandbox: bool

    def value(self, value: Any, secret: bool = False) -> Json:
        """Return a value as JSON: octets as hex, large integers as decimal text."""
        if isinstance(value, bytes | bytearray):
            return redacted(bytes(value)) if secret and not self.sandbox else bytes(value).hex()
        if isinstance(value, bool) or value is None or isinstance(value, str | float):
            return value
        if isinstance(value, int):
            return value if -SAFE_INTEGER < value < SAFE_INTEGER else str(value)
        if isinstance(value, list | tuple):
            return [self.value(item, secret) for item in value]
        if isinstance(value, Mapping):
            return {str(name): self.value(item, secret) for name, item in value.items()}
        return str(value)

    def record(self, name: str, value: Any) -> Json:
        """Return the members of a record, secret ones redacted."""
        if not isinstance(value, Mapping):
            return self.value(value)
        try:
            record = self.specification.record(name)
        except KeyError:
            return self.value(value)
        secrets = {s.name for s in record.slots if isinstance(s.shape, Octets) and s.shape.secret}
        return {str(key): self.value(item, key in secrets) for key, item in value.items()}

    def derived(self, name: str, secret: bool, value: Any) -> Json:
        """Return one named value of a schedule."""
        return {"name": name, "secret": secret, "value": self.value(value, secret)}
