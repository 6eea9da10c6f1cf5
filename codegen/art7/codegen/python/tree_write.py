"""Writing a tree record fast: one text from f-strings, members sorted by name, checks in straight line.

Members are sorted because canonical JSON asks for it and plain JSON does not mind: one form for all.
The order is known when the code is generated; only preserved unknown members have to be merged in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from art7.codegen.python.expressions import NOT, quoted
from art7.codegen.python.tree_places import test_beside, write_places
from art7.codegen.python.tree_read import bound_tests, length_tests
from art7.codegen.python.tree_view import (
    Lines,
    TreeRecord,
    WriteForm,
    cases_last_otherwise,
    key_source,
    own_form,
)
from art7.codegen.python.value_expressions import refusal
from art7.grammar.ir import plan as p
from art7.grammar.ir.shape import Boolean, Enumeration, Integer, Text

_FAST_JOIN = '",".join'


@dataclass(frozen=True, slots=True)
class Member:
    """One member that may be written: its entry, and the test under which it is (`None`: always)."""

    entry: p.Entry
    test: str | None


def write_function(view: TreeRecord) -> str:
    """Return the source of `_write_x(value, …) -> str`."""
    lines = Lines()
    lines.refusal = f"raise {view.scope.support('Refused')}"
    unpack(lines, view)
    compute(lines, view)
    checks(lines, view)
    holder = holder_of(view)
    if isinstance(holder, p.Object):
        _object(lines, view, holder)
    elif isinstance(holder, p.Array):
        _array(lines, view, holder)
    elif isinstance(holder, p.Scalar | p.AnyNode | p.Items | p.Members | p.CallRecord):
        bare = write_value(lines, view, p.Block((holder,), (0,)), view.locals[holder.slot])
        lines.add(f"return {bare.source}")
    else:
        raise AssertionError(f"a tree record is no {type(holder).__name__}")
    parameters = "".join(f", {name}: Any" for name in view.parameters)
    suffix = "" if view.form is own_form(view.record) else f"_{view.form.value}"
    return f"def _write{suffix}_{view.stem()}(value: Any{parameters}) -> str:\n{lines.text()}"


def holder_of(view: TreeRecord) -> p.Step:
    """Return the step that reads and writes the record's node."""
    tests = p.Check | p.Verify | p.View
    return next(step for step in view.record.body.steps if not isinstance(step, tests))


def unpack(lines: Lines, view: TreeRecord) -> None:
    """Take the members that users give."""
    given = [slot for slot in view.record.api() if slot.role is not p.Role.VIEW]
    if view.record.form is p.Form.TUPLE:
        names = ", ".join(view.locals[slot.index] for slot in given)
        lines.add(f"{names}{',' if len(given) == 1 else ''} = value")
        return
    for slot in given:
        name = view.locals[slot.index]
        lines.add(f"{name} = value.{view.attribute(slot.index)}")
        if slot.default is not None:
            with lines.block(f"if {name} is None:"):
                lines.read(f"{name} = {view.expression(slot.default)}")


def compute(lines: Lines, view: TreeRecord) -> None:
    """Computed members get their value; kept ones too, unless they are given a lenient one."""
    for slot in view.record.slots:
        if slot.value is None:
            continue
        if slot.role is p.Role.COMPUTED:
            if not (slot.optional and _presence(view, slot.index)):
                lines.add(f"{view.locals[slot.index]} = {view.expression(slot.value)}")
        elif slot.role is p.Role.KEPT:
            guards = [view.parameters[place] for place in _guards(view, slot.index)]
            test = " and ".join(f"{name} is not None" for name in guards)
            if not test:
                lines.add(f"{view.locals[slot.index]} = {view.expression(slot.value)}")
            else:
                with lines.block(f"if {test}:"):
                    lines.add(f"{view.locals[slot.index]} = {view.expression(slot.value)}")


def _presence(view: TreeRecord, slot: int) -> bool:
    return any(entry.slot == slot and _when(entry.body) is not None for entry in view.bound())


def _when(block: p.Block) -> p.When | None:
    first = block.steps[0]
    return first if isinstance(first, p.When) else None


