"""A member of MLS groups that answers the operations of the drivers in tests/peers/drivers, by art7's component."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from art7.runtime.mls import framing, kept
from art7.runtime.mls.commits import Committed, follow_commit, make_commit
from art7.runtime.mls.credentials import Authority
from art7.runtime.mls.epoch import PskStore
from art7.runtime.mls.external import ask_to_join, join_externally
from art7.runtime.mls.group import RATCHET_TREE, Group
from art7.runtime.mls.joining import create_group, join
from art7.runtime.mls.leaves import OwnKeys, make_key_package
from art7.runtime.mls.proposals import extension
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.resuming import BRANCH, REINIT, begin_anew, branch, check_resumed
from art7.runtime.mls.structures import Structures, Value
from art7.runtime.mls.suite import CipherSuite, cipher_suite

HOUR = 3600
LIFE = 80 * 24 * HOUR
"""OpenMLS takes key packages of up to three months."""
CAPABILITIES = {"credentials": [1, 2]}
"""Groups of core-crypto ask for both kinds of credential."""


class Member:
    """One member, by `member(operation, ...)`; octets are given and returned as hexadecimal digits."""

    suite: CipherSuite
    package: Value
    own: OwnKeys
    group: Group
    authority: Authority | None = None

    def __init__(self, structures: Structures | None = None) -> None:
        """Make a client; `structures` execute the catalogue, the interpreter without them."""
        self._structures = structures

    def __call__(self, op: str, **members: Any) -> dict[str, Any]:
        """Return the reply to one operation. Raises: `MlsRefused`."""
        operation: Callable[..., dict[str, Any] | None] = getattr(self, f"_{op}")
        return operation(**members) or {}

    # ---- beginning ----

    def _init(
        self,
        suite: int,
        name: str,
        publicHandshake: bool = True,
        x509: list[str] | None = None,
        signKey: str | None = None,
        **more: Any,
    ) -> None:
        self._identity: bytes | Value = name.encode()
        if x509 is not None:
            chain = [{"cert_data": bytes.fromhex(each)} for each in x509]
            self._identity = {"credential_type": 2, "certificates": chain}
        self._psks = PskStore()
        self._wire_format = framing.PUBLIC if publicHandshake else framing.PRIVATE
        self._fresh(suite, signKey, **more)

    def _fresh(self, suite: int, signKey: str | None = None, grease: bool = False, **_: Any) -> None:
        self.suite, now = cipher_suite(suite, self._structures), int(time.time())
        private = new_signature_key(self.suite) if signKey is None else bytes.fromhex(signKey)
        life = (now - HOUR, now + LIFE)
        more = _greased(suite) if grease else {"capabilities": CAPABILITIES}
        self.package, self.own = make_key_package(
            self.suite, self._identity, private, life, os.urandom, **more
        )

    def _psk(self, id: str, key: str) -> None:
        named, told = bytes.fromhex(id), bytes.fromhex(key)
        self._psks = PskStore({**self._psks.external, named: told})
        if hasattr(self, "group"):
            self.group = self.group.with_psk(named, told)

    def _kp(self) -> dict[str, Any]:
        return {"kp": self.suite.structures.wrap("key_package", self.package).hex()}

    def _create(self, gid: str) -> None:
        mine = self.package, self.own
        more = {"psks": self._psks, "authority": self.authority}
        self.group = create_group(self.suite, bytes.fromhex(gid), *mine, os.urandom, **more)

    def _join(self, welcome: str, resumed: str | None = None, info: str | None = None) -> None:
        psks = self._psks if resumed is None else self.group.psks
        octets, now, tree = bytes.fromhex(welcome), int(time.time()), None
        if info is not None:
            _, beside = self.suite.structures.unwrap(bytes.fromhex(info), "group_info")
            tree = extension(beside.extensions, RATCHET_TREE)
        more = {"tree": tree, "psks": psks, "now": now, **self._asked()}
        joined = join(octets, self.package, self.own, **more)
        if resumed is not None:
            check_resumed(self.group, joined, REINIT if resumed == "reinit" else BRANCH)
        self.group = joined

    def _group_info(self) -> dict[str, Any]:
        return {"info": self.suite.structures.wrap("group_info", self.group.group_info()).hex()}

    def _join_external(self, info: str, replacing: str | None = None) -> dict[str, Any]:
        old = None if replacing is None else self._place(replacing)
        mine, now = (self.package, self.own), int(time.time())
        more = {"replacing": old, "psks": self._psks, "now": now, **self._asked()}
        done = join_externally(bytes.fromhex(info), *mine, os.urandom, **more)
        return self._committed(done)

    def _asked(self) -> dict[str, Any]:
        return {"authority": self.authority, "structures": self._structures}

    def _propose_self(self, info: str) -> dict[str, Any]:
        _, value = self.suite.structures.unwrap(bytes.fromhex(info), "group_info")
        return {"msg": ask_to_join(value.group_context, self.package, self.own, self._structures).hex()}

    # ---- changing ----

    def _commit(self, with_path: bool = True, **listed: Any) -> dict[str, Any]:
        done = make_commit(
            self.group,
            os.urandom,
            list(self._listed(**listed)),
            wire_format=self._wire_format,
            with_path=with_path,
            now=int(time.time()),
        )
        return self._committed(done)

    def _propose(self, update: bool = False, **listed: Any) -> dict[str, Any]:
        if update:
            self.group, proposal = self.group.with_update(os.urandom)
        else:
            proposal = next(self._listed(**listed))
        message = self.group.signed(self._wire_format, framing.PROPOSAL, proposal)
        octets = self.group.protect(message, os.urandom)
        self.group = self.group.with_proposal(message)
        return {"msg": octets.hex()}

    def _listed(
        self,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        psk: Iterable[str] = (),
        resume: Iterable[int] = (),
        extensions: Iterable[list[Value]] = (),
    ) -> Iterable[Value]:
        for each in add:
            _, package = self.suite.structures.unwrap(bytes.fromhex(each), "key_package")
            yield {"proposal_type": 1, "add": {"key_package": package}}
        for name in remove:
            yield {"proposal_type": 3, "remove": {"removed": self._place(name)}}
        for named in psk:
            yield self._mixed(1, bytes.fromhex(named), None)
        for epoch in resume:
            group_id = self.group.context.group_id
            yield self._mixed(2, None, {"usage": 1, "psk_group_id": group_id, "psk_epoch": epoch})
        for given in extensions:
            yield {"proposal_type": 7, "group_context_extensions": {"extensions": given}}

    def _mixed(self, kind: int, named: bytes | None, resumption: Value | None) -> Value:
        nonce = os.urandom(self.suite.hash_size)
        psk = {"psk_type": kind, "psk_id": named, "resumption": resumption, "psk_nonce": nonce}
        return {"proposal_type": 4, "psk": {"psk": psk}}

    def _place(self, name: str) -> int:
        for index, leaf in self.group.tree.members():
            if leaf.credential.identity == name.encode():
                return index
        raise MlsRefused("no_such_member", name)

    def _committed(self, done: Committed) -> dict[str, Any]:
        self.group = done.group
        welcome = [done.welcome.hex()] if done.welcome else []
        return {"commit": done.message.hex(), "welcome": welcome}

    def _reinit(self, gid: str, suite: int) -> dict[str, Any]:
        wanted = {"group_id": bytes.fromhex(gid), "version": 1, "cipher_suite": suite, "extensions": []}
        proposals = [{"proposal_type": 5, "reinit": wanted}]
        return self._committed(make_commit(self.group, os.urandom, proposals, wire_format=self._wire_format))

    def _begin_anew(self, others: list[str], **_: Any) -> dict[str, Any]:
        packages, now = self._packages(others), int(time.time())
        return self._committed(begin_anew(self.group, self.package, self.own, packages, os.urandom, now))

    def _branch(self, gid: str, others: list[str]) -> dict[str, Any]:
        packages, now = self._packages(others), int(time.time())
        mine = bytes.fromhex(gid), self.package, self.own
        return self._committed(branch(self.group, *mine, packages, os.urandom, now))

    def _packages(self, others: list[str]) -> list[Value]:
        return [self.suite.structures.unwrap(bytes.fromhex(each), "key_package")[1] for each in others]

    # ---- messages ----

    def _recv(self, msg: str, **_: Any) -> dict[str, Any]:
        message = self.group.open(bytes.fromhex(msg))
        content = message.content
        match content.content_type:
            case framing.APPLICATION:
                return {"kind": "app", "data": content.application_data.hex()}
            case framing.PROPOSAL:
                self.group = self.group.with_proposal(message, int(time.time()))
            case _:
                self.group = follow_commit(self.group, message, int(time.time()))
        return {"kind": "handshake"}

    def _send(self, data: str) -> dict[str, Any]:
        message = self.group.signed(framing.PRIVATE, framing.APPLICATION, bytes.fromhex(data))
        return {"msg": self.group.protect(message, os.urandom, 16).hex()}

    def _export(self, label: str, context: str, len: int) -> dict[str, Any]:
        return {"secret": self.group.export(label, bytes.fromhex(context), len).hex()}

    def _info(self) -> dict[str, Any]:
        return {
            "epoch": self.group.epoch,
            "authenticator": self.group.secrets.epoch_authenticator.hex(),
            "active": "active" if self.group.ended is None else "ended",
        }


class Restarted(Member):
    """A member whose process ends after every operation."""

    def __call__(self, op: str, **members: Any) -> dict[str, Any]:
        """Return the reply, and go on from what was stored. Raises: `MlsRefused`."""
        reply = super().__call__(op, **members)
        if hasattr(self, "group"):
            octets = kept.Member(self.group).octets()
            self.group = kept.Member.of(octets, self._structures, self.authority).group
        return reply


def _greased(suite: int) -> dict[str, Any]:
    """Return abilities that nobody has, and an extension of no meaning (RFC 9420 §13.5)."""
    able: dict[str, list[int]] = {
        "versions": [1],
        "cipher_suites": [suite, 0x0A0A, 0xFAFA],
        "extensions": [0x1A1A, 0xF0A1],
        "proposals": [0x2A2A],
        "credentials": [0x3A3A, 1, 2],
    }
    return {"capabilities": able, "extensions": [{"extension_type": 0x1A1A, "extension_data": b"grease"}]}


def new_signature_key(suite: CipherSuite) -> bytes:
    """Return a fresh private key of the suite's signature scheme."""
    sizes = {"ed25519": 32, "ed448": 57}
    if suite.scheme in sizes:
        return os.urandom(sizes[suite.scheme])
    return suite.fresh_key_pair(os.urandom).private
