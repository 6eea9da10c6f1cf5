"""What lies in coded octets is measured from where? Records that ask are refused there.

`octets_before`, `offset`, `end` and `octet_at` count from the first octet of the message as it stands on the wire. In
octets that a coding yields there is no such place: what is read was decoded, and what is written is coded only after.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.passes.step_tree import walk_steps


def check_codings(module: Any, records: Iterable[p.Record]) -> None:
    """Report each record that measures from the message's first octet and lies inside a coding."""
    for record in records:
        codings = [step for step in walk_steps(record.body) if isinstance(step, p.Through | p.Transfer)]
        called = [
            step.record
            for coding in codings
            for step in walk_steps(coding.body)
            if isinstance(step, p.CallRecord)
        ]
        for name in dict.fromkeys(called):
            found = module.records.get(name) or module.imported.get(name)
            if found is None or not found.origin:
                continue
            short = name.rpartition(".")[2]
            message = f"`{short}` is measured from the start of the message, and here it lies in coded octets"
            advice = f"carry `coded<bytes>`, and read what it holds as a message of its own: `{short}`"
            module.findings.add("A7-L096", message, record.span, advice)


CODES = {
    "A7-L096": (
        "measured inside coded octets",
        "What a coding yields does not stand on the wire, so `octets_before`, `offset`, `end` and `octet_at` have no "
        "place to count from.",
        "Carry the octets and read them as a message of their own.",
    )
}
"""Code → title, explanation, next step."""
