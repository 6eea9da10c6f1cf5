"""What one resolved a7 module declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.plan import Param, Record, Requirement
from art7.grammar.ir.shape import Shape


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """A refusal the module defines: name, number (unique in the module), meaning."""

    name: str
    number: int
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A named value (`low == high`) or a named range. Texts only as single values."""

    name: str
    low: int | str
    high: int | str
    doc: str = ""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum:
    """`name` is qualified. `bits` is the wire width of an integer enum, 0 for texts. `extend`s are merged.

    `signed` integers are in two's complement.
    """

    name: str
    members: tuple[EnumMember, ...]
    open: bool
    bits: int
    text: bool
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE
    signed: bool = False

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the greatest integer that the width holds."""
        half = 1 << max(self.bits - 1, 0)
        return (-half, half - 1) if self.signed else (0, (1 << self.bits) - 1)


@dataclass(frozen=True, slots=True)
class ConstantDeclaration:
    """A named value."""

    name: str
    value: int | bool | bytes | str
    doc: str = ""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bind:
    """Octets of one record's slot are another message (layering), under a condition.

    In `condition` a slot of the carrying record is `LocalRef(slot name)`; `session` is
    `LocalRef("session")` with `Attribute`s (negotiated context). A conjunction of `slot == literal` makes the
    layer writable too: whoever carries `target` fills those slots with the literals.
    """

    record: str
    slot: str
    target: str
    condition: Expr | None
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE


# ---- schedules ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A value of a schedule. `label` is `secret`, `public` or `plain`; `octets` its size when fixed."""

    name: str
    label: str
    shape: Shape
    octets: int | None
    purpose: str | None = None
    doc: str = ""
    refs: tuple[str, ...] = ()
    optional: bool = False
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Derive:
    """`value` := `expr`; the step of the trace has the value's name."""

    value: Named
    expr: Expr


@dataclass(frozen=True, slots=True)
class Split:
    """The octets of `expr` are cut, in order and without a rest, into `parts` (each of fixed size)."""

    expr: Expr
    parts: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Where a rule or the erasing of a value (`name`) stands among the `steps` steps and `rules` rules before it."""

    name: str
    steps: int
    rules: int
    span: Span


@dataclass(frozen=True, slots=True)
class Schedule:
    """Named derivations in textual order. In its expressions a name is a `LocalRef`, a parameter a `ParamRef`."""

    name: str
    params: tuple[Param, ...]
    inputs: tuple[Named, ...]
    steps: tuple[Derive | Split, ...]
    outputs: tuple[str, ...]
    keep: tuple[str, ...]
    erase: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()
    conditions: tuple[tuple[str, Expr, str | None], ...] = ()
    """(requirement id, condition, error) of its executable rules, checked after the steps."""
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE
    erasings: tuple[Written, ...] = field(default=(), compare=False, repr=False)
    """Each name of `erase` where it stands in the text."""
    rules: tuple[Written, ...] = field(default=(), compare=False, repr=False)
    """Each of `conditions` where it stands in the text."""


# ---- role machines -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """A bounded queue of messages from `sender` to `receiver` (a two-way channel is two of these)."""

    sender: str
    receiver: str
    ordered: bool
    lossy: bool
    bound: int | None
    carries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendAction:
    """Send a `message` (qualified record) built from `fields` to role `receiver`."""

    message: str
    fields: tuple[tuple[str, Expr], ...]
    receiver: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SetAction:
    """Variable `name` := `expr`."""

    name: str
    expr: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TimerAction:
    """`start` or `stop` timer `name`."""

    verb: str
    name: str


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run something with `arguments`; what it gives is bound as `result`.

    `operation`: `schedule` (`run Step(root: r) as s`: `name` is the schedule, `s.output` its outputs), `encode`
    (`run encode(Content, text: t) as octets`: `name` is the record, arguments its members and parameters) or `decode`
    (`run decode(Content, octets: o) as c`: arguments `octets` and parameters; a refusal refuses the transition).
    """

    operation: str
    name: str
    arguments: tuple[tuple[str, Expr], ...]
    result: str | None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class RaiseAction:
    """Report error `name`; the state does not change."""

    name: str


