"""A call between a page in Chromium and art7 on loopback: sound and pictures both ways, counted and decoded on both ends.

The page is real WebRTC with a made camera and microphone. Art7's end is built from the catalogue: SDP, STUN, DTLS-SRTP keys,
RTP, RTCP, VP8, Opus; OpenSSL shakes hands, FFmpeg makes and decodes what is seen and heard.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from art7.cli.generated import generated_package
from art7.runtime.calls.description import Stream
from art7.runtime.calls.endpoint import MEDIA_MODULES, OWN, Call
from art7.runtime.calls.frames import PICTURES, SAMPLES, Decoder, Pictures, Sounds
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.faces import GeneratedFace
from browser import Browser, find_browser

pytestmark = [pytest.mark.peers, pytest.mark.slow]

SECONDS = 10
HOST = "127.0.0.1"
SWITCHES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
PAGE = """<!doctype html><meta charset="utf-8"><title>A call</title><video id="seen" autoplay></video><script>
let pc;
async function offer(kinds) {
  pc = new RTCPeerConnection({ iceServers: [] });
  const camera = { width: 320, height: 240, frameRate: 15 };
  const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: kinds.includes("video") && camera });
  pc.ontrack = (event) => { document.getElementById("seen").srcObject = event.streams[0]; };
  for (const track of media.getTracks()) pc.addTrack(track, media);
  await pc.setLocalDescription(await pc.createOffer());
  await new Promise((done) => { pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
    if (pc.iceGatheringState === "complete") done(); });
  return pc.localDescription.sdp;
}
async function answer(sdp) { await pc.setRemoteDescription({ type: "answer", sdp }); return true; }
async function counts() {
  const told = { state: pc.connectionState };
  for (const each of (await pc.getStats()).values()) {
    if (each.type === "inbound-rtp") told[each.kind] = { frames: each.framesDecoded, packets: each.packetsReceived,
      samples: each.totalSamplesReceived, energy: each.totalAudioEnergy, width: each.frameWidth };
    if (each.type === "transport") Object.assign(told, { dtls: each.dtlsState, cipher: each.srtpCipher });
  }
  return told;
}
</script>"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    pytest.importorskip("av", reason="absent: av (make judges)")
    pytest.importorskip("OpenSSL", reason="absent: pyOpenSSL (make judges)")
    program = find_browser()
    if program is None:
        pytest.skip("absent: chromium")
    folder = tmp_path_factory.mktemp("call")
    (folder / "call.html").write_text(PAGE, encoding="utf-8")
    with Browser(program, folder / "profile", more=SWITCHES) as found:
        found.visit((folder / "call.html").as_uri())
        yield found


@pytest.fixture(scope="module")
def face() -> Iterator[GeneratedFace]:
    with generated_package(catalogue_interpreter(*MEDIA_MODULES).specification) as package:
        yield GeneratedFace(package)


class Listener:
    """Hears and sees what comes, by decoding it."""

    def __init__(self) -> None:
        self.decoders = {codec.kind: Decoder(codec) for codec in OWN}
        self.sizes: set[tuple[int, int]] = set()

    def take(self, stream: Stream, frame: bytes, _: int) -> None:
        for each in self.decoders[stream.section.kind].take(frame):
            if stream.section.kind == "video":
                self.sizes.add((each.width, each.height))


async def speak(call: Call, stop: asyncio.Event) -> None:
    """Send pictures and sound at their pace until told to end."""
    await call.settled.wait()
    streams = {each.section.kind: each for each in call.streams}
    pictures, sounds = Pictures(), Sounds()
    call.wanted = lambda: setattr(pictures, "wants_key", True)
    loop = asyncio.get_running_loop()
    begun, shown, heard = loop.time(), 0, 0
    while not stop.is_set():
        gone = loop.time() - begun
        if "video" in streams and shown < gone * PICTURES:
            call.say(streams["video"], *pictures.next())
            shown += 1
        if "audio" in streams and heard < gone * 48000 / SAMPLES:
            packet, at = sounds.next()
            heard += 1
            if packet:
                call.say(streams["audio"], packet, at)
        await asyncio.sleep(0.004)


async def held(
    browser: Browser, call: Call, seconds: float, tampered: Callable[[str], str] = str, wait: float = 20
) -> dict[str, Any]:
    """Place the call, hold it so long, and return what the page counted. `tampered`: changes what the page is told."""
    sdp = await asyncio.to_thread(browser.evaluate, "offer(['audio', 'video'])")
    assert await call.begin(sdp.encode(), HOST) is None
    stop = asyncio.Event()
    speaking = asyncio.create_task(speak(call, stop))
    try:
        assert await asyncio.to_thread(
            browser.evaluate, f"answer({json.dumps(tampered(call.answer.decode()))})"
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(call.settled.wait(), wait)
            await asyncio.sleep(seconds)
        return dict(await asyncio.to_thread(browser.evaluate, "counts()"))
    finally:
        stop.set()
        call.settled.set()
        await speaking
        call.close()


def test_a_page_and_art7_hold_a_call(browser: Browser, face: GeneratedFace, cases: Any) -> None:
    async def run() -> tuple[Call, Listener, dict[str, Any]]:
        listener = Listener()
        call = Call(face, listener.take)
        return call, listener, await held(browser, call, SECONDS)

    call, listener, page = asyncio.run(run())
    print(call.counts, {kind: each.count for kind, each in listener.decoders.items()}, page)
    assert page["state"] == "connected" and page["dtls"] == "connected"
    # A busy machine makes fewer pictures: a third of them shows that they flow for all of the time.
    assert listener.decoders["video"].count > SECONDS * PICTURES / 3
    assert listener.decoders["audio"].count > SECONDS * 50 / 3
    assert listener.sizes >= {(320, 240)}
    assert page["video"]["frames"] > SECONDS * PICTURES / 3 and page["video"]["width"] == 320
    assert page["audio"]["packets"] > SECONDS * 50 / 3 and page["audio"]["energy"] > 0
    assert not call.counts.refused
    cases.ran("calls: a page in Chromium")


def other_digit(found: re.Match[str]) -> str:
    """The same with another last digit."""
    return found[0][:-1] + f"{int(found[0][-1], 16) ^ 1:X}"


@pytest.mark.parametrize(
    ("line", "refused"),
    [(r"a=ice-pwd:[0-9a-f]+", "bad_check"), (r"a=fingerprint:sha-256 [0-9A-F:]+", "bad_handshake")],
)
def test_one_digit_of_the_answer_ends_the_call(
    browser: Browser, face: GeneratedFace, line: str, refused: str
) -> None:
    """With another password no check holds; with another hash the page ends the handshake."""

    async def run() -> tuple[Call, dict[str, Any]]:
        call = Call(face, lambda *_: pytest.fail("a frame without a call"))
        return call, await held(
            browser,
            call,
            0,
            lambda sdp: re.sub(line, other_digit, sdp),
            wait=4 if refused == "bad_check" else 20,
        )

    call, page = asyncio.run(run())
    assert page["state"] != "connected"
    assert call.counts.refused[refused] and not call.counts.packets
