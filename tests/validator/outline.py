"""A thin reading of modules for tests of rules: declarations from the syntax tree, nothing computed.

Tests of rules need who declares, sends and tags what, not plans; reading the tree keeps them fast and independent of the
passes. `art7.grammar.load` is what the product uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from art7.grammar import syntax as s
from art7.grammar.diagnostics import Diagnostic, Report
from art7.grammar.ir import module as ir
from art7.grammar.ir.expression import Kind, Literal
from art7.grammar.ir.plan import Block, Carrier, DataTag, Form, Param, Record, Requirement, Role, Slot
from art7.grammar.ir.shape import Anything, Octets, RecordOf, Sequence, Shape, Text
from art7.grammar.load import load_sources
from art7.grammar.parse import parse
from art7.validator.codec import InterpreterCodec

NOTHING = Literal(None, Kind.NULL)


def outline(texts: Mapping[str, str], report: Report) -> ir.Specification:
    """Return the declarations of the modules among `texts`."""
    modules = {}
    for file, text in texts.items():
        if file.endswith(".a7"):
            tree, diagnostics = _tree(text, file)
            report.diagnostics.extend(diagnostics)
            if tree is not None:
                modules[tree.name.text] = _Outline(tree, file).module()
    return ir.Specification(modules)


@cache
def _tree(text: str, file: str) -> tuple[s.Module | None, tuple[Diagnostic, ...]]:
    report = Report()
    return parse(text, file, report), tuple(report.diagnostics)


@cache
def codec(text: str) -> InterpreterCodec:
    """Return the product's codec for one module."""
    return InterpreterCodec(load_sources({"module.a7": text}, Report()))


