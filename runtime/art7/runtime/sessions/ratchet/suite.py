"""What the ratchets of one face share: structures and schedules of `signal.ratchet`, and bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from art7.runtime.sessions.face import Face

Random = Callable[[int], bytes]
"""Returns so many fresh octets."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one conversation.

    `jump`: messages that may be missing at once; `per_chain`, `in_all`: keys kept for them; `past`: older chains whose
    messages are told apart from forgeries.
    """

    jump: int = 2000
    per_chain: int = 1000
    in_all: int = 2000
    past: int = 8


class RatchetSchedules:
    """The schedules of a ratchet, whatever its messages are, looked up once."""

    __slots__ = ("chain_step", "failures", "key_pair", "new_key", "open", "root_step", "seal")

    def __init__(self, face: Face, module: str) -> None:
        self.failures = face.failures
        self.root_step = face.schedule(f"{module}.RootStep")
        self.chain_step = face.schedule(f"{module}.ChainStep")
        self.new_key = face.schedule(f"{module}.NewKey")
        self.key_pair = face.schedule(f"{module}.KeyPair")
        self.seal = face.schedule(f"{module}.SealMessage")
        self.open = face.schedule(f"{module}.OpenMessage")


class RatchetSuite(RatchetSchedules):
    """What every ratchet of a face uses, looked up once."""

    __slots__ = ("body", "message")

    def __init__(self, face: Face, module: str = "signal.ratchet") -> None:
        super().__init__(face, module)
        self.message = face.record(f"{module}.RatchetMessage")
        self.body = face.record(f"{module}.RatchetBody")
