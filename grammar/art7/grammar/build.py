"""Productions → syntax nodes: identities, schedules, protocols, vectors; the complete builder."""

from __future__ import annotations

from collections.abc import Sequence

from art7.grammar import syntax
from art7.grammar.build_declarations import BuildDeclarations
from art7.grammar.syntax import Argument, Clause, Expr, Meta, Name, Param, QName, StateKind, Type

Clauses = tuple[tuple[Clause, ...], Meta]


class TreeBuilder(BuildDeclarations):
    """Every rule of the grammar; those of this file are identity and resolution, keys, roles and vectors."""

    # ---- identity and resolution ----

    def identity(
        self, first: int, last: int, name: int, meta: Meta, items: tuple[syntax.IdentityItem, ...]
    ) -> syntax.Identity:
        return syntax.Identity(self.span(first, last), self.name_at(name), meta, items)

    def identity_items(
        self, first: int, last: int, items: Sequence[syntax.IdentityItem] = ()
    ) -> tuple[syntax.IdentityItem, ...]:
        return tuple(items)

    def form(self, first: int, last: int, pattern: syntax.Pattern) -> syntax.Form:
        return syntax.Form(self.span(first, last), pattern)

    def canonical(self, first: int, last: int, value: Expr) -> syntax.Canonical:
        return syntax.Canonical(self.span(first, last), value)

    def property(self, first: int, last: int, key: int, value: Expr) -> syntax.Property:
        return syntax.Property(self.span(first, last), self.name_at(key), value)

    def resolve(
        self,
        first: int,
        last: int,
        name: int,
        params: tuple[Param, ...],
        result: QName,
        meta: Meta,
        items: tuple[syntax.ResolveItem, ...],
    ) -> syntax.Resolve:
        return syntax.Resolve(self.span(first, last), self.name_at(name), params, result, meta, items)

    def resolve_items(
        self, first: int, last: int, items: Sequence[syntax.ResolveItem] = ()
    ) -> tuple[syntax.ResolveItem, ...]:
        return tuple(items)

    def require(self, first: int, last: int, condition: Expr, error: QName, meta: Meta) -> syntax.Require:
        return syntax.Require(self.span(first, last), condition, error, meta)

    def route(
        self, first: int, last: int, name: int, condition: Expr | None, value: Expr, meta: Meta
    ) -> syntax.Route:
        return syntax.Route(self.span(first, last), self.name_at(name), condition, value, meta)

    def order(self, first: int, last: int, name: int) -> syntax.Order:
        return syntax.Order(self.span(first, last), self.name_at(name))

    def cache(self, first: int, last: int, duration: Expr) -> syntax.Cache:
        return syntax.Cache(self.span(first, last), duration)

    def otherwise(self, first: int, last: int, error: QName) -> syntax.Otherwise:
        return syntax.Otherwise(self.span(first, last), error)

    # ---- key schedules ----

    def schedule(
        self,
        first: int,
        last: int,
        name: int,
        params: tuple[Param, ...] | None,
        meta: Meta,
        items: tuple[syntax.ScheduleItem, ...],
    ) -> syntax.Schedule:
        return syntax.Schedule(self.span(first, last), self.name_at(name), params or (), meta, items)

    def schedule_items(
        self, first: int, last: int, items: Sequence[syntax.ScheduleItem] = ()
    ) -> tuple[syntax.ScheduleItem, ...]:
        return tuple(items)

    def input(self, first: int, last: int, label: int, type: Type, clauses: Clauses) -> syntax.Input:
        return syntax.Input(self.span(first, last), self.name_at(label), type, *clauses)

    def derive(self, first: int, last: int, label: int, type: Type, clauses: Clauses) -> syntax.Derive:
        return syntax.Derive(self.span(first, last), self.name_at(label), type, *clauses)

    def split(self, first: int, last: int, source: Expr, parts: tuple[Param, ...]) -> syntax.Split:
        return syntax.Split(self.span(first, last), source, parts)

    def output(self, first: int, last: int, names: tuple[Name, ...]) -> syntax.Output:
        return syntax.Output(self.span(first, last), names)

    def erase(self, first: int, last: int, names: tuple[Name, ...]) -> syntax.Erase:
        return syntax.Erase(self.span(first, last), names)

    def keep(self, first: int, last: int, names: tuple[Name, ...]) -> syntax.Keep:
        return syntax.Keep(self.span(first, last), names)

    # ---- role protocols ----

    def protocol(
        self, first: int, last: int, name: int, meta: Meta, items: tuple[syntax.ProtocolItem, ...]
    ) -> syntax.Protocol:
        return syntax.Protocol(self.span(first, last), self.name_at(name), meta, items)

    def protocol_items(
        self, first: int, last: int, items: Sequence[syntax.ProtocolItem] = ()
    ) -> tuple[syntax.ProtocolItem, ...]:
        return tuple(items)

    def roles(self, first: int, last: int, names: tuple[Name, ...]) -> syntax.Roles:
        return syntax.Roles(self.span(first, last), names)

    def one_way(
        self,
        first: int,
        last: int,
        sender: int,
        receiver: int,
        properties: Sequence[syntax.ChannelProperty] = (),
    ) -> syntax.Channel:
        ends = self.name_at(sender), self.name_at(receiver)
        return syntax.Channel(self.span(first, last), *ends, False, tuple(properties))

    def two_way(
        self,
        first: int,
        last: int,
        sender: int,
        receiver: int,
        properties: Sequence[syntax.ChannelProperty] = (),
    ) -> syntax.Channel:
        ends = self.name_at(sender), self.name_at(receiver)
        return syntax.Channel(self.span(first, last), *ends, True, tuple(properties))

    def ordered(self, first: int, last: int) -> syntax.Ordered:
        return syntax.Ordered(self.span(first, last), True)

    def unordered(self, first: int, last: int) -> syntax.Ordered:
        return syntax.Ordered(self.span(first, last), False)

    def lossy(self, first: int, last: int) -> syntax.Lossy:
        return syntax.Lossy(self.span(first, last))

    def bound(self, first: int, last: int, count: syntax.Int) -> syntax.Bound:
        return syntax.Bound(self.span(first, last), count)

    def carries(self, first: int, last: int, messages: tuple[QName, ...]) -> syntax.Carries:
        return syntax.Carries(self.span(first, last), messages)

    def role(
        self, first: int, last: int, name: int, meta: Meta, items: tuple[syntax.RoleItem, ...]
    ) -> syntax.Role:
        return syntax.Role(self.span(first, last), self.name_at(name), meta, items)

    def role_items(
        self, first: int, last: int, items: Sequence[syntax.RoleItem] = ()
    ) -> tuple[syntax.RoleItem, ...]:
        return tuple(items)

    def var(self, first: int, last: int, label: int, type: Type, value: Expr | None) -> syntax.Var:
        return syntax.Var(self.span(first, last), self.name_at(label), type, value)

    def timer(self, first: int, last: int, key: int, duration: Expr) -> syntax.Timer:
        return syntax.Timer(self.span(first, last), self.name_at(key), duration)

    def state_kinds(self, first: int, last: int, kinds: Sequence[StateKind] = ()) -> tuple[StateKind, ...]:
        return tuple(kinds)

    def start_kind(self, first: int, last: int) -> StateKind:
        return "start"

    def final_kind(self, first: int, last: int) -> StateKind:
        return "final"

    def hot_kind(self, first: int, last: int) -> StateKind:
        return "hot"

    def state(
        self,
        first: int,
        last: int,
        kinds: tuple[StateKind, ...],
        name: int,
        meta: Meta,
        items: tuple[syntax.StateItem, ...] | None,
    ) -> syntax.State:
        return syntax.State(self.span(first, last), kinds, self.name_at(name), meta, items or ())

    def state_items(
        self, first: int, last: int, items: Sequence[syntax.StateItem] = ()
    ) -> tuple[syntax.StateItem, ...]:
        return tuple(items)

    def transition(
        self,
        first: int,
        last: int,
        event: syntax.Event,
        condition: Expr | None,
        target: int | None,
        actions: tuple[syntax.Action, ...] | None,
        meta: Meta,
    ) -> syntax.Transition:
        goal = self.name_or_none(target)
        return syntax.Transition(self.span(first, last), event, condition, goal, actions or (), meta)

    def ignore_events(
        self, first: int, last: int, messages: tuple[QName, ...], source: int | None
    ) -> syntax.IgnoreEvents:
        return syntax.IgnoreEvents(self.span(first, last), messages, self.name_or_none(source))

    def defer_events(
        self, first: int, last: int, messages: tuple[QName, ...], source: int | None
    ) -> syntax.DeferEvents:
        return syntax.DeferEvents(self.span(first, last), messages, self.name_or_none(source))

    def receive(
        self, first: int, last: int, messages: tuple[QName, ...], source: int, alias: int | None
    ) -> syntax.Receive:
        origin = self.name_at(source)
        return syntax.Receive(self.span(first, last), messages, origin, self.name_or_none(alias))

    def timeout_event(self, first: int, last: int, timer: int) -> syntax.TimeoutEvent:
        return syntax.TimeoutEvent(self.span(first, last), self.name_at(timer))

    def local_event(
        self, first: int, last: int, name: int, params: tuple[Param, ...] | None
    ) -> syntax.LocalEvent:
        return syntax.LocalEvent(self.span(first, last), self.name_at(name), params or ())

    def actions(
        self, first: int, last: int, actions: Sequence[syntax.Action] = ()
    ) -> tuple[syntax.Action, ...]:
        return tuple(actions)

    def send(self, first: int, last: int, message: syntax.Named, to: int) -> syntax.Send:
        return syntax.Send(self.span(first, last), message, self.name_at(to))

    def set_var(self, first: int, last: int, key: int, value: Expr) -> syntax.SetVar:
        return syntax.SetVar(self.span(first, last), self.name_at(key), value)

    def start_timer(self, first: int, last: int, timer: int) -> syntax.StartTimer:
        return syntax.StartTimer(self.span(first, last), self.name_at(timer))

    def stop_timer(self, first: int, last: int, timer: int) -> syntax.StopTimer:
        return syntax.StopTimer(self.span(first, last), self.name_at(timer))

    def run(self, first: int, last: int, schedule: syntax.Named, alias: int | None) -> syntax.Run:
        return syntax.Run(self.span(first, last), schedule, self.name_or_none(alias))

    def raise_error(self, first: int, last: int, error: QName) -> syntax.RaiseError:
        return syntax.RaiseError(self.span(first, last), error)

    def scenario(
        self, first: int, last: int, name: int, meta: Meta, steps: tuple[syntax.Step, ...]
    ) -> syntax.Scenario:
        return syntax.Scenario(self.span(first, last), self.name_at(name), meta, steps)

    def steps(self, first: int, last: int, steps: Sequence[syntax.Step] = ()) -> tuple[syntax.Step, ...]:
        return tuple(steps)

    def sends(self, first: int, last: int, sender: int, receiver: int, message: QName) -> syntax.Sends:
        return syntax.Sends(self.span(first, last), self.name_at(sender), self.name_at(receiver), message)

    def acts(
        self, first: int, last: int, role: int, event: int, args: tuple[Argument, ...] | None
    ) -> syntax.Acts:
        return syntax.Acts(self.span(first, last), self.name_at(role), self.name_at(event), args or ())

    def expires(self, first: int, last: int, role: int, timer: int) -> syntax.Expires:
        return syntax.Expires(self.span(first, last), self.name_at(role), self.name_at(timer))

    def expects(self, first: int, last: int, role: int, condition: Expr) -> syntax.Expects:
        return syntax.Expects(self.span(first, last), self.name_at(role), condition)

    # ---- vectors ----

    def vectors(
        self, first: int, last: int, target: QName, vectors: tuple[syntax.Vector, ...]
    ) -> syntax.Vectors:
        return syntax.Vectors(self.span(first, last), target, vectors)

    def vector_items(
        self, first: int, last: int, vectors: Sequence[syntax.Vector] = ()
    ) -> tuple[syntax.Vector, ...]:
        return tuple(vectors)

    def accept(
        self,
        first: int,
        last: int,
        data: int | None,
        given: syntax.Record | None,
        value: syntax.Record | None,
        meta: Meta,
    ) -> syntax.Accept:
        octets = None if data is None else self._data(data)
        return syntax.Accept(self.span(first, last), octets, given, value, meta)

    def refuse(
        self,
        first: int,
        last: int,
        data: int | None,
        given: syntax.Record | None,
        value: syntax.Record | None,
        error: QName,
        meta: Meta,
    ) -> syntax.Refuse:
        octets = None if data is None else self._data(data)
        return syntax.Refuse(self.span(first, last), octets, given, value, error, meta)
