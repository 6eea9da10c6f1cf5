"""What `.proto` files declare → the model. On the wire nothing changes: maps are lists of entries, as they are there."""

from __future__ import annotations

from difflib import get_close_matches

from art7.codegen.imports.faults import Faults
from art7.codegen.imports.model import (
    Declaration,
    Enum,
    Field,
    Item,
    Member,
    Module,
    Name,
    Record,
    Rule,
    Run,
    Type,
)
from art7.codegen.imports.proto.parse import LARGEST
from art7.codegen.imports.proto.syntax import Enumeration, FieldLine, File, Message
from art7.codegen.imports.spelling import data, member_name, octets, pascal, type_name, unique, word
from art7.grammar.diagnostics import Span

SCALARS = {
    "double": "double",
    "float": "float",
    "int32": "i32",
    "int64": "i64",
    "uint32": "u32",
    "uint64": "u64",
    "sint32": "s32",
    "sint64": "s64",
    "fixed32": "fixed32",
    "fixed64": "fixed64",
    "sfixed32": "sfixed32",
    "sfixed64": "sfixed64",
    "bool": "bool",
    "string": "text",
    "bytes": "bytes",
}
_KEYS = {each for each in SCALARS if each not in ("double", "float", "bytes")}
_ZEROS = {"bool": "false", "string": "''", "bytes": "x''"}


def lower(own: File, others: list[File], name: str, faults: Faults, start: Span) -> Module:
    """Return the model of a file and of what it mentions of others; `start` is the place of what concerns all of it."""
    return _Lowering(own, others, name, faults, start).module()