class _Outline:
    def __init__(self, tree: s.Module, file: str) -> None:
        self.tree, self.file, self.name = tree, file, tree.name.text
        self.records = {item.name.text for item in tree.items if isinstance(item, s.Struct)}

    def of(self, kind: type) -> list:
        return [item for item in self.tree.items if isinstance(item, kind)]

    def full(self, name: str) -> str:
        first, _, rest = name.partition(".")
        if not rest:
            return f"{self.name}.{name}"
        for use in self.of(s.Use):
            if (use.alias.text if use.alias else use.module.parts[-1].text) == first:
                return f"{use.module.text}.{rest}"
        return name

    def module(self) -> ir.Module:
        errors = [row for item in self.of(s.Errors) for row in item.items]
        return ir.Module(
            name=self.name,
            version=self.tree.version,
            doc=self.tree.meta.doc,
            refs=tuple(ref.text for ref in self.tree.meta.refs),
            errors=tuple(
                ir.ErrorDeclaration(e.name.text, e.number.value, e.meta.doc, (), e.span) for e in errors
            ),
            records=tuple(self.record(item) for item in self.of(s.Struct)),
            schedules=tuple(self.schedule(item) for item in self.of(s.Schedule)),
            protocols=tuple(self.protocol(item) for item in self.of(s.Protocol)),
            identities=tuple(
                ir.Identity(i.name.text, "", None, (), (), (), i.meta.doc, (), i.span)
                for i in self.of(s.Identity)
            ),
            resolutions=tuple(self.resolution(item) for item in self.of(s.Resolve)),
            vectors=tuple(
                ir.VectorDeclaration(self.full(item.target.text), b"", True, {}, None, None)
                for item in self.of(s.Vectors)
                for _ in item.vectors
            ),
            file=self.file,
        )

    def record(self, item: s.Struct) -> Record:
        slots = [
            Slot(
                index=index,
                name=field.name.text,
                role=Role.GIVEN,
                shape=self.shape(field.type),
                data=self.tag(field),
                doc=field.meta.doc,
                refs=tuple(ref.text for ref in field.meta.refs),
                span=field.span,
            )
            for index, field in enumerate(m for m in item.members if isinstance(m, s.Field))
        ]
        return Record(
            name=f"{self.name}.{item.name.text}",
            kind=item.kind,
            encoding="json",
            options=(),
            carrier=Carrier.TREE,
            form=Form.OBJECT,
            params=(),
            places=(),
            slots=tuple(slots),
            body=Block((), ()),
            requirements=tuple(self.requirements(item.members)),
            doc=item.meta.doc,
            refs=tuple(ref.text for ref in item.meta.refs),
            span=item.span,
        )

    def requirements(self, items: tuple) -> Iterator[Requirement]:
        for item in items:
            if isinstance(item, s.Requirement):
                error = item.error.text if item.error else None
                manual = isinstance(item.condition, s.Manual)
                yield Requirement(item.id.text, item.level, item.meta.doc, (), error, manual, item.span)

    def shape(self, written: s.Type) -> Shape:
        base, extents = (written.base, written.extents) if isinstance(written, s.Extended) else (written, ())
        name = base.name.text if isinstance(base, s.Named) else ""
        most = next(
            (e.high.value for e in extents if isinstance(e, s.AtMost) and isinstance(e.high, s.Int)), None
        )
        if name in self.records or "." in name:
            inner: Shape = RecordOf(self.full(name))
            return Sequence(inner) if extents else inner
        if name in ("bytes", "secret", "public", "base64url"):
            return Octets(0, most, name == "secret")
        return Text(0, most) if name == "text" else Anything()

    def tag(self, field: s.Field) -> DataTag | None:
        for clause in field.clauses:
            if isinstance(clause, s.DataTags):
                given = {a.label.text: a.value for a in clause.args if a.label}
                purpose, kept = given.get("purpose"), given.get("retention")
                return DataTag(
                    personal=isinstance(given.get("personal"), s.Bool) and given["personal"].value,
                    purpose=purpose.value if isinstance(purpose, s.Chars) else None,
                    retention_days=kept.milliseconds // 86_400_000 if isinstance(kept, s.Duration) else None,
                )
        return None

    def schedule(self, item: s.Schedule) -> ir.Schedule:
        def named(each: s.Input | s.Derive | s.Param) -> ir.Named:
            base = each.type.base if isinstance(each.type, s.Extended) else each.type
            word = base.name.text if isinstance(base, s.Named) else ""
            label = word if word in ("secret", "public") else "plain"
            purpose = next(
                (c.purpose.text for c in getattr(each, "clauses", ()) if isinstance(c, s.Purpose)), None
            )
            return ir.Named(each.name.text, label, Anything(), None, purpose, span=each.span)

        def names(kind: type) -> tuple[str, ...]:
            return tuple(n.text for each in item.items if isinstance(each, kind) for n in each.names)

        steps = []
        for each in item.items:
            if isinstance(each, s.Derive):
                steps.append(ir.Derive(named(each), NOTHING))
            elif isinstance(each, s.Split):
                steps.append(ir.Split(NOTHING, tuple(named(part) for part in each.parts)))
        inputs = tuple(named(each) for each in item.items if isinstance(each, s.Input))
        return ir.Schedule(
            item.name.text, (), inputs, tuple(steps), names(s.Output), names(s.Keep), names(s.Erase),
            doc=item.meta.doc, span=item.span,
        )  # fmt: skip

    def resolution(self, item: s.Resolve) -> ir.Resolution:
        routes = tuple(ir.Route(r.name.text, None, NOTHING) for r in item.items if isinstance(r, s.Route))
        requires = tuple((NOTHING, r.error.text) for r in item.items if isinstance(r, s.Require))
        return ir.Resolution(
            name=item.name.text,
            params=tuple(Param(n, p.name.text, Anything()) for n, p in enumerate(item.params)),
            result=item.result.text,
            requires=requires,
            lets=(),
            routes=routes,
            order=next((o.name.text for o in item.items if isinstance(o, s.Order)), None),
            cache_seconds=None,
            otherwise=next((o.error.text for o in item.items if isinstance(o, s.Otherwise)), None),
            span=item.span,
        )

    def protocol(self, item: s.Protocol) -> ir.Protocol:
        channels = []
        for each in item.items:
            if isinstance(each, s.Channel):
                carried = tuple(
                    self.full(m.text) for p in each.properties if isinstance(p, s.Carries) for m in p.messages
                )
                channels.append(ir.Channel(each.sender.text, each.receiver.text, True, False, 1, carried))
        return ir.Protocol(
            name=item.name.text,
            roles=tuple(self.role(each) for each in item.items if isinstance(each, s.Role)),
            channels=tuple(channels),
            scenarios=tuple(self.scenario(each) for each in item.items if isinstance(each, s.Scenario)),
            doc=item.meta.doc,
            span=item.span,
        )

    def role(self, item: s.Role) -> ir.RoleMachine:
        timers = tuple(
            (t.name.text, t.duration.milliseconds)
            for t in item.items
            if isinstance(t, s.Timer) and isinstance(t.duration, s.Duration)
        )
        states = tuple(self.state(each) for each in item.items if isinstance(each, s.State))
        return ir.RoleMachine(item.name.text, states, (), timers, item.span)

    def state(self, item: s.State) -> ir.State:
        kind = next((k for k in ("start", "final", "hot") if k in item.kinds), "plain")
        moves = tuple(self.transition(each) for each in item.items if isinstance(each, s.Transition))
        return ir.State(item.name.text, kind, moves, span=item.span)

    def transition(self, item: s.Transition) -> ir.Transition:
        match item.event:
            case s.Receive(messages=messages, source=source):
                trigger = ir.Trigger("receive", tuple(self.full(m.text) for m in messages), source.text)
            case s.TimeoutEvent(timer=timer):
                trigger = ir.Trigger("timeout", (timer.text,))
            case s.LocalEvent(name=name):
                trigger = ir.Trigger("local", (name.text,))
        actions: list = []
        for each in item.actions:
            match each:
                case s.Send():
                    actions.append(
                        ir.SendAction(self.full(each.message.name.text), (), each.to.text, each.span)
                    )
                case s.Run():
                    actions.append(self.run(each))
                case s.RaiseError():
                    actions.append(ir.RaiseAction(each.error.text))
        target = item.target.text if item.target else None
        return ir.Transition(trigger, None, tuple(actions), target, item.span)

    def run(self, item: s.Run) -> ir.RunAction:
        name = item.schedule.name.text
        if name in ("encode", "decode"):
            return ir.RunAction(name, self.full(spelled(item.schedule.args[0].value)), (), None, item.span)
        return ir.RunAction("schedule", self.full(name), (), None, item.span)

    def scenario(self, item: s.Scenario) -> ir.Scenario:
        steps = []
        for each in item.steps:
            match each:
                case s.Sends():
                    message = self.full(each.message.text)
                    steps.append(ir.ScenarioStep("send", each.sender.text, message, each.receiver.text))
                case s.Acts():
                    steps.append(ir.ScenarioStep("local", each.role.text, event=each.event.text))
        return ir.Scenario(item.name.text, tuple(steps), item.meta.doc, item.span)


def spelled(expression: s.Expr) -> str:
    """Return a dotted name as written."""
    if isinstance(expression, s.Attr):
        return f"{spelled(expression.base)}.{expression.name.text}"
    return expression.name if isinstance(expression, s.NameRef) else ""
