"""Wire names to Python names: nothing else decides a name.

The rule, in order: normalise to NFKC (as Python does with identifiers); every character that no identifier
may hold becomes `_`; leading underscores go (no private or dunder names come from a text); an empty or
digit-led rest gets the prefix `n`; a keyword, or a name that the generated code keeps for itself, gets the
suffix `_`. A second holder of the same name in one scope gets `_2`, the third `_3`, in textual order, so a
name never depends on what comes after it.

Scopes: modules of a package; classes of a module (records first, then enums); members of a record or enum.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from art7.codegen.reserved import CLASSES, TAKEN
from art7.grammar.ir.module import Enum, Module, Specification
from art7.grammar.ir.plan import Record

RESERVED_MEMBERS = frozenset(
    "Decoder Head decode decode_many decode_prefix encode peek mro name_of unverified self "
    "bool bytes dict float int list str tuple".split()
)
"""Methods of generated classes, the types their annotations name, and `self`; a member of that name gets a `_`."""

RESERVED_PARAMETERS = frozenset(
    "self data explain m n o e k x start end depth unverified octets parts fixes len min super "
    "Refused FAILURES explain_decoding encode_again encode_carefully decode_all first_json first_cbor items".split()
)
"""What `decode` and `encode` take and use beside a message's parameters."""

RESERVED_MODULES = frozenset("adapter testing sessions vectors conftest py builtins con prn aux nul".split())
"""Modules and folders that every generated package has."""

RESERVED_LOCALS = TAKEN | frozenset("data self cls m o n".split())
"""What function bodies of generated code use beside a specification's own names."""

_FOREIGN = re.compile(r"\W", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9]+")


@lru_cache(4096)
def identifier(text: str, reserved: frozenset[str] = frozenset()) -> str:
    """Return a legal, public Python identifier for `text` that is neither a keyword nor in `reserved`.

    Non-ASCII letters are spelled `u` and their code point in hexadecimal, so that look-alikes stay apart.
    """
    normal = text
    if not text.isascii():
        normal = unicodedata.normalize("NFKC", text)
        normal = "".join(c if c.isascii() else f"u{ord(c):x}" if c.isalnum() else "_" for c in normal)
    name = _FOREIGN.sub("_", normal).lstrip("_")
    if not name or name[0].isdigit():
        name = f"n{name}"
    if keyword.iskeyword(name) or name in reserved:
        name += "_"
    return name


@lru_cache(4096)
def variable_name(text: str) -> str:
    """Return `text` in the form of variables: it begins with a small letter, so that it is no class's name."""
    return identifier(text[:1].lower() + text[1:], RESERVED_LOCALS)


def hides(parameters: Iterable[str]) -> bool:
    """Whether a function with such parameters would not see all of what its module holds."""
    return not RESERVED_LOCALS.isdisjoint(parameters)


def class_name(text: str) -> str:
    """Return `text` (words apart by dots, underscores, brackets) in the form of class names."""
    words = _WORDS.findall(identifier(text) if not text.isascii() else text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return identifier(name, CLASSES)


def constant_name(text: str) -> str:
    """Return `text` in the form of constants: upper case; `useCandidate` and `use-candidate` keep their words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return identifier(spaced.upper())


class Scope:
    """Names handed out once. `claim` returns the name itself, or with `_2`, `_3` … when it is taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = taken if isinstance(taken, frozenset) else frozenset(taken)
        self._counts: dict[str, int] = {}

    def claim(self, name: str) -> str:
        """Return a free name made of `name` and take it."""
        counts = self._counts
        while True:
            count = counts[name] = (counts.get(name) or (1 if name in self._taken else 0)) + 1
            if count == 1:
                return name
            candidate = f"{name}_{count}"
            if candidate not in counts and candidate not in self._taken:
                counts[candidate] = 1
                return candidate


def member_names(record: Record) -> tuple[str, ...]:
    """Return the Python name of every slot of `record`, by slot index; API members get theirs first."""
    scope = Scope()
    names: dict[int, str] = {}
    for slot in sorted(record.slots, key=lambda slot: not slot.is_api):
        names[slot.index] = scope.claim(identifier(slot.name, RESERVED_MEMBERS))
    return tuple(names[slot.index] for slot in record.slots)


def parameter_names(record: Record) -> tuple[str, ...]:
    """Return the Python name of every parameter of `record`; each begins with a small letter, as no class does."""
    scope = Scope()
    spelled = (param.name[:1].lower() + param.name[1:] for param in record.params)
    return tuple(scope.claim(identifier(name, RESERVED_PARAMETERS)) for name in spelled)


def enum_member_names(enum: Enum) -> tuple[str, ...]:
    """Return the constant's name of every member of `enum`."""
    scope = Scope(("name_of",))
    return tuple(scope.claim(constant_name(member.name)) for member in enum.members)


def local_part(qualified: str, module: str) -> str:
    """Return what a qualified name says beyond its `module`; type arguments lose their modules."""
    head, bracket, arguments = qualified.partition("<")
    local = head.removeprefix(f"{module}.")
    if not bracket:
        return local
    inner = re.sub(r"[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)+", lambda m: m[0].rpartition(".")[2], arguments)
    return f"{local}<{inner}"


@dataclass(slots=True)
class PackageNames:
    """The names of one generated package: module stems, and classes by qualified record or enum name."""

    modules: dict[str, str]
    classes: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Qualified record or enum name → name of the a7 module that holds it."""
    functions: dict[str, str] = field(default_factory=dict)
    """Qualified record name → stem of its private functions (`_decode_<stem>`), unique in its module."""
    _members: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def members(self, record: Record) -> tuple[str, ...]:
        """Return `member_names(record)`, worked out once."""
        found = self._members.get(record.name)
        if found is None:
            found = self._members[record.name] = member_names(record)
        return found


def module_stem(name: str) -> str:
    """Return the file stem of the a7 module `name` by its last word."""
    return identifier(name.rpartition(".")[2].lower(), RESERVED_MODULES)


def package_names(spec: Specification) -> PackageNames:
    """Name everything of `spec`.

    A module's file is called after the last word of its name (`ietf.stun`: `stun`); where two share it, all
    of them get their whole name (`ietf_stun`, `offer_stun`).
    """
    names = PackageNames(_module_stems(spec.modules))
    for module in spec.modules.values():
        _name_classes(names, module)
    return names


def _module_stems(modules: Mapping[str, Module]) -> dict[str, str]:
    stems: dict[str, list[str]] = {}
    for name in modules:
        stems.setdefault(module_stem(name), []).append(name)
    scope = Scope(stem for stem, holders in stems.items() if len(holders) == 1)
    return {
        name: stem if len(holders) == 1 else scope.claim(identifier(name.lower(), RESERVED_MODULES))
        for stem, holders in stems.items()
        for name in holders
    }


def _name_classes(names: PackageNames, module: Module) -> None:
    classes, functions = Scope(), Scope()
    for record in module.records:
        local = local_part(record.name, module.name)
        names.classes[record.name] = classes.claim(class_name(local))
        names.functions[record.name] = functions.claim(_function_stem(local))
        names.owners[record.name] = module.name
    for enum in module.enums:
        names.classes[enum.name] = classes.claim(class_name(local_part(enum.name, module.name)))
        names.owners[enum.name] = module.name


def _function_stem(local: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local).lower()
    return re.sub(r"_+", "_", identifier(spaced)).strip("_") or "record"
