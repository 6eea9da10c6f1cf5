"""No name of a specification hides what generated code calls: members, parameters and arms under every such name."""

from __future__ import annotations

import ast
import hmac
import inspect
import keyword
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.agreed import Agreed
from tests.support.built import build, module, specification

from art7.codegen.names import parameter_names
from art7.codegen.python.package import PackageText, package_text
from art7.codegen.reserved import SUPPORTED, TAKEN
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode

HEAD = "a7 1\nmodule demo version 1.0\n"
PLACES = 10
"""How many names one record of a template holds."""

OCTETS = """message M{n}(`{9}`: bytes[]) as binary {{
    limit size = 99
    `{0}`: u8[until x'00' max 50]
    let `{1}`: text = text(first(octets_of(`{0}`), count(`{0}`)))
    `{2}`: u8 = count(`{3}`)
    `{3}`: I{n}[`{2}` max 9]
    `{4}`: u8
    `{5}`: select `{4}` {{ 1 => `{6}`: I{n} otherwise => preserve }} within 2
    `{7}`: u16 when `{4}` == 1 and max(`{4}`, length(`{9}`)) > 0
    select `{4}` {{ 1 => {{ `{8}`: bytes[prefix u8] }} otherwise => empty }}
    tag: bytes[4] = first(hmac_sha256(`{9}`, octets_before(tag)), 4)
    must R-{n}: every one in `{3}` satisfies (one.`{1}` == `{4}` + one.`{0}` - one.`{0}` or is_last(one, `{3}`))
}}
struct I{n} as binary {{ `{0}`: u8 `{1}`: u8 }}
"""

MLS = """message M{n} as tls(vector: 'varint') {{
    limit size = 999
    `{0}`: bytes[]
    `{1}`?: u16
    `{2}`: text[]
    `{3}`: I{n}[]
    `{4}`: u8
    let `{5}`: u8 = length(`{0}`) + count(`{3}`)
    select `{4}` {{ 1 => `{6}`: I{n} otherwise => `{7}`: u32 }}
    `{8}`: optional<bytes[..9]>
    check every `{9}` in `{3}` satisfies (`{9}`.`{0}` <= `{4}` + 200)
}}
struct I{n} as tls {{ `{0}`: u8 `{1}`: u8 }}
"""

PROTOBUF = """message M{n} as protobuf {{
    limit size = 999
    `{0}` @1: u32 default 0
    `{1}` @2?: text
    `{2}` @3: I{n}[..9]
    `{3}` @4: u64[..9]
    `{4}` @5: bytes
    `{5}` @6?: I{n}
    let `{6}`: u8 = length(`{4}`) + `{0}`
    `{7}` @7: bool default false
    `{8}` @8?: sfixed32
    `{9}` @9: u32[..9]
    check every one in `{2}` satisfies (one.`{1}` <= `{0}` + 100)
}}
struct I{n} as protobuf {{ `{0}` @1: u32 default 0 `{1}` @2: u32 default 0 }}
"""

TREE = """message M{n}(`{9}`: text) as {form} {{
    limit size = 999
    `{0}`: text[1..9]
    `{1}`?: u8 default 3
    `{2}`: I{n}[..9]
    `{3}`: u8[..9]
    `{4}`?: I{n} | null
    `{5}`: bool
    let `{6}`: text = lower(`{0}`)
    `{7}`: map<text, u8>[..9]
    `{8}`: u8
    select `{8}` {{ 1 => {{ extra: I{n} }} otherwise => empty }}
    check length(`{9}`) < 9 and every one in `{2}` satisfies (one.`{1}` + one.`{0}` >= `{8}` - 9)
}}
struct I{n} as {form} {{ `{0}`: u8 `{1}`: u8 }}
"""

Item = dict[str, Any]


def octets(name: list[str], arm: bool) -> tuple[Item, Item]:
    item = {name[0]: 1, name[1]: 1}
    value = {
        name[0]: [65, 66],
        name[3]: [item, item],
        name[4]: 1 if arm else 2,
        name[5]: item if arm else b"ab",
    }
    return value | ({name[7]: 300, name[8]: b"xyz"} if arm else {name[3]: []}), {name[9]: b"key"}


def mls(name: list[str], arm: bool) -> tuple[Item, Item]:
    item = {name[0]: 1, name[1]: 2}
    value = {name[0]: b"ab", name[2]: "text", name[3]: [item, item], name[4]: 1 if arm else 2}
    return value | ({name[6]: item, name[1]: 7} if arm else {name[7]: 9, name[8]: b"xyz"}), {}


