"""Keys of SRTP out of a DTLS handshake: OpenSSL exports them, and so do the catalogue's schedules."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import exported_keys, profile_numbered
from art7.runtime.sessions.srtp.session import Inbound, Outbound
from art7.runtime.sessions.store import MemoryStore
from peers import flipped
from session_faces import FACES, session_face

pytestmark = [pytest.mark.peers, pytest.mark.slow]

CELLS = [
    (1, "SRTP_AES128_CM_SHA1_80", "ECDHE-ECDSA-AES128-GCM-SHA256", "sha256"),
    (7, "SRTP_AEAD_AES_128_GCM", "ECDHE-ECDSA-AES256-GCM-SHA384", "sha384"),
    (8, "SRTP_AEAD_AES_256_GCM", "ECDHE-ECDSA-AES128-GCM-SHA256", "sha256"),
]
"""Number of the profile, its name and the cipher suite in OpenSSL, the suite's hash."""
_SERVER_HELLO = 2


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys") as made:
        yield made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("absent: openssl")
    folder = tmp_path_factory.mktemp("dtls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem"
    )
    subprocess.run([*command.split(), "-subj", "/CN=a"], cwd=folder, check=True, capture_output=True)
    return folder


def handshake(folder: Path, profile: str, suite: str, size: int) -> tuple[str, str]:
    """Return what the client of a handshake prints, and the log of its secrets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    shared = ["-dtls1_2", "-use_srtp", profile, "-cipher", suite]
    log = folder / f"{suite}-{profile}.log"
    log.unlink(missing_ok=True)  # it is added to
    server = ["openssl", "s_server", *shared, "-accept", place, "-key", "key.pem", "-cert", "cert.pem"]
    export = ["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", str(size), "-keylogfile", str(log)]
    with subprocess.Popen(server, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        try:
            time.sleep(0.5)
            command = ["openssl", "s_client", *shared, "-connect", place, "-msg", *export]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as client:
                time.sleep(1)
                printed, _ = client.communicate("Q\n", timeout=10)
        finally:
            running.kill()
    return printed, log.read_text()


def server_random(printed: str) -> bytes:
    """The random octets of the ServerHello among the messages received."""
    for block in re.findall(r"^<<<[^\n]*\n((?: {4}[0-9a-f ]+\n)+)", printed, re.MULTILINE):
        octets = bytes.fromhex(block)
        if octets[0] == _SERVER_HELLO and len(octets) > 46:
            return octets[14:46]
    raise AssertionError("no ServerHello")


@pytest.mark.parametrize(("number", "profile_name", "suite", "digest"), CELLS)
def test_the_same_keys_as_openssl(
    face: Face, certificate: Path, number: int, profile_name: str, suite: str, digest: str
) -> None:
    profile = profile_numbered(number)
    printed, log = handshake(certificate, profile_name, suite, profile.material_size)
    found = re.search(r"Keying material: ([0-9A-F]+)", printed)
    secrets = re.search(r"CLIENT_RANDOM ([0-9a-f]+) ([0-9a-f]+)", log)
    assert found and secrets, printed[-2000:]
    export = face.schedule("ietf.srtp_keys.ExportedMaterial")
    given = {"hash": digest, "key_length": profile.key_size, "salt_length": profile.salt_size}
    given |= {"master_secret": bytes.fromhex(secrets[2]), "client_random": bytes.fromhex(secrets[1])}
    material = export(**given, server_random=server_random(printed)).material
    assert material.hex().upper() == found[1]
    assert export(**given, server_random=flipped(server_random(printed))).material != material
    client = exported_keys(face, profile, bytes.fromhex(found[1]), is_client=True)
    server = exported_keys(face, profile, material, is_client=False)
    sender = Outbound(face, MemoryStore(), "out", profile, [client[0]])
    packet = bytes.fromhex("806f0001000000000a0b0c0d") + b"media"
    sealed = sender.protect(packet)
    with pytest.raises(SessionRefused, match="bad_mac"):
        Inbound(face, MemoryStore(), "in", profile, [server[0]]).unprotect(sealed)
    assert Inbound(face, MemoryStore(), "in", profile, [server[1]]).unprotect(sealed) == packet
