"""The secrets of an epoch (RFC 9420 §8), each under its name, and pre-shared keys (§8.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value
from art7.runtime.mls.suite import CipherSuite, KeyPair


@dataclass(frozen=True, slots=True)
class EpochSecrets:
    """What an epoch's members share; none is printed."""

    sender_data_secret: bytes = field(repr=False)
    encryption_secret: bytes = field(repr=False)
    exporter_secret: bytes = field(repr=False)
    external_secret: bytes = field(repr=False)
    confirmation_key: bytes = field(repr=False)
    membership_key: bytes = field(repr=False)
    resumption_psk: bytes = field(repr=False)
    epoch_authenticator: bytes = field(repr=False)
    next_init_secret: bytes = field(repr=False)
    external_pub: bytes

    def without_root(self) -> EpochSecrets:
        """Return them without the root of the message keys, which the secret tree has and uses up (§9.2)."""
        return replace(self, encryption_secret=b"")


@dataclass(frozen=True, slots=True)
class Begun:
    """A new epoch's secrets, and what its new members are told."""

    secrets: EpochSecrets
    joiner_secret: bytes = field(repr=False)
    welcome_secret: bytes = field(repr=False)


def _secrets(derived: Value) -> EpochSecrets:
    return EpochSecrets(**{each.name: getattr(derived, each.name) for each in fields(EpochSecrets)})


def begin_epoch(
    suite: CipherSuite, init_secret: bytes, commit_secret: bytes, psk_secret: bytes, context: Value
) -> Begun:
    """Return the secrets of the epoch that a group context describes (§8)."""
    octets = suite.structures.encode("GroupContext", context)
    derived = suite.run(
        "EpochSecrets",
        group_context=octets,
        init_secret=init_secret,
        commit_secret=commit_secret,
        psk_secret=psk_secret,
    )
    return Begun(_secrets(derived), derived.joiner_secret, derived.welcome_secret)


def welcome_secrets(suite: CipherSuite, joiner_secret: bytes, psk_secret: bytes) -> tuple[bytes, bytes]:
    """Return the member secret and the welcome secret (§12.4.3.1)."""
    derived = suite.run("WelcomeSecret", joiner_secret=joiner_secret, psk_secret=psk_secret)
    return derived.member_secret, derived.welcome_secret


def joined_epoch(suite: CipherSuite, member_secret: bytes, context: Value) -> EpochSecrets:
    """Return the secrets of an epoch that is joined by a Welcome (§8)."""
    octets = suite.structures.encode("GroupContext", context)
    return _secrets(suite.run("JoinedEpoch", group_context=octets, member_secret=member_secret))


def welcome_key(suite: CipherSuite, welcome_secret: bytes) -> tuple[bytes, bytes]:
    """Return key and nonce of a Welcome's GroupInfo (§12.4.3.1)."""
    derived = suite.run("WelcomeKey", welcome_secret=welcome_secret)
    return derived.key, derived.nonce


def external_pair(suite: CipherSuite, secrets: EpochSecrets) -> KeyPair:
    """Return the key pair for joining from outside (§8.3)."""
    return suite.key_pair(secrets.external_secret)


def export(suite: CipherSuite, secrets: EpochSecrets, label: str, context: bytes, length: int) -> bytes:
    """Return a secret for another protocol (§8.5)."""
    made = suite.run(
        "Exporter", label=label, context=context, length=length, exporter_secret=secrets.exporter_secret
    )
    return bytes(made.secret)


# ---- pre-shared keys ----


MOST_RESUMPTION = 256
"""How many resumption keys are held."""


@dataclass(frozen=True, slots=True)
class PskStore:
    """Keys of the application by identifier, and resumption keys by group and epoch."""

    external: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    resumption: Mapping[tuple[bytes, int], bytes] = field(default_factory=dict, repr=False)

    def find(self, psk_id: Value) -> bytes:
        """Return the key that a `PreSharedKeyId` names. Raises: `MlsRefused` with `missing_psk`."""
        resumed = psk_id.resumption
        if psk_id.psk_type == 1:
            found = self.external.get(psk_id.psk_id)
        else:
            found = self.resumption.get((resumed.psk_group_id, resumed.psk_epoch))
        if found is None:
            named = f"epoch {resumed.psk_epoch}" if resumed else psk_id.psk_id.hex()
            raise MlsRefused("missing_psk", "a key of that name", named, "RFC 9420 §8.4")
        return found

    def keeping(self, group_id: bytes, epoch: int, secret: bytes) -> PskStore:
        """Return a store that has an epoch's resumption key too; the oldest of many is given up."""
        held = {**self.resumption, (group_id, epoch): secret}
        if len(held) > MOST_RESUMPTION:
            del held[next(iter(held))]
        return PskStore(self.external, held)


def psk_secret(suite: CipherSuite, psk_ids: Sequence[Value], store: PskStore) -> bytes:
    """Return the secret of a list of pre-shared keys, in their order (§8.4)."""
    secret = suite.run("NoPsk").psk_secret
    for index, psk_id in enumerate(psk_ids):
        named = suite.structures.encode("PreSharedKeyId", psk_id)
        place = {"id": named, "index": index, "count": len(psk_ids)}
        secret = suite.run("PskStep", **place, psk_secret=secret, psk=store.find(psk_id)).next_secret
    return bytes(secret)
