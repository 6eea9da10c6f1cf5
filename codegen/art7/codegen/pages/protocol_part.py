"""A protocol: who sends which message where, each role's machine, and the scenarios as ladders."""

from __future__ import annotations

from art7.codegen.pages.expression_text import expression_text
from art7.codegen.pages.layout import noted
from art7.codegen.pages.links import Links, qualified, short_name
from art7.codegen.pages.machine_drawing import ladder_drawing, machine_drawing
from art7.codegen.pages.markup import NOTHING, Content, Html, anchor, joined, table, tag, text
from art7.codegen.pages.prose import paragraph, references
from art7.codegen.pages.requirement_part import requirement_links
from art7.grammar.ir import module as m


def protocol_part(protocol: m.Protocol, links: Links) -> Html:
    """Return all that stands below a protocol's heading."""
    parts = [
        paragraph(protocol.doc, "a7-lead"),
        tag("p", references(protocol.refs)) if protocol.refs else NOTHING,
        _channels(protocol, links),
    ]
    for role in protocol.roles:
        parts += _role(protocol, role, links)
    for scenario in protocol.scenarios:
        name = f"fig.{anchor(short_name(protocol.name, links.module))}.{anchor(scenario.name)}"
        title = tag("p", tag("strong", f"Scenario {scenario.name}"))
        parts += [title, paragraph(scenario.doc), ladder_drawing(protocol, scenario, name)]
    parts.append(requirement_links(protocol.requirements, links))
    return Html("".join(parts))


def _channels(protocol: m.Protocol, links: Links) -> Html:
    rows = []
    for channel in protocol.channels:
        carried = joined((links.declared(qualified(each, links.module)) for each in channel.carries), ", ")
        manner = noted(
            "in order" if channel.ordered else "in any order",
            "may be lost" if channel.lossy else "",
            f"at most {channel.bound} under way" if channel.bound is not None else "",
        )
        rows.append((channel.sender, channel.receiver, carried, manner))
    heads = ("From", "To", "Messages", "Manner")
    return table(heads, rows, "Who sends which message where") if rows else NOTHING


def _role(protocol: m.Protocol, role: m.RoleMachine, links: Links) -> list[Html]:
    rows: list[tuple[Content, ...]] = []
    for state in role.states:
        for transition in state.transitions:
            target = transition.target or state.name
            cells = (_trigger(transition, links), _actions(transition, links), _word(target))
            rows.append((str(len(rows) + 1), _word(state.name), *cells))
    name = f"fig.{anchor(short_name(protocol.name, links.module))}.{anchor(role.name)}"
    parts = [tag("p", tag("strong", f"Role {role.name}")), machine_drawing(role, name)]
    heads = ("No.", "In", "On", "Does", "Then")
    parts.append(table(heads, rows, f"Transitions of {role.name}", "a7-fields") if rows else NOTHING)
    parts.append(_passed(role, links))
    if role.timers:
        timers = ", ".join(f"{timer} {milliseconds / 1000:g} s" for timer, milliseconds in role.timers)
        parts.append(paragraph(f"Timers: {timers}."))
    return parts


def _passed(role: m.RoleMachine, links: Links) -> Html:
    """Return what each state passes over or puts off."""
    rows = []
    for state in role.states:
        for word, found in (("ignores", state.ignore), ("defers", state.defer)):
            if found:
                names = joined((links.declared(qualified(each, links.module)) for each, _ in found), ", ")
                rows.append(tag("li", joined([tag("code", state.name), text(word), names])))
    return tag("ul", rows) if rows else NOTHING


def _trigger(transition: m.Transition, links: Links) -> Html:
    trigger = transition.trigger
    if trigger.kind == "receive":
        names = joined((links.declared(qualified(each, links.module)) for each in trigger.names), " or ")
        parts = [text("receives"), names, text(f"from {trigger.peer}") if trigger.peer else NOTHING]
    else:
        word = {"timeout": "timer", "local": "own decision"}.get(trigger.kind, trigger.kind)
        parts = [text(word), tag("code", ", ".join(trigger.names))]
    if transition.guard is not None:
        parts += [text("if"), tag("code", expression_text(transition.guard))]
    return joined(part for part in parts if part)


def _actions(transition: m.Transition, links: Links) -> Html:
    return tag("ul", [tag("li", _action(each, links)) for each in transition.actions], class_="a7-actions")


def _word(name: str) -> Html:
    return tag("code", name, class_="a7-word")


def _action(action: m.Action, links: Links) -> Html:
    match action:
        case m.SendAction(message=message, receiver=receiver):
            return joined([text("sends"), links.declared(message), text(f"to {receiver}")])
        case m.SetAction(name=name, expr=expr):
            return tag("code", f"{name} := {expression_text(expr)}")
        case m.TimerAction(verb=verb, name=name):
            return joined([text(f"{verb}s timer"), tag("code", name)])
        case m.RunAction(operation=operation, name=name, result=result):
            shown = [text("runs" if operation == "schedule" else f"{operation}s"), links.declared(name)]
            return joined([*shown, text("as"), tag("code", result)] if result else shown)
        case m.RaiseAction(name=name):
            return joined([text("reports"), tag("code", name)])
        case m.CheckAction(condition=condition, error=error):
            tested = [text("checks"), tag("code", expression_text(condition))]
            return joined([*tested, text("else"), tag("code", error)] if error else tested)
