"""No text shows a secret: not a value's, an outcome's, a trace's, nor what a refusal or its report says.

Every schedule of the catalogue is run in both executions, on its own vectors and on the mutations of them: octets too few and too
many, all zero, left out. Whatever a program may write into a log without meaning to is then searched for every secret
that the run was given or made.
"""

from __future__ import annotations

import copy
import io
import logging
import pickle
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from art7.codegen.names import package_names
from art7.codegen.python.package import support_text
from art7.codegen.python.schedules import python_names, schedule_names, schedules_module
from art7.codegen.python.secret_types import secrets_module
from art7.codegen.vectors.derivations import ScheduleVectors
from art7.grammar.ir.module import Module, Schedule, Specification
from art7.interpreter.functions.shared.secrecy import Secret
from art7.interpreter.prepare import Interpreter
from art7.interpreter.schedules import DeriveError, Outcome, Session, Trace, TraceStep, run_with
from art7.interpreter.values import from_json
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import InterpretedFace
from art7.runtime.redact import spellings
from art7.runtime.session_texts import HOME, known_sessions
from art7.runtime.sessions.signal.sender_keys import GroupReceiver, GroupSender, GroupSuite
from art7.runtime.sessions.store import MemoryStore
from catalogue_codec import load_catalogue
from session_faces import seeded

LEAST = 8
"""Shorter octets may stand in a text by chance."""

Derive = Callable[..., tuple[Any, Any]]
"""Runs a schedule on inputs by name; gives what a caller gets and the trace."""


@pytest.fixture(scope="module")
def catalogue() -> Specification:
    return load_catalogue({})


@dataclass(frozen=True)
class Keys:
    """The schedules of a generated SDK by qualified name, and its support module."""

    schedules: Mapping[str, Callable[..., Any]]
    support: Any
    home: str


@pytest.fixture(scope="module")
def package(catalogue: Specification, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    """Generate what has to do with keys alone: the codecs of the whole catalogue would take long."""
    names, folder = package_names(catalogue), tmp_path_factory.mktemp("keys") / "swept_sdk"
    folder.mkdir()
    made = {m.name: schedules_module(catalogue, m, names) for m in catalogue.modules.values() if m.schedules}
    support = {"Secret", *(name for text in made.values() if text is not None for name in text.support)}
    files = {
        "__init__": "",
        "_secrets": secrets_module(catalogue, names) or "",
        "_support": support_text(support)[0],
    }
    files |= {f"{names.modules[key]}_keys": text.text for key, text in made.items() if text is not None}
    for stem, text in files.items():
        (folder / f"{stem}.py").write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder.parent))
    try:
        found = {}
        for module, schedule, name in schedules(catalogue):
            keys = import_module(f"swept_sdk.{names.modules[module.name]}_keys")
            found[name] = getattr(keys, schedule_names(module)[schedule.name][0])
        yield Keys(found, import_module("swept_sdk._support"), str(folder))
    finally:
        sys.path.remove(str(folder.parent))
        for name in [each for each in sys.modules if each.partition(".")[0] == "swept_sdk"]:
            del sys.modules[name]


def schedules(spec: Specification) -> Iterator[tuple[Module, Schedule, str]]:
    for module in spec.modules.values():
        for schedule in module.schedules:
            yield module, schedule, f"{module.name}.{schedule.name.removeprefix(f'{module.name}.')}"


def texts_of(value: Any) -> Iterator[str]:
    """Yield what may come into a log of a value and of what it holds."""
    yield from (repr(value), str(value), f"{value}", ascii(value))
    if isinstance(value, Secret):
        return
    for name in (*getattr(value, "__slots__", ()), *getattr(value, "__dict__", {})):
        yield from (repr(getattr(value, name, None)), str(getattr(value, name, None)))


def pickled(value: Any) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception as error:
        return f"{error!r} {error}".encode()


def reports_of(error: Exception, frames: Callable[[str], bool]) -> Iterator[str]:
    """Yield what a refusal says, how it is logged, and what a report with local variables shows of our frames."""
    yield from texts_of(error)
    yield from traceback.format_exception(error)
    stream = io.StringIO()
    log = logging.Logger("secrets")
    log.addHandler(logging.StreamHandler(stream))
    log.error("refused", exc_info=error)
    yield stream.getvalue()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frames(frame.f_code.co_filename):
            yield " ".join(map(repr, frame.f_locals.values()))


class Search:
    """The secrets of one run, in every form of writing."""

    def __init__(self, secrets: list[bytes], public: list[Any]) -> None:
        open_octets = b"\n".join(bytes(each) for each in public if isinstance(each, bytes))
        kept = {bytes(s) for s in secrets if len(s) >= LEAST and len(set(s)) > 2}
        self.octets = {each for each in kept if each not in open_octets}
        self.spelled = {text for each in self.octets for text in spellings(each) if len(text) >= LEAST}

    def found(self, texts: Iterator[str]) -> list[str]:
        return [text[:200] for text in texts if any(each in text for each in self.spelled)]

    def found_in(self, octets: bytes) -> bool:
        return any(each in octets for each in self.octets)


