"""Groups of MLS whose members are art7's and independent ones, all spoken to alike; every message is also sent broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from art7.runtime.mls.refusals import MlsRefused
from corpus import REPOSITORY
from mls_groups import structures
from mls_member import Member, Restarted
from peers import HOME, RECIPES, Peer, PeerFailed, flipped, need

REFUSED = (MlsRefused, PeerFailed)
Speaker = Callable[..., dict[str, Any]]

_DRIVERS = REPOSITORY / "tests" / "peers" / "drivers"
_PACKAGES = "npm-mls/node_modules/"
_PYTHON = "v-mls/bin/python"
_PROGRAMS = {
    "ts-mls": ("mls_tsmls.mjs", (f"{_PACKAGES}ts-mls", f"{_PACKAGES}@noble/curves")),
    "core-crypto": ("mls_corecrypto.mjs", (f"{_PACKAGES}@wireapp/core-crypto",)),
    "mls-rs": ("mls_rs.py", ("v-mls/lib/python3.11/site-packages/mls_rs_uniffi",)),
    "rine-mls": ("mls_rine.py", ("v-mls/lib/python3.11/site-packages/rine_mls",)),
    "rfc9420": (RECIPES / "mls" / "drv_rfc9420.py", ("v-mls/lib/python3.11/site-packages/rfc9420",)),
}
"""Program → its driver, and what must be installed."""
_FORGETFUL = ("mls-rs", "rine-mls")
"""Programs that give up the key of a sealed message whose tag does not hold."""
_REPEATING = ("rfc9420",)
"""Programs that open a message twice."""
_WITHOUT_EXPORTER = ("rine-mls", "rfc9420")
"""Programs without one, or whose secrets are like nobody else's."""
_IN_SENDER_DATA = 40
"""An octet of every message; of a sealed one, before its content's key is looked for."""


def reader() -> Peer:
    """Return ts-mls as a reader of single messages. Skips where it is not installed."""
    need(f"{_PACKAGES}ts-mls", group="mls")
    if shutil.which("node") is None:
        pytest.skip("absent: node, which ts-mls runs on")
    return Peer(["node", str(_DRIVERS / "mls_reader.mjs")], HOME / "npm-mls")


