"""Two readings of an open point, and a message that they read differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.prover.budget import Budget
from art7.prover.readings.scene import Edits, Point, Scene
from art7.prover.samples import Sample, samples
from art7.prover.witnesses import Outcome, TwoReadings

MOST = 24
"""Messages tried for one text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with its meaning."""

    text: str
    specification: Specification


def shown(scene: Scene, point: Point, budget: Budget) -> TwoReadings | None:
    """Return two readings and a message for a point, `None` when none was found in time."""
    for edits in point.settled:
        readings = [_reading(scene, x) for x in edits]
        if None in readings:
            continue
        first, second = readings
        assert first is not None and second is not None, "looked at above"
        for sample in _messages(scene, point, first, second):
            if budget.left <= 0:
                return None
            found = _differently(point, first, second, sample)
            if found is not None:
                return found
    return None


def _reading(scene: Scene, edits: Edits) -> Reading | None:
    text = scene.written(edits)
    sources: dict[str, str | bytes] = {
        name: text for name, text in scene.specification.texts.items() if name in _used(scene)
    }
    report = Report()
    specification = load_sources({**sources, "reading.a7": text}, report)
    return None if report.has_errors else Reading(text, specification)


def _used(scene: Scene) -> set[str]:
    found: set[str] = set()
    waiting = list(scene.module.uses)
    while waiting:
        name = waiting.pop()
        if name not in found and name in scene.specification.modules:
            found.add(name)
            waiting.extend(scene.specification.modules[name].uses)
    return found


def _messages(scene: Scene, point: Point, first: Reading, second: Reading) -> Iterator[Sample]:
    seen: set[bytes] = set()
    for specification in (scene.specification, first.specification, second.specification):
        for sample in _plain(specification, (point.record, *point.others)):
            for octets in (sample.octets, *_spoiled(point, sample)):
                if octets not in seen:
                    seen.add(octets)
                    yield Sample(octets, None, sample.params)


def _plain(specification: Specification, names: tuple[str, ...]) -> Iterator[Sample]:
    for name in names:
        try:
            yield from list(islice(samples(specification, name), MOST))
        except KeyError:
            continue


def _differently(point: Point, first: Reading, second: Reading, sample: Sample) -> TwoReadings | None:
    one, two = (_outcome(x.specification, point.record, sample) for x in (first, second))
    if one == two or not _is_apart(one, two):
        return None
    return TwoReadings(
        point.record, sample.octets, first.text, second.text, one, two, point.says, dict(sample.params)
    )


def _is_apart(one: Outcome, two: Outcome) -> bool:
    """Two refusals in different words are one: somebody must take the message."""
    return one.error is None or two.error is None


def _outcome(specification: Specification, record: str, sample: Sample) -> Outcome:
    try:
        return Outcome(value=decode(specification, record, sample.octets, sample.params).value)
    except DecodeError as error:
        return Outcome(error.code, error.requirement)


# ---- messages that are a little different ------------------------------------------------------------------------


def _spoiled(point: Point, sample: Sample) -> Iterator[bytes]:
    octets = sample.octets
    if point.spoil == "unknown":
        yield from _with_a_member(octets)
    elif point.spoil == "letters":
        yield from _in_other_letters(point, sample)
    elif point.spoil == "octets":
        yield from (octets[:i] + b"\xe9" + octets[i + 1 :] for i in range(len(octets)))


def _in_other_letters(point: Point, sample: Sample) -> Iterator[bytes]:
    """Yield messages with a word in letters of the other case, in its place or in that of the member's value."""
    value = sample.value.get(point.member) if isinstance(sample.value, dict) else None
    for word in point.words:
        old = [x for x in (word, value) if isinstance(x, str) and x]
        for other in (word.upper(), word.lower(), word.capitalize(), word.swapcase()):
            yield from (sample.octets.replace(x.encode(), other.encode(), 1) for x in old)
            yield from (sample.octets.replace(x.encode(), other.encode()) for x in old)


def _with_a_member(octets: bytes) -> Iterator[bytes]:
    """Yield messages with a member more, one of them in the encoding of the record."""
    if octets[:1] == b"{":
        yield octets.replace(b"{", b'{"zz":0,' if octets.strip() != b"{}" else b'{"zz":0', 1)
    if re.match(rb"<[^\s/>?!]", octets):
        yield re.sub(rb"^(<[^\s/>]+)", rb'\1 zz="0"', octets)
    if octets and 0xA0 <= octets[0] < 0xB7:
        yield bytes((octets[0] + 1,)) + octets[1:] + b"\x62zz\x00"
    yield octets + b"\xa8\x7f\x01"
    for line in re.finditer(rb"\n|^", octets):
        yield octets[: line.end()] + b"X-Zz: 1\r\n" + octets[line.end() :]