def _guards(view: TreeRecord, slot: int) -> tuple[int, ...]:
    found = [
        step.guard
        for step in _all_steps(view.record.body)
        if isinstance(step, p.Verify) and step.slot == slot
    ]
    return found[0] if found else ()


def _all_steps(block: p.Block) -> list[p.Step]:
    found: list[p.Step] = []
    for step in block.steps:
        found.append(step)
        if isinstance(step, p.Object | p.Array):
            entries = list(step.entries)
            if isinstance(step, p.Object):
                entries += [
                    entry for spread in step.spreads for case in spread.cases for entry in case.entries
                ]
            for entry in entries:
                found += _all_steps(entry.body)
    return found


def checks(lines: Lines, view: TreeRecord) -> None:
    """Test the rules that hold for a value before it is written."""
    for step in view.record.body.steps:
        if isinstance(step, p.View) and view.record.slots[step.slot].role is p.Role.VIEW:
            lines.add(f"{view.locals[step.slot]} = {view.expression(step.expr)}")
        elif isinstance(step, p.Check) and step.level == "must" and step.on_writing:
            lines.refuse_if(refusal(step.condition, view.values, NOT))


# ---- objects ---------------------------------------------------------------------------------------------


def _object(lines: Lines, view: TreeRecord, step: p.Object) -> None:
    members = [Member(entry, presence_test(view, entry)) for entry in step.entries]
    for number, spread in enumerate(step.spreads):
        members += spread_members(lines, view, spread, number)
    if view.is_sorted:
        members.sort(key=lambda member: (view.rank(member.entry.key), member.entry.slot))
    pieces = [_piece(lines, view, member) for member in members]
    lines.flush()
    if step.unknown == "preserve" and step.unknown_slot is not None:
        _merged(lines, view, view.locals[step.unknown_slot], members, pieces)
    _joined(lines, members, pieces)


def presence_test(view: TreeRecord, entry: p.Entry) -> str | None:
    """Return the test whether a member is written; nothing where it always is."""
    if entry.required:
        return None
    slot = view.record.slots[entry.slot]
    name = view.locals[entry.slot]
    if slot.default is not None:
        # 1.0 equals the default 1, and 0 the default false, and are still of another kind.
        default = view.expression(slot.default)
        if isinstance(slot.shape, Boolean):
            return f"{name} is not {default}"
        other = f" or not isinstance({name}, int)" if isinstance(slot.shape, Integer | Enumeration) else ""
        return (
            f"({name} != {default}{other})"
            if other and default.lstrip("-").isdigit()
            else f"{name} != {default}"
        )
    return f"{name} is not {view.nothing(entry.slot)}"


def spread_members(lines: Lines, view: TreeRecord, spread: p.Spread, number: int) -> list[Member]:
    """Members of the case that the tag takes; a value for a member of another case is refused."""
    on = view.tag(lines, spread.on)
    found: list[Member] = []
    every = {entry.slot for case in spread.cases for entry in case.entries}
    word = "if"
    cases = cases_last_otherwise(spread.cases)
    for case in cases:
        own = {entry.slot for entry in case.entries}
        foreign = [slot for slot in sorted(every - own) if view.record.slots[slot].default is None]
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        if not case.ranges and word == "if":
            head = "if True:"
        with lines.block(head):
            if case.refuse is not None:
                lines.read(lines.refusal)
            for entry in case.entries:
                if entry.required:
                    lines.refuse_if(f"{view.locals[entry.slot]} is {view.nothing(entry.slot)}")
            for slot in foreign:
                lines.refuse_if(f"{view.locals[slot]} is not {view.nothing(slot)}")
        word = "elif"
        for entry in case.entries:
            if all(member.entry.slot != entry.slot for member in found):
                optional = p.Entry(entry.key, entry.slot, entry.body, False)
                found.append(Member(optional, presence_test(view, optional)))
    if all(case.ranges for case in cases):
        with lines.block("else:"):
            lines.read(lines.refusal)
    return found


@dataclass(frozen=True, slots=True)
class _Piece:
    """Source of the text of a member's value: `inside` for the braces of an f-string, `alone` elsewhere."""

    inside: str
    alone: str


