"""Watching a log with the workers of a Dask cluster: each takes some shelves, and reads the specification itself.

The log is read here, once, and dealt out in batches; a worker that falls behind holds up the reading, so memory stays bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from art7.cli.exits import Unusable
from art7.cli.terminal import escaped
from art7.grammar.diagnostics import Report as Findings
from art7.runtime.monitor.lines import Line, raw_lines, read_lines
from art7.runtime.monitor.watch import SHELVES, Counter, Monitor, Report, merged, shelf_of

if TYPE_CHECKING:
    from art7.cli.sources import GeneratorSource

BATCH = 500
"""Lines that go to a worker together."""

UNDER_WAY = 3
"""Batches that a worker may have waiting."""

PATIENCE = "15s"


class ShelfWorker:
    """Lives on a worker: the protocols made ready there, and the shelves that it takes."""

    def __init__(
        self, texts: Mapping[str, str], modules: Sequence[str], wanted: Sequence[str], most_open: int,
        numbers: Sequence[int],
    ) -> None:  # fmt: skip
        from art7.cli.monitoring import watching_kits
        from art7.grammar.load import load_sources

        specification = load_sources({file: text.encode() for file, text in texts.items()}, Findings())
        self._stack = ExitStack()
        kits = self._stack.enter_context(watching_kits(specification, modules, wanted))
        self._monitor = Monitor(kits, most_open, numbers)

    def take(self, lines: Sequence[Line]) -> int:
        """Follow a batch; return how many lines it had."""
        for line in lines:
            self._monitor.take(line)
        return len(lines)

    def report(self) -> Report:
        """Return what these shelves have found, and let the generated code go."""
        self._stack.close()
        return self._monitor.report()


def watched_by_dask(
    log: BinaryIO,
    source: GeneratorSource,
    texts: Mapping[str, str],
    wanted: Sequence[str],
    most_open: int,
    address: str,
) -> Report:
    """Return what a log shows, found by the workers of the scheduler at `address`. Raises: `Unusable`."""
    try:
        connect: Any = import_module("distributed").Client
    except ImportError:
        raise Unusable("dask is not installed", "pip install 'art7[dask]', or leave --engine out") from None
    try:
        client = connect(address, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise Unusable(
            f"no scheduler at `{escaped(address[:80])}`: {escaped(reason)}", "start one, or name its port"
        ) from None
    with client:
        workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
        if not workers:
            raise Unusable("the scheduler has no workers", "start `dask worker` beside it")
        return _watched(client, workers[:SHELVES], log, source, texts, (tuple(wanted), most_open))


def _watched(
    client: Any,
    workers: Sequence[str],
    log: BinaryIO,
    source: GeneratorSource,
    texts: Mapping[str, str],
    settings: tuple[Sequence[str], int],
) -> Report:
    files = {source.specification.modules[name].file for name in source.modules}
    own = {file: text for file, text in texts.items() if file in files}
    made = [
        client.submit(
            ShelfWorker, own, source.modules, *settings, range(place, SHELVES, len(workers)),
            actor=True, workers=[worker], pure=False,
        )
        for place, worker in enumerate(workers)
    ]  # fmt: skip
    dealers = [_Dealer(each.result()) for each in made]
    counter = Counter()
    for item in read_lines(raw_lines(log)):
        line = counter.take(item)
        if line is not None:
            dealers[shelf_of(line.conversation) % len(dealers)].deal(line)
    return merged([each.finish() for each in dealers], counter)


class _Dealer:
    """Hands lines to one worker in batches, a bounded number of them ahead."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._batch: list[Line] = []
        self._waiting: deque[Any] = deque()

    def deal(self, line: Line) -> None:
        """Put a line into the batch; hand the batch over when it is full."""
        self._batch.append(line)
        if len(self._batch) >= BATCH:
            self._hand_over()

    def finish(self) -> Report:
        """Hand over what is left and return the worker's report."""
        self._hand_over()
        while self._waiting:
            self._waiting.popleft().result()
        found: Report = self._worker.report().result()
        return found

    def _hand_over(self) -> None:
        if self._batch:
            self._waiting.append(self._worker.take(self._batch))
            self._batch = []
        while len(self._waiting) > UNDER_WAY:
            self._waiting.popleft().result()
