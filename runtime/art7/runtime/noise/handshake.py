"""One side of a Noise handshake (revision 34 §5.3): writes and reads its messages in turn, then has transport keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field

from art7.runtime.noise.patterns import NoiseRefused, Protocol, protocol
from art7.runtime.noise.symmetric import LONGEST, CipherState, SymmetricState, call

_TAG = 16


@dataclass(frozen=True, slots=True)
class NoiseKeys:
    """What a side brings: its static private key, the other's static public key, pre-shared keys."""

    static: bytes | None = field(default=None, repr=False)
    remote_static: bytes | None = None
    psks: Sequence[bytes] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Transport:
    """What a handshake leaves; a one-way pattern has nothing to send for the responder."""

    send: CipherState | None
    receive: CipherState | None
    handshake_hash: bytes
    remote_static: bytes | None


class Handshake:
    """One side; `random` gives the octets of the ephemeral key. A message that is refused changes nothing."""

    def __init__(
        self,
        name: str,
        keys: NoiseKeys,
        random: Callable[[int], bytes],
        *,
        initiator: bool,
        prologue: bytes = b"",
    ) -> None:
        self.protocol: Protocol = protocol(name)
        self._initiator = initiator
        self._size = 56 if self.protocol.agreement == "x448" else 32
        self._random, self._step = random, 0
        self._static, self._ephemeral = keys.static, b""
        self._remote_static, self._remote_ephemeral = keys.remote_static, b""
        self._psks = list(keys.psks)
        if any(len(psk) != 32 for psk in self._psks):
            raise NoiseRefused("bad_key", "pre-shared keys of 32 octets", "another size")
        self._symmetric = SymmetricState(self.protocol)
        self._symmetric.mix_hash(prologue)
        self._mix_known()

    @property
    def done(self) -> bool:
        """Whether every message of the pattern was sent or received."""
        return self._step == len(self.protocol.messages)

    def write(self, payload: bytes) -> bytes:
        """Return our next message. Raises: `NoiseRefused`."""
        tokens = self._turn(ours=True)
        state = self._trial()
        octets = b"".join(state._write_token(token) for token in tokens)
        octets += state._symmetric.encrypt_and_hash(payload)
        if len(octets) > LONGEST:
            raise NoiseRefused("too_long", f"{LONGEST} octets", str(len(octets)))
        self._take(state)
        return octets

    def read(self, message: bytes) -> bytes:
        """Return the payload of the other's next message. Raises: `NoiseRefused`."""
        tokens = self._turn(ours=False)
        if len(message) > LONGEST:
            raise NoiseRefused("too_long", f"{LONGEST} octets", str(len(message)))
        state = self._trial()
        for token in tokens:
            message = state._read_token(token, message)
        payload = state._symmetric.decrypt_and_hash(message)
        self._take(state)
        return payload

    def finish(self) -> Transport:
        """Return the transport keys (§5.2 Split). Raises: `NoiseRefused` with `out_of_turn` before the end."""
        if not self.done:
            raise NoiseRefused("out_of_turn", "a finished handshake", f"message {self._step}")
        first, second = self._symmetric.split()
        back = None if self.protocol.one_way else second
        send, receive = (first, back) if self._initiator else (back, first)
        return Transport(send, receive, self._symmetric.hash, self._remote_static)

    # ---- inside ----

    def _trial(self) -> Handshake:
        """Return a copy to try a message on."""
        state = copy(self)
        state._symmetric = copy(self._symmetric)
        state._symmetric.cipher = copy(self._symmetric.cipher)
        state._psks = list(self._psks)
        return state

    def _take(self, state: Handshake) -> None:
        vars(self).update(vars(state))
        self._step += 1

    def _turn(self, *, ours: bool) -> tuple[str, ...]:
        if self.done or (self._step % 2 == 0) != (self._initiator == ours):
            raise NoiseRefused("out_of_turn", "the other side's message" if ours else "our own", "this one")
        return self.protocol.messages[self._step]

    def _mix_known(self) -> None:
        """Take static keys that are known before into the transcript, the initiator's first (§7.1)."""
        for known, ours in (
            (self.protocol.initiator_known, self._initiator),
            (self.protocol.responder_known, not self._initiator),
        ):
            if known:
                key = self._public(self._static) if ours else self._remote_static
                self._symmetric.mix_hash(_present(key, "a static key that is known before"))

    def _public(self, private: bytes | None) -> bytes:
        return call(f"{self.protocol.agreement}_public", _present(private, "a static key of ours"))

    def _write_token(self, token: str) -> bytes:
        match token:
            case "e":
                self._ephemeral = self._random(self._size)
                public = self._public(self._ephemeral)
                self._mix_ephemeral(public)
                return public
            case "s":
                return self._symmetric.encrypt_and_hash(self._public(self._static))
        self._mix(token)
        return b""

    def _read_token(self, token: str, message: bytes) -> bytes:
        match token:
            case "e":
                self._remote_ephemeral, rest = _cut(message, self._size)
                self._mix_ephemeral(self._remote_ephemeral)
                return rest
            case "s":
                size = self._size + (_TAG if self._symmetric.cipher.key is not None else 0)
                sealed, rest = _cut(message, size)
                self._remote_static = self._symmetric.decrypt_and_hash(sealed)
                return rest
        self._mix(token)
        return message

    def _mix_ephemeral(self, public: bytes) -> None:
        self._symmetric.mix_hash(public)
        if self.protocol.uses_psk:
            self._symmetric.mix_key(public)

    def _mix(self, token: str) -> None:
        """Mix in a pre-shared key, or the shared secret of two keys: `es` is the initiator's ephemeral and
        the responder's static one."""
        if token == "psk":
            if not self._psks:
                raise NoiseRefused("missing_key", "a pre-shared key", "none")
            self._symmetric.mix_key_and_hash(self._psks.pop(0))
            return
        ours, theirs = (token[0], token[1]) if self._initiator else (token[1], token[0])
        private = self._ephemeral if ours == "e" else self._static
        public = self._remote_ephemeral if theirs == "e" else self._remote_static
        private, public = _present(private, "a key of ours"), _present(public, "a key of theirs")
        self._symmetric.mix_key(call(self.protocol.agreement, private, public))


def _present(key: bytes | None, what: str) -> bytes:
    if not key:
        raise NoiseRefused("missing_key", what, "none")
    return key


def _cut(message: bytes, size: int) -> tuple[bytes, bytes]:
    if len(message) < size:
        raise NoiseRefused("truncated", f"{size} octets", str(len(message)))
    return message[:size], message[size:]
