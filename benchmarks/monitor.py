"""How many recorded messages an hour one core watches: `python -m benchmarks.monitor [rounds]`.

The log is what is on the wire when an example offer's scenarios are played. The ratio compares watching with only reading the
same messages by the same generated code: what following the role machines costs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from art7.cli.generated import generated_package
from art7.cli.monitoring import OPEN, watching_kits
from art7.cli.runs import performances
from art7.cli.sources import GeneratorSource, read_generator_source
from art7.grammar.diagnostics import Report
from art7.runtime.monitor.conversation import Kit
from art7.runtime.monitor.lines import Line
from art7.runtime.monitor.watch import Monitor
from art7.runtime.network import Faults
from art7.spec import __path__ as SPEC
from benchmarks.measure import Group

OFFER = Path(next(iter(SPEC))) / "offers" / "examplechat"
PROTOCOL = "examplechat.chat.Delivery"
WATCH, READ = "watched", "read alone"


def recorded(source: GeneratorSource) -> list[Line]:
    """Return the messages of all scenarios, each run a conversation."""
    lines: list[Line] = []
    with generated_package(source.specification) as package:
        played = performances(
            source.specification,
            source.modules,
            package,
            networks=(Faults(loss=100, jitter_ms=200),),
            seeds=(1,),
        )
        for number, each in enumerate(each for each in played if each.outcome.protocol == PROTOCOL):
            for entry in each.trace.entries:
                if entry.kind == "send" and "lost" not in entry.data["network"]:  # type: ignore[operator]  # a list of words
                    octets = bytes.fromhex(str(entry.data["octets"]))
                    way = {"sender": entry.role, "receiver": str(entry.data["receiver"])}
                    lines.append(Line(len(lines) + 1, f"c{number}", "message", octets=octets, **way))
    return lines


def watched(kits: Sequence[Kit], lines: Sequence[Line]) -> None:
    """Watch a log; it must not depart."""
    monitor = Monitor(kits, OPEN)
    for line in lines:
        monitor.take(line)
    assert monitor.report().is_clean, "the benchmark's own log departs"


def read_alone(kits: Sequence[Kit], lines: Sequence[Line]) -> None:
    """Read the same messages by generated code."""
    for line in lines:
        kits[0].reader.read(line.sender, line.receiver, line.octets or b"")


def main(rounds: int = 9) -> int:
    """Print the row; the exit code is 0 whatever the figures."""
    source = read_generator_source(str(OFFER), Report())
    assert source is not None, "the example offer does not load"
    lines = recorded(source)
    with watching_kits(source.specification, source.modules, (PROTOCOL,)) as kits:
        group = Group("monitor")
        group.add(WATCH, watched, kits, lines)
        group.add(READ, read_alone, kits, lines)
        group.run(rounds)
    hourly = {label: 3600e9 * len(lines) / nanoseconds for label, nanoseconds in group.medians.items()}
    print(f"monitor, {len(lines)} messages of examplechat, one core")
    for label in (WATCH, READ):
        print(f"  {label:<12}{hourly[label] / 1e6:8.2f} million messages an hour")
    print(f"  ratio of {WATCH} to {READ}: {group.ratio(WATCH, READ):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