def labels(schedule: Schedule) -> dict[str, str]:
    values = list(schedule.inputs)
    for step in schedule.steps:
        values += getattr(step, "parts", ()) or (step.value,)  # type: ignore[union-attr]
    return {value.name: value.label for value in values}


def check(
    schedule: Schedule, derive: Derive, given: Mapping[str, Any], ours: Callable[[str], bool]
) -> tuple[str, list[str]]:
    """Run once; return what came of it and the texts that show a secret."""
    known = labels(schedule)
    mine = [v for k, v in given.items() if known.get(k) == "secret" and isinstance(v, bytes)]
    open_ones = [v for k, v in given.items() if known.get(k) != "secret"]
    try:
        outcome, trace = derive(**given)
    except ValueError as error:
        return "refused", Search(mine, open_ones).found(reports_of(error, ours))
    except DeriveError as error:
        made = [v for k, v in error.partial.items() if known.get(k) == "secret" and isinstance(v, bytes)]
        return "refused", Search([*mine, *made], open_ones).found(reports_of(error, ours))
    steps = [(s.name, s.value) if isinstance(s, TraceStep) else s for s in trace.steps]
    made = [v for k, v in steps if known.get(k) == "secret" and isinstance(v, bytes)]
    assert all(isinstance(each, bytes) and type(each).__name__ != "bytes" for each in made)
    search = Search([*mine, *made], [*open_ones, *(v for k, v in steps if known.get(k) != "secret")])
    shown = search.found(text for each in (outcome, trace, trace.steps) for text in texts_of(each))
    if any(search.found_in(pickled(each)) for each in (outcome, trace)):
        shown.append("pickled")
    return "derived", shown


def interpreted(interpreter: Interpreter, name: str, schedule: Schedule) -> Derive:
    taken = {param.name for param in schedule.params}

    def derive(**given: Any) -> tuple[Outcome, Trace]:
        trace = Trace()
        params = {key: given.pop(key) for key in taken if key in given}
        return run_with(interpreter, name, given, params, trace=trace, session=Session()), trace

    return derive


def generated(package: Keys, name: str, schedule: Schedule) -> Derive:
    function = package.schedules[name]
    spelled = python_names(schedule)
    python = {param.name: spelled.parameters[param.index] for param in schedule.params}
    python |= {value.name: spelled.values[value.name] for value in schedule.inputs}

    def derive(**given: Any) -> tuple[Any, Any]:
        trace = package.support.DerivationTrace()
        absent = dict.fromkeys(python.values())
        return function(**absent | {python[k]: v for k, v in given.items()}, trace=trace), trace

    return derive


@pytest.mark.slow
@pytest.mark.parametrize("execution", ["interpreter", "generated code"])
def test_no_schedule_of_the_catalogue_shows_a_secret(
    execution: str, catalogue: Specification, package: Keys
) -> None:
    interpreter = Interpreter(catalogue)
    came: dict[str, int] = {"derived": 0, "refused": 0}
    shown: list[str] = []
    for module, schedule, name in schedules(catalogue):
        shapes = {each.name: each.shape for each in (*schedule.params, *schedule.inputs)}
        if execution == "interpreter":
            derive, ours = interpreted(interpreter, name, schedule), lambda file: "/interpreter/" in file
        else:
            derive, ours = generated(package, name, schedule), lambda file: file.startswith(package.home)
        for vector in ScheduleVectors(catalogue, module, schedule).make():
            if not set(vector["params"]) <= set(shapes):
                continue
            given = {k: from_json(catalogue, shapes[k], v, k) for k, v in vector["params"].items()}
            # The frames of callers hold what they were given: whoever calls has secrets as secrets.
            kept = {
                k: Secret(v) if isinstance(v, bytes) and labels(schedule).get(k) == "secret" else v
                for k, v in given.items()
            }
            for inputs in (given, kept):
                outcome, found = check(
                    schedule, derive, inputs, ours if inputs is kept else lambda file: False
                )
                came[outcome] += 1
                shown += [f"{name}: {text}" for text in found]
    assert not shown, shown[:5]
    assert came["derived"] > 100 and came["refused"] > 100, came


def test_variables_of_a_refused_derivation_hold_no_secret(package: Keys) -> None:
    """The shared secret is refused after other secrets were made: none is left where a report looks."""
    derive = package.schedules["signal.ratchet.RootStep"]
    root, private = bytes(range(1, 33)), bytes(range(50, 82))
    with pytest.raises(package.support.DeriveError) as refused:
        derive(root_key=root, private_key=private, public_key=bytes(32))
    frames = [tb for tb, _ in traceback.walk_tb(refused.value.__traceback__)]
    ours = [frame for frame in frames if frame.f_code.co_filename.startswith(package.home)]
    assert len(ours) == 1
    assert ours[0].f_locals["root_key"] is ours[0].f_locals["private_key"] is None
    assert refused.value.__context__ is None or refused.value.__context__.__traceback__ is None


