"""Structures and schedules of MLS as a generated SDK executes them: what groups of many members run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any, get_args, get_origin, get_type_hints

from art7.runtime.generated import GeneratedPackage
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Steps, Structures, Value


class GeneratedStructures(Structures):
    """The package of `ietf.mls` and `ietf.mls_keys`; it must stay importable while this is used."""

    def __init__(self, package: GeneratedPackage) -> None:
        self._package = package
        self._classes = {
            name.removeprefix("ietf.mls."): each
            for name, each in package.messages.items()
            if each is not None
        }
        self._schedules = {
            name.removeprefix("ietf.mls_keys."): _by_given_names(function)
            for name, (function, _, _) in package.schedules.items()
        }
        self._hints: dict[type, dict[str, Any]] = {}
        self._unreadable, self._unwritable = package.support.DecodeError, package.support.EncodeError
        self._underivable = package.support.DeriveError

    def decode(self, name: str, octets: bytes, **params: Any) -> Value:
        """Return a whole structure. Raises: `MlsRefused` with the codec's code."""
        try:
            return self._classes[name].decode(octets, **params)
        except self._unreadable as error:
            raise MlsRefused(error.code, f"a {name}", f"octet {error.offset}") from None

    def encode(self, name: str, value: Value, **params: Any) -> bytes:
        """Return the octets of a structure or mapping. Raises: `MlsRefused` with the codec's code."""
        if isinstance(value, Mapping):
            value = self._made(self._classes[name], value)
        try:
            octets: bytes = value.encode(**params)
        except self._unwritable as error:
            raise MlsRefused(error.code, f"a {name}", error.path) from None
        return octets

    def new(self, name: str, **members: Any) -> Value:
        """Return a structure of these members."""
        return self._classes[name](**members)

    def value(self, name: str, given: Value) -> Value:
        """Return a structure that can be written. Raises: `MlsRefused` with the codec's code."""
        made = self._made(self._classes[name], given) if isinstance(given, Mapping) else given
        self.encode(name, made)
        return made

    def derive(self, schedule: str, **given: Any) -> Value:
        """Run a schedule and return its outputs. Raises: `MlsRefused`."""
        try:
            return self._schedules[schedule](**given)
        except self._underivable as error:
            raise MlsRefused(error.code, schedule, error.step) from None

    def told(self, schedule: str, steps: Steps, **given: Any) -> Value:
        """Run a schedule and tell every named value. Raises: `MlsRefused`."""
        trace = self._package.support.DerivationTrace()
        try:
            return self.derive(schedule, **given, trace=trace)
        finally:
            steps += trace.steps

    # ---- mappings ----

    def _made(self, cls: type, members: Mapping[str, Any]) -> Value:
        """Return a record of a mapping's members; what is missing is found when it is written."""
        hints = self._hints.get(cls)
        if hints is None:
            found = get_type_hints(vars(cls)["__init__"])
            hints = self._hints[cls] = {name: each for name, each in found.items() if name != "return"}
        unknown = members.keys() - hints.keys()
        if unknown:
            raise MlsRefused("unknown_field", f"members of {cls.__name__}", ", ".join(sorted(unknown)))
        return cls(**{name: self._native(each, members.get(name)) for name, each in hints.items()})

    def _native(self, hint: Any, value: Any) -> Any:
        if isinstance(value, Mapping):
            cls = next((each for each in _parts(hint) if _is_kind(each, self._package.support.Record)), None)
            return tuple(value.values()) if cls is None else self._made(cls, value)
        if isinstance(value, list):
            items = next((get_args(each)[0] for each in _parts(hint) if get_origin(each) is list), None)
            return [self._native(items, each) for each in value]
        return value


def _is_kind(hint: Any, kind: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, kind)


def _parts(hint: Any) -> Iterator[Any]:
    """Yield what a type hint allows; a list with its items is one of them."""
    if isinstance(hint, type) or get_origin(hint) in (list, tuple):
        yield hint
    else:
        for each in get_args(hint):
            yield from _parts(each)


def _by_given_names(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function be called by the names of the specification, where Python has one for itself."""
    spelled = {each.rstrip("_"): each for each in signature(function).parameters if each.endswith("_")}
    if not spelled:
        return function
    return lambda **given: function(**{spelled.get(name, name): each for name, each in given.items()})
