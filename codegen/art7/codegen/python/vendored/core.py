"""What every generated package stands on: its two errors, the base of its records, the careful run.

Text of generated projects. The fast codecs only say yes or no; a no is run again by the careful twin of the
module, which is imported then and knows code, rule, path, octet and what was read so far.
"""

from __future__ import annotations

import gc
import struct
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NoReturn, TypeVar


class CodecError(ValueError):
    """A refusal.

    `code` names the error, `requirement` the rule that was broken and `ref` its clause; `path` names the
    member (`attributes[2].mac`), `offset` the octet and `bit` the bit in it (most significant first), counted
    from the message's first; `expected` and `got` are phrases; `partial` is what was read before, as dicts.
    `need` stands on a message cut short, where more octets can still complete it: how many octets, counted
    from its first, must be there before another try can tell anything new.
    """

    def __init__(
        self,
        code: str,
        *,
        requirement: str | None = None,
        path: str = "",
        offset: int | None = None,
        bit: int = 0,
        expected: str = "",
        got: str = "",
        ref: str | None = None,
        partial: Any = None,
        need: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.requirement = requirement
        self.path = path
        self.offset = offset
        self.bit = bit
        self.expected = expected
        self.got = got
        self.ref = ref
        self.partial = partial
        self.need = need

    def __str__(self) -> str:
        rule = f" ({self.requirement})" if self.requirement else ""
        octet = "" if self.offset is None else f", octet {self.offset}"
        wanted = f": expected {self.expected}" if self.expected else ""
        found = f", found {self.got}" if self.got else ""
        return f"{self.code}{rule} at {self.path or 'the message'}{octet}{wanted}{found}"


class DecodeError(CodecError):
    """Octets that are not a message of the type."""


class EncodeError(CodecError):
    """A value that cannot be written as the type; `offset` is `None`."""


class Refused(Exception):
    """The fast codec's no. It never leaves `decode` or `encode`."""


FAILURES = (
    Refused,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    struct.error,
)
"""How a fast codec says no."""


class Record:
    """A value with members. Equal when of one class and equal member by member, derived ones left out."""

    __slots__ = ()
    _secret: tuple[str, ...] = ()
    _derived: tuple[str, ...] = ()

    @classmethod
    def _members(cls) -> tuple[str, ...]:
        names: tuple[str, ...] = cls.__slots__
        return names

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        names = [name for name in self._members() if name not in self._derived]
        return all(getattr(self, name, None) == getattr(other, name, None) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        members = [f"{name}={self._shown(name)}" for name in self._members()]
        return f"{self.__class__.__name__}({', '.join(members)})"

    def _shown(self, name: str) -> str:
        value = getattr(self, name, None)
        if name in self._secret and isinstance(value, bytes):
            return f"<secret, {len(value)} octets>"
        return repr(value)


_Kind = TypeVar("_Kind", bound=Record)


def bare(cls: type[_Kind]) -> Callable[[], _Kind]:
    """Return what makes objects of `cls` without members, for decoders to fill.

    A class whose `__init__` is Python's own is called faster than `object.__new__`, so the objects are of a
    hidden subclass. They say that they are of `cls`, equal those that users make, and are copied and pickled as
    such.
    """
    members: dict[str, Any] = {name: cls.__dict__[name] for name in ("__module__", "__doc__")}
    members |= {"__slots__": (), "__init__": object.__init__, "__class__": cls, "__reduce__": _reduced}
    made: Any = type(cls.__name__, (cls,), members)
    made.__slots__ = cls.__slots__
    hidden: Callable[[], _Kind] = made
    return hidden


def _reduced(value: Record) -> tuple[Any, ...]:
    """Copy and pickle an object of a hidden class as one of the class it stands for."""
    members = {name: getattr(value, name) for name in value._members() if hasattr(value, name)}
    return _empty, (value.__class__,), (None, members)


def _empty(cls: type[_Kind]) -> _Kind:
    return cls.__new__(cls)


class Fields(dict[str, Any]):
    """The members of a record in a careful run; those not read are `None`."""

    def __missing__(self, key: str) -> None:
        return None


OPEN = 1 << 62
"""The end of octets that are still coming."""


class Waiting(Exception):
    """A careful run stands before octets that have not come: `need` must be there, from the message's first.

    `mark`: octets that must be among those that come, where the run looks for them.
    """

    def __init__(self, need: int, mark: bytes = b"") -> None:
        super().__init__(need)
        self.need = need
        self.mark = mark


class Trace:
    """One careful run: the octets, the way from the root, what is known at each stop of it.

    With a `limit` the octets are the first of a stream: a message may take as many, and may not be there yet.
    """

    __slots__ = ("data", "limit", "places", "records", "unverified", "writing")

    def __init__(self, data: bytes = b"", *, writing: bool = False, limit: int | None = None) -> None:
        self.data = data
        self.limit = limit
        self.writing = writing
        self.places: list[str] = []
        self.records: list[tuple[int, Fields]] = []
        self.unverified: list[str] = []

    def whole(self, limit: int | None, prefix: bool) -> int:
        """Return where the octets of a message of at most `limit` octets end; `prefix`: more may follow them."""
        if self.limit is not None:
            return OPEN
        end = len(self.data)
        if limit is None or end <= limit:
            return end
        if not prefix:
            self.refuse("too_large", 0, "", f"at most {limit} octets", f"{end} octets")
        return limit

    def reach(self, stop: int, mark: bytes = b"") -> None:
        """Go on only where the octets before `stop` have come; more than the limit never will.

        `mark`: what is looked for, and lies in none of those that have come.
        """
        if self.limit is None:
            return
        if stop > self.limit:
            raise DecodeError(
                "too_large", offset=0, expected=f"at most {self.limit} octets", got=f"at least {stop} octets"
            )
        if stop > len(self.data):
            raise Waiting(stop, mark)

    def begin(self) -> Fields:
        """Start a record at the present place of the way; returns its members, to be filled."""
        members = Fields()
        self.records.append((len(self.places), members))
        return members

    def end(self) -> None:
        """Finish the innermost record."""
        self.records.pop()

    def enter(self, place: str) -> None:
        """Go into a member (`name`, `name[2]`, or nothing for a hidden one)."""
        self.places.append(place)

    def leave(self) -> None:
        """Come back from a member."""
        self.places.pop()

    def refuse(
        self,
        code: str,
        offset: int | None,
        at: str = "",
        expected: str = "",
        got: str = "",
        *,
        requirement: str | None = None,
        ref: str | None = None,
        bit: int = 0,
    ) -> NoReturn:
        """Refuse at octet `offset`, member `at` of the innermost record."""
        path = ".".join(place for place in (*self.places, at) if place)
        common: dict[str, Any] = {"expected": expected, "got": got, "partial": self._partial(), "bit": bit}
        if self.writing:
            raise EncodeError(code, requirement=requirement, path=path, ref=ref, **common)
        raise DecodeError(code, requirement=requirement, path=path, ref=ref, offset=offset, **common)

    def _partial(self) -> Any:
        inner: Any = None
        depth = len(self.places)
        for length, members in reversed(self.records):
            known = {name: value for name, value in members.items() if value is not None and name[:1] != "_"}
            place = self.places[length] if inner is not None and length < depth else ""
            name, bracket, _ = place.partition("[")
            if name and bracket:
                items = known.get(name)
                known[name] = [*(items if isinstance(items, list) else []), inner]
            elif name:
                known[name] = inner
            inner, depth = known, length + 1
        return inner


def show(value: object) -> str:
    """Return a value in a few printable words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 256 else f"an integer of {value.bit_length()} bits"
    if isinstance(value, (bytes, bytearray)):
        return (bytes(value[:24]).hex() or "no octets") + (
            "" if len(value) <= 24 else f"… ({len(value)} octets)"
        )
    if isinstance(value, str):
        return ascii(value if len(value) <= 60 else value[:60] + "…")
    if isinstance(value, (list, tuple)):
        return f"{len(value)} items"
    return type(value).__name__


_Message = TypeVar("_Message")


def decode_all(decode: Callable[[bytes], _Message], items: Iterable[bytes]) -> list[_Message]:
    """Decode many messages; the collector rests meanwhile, since decoding makes no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return [decode(data) for data in items]
    finally:
        if enabled:
            gc.enable()


def explain_decoding(
    module: str,
    name: str,
    explain: bool,
    data: Any,
    *arguments: Any,
    prefix: bool = False,
    limit: int | None = None,
) -> DecodeError:
    """Return the error that says why the fast decoder of `name` refused `data`.

    `prefix`: more may follow the message. With a `limit` a message cut short tells what it needs.
    """
    if not explain:
        return DecodeError("refused")
    try:
        octets = bytes(data) if isinstance(data, (bytearray, memoryview)) else data
        if not isinstance(octets, bytes):
            return DecodeError("wrong_kind", expected="octets", got=type(data).__name__)
        run = _careful(module, f"decode_{name}")
        if prefix:
            run(Trace(octets), *arguments, prefix=True)
        else:
            run(Trace(octets), *arguments)
    except DecodeError as error:
        _add_sentence(error, module)
        if limit is not None and error.code == "truncated":
            found = wait_or_refuse(module, name, octets, limit, *arguments)
            error.need = found.need if isinstance(found, Waiting) else None
        return error
    except RecursionError:
        return DecodeError("too_deep", offset=0, expected="fewer levels", got="more than the stack holds")
    except Exception as error:
        return DecodeError("internal", expected="an explanation", got=type(error).__name__)
    return DecodeError("internal", expected="one verdict of both decoders", got="two")


def wait_or_refuse(
    module: str, name: str, octets: bytes, limit: int, *arguments: Any
) -> Waiting | DecodeError:
    """Return what a message cut short needs before it can tell anything new, or why it is refused.

    `octets` are the first of a message of at most `limit`. No verdict depends on how many of them are there:
    what is refused now would be refused whatever follows.
    """
    try:
        _careful(module, f"decode_{name}")(Trace(octets, limit=limit), *arguments, prefix=True)
    except Waiting as waiting:
        return waiting
    except DecodeError as error:
        _add_sentence(error, module)
        return error
    except RecursionError:
        return DecodeError("too_deep", offset=0, expected="fewer levels", got="more than the stack holds")
    except Exception as error:
        return DecodeError("internal", expected="an explanation", got=type(error).__name__)
    return DecodeError("internal", expected="one verdict of both decoders", got="two")


def explain_encoding(module: str, name: str, explain: bool, value: Any, *arguments: Any) -> EncodeError:
    """Return the error that says why the fast encoder of `name` refused `value`."""
    if not explain:
        return EncodeError("refused")
    try:
        run = _careful(module, f"encode_{name}")
        run(value, *arguments)
    except EncodeError as error:
        _add_sentence(error, module)
        return error
    except RecursionError:
        return EncodeError("too_deep", expected="fewer levels", got="more than the stack holds")
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as error:
        # An expression met a value of another kind deep inside what the caller gave.
        return EncodeError("wrong_kind", expected="values of the declared kinds", got=type(error).__name__)
    except Exception as error:
        return EncodeError("internal", expected="an explanation", got=type(error).__name__)
    return EncodeError("internal", expected="one verdict of both encoders", got="two")


def encode_again(module: str, name: str, explain: bool, value: Any, *arguments: Any) -> bytes:
    """Write what the fast encoder of `name` refused, if only for being of a kin of the kinds it takes.

    Views of octets, tuples for lists and subclasses of numbers and texts stand for what they are kin to; the
    careful encoder sees to that. Raises: EncodeError.
    """
    if _holds_kin([value, *arguments]):
        return encode_carefully(module, name, explain, value, *arguments)
    raise explain_encoding(module, name, explain, value, *arguments) from None


_EXACTLY = frozenset((bytes, str, int, bool, float, type(None)))
_KIN = (bytes, bytearray, memoryview, str, int, float, tuple, list, dict)


def _holds_kin(values: list[Any]) -> bool:
    """Whether something in what the caller gave is of a kin of a plain kind, and not of the kind itself."""
    seen: set[int] = set()
    while values:
        value = values.pop()
        kind = type(value)
        if kind in _EXACTLY or id(value) in seen:
            continue
        seen.add(id(value))
        if kind is list:
            values += value
        elif kind is dict:
            values += [*value, *value.values()]
        elif isinstance(value, Record):
            values += [getattr(value, name, None) for name in value._members()]
        elif isinstance(value, _KIN):
            return True
    return False


def encode_carefully(module: str, name: str, explain: bool, value: Any, *arguments: Any) -> bytes:
    """Write a value that has no fast encoder."""
    try:
        octets = _careful(module, f"encode_{name}")(value, *arguments)
    except EncodeError as error:
        raise (error if explain else EncodeError("refused")) from None
    except RecursionError:
        raise EncodeError("too_deep", expected="fewer levels", got="more than the stack holds") from None
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as error:
        got = type(error).__name__
        raise EncodeError("wrong_kind", expected="values of the declared kinds", got=got) from None
    except Exception as error:
        raise EncodeError("internal", expected="octets", got=type(error).__name__) from None
    if not isinstance(octets, bytes):
        raise EncodeError("internal", expected="octets", got=type(octets).__name__)
    return octets


def _careful(module: str, function: str) -> Callable[..., object]:
    run: Callable[..., object] = getattr(_twin(module), function)
    return run


def _twin(module: str) -> object:
    package, _, stem = module.rpartition(".")
    return import_module(f"{package}._{stem}_explain")


def _add_sentence(error: DecodeError | EncodeError, module: str) -> None:
    """Give a builtin refusal the sentence that the specification puts behind it."""
    sentences: dict[str, tuple[str, str | None]] = getattr(_twin(module), "SENTENCES", {})
    if error.requirement is None and error.code in sentences:
        error.requirement, error.ref = sentences[error.code]
