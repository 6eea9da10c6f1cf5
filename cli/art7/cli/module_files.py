"""From the paths of a command to the module files behind them: files, folders, bundles, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from art7.cli.exits import Unusable
from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import read_file, read_source

SUFFIX = ".a7"
STANDARD_INPUT = "-"
_MOST_OCTETS = 8 << 20
_MOST_MODULES = 10_000


def read_modules(paths: Iterable[str], report: Report) -> dict[str, bytes]:
    """Return the modules at `paths` by the name to show, in the order given; what cannot be read is reported.

    A folder or archive stands for every `.a7` file in it; `-` is standard input. What several paths lead to is
    read once, under its first spelling.
    """
    modules: dict[str, bytes] = {}
    seen: set[str] = set()
    for path in dict.fromkeys(paths):
        if path == STANDARD_INPUT:
            modules["<stdin>"] = read_standard_input(_MOST_OCTETS + 1)
        elif os.path.isdir(path) and not os.path.islink(path):
            modules.update(_modules_of_folder(path, report, seen))
        elif path.endswith(SUFFIX):
            modules.update(_module(path, report, seen))
        elif _is_new(path, seen):
            modules.update(_modules_of_archive(path, report))
    return modules


def read_standard_input(most: int) -> bytes:
    """Return at most `most` octets of standard input. Raises: Unusable when it is closed."""
    if sys.stdin is None:
        raise Unusable("standard input is closed", "name a file, or send the text through a pipe")
    return sys.stdin.buffer.read(most)


def _is_new(path: str, seen: set[str]) -> bool:
    """Whether no path before led to the same file; notes that this one does."""
    place = os.path.realpath(path)
    known = place in seen
    seen.add(place)
    return not known


def _module(path: str, report: Report, seen: set[str]) -> dict[str, bytes]:
    if not _is_new(path, seen):
        return {}
    content = read_file(path, report, most=_MOST_OCTETS)
    return {} if content is None else {path: content}


def _modules_of_folder(top: str, report: Report, seen: set[str]) -> dict[str, bytes]:
    """Read every module below a folder; hidden folders and links to folders are passed over."""
    paths: list[str] = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths += [os.path.join(folder, name) for name in sorted(names) if name.endswith(SUFFIX)]
        if len(paths) > _MOST_MODULES:
            report.add(
                "A7-B004", f"found more than {_MOST_MODULES} modules", _whole(top), help="name fewer folders"
            )
            return {}
    modules: dict[str, bytes] = {}
    for path in paths:
        modules.update(_module(path, report, seen))
    if not paths:
        message = f"the folder holds no `{SUFFIX}` file"
        report.add("A7-B002", message, _whole(top), help="name a module, or a folder of modules")
    return modules


def _modules_of_archive(path: str, report: Report) -> dict[str, bytes]:
    bundle = read_source(path, report)
    if bundle is None:
        return {}
    found = {f"{path}/{name}": content for name, content in bundle.files.items() if name.endswith(SUFFIX)}
    if not found:
        message = f"the {bundle.kind} holds no `{SUFFIX}` file"
        report.add("A7-B002", message, _whole(path), help="name a module, or a bundle of modules")
    return found


def _whole(path: str) -> Span:
    return Span(path, 0, 0, 0, 0)