class _Lowering:
    def __init__(self, own: File, others: list[File], name: str, faults: Faults, start: Span) -> None:
        self.own = own
        self.name = name
        self.faults = faults
        self.start = start
        self.known: dict[str, Message | Enumeration] = {}
        self.proto2: set[str] = set()
        self.names: dict[str, str] = {}
        self.taken: set[str] = set()
        for file in (own, *others):
            for message in file.messages:
                self._know(message, file)
            for enum in file.enums:
                self._know(enum, file)
        self.made: dict[str, list[Declaration]] = {}
        self.waiting = [*(each.path for each in own.enums), *(each.path for each in own.messages)]

    def _know(self, each: Message | Enumeration, file: File) -> None:
        if each.path in self.known:
            self.faults.mistake(
                "A7-P203", f"`{each.path}` is declared twice", each.span, "rename one of them"
            )
            return
        self.known[each.path] = each
        if file.is_proto2:
            self.proto2.add(each.path)
        short = each.path.removeprefix(f"{file.package}.") if file.package else each.path
        spelled = type_name(pascal(short) if "." in short else short)
        self.names[each.path] = unique(spelled, self.taken)
        self.taken.add(self.names[each.path])

    def module(self) -> Module:
        while self.waiting:
            path = self.waiting.pop(0)
            if path in self.made:
                continue
            declared = self.known[path]
            self.made[path] = []
            self.made[path] = (
                self._enum(declared) if isinstance(declared, Enumeration) else self._message(declared)
            )
        found = [each for made in self.made.values() for each in made]
        enums = [each for each in found if isinstance(each, Enum)]
        records = [each for each in found if isinstance(each, Record)]
        if records:
            self.faults.note(
                "A7-P225",
                "messages have no limits in the source; they are given 1 MiB and a depth of 32",
                self.start,
                "set `limit size` and `limit depth` to those of your service",
            )
        package = f" Package {self.own.package}." if self.own.package else ""
        return Module(self.name, (*enums, *records), (), f"Imported from a protobuf description.{package}")

    # ---- enums ----

    def _enum(self, enum: Enumeration) -> list[Declaration]:
        items: list[Item] = []
        numbers: dict[int, str] = {}
        names: set[str] = set()
        is_proto2 = enum.path in self.proto2
        if not enum.values:
            self.faults.mistake(
                "A7-P206", f"`{enum.path}` has no values", enum.span, "give it one with the number 0"
            )
            items.append(Item("none", 0))
        elif enum.values[0].number != 0 and not is_proto2:
            self.faults.mistake(
                "A7-P206",
                f"the first value of `{enum.path}` is {enum.values[0].number}, expected 0",
                enum.values[0].span,
                "begin with a value 0, which an absent member has",
            )
        wide = any(value.number < 0 for value in enum.values)
        if wide:
            self.faults.note(
                "A7-P225",
                f"values of `{enum.path}` below zero are named by their 64 bits on the wire",
                enum.span,
                "-1 is 0xFFFFFFFFFFFFFFFF",
            )
        for value in enum.values:
            if not -(1 << 31) <= value.number < 1 << 31:
                self.faults.mistake(
                    "A7-P202", f"{value.number} is beyond 32 bits", value.span, "choose a smaller number"
                )
                continue
            if value.number in numbers:
                self._second(enum, value.name, numbers[value.number], value.span)
                continue
            if self._is_reserved(value.number, value.name, enum.reserved, enum.reserved_names):
                self.faults.mistake(
                    "A7-P206", f"`{value.name}` or its number is reserved", value.span, "choose another"
                )
            spelled = member_name(value.name)
            if spelled in names:
                self.faults.mistake(
                    "A7-P203", f"`{value.name}` is there twice", value.span, "rename one of them"
                )
                continue
            names.add(spelled)
            numbers[value.number] = spelled
            doc = f"{value.doc} Deprecated.".strip() if value.is_deprecated else value.doc
            items.append(Item(spelled, value.number % (1 << 64), doc=doc))
        self._note_reserved(enum.path, enum.reserved, enum.reserved_names, enum.span)
        doc = f"{enum.doc}{_reserved_text(enum.reserved, enum.reserved_names)}".strip()
        return [Enum(self.names[enum.path], "u64" if wide else "u32", tuple(items), is_open=True, doc=doc)]

    def _second(self, enum: Enumeration, name: str, first: str, span: Span) -> None:
        if enum.has_aliases:
            self.faults.note("A7-P224", f"`{name}` is another name of `{first}`; values have one name", span)
        else:
            self.faults.mistake(
                "A7-P203", f"`{name}` has the number of `{first}`", span, "set `allow_alias`, or renumber it"
            )

    @staticmethod
    def _is_reserved(number: int, name: str, numbers: list[tuple[int, int]], names: list[str]) -> bool:
        return name in names or any(low <= number <= high for low, high in numbers)

    def _note_reserved(self, path: str, numbers: list[tuple[int, int]], names: list[str], span: Span) -> None:
        if numbers or names:
            text = _reserved_text(numbers, names).strip().rstrip(".")
            self.faults.note(
                "A7-P224", f"`{path}` has reservations, which are kept in its prose: {text[10:]}", span
            )

    # ---- messages ----

    def _message(self, message: Message) -> list[Declaration]:
        entries: list[Declaration] = []
        members: list[Member] = []
        numbers: dict[int, str] = {}
        spelled: dict[str, str] = {}
        for line in message.fields:
            if not self._is_good(line, message, numbers, spelled):
                continue
            numbers[line.number] = line.name
            spelled[line.name] = unique(member_name(line.name), set(spelled.values()))
            members.append(self._field(line, message, spelled[line.name], entries))
        for name, (doc, span) in message.oneofs.items():
            members += self._oneof(
                name,
                doc,
                span,
                [spelled[f.name] for f in message.fields if f.oneof == name and f.name in spelled],
            )
        self._note_reserved(message.path, message.reserved, message.reserved_names, message.span)
        doc = f"{message.doc}{_reserved_text(message.reserved, message.reserved_names)}"
        doc = f"{doc} Deprecated.".strip() if message.is_deprecated else doc.strip()
        is_message = not message.is_nested and any(message is each for each in self.own.messages)
        name = self.names[message.path]
        return [
            Record(name, tuple(members), "protobuf", unknown="preserve", doc=doc, is_message=is_message),
            *entries,
        ]

    def _is_good(
        self, line: FieldLine, message: Message, numbers: dict[int, str], names: dict[str, str]
    ) -> bool:
        if not 1 <= line.number <= LARGEST or 19000 <= line.number <= 19999:
            self.faults.mistake(
                "A7-P206",
                f"{line.number} cannot be the number of `{line.name}`",
                line.span,
                "choose one from 1 to 536870911, not from 19000 to 19999",
            )
            return False
        if line.number in numbers:
            self.faults.mistake(
                "A7-P203",
                f"`{line.name}` has the number of `{numbers[line.number]}`",
                line.span,
                "give it another number",
            )
            return False
        if line.name in names:
            self.faults.mistake(
                "A7-P203",
                f"`{line.name}` is there twice in `{message.path}`",
                line.span,
                "rename one of them",
            )
            return False
        if self._is_reserved(line.number, line.name, message.reserved, message.reserved_names):
            self.faults.mistake(
                "A7-P206",
                f"`{line.name}` or its number {line.number} is reserved",
                line.span,
                "choose another",
            )
        return True

    def _field(self, line: FieldLine, message: Message, name: str, entries: list[Declaration]) -> Field:
        tag_word, default, optional = "", "", False
        is_proto2 = message.path in self.proto2
        deprecated = any(o.name == "deprecated" and o.value is True for o in line.options)
        if line.key:
            type_: Type = Run(Name(self._entry(line, message, entries)))
        else:
            item = self._type(line, message.path)
            declared = self._find(line.type, message.path)
            is_message = line.type not in SCALARS and not isinstance(declared, Enumeration)
            if line.label == "repeated":
                packed = next((o.value for o in line.options if o.name == "packed"), not is_proto2)
                can_pack = not is_message and line.type not in ("string", "bytes")
                tag_word = "unpacked" if can_pack and packed is not True else ""
                if packed is True and not can_pack and any(o.name == "packed" for o in line.options):
                    self.faults.mistake(
                        "A7-P206", f"`{line.name}` cannot be packed", line.span, "remove the option"
                    )
                type_ = Run(Run(item) if line.type in ("string", "bytes") else item)
            else:
                type_ = item
                optional = bool(
                    is_message
                    or line.oneof
                    or line.label == "optional"
                    or (is_proto2 and line.label != "required")
                )
                optional = optional and line.label != "required"
                default = self._default(line, declared, optional)
        return Field(
            name, type_, line.number, tag_word, optional, default=default, doc=line.doc, deprecated=deprecated
        )

    def _default(self, line: FieldLine, declared: object, optional: bool) -> str:
        option = next((o for o in line.options if o.name == "default"), None)
        if option is None:
            return "" if optional or line.label == "required" else _ZEROS.get(line.type, "0")
        value = option.value
        if isinstance(declared, Enumeration):
            number = next((v.number for v in declared.values if v.name == value), None)
            if number is not None:
                return str(number % (1 << 64))
        elif line.type == "string" and isinstance(value, str) and not option.is_word:
            return data(value)
        elif line.type == "bytes" and isinstance(value, str):
            return octets(value.encode("latin-1", "replace"))
        elif line.type == "bool" and isinstance(value, bool):
            return "true" if value else "false"
        elif isinstance(value, int) and line.type in SCALARS and line.type not in _ZEROS:
            return str(value)
        self.faults.lost(
            "A7-P220",
            f"the default of `{line.name}` cannot be written as one of its values",
            option.span,
            "say it in the prose of the member",
        )
        return ""

    def _entry(self, line: FieldLine, message: Message, entries: list[Declaration]) -> str:
        """The record of a map's entries, which is what is on the wire (protobuf encoding, maps)."""
        name = unique(f"{self.names[message.path]}{pascal(line.name)}Entry", self.taken)
        self.taken.add(name)
        if line.key not in _KEYS:
            self.faults.mistake(
                "A7-P206",
                f"`{line.key}` cannot be the key of a map",
                line.span,
                "use an integer, bool or string",
            )
        key = FieldLine("", line.key if line.key in _KEYS else "string", "key", 1, (), "", line.span)
        value = FieldLine("", line.type, "value", 2, (), "", line.span)
        inner: list[Declaration] = []
        members = tuple(self._field(each, message, each.name, inner) for each in (key, value))
        entries.append(
            Record(name, members, "protobuf", unknown="preserve", doc=f"One entry of `{line.name}`.")
        )
        self.faults.note(
            "A7-P225",
            f"the map `{line.name}` is a list of entries, as on the wire: of two with one key both are kept",
            line.span,
            "take the last of entries with one key",
        )
        return name

    def _oneof(self, name: str, doc: str, span: Span, members: list[str]) -> list[Member]:
        if not members:
            self.faults.mistake(
                "A7-P206", f"the oneof `{name}` has no member", span, "give it one, or remove it"
            )
        if len(members) < 2:
            return []
        if len(members) == 2:
            condition = f"absent({word(members[0])}) or absent({word(members[1])})"
        else:
            condition = " + ".join(f"(if present({word(each)}) then 1 else 0)" for each in members) + " <= 1"
        self.faults.note(
            "A7-P225",
            f"of the oneof `{name}` several members in one message are refused; other readers take the last",
            span,
            "nothing: no writer sends several",
        )
        return [Rule(condition, doc or f"Of `{name}` there is one at most.")]

    # ---- names ----

    def _type(self, line: FieldLine, scope: str) -> Type:
        if line.type in SCALARS:
            return Name(SCALARS[line.type])
        found = self._find(line.type, scope)
        if found is not None:
            if found.path not in self.made:
                self.waiting.append(found.path)
            return Name(self.names[found.path])
        near = get_close_matches(line.type, [*SCALARS, *(path.rpartition(".")[2] for path in self.known)], 1)
        self.faults.mistake(
            "A7-P204",
            f"nothing declares the type `{line.type}`; a message that holds one is refused",
            line.span,
            f"did you mean `{near[0]}`?" if near else "declare it, or import the file that does",
        )
        return Name(self._missing(line.type))

    def _missing(self, name: str) -> str:
        path = f"?{name}"
        if path not in self.made:
            spelled = unique(type_name(pascal(name)), self.taken)
            self.taken.add(spelled)
            self.names[path] = spelled
            rule = Rule("false", f"The source does not say what `{name}` is.")
            undeclared = Field("undeclared", Name("u32"), 1, default="0")
            self.made[path] = [Record(spelled, (undeclared, rule), "protobuf", unknown="preserve")]
        return self.names[path]

    def _find(self, name: str, scope: str) -> Message | Enumeration | None:
        """Look a name up from the innermost scope outwards; a leading `.` starts at the outermost."""
        if name in SCALARS:
            return None
        if name.startswith("."):
            return self.known.get(name[1:])
        while True:
            found = self.known.get(f"{scope}.{name}" if scope else name)
            if found is not None or not scope:
                return found
            scope = scope.rpartition(".")[0]


def _reserved_text(numbers: list[tuple[int, int]], names: list[str]) -> str:
    listed = [
        str(low) if low == high else f"{low} to {'max' if high == LARGEST else high}" for low, high in numbers
    ]
    listed += [f"`{name}`" for name in names]
    return f" Reserved: {', '.join(listed)}." if listed else ""