# ---- the type ---------------------------------------------------------------------------------------------------


class Purpose(Secret):
    __slots__ = ()
    purpose = "kdf.chain"


def test_a_secret_is_octets_that_no_text_shows() -> None:
    octets = bytes(range(100, 132))
    secret, typed = Secret(octets), Purpose(octets)
    assert (repr(secret), str(typed)) == ("<secret, 32 octets>", "<secret, 32 octets, kdf.chain>")
    holder = SimpleNamespace(keys=[secret], by={"name": typed})
    search = Search([octets], [])
    assert not search.found(iter([repr(holder), str(holder), f"{secret} {typed!r}", "%s" % secret]))  # noqa: UP031
    assert search.found(iter([repr(octets), secret.hex(), str(bytes(secret))]))
    assert secret == octets == typed and octets == secret and not secret != octets
    assert secret != octets[:-1] and secret != "text" and {secret: 1}[octets] == 1
    assert secret + b"x" == octets + b"x" and secret[:2] == octets[:2] and b"".join([secret]) == octets


def test_a_secret_is_copied_but_not_pickled() -> None:
    secret = Purpose(bytes(32))
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    assert copy.deepcopy({"key": secret})["key"] is secret
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps([secret], protocol)


def test_a_key_in_another_form_is_not_quoted(catalogue: Specification) -> None:
    key = bytes(range(7, 39))
    run = interpreted(
        Interpreter(catalogue), "signal.ratchet.ChainStep", catalogue.modules["signal.ratchet"].schedules[0]
    )
    for given in (key.hex(), int.from_bytes(key, "big"), [key], {"key": key}, memoryview(key + b"x")):
        with pytest.raises(DeriveError) as refused:
            run(chain_key=given)
        search = Search([key], [])
        search.spelled.add(str(int.from_bytes(key, "big")))
        assert not search.found(texts_of(refused.value)), given


def test_the_sweep_finds_what_is_shown() -> None:
    """The control: a secret kept as plain octets is found in each of these places."""
    octets = bytes(range(40, 72))

    def fails(key: bytes) -> None:
        raise ValueError("refused")

    with pytest.raises(ValueError) as refused:
        fails(octets)
    search = Search([octets], [])
    assert search.found(reports_of(refused.value, lambda file: file == __file__))
    assert search.found(texts_of(SimpleNamespace(key=octets)))
    assert search.found_in(pickled(SimpleNamespace(key=octets)))
    assert "logging" in sys.modules


# ---- states of sessions ----------------------------------------------------------------------------------------

_PRIVATE = re.compile(
    r"(?:^|_)(?:private|secret|secrets|psk|passphrase|exponent|master|seed|material)(?:_|$)"
    r"|(?:^|_)(?:root|chain|cipher|mac|auth|sender|receiver|receive|send|message|extra|master|session)_keys?$"
    r"|^(?:keys?|salt|ratchet)$"
)
_KNOWN = re.compile(r"public|_id$")


def _classes() -> Iterator[type]:
    for name in known_sessions():
        module = import_module(f"{HOME}.{name}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield value


@pytest.mark.parametrize("kind", list(_classes()), ids=lambda kind: kind.__qualname__)
def test_what_a_session_keeps_is_not_shown(kind: type) -> None:
    """A dataclass shows its fields, a named tuple all of them; other classes show nothing."""
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        assert not [name for name in kind._fields if _PRIVATE.search(name) and not _KNOWN.search(name)]
    if not is_dataclass(kind) or "__repr__" in vars(kind) and not _is_made(kind):
        return
    shown = [each.name for each in fields(kind) if each.repr and "bytes" in str(each.type)]
    assert not [name for name in shown if _PRIVATE.search(name) and not _KNOWN.search(name)]


def _is_made(kind: type) -> bool:
    """Whether `repr` is the one that dataclasses get."""
    return hasattr(kind.__repr__, "__wrapped__")


def test_what_a_session_gives_its_user_is_plain_octets() -> None:
    """Contents are the application's: it may show, keep and send them; keys stay secrets."""
    face, store = InterpretedFace(catalogue_interpreter("signal.groups")), MemoryStore()
    suite = GroupSuite(face)
    sender = GroupSender(suite, store, seeded(1), bytes(16))
    member = GroupReceiver(suite, store, "ann")
    member.take(sender.distribution())
    content = member.decrypt(sender.encrypt(b"hello"))
    assert type(content) is bytes and pickle.loads(pickle.dumps(content)) == b"hello"
