"""Names that generated modules hold beside those of a specification.

A variable named after a member must not hide a function, a class or a module that the same text calls: in Python that
would hide it in the whole function. They are read from the text that packages are given, so that nothing
is forgotten when that text grows.
"""

from __future__ import annotations

import builtins
import re
from importlib import resources

from art7.codegen.python.vendoring import PACKAGES

_DEFINED = re.compile(r"^(?:def|class) (\w+)|^(\w+(?:, \w+)*)(?:: [^=\n]+)? =", re.ASCII | re.MULTILINE)

STANDARD = frozenset(
    "Any Callable ClassVar Final Generic Iterable Iterator Mapping NamedTuple Self Sequence Struct TypeAlias TypeVar "
    "Union annotations base64 binascii compare_digest hashlib hmac json math re struct typing zlib".split()
)
"""What generated modules import of Python's own library."""


def _supported() -> frozenset[str]:
    found: set[str] = set()
    for file in (file for package in PACKAGES for file in resources.files(package).iterdir()):
        if file.name.endswith(".py"):
            for match in _DEFINED.finditer(file.read_text(encoding="utf-8")):
                found.update((match[1] or match[2]).split(", "))
    return frozenset(name for name in found if not name.startswith("_"))


SUPPORTED = _supported()
"""What a support module may define. Its private names begin with `_`, as no name of a specification does."""

TAKEN = frozenset(dir(builtins)) | STANDARD | SUPPORTED
"""All of them, and Python's builtins."""
