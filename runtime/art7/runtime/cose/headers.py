"""Headers in two buckets (RFC 9052 §3): what is said, once, and what a receiver must understand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from art7.runtime.sessions.refusals import SessionRefused

_MEMBERS = (
    "alg crit content_type kid iv partial_iv countersignature0 kid_context type ephemeral fixed fixed_id salt "
    "sender_id sender_nonce sender_other receiver_id receiver_nonce receiver_other"
).split()
_UNDERSTOOD = frozenset((1, 2, 3, 4, 5, 6, 16, -1, -2, -3, *range(-26, -19)))
"""Labels that may be critical: those that this component reads, or that say nothing that it would have to do."""
_EMPTY_MAP = b"\xa0"


@dataclass(frozen=True, slots=True)
class Headers:
    """Both buckets. `covered`: the protected one as it goes into what is signed or authenticated."""

    protected: Any
    unprotected: Any
    covered: bytes

    def get(self, name: str) -> Any:
        """Return a header of either bucket; `None` where neither has it."""
        found = _member(self.protected, name)
        return _member(self.unprotected, name) if found is None else found

    @property
    def kid(self) -> bytes | None:
        """Which key."""
        found = self.get("kid")
        return None if found is None else bytes(found)

    @property
    def algorithm(self) -> int:
        """The algorithm's number. Raises: `SessionRefused` with `no_algorithm` or `refused_algorithm`."""
        found = self.get("alg")
        if found is None:
            raise SessionRefused("no_algorithm", "a header with an algorithm", "none", "RFC 9052 §3.1")
        if not isinstance(found, int):
            raise SessionRefused("refused_algorithm", "a number of RFC 9053", "a name", "RFC 9053 §2")
        return int(found)


def headers_of(part: Any, understood: Collection[int | str] = ()) -> Headers:
    """Return the headers of a body, a signature or a receiver; `understood` are labels that the application knows.

    Raises: `SessionRefused` with `label_twice` or `unknown_extension`.
    """
    protected, unprotected = part.protected, part.unprotected
    octets = bytes(part.protected_octets or b"")
    covered = b"" if octets == _EMPTY_MAP else octets
    for name in _MEMBERS:
        if _member(protected, name) is not None and _member(unprotected, name) is not None:
            raise SessionRefused("label_twice", "each header in one bucket", name, "RFC 9052 §3")
    if not set(protected.unknown or ()).isdisjoint(unprotected.unknown or ()):
        raise SessionRefused("label_twice", "each header in one bucket", "another label", "RFC 9052 §3")
    if not _UNDERSTOOD.union(understood).issuperset(protected.crit or ()):
        raise SessionRefused(
            "unknown_extension", "headers that are understood", "a critical one", "RFC 9052 §3.1"
        )
    return Headers(protected, unprotected, covered)


def _member(bucket: Any, name: str) -> Any:
    found = getattr(bucket, name, None)
    # Of members of any kind, generated code tells an absent one from null by a value of its own.
    return None if type(found).__name__.strip("_").lower() == "absent" else found