def protobuf(name: list[str], arm: bool) -> tuple[Item, Item]:
    item = {name[0]: 1, name[1]: 2}
    value = {name[0]: 5, name[2]: [item, item], name[3]: [1, 300], name[4]: b"ab", name[9]: [1], name[7]: arm}
    return value | ({name[1]: "x", name[5]: item, name[8]: -1} if arm else {}), {}


def tree(name: list[str], arm: bool) -> tuple[Item, Item]:
    item = {name[0]: 1, name[1]: 2}
    value = {
        name[0]: "Ab",
        name[2]: [item],
        name[3]: [1, 2],
        name[5]: arm,
        name[7]: {"k": 1},
        name[8]: 1 if arm else 2,
    }
    return value | ({name[1]: 7, name[4]: item, "extra": item} if arm else {name[4]: None}), {
        name[9]: "short"
    }


TEMPLATES: dict[str, tuple[str, Any]] = {
    "binary": (OCTETS, octets),
    "tls": (MLS, mls),
    "protobuf": (PROTOBUF, protobuf),
    "json": (TREE.replace("{form}", "json"), tree),
    "cbor": (TREE.replace("{form}", "cbor"), tree),
}


def groups(names: list[str], turn: int) -> Iterator[list[str]]:
    """Names by tens; each turn puts every one of them in another place."""
    for first in range(0, len(names), PLACES):
        chunk = [*names[first : first + PLACES], *(f"spare{i}" for i in range(PLACES))][:PLACES]
        yield chunk[turn:] + chunk[:turn]


def text_of(encoding: str, names: list[str], turn: int) -> str:
    template = TEMPLATES[encoding][0]
    records = [template.format(*chunk, n=n) for n, chunk in enumerate(groups(names, turn))]
    return HEAD + "".join(records)


@cache
def own_names() -> tuple[str, ...]:
    """Every name that generated code uses: found in the code of specifications with names of no meaning."""
    found: set[str] = set()
    for encoding in TEMPLATES:
        package = package_text(specification(text_of(encoding, [f"zz{i}" for i in range(PLACES)], 0)))
        for file, text in package.files.items():
            if file.endswith(".py") and file not in ("_support.py", "__init__.py"):
                for node in ast.walk(ast.parse(text)):
                    found |= {node.id} if isinstance(node, ast.Name) else set()
                    found |= {node.arg} if isinstance(node, ast.arg) else set()
                    found |= (
                        {a.asname or a.name for a in node.names}
                        if isinstance(node, ast.ImportFrom)
                        else set()
                    )
    return tuple(sorted(name for name in found if "zz" not in name and not name.startswith("_")))


def every_name() -> list[str]:
    """Builtins of both languages, keywords, what is imported, the generator's own; no two alike but for case."""
    names = {*TAKEN, *FUNCTIONS, *keyword.kwlist, *keyword.softkwlist, *own_names()}
    names |= {
        "offset",
        "remaining",
        "end",
        "index",
        "self",
        "M0",
        "I0",
        "m0",
        "i0",
        "decode",
        "encode",
        "item_2",
        "o_2",
    }
    return sorted(name for name in names if not name.startswith("_") and name not in ("tag", "extra", "one"))


def test_what_is_reserved_is_read_from_the_code() -> None:
    assert {"first", "text", "is_list", "Refused", "FAILURES"} <= SUPPORTED
    assert {"print", "struct", "hmac"} <= TAKEN
    assert {"data", "o", "m"} <= set(own_names())


