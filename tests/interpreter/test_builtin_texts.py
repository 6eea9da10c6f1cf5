"""The builtins against published vectors in lines of text: names with values, or fields between colons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import corpus
from art7.interpreter.functions import Refused
from builtin_executions import EXECUTIONS, Lookup, builtins_of

Case = dict[str, str]


@pytest.fixture(params=EXECUTIONS)
def builtin(request: pytest.FixtureRequest) -> Lookup:
    return builtins_of(request.param)


def cases_of(path: Path) -> Iterator[Case]:
    """The groups of `NAME = value` lines of a file; a name that comes again, or a count, begins the next."""
    found: Case = {}
    for line in path.read_text("utf-8").splitlines():
        name, sign, value = line.partition("=")
        if line.startswith("#") or not sign:
            continue
        name = name.strip().upper()
        if name in found:
            yield found
            found = {}
        found[name] = value.strip()
    if found:
        yield found


def octets(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def mac(builtin: Lookup, case: Case) -> bool:
    key, message, digest = octets(case, "KEY", "MSG", "MD")
    name = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}[len(digest)]
    return bool(builtin("hmac")(name, key, message) == digest)


def hkdf(builtin: Lookup, case: Case) -> bool:
    ikm, salt, info, prk, okm = octets(case, "IKM", "SALT", "INFO", "PRK", "OKM")
    name = case["HASH"].lower().replace("-", "")
    assert builtin("hkdf_extract")(name, salt, ikm) == prk
    return bool(builtin("hkdf")(name, salt, ikm, info, int(case["L"])) == okm)


def password(builtin: Lookup, case: Case) -> bool:
    secret, salt = (case[name].replace("\\0", "\0").encode() for name in ("PASSWORD", "SALT"))
    rounds, length = int(case["ITERATIONS"]), int(case["LENGTH"])
    return bool(builtin("pbkdf2")("sha1", secret, salt, rounds, length).hex() == case["DERIVED_KEY"])


def poly1305(builtin: Lookup, case: Case) -> bool:
    key, message, tag = octets(case, "KEY", "MSG", "TAG")
    return bool(builtin("poly1305")(key, message) == tag)


def agree(builtin: Lookup, case: Case) -> bool:
    private, public, shared = octets(case, "INPUT_SCALAR", "INPUT_U", "OUTPUT_U")
    return bool(builtin("x25519" if len(private) == 32 else "x448")(private, public) == shared)


def edwards(builtin: Lookup, case: Case) -> bool:
    private, public, message, signature = octets(case, "SECRET", "PUBLIC", "MESSAGE", "SIGNATURE")
    name = "ed25519" if len(public) == 32 else "ed448"
    assert builtin(f"{name}_public")(private) == public
    assert not builtin(f"{name}_verify")(public, message, bytes([signature[0] ^ 1]) + signature[1:])
    return bool(builtin(f"{name}_sign")(private, message) == signature)


RUNNERS: list[tuple[set[str], Callable[[Lookup, Case], bool]]] = [
    ({"KEY", "MSG", "MD"}, mac),
    ({"IKM", "SALT", "INFO", "OKM", "L"}, hkdf),
    ({"PASSWORD", "SALT", "ITERATIONS", "DERIVED_KEY"}, password),
    ({"KEY", "MSG", "TAG"}, poly1305),
    ({"INPUT_SCALAR", "INPUT_U", "OUTPUT_U"}, agree),
    ({"SECRET", "PUBLIC", "MESSAGE", "SIGNATURE"}, edwards),
]
"""Names that a group has → what is computed."""


@pytest.mark.parametrize("file", corpus.files("vectors", "crypto", ".txt"), ids=lambda file: file.name)
def test_groups_of_lines(builtin: Lookup, file: Path, cases: Any) -> None:
    ran = 0
    for case in cases_of(file):
        run = next((run for names, run in RUNNERS if names <= set(case)), None)
        if case.get("CONTEXT"):
            cases.cannot_run(
                "builtins", file.name, case["COUNT"], "a signature with a context, which no protocol here has"
            )
            continue
        if run is None:
            cases.cannot_run("builtins", file.name, ", ".join(case)[:60], "no builtin of that kind")
            continue
        try:
            assert run(builtin, case), f"{file.name}: {case}"
        except Refused as refusal:
            assert refusal.code == "out_of_range" and run is password, str(refusal)
            cases.cannot_run("builtins", file.name, case.get("COUNT", ""), "refused on purpose: endless work")
            continue
        ran += 1
        cases.ran("builtins")
    assert ran, "no group that a builtin computes"


@pytest.mark.parametrize("file", corpus.files("vectors", "crypto", ".input"), ids=lambda file: file.name)
def test_fields_between_colons(builtin: Lookup, file: Path, cases: Any) -> None:
    """Ed25519: the private key with the public one, the public one, the message, the signature with the message."""
    for line in file.read_text("ascii").split()[::8]:
        private, public, message, signed = (bytes.fromhex(each) for each in line.split(":")[:4])
        assert builtin("ed25519_public")(private) == public
        assert builtin("ed25519_sign")(private, message) + message == signed
        assert builtin("ed25519_verify")(public, message, signed[:64])
        cases.ran("builtins")