class Programs:
    """Independent members, started when they are asked for; a test that is over leaves its own to the next."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Peer]] = {}
        self._busy: list[tuple[str, Peer]] = []

    def member(self, kind: str) -> Speaker:
        """Return a member: `art7` in one of its ways, or a program. Skips where it is not installed."""
        if kind.startswith("art7"):
            made = Restarted if kind == "art7 restarted" else Member
            return made(structures("sdk") if kind == "art7 sdk" else None)
        driver, installed = _PROGRAMS[kind]
        need(*installed, group="mls")
        if str(driver).endswith(".mjs") and shutil.which("node") is None:
            pytest.skip(f"absent: node, which {kind} runs on")
        idle = self._idle.setdefault(kind, [])
        made = idle.pop() if idle else self._started(driver)
        self._busy.append((kind, made))
        return made

    def _started(self, driver: str | Path) -> Peer:
        if str(driver).endswith(".mjs"):
            return Peer(["node", str(_DRIVERS / driver)], HOME / "npm-mls")
        return Peer([str(HOME / _PYTHON), str(_DRIVERS / driver)])

    def release(self) -> None:
        """Take back the members of a test that is over."""
        for kind, made in self._busy:
            self._idle[kind].append(made)
        self._busy.clear()

    def close(self) -> None:
        """End every program."""
        self.release()
        for each in self._idle.values():
            for made in each:
                made.close()


def named(number: int) -> str:
    """Return a name that every program takes: `user:device@domain`, with a UUID and a number."""
    digit = str(number + 1)
    parts = (digit * 8, digit * 4, f"4{digit * 3}", f"8{digit * 3}", digit * 12)
    return f"{'-'.join(parts)}:{digit}a@example.org"


class Room:
    """A group by its members' names; what one sends reaches all others, first broken and then whole."""

    def __init__(self, programs: Programs, *kinds: str, suite: int = 1, public: bool = True) -> None:
        """Make clients, one of each kind; the first creates the group."""
        self.suite, self.public = suite, public
        self._programs = programs
        self.clients: dict[str, Speaker] = {}
        self.kinds: dict[str, str] = {}
        self.inside: list[str] = []
        self.secrets: set[str] = set()
        self.names = [self.client(kind) for kind in kinds]
        if self.names:
            self.create(self.names[0])

    def __getitem__(self, name: str) -> Speaker:
        """Return a client."""
        return self.clients[name]

    def client(self, kind: str, **more: Any) -> str:
        """Return the name of a new client that is in no group yet."""
        name = named(len(self.clients))
        self.clients[name] = self._programs.member(kind)
        self.kinds[name] = kind
        self[name]("init", suite=self.suite, name=name, publicHandshake=self.public, **more)
        return name

    # ---- what members do ----

    def create(self, name: str, **more: Any) -> None:
        """Let a client create the group."""
        self[name]("create", gid=b"a group of several".hex(), **more)
        self.inside.append(name)

    def add(self, by: str, *joiners: str, **more: Any) -> None:
        """Let a member add clients, who join by its Welcome."""
        done = self[by]("commit", add=[self[each]("kp")["kp"] for each in joiners], **more)
        self.deliver(by, done["commit"])
        for each in joiners:
            self.welcome(each, done["welcome"][0])
        self.agree()

    def welcome(self, joiner: str, welcome: str, **more: Any) -> None:
        """Let a client join, after it refused a broken Welcome."""
        with pytest.raises(REFUSED):
            self[joiner]("join", welcome=broken(welcome), **more)
        self[joiner]("join", welcome=welcome, **more)
        self.inside.append(joiner)

    def commit(self, by: str, **listed: Any) -> None:
        """Let a member commit: an update of its own, what was proposed, and what is listed."""
        self.deliver(by, self[by]("commit", **listed)["commit"])
        self.agree()

    def propose(self, by: str, **proposal: Any) -> None:
        """Let a member propose."""
        self.deliver(by, self[by]("propose", **proposal)["msg"])

    def remove(self, by: str, whom: str) -> None:
        """Let a member remove another, who opens nothing any more."""
        done = self[by]("commit", remove=[whom])
        self.inside.remove(whom)
        self.deliver(by, done["commit"])
        self.agree()
        sent = self[by]("send", data=b"not for all".hex())["msg"]
        with pytest.raises(REFUSED):
            self[whom]("recv", msg=sent, sender=by)

    def say(self, by: str, text: str = "to all") -> None:
        """Let a member send application data, and a message before it that comes broken, then late, then again."""
        data = text.encode().hex()
        late = self[by]("send", data=b"late".hex())["msg"]
        message = self[by]("send", data=data)["msg"]
        for name in self.others(by):
            with pytest.raises(REFUSED):
                self[name]("recv", msg=broken(late), sender=by)
        for name, reply in self.deliver(by, message).items():
            assert reply == {"kind": "app", "data": data}, name
        for name in self.others(by):
            if self.kinds[name] not in _FORGETFUL:
                assert self[name]("recv", msg=late, sender=by)["data"] == b"late".hex()
            for again in (late, message) if self.kinds[name] not in _REPEATING else ():
                with pytest.raises(REFUSED):
                    self[name]("recv", msg=again, sender=by)

    def others(self, by: str) -> list[str]:
        """Return the names of all members but one."""
        return [name for name in self.inside if name != by]

    def everybody_speaks(self) -> None:
        """Let every member send."""
        for name in self.inside:
            self.say(name, f"from {name}")

    def deliver(self, by: str, message: str) -> dict[str, dict[str, Any]]:
        """Give a message to all other members, after they refused it with one bit changed."""
        replies, sealed = {}, message.startswith("00010002")
        for name in self.others(by):
            for at in _broken_at(self.kinds[name], sealed):
                with pytest.raises(REFUSED):
                    self[name]("recv", msg=broken(message, at), sender=by)
            replies[name] = self[name]("recv", msg=message, sender=by)
        return replies

    def agree(self) -> None:
        """All members export the same secret, another in each epoch."""
        asked = {"label": "exporter", "context": "", "len": 32}
        asking = [name for name in self.inside if self.kinds[name] not in _WITHOUT_EXPORTER]
        found = {self[name]("export", **asked)["secret"] for name in asking}
        assert len(found) == 1 and not found & self.secrets
        self.secrets |= found


def _broken_at(kind: str, sealed: bool) -> tuple[int, ...]:
    """Where a message can be broken for a program that must read the whole one after it."""
    if kind == "rfc9420" and not sealed:
        return ()  # it takes a forged commit for the epoch's only one
    if kind in _FORGETFUL and sealed:
        return (_IN_SENDER_DATA,)
    return (_IN_SENDER_DATA, -1)


def broken(message: str, at: int = -1) -> str:
    """Return a message with one bit changed."""
    return flipped(bytes.fromhex(message), at).hex()
