"""MACs, tags, signatures and secrets are compared in a time that tells nothing: read from the source and from the plans.

Python: no `==` or `!=` with an operand of such a name, outside `hmac.compare_digest`, in what executes keys: the text that SDKs
are given, the builtins, sessions and components. Specifications: no `==` of octets that are secret or come out of a MAC;
`equal` is the function for that, and `verified` for members.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from art7.grammar.ir import expression as e
from art7.grammar.ir.module import Derive, Schedule, Specification
from catalogue_codec import load_catalogue

REPOSITORY = Path(__file__).resolve().parents[3]
ROOMS = (
    "codegen/art7/codegen/python/vendored",
    "grammar/art7/interpreter/functions",
    *(f"runtime/art7/runtime/{name}" for name in "sessions mls noise jose oidc sd_jwt x509".split()),
)
PROTECTED = re.compile(
    r"(?:^|_)(?:h?macs?|tags?|signatures?|secrets?|digest|confirmation|password|private|psk|nonce_key)(?:_|$)"
    r"|(?<!public_)(?:cipher|mac|auth|root|chain|master|session|send|receive|message|extra|sender_data|group)_keys?$"
)
"""Names of what must not be compared step by step."""
OPEN = re.compile(
    r"(?:^|_)(?:size|sizes|length|count|index|id|ids|name|kind|type|algorithm)(?:_|$)|^(?:signature|public)_key$"
)
"""Names of sizes, numbers and keys that everybody knows."""
ALLOWED = {
    "cbor_explain.py: node.value.tag != number": "tags of CBOR are numbers",
    "cbor_values.py: self.tag == other.tag": "tags of CBOR are numbers",
    "der_explain.py: trace.data[o:min(end, o + octets)] == tag": "tags of DER are public octets of the form",
    "der_explain.py: trace.data[o:min(end, o + len(tag))] == tag": "tags of DER are public octets of the form",
    "der_explain.py: trace.data[o] == tag[0]": "tags of DER are public octets of the form",
    "reading.py: receiver != state.own_tag": "instance tags are public numbers",
    "reading.py: sender != state.peer_tag": "instance tags are public numbers",
}
"""Comparisons that look like it and are not, each with its reason."""


def name_of(node: ast.expr) -> str:
    """Return the last name of an operand."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Subscript(value=inner) | ast.Call(func=inner):
            return name_of(inner)
    return ""


def is_protected(node: ast.expr) -> bool:
    name = name_of(node)
    return bool(PROTECTED.search(name)) and not OPEN.search(name)


def is_plain(node: ast.expr) -> bool:
    """Whether an operand says that numbers, texts or public constants are compared."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, bytes) or len(node.value) < 2
    name = name_of(node)
    return name == "len" or name.strip("_").isupper() or bool(OPEN.search(name))


def suspicious(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            operands = [node.left, *node.comparators]
            if any(map(is_protected, operands)) and not any(map(is_plain, operands)):
                yield ast.unparse(node)


def sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py"))


def test_python_compares_secrets_in_constant_time() -> None:
    found = {f"{path.name}: {text}" for path in sources() for text in suspicious(path.read_text("utf-8"))}
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set(), "these are no longer there"
    assert len(sources()) > 60


@pytest.mark.parametrize(
    "text",
    [
        "mac == wanted",
        "if self.tag(data) != found.tag: pass",
        "x = known['signature'] == given",
        "assert state.root_key == other",
        "secret == b'octets'",
        "a = (expected_mac[:8] != read)",
    ],
)
def test_the_control_finds_a_comparison(text: str) -> None:
    assert list(suspicious(text))


@pytest.mark.parametrize(
    "text", ["len(mac) == 8", "tag == 5", "tag_size != wanted", "mac is None", "key == other"]
)
def test_the_control_leaves_numbers_alone(text: str) -> None:
    assert not list(suspicious(text))


# ---- specifications ----------------------------------------------------------------------------------------------

_MACS = re.compile(r"^(?:hmac|cbc_mac|cmac|poly1305)|_tag$")


@pytest.fixture(scope="module")
def catalogue() -> Specification:
    return load_catalogue({})


def protected_values(schedule: Schedule) -> set[str]:
    found = {value.name for value in schedule.inputs if value.label == "secret"}
    for step in schedule.steps:
        values = [step.value] if isinstance(step, Derive) else list(step.parts)
        made_of_mac = isinstance(step.expr, e.Call) and bool(_MACS.search(step.expr.function))
        found |= {value.name for value in values if value.label == "secret" or made_of_mac}
    return found


def compared(expr: e.Expr, protected: set[str]) -> bool:
    for node in e.walk(expr):
        if isinstance(node, e.Binary) and node.op in ("==", "!=") and node.left.kind is e.Kind.BYTES:
            for operand in (node.left, node.right):
                if isinstance(operand, e.LocalRef) and operand.name in protected:
                    return True
                if isinstance(operand, e.Call) and _MACS.search(operand.function):
                    return True
    return False


def test_specifications_compare_secrets_in_constant_time(catalogue: Specification) -> None:
    seen, wrong = 0, []
    for module in catalogue.modules.values():
        for schedule in module.schedules:
            protected = protected_values(schedule)
            seen += len(protected)
            exprs = [step.expr for step in schedule.steps] + [each for _, each, _ in schedule.conditions]
            wrong += [schedule.name for expr in exprs if compared(expr, protected)]
    assert not wrong, "`equal` compares in constant time"
    assert seen > 100
