"""Groups unfolded into entries, and what an entry is called (RFC 8610 §2.1, 3.4, 3.5)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.context import DEPTH, Context, Env
from art7.codegen.imports.cddl.syntax import Array, Entry, Group, Inline, Major, Map, Ref

ITEMS = 1000


def flat(
    c: Context, entries: tuple[Entry | Inline, ...], env: Env, depth: int = 0
) -> list[tuple[Entry, Env]]:
    """Entries with the groups that they name put in their place."""
    found: list[tuple[Entry, Env]] = []
    for entry in entries:
        if not c.step(entry.span) or depth > DEPTH:
            break
        if len(found) > ITEMS:
            c.faults.mistake("A7-P205", f"more than {ITEMS} entries", entry.span, "use fewer groups")
            break
        group: Group | None = None
        inner = env
        if isinstance(entry, Inline):
            group = entry.group
        elif entry.key is None and not entry.word and isinstance(entry.value, Ref):
            group, inner = group_of(c, entry.value, env)
        if group is None or (len(group.choices) > 1 and isinstance(entry, Inline)):
            found.append((entry if isinstance(entry, Entry) else opaque(c, entry), env))
            continue
        if len(group.choices) > 1:
            found.append((opaque(c, Inline(entry.low, entry.high, group, entry.span)), inner))
            continue
        for each, scope in flat(c, group.choices[0], inner, depth + 1):
            found.append((repeated(c, each, entry), scope))
    return found


def opaque(c: Context, inline: Inline) -> Entry:
    """A choice of groups in the place of an entry, told by its word."""
    c.choices[id(inline.group)] = inline.group
    return Entry(
        inline.low,
        inline.high,
        None,
        f"\0{id(inline.group)}",
        Major(None, None, inline.span),
        "",
        inline.span,
    )


def group_of(c: Context, ref: Ref, env: Env) -> tuple[Group | None, Env]:
    rule = c.look(ref, env)
    if isinstance(rule, tuple):
        return (group_of(c, rule[0], rule[1])) if isinstance(rule[0], Ref) else (None, env)
    if rule is None:
        return (Group(((),), ref.span), env) if ref.name.startswith("$$") and empty(c, ref) else (None, env)
    if ref.unwrapped and isinstance(rule.type, Map | Array):
        c.mentioned.add(rule.name)
        return rule.type.group, c.bind(rule, ref, env)
    if rule.type is None and rule.group is not None:
        c.mentioned.add(rule.name)
        return rule.group, c.bind(rule, ref, env)
    return None, env


def empty(c: Context, ref: Ref) -> bool:
    c.faults.note(
        "A7-P225",
        f"the socket `{ref.name}` is empty: nothing stands there",
        ref.span,
        "add what your service has",
    )
    c.sockets += 1
    return True


def repeated(c: Context, entry: Entry, around: Entry | Inline) -> Entry:
    if around.low == around.high == 1:
        return entry
    low = min(entry.low, around.low) if around.low == 0 else entry.low
    high = None if around.high is None or entry.high is None else entry.high * around.high
    return replace(entry, low=low, high=high)
