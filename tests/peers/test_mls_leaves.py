"""What leaves hold, beside independent implementations: certificates, values of no meaning, and keys in odd forms."""

from __future__ import annotations

from typing import Any

import pytest

from art7.runtime.mls.credentials import by_certificates
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import cipher_suite
from mls_certificates import Anchor
from mls_member import new_signature_key
from mls_rooms import REFUSED, Programs, Room

pytestmark = [pytest.mark.peers, pytest.mark.slow]

OURS, OTHERS = Anchor("ours"), Anchor("theirs")


def certified(suite: int, anchor: Anchor = OURS, other: bytes | None = None) -> dict[str, Any]:
    """What a client of either side begins with: a chain, and the key that it certifies, or should."""
    made = cipher_suite(suite)
    private = new_signature_key(made)
    chain = anchor.chain("member", suite, other or private)
    public = made.signature_key(private)
    return {"x509": [each.hex() for each in chain], "signKey": private.hex(), "publicKey": public.hex()}


def authorised(room: Room, *names: str) -> None:
    for name in names:
        room[name].authority = by_certificates(OURS.wrong_with)  # type: ignore[attr-defined]


@pytest.mark.parametrize("suite", [1, 2])
@pytest.mark.parametrize(("one", "two"), [("art7 sdk", "ts-mls"), ("ts-mls", "art7")])
def test_members_with_certificates(programs: Programs, one: str, two: str, suite: int) -> None:
    room = Room(programs, suite=suite)
    first, second, third = (room.client(kind, **certified(suite)) for kind in (one, two, two))
    authorised(room, *(name for name in (first, second, third) if room.kinds[name].startswith("art7")))
    room.create(first)
    room.add(first, second)
    room.add(second, third)
    for each in (second, first, third):
        room.commit(each)
    room.everybody_speaks()


def test_certificates_that_art7_does_not_take(programs: Programs) -> None:
    room = Room(programs)
    one, two = room.client("art7", **certified(1)), room.client("ts-mls", **certified(1))
    authorised(room, one)
    room.create(one)
    room.add(one, two)
    strangers = (
        (certified(1, OTHERS), "another anchor"),
        (certified(1, other=new_signature_key(cipher_suite(1))), "another's"),
    )
    for begins, why in strangers:
        three = room.client("ts-mls", **begins)
        package = room[three]("kp")["kp"]
        with pytest.raises(MlsRefused, match=why) as refusal:
            room[one]("commit", add=[package])
        assert refusal.value.code == "bad_credential"
        proposed = room[two]("propose", add=[package])["msg"]
        with pytest.raises(MlsRefused, match=why):
            room[one]("recv", msg=proposed)
    room.commit(one)
    room.everybody_speaks()


@pytest.mark.parametrize(
    ("other", "suite"), [("ts-mls", 1), ("ts-mls", 2), ("mls-rs", 1), ("core-crypto", 1)]
)
def test_values_of_no_meaning_pass(programs: Programs, other: str, suite: int) -> None:
    for kinds in (("art7", other), (other, "art7")):
        room = Room(programs, suite=suite)
        one, two = (room.client(kind, grease=True) for kind in kinds)
        room.create(one)
        room.add(one, two)
        for each in (two, one):
            room.commit(each)
        room.everybody_speaks()


def test_extensions_of_the_group_that_both_have(programs: Programs) -> None:
    room = Room(programs)
    one, two = (room.client(kind, grease=True) for kind in ("art7", "ts-mls"))
    room.create(one)
    room.add(one, two)
    room.commit(one, extensions=[[{"extension_type": 0x1A1A, "extension_data": b"carried"}]])
    another = [[{"extensionType": 0x1A1A, "extensionData": b"another".hex()}]]
    room.propose(two, extensions=another)
    room.commit(one)
    room.everybody_speaks()
    lacking = room.client("art7")
    with pytest.raises(MlsRefused, match="bad_leaf"):
        room[one]("commit", add=[room[lacking]("kp")["kp"]])
    # RFC 9420 §17.4 wants a path with new extensions; ts-mls makes none.
    with pytest.raises(MlsRefused, match="missing_path"):
        room[one]("recv", msg=room[two]("commit", extensions=another)["commit"])


@pytest.mark.parametrize("suite", [2, 5, 7])
def test_points_that_are_not_whole_are_refused(programs: Programs, suite: int) -> None:
    """RFC 9420 §5.1.1 has points uncompressed; ts-mls alone writes 33 octets for P-256."""
    room = Room(programs, suite=suite)
    one, two = room.client("art7"), room.client("ts-mls", compressed=True)
    room.create(one)
    with pytest.raises(MlsRefused, match="bad_key"):
        room.add(one, two)


def code_of_length(key: bytes) -> str:
    """What is wrong with 32 octets of a key that are read as a length (RFC 9420 §2.1.2) and as many octets."""
    size = 1 << (key[0] >> 6)
    if size == 8:
        return "bad_varint"
    length = int.from_bytes(key[:size]) & ((1 << (8 * size - 2)) - 1)
    if size > 1 and length < 1 << (4 * size - 2):
        return "non_minimal"
    return "truncated" if length > len(key) - size else "trailing_data"


def test_an_external_key_without_its_length_is_refused(programs: Programs) -> None:
    """RFC 9420 §12.4.3.2 has a vector; ts-mls alone writes the bare octets, and what they say as a length is chance."""
    room = Room(programs, "ts-mls", "art7")
    one, two = room.names
    for _ in range(8):
        room[one]("commit")
        info = room[one]("group_info", bare=True)["info"]
        key = bytes.fromhex(info.rpartition("000420")[2][:64])
        if key[0] == len(key) - 1:
            continue  # a length by chance, and then a key of 31 octets
        with pytest.raises(MlsRefused, match=code_of_length(key)):
            room[two]("join_external", info=info)


def test_openmls_takes_no_private_handshakes(programs: Programs) -> None:
    room = Room(programs, "art7", "core-crypto", public=False)
    one, two = room.names
    room.add(one, two)
    with pytest.raises(REFUSED):
        room[two]("recv", msg=room[one]("commit")["commit"])
