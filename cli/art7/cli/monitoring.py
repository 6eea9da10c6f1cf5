"""Watching a log: here, by one process, or dealt out to the workers of a Dask cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from art7.cli.exits import Unusable
from art7.cli.terminal import escaped

if TYPE_CHECKING:
    from art7.cli.sources import GeneratorSource
    from art7.grammar.ir.module import Specification
    from art7.runtime.monitor.conversation import Kit
    from art7.runtime.monitor.watch import Report

OPEN = 12_800
"""Conversations followed at once where nothing else is said."""

HERE = "here"
DASK = "dask://"


@contextmanager
def open_log(path: str) -> Iterator[BinaryIO]:
    """Open a log, `-` for standard input. Raises: `Unusable`."""
    if path == "-":
        if sys.stdin is None:
            raise Unusable("standard input is closed", "name a file, or send the log through a pipe")
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - a log may be a pipe, and is closed below
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise Unusable(f"`{escaped(path)}` cannot be read: {reason}", "name a log of lines of JSON") from None
    with file:
        yield file


def monitored(
    log: BinaryIO,
    source: GeneratorSource,
    texts: Mapping[str, str],
    *,
    wanted: Sequence[str] = (),
    most_open: int = OPEN,
    engine: str = HERE,
) -> Report:
    """Return what a log shows. `texts`: the source's files, for workers elsewhere. Raises: `Unusable`."""
    check_protocols(source, wanted)
    if engine == HERE:
        return _watched_here(log, source, wanted, most_open)
    if not engine.startswith(DASK):
        raise Unusable(f"no engine `{escaped(engine[:60])}`", "`here`, or `dask://HOST:PORT` of a scheduler")
    from art7.cli.monitoring_dask import watched_by_dask

    return watched_by_dask(log, source, texts, wanted, most_open, engine.removeprefix(DASK))


def check_protocols(source: GeneratorSource, wanted: Sequence[str]) -> None:
    """Raise `Unusable` when there is nothing to watch, or a wanted protocol is not there."""
    names = protocol_names(source.specification, source.modules)
    if not names:
        raise Unusable(
            f"`{escaped(source.name)}` has no protocol with roles", "name an offer whose modules have one"
        )
    for name in wanted:
        if not any(is_called(known, name) for known in names):
            known = ", ".join(escaped(each) for each in names[:8])
            raise Unusable(f"no protocol is called `{escaped(name[:60])}`", f"it has {known}")


def protocol_names(specification: Specification, modules: Sequence[str]) -> list[str]:
    """Return the qualified names of the protocols that have roles."""
    return [p.name for m in modules for p in specification.modules[m].protocols if p.roles]


def is_called(known: str, name: str) -> bool:
    """Whether a qualified name is meant by `name`, itself or its end."""
    return known == name or known.endswith(f".{name}")


@contextmanager
def watching_kits(
    specification: Specification, modules: Sequence[str], wanted: Sequence[str]
) -> Iterator[list[Kit]]:
    """Make the protocols ready; generated code reads their messages while the context lasts."""
    from art7.cli.generated import generated_package
    from art7.interpreter.shared import interpreter_of
    from art7.runtime.monitor.kits import kits_of
    from art7.runtime.monitor.reading import FastCodec

    with generated_package(specification) as package:
        kits = kits_of(specification, modules, interpreter_of(specification), FastCodec(package))
        yield [k for k in kits if not wanted or any(is_called(k.protocol.name, name) for name in wanted)]


def _watched_here(log: BinaryIO, source: GeneratorSource, wanted: Sequence[str], most_open: int) -> Report:
    from art7.runtime.monitor.lines import raw_lines, read_lines
    from art7.runtime.monitor.watch import Counter, Monitor, merged

    counter = Counter()
    with watching_kits(source.specification, source.modules, wanted) as kits:
        monitor = Monitor(kits, most_open)
        for item in read_lines(raw_lines(log)):
            line = counter.take(item)
            if line is not None:
                monitor.take(line)
        return merged([monitor.report()], counter)
