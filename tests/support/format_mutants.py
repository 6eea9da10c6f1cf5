"""Faults of formats planted in the text of catalogue modules, one at a time, always the same ones for a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.prover.budget import Budget
from art7.prover.formats import prove


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module's text with one fault of a class, planted at a line."""

    kind: str
    module: str
    line: int
    text: str

    @property
    def name(self) -> str:
        """What a survivor is called."""
        return f"{self.kind} in {self.module}:{self.line}"


_NUMBER = re.compile(r"^( +)([a-z_0-9]+): +u(8|16|32|64)(?= \"| data|\n)", re.M)
_RULE = re.compile(
    r"^( +)must [A-Z0-9.-]+: ((?:(?!manual|verified)[^\"\n])+?)(?: else \w+)?(?=\s+\"|\s+ref )", re.M
)
_WHEN = re.compile(r" when ([a-z_ .>=&0-9]+?)(?= \"|\n|$)", re.M)
_SIZE = re.compile(r"\[size ([a-z_]+)\]")
_LENGTH = re.compile(r"^( +)([a-z_]+): +u(?:8|16|24|32) = (octets\([a-z_]+\))(?= \"|\n|$)", re.M)
_LIMIT = re.compile(r"^ +limit size += (\d+)$", re.M)
_SPLIT = re.compile(r"(let [a-z_]+: +u\d+ = .*<< )(\d+)")
_OTHERWISE = re.compile(r"^ +otherwise +=> reject \w+(?: \"[^\"]*\")?\n", re.M)
_BITS = re.compile(r"^( +[a-z_0-9]+: +)u(4|6|2|7)\b", re.M)
_ARM = re.compile(r"^( +)(\d+) +=> .*\n( +)(\d+)( +=> )", re.M)
_SELECT = re.compile(r"^( +)(?:([a-z_]+): +)?select ([a-z_]+) \{\n +(\d+)\b", re.M)


def _inserted(after: re.Match[str], line: str) -> str:
    return f"{after[0]}\n{after[1]}{line}"


PLANTS: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    "always-true": (_NUMBER, lambda m: f"{m[1]}check {m[2]} < {1 << int(m[3])}\n{m[0]}"),
    "contradiction": (_NUMBER, lambda m: f"{m[1]}check {m[2]} > 9 and {m[2]} < 7\n{m[0]}"),
    "contradicted rule": (_RULE, lambda m: f"{m[1]}check not ({m[2]})\n{m[0]}"),
    "repeated rule": (_RULE, lambda m: f"{m[1]}check {m[2]}\n{m[0]}"),
    "dead-field": (_WHEN, lambda m: f" when ({m[1]}) and not ({m[1]})"),
    "always-there": (_WHEN, lambda m: f" when ({m[1]}) or not ({m[1]})"),
    "negative-size": (_SIZE, lambda m: f"[size {m[1]} - 3]"),
    "overflowing-size": (_SIZE, lambda m: f"[size {m[1]} * {1 << 70}]"),
    "impossible-value": (_LENGTH, lambda m: m[0].replace(m[3], f"{m[3]} + 1")),
    "too-large": (_LIMIT, lambda m: m[0].replace(f"= {m[1]}", "= 0")),
    "unbounded-root": (_LIMIT, lambda m: ""),
    "view-not-inverse": (_SPLIT, lambda m: f"{m[1]}{int(m[2]) + 1}"),
    "uncovered-arms": (_OTHERWISE, lambda m: ""),
    "misaligned": (_BITS, lambda m: f"{m[1]}u{int(m[2]) + 1}"),
    "overlapping-arms": (_ARM, lambda m: m[0].replace(f"{m[4]}{m[5]}", f"{m[2]}{m[5]}")),
    "dead-arm": (_SELECT, lambda m: f"{m[1]}check {m[3]} != {m[4]}\n{m[0]}"),
}
"""Class → where it can be planted, and what stands there then."""


def mutants(seed: int, each: int) -> list[Mutant]:
    """Return up to `each` mutants of every class, of different modules where there are."""
    chance = random.Random(seed)
    texts = {name: found[1].decode() for name in catalogue_modules() if (found := catalogue_text(name))}
    chosen: list[Mutant] = []
    for kind, (pattern, plant) in PLANTS.items():
        places = [(name, match) for name, text in texts.items() for match in pattern.finditer(text)]
        chance.shuffle(places)
        for name, match in places[:each]:
            text = texts[name]
            line = text.count("\n", 0, match.start()) + 1
            planted = text[: match.start()] + plant(match) + text[match.end() :]
            chosen.append(Mutant(kind, name, line, planted))
    return chosen


def found(mutant: Mutant) -> list[str]:
    """Return the codes that reading and proving the formats of a mutant yields."""
    report = Report()
    file = f"{mutant.module}.a7"
    specification = load_sources({file: mutant.text}, report)
    codes = [each.code for each in report.errors()]
    if codes:
        return codes
    budget = Budget()
    budget.start()
    answers = prove(specification, specification.modules[mutant.module], budget)
    return [answer.finding.code for answer in answers if answer.finding is not None]


def survivors(planted: list[Mutant]) -> Iterator[Mutant]:
    """Yield those that nothing finds."""
    return (mutant for mutant in planted if not found(mutant))
