"""Sessions in a store: nothing is handed out that a restart or a second copy could repeat."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.kept import Kept
from art7.runtime.sessions.olm.account import Account
from art7.runtime.sessions.olm.megolm import GroupInbound, GroupOutbound
from art7.runtime.sessions.olm.session import OlmSession
from art7.runtime.sessions.olm.suite import OlmSuite
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from session_faces import seeded, session_face


@pytest.fixture(scope="module")
def face() -> Iterator[Face]:
    with session_face("interpreter", "matrix.olm") as made:
        yield made


@pytest.fixture
def suite(face: Face) -> OlmSuite:
    return OlmSuite(face)


def test_a_second_copy_hands_nothing_out(suite: OlmSuite) -> None:
    store, reader = MemoryStore(), partial(GroupOutbound.read, suite)
    here: Kept[GroupOutbound] = Kept(store, "group", reader)
    here.put(GroupOutbound.make(suite, seeded(1)))
    there = GroupInbound.from_session_key(suite, here.do(lambda group: group.session_key()))
    clone: Kept[GroupOutbound] = Kept(store, "group", reader)
    seen = [there.decrypt(each.do(lambda group: group.encrypt(b"x")))[1] for each in (here, clone)]
    with pytest.raises(SessionRefused, match="stale_state"):
        here.do(lambda group: group.encrypt(b"x"))
    seen += [there.decrypt(each.do(lambda group: group.encrypt(b"x")))[1] for each in (here,)]
    assert seen == [0, 1, 2]
    with pytest.raises(SessionRefused, match="stale_state"):
        clone.put(GroupOutbound.make(suite, seeded(2)))


def test_one_time_keys_and_sessions_after_a_restart(suite: OlmSuite) -> None:
    store = MemoryStore()
    account: Kept[Account] = Kept(store, "account", partial(Account.read, suite, seeded(3)))
    with pytest.raises(SessionRefused, match="no_session"):
        account.do(lambda each: each.add_one_time_keys(1))
    account.put(Account.make(suite, seeded(1)))
    account.do(lambda each: each.add_one_time_keys(1))
    identity, keys = account.do(lambda each: (each.identity_key, each.one_time_keys()))
    ann = Account.make(suite, seeded(2))
    outbound = ann.begin(identity, next(iter(keys.values())))
    first = outbound.encrypt(b"hello")[1]
    session, text = account.do(lambda each: each.accept(first))
    assert text == b"hello"
    kept: Kept[OlmSession] = Kept(store, "ann", partial(OlmSession.read, suite, seeded(4)))
    kept.put(session)
    again: Kept[Account] = Kept(store, "account", partial(Account.read, suite, seeded(5)))
    with pytest.raises(SessionRefused, match="unknown_one_time_key"):
        again.do(lambda each: each.accept(first))
    later: Kept[OlmSession] = Kept(store, "ann", partial(OlmSession.read, suite, seeded(6)))
    assert outbound.decrypt(*later.do(lambda each: each.encrypt(b"back"))) == b"back"
    with pytest.raises(SessionRefused, match="duplicate_message"):
        later.do(lambda each: each.decrypt(0, first))
