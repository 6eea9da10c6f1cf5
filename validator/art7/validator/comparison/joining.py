"""Who can be in one conversation end to end, and between whom a gateway must decrypt and encrypt again.

Ends understand each other when they run the same derivations, check the same kind of credential and read the same
content. Where one of these differs, somebody in between has to hold the plaintext, and the sender that the receiver
verifies is that gateway: end-to-end identity is lost there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from art7.validator.comparison.building import schedules_of
from art7.validator.comparison.model import Codecs, Crossing, Level, Profile
from art7.validator.comparison.structure import Structures
from art7.validator.manifest.functions import Function
from art7.validator.offer import Offer

CALLS = ("voice_call", "video_call")
CODECS: Mapping[str, tuple[str, str]] = {
    "ietf.opus": ("voice_call", "Opus"),
    "itu.g711": ("voice_call", "G.711"),
    "ietf.vp8": ("video_call", "VP8"),
    "ietf.h264": ("video_call", "H.264"),
    "aom.av1": ("video_call", "AV1"),
    "RFC 6716": ("voice_call", "Opus"),
    "RFC 7587": ("voice_call", "Opus"),
    "ITU-T G.711": ("voice_call", "G.711"),
    "RFC 6386": ("video_call", "VP8"),
    "RFC 7741": ("video_call", "VP8"),
    "RFC 6184": ("video_call", "H.264"),
    "ITU-T H.264": ("video_call", "H.264"),
    "AV1": ("video_call", "AV1"),
}
"""Catalogue module or standard → the kind of call that it carries, and the codec."""

NO_SUITE = "no cipher suite in common"


def _kind(offer: Offer, function: Function) -> str:
    owed = offer.law.functions.get(function.point)
    if owed is None:
        return ""
    if any(content in CALLS for content in owed.content):
        return "call"
    return "group" if owed.group else "one to one"


LEVELS = ("one to one", "group", "call")


def level(name: str, offers: Sequence[tuple[str, Offer, Structures]]) -> Level:
    """Return who can join conversations of one kind."""
    profiles = {label: _profile(label, offer, made, name) for label, offer, made in offers}
    present = [profile for profile in profiles.values() if profile is not None]
    circles, notes = _circles(present)
    crossings = []
    for left, right in combinations(present, 2):
        if reasons := _differences(left, right):
            crossings.append(Crossing((left.label, right.label), reasons))
    return Level(
        name=name,
        profiles=tuple(present),
        without=tuple(label for label, profile in profiles.items() if profile is None),
        circles=circles,
        notes=notes,
        crossings=tuple(crossings),
    )


def _profile(label: str, offer: Offer, structures: Structures, kind: str) -> Profile | None:
    functions = [each for _, each in offer.interoperable() if _kind(offer, each) == kind]
    if not functions:
        return None
    encryption = _encryption(offer, structures, functions)
    groups = [each.group.services for each in functions if each.group is not None]
    return Profile(
        label=label,
        encryption=encryption,
        credential=_credential(offer, structures),
        content=_content(offer, structures, functions),
        suites=_suites(offer, {name for name, _ in encryption}),
        services=min(groups, default=0),
    )


def _encryption(
    offer: Offer, structures: Structures, functions: Sequence[Function]
) -> tuple[tuple[str, str], ...]:
    """Return the catalogue modules whose derivations run; without one, the own derivations.

    A component that departs from its standard counts with the module that states how.
    """
    protocols = {each.provides.protocol for each in functions}
    roles = [f"{p}.{role.name}" for p in protocols if p and (found := offer.declarations.protocol(p))
             for role in found.roles]  # fmt: skip
    names = schedules_of(offer, [each.point for each in functions], roles)
    standard = {offer.declarations.module_of(name) for name in names if not offer.declarations.is_own(name)}
    if not standard:
        return tuple((name, structures.of(name)) for name in sorted(names))
    deltas = {
        each.delta for each in offer.manifest.component
        if each.delta and any(offer.declarations.module_of(name) == each.delta for name in names)
    }  # fmt: skip
    own = [
        (name, structures.of(name)) for name in sorted(names) if offer.declarations.module_of(name) in deltas
    ]
    return (*((name, name) for name in sorted(standard)), *own)


def _credential(offer: Offer, structures: Structures) -> tuple[tuple[str, str], ...]:
    verification = offer.manifest.security.verification
    if verification is None:
        return ()
    name = verification.binding
    return ((name, structures.of(name) if offer.declarations.is_own(name) else name),)


def _content(
    offer: Offer, structures: Structures, functions: Sequence[Function]
) -> tuple[tuple[str, str], ...]:
    """Return the messages that travel inside others: provided by a function and made, not sent, by a role.

    Without one, what the functions provide is itself the content.
    """
    inside = offer.declarations.built_in([each.provides.protocol or "" for each in functions])
    sent = {each.message for each in offer.declarations.sendings}
    named = {name for each in functions for name in offer.messages_of(each)}
    chosen = sorted(name for name in named & inside if name not in sent) or sorted(named)
    return tuple((name, structures.of(name) if offer.declarations.is_own(name) else name) for name in chosen)


def _suites(offer: Offer, modules: set[str]) -> tuple[str, ...]:
    """Return the suites of the components that the encryption is made of."""
    homes = {name.rpartition("_keys")[0] or name for name in modules} | modules
    chosen = [each for each in offer.manifest.component if each.catalogue in homes or each.delta in homes]
    return tuple(dict.fromkeys(str(suite) for each in chosen for suite in each.cipher_suites))


def _differences(left: Profile, right: Profile) -> tuple[str, ...]:
    """Return why ends of the two cannot be in one conversation; nothing where they can."""
    aspects: tuple[tuple[str, Callable[[Profile], tuple[tuple[str, str], ...]]], ...] = (
        ("protocol that keys the conversation", lambda each: each.encryption),
        ("identity credential", lambda each: each.credential),
        ("content format", lambda each: each.content),
    )
    found = []
    for what, aspect in aspects:
        mine, theirs = aspect(left), aspect(right)
        if not mine and not theirs:
            found.append(f"neither states its {what}, so nobody can tell")
        elif [digest for _, digest in mine] != [digest for _, digest in theirs]:
            found.append(f"the {what} differs: {_names(mine, theirs)} | {_names(theirs, mine)}")
    if left.suites and right.suites and not set(left.suites) & set(right.suites):
        found.append(f"{NO_SUITE}: {', '.join(left.suites)} | {', '.join(right.suites)}")
    return tuple(found)


def _names(entries: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> str:
    """Return the names of what the other side does not have."""
    known = {digest for _, digest in others}
    apart = [name for name, digest in entries if digest not in known]
    return ", ".join(apart) or ("nothing more" if entries else "not stated")


def _circles(profiles: Sequence[Profile]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return the offers whose users, and the access seeker's, can be in one conversation, and what limits that."""
    circles: list[list[Profile]] = []
    for profile in profiles:
        home = next((c for c in circles if _fits(profile, c)), None)
        if home is None:
            circles.append([profile])
        else:
            home.append(profile)
    notes = []
    for circle in circles:
        spans = min((each.services for each in circle if each.services), default=0)
        if spans and len(circle) + 1 > spans:
            names = ", ".join(each.label for each in circle)
            notes.append(
                f"{names}: with the access seeker {len(circle) + 1} services, a group may span {spans}"
            )
    return tuple(tuple(each.label for each in circle) for circle in circles), tuple(notes)


