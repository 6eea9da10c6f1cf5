"""Rule `borrowed_passage`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import InBundle
from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

ANYWHERE = frozenset({"reason"})
STEM = 5

Cited = tuple[str, Path, str]
"""A passage, the statement that cites it, and its kind."""


@rule(
    "A7-V229",
    clause="DMA Art. 7(4)",
    obligation="O-02",
    finding="F-02",
    defeats=False,
    cause="ambiguity",
)
def borrowed_passage(offer: Offer) -> Iterator[Finding]:
    """Two statements of different kinds are bound to one and the same passage.

    Why: a passage about disputes says nothing about liability: one of the two is not stated at all.
    Bad:
        [terms]
        liability = "docs/terms.md#dispute"
    Good:
        [terms]
        liability = "docs/terms.md#liability"
    """
    cited: dict[str, dict[Path, str]] = {}
    for anchor, path, key in _citations(offer):
        if key not in ANYWHERE:
            cited.setdefault(anchor, {})[path] = key
    for anchor, statements in cited.items():
        keys = list(dict.fromkeys(statements.values()))
        fitting = [key for key in keys if _fits(key, offer, anchor)] or keys[:1]
        for path, key in statements.items() if len(keys) > 1 else ():
            if key not in fitting:
                yield Finding(
                    f"`{anchor}` is about {_words(fitting[0])}, and is cited for {_words(key)}",
                    offer.at(*path),
                    help="give each statement a passage of its own",
                )
    yield from _of_other_measures(offer)


def key_of(path: Path) -> str:
    """Return the key of a statement; an entry of a table of texts counts as the table, and reasons of measures as one."""
    names = [part for part in path if isinstance(part, str)]
    return names[0] if names[0] == "measure" else "grounds" if "grounds" in names else names[-1]


def _citations(offer: Offer) -> Iterator[Cited]:
    """Yield every passage that is cited, where, and for what kind of statement; what stands in free text as well."""
    for mention in offer.mentions:
        if isinstance(mention.marker, InBundle) and mention.marker.what == "passage":
            yield mention.value, mention.path, _kind(offer, mention.path)
    verification = offer.manifest.security.verification
    logged = verification.transparency if verification is not None else None
    if logged is not None and logged in offer.passages:
        yield logged, ("security", "verification", "transparency"), "transparency"


def _kind(offer: Offer, path: Path) -> str:
    match path:
        case ("reporting", "mapping", int(n), "reason"):
            row, all_of_them = offer.manifest.reporting.mapping[n], offer.manifest.reporting.standards
            return "standards" if row.reason == all_of_them else f"the_mapping_of_{row.layer}"
        case ("quota", int(n), "text") if offer.manifest.quota[n].measure is not None:
            return "measure"  # the reason for a limit may say how high it is
        case _:
            return key_of(path)


def _of_other_measures(offer: Offer) -> Iterator[Finding]:
    """Measures may share a reason, but none is argued with what another one says about something else."""
    cited: dict[str, dict[Path, str]] = {}
    for anchor, path, _ in _citations(offer):
        if path[0] == "measure":
            cited.setdefault(anchor, {})[path] = str(path[-1])
    for anchor, statements in cited.items():
        (first, kind), *rest = statements.items()
        for path, key in rest:
            if path[1] != first[1] and key != kind:
                yield Finding(
                    f"`{anchor}` is about {_words(kind)} in one measure and {_words(key)} in another",
                    offer.at(*path),
                    help="give each measure reasons of its own",
                )


def _words(key: str) -> str:
    return key.replace("_", " ")


def _fits(key: str, offer: Offer, anchor: str) -> bool:
    passage = offer.passages.get(anchor)
    text = (anchor + " " + (passage.heading.text if passage else "")).lower()
    return any(word[:STEM] in text for word in key.split("_") if len(word) >= STEM)