@dataclass(frozen=True, slots=True)
class CheckAction:
    """A condition that must hold, else `error` and no change."""

    condition: Expr
    error: str | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Action = SendAction | SetAction | TimerAction | RunAction | RaiseAction | CheckAction


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a transition waits for. `kind`: `receive` (`names` are messages, from `peer`, bound as `binding`),
    `timeout` (`names` one timer) or `local` (`names` one event, with `params`)."""

    kind: str
    names: tuple[str, ...]
    peer: str | None = None
    binding: str | None = None
    params: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """On `trigger`, if `guard`: do `actions`, go to `target` (`None`: stay). Names in expressions are
    `LocalRef`s: the binding (with `Attribute`), local parameters, variables, run results."""

    trigger: Trigger
    guard: Expr | None
    actions: tuple[Action, ...]
    target: str | None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class State:
    """`kind`: `start`, `final`, `hot` (must be left in the end) or `plain`. `ignore`/`defer`: (message, peer)."""

    name: str
    kind: str
    transitions: tuple[Transition, ...]
    ignore: tuple[tuple[str, str | None], ...] = ()
    defer: tuple[tuple[str, str | None], ...] = ()
    doc: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a role, with its initial value."""

    name: str
    shape: Shape
    initial: Expr | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RoleMachine:
    """One party's automaton. Timers in milliseconds."""

    name: str
    states: tuple[State, ...]
    variables: tuple[Variable, ...] = ()
    timers: tuple[tuple[str, int], ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """`send` (`role` sends `message` to `peer`), `local` (`role` does `event` with `arguments`: `alice local say(body: 'hi')`),
    `timeout` (`role`'s timer `event`) or `expect` (`condition` holds over the variables of `role`: `bob expect inbox == 'hi'`).
    """

    kind: str
    role: str
    message: str | None = None
    peer: str | None = None
    event: str | None = None
    arguments: tuple[tuple[str, Expr], ...] = ()
    condition: Expr | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run over the roles that the composed machines must allow."""

    name: str
    steps: tuple[ScenarioStep, ...]
    doc: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Protocol:
    """Roles, the channels between them, and scenarios."""

    name: str
    roles: tuple[RoleMachine, ...]
    channels: tuple[Channel, ...]
    scenarios: tuple[Scenario, ...]
    requirements: tuple[Requirement, ...] = ()
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE


# ---- identity ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """An identifier's syntax. `pattern` is a regular expression in RE2 syntax made from the token grammar
    (anchored, linear); `canonical` maps `LocalRef('value')` to the canonical form."""

    name: str
    pattern: str
    canonical: Expr | None
    properties: tuple[tuple[str, str | bool | int], ...]
    requirements: tuple[Requirement, ...] = ()
    conditions: tuple[tuple[str, Expr, str | None], ...] = ()
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Route:
    """One way to resolve: when `condition`, the target is `expr`."""

    name: str
    condition: Expr | None
    expr: Expr


@dataclass(frozen=True, slots=True)
class Resolution:
    """From an identifier to an account: requirements first, then lets, then routes by `order`.

    Parameters are `ParamRef`s; lets, and `result` in the conditions, are `LocalRef`s. What is asked of the
    surroundings is a `Call` of `directory`, `consent`, `blind`, `prove`, `account` or `verified`, its arguments
    as written (a method's object first).
    """

    name: str
    params: tuple[Param, ...]
    result: str
    requires: tuple[tuple[Expr, str], ...]
    lets: tuple[tuple[str, Expr], ...]
    routes: tuple[Route, ...]
    order: str | None
    cache_seconds: int | None
    otherwise: str | None
    requirements: tuple[Requirement, ...] = ()
    conditions: tuple[tuple[str, Expr, str | None], ...] = ()
    doc: str = ""
    refs: tuple[str, ...] = ()
    span: Span = NOWHERE


# ---- vectors ----------------------------------------------------------------------------------------------


Value = None | bool | int | float | str | bytes | list["Value"] | dict[str, "Value"]
"""A literal value in a vector, as written."""


@dataclass(frozen=True, slots=True)
class VectorDeclaration:
    """`accept` or `refuse … with error`, for a record or a schedule, with parameters `given`.

    `octets` is `None` when none were written: a schedule, or a value that writing must refuse or accept.
    """

    subject: str
    octets: bytes | None
    accept: bool
    given: Mapping[str, Value]
    value: Value
    error: str | None
    doc: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Refusal:
    """The sentence behind a builtin refusal: `must MLS-2.1.2-01: manual else non_minimal` at the module's level.

    When a message of the module is read or written and refused with builtin `code`, the refusal carries `requirement`
    and `ref`, unless a rule or field gave its own.
    """

    code: str
    requirement: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class Module:
    """One resolved module. Names of records and enums are qualified by `name`."""

    name: str
    version: str
    doc: str
    refs: tuple[str, ...]
    uses: tuple[str, ...] = ()
    errors: tuple[ErrorDeclaration, ...] = ()
    enums: tuple[Enum, ...] = ()
    constants: tuple[ConstantDeclaration, ...] = ()
    records: tuple[Record, ...] = ()
    """Messages, structs, instances of generics and lifted bodies, callees before callers where not recursive."""
    binds: tuple[Bind, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    identities: tuple[Identity, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    vectors: tuple[VectorDeclaration, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Specification:
    """Resolved modules by name, closed under `use`."""

    modules: Mapping[str, Module] = field(default_factory=dict)
    origins: Mapping[str, tuple[Module, str]] = field(default_factory=dict, compare=False, repr=False)
    """Each module as it was read, and the digest of its text with all it depends on, where that is known."""
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """The text of each module that was read from one."""

    def digest(self) -> str | None:
        """Return what two specifications of the same content share, `None` when it was not read from texts."""
        parts = []
        for name in sorted(self.modules):
            module, digest = self.origins.get(name, (None, ""))
            if module is not self.modules[name]:
                return None  # made or changed by the program
            parts.append(f"{name} {digest}")
        return "\n".join(parts)

    def record(self, name: str) -> Record:
        """Return the record with qualified `name`; raises `KeyError`."""
        module = self.modules.get(name.split("<")[0].rpartition(".")[0])
        candidates = [module] if module else list(self.modules.values())
        for candidate in candidates:
            for record in candidate.records:
                if record.name == name:
                    return record
        for candidate in self.modules.values():
            for record in candidate.records:
                if record.name == name:
                    return record
        raise KeyError(name)
