"""Under a key that is kept no nonce comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from art7.grammar.diagnostics import Related
from art7.grammar.ir import expression as e
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Schedule, Value
from art7.prover.answers import Answer
from art7.prover.secrets.arms import Site, sites
from art7.prover.secrets.bits import Bits, NotLinear, collision
from art7.prover.secrets.calls import argument, is_sealing, opens_authenticated
from art7.prover.secrets.found import Fault, open_question, proved
from art7.prover.secrets.sizes import Sizes, of_shape
from art7.prover.secrets.values import Values
from art7.prover.witnesses import Flow

MOST_PAIRED = 200
"""Texts under one key and one nonce that are compared all with all."""
_ENCODED = ("u8", "u16", "u24", "u32", "u40", "u48", "u56", "u64")


def nonces(schedule: Schedule, values: Values) -> Iterator[Fault | Answer]:
    """Yield, for each text that is sealed or stream that is drawn, whether its nonce can come twice."""
    drawn = [x for x in sites(schedule) if is_sealing(x.call.function) or x.call.function == "aes_cm"]
    opened = [x for x in sites(schedule) if opens_authenticated(x.call.function) and _has_nonce(x.call)]
    for site in (*drawn, *opened):
        yield from _of_site(_Schedule(schedule, values), site)
    groups: dict[tuple[int, ...], list[Site]] = {}
    for site in drawn:
        groups.setdefault(tuple(values.number(x) for x in _key_and_nonce(site.call)), []).append(site)
    for group in groups.values():
        for one, two in pairwise(group) if len(group) > MOST_PAIRED else combinations(group, 2):
            if values.number(one.call) != values.number(two.call) and not one.excludes(two):
                yield _twice(schedule, one, two)


def _has_nonce(call: e.Call) -> bool:
    return argument(call, "nonce", "iv") is not None


def _key_and_nonce(call: e.Call) -> tuple[Expr, Expr]:
    key, nonce = argument(call, "key"), argument(call, "nonce", "iv")
    assert key is not None and nonce is not None, call.function
    return key, nonce


def _twice(schedule: Schedule, one: Site, two: Site) -> Fault:
    path = (
        Related(f"`{one.name}` is sealed", one.span),
        Related(f"and `{two.name}` under both again", two.span),
    )
    message = f"`{one.name}` and `{two.name}` of `{schedule.name}` are sealed under one key and one nonce"
    pair = (_key_and_nonce(one.call)[1], _key_and_nonce(two.call)[1])
    flow = Flow(path, "both nonces are the same octets", schedule.name, "equal", pair, ({},))
    subject, advice = f"{schedule.name}.{two.name}", "give the second text a nonce of its own"
    return Fault("A7-K209", "nonce", subject, message, two.span, advice, flow, path[:1])


class _Schedule:
    """What of a schedule changes from one run to the next: parameters, and inputs that it does not keep."""

    def __init__(self, schedule: Schedule, values: Values) -> None:
        self.schedule = schedule
        self.values = values
        self.sizes = Sizes(schedule)
        self.inputs = {value.name: value for value in schedule.inputs}
        self.written = {step.value.name: step.expr for step in schedule.steps if isinstance(step, Derive)}

    def changes(self, expr: Expr) -> frozenset[str]:
        """Return what of that is in an expression."""
        found = set()
        for node in self.values.leaves(self.values.number(expr)):
            if node[0] == "param":
                found.add(self.schedule.params[node[1]].name)
            elif node[0] == "input" and node[1] not in self.schedule.keep:
                found.add(node[1])
        if self.values.reads_fresh(self.values.number(expr)):
            found.add("")
        return frozenset(found)

    def field_of(self, expr: Expr) -> tuple[str, s.Shape] | None:
        """Return the parameter or input that a reference is."""
        if isinstance(expr, e.ParamRef):
            return self.schedule.params[expr.index].name, self.schedule.params[expr.index].shape
        if isinstance(expr, e.LocalRef) and expr.name in self.inputs:
            return expr.name, self.inputs[expr.name].shape
        return None

    def definition(self, expr: Expr) -> Expr | None:
        """Return what a derived value is."""
        return self.written.get(expr.name) if isinstance(expr, e.LocalRef) else None

    def size(self, expr: Expr) -> int | None:
        """Return the octets of a value of one size."""
        low, high = self.sizes.of(expr)
        return low if low == high else None

    def is_kept(self, key: Expr) -> bool:
        """Whether a key is the same in many runs, and not said to be for one use."""
        leaves = self.values.leaves(self.values.number(key))
        names = [node[1] for node in leaves if node[0] == "input"]
        once = any((self.inputs[name].purpose or "").endswith(".once") for name in names)
        return bool(names) and not once and not self.changes(key)

    def bits(self) -> Bits:
        """Return what takes expressions apart."""
        return Bits(self.field_of, self.definition, self.size, self.changes)


def _of_site(own: _Schedule, site: Site) -> Iterator[Fault | Answer]:
    key, nonce = _key_and_nonce(site.call)
    schedule, subject = own.schedule, f"{own.schedule.name}.{site.name}"
    if not own.is_kept(key):
        return
    changing = own.changes(nonce)
    if not changing:
        message = (
            f"the nonce of `{site.name}` is the same each time, under a key that `{schedule.name}` keeps"
        )
        yield _fault(own, site, nonce, message, {}, "put a counter or fresh octets into the nonce")
        return
    if (missing := _left_out(own, nonce, changing)) is not None:
        message = f"`{missing}` counts what `{schedule.name}` seals and is not in the nonce of `{site.name}`"
        yield _fault(own, site, nonce, message, {missing: (0, 1)}, f"put `{missing}` into the nonce")
        return
    bits = own.bits()
    try:
        found = collision(bits, bits.octets(nonce), sorted(changing))
    except NotLinear:
        message = f"whether the nonce of `{site.name}` comes twice was not decided"
        yield open_question("nonce", subject, message, site.span, "it is not made of whole fields")
        return
    if found is None:
        yield proved(
            "nonce", subject, f"{', '.join(f'`{x}`' for x in sorted(changing) if x)} can be told from it"
        )
        return
    pairs = {
        name: pair
        for one in found
        if (pair := _pair(own, bits, one, found[one]))[0] is not None
        for name in [_base(bits, one)]
    }
    shown = " and ".join(f"`{name}` {_value(a)} and {_value(b)}" for name, (a, b) in pairs.items())
    message = f"the nonce of `{site.name}` is the same for {shown or 'two counters'}"
    yield _fault(own, site, nonce, message, pairs, "let every bit of the counter reach the nonce")


def _base(bits: Bits, name: str) -> str:
    return bits.shifted[name][0] if name in bits.shifted else name


def _pair(own: _Schedule, bits: Bits, name: str, difference: int) -> tuple[Value, Value]:
    """Return two values of a field that differ in these bits."""
    _, by = bits.shifted.get(name, (name, 0))
    base = _base(bits, name)
    shape = next((p.shape for p in own.schedule.params if p.name == base), None)
    if shape is None:
        shape = own.inputs[base].shape
    if isinstance(shape, s.Integer):
        low = max(by, 0)
        return low - by if not low & difference else 0, (low ^ difference) - by
    size = of_shape(shape)[0]
    return bytes(size), difference.to_bytes(size, "big")


def _value(value: Value) -> str:
    return f"x'{value.hex().upper()}'" if isinstance(value, bytes) else str(value)


def _left_out(own: _Schedule, nonce: Expr, changing: frozenset[str]) -> str | None:
    """Return the widest integer that what is sealed tells, where the nonce is made of integers without it."""
    widths = {
        p.name: p.shape.maximum.bit_length() for p in own.schedule.params if isinstance(p.shape, s.Integer)
    }
    if not changing <= set(widths):
        return None
    told = set()
    for step in own.schedule.steps:
        for node in e.walk(step.expr):
            if isinstance(node, e.Call) and node.function.startswith(_ENCODED):
                told |= {x for x in own.changes(node.arguments[0]) if x in widths}
    most = max(widths[name] for name in changing)
    wide = [name for name in told - changing if widths[name] >= max(most, 16)]
    return max(wide, key=lambda name: widths[name], default=None)


def _fault(
    own: _Schedule, site: Site, nonce: Expr, message: str, pairs: dict[str, tuple[Value, Value]], advice: str
) -> Fault:
    runs = ({name: a for name, (a, _) in pairs.items()}, {name: b for name, (_, b) in pairs.items()})
    path = (Related(f"the nonce of `{site.name}`", site.span),)
    flow = Flow(path, "two runs give one nonce", own.schedule.name, "equal", (nonce,), runs)
    subject = f"{own.schedule.name}.{site.name}"
    return Fault("A7-K208", "nonce", subject, message, site.span, advice, flow)
