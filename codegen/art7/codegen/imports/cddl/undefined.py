"""Names that nothing defines, wherever they stand: also in what the language cannot say and the import reads as wider."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from art7.codegen.imports.cddl.prelude import PRELUDE, WIDER
from art7.codegen.imports.cddl.syntax import (
    Array,
    Choice,
    Control,
    Entry,
    Group,
    Inline,
    Map,
    Range,
    Ref,
    Rule,
    Tag,
    Type,
    Values,
)
from art7.codegen.imports.faults import Faults


def tell_undefined(rules: dict[str, Rule], faults: Faults) -> None:
    """Report each mention of a name that is no rule, no parameter there, no socket and not in the prelude."""
    for rule in rules.values():
        known = {*rules, *rule.params}
        for part in (rule.type, rule.group):
            for ref in _mentions(part):
                if not (
                    ref.name in known or ref.name in PRELUDE or ref.name in WIDER or ref.name.startswith("$")
                ):
                    undefined(rules, ref, faults)


def undefined(rules: dict[str, Rule], ref: Ref, faults: Faults) -> None:
    """Report a name that nothing defines, with one like it."""
    near = get_close_matches(ref.name, [*rules, *PRELUDE], 1)
    faults.mistake(
        "A7-P204",
        f"nothing defines `{ref.name}`; a message that holds one is refused",
        ref.span,
        f"did you mean `{near[0]}`?" if near else "define it",
    )


def _mentions(part: Type | Group | Entry | Inline | None) -> Iterator[Ref]:
    """Every name in a type or group; what lies in both readings of a rule is told once, by its place."""
    waiting: list[Type | Group | Entry | Inline | None] = [part]
    while waiting:
        match waiting.pop():
            case Ref() as ref:
                yield ref
                waiting += ref.args
            case Range(low=low, high=high):
                waiting += (low, high)
            case Control(target=target, argument=argument):
                waiting += (target, argument)
            case Choice(options=options):
                waiting += options
            case Map(group=group) | Array(group=group) | Values(group=group) | Inline(group=group):
                waiting.append(group)
            case Tag(inner=inner):
                waiting.append(inner)
            case Entry(key=key, value=value):
                waiting += (key, value)
            case Group(choices=choices):
                waiting += (entry for entries in choices for entry in entries)
            case _:
                pass
