"""libsrtp (through pylibsrtp) as a program: one line of JSON in, one out. Octets are in hexadecimal."""

from __future__ import annotations

import json
import sys
from typing import Any

from pylibsrtp import Error, Policy, Session, __version__

sessions: dict[str, Session] = {}


def begin(name: str, profile: int, key: str, outbound: bool, window: int = 0) -> dict[str, Any]:
    kind = Policy.SSRC_ANY_OUTBOUND if outbound else Policy.SSRC_ANY_INBOUND
    policy = Policy(key=bytes.fromhex(key), ssrc_type=kind, srtp_profile=profile)
    if window:
        policy.window_size = window
    sessions[name] = Session(policy)
    return {"version": __version__}


def run(name: str, call: str, packets: list[str]) -> dict[str, Any]:
    """Do `call` with each packet; a refused one gives its reason, behind `!`."""
    found = []
    for packet in packets:
        try:
            found.append(bytes(getattr(sessions[name], call)(bytes.fromhex(packet))).hex())
        except Error as error:
            found.append(f"!{error}")
    return {"packets": found}


for line in sys.stdin:
    asked = json.loads(line)
    try:
        reply = {"begin": begin, "run": run}[asked.pop("op")](**asked)
        print(json.dumps({"ok": True, **reply}), flush=True)
    except Exception as error:
        print(json.dumps({"ok": False, "error": repr(error)}), flush=True)
