"""What a builtin function is: its parameters, kinds and promises; data only."""

from __future__ import annotations

from dataclasses import dataclass

from art7.grammar.ir.expression import Kind, Literal

SIZE_LIMIT = 1 << 24
"""The most octets that one call yields."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the kinds it takes; `default` `None` means required."""

    name: str
    kinds: tuple[Kind, ...]
    default: Literal | None = None

    @property
    def required(self) -> bool:
        """Whether a call must give it."""
        return self.default is None


@dataclass(frozen=True, slots=True)
class Function:
    """One builtin.

    `result` is a kind, or the position of the parameter whose kind it has. `octets` is the size of the
    result where the name fixes it, `octets_from` the parameter that gives it. `secret`: the result is
    secret whatever goes in; else it is as secret as its most secret argument unless `public`.
    `deterministic` is false where the caller's randomness or session answers.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind | int
    doc: str
    source: str = ""
    octets: int | None = None
    octets_from: str | None = None
    needs_cryptography: bool = False
    secret: bool = False
    public: bool = False
    deterministic: bool = True

    def parameter(self, name: str) -> int:
        """Return the position of parameter `name`; raises `KeyError`."""
        for position, parameter in enumerate(self.parameters):
            if parameter.name == name:
                return position
        raise KeyError(name)


_INT, _BOOL, _BYTES, _TEXT, _LIST = Kind.INT, Kind.BOOL, Kind.BYTES, Kind.TEXT, Kind.LIST
_EMPTY = {"bytes": Literal(b"", Kind.BYTES), "text": Literal("", Kind.TEXT)}
_KINDS = {
    "int": (_INT,),
    "bool": (_BOOL,),
    "bytes": (_BYTES,),
    "text": (_TEXT,),
    "list": (_LIST,),
    "run": (_BYTES, _TEXT, _LIST),
    "string": (_BYTES, _TEXT),
    "sized": (_BYTES, _TEXT, _LIST, Kind.MAP),
    "number": (_INT,),
    "any": tuple(Kind),
}


def parameters(text: str) -> tuple[Parameter, ...]:
    """Read `name:kind` words; `name:bytes?` and `name:text?` may be left out and are then empty."""
    found = []
    for word in text.split():
        name, kind = word.split(":")
        bare = kind.rstrip("?")
        found.append(Parameter(name, _KINDS[bare], _EMPTY[bare] if bare != kind else None))
    return tuple(found)


def plain(name: str, given: str, result: Kind | int, doc: str, source: str = "") -> Function:
    """Return a function without promises."""
    return Function(name, parameters(given), result, doc, source)


def keyed(
    name: str,
    given: str,
    doc: str,
    source: str,
    *,
    result: Kind = Kind.BYTES,
    octets: int | None = None,
    octets_from: str | None = None,
    secret: bool = False,
    public: bool = False,
    deterministic: bool = True,
) -> Function:
    """A function that needs the `cryptography` package."""
    return Function(
        name,
        parameters(given),
        result,
        doc,
        source,
        octets=octets,
        octets_from=octets_from,
        needs_cryptography=True,
        secret=secret,
        public=public,
        deterministic=deterministic,
    )
