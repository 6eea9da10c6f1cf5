"""Faults planted by seeded edits in the schedules and protocols of the catalogue and of an offer: they are found."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.prover.budget import Budget
from art7.prover.secrets import prove

pytestmark = pytest.mark.slow

SPEC = corpus.REPOSITORY / "spec" / "art7" / "spec"
OFFER = SPEC / "offers" / "examplechat" / "modules"
SEED, MOST = 20260802, 8
"""How the edits are chosen, and how many of a kind are tried."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of a text: `kind` says which, `place` where."""

    kind: str
    path: Path
    text: str
    place: str


def schedules(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the schedules of a text begin and end."""
    for found in re.finditer(r"^schedule .*?^}", text, re.M | re.S):
        yield found.span()


def _edits(path: Path, text: str, kind: str, pattern: str, replace: Any) -> Iterator[Mutant]:
    """Yield an edit for each match inside a schedule for which `replace(match, schedule)` gives another text."""
    for start, end in schedules(text):
        body = text[start:end]
        for found in re.finditer(pattern, body, re.M | re.S):
            made = replace(found, body)
            if made is not None and made != found[0]:
                edited = text[: start + found.start()] + made + text[start + found.end() :]
                yield Mutant(kind, path, edited, f"{body.split()[1]}: {found[0][:50]}")


def _drop_name(found: re.Match[str], body: str) -> str | None:
    names = found[2].split(",")
    if re.search(rf"input {names[0].strip()}:\s*(public|bytes|text)", body):
        return None
    return f"{found[1]} {','.join(names[1:]).strip()}\n" if len(names) > 1 else ""


def _other_purpose(found: re.Match[str], body: str) -> str | None:
    """Swap a stated purpose for one that is not the use, where the input is used as a key."""
    others = {
        "kdf": "sign",
        "agree": "encrypt",
        "sign": "kdf",
        "mac": "wrap",
        "encrypt": "sign",
        "cipher": "mac",
        "wrap": "kdf",
        "verify": "kdf",
    }
    head = found[4].partition(".")[0]
    used = re.search(rf"(key|prk|ikm|salt|private|secret): {found[1]}\b", body)
    return f"input {found[1]}:{found[2]}{found[3]} for {others[head]}.x" if head in others and used else None


def _sibling(found: re.Match[str], body: str) -> str | None:
    """Give a derivation the label of another under the same key."""
    others = re.findall(rf"derive_secret\(suite, {found[1]}, '([a-z ]+)'\)", body)
    rest = [x for x in others if x != found[2]]
    return f"derive_secret(suite, {found[1]}, '{rest[0]}')" if rest else None


def _beginning(found: re.Match[str], body: str) -> str | None:
    """Make a label the beginning of another's under the same key."""
    others = re.findall(rf"derive_secret\(suite, {found[1]}, '([a-z ]+)'\)", body)
    rest = [x for x in others if x != found[2] and not x.startswith(found[2])]
    return f"derive_secret(suite, {found[1]}, '{rest[-1][:3]}')" if rest else None


def _after_erasing(body: str) -> Iterator[str]:
    """Yield the body with the first erased input erased right behind the inputs."""
    found = re.search(r"\n    erase (\w+)", body)
    first = re.search(r"\n    derive ", body)
    if found and first and re.search(rf"[(\s]{found[1]}[,)\s+]", body[first.start() : found.start()]):
        yield (
            body[: first.start()]
            + f"\n    erase {found[1]}"
            + body[first.start() : found.start()]
            + body[found.start() :]
            .replace(f"erase {found[1]}, ", "erase ", 1)
            .replace(f"    erase {found[1]}\n", "", 1)
        )


def mutants_of_schedules(path: Path) -> Iterator[Mutant]:
    """Yield edits of the schedules of a module."""
    text = path.read_text(encoding="utf-8")
    yield from _edits(path, text, "drop-erase", r"^    (erase) ([\w, \n]+?)\n(?=    \w|})", _drop_name)
    yield from _edits(path, text, "drop-keep", r"^    (keep) ([\w, \n]+?)\n(?=    \w|})", _drop_name)
    yield from _edits(
        path, text, "swap-purpose", r"input (\w+):(\s*)(secret\[[\d.]*\]) for ([\w.]+)", _other_purpose
    )
    yield from _edits(path, text, "same-label", r"derive_secret\(suite, (\w+), '([a-z ]+)'\)", _sibling)
    yield from _edits(
        path, text, "same-label", r"(?<=key: )(\w+), data: x'02'", lambda f, b: f"{f[1]}, data: x'01'"
    )
    yield from _edits(path, text, "prefix-label", r"derive_secret\(suite, (\w+), '([a-z ]+)'\)", _beginning)
    yield from _edits(
        path, text, "prefix-label", r"(?<=key: )(\w+), data: x'02'", lambda f, b: f"{f[1]}, data: x'0102'"
    )
    yield from _edits(
        path,
        text,
        "tell-secret",
        r"(derive \w+:\s*)secret(\[\d*\] = (?!random|zeros|if ))",
        lambda f, b: f"{f[1]}public{f[2]}",
    )
    yield from _edits(path, text, "drop-counter", r"u48be\((index|position)\)", lambda f, b: "zeros(6)")
    yield from _edits(
        path, text, "fold-counter", r"u48be\((index|position)\)", lambda f, b: f"u48be({f[1]} >> 8)"
    )
    yield from _edits(
        path, text, "drop-counter", r"iv: counter \+\+ zeros\(8\)", lambda f, b: "iv: zeros(16)"
    )
    yield from _edits(
        path,
        text,
        "drop-verify",
        r"^    must [\w.-]+: (holds|xeddsa_verify|ed25519_verify|equal\().*?(?=^    \w|^})",
        lambda f, b: "",
    )
    yield from _edits(
        path, text, "cut-sizes", r"(split .*?: secret\[)(\d+)\]", lambda f, b: f"{f[1]}{int(f[2]) - 4}]"
    )
    for start, end in schedules(text):
        for body in _after_erasing(text[start:end]):
            yield Mutant("erase-early", path, text[:start] + body + text[end:], text[start:end].split()[1])


def _lines(path: Path, text: str, kind: str, pattern: str, made: str) -> Iterator[Mutant]:
    for found in re.finditer(pattern, text, re.M | re.S):
        edited = text[: found.start()] + found.expand(made) + text[found.end() :]
        yield Mutant(kind, path, edited, f"line {text[: found.start()].count(chr(10)) + 1}")


def mutants_of_roles(path: Path) -> Iterator[Mutant]:
    """Yield edits of the role machines of a module."""
    text = path.read_text(encoding="utf-8")
    check = r"^ +check ed25519_verify\([^\n]*\n +else bad_binding\n"
    yield from _lines(path, text, "drop-check", check, "")
    steps = r"(?: +(?:run|check)[^\n]*\n(?:      {12}[^\n]*\n| +and [^\n]*\n)*)*"
    first_set = r" +set peer_expires = [^\n]*\n(?: +and [^\n]*\n)?"
    yield from _lines(path, text, "check-late", f"({check})({steps}{first_set})", r"\2\1")
    for secret in ("send_chain", "own_ratchet", "identity_private"):
        yield from _lines(path, text, "send-secret", r"ciphertext: pending", f"ciphertext: {secret}")
    yield from _lines(
        path, text, "send-secret", r"digest: sha256\(m\.ciphertext\)", "digest: keys.message_key"
    )
    yield from _lines(path, text, "send-content", r"set pending = sealed\.ciphertext", "set pending = plain")
    yield from _lines(path, text, "keep-key", r"^ +set (send|receive)_chain = keys\.chain_next\n", "")
    yield from _lines(
        path, text, "show-secret", r"set base_key = agreed\.base_key", "set base_key = agreed.root_key"
    )
    yield from _lines(path, text, "swap-key", r"own_key: own_ratchet", "own_key: root_key")
    yield from _lines(
        path,
        text,
        "drop-owner",
        r"^ +check b\.identifier == (peer|m\.sender) and .*?else wrong_account\n",
        "",
    )


def found(mutant: Mutant, others: dict[str, str]) -> bool:
    """Whether lowering or the proofs about secrets tell of a mutant."""
    report = Report()
    specification = load_sources({**others, mutant.path.name: mutant.text}, report)
    if report.has_errors:
        return True
    names = [x.name for x in specification.modules.values() if x.file == mutant.path.name]
    return any(
        answer.finding is not None
        for name in names
        for answer in prove(specification, specification.modules[name], Budget())
    )


def chosen(mutants: list[Mutant]) -> list[Mutant]:
    """Return at most `MOST` of each kind, chosen by the seed."""
    draw = random.Random(SEED)
    kinds: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        kinds.setdefault(mutant.kind, []).append(mutant)
    return [one for kind in sorted(kinds) for one in draw.sample(kinds[kind], min(MOST, len(kinds[kind])))]


EXPLAINED = {
    "drop-verify": "an OTR proof whose expected challenge is an output: whoever runs the schedule may compare it",
    "tell-secret": "what an HMAC or a stream cipher gives may be told, unless something says that it is a key",
}
"""Kinds of which some survive, and why that is no fault in itself."""


def _count(mutants: list[Mutant], others: dict[str, str]) -> tuple[int, list[Mutant]]:
    survivors = [mutant for mutant in mutants if not found(mutant, others)]
    return len(mutants) - len(survivors), survivors


def _tell(cases: Any, title: str, mutants: list[Mutant], survivors: list[Mutant]) -> None:
    cases.ran(f"secrets/mutants of {title}", len(mutants))
    for one in survivors:
        cases.cannot_run(
            "secrets", one.path.name, f"{one.kind} {one.place}", EXPLAINED.get(one.kind, "not found")
        )


def test_edits_of_the_catalogue_s_schedules_are_found(cases: Any) -> None:
    paths = [
        x
        for x in sorted((SPEC / "catalogue").rglob("*.a7"))
        if "\nschedule " in x.read_text(encoding="utf-8")
    ]
    mutants = chosen([mutant for path in paths for mutant in mutants_of_schedules(path)])
    hits, survivors = _count(mutants, {})
    _tell(cases, "schedules", mutants, survivors)
    assert len({x.kind for x in mutants}) == 11
    assert hits >= 0.95 * len(mutants)
    assert {x.kind for x in survivors} <= set(EXPLAINED)


def test_edits_of_an_offer_s_roles_are_found(cases: Any) -> None:
    others = {
        x.name: x.read_text(encoding="utf-8") for x in sorted(OFFER.glob("*.a7")) if x.name != "chat.a7"
    }
    mutants = chosen(list(mutants_of_roles(OFFER / "chat.a7")))
    _, survivors = _count(mutants, others)
    _tell(cases, "roles", mutants, survivors)
    assert len({x.kind for x in mutants}) == 8
    assert not survivors
