"""Where records on octets end, for all records of a specification at once: calls are followed without recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from art7.codegen.python.record_facts import inner_blocks, step_expressions, walk_steps
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr, Literal, OctetAt, Position, walk

_FIXED = (p.Bits, p.Uint, p.FloatOctets)
"""Steps that only take so many octets: most of all."""


class Endings:
    """What each record takes at least, and whether it says by itself where it ends."""

    def __init__(self, records: Mapping[str, p.Record]) -> None:
        self._least: dict[str, int] = {}
        for name in call_order(records):
            self._least[name] = self.least_octets(records[name])
        self._endless = self._without_end(records)

    def is_streamable(self, record: p.Record) -> bool:
        """Whether the message says by itself where it ends, and has octets at all."""
        return record.name not in self._endless and self._least[record.name] > 0

    def least_octets(self, record: p.Record) -> int:
        """Return a number of octets that no value of the record does without."""
        return self._least_of(record.body) if record.carrier is p.Carrier.OCTETS else 0

    def least_item(self, step: p.Loop) -> int:
        """Return a number of octets that no item of a list does without."""
        return self._least_of(step.body)

    def _without_end(self, records: Mapping[str, p.Record]) -> set[str]:
        """Return the records whose end somebody else must tell, and those that end with one."""
        callers: dict[str, list[str]] = {}
        found: list[str] = []
        for record in records.values():
            calls: list[str] = []
            if record.carrier is not p.Carrier.OCTETS or not self._block_ends(record.body, record, calls):
                found.append(record.name)
            for name in calls:
                callers.setdefault(name, []).append(record.name)
        endless = set(found)
        while found:
            for caller in callers.get(found.pop(), ()):
                if caller not in endless:
                    endless.add(caller)
                    found.append(caller)
        return endless

    def _block_ends(self, block: p.Block, record: p.Record, calls: list[str], followed: bool = False) -> bool:
        """Whether nothing in a block but its calls asks where the octets end; `calls` gets those.

        `followed`: octets of the record stand behind the block, whatever they are.
        """
        for position, step in enumerate(block.steps):
            if isinstance(step, _FIXED):
                continue
            behind = followed or any(self._least_step(later) for later in block.steps[position + 1 :])
            if any(_asks_for_end(expr) for expr in step_expressions(step, record)):
                return False
            if _asks_for_more(step) or (isinstance(step, p.Ahead | p.Repeat) and not behind):
                return False
            if isinstance(step, p.Region | p.Tlv | p.Line | p.Headers):
                continue  # its end is known before it is read
            if isinstance(step, p.CallRecord):
                calls.append(step.record)
            if not all(self._block_ends(inner, record, calls, behind) for inner in inner_blocks(step)):
                return False
        return True

    def _least_of(self, block: p.Block) -> int:
        return sum(self._least_step(step) for step in block.steps)

    def _least_step(self, step: p.Step) -> int:
        if isinstance(step, _FIXED):
            return step.octets
        match step:
            case p.Varint() | p.Present():
                return 1
            case p.Loop(until=bytes(until)):
                return len(until)
            case p.Constant(octets=octets):
                return len(octets)
            case p.Take(extent=extent, minimum=minimum):
                return _least_extent(extent, minimum)
            case p.Region(extent=extent, minimum=minimum, body=body):
                return _least_extent(extent, max(minimum, self._least_of(body)))
            case p.Branch(cases=cases):
                return min((self._least_of(case.body) for case in cases if case.refuse is None), default=0)
            case p.Tlv(identifier=identifier, body=body):
                return len(identifier) + 1 + self._least_of(body)
            case p.TlvScalar(form=form):
                return 0 if form == "elements" else 2
            case p.TlvChoice(cases=choices):
                return min((self._least_of(choice.body) for choice in choices), default=0)
            case p.Line(body=body, eol=eol):
                return self._least_of(body) + (0 if step.lenient else len(eol))
            case p.Headers(eol=eol):
                return 0 if step.lenient else len(eol)
            case p.Repeat(body=body, minimum=minimum):
                return minimum * self._least_of(body)
            case p.Number() | p.Quoted() | p.Upto():
                return 1
            case p.CallRecord(record=name):
                return self._least.get(name, 0)  # 0 also for what is open: a record within itself
            case _:
                return 0


def call_order(records: Mapping[str, p.Record]) -> list[str]:
    """Return the names of the records, each after those it calls; in a ring, after those called first."""
    order: list[str] = []
    seen: set[str] = set()
    for root in records:
        stack = [] if root in seen else [(root, _calls(records[root]))]
        seen.add(root)
        while stack:
            name, calls = stack[-1]
            callee = next((each for each in calls if each not in seen), None)
            if callee is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(callee)
                stack.append((callee, _calls(records[callee])))
    return order


def _calls(record: p.Record) -> Iterator[str]:
    if record.carrier is p.Carrier.OCTETS:
        yield from (step.record for step in walk_steps(record.body) if isinstance(step, p.CallRecord))


def _is_framed(step: p.Step) -> bool:
    """Whether it is lines whose ends are always written out."""
    return isinstance(step, p.Line | p.Headers) and not step.lenient


def _is_told_by_an_octet(first: p.First) -> bool:
    """Whether one octet tells whether something comes next."""
    return not first.space and not first.comments and all(len(literal) == 1 for literal in first.literals)


def _asks_for_more(step: p.Step) -> bool:
    """Whether a step goes on as long as there are octets, or as they are of its kind."""
    match step:
        case p.Take(extent=p.Rest()) | p.Region(extent=p.Rest()) | p.Fields():
            return True
        case p.Token() | p.Number() | p.Quoted() | p.Upto() | p.Space() | p.Either() | p.Through():
            return True
        case p.Parameters() | p.Parts() | p.Transfer():
            return True
        case p.Line() | p.Headers():
            return not _is_framed(step)
        case p.Ahead(first=first) | p.Repeat(first=first):
            return not _is_told_by_an_octet(first)
        case p.TlvOptional() | p.TlvScalar(form="elements"):
            return True
        case p.Loop(count=count, skip=skip, until=until):
            return skip is not None or (until is None and count is None) or len(until or b"") > 1
        case _:
            return False


def _asks_for_end(expr: Expr) -> bool:
    return any(
        isinstance(node, OctetAt) or (isinstance(node, Position) and node.word in ("end", "remaining"))
        for node in walk(expr)
    )


def _least_extent(extent: p.Extent, content: int) -> int:
    if isinstance(extent, p.Prefixed):
        return (extent.octets if extent.form == "uint" else 1) + content
    if isinstance(extent, p.Exact) and isinstance(extent.size, Literal):
        return max(extent.size.value, 0) if isinstance(extent.size.value, int) else 0
    return 0
