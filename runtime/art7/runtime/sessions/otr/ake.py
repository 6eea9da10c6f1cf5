"""The authenticated key exchange of OTR: four messages after which both sides know keys and each other.

    who begins             who answers
    commit      ->
                       <-  key
    reveal      ->
                       <-  signature

Each step takes a state and gives the next one with the message to send, `None` where a message is to be ignored
(OTR3#authenticated-key-exchange).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.state import (
    ENCRYPTED,
    KEY,
    NOTHING,
    REVEALED,
    SIGNATURE,
    Exchange,
    OtrState,
    Proof,
    Ring,
    refusing,
)
from art7.runtime.sessions.refusals import SessionRefused

COMMIT_KIND, KEY_KIND, REVEAL_KIND, SIGNATURE_KIND = 0x02, 0x0A, 0x11, 0x12
PRIVATE_SIZE, HIDING_SIZE, SIGNING_SIZE = 40, 16, 64
NO_COUNTER = bytes(8)
FIRST_KEY = 1
"""The number of the key of the exchange among an own ring's keys."""

Step = tuple[OtrState, bytes | None]
Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Identity:
    """An own long-term DSA key: its numbers, most significant octet first."""

    p: bytes
    q: bytes
    g: bytes
    y: bytes
    fingerprint: bytes
    x: bytes = field(repr=False)

    @classmethod
    def read(cls, face: Face, octets: bytes) -> Identity:
        """Return the key of an `otr.messages.DsaPrivateKey`. Raises: `SessionRefused`; `wrong_key` for another `y`."""
        with refusing(face.failures):
            found = face.record("otr.messages.DsaPrivateKey").decode(octets)
            n = found.key.numbers
            y = face.schedule("otr.keys.LongTermKey")(p=n.p, q=n.q, g=n.g, x=found.x).y
        if y != n.y:
            raise SessionRefused("wrong_key", "a public number of the private one", "another")
        return cls(n.p, n.q, n.g, n.y, found.key.fingerprint, found.x)