def _piece(lines: Lines, view: TreeRecord, member: Member) -> _Piece:
    body, name = member.entry.body, view.locals[member.entry.slot]
    inner = Lines(indent=lines.indent + (member.test is not None), refusal=lines.refusal)
    text = write_value(inner, view, body, name)
    if text.braces is None or inner.lines or inner.tests:
        if member.test is None:
            inner.indent = lines.indent
        needed = inner.text()
        if needed:
            if member.test is not None:
                lines.add(f"if {member.test}:")
            else:
                lines.flush()
            lines.lines += needed.splitlines()
    return _Piece(text.literal(), text.source)


def _joined(lines: Lines, members: list[Member], pieces: list[_Piece]) -> None:
    if all(member.test is None for member in members):
        fragments = [
            _fragment(member, piece, place > 0)
            for place, (member, piece) in enumerate(zip(members, pieces, strict=True))
        ]
        _return(lines, ["{{", *fragments, "}}"])
        return
    first_sure = bool(members) and members[0].test is None
    started = False
    run: list[str] = []
    for place, (member, piece) in enumerate(zip(members, pieces, strict=True)):
        fragment = _fragment(member, piece, place > 0 or not first_sure)
        if member.test is None:
            run.append(fragment)
            continue
        if run or not started:
            _extend(lines, run, started)
            run, started = [], True
        with lines.block(f"if {member.test}:"):
            lines.read(f"text += f'{fragment}'")
    if first_sure:
        _return(lines, ["{{{text}", *run, "}}"])
    else:
        if run:
            _extend(lines, run, started)
        lines.add('return f"{{{text[1:]}}}"')


def _extend(lines: Lines, run: list[str], started: bool) -> None:
    sign = "text +=" if started else "text ="
    if not run:
        lines.add(f'{sign} ""')
        return
    if len(run) == 1 and len(run[0]) + len(sign) + 4 * lines.indent < 100:
        lines.add(f"{sign} {_f(run[0])}")
        return
    lines.add(f"{sign} (")
    for fragment in run:
        lines.read(f"    {_f(fragment)}")
    lines.read(")")


def _return(lines: Lines, fragments: list[str]) -> None:
    whole = "".join(fragments)
    if len(whole) < 90:
        lines.add(f"return {_f(whole)}")
        return
    if len(fragments) < 4:
        fragments = [whole]
    else:
        fragments = [fragments[0] + fragments[1], *fragments[2:-2], fragments[-2] + fragments[-1]]
    lines.add("return (")
    for fragment in fragments:
        lines.read(f"    {_f(fragment)}")
    lines.read(")")


def _f(text: str) -> str:
    return f"f'{text}'" if '"' in text else f'f"{text}"'


def _fragment(member: Member, piece: _Piece, comma: bool) -> str:
    return f"{',' if comma else ''}{key_source(member.entry.key)}{piece.inside}"


def _merged(
    lines: Lines, view: TreeRecord, unknown: str, members: list[Member], pieces: list[_Piece]
) -> None:
    """The slow way, for a value that holds unknown members: a list of members, merged and sorted."""
    lines.refuse_if(f"{unknown} is not None and type({unknown}) is not dict")
    with lines.block(f"if {unknown}:"):
        pairs = list(zip(members, pieces, strict=True))
        sure = list(takewhile(lambda pair: pair[0].test is None, pairs))
        lines.read("members = [")
        for member, piece in sure:
            lines.read(f"    ({quoted(member.entry.key)}, {piece.alone}),")
        lines.read("]")
        if not sure:
            lines.lines[-2:] = ["    " * lines.indent + "members: list[tuple[str, str]] = []"]
        for member, piece in pairs[len(sure) :]:
            append = f"members.append(({quoted(member.entry.key)}, {piece.alone}))"
            if member.test is None:
                lines.read(append)
                continue
            with lines.block(f"if {member.test}:"):
                lines.read(append)
        if view.is_sorted:
            merge = "merge_jcs" if view.form is WriteForm.JCS else "merge_sorted"
            lines.read(f"return {view.scope.support(merge)}(members, {unknown})")
        else:
            integers = view.form is WriteForm.INTEGERS
            lines.read(f"return {view.scope.support('append_members')}(members, {unknown}, {integers})")


