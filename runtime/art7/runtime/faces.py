"""The two executions of catalogue modules, as sessions ask for them (`sessions.face`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from art7.interpreter.decode import decode_with
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import Session, Trace, find_schedule, run_with
from art7.runtime.generated import GeneratedPackage, keywords_of


class Members(dict[str, Any]):
    """Members of an interpreted record, also as attributes; a member's name goes before that of a method."""

    def __getattribute__(self, name: str) -> Any:
        """Return a member. Raises: `AttributeError`."""
        if dict.__contains__(self, name):
            return dict.__getitem__(self, name)
        return super().__getattribute__(name)


class InterpretedValue(Members):
    """A record to be written: `encode` gives its octets."""

    __slots__ = ("_face", "_name")

    def __init__(self, face: InterpretedFace, name: str, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self._face = face
        self._name = name

    def encode(self, **params: Any) -> bytes:
        """Return the octets. Raises: `CodecError`."""
        return encode_with(self._face.interpreter, self._name, self, params)


class InterpretedRecord:
    """A structure executed by the interpreter."""

    def __init__(self, face: InterpretedFace, name: str) -> None:
        self._face = face
        self._name = name

    def __call__(self, **members: Any) -> InterpretedValue:
        """Return a value that can be encoded."""
        return InterpretedValue(self._face, self._name, members)

    def decode(self, data: bytes, **params: Any) -> Any:
        """Return the members. Raises: `CodecError`."""
        return _members(decode_with(self._face.interpreter, self._name, data, params).value)


class _Asked(Session):
    """What one run may ask of its caller, handed in with the inputs."""

    def __init__(self, random: Callable[[int], bytes] | None, fresh: Callable[[Any], bool] | None) -> None:
        super().__init__(random)
        self._fresh = fresh

    def fresh(self, value: Any) -> bool:
        """Whether the value comes for the first time, as the caller says."""
        return super().fresh(value) if self._fresh is None else self._fresh(value)


class InterpretedFace:
    """Modules as the interpreter executes them; `trace` takes every named value of every schedule."""

    failures: tuple[type[Exception], ...] = (CodecError,)

    def __init__(
        self, interpreter: Interpreter, session: Session | None = None, trace: Trace | None = None
    ) -> None:
        self.interpreter = interpreter
        self._session = session
        self._trace = trace

    def record(self, name: str) -> InterpretedRecord:
        """Return a structure. Raises: `LookupError`."""
        self.interpreter.specification.record(name)
        return InterpretedRecord(self, name)

    def schedule(self, name: str) -> Callable[..., Any]:
        """Return a schedule as a function of keywords, `random` and `fresh` as in an SDK. Raises: `LookupError`."""
        _, declared = find_schedule(self.interpreter.specification, name)
        taken = {each.name for each in declared.params}
        asked = {"random", "fresh"} - taken - {each.name for each in declared.inputs}

        def run(**given: Any) -> Members:
            session = self._session
            if not asked.isdisjoint(given):
                session = _Asked(given.pop("random", None), given.pop("fresh", None))
            params = {key: value for key, value in given.items() if key in taken}
            inputs = {key: value for key, value in given.items() if key not in taken}
            done = run_with(self.interpreter, name, inputs, params, session=session, trace=self._trace)
            return Members(done.outputs)

        return run


class GeneratedFace:
    """Modules as a generated package executes them."""

    def __init__(self, package: GeneratedPackage) -> None:
        self._package = package
        # A package without schedules derives nothing.
        names = ("DecodeError", "EncodeError", "DeriveError")
        found = (getattr(package.support, name, None) for name in names)
        self.failures: tuple[type[Exception], ...] = tuple(each for each in found if each is not None)

    def record(self, name: str) -> Any:
        """Return the class of a structure. Raises: `LookupError`."""
        return self._package.messages[name]

    def schedule(self, name: str) -> Callable[..., Any]:
        """Return the function of a schedule, which takes inputs by their declared names. Raises: `LookupError`."""
        function, _, inputs = self._package.schedules[name]
        spelled = keywords_of(function, inputs)
        if not spelled:
            return function
        return lambda **given: function(**{spelled.get(key, key): value for key, value in given.items()})


def _members(value: Any) -> Any:
    if isinstance(value, dict):
        return Members({name: _members(each) for name, each in value.items()})
    if isinstance(value, list):
        return [_members(each) for each in value]
    return value