@pytest.mark.parametrize(
    ("encoding", "turn"),
    [("binary", 0), ("binary", 5), ("tls", 3), ("protobuf", 6), ("json", 1), ("cbor", 8)],
)
def test_members_of_any_name_are_read_and_written(encoding: str, turn: int, tmp_path: Path) -> None:
    every, wrong = every_name(), []
    for part in range(0, len(every), 350):  # a module of more records is printed in another way
        names = every[part : part + 350]
        spec = specification(text_of(encoding, names, turn))
        package, root = build(spec, tmp_path)
        made, support = module(root, "demo"), module(root, "_support")
        for number, chunk in enumerate(groups(names, turn)):
            record = next(r for r in spec.modules["demo"].records if r.name == f"demo.M{number}")
            kind = getattr(made, package.names.classes[record.name])
            given = TEMPLATES[encoding][1](chunk, True)[1]
            spelled = dict(zip((p.name for p in record.params), parameter_names(record), strict=True))
            more = {spelled[name]: each for name, each in given.items()}
            for arm in (True, False):
                value, _ = TEMPLATES[encoding][1](chunk, arm)
                wire = encode(spec, record.name, value, given)
                try:
                    read = kind.decode(wire, **more)
                    assert named(spec, package, read) == decode(spec, record.name, wire, given).value
                    assert read.encode(**more) == wire
                    assert kind.decode_prefix(wire, **more)[1] == len(wire)
                    for cut in (0, len(wire) // 2):
                        with pytest.raises(support.DecodeError) as refusal:
                            kind.decode(wire[:cut], **more)
                        assert refusal.value.code != "internal"
                except (Exception, pytest.fail.Exception) as fault:
                    wrong.append((chunk, repr(fault)))
    assert wrong == []


def named(spec: Specification, package: PackageText, value: Any) -> Any:
    """A value of the package under the names of the specification."""
    if isinstance(value, list):
        return [named(spec, package, item) for item in value]
    if not hasattr(type(value), "_derived"):
        return value
    record = next(
        r for r in spec.modules["demo"].records if package.names.classes[r.name] == type(value).__name__
    )
    spelled = package.names.members(record)
    held = {slot.name: getattr(value, spelled[slot.index], None) for slot in record.api()}
    return {
        name: named(spec, package, each) for name, each in held.items() if type(each).__name__ != "Absent"
    }


def test_values_of_schedules_have_any_name(tmp_path: Path) -> None:
    names = [name for name in every_name() if name not in ("spare0", "data")]
    groups_of = [chunk for chunk in groups(names, 0)]
    text = HEAD
    for number, chunk in enumerate(groups_of):
        one, two, three, four, five, *_ = (f"`{name}`" for name in chunk)
        text += (
            f"schedule K{number}({one}: u32) {{ input {two}: secret[32] "
            f"derive {three}: bytes[32] = hmac_sha256({two}, u32be({one})) "
            f"split {three} into {four}: bytes[16], {five}: bytes[16] output {four}, {five} "
            f"check length({four}) == min(16, length({five})) }}\n"
        )
    spec = specification(text)
    package, root = build(spec, tmp_path)
    keys = module(root, "demo_keys")
    wanted = hmac.digest(bytes(32), bytes((0, 0, 0, 7)), "sha256")
    wrong = []
    for number, chunk in enumerate(groups_of):
        try:
            function = getattr(keys, f"derive_k{number}")
            one, two, *_ = inspect.signature(function).parameters
            found = function(**{one: 7, two: bytes(32)})
            assert [getattr(found, name) for name in found.__slots__] == [wanted[:16], wanted[16:]]
        except Exception as fault:
            wrong.append((chunk, repr(fault)))
    assert wrong == []


@pytest.mark.parametrize(
    ("fields", "form", "value", "wire"),
    [
        ("n: u8 = count(self) self: u16[n]", "binary", {"self": [1, 2]}, bytes.fromhex("0200010002")),
        ("n: u8 = octets(self) self: bytes[n]", "binary", {"self": b"abc"}, b"\3abc"),
        ("n: u8 = count(self) self: u8[..9]", "json", {"self": [4, 5]}, b'{"n":2,"self":[4,5]}'),
    ],
)
def test_a_member_called_self_is_measured(
    fields: str, form: str, value: Item, wire: bytes, tmp_path: Path
) -> None:
    """A field called so comes before the word for the record, as every field does."""
    spec = specification(f"{HEAD}message M as {form} {{ limit size = 99 {fields} }}\n")
    _, root = build(spec, tmp_path)
    assert encode(spec, "demo.M", value) == wire
    read = module(root, "demo").M.decode(wire)
    assert read.encode() == wire
    held = decode(spec, "demo.M", wire).value
    assert held["self"] == value["self"]


def test_messages_are_called_like_words_of_the_generated_code(tmp_path: Path) -> None:
    text = """
    message Any as json { limit size = 99 limit depth = 9 a: any b?: Final c: map<text, any>[..3] }
    struct Final as json { n: u8 }
    enum Literal: u8 closed { one = 1 }
    message Record as binary { limit size = 9 k: Literal select k { one => x: Iterable } }
    struct Iterable as binary { Refused: u8 }
    """
    demo = Agreed(HEAD + text, tmp_path)
    assert demo.read("Any", b'{"a":[1],"b":{"n":1},"c":{"x":null}}')["b"] == {"n": 1}
    assert demo.read("Record", b"\1\2")["k"] == 1
