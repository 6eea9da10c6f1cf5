"""The package of an SDK: one module per a7 module, its careful twin, schedules, roles, the support module."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from art7.codegen.names import PackageNames, package_names
from art7.codegen.python.docstrings import FUTURE
from art7.codegen.python.module_text import VENDORED as CODEC_MODULES
from art7.codegen.python.module_text import module_source, shared_facts
from art7.codegen.python.secret_types import STEM, secrets_module
from art7.codegen.python.vendoring import vendored
from art7.grammar.collector import collector_paused
from art7.grammar.ir.module import Module, Specification
from art7.interpreter.functions.keyed import MODULES as KEYED

VENDORED = (
    *CODEC_MODULES,
    *(
        name
        for name in ("patterns", "json_explain", "secrecy", "derivation", "machine", "base58")
        if name not in CODEC_MODULES
    ),
    *KEYED,
)
"""The vendored modules, in the order in which their text stands in the support module."""

_SUPPORT_DOCSTRING = '''"""What the modules of this package share. Made by art7; do not edit.

Nothing here needs more than the standard library{extra}.
"""'''


@dataclass(frozen=True, slots=True)
class PackageText:
    """The files of a package by name (`stun.py`), and what its project file must say."""

    files: dict[str, str]
    names: PackageNames
    needs_cryptography: bool


def package_text(spec: Specification, asked: Collection[str] = ()) -> PackageText:
    """Return the package of `spec`; same input, same bytes. `asked`: more that its support module must have."""
    with collector_paused():
        return _package_text(spec, asked)


def _package_text(spec: Specification, asked: Collection[str]) -> PackageText:
    from art7.codegen.python.machines import roles_module
    from art7.codegen.python.schedules import schedules_module

    names, shared = package_names(spec), shared_facts(spec)
    files: dict[str, str] = {}
    support: set[str] = {"DecodeError", "EncodeError", *asked}
    for module in _ordered(spec):
        text = module_source(spec, module, names, shared)
        files[f"{text.stem}.py"] = text.fast
        files[f"{text.explain_stem}.py"] = text.explain
        support |= text.support
        for suffix, made in (
            ("keys", schedules_module(spec, module, names)),
            ("roles", roles_module(spec, module, names)),
        ):
            if made is not None:
                files[f"{text.stem}_{suffix}.py"] = made.text
                support |= made.support
    secrets = secrets_module(spec, names)
    if secrets is not None:
        files[f"{STEM}.py"] = secrets
        support.add("Secret")
    files["_support.py"], needs_cryptography = support_text(support)
    files["py.typed"] = ""
    return PackageText(files, names, needs_cryptography)


def support_text(names: set[str]) -> tuple[str, bool]:
    """Return the support module with `names` and what they use, and whether it needs `cryptography`."""
    imports, text = vendored(names, VENDORED)
    needs = any("cryptography" in line for line in imports)
    docstring = _SUPPORT_DOCSTRING.replace("{extra}", " and `cryptography`" if needs else "")
    standard = [line for line in imports if "cryptography" not in line]
    others = [line for line in imports if "cryptography" in line]
    head = "\n".join(standard) + ("\n\n" + "\n".join(others) if others else "")
    return f"{docstring}\n\n{FUTURE}\n\n{head}\n\n\n{text}", needs


def _ordered(spec: Specification) -> list[Module]:
    return [spec.modules[name] for name in sorted(spec.modules)]
