"""Names of a model: letters and digits alone, none taken twice, none a word of the language."""

from __future__ import annotations

import hashlib
import re

LONGEST = 60

RESERVED = frozenset(
    "among and attacker authentication axiom bitstring bool c channel choice clauses concat confidentiality const def do "
    "diff elimtrue else equation equivalence event expand fail false for forall free freshness fun foreach g generates get "
    "hash hkdf if implementation in inj insert key knows lemma let letfun leaks mac mess nat new nil not nounif ni or out "
    "otherwise param password passive active phase pk pred precondition principal private process proba proof public "
    "pw_hash putbegin queries query reduc restriction secret select set sign signverif split suchthat sync table then true "
    "type types unlinkability weaksecret yield exponent aead_enc aead_dec enc dec pke_enc pke_dec ringsign shamir_split "
    "shamir_join blind unblind ringsignverif assert".split()
)


class Names:
    """Names given out; the same thing has the same name, two things never share one."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, thing: str) -> str:
        """Return the name of a thing: its words in small letters, cut, with a number where that is taken."""
        known = self._given.get(thing)
        if known is None:
            known = self._given[thing] = self._free(thing)
        return known

    def new(self, stem: str) -> str:
        """Return a name that nothing has yet."""
        return self._free(stem)

    def _free(self, thing: str) -> str:
        stem = re.sub(r"[^a-z0-9]+", "_", thing.lower().encode("ascii", "ignore").decode()).strip("_")[
            :LONGEST
        ]
        if not stem or not stem[0].isalpha():
            stem = f"v_{stem}".rstrip("_")
        name, number = stem, 1
        while name in self._taken or name in RESERVED:
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name)
        return name


def literal(value: object) -> str:
    """Return what a literal is called: short ones by themselves, others by their digest."""
    if isinstance(value, bytes):
        shown = (
            value.decode("ascii") if value.isascii() and value.decode("ascii").isprintable() else value.hex()
        )
    else:
        shown = str(value)
    if len(shown) > 20 or not shown:
        shown = hashlib.sha256(repr(value).encode()).hexdigest()[:12]
    return f"lit {type(value).__name__} {shown}"
