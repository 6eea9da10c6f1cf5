"""Chromium and Firefox call each other, and every description between them goes through the generated SDP codec.

The browsers run in a network namespace of their own, for Firefox gathers no loopback address; the recipe's script drives both.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from art7.runtime.catalogue import catalogue_interpreter
from built import build
from peers import HOME, need

pytestmark = [pytest.mark.peers, pytest.mark.slow]

ADDRESS, GATEWAY = "10.7.0.1", "10.7.0.2"
THROUGH = """
import sys
sys.path.insert(0, {folder!r})
from {package} import {module} as sdp
description = sdp.Session.decode(sys.stdin.buffer.read())
octets = description.encode()
open({seen!r}, "ab").write(octets + b"\\0")
{more}
sys.stdout.buffer.write(octets)
"""
FLIPPED = """
import re
octets = re.sub(rb"(a=fingerprint:sha-256 [0-9A-F:]+)([0-9A-F])",
                lambda found: found[1] + b"%X" % (int(found[2], 16) ^ 1), octets)
"""


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """A network of its own, with one address and a way out that leads nowhere."""
    need("npm-ff/chromium_firefox.mjs", "npm-ff/node_modules/puppeteer-core", group="browsers")
    for program in ("chromium", "firefox-esr", "ip"):
        if shutil.which(program) is None:
            pytest.skip(f"absent: {program}")
    name = f"art7-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        pytest.skip("absent: the right to make a network namespace")
    try:
        for words in (
            "link set lo up",
            "link add v0 type veth peer name v1",
            f"addr add {ADDRESS}/24 dev v0",
            "link set v0 up",
            "link set v1 up",
            f"route add default via {GATEWAY} dev v0",
        ):
            subprocess.run(["ip", "-n", name, *words.split()], check=True, capture_output=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Folder, package and module of a generated codec of SDP."""
    folder = tmp_path_factory.mktemp("sdp")
    package, name = build(catalogue_interpreter("ietf.sdp", "ietf.ice").specification, folder)
    module = next(file for file in package.files if file.endswith("sdp.py") and not file.startswith("_"))
    return folder, name, module.removesuffix(".py")


def call(
    namespace: str, codec: tuple[Path, str, str], home: Path, *, first: str, more: str = ""
) -> tuple[Any, int]:
    """What both browsers counted, and how many descriptions went through the codec."""
    folder, package, module = codec
    seen = home / "seen"
    script = home / "through.py"
    text = THROUGH.format(folder=str(folder), package=package, module=module, seen=str(seen), more=more)
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, "node", "chromium_firefox.mjs"],
        cwd=HOME / "npm-ff",
        env={**os.environ, "HOME": str(home), "DIR": first, "MID": f"{sys.executable} {script}"},
        capture_output=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return json.loads(done.stdout), seen.read_bytes().count(b"\0")


@pytest.mark.parametrize("first", ["cr", "ff"])
def test_browsers_call_through_the_codec(
    namespace: str, codec: tuple[Path, str, str], tmp_path: Path, first: str, cases: Any
) -> None:
    told, descriptions = call(namespace, codec, tmp_path, first=first)
    assert descriptions == 2
    assert ("firefox" in told["browsers"][0].lower()) == (first == "ff")
    for side in ("offerer", "answerer"):
        assert told[side]["state"] == "connected"
        counted = {each["kind"]: each for each in told[side]["inbound"]}
        assert counted["video"]["framesDecoded"] > 0 and counted["audio"]["packetsReceived"] > 0
    assert told["offerer"]["got"] == ["echo:hello"]
    cases.ran("calls: two browsers through the codec")


def test_one_digit_of_the_hash_ends_the_call(
    namespace: str, codec: tuple[Path, str, str], tmp_path: Path
) -> None:
    told, _ = call(namespace, codec, tmp_path, first="cr", more=FLIPPED)
    assert "connected" not in (told["offerer"]["state"], told["answerer"]["state"])
    assert not any(each.get("framesDecoded") for each in told["answerer"]["inbound"])