# ---- values ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """Source of a value's text. `braces`: what may stand between the braces of an f-string, if anything
    shorter than `source` does (an integer needs no `str`)."""

    source: str
    braces: str | None = ""

    def literal(self) -> str:
        """Return how it stands inside an f-string in single quotes."""
        return "{" + (self.braces or self.source) + "}"


def write_value(lines: Lines, view: TreeRecord, block: p.Block, name: str) -> Written:
    """Return the source that writes the value in local `name`; checks and temporaries go to `lines`."""
    written: Written | None = None
    for step in block.steps:
        if test_beside(lines, view, block, step, name, maybe=False):
            continue
        if isinstance(step, p.When):
            lines.refuse_if(refusal(step.condition, view.values, NOT))
            written = write_value(lines, view, step.body, name)
        else:
            written = _node(lines, view, step, name)
    assert written is not None, "a value is written by one step"
    if "\\" in written.source or "'" in written.source:
        # Python 3.11 allows neither between the braces of an f-string.
        held = view.fresh(f"{name}_text")
        lines.add(f"{held} = {written.source}")
        return Written(held)
    return written


def _node(lines: Lines, view: TreeRecord, step: p.Step, name: str) -> Written:
    match step:
        case p.Scalar(nullable=True):
            return _nullable(lines, view, step, name)
        case p.Scalar():
            return _scalar(lines, view, step, name)
        case p.AnyNode():
            return Written(f"{view.scope.support(_any(view))}({name})")
        case p.Items():
            return _items(lines, view, step, name)
        case p.Members():
            return _members(lines, view, step, name)
        case p.CallRecord(record=record):
            call = f"{view.writer(record)}({name}{view.arguments(step)})"
            return Written(f'"null" if {name} is None else {call}' if step.nullable else call)
        case p.Branch():
            return _branch(lines, view, step, name)
        case p.Tag() | p.Wrap():
            raise AssertionError("only CBOR has tags and wrapped values: see `cbor_write`")
        case p.Kinds():
            return _kinds(lines, view, step, name)
        case _:
            raise AssertionError(f"a tree has no step {type(step).__name__}")


def _any(view: TreeRecord) -> str:
    return f"write_{view.form.value}"


def _nullable(lines: Lines, view: TreeRecord, step: p.Scalar, name: str) -> Written:
    held = view.fresh(f"{name}_text")
    lines.add(f'{held} = "null"')
    plain = p.Scalar(step.slot, step.form, step.minimum, step.maximum, step.padding)
    with lines.block(f"if {name} is not None:"):
        text = _scalar(lines, view, plain, name).source
        lines.add(f"{held} = {text}")
    return Written(held)


def _scalar(lines: Lines, view: TreeRecord, step: p.Scalar, name: str) -> Written:
    support = view.scope.support
    match step.form:
        case "text":
            for test in length_tests(name, step.minimum, step.maximum):
                lines.refuse_if(test)
            return Written(f"{support('quote')}({name})")
        case "integer":
            for test in bound_tests(name, step.minimum, step.maximum):
                lines.refuse_if(test)
            # True and false are the integers 1 and 0, and never spelled `true` and `false` here.
            number = f"{name} if type({name}) is int else {support('as_integer')}({name})"
            return Written(f"str({number})", number)
        case "boolean":
            lines.refuse_if(f"type({name}) is not bool")
            return Written(f'"true" if {name} else "false"')
        case "null":
            lines.refuse_if(f"{name} is not None")
            return Written('"null"')
        case "number" if view.form in (WriteForm.CANONICAL, WriteForm.INTEGERS):
            lines.add(lines.refusal)  # only integers are written in this form
            return Written('""')
        case "number":
            lines.refuse_if(f"type({name}) is not float and not isinstance({name}, int)")
            lines.refuse_if(f"float({name}) - float({name}) != 0.0")
            for test in bound_tests(name, step.minimum, step.maximum):
                lines.refuse_if(test)
            if view.form is WriteForm.JCS:
                return Written(f"{support('jcs_number')}({name})")
            return Written(f"{support('number_text')}(float({name}))")
        case _:
            return _octets(lines, view, step, name)


def _octets(lines: Lines, view: TreeRecord, step: p.Scalar, name: str) -> Written:
    lines.refuse_if(f"type({name}) is not bytes and not {view.scope.support('is_octets')}({name})")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)
    function = octets_writer(step)
    support = view.scope.support
    return Written(f"{support('quote')}({support(function)}({name}))")


def octets_writer(step: p.Scalar) -> str:
    """Return the function that spells octets in the scalar's alphabet."""
    if step.form == "hex":
        return "hexadecimal"
    if step.form == "base64url":
        return "base64url_padded" if step.padding in ("required", "padded") else "base64url"
    return "base64_unpadded" if step.padding in ("forbidden", "unpadded") else "base64"


