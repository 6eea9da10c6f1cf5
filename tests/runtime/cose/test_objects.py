"""Objects of COSE that are made here are read here, by both executions; what is changed, or not meant for us, is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from art7.runtime.cose.keys import EC2, OKP, RSA, SYMMETRIC, Key, read_key
from art7.runtime.cose.reader import CoseReader
from art7.runtime.cose.receivers import Known, Party
from art7.runtime.cose.structures import Structures
from art7.runtime.cose.writer import CoseWriter, Receiver
from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from peers import flipped
from session_faces import FACES, seeded, session_face

TEXT = b"what is said"
AAD = b"what is added"


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.cose", "ietf.cose_keys") as found:
        yield found


def pair(face: Face, curve: int, kid: bytes = b"k") -> Key:
    """A key pair on a curve."""
    size = {1: 32, 2: 48, 3: 66, 4: 32, 5: 56, 6: 32, 7: 57}[curve]
    private = bytes(size - 1) + b"\7" if curve <= 3 else seeded(curve)(size)
    public = bytes(Structures(face).run("PublicKey", curve=curve, key=private).public)
    return Key(EC2 if curve <= 3 else OKP, curve, public, private, kid=kid)


def shared(size: int, kid: bytes = b"k") -> Key:
    return Key(SYMMETRIC, secret=seeded(size)(size), kid=kid)


SIGNING = {-7: 1, -35: 2, -36: 3, -8: 6, -9: 1, -51: 2, -52: 3, -19: 6, -53: 7}
MACS = {4: 32, 5: 32, 6: 48, 7: 64, 14: 16, 15: 32, 25: 16, 26: 32}
CIPHERS = {1: 16, 2: 24, 3: 32, 24: 32, 10: 16, 11: 32, 12: 16, 13: 32, 30: 16, 31: 32, 32: 16, 33: 32}


@pytest.mark.parametrize("alg", SIGNING)
def test_signatures(face: Face, alg: int) -> None:
    writer, key = CoseWriter(face, seeded(1)), pair(face, SIGNING[alg])
    reader = CoseReader(face, [key])
    made = writer.sign1(TEXT, key, alg, aad=AAD)
    assert reader.verify_sign1(made, aad=AAD) == TEXT
    assert refused(reader.verify_sign1, made) == "bad_signature"
    assert refused(reader.verify_sign1, flipped(made), aad=AAD) == "bad_signature"
    apart = writer.sign1(TEXT, key, alg, detached=True)
    assert reader.verify_sign1(apart, detached=TEXT) == TEXT
    assert refused(reader.verify_sign1, apart) == "no_content"
    assert refused(reader.verify_sign1, made, aad=AAD, detached=TEXT) == "two_contents"


@pytest.mark.parametrize("alg", MACS)
def test_authenticators(face: Face, alg: int) -> None:
    writer, key = CoseWriter(face, seeded(1)), shared(MACS[alg])
    reader = CoseReader(face, [key])
    made = writer.mac0(TEXT, key, alg, aad=AAD)
    assert reader.check_mac0(made, aad=AAD) == TEXT
    assert refused(reader.check_mac0, made) == "bad_mac"
    assert refused(reader.check_mac0, flipped(made), aad=AAD) == "bad_mac"
    short = Key(SYMMETRIC, secret=key.secret[:-8], kid=b"k")
    assert refused(CoseReader(face, [short]).check_mac0, made, aad=AAD) == "bad_key_size"
    assert refused(writer.mac0, TEXT, short, alg) in ("bad_key_size", "bad_key")


@pytest.mark.parametrize("alg", CIPHERS)
def test_encryption(face: Face, alg: int) -> None:
    writer, key = CoseWriter(face, seeded(1)), shared(CIPHERS[alg])
    reader = CoseReader(face, [key])
    made = writer.encrypt0(TEXT, key, alg, aad=AAD)
    assert TEXT not in made and reader.open_encrypt0(made, aad=AAD) == TEXT
    assert refused(reader.open_encrypt0, made) == "not_authentic"
    assert refused(reader.open_encrypt0, flipped(made), aad=AAD) == "not_authentic"


KNOWN = Known(Party(b"a", b"n", b"o"), Party(b"b", 7), b"public", b"private")


@cache
def rsa_key() -> Key:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    public = numbers.public_numbers
    parts = (public.n, public.e, numbers.d, numbers.p, numbers.q)
    return Key(RSA, rsa=tuple(each.to_bytes((each.bit_length() + 7) // 8, "big") for each in parts), kid=b"k")


@pytest.mark.parametrize("alg", [-37, -38, -39, -257, -258, -259])
def test_signatures_of_rsa(face: Face, alg: int) -> None:
    made = CoseWriter(face, seeded(1)).sign1(TEXT, rsa_key(), alg)
    public = Key(RSA, rsa=rsa_key().rsa[:2], kid=b"k")
    assert CoseReader(face, [public]).verify_sign1(made) == TEXT
    assert refused(CoseReader(face, [public]).verify_sign1, flipped(made)) == "bad_signature"
    assert refused(CoseWriter(face, seeded(1)).sign1, TEXT, public, alg) == "no_key"


def receivers(face: Face) -> dict[str, Callable[[int], Receiver]]:
    return {
        "direct": lambda size: Receiver(shared(size), -6),
        "derived": lambda size: Receiver(shared(20), -10, b"salt"),
        "derived with SHA-512": lambda size: Receiver(shared(20), -11, known=KNOWN),
        "derived with AES-128": lambda size: Receiver(shared(16), -12),
        "derived with AES-256": lambda size: Receiver(shared(32), -13),
        "wrapped": lambda size: Receiver(shared(16), -3),
        "wrapped with AES-192": lambda size: Receiver(shared(24), -4),
        "wrapped with AES-256": lambda size: Receiver(shared(32), -5),
        "wrapped with RSA": lambda size: Receiver(rsa_key(), -41),
        "wrapped with RSA and SHA-512": lambda size: Receiver(rsa_key(), -42),
        "agreed on P-256": lambda size: Receiver(pair(face, 1), -25, b"salt"),
        "agreed on P-384": lambda size: Receiver(pair(face, 2), -26, known=KNOWN),
        "agreed on P-521": lambda size: Receiver(pair(face, 3), -25),
        "agreed on X25519": lambda size: Receiver(pair(face, 4), -25),
        "agreed on X448": lambda size: Receiver(pair(face, 5), -26),
        "agreed with a fixed key": lambda size: Receiver(pair(face, 1), -27, sender=pair(face, 1, b"me")),
        "agreed with a fixed key and SHA-512": lambda size: Receiver(
            pair(face, 5), -28, sender=pair(face, 5, b"me")
        ),
        "agreed with a fixed key and wrapped": lambda size: Receiver(
            pair(face, 3), -33, sender=pair(face, 3, b"me")
        ),
        "agreed and wrapped": lambda size: Receiver(pair(face, 1), -29),
        "agreed and wrapped with AES-256": lambda size: Receiver(pair(face, 4), -31),
    }


@pytest.mark.parametrize("name", receivers(None))  # type: ignore[arg-type]
def test_receivers(face: Face, name: str) -> None:
    writer, one = CoseWriter(face, seeded(name)), receivers(face)[name]
    for alg, size in ((1, 16), (24, 32)):
        receiver = one(size)
        reader = CoseReader(face, [receiver.key])
        made = writer.encrypt(TEXT, alg, [receiver], aad=AAD)
        assert reader.open_encrypt(made, aad=AAD, known=receiver.known) == TEXT
        assert refused(reader.open_encrypt, made, known=receiver.known) == "not_authentic"
    receiver = one(32)
    reader = CoseReader(face, [receiver.key])
    made = writer.mac(TEXT, 5, [receiver])
    assert reader.check_mac(made, known=receiver.known) == TEXT
    if receiver.known is KNOWN:
        assert refused(reader.check_mac, made) == "bad_mac"
    assert refused(CoseReader(face, []).check_mac, made) == "no_key"


def test_a_fixed_key_is_named_or_sent(face: Face) -> None:
    writer, receiver, sender = CoseWriter(face, seeded(6)), pair(face, 1), pair(face, 1, b"me")
    assert refused(writer.encrypt, TEXT, 1, [Receiver(receiver, -27)]) == "no_key"
    one = Receiver(receiver, -27, sender=sender)
    assert writer.encrypt(TEXT, 1, [one]) != writer.encrypt(TEXT, 1, [one])


def test_several_receivers(face: Face) -> None:
    writer = CoseWriter(face, seeded(3))
    keys = [shared(16, b"1"), pair(face, 1, b"2"), pair(face, 4, b"3")]
    made = writer.encrypt(TEXT, 1, [Receiver(keys[0], -3), Receiver(keys[1], -29), Receiver(keys[2], -31)])
    for key in keys:
        assert CoseReader(face, [key]).open_encrypt(made) == TEXT
    assert refused(CoseReader(face, [shared(16, b"4")]).open_encrypt, made) == "no_key"
    assert (
        refused(writer.encrypt, TEXT, 1, [Receiver(keys[0], -3), Receiver(shared(16), -6)]) == "lone_receiver"
    )


def test_several_signers(face: Face) -> None:
    writer, keys = CoseWriter(face, seeded(4)), [pair(face, 1, b"1"), pair(face, 6, b"2")]
    made = writer.sign(TEXT, [(keys[0], -7), (keys[1], -8)], aad=AAD)
    for known in (keys, keys[:1], keys[1:]):
        assert CoseReader(face, known).verify_sign(made, aad=AAD) == TEXT
    assert refused(CoseReader(face, [pair(face, 1, b"3")]).verify_sign, made, aad=AAD) == "no_key"
    # Of a signature whose key is here it is not enough that another one holds.
    assert refused(CoseReader(face, keys).verify_sign, flipped(made), aad=AAD) == "bad_signature"
    impostor = Key(EC2, 1, pair(face, 1).public, pair(face, 1).private, kid=b"2")
    assert refused(CoseReader(face, [impostor]).verify_sign, made, aad=AAD) == "refused_algorithm"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"alg": -8}, "no_key"),
        ({"operations": (1,)}, "no_key"),
        ({"kid": b"other"}, "no_key"),
        ({"curve": 2}, "refused_algorithm"),
        ({"public": b"\4" + bytes(64)}, "bad_point"),
        ({"public": b""}, "bad_key"),
    ],
)
def test_keys_that_do_not_serve(face: Face, change: dict[str, Any], code: str) -> None:
    key = pair(face, 1)
    made = CoseWriter(face, seeded(1)).sign1(TEXT, key, -7)
    other = Key(**{**{name: getattr(key, name) for name in key.__dataclass_fields__}, **change})
    assert refused(CoseReader(face, [other]).verify_sign1, made) == code


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        ("d28443a10126a044746578744100", "bad_signature"),  # a short signature
        ("d28443a10105a044746578744100", "refused_algorithm"),  # an authenticator's algorithm
        ("d28440a044746578744100", "no_algorithm"),
        ("d28446a10163616263a044746578744100", "refused_algorithm"),  # a name
        ("d28447a2012602811863a044746578744100", "unknown_extension"),
        ("d28446a20126044101a104410144746578744100", "label_twice"),
    ],
)
def test_headers_that_are_refused(face: Face, octets: str, code: str) -> None:
    assert refused(CoseReader(face, [pair(face, 1)]).verify_sign1, bytes.fromhex(octets)) == code


def test_points_of_small_order_agree_on_nothing(face: Face) -> None:
    writer, receiver = CoseWriter(face, seeded(9)), pair(face, 4)
    made = writer.encrypt(TEXT, 1, [Receiver(receiver, -25)])
    key = Structures(face).write("CoseKey", kty=1, curve=4, x=bytes(32))
    start = made.index(bytes.fromhex("a301012004215820"))
    forged = made[:start] + key + made[start + len(key) :]
    assert refused(CoseReader(face, [receiver]).open_encrypt, forged) == "small_order"


def test_octets_of_any_kind_are_refused_with_a_code(face: Face) -> None:
    key, secret = pair(face, 1), shared(16)
    writer, reader = CoseWriter(face, seeded(5)), CoseReader(face, [key, secret])
    for made, read in (
        (writer.sign1(TEXT, key, -7), reader.verify_sign1),
        (writer.encrypt(TEXT, 1, [Receiver(key, -29)]), reader.open_encrypt),
        (writer.mac(TEXT, 5, [Receiver(secret, -3)]), reader.check_mac),
    ):
        for at in range(len(made)):
            for changed in (flipped(made, at), made[:at], made[:at] + b"\xff" + made[at + 1 :]):
                try:
                    found = read(changed)
                except SessionRefused as refusal:
                    assert refusal.code
                else:
                    # Only what nothing covers may change: a key id that is no longer the receiver's is no key here.
                    assert found == TEXT and changed != made[:at]


def test_secrets_are_not_shown(face: Face) -> None:
    structures = Structures(face)
    octets = structures.write("CoseKey", kty=4, k=b"top secret", kid=b"1")
    assert "secret" not in repr(read_key(structures, octets)).replace("secret=", "")
    assert "top" not in repr(Receiver(read_key(structures, octets), -6))


def refused(read: Callable[..., Any], *given: Any, **named: Any) -> str:
    with pytest.raises(SessionRefused) as refusal:
        read(*given, **named)
    return refusal.value.code