class KeyExchange:
    """Both roles of the exchange."""

    def __init__(self, face: Face, identity: Identity, random: Random) -> None:
        self._identity = identity
        self._random = random
        self._failures = face.failures
        self._message = face.record("otr.messages.OtrMessage")
        names = "Commit Key RevealSignature Signature Proof Identification DsaPublicKey DsaNumbers DsaKey"
        self._records = {name: face.record(f"otr.messages.{name}") for name in names.split()}
        names = "KeyPair Agreement Commitment Shown Sign Verify"
        self._schedules = {name: face.schedule(f"otr.keys.{name}") for name in names.split()}
        self._keys = face.schedule("otr.content.ExchangeKeys")
        self._cipher = face.schedule("otr.content.Open")

    # ---- who begins -------------------------------------------------------------------------------------------

    def begin(self, state: OtrState) -> tuple[OtrState, bytes]:
        """Commit to a new key; the message opens a new exchange, whatever was under way."""
        private, hiding = self._random(PRIVATE_SIZE), self._random(HIDING_SIZE)
        public = self._public(private)
        hidden = self._schedules["Commitment"](key=hiding, public_key=public)
        exchange = Exchange(hiding, private, public, hidden.encrypted, hidden.hashed)
        state = replace(state, awaiting=KEY, exchange=exchange)
        body = self._records["Commit"](encrypted=hidden.encrypted, hashed=hidden.hashed)
        return self._sent(state, COMMIT_KIND, body)

    def on_key(self, state: OtrState, body: Any) -> Step:
        """Show the own key and who sends it."""
        exchange = state.exchange
        if state.awaiting == SIGNATURE and body.public_key == exchange.peer_public:
            return state, exchange.last
        if state.awaiting != KEY:
            return state, None
        exchange = replace(exchange, peer_public=body.public_key)
        keys = self._agreed(exchange)
        proof = self._identified(exchange, keys.m1, keys.c)
        made = self._records["RevealSignature"](revealed=exchange.hiding_key, proof=proof)
        state = replace(state, awaiting=SIGNATURE, exchange=exchange)
        return self._sent(state, REVEAL_KIND, made, keys.m2)

    def on_signature(self, state: OtrState, octets: bytes) -> Step:
        """Learn who answers; the exchange is over."""
        if state.awaiting != SIGNATURE:
            return state, None
        keys = self._agreed(state.exchange)
        with refusing(self._failures):
            body = self._message.decode(octets, mac_key=keys.m2_prime).body
        peer_key, key_id = self._known(state.exchange, body.proof.encrypted, keys.m1_prime, keys.c_prime)
        return self._ended(state, keys, peer_key, key_id), None

    # ---- who answers ------------------------------------------------------------------------------------------

    def on_commit(self, state: OtrState, body: Any) -> Step:
        """Answer with a public key, the same one again when a commit comes twice."""
        exchange = state.exchange
        if state.awaiting == KEY and exchange.hashed > body.hashed:
            return state, exchange.last  # both began at once: the larger hash stays (OTR3#d-h-commit-message)
        if state.awaiting == REVEALED:
            exchange = replace(exchange, encrypted=body.encrypted, hashed=body.hashed)
            return replace(state, exchange=exchange), exchange.last
        private = self._random(PRIVATE_SIZE)
        public = self._public(private)
        exchange = Exchange(private=private, public_key=public, encrypted=body.encrypted, hashed=body.hashed)
        state = replace(state, awaiting=REVEALED, exchange=exchange)
        return self._sent(state, KEY_KIND, self._records["Key"](public_key=public))

    def on_revealed(self, state: OtrState, octets: bytes, body: Any) -> Step:
        """Learn who begins, and show who answers; the exchange is over."""
        if state.awaiting != REVEALED:
            return state, None
        exchange, rule = state.exchange, "OTR3#reveal-signature-message"
        with refusing(self._failures, rule):
            shown = self._schedules["Shown"](
                key=body.revealed, encrypted=exchange.encrypted, hashed=exchange.hashed
            )
            peer_public = self._records["Key"].decode(shown.shown).public_key
        exchange = replace(exchange, peer_public=peer_public)
        keys = self._agreed(exchange)
        with refusing(self._failures, rule):
            body = self._message.decode(octets, mac_key=keys.m2).body
        peer_key, key_id = self._known(exchange, body.proof.encrypted, keys.m1, keys.c)
        proof = self._identified(exchange, keys.m1_prime, keys.c_prime)
        made = self._records["Signature"](proof=proof)
        state, sent = self._sent(replace(state, exchange=exchange), SIGNATURE_KIND, made, keys.m2_prime)
        return self._ended(state, keys, peer_key, key_id), sent

    # ---- parts ------------------------------------------------------------------------------------------------

    def _public(self, private: bytes) -> bytes:
        public: bytes = self._schedules["KeyPair"](private=private).public_key
        return public

    def _agreed(self, exchange: Exchange) -> Any:
        """Derive the exchange's keys. Raises: `SessionRefused` with `own_key` for a peer that sends ours."""
        if exchange.peer_public == exchange.public_key:
            raise SessionRefused("own_key", "a key of the peer", "our own key, sent back")
        with refusing(self._failures, "OTR3#authenticated-key-exchange"):
            agreed = self._schedules["Agreement"](private=exchange.private, peer=exchange.peer_public)
            return self._keys(shared=agreed.shared)

    def _sent(
        self, state: OtrState, kind: int, body: Any, mac_key: bytes | None = None
    ) -> tuple[OtrState, bytes]:
        tags = {"sender": state.own_tag, "receiver": state.peer_tag} if state.version == 3 else {}
        message = self._message(version=state.version, kind=kind, body=body, **tags)
        octets: bytes = message.encode(mac_key=mac_key)
        return replace(state, exchange=replace(state.exchange, last=octets)), octets

    def _identified(self, exchange: Exchange, mac_key: bytes, cipher_key: bytes) -> Any:
        """Sign both keys and hide the signature."""
        own = self._identity
        numbers = {"p": own.p, "q": own.q, "g": own.g, "y": own.y}
        signature = self._schedules["Sign"](
            key_id=FIRST_KEY, mac_key=mac_key, own=exchange.public_key, peer=exchange.peer_public,
            x=own.x, entropy=self._random(SIGNING_SIZE), **numbers,
        ).signature  # fmt: skip
        key = self._records["DsaPublicKey"](numbers=self._records["DsaNumbers"](**numbers))
        shown = self._records["Identification"](public_key=key, key_id=FIRST_KEY, signature=signature)
        hidden = self._cipher(key=cipher_key, counter=NO_COUNTER, data=shown.encode())
        return self._records["Proof"](encrypted=hidden.out)

    def _known(
        self, exchange: Exchange, encrypted: bytes, mac_key: bytes, cipher_key: bytes
    ) -> tuple[bytes, int]:
        """Open who takes part and verify the signature; return the long-term key and the number of the peer's key."""
        rule = "OTR3#reveal-signature-message"
        with refusing(self._failures, rule):
            opened = self._cipher(key=cipher_key, counter=NO_COUNTER, data=encrypted).out
            found = self._records["Identification"].decode(opened)
            n = found.public_key.numbers
            self._schedules["Verify"](
                key_id=found.key_id, mac_key=mac_key, own=exchange.peer_public, peer=exchange.public_key,
                p=n.p, q=n.q, g=n.g, y=n.y, signature=found.signature,
            )  # fmt: skip
            octets: bytes = self._records["DsaKey"](key=found.public_key).encode()
        return octets, found.key_id

    def _ended(self, state: OtrState, keys: Any, peer_key: bytes, key_id: int) -> OtrState:
        exchange = state.exchange
        ring = Ring(
            session_id=keys.session_id,
            peer_key=peer_key,
            own_id=FIRST_KEY + 1,
            own_private=self._random(PRIVATE_SIZE),
            own_previous=exchange.private,
            peer_id=key_id,
            peer_public=exchange.peer_public,
            revealed=state.ring.revealed,
        )
        return replace(
            state, phase=ENCRYPTED, awaiting=NOTHING, exchange=Exchange(), ring=ring, proof=Proof()
        )
