"""Key schedules: the trace of intermediate values, and how a derivation is refused.

Text of generated projects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from art7.codegen.python.vendored.primitives import BuiltinError
from art7.interpreter.functions.shared.lasting import refusal_code


class DeriveError(ValueError):
    """A schedule cannot be run on these values.

    `code` is the refusal, `requirement` the rule that does not hold, `step` the value that was being made.
    """

    def __init__(self, code: str, step: str = "", requirement: str | None = None) -> None:
        super().__init__(f"{code}: {step}" if step else code)
        self.code = code
        self.step = step
        self.requirement = requirement


def derive_error(error: BuiltinError | DeriveError, step: str) -> DeriveError:
    """Return the refusal of a step, without the frames of whatever refused: secrets stand in them."""
    error.__traceback__ = None
    return error if isinstance(error, DeriveError) else DeriveError(error.code, step)


def prepared_refusal(error: Exception) -> DeriveError:
    """Return the refusal of a prepared schedule, without the frames of whatever refused: secrets stand in them."""
    error.__traceback__ = None
    return error if isinstance(error, DeriveError) else DeriveError(refusal_code(error))


class _Preparation:
    """Makes a schedule ready with the inputs that last. `takes`: what is given each time; `gives`: what it returns."""

    __slots__ = ("_make", "gives", "takes")

    def __init__(
        self, make: Callable[..., Callable[..., Any]], takes: tuple[str, ...], gives: tuple[str, ...]
    ) -> None:
        self._make = make
        self.takes = takes
        self.gives = gives

    def __call__(self, **lasting: bytes) -> Callable[..., Any]:
        """Return a function of what is given each time, in that order. It returns plain octets, several as a tuple.

        Raises: DeriveError, as that function does. It is not for several threads at once.
        """
        try:
            return self._make(**lasting)
        except BuiltinError as error:
            raise derive_error(error, "") from None


_Schedule = TypeVar("_Schedule", bound=Callable[..., Any])


def prepared_by(
    make: Callable[..., Callable[..., Any]], takes: tuple[str, ...], gives: tuple[str, ...]
) -> Callable[[_Schedule], _Schedule]:
    """Give a schedule the attribute `prepare`, a `_Preparation`."""

    def mark(schedule: _Schedule) -> _Schedule:
        setattr(schedule, "prepare", _Preparation(make, takes, gives))  # noqa: B010 - a function's own attribute
        return schedule

    return mark


class DerivationTrace:
    """Every named value of a derivation, in order. It holds secrets: keep it where they may be."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps: list[tuple[str, Any]] = []

    def record(self, name: str, value: Any) -> None:
        """Add one value."""
        self.steps.append((name, value))

    def __getitem__(self, name: str) -> Any:
        """The latest value of that name; raises KeyError."""
        for step, value in reversed(self.steps):
            if step == name:
                return value
        raise KeyError(name)


def need_octets(name: str, value: Any, least: int, most: int | None, optional: bool, absent: str) -> None:
    """Check octets and their size; `absent` is the refusal of none. Raises DeriveError."""
    if value is None:
        if not optional:
            raise DeriveError(absent, name)
        return
    if not isinstance(value, bytes):
        raise DeriveError("wrong_kind", name)
    if len(value) < least:
        raise DeriveError("too_short", name)
    if most is not None and len(value) > most:
        raise DeriveError("too_long", name)


def need_value(name: str, value: Any, kind: type, optional: bool) -> None:
    """Check an input that is no octet string. Raises DeriveError."""
    if value is None:
        if not optional:
            raise DeriveError("missing_field", name)
        return
    if not isinstance(value, kind):
        raise DeriveError("wrong_kind", name)


def split_octets(value: Any, sizes: tuple[int, ...]) -> list[bytes]:
    """Cut octets into parts of `sizes`, in order and without a rest."""
    if value is None:
        raise BuiltinError("missing_field")
    if len(value) != sum(sizes):
        raise BuiltinError("uneven")
    parts, place = [], 0
    for size in sizes:
        parts.append(value[place : place + size])
        place += size
    return parts