def _items(lines: Lines, view: TreeRecord, step: p.Items, name: str) -> Written:
    if step.nullable:
        held = view.fresh(f"{name}_text")
        lines.add(f'{held} = "null"')
        plain = p.Items(step.slot, step.item, step.body, step.minimum, step.maximum)
        with lines.block(f"if {name} is not None:"):
            lines.add(f"{held} = {_items(lines, view, plain, name).source}")
        return Written(held)
    lines.refuse_if(f"type({name}) is not list and not {view.scope.support('is_list')}({name})")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)
    lines.flush()
    item = view.locals[step.item]
    inner = Lines(indent=lines.indent + 1, refusal=lines.refusal)
    text = write_value(inner, view, step.body, item)
    inner.flush()
    if _temporaries(inner):
        return _looped(lines, view, f"for {item} in {name}:", inner, text.source, ("[", "]"), name)
    if inner.lines:
        lines.add(f"for {item} in {name}:")
        lines.lines += inner.lines
    return Written(_bracketed("[", f"[{text.source} for {item} in {name}]", "]"))


def _temporaries(inner: Lines) -> bool:
    """Whether the checks of an item also make values that its text needs."""
    return any(
        " = " in line.split("if ")[0] and not line.lstrip().startswith(("if", "or")) for line in inner.lines
    )


def _looped(
    lines: Lines, view: TreeRecord, head: str, inner: Lines, text: str, ends: tuple[str, str], name: str
) -> Written:
    built = view.fresh(f"{name}_texts")
    lines.add(f"{built} = []")
    lines.add(head)
    lines.lines += inner.lines
    lines.read(f"    {built}.append({text})")
    return Written(_bracketed(ends[0], built, ends[1]))


def _bracketed(start: str, items: str, end: str) -> str:
    return f'"{start}" + {_FAST_JOIN}({items}) + "{end}"'


def _members(lines: Lines, view: TreeRecord, step: p.Members, name: str) -> Written:
    lines.refuse_if(f"type({name}) is not dict")
    for test in length_tests(name, step.minimum, step.maximum):
        lines.refuse_if(test)
    bounds = step.key if isinstance(step.key, Text) else Text()
    key_tests = length_tests("key", bounds.minimum, bounds.maximum)
    if key_tests:
        with lines.block(f"for key in {name}:"):
            for test in key_tests:
                lines.refuse_if(test)
    lines.flush()
    item, key = view.locals[step.item], view.fresh("member_key")
    inner = Lines(indent=lines.indent + 1, refusal=lines.refusal)
    text = write_value(inner, view, step.body, item)
    inner.flush()
    quote = view.scope.support("quote")
    pairs = view.in_order(f"{name}.items()")
    piece = f'{quote}({key}) + ":" + {_summand(text.source)}'
    if _temporaries(inner):
        head = f"for {key}, {item} in {pairs}:"
        return _looped(lines, view, head, inner, piece, ("{", "}"), name)
    if inner.lines:
        lines.add(f"for {item} in {name}.values():")
        lines.lines += inner.lines
    return Written(_bracketed("{", f"[{piece} for {key}, {item} in {pairs}]", "}"))


def _summand(text: str) -> str:
    return f"({text})" if " if " in text else text