def _fits(profile: Profile, circle: Sequence[Profile]) -> bool:
    """Whether nothing stands between the newcomer and each member, and one suite is common to them all."""
    if any(_differences(profile, each) for each in circle):
        return False
    stated = [set(each.suites) for each in (*circle, profile) if each.suites]
    return not stated or bool(set.intersection(*stated))


def codecs(offers: Sequence[tuple[str, Offer]]) -> tuple[Codecs, ...]:
    """Return the codecs for each kind of content that some offer has; None for an offer without it."""
    contents: list[str] = ["image", "voice_message", "video", *CALLS]
    found = []
    for content in contents:
        rows = tuple((label, _codecs(offer, content)) for label, offer in offers)
        stated = [set(each) for _, each in rows if each is not None]
        if stated:
            found.append(Codecs(content, rows, tuple(sorted(set.intersection(*stated)))))
    return tuple(found)


def _codecs(offer: Offer, content: str) -> tuple[str, ...] | None:
    if content not in CALLS:
        media = [m for _, each in offer.interoperable() for m in each.media if m.content == content]
        return tuple(sorted({codec for each in media for codec in each.codecs})) if media else None
    owed = offer.law.functions
    if not any(content in owed[e.point].content for _, e in offer.interoperable() if e.point in owed):
        return None
    rows = [
        CODECS.get(each.catalogue or "") or CODECS.get(each.standard) for each in offer.manifest.component
    ]
    return tuple(sorted({row[1] for row in rows if row is not None and row[0] == content}))
