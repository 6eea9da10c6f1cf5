"""Faces for sessions in tests: the interpreter, and an SDK generated from the same catalogue modules."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from art7.cli.generated import generated_package
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import GeneratedFace, InterpretedFace
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.store import MemoryStore

FACES = ("interpreter", "sdk")
"""What a fixture is parametrized with."""


@contextmanager
def session_face(kind: str, *modules: str) -> Iterator[Face]:
    """Give the face of one execution of catalogue modules."""
    interpreter = catalogue_interpreter(*modules)
    if kind == "interpreter":
        yield InterpretedFace(interpreter)
        return
    with generated_package(interpreter.specification) as package:
        yield GeneratedFace(package)


class CountingStore(MemoryStore):
    """A store that counts its changes."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        """Count a change that is made."""
        done = super().swap(name, version, octets)
        self.changes += done
        return done


def seeded(seed: int | str) -> Callable[[int], bytes]:
    """Return randomness that repeats."""
    return random.Random(seed).randbytes
