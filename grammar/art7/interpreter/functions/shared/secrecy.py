"""Secrets as a type: octets that no text shows.

Text of generated projects, and what the interpreter keeps the secrets of a schedule in.
"""

from __future__ import annotations

import hmac
from typing import Any, ClassVar


class Secret(bytes):
    """Octets that must not be shown: texts give their number and purpose, `hex()` and `bytes()` the octets.

    They are octets wherever octets are taken, equal to the same octets (compared in constant time) and never
    pickled. A part or a sum of them is plain octets again. A private key keeps what was made of it, as long as it lives.
    """

    made: Any = None
    """The kind of key and the key object, of a private key that was used."""

    purpose: ClassVar[str] = ""
    """What it is for, in the words of the specification."""

    def __repr__(self) -> str:
        """Return what it is, never its octets."""
        purpose = f", {self.purpose}" if self.purpose else ""
        return f"<secret, {len(self)} octets{purpose}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Whether these are the same octets; takes as long for any octets of one length."""
        return hmac.compare_digest(self, other) if isinstance(other, bytes) else NotImplemented

    def __ne__(self, other: object) -> bool:
        """Whether these are other octets."""
        return not hmac.compare_digest(self, other) if isinstance(other, bytes) else NotImplemented

    __hash__ = bytes.__hash__

    def __copy__(self) -> Secret:
        """Return the secret itself: it does not change."""
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        """Return the secret itself."""
        return self

    def __reduce__(self) -> Any:
        """Refuse to be pickled: what is kept is written by `bytes()`, knowingly."""
        raise TypeError("a secret is not pickled")


hidden: Any = None
"""What stands in a variable in the place of a secret when a derivation is refused, so that no report of it shows one."""
