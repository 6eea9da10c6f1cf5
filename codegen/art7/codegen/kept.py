"""Generated packages and projects kept on disk: what the same program made of the same texts is not made again.

Entries are files by path in one piece of text, behind a digest, in a folder of the user's own (the rules are
those of `art7.grammar.cache`; `ART7_NO_CACHE` turns it off). A specification that was made or changed by a
program has no digest and is always generated.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from art7.codegen.names import package_names
from art7.codegen.python.package import PackageText, package_text
from art7.codegen.python.sessions import NONE_CARRIED, Carried
from art7.grammar.cache import Store, program_of
from art7.grammar.ir.module import Specification

Files = dict[str, str]

_WIDTH = 8
"""Octets of the size of an entry's table."""


def kept_package(spec: Specification) -> PackageText:
    """Return `package_text(spec)`, from disk where it is there."""
    needs_cryptography = "needs cryptography"

    def make() -> Files:
        made = package_text(spec)
        return {**made.files, **({needs_cryptography: ""} if made.needs_cryptography else {})}

    files = _kept(spec, ("package",), make)
    needs = files.pop(needs_cryptography, None) is not None
    return PackageText(files, package_names(spec), needs)


def kept_project(
    spec: Specification,
    source_name: str,
    *,
    modules: Iterable[str] | None = None,
    carried: Carried = NONE_CARRIED,
) -> Files:
    """Return `generate_python(spec, source_name, modules=modules, carried=carried)`, from disk where it is there."""
    from art7.codegen.project import generate_python

    chosen = sorted(spec.modules if modules is None else modules)
    texts = (carried.home, *(part for each in carried.modules for part in (each.path, each.text)))
    parts = ("project", source_name, *chosen, "carried", *texts)
    return _kept(spec, parts, lambda: generate_python(spec, source_name, modules=chosen, carried=carried))


def _kept(spec: Specification, parts: tuple[str, ...], make: Callable[[], Files]) -> Files:
    digest = spec.digest()
    if digest is None:
        return make()
    store = Store(Store.find("generated"), _program())
    key = store.key(digest, *parts)
    data = store.read(key)
    files = None if data is None else _files(data)
    if files is None:
        files = make()
        store.write(key, *_octets(files))
    return files


def _octets(files: Files) -> list[bytes]:
    """Return the size of the table, the table of paths and sizes, then the texts."""
    texts = [text.encode("utf-8", "surrogatepass") for text in files.values()]
    head = json.dumps([[path, len(text)] for path, text in zip(files, texts, strict=True)]).encode()
    return [len(head).to_bytes(_WIDTH, "big"), head, *texts]


def _files(data: memoryview) -> Files | None:
    # The texts are cut out of the one piece that was read: it may hold a hundred megabytes.
    place = _WIDTH + int.from_bytes(data[:_WIDTH], "big")
    try:
        rows = json.loads(bytes(data[_WIDTH:place]))
        files = {}
        for path, size in rows:
            files[path] = str(data[place : place + size], "utf-8", "surrogatepass")
            place += size
    except (ValueError, TypeError, RecursionError):
        return None  # what another program wrote under this name
    return files if place == len(data) else None


@cache
def _program() -> str:
    """Return what changes whenever the generators, the language, or the interpreter of vectors do."""
    import art7.grammar

    language = Path(art7.grammar.__file__ or "").parents[1]
    return f"{sys.version_info[:2]}\n{program_of(Path(__file__).parent, language)}"