def _branch(lines: Lines, view: TreeRecord, step: p.Branch, name: str) -> Written:
    held = view.fresh(f"{name}_text")
    on = view.tag(lines, step.on)
    order = sorted(range(len(step.cases)), key=lambda place: not step.cases[place].ranges)
    word = "if"
    for place in order:
        case = step.cases[place]
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        if not case.ranges and word == "if":
            head = "if True:"
        with lines.block(head):
            value_slot = step.value_slots[place] if step.slot is not None else None
            if case.refuse is not None:
                lines.read(lines.refusal)
            elif value_slot is None:
                lines.refuse_if(f"{name} is not None")
                lines.add(f'{held} = "null"')
            else:
                lines.add(f"{view.locals[value_slot]} = {name}")
                lines.add(f"{held} = {write_value(lines, view, case.body, view.locals[value_slot]).source}")
        word = "elif"
    if all(case.ranges for case in step.cases):
        with lines.block("else:"):
            lines.read(lines.refusal)
    return Written(held)


_KINDS = {
    "text": "isinstance({0}, str)",
    "octets": "type({0}) is bytes or is_octets({0})",
    "number": "isinstance({0}, (int, float)) and type({0}) is not bool",
    "boolean": "type({0}) is bool",
    "array": "type({0}) is list",
}
"""What a value to be written is known by; any other is an object."""


def _kinds(lines: Lines, view: TreeRecord, step: p.Kinds, name: str) -> Written:
    held = view.fresh(f"{name}_text")
    word = "if"
    if step.nullable:
        with lines.block(f"if {name} is None:"):
            lines.add(f'{held} = "null"')
        word = "elif"
    takes_objects = False
    if any(_sort_of(case) == "octets" for case in step.cases):
        view.scope.support("is_octets")
    for case in sorted(step.cases, key=lambda case: case.value == "object"):
        takes_objects = case.value == "object"
        head = "else:" if takes_objects else f"{word} {_KINDS[_sort_of(case)].format(name)}:"
        with lines.block(head):
            lines.add(f"{view.locals[case.slot]} = {name}")
            lines.add(f"{held} = {write_value(lines, view, case.body, view.locals[case.slot]).source}")
        word = "elif"
    if not takes_objects:
        lines.add("else:")
        lines.read(f"    {lines.refusal}")
    return Written(held)


def _sort_of(case: p.KindCase) -> str:
    """Return the key of `_KINDS`: what is a text on the wire may be octets in Python."""
    coded = any(isinstance(step, p.Scalar) and step.form != "text" for step in case.body.steps)
    return "octets" if case.value == "text" and coded else case.value


def _array(lines: Lines, view: TreeRecord, step: p.Array) -> None:
    optional = [entry for entry in step.entries if not entry.required]
    if not optional and not step.spreads:
        texts = [write_value(lines, view, e.body, view.locals[e.slot]).source for e in step.entries]
        lines.add(f"items = [{', '.join(texts)}]")
        lines.add(f"return {_bracketed('[', 'items', ']')}")
        return
    # Places have no names: what follows the first one that is left out is left out too.
    lines.add("items: list[str] = []")
    write_places(lines, view, step.entries, "items", _source)
    for spread in step.spreads:
        _place_spread(lines, view, spread, len(step.entries))
    lines.add(f"return {_bracketed('[', 'items', ']')}")


def _source(lines: Lines, view: TreeRecord, block: p.Block, name: str) -> str:
    return write_value(lines, view, block, name).source


def _place_spread(lines: Lines, view: TreeRecord, spread: p.Spread, first: int) -> None:
    """Places of the case that the tag takes; a value for a place of another case is refused."""
    on = view.tag(lines, spread.on)
    every = {entry.slot for case in spread.cases for entry in case.entries}
    word = "if"
    cases = cases_last_otherwise(spread.cases)
    for case in cases:
        own = {entry.slot for entry in case.entries}
        foreign = [slot for slot in sorted(every - own) if view.record.slots[slot].default is None]
        head = f"{word} {view.in_ranges(on, case.ranges)}:" if case.ranges else "else:"
        with lines.block(head if case.ranges or word == "elif" else "if True:"):
            if case.refuse is not None:
                lines.read(lines.refusal)
            for slot in foreign:
                lines.refuse_if(f"{view.locals[slot]} is not {view.nothing(slot)}")
            write_places(lines, view, case.entries, "items", _source, first)
        word = "elif"
    if all(case.ranges for case in cases):
        with lines.block("else:"):
            lines.read(lines.refusal)
