"""How a session refuses."""

from __future__ import annotations


class SessionRefused(Exception):
    """A message, a key or a request that the session does not accept; the session is as it was before.

    `code`: stable name, such as `bad_mac`; `expected`, `found`: in words, never a secret; `rule`: where it is said.
    """

    def __init__(self, code: str, expected: str, found: str, rule: str = "") -> None:
        self.code = code
        self.expected = expected
        self.found = found
        self.rule = rule
        super().__init__(f"{code}: expected {expected}, found {found}" + (f" ({rule})" if rule else ""))


def refused_by(error: Exception, expected: str) -> SessionRefused:
    """Return the refusal that says what a structure or schedule refused, by its own code (`Face.failures`)."""
    code = str(getattr(error, "code", "") or "refused")
    found = str(getattr(error, "got", "") or code)
    return SessionRefused(code, expected, found, str(getattr(error, "requirement", None) or ""))
