"""rine-mls (mls-rs's core in another binding) as a member: run by the Python that its package is installed for."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import rine_mls
from mls_lines import serve

state: dict[str, Any] = {}
FRAMED = bytes([rine_mls.APP_MESSAGE_TAG])


def sent(bundle: Any) -> dict[str, Any]:
    return {
        "commit": bundle.commit.hex(),
        "welcome": [each.hex() for each in bundle.welcomes],
        "info": bundle.group_info.hex(),
    }


def commit(members: dict[str, Any]) -> dict[str, Any]:
    group = state["group"]
    if members.get("add"):
        return sent(group.add_members([bytes.fromhex(each) for each in members["add"]]))
    places = {each.identity: each.index for each in group.member_identities()}
    return sent(group.remove_member(places[members["remove"][0].encode()]))


def is_application(octets: bytes) -> bool:
    """Whether a message is a private one with application data: its kind stands behind group and epoch."""
    return octets[2:4] == bytes([0, 2]) and octets[5 + octets[4] + 8] == 1


def received(octets: bytes) -> dict[str, Any]:
    group = state["group"]
    if is_application(octets):
        return {"kind": "app", "data": group.decrypt_application_message(FRAMED + octets).envelope.hex()}
    group.apply_commit(octets)
    return {"kind": "handshake"}


def operate(name: str, members: dict[str, Any]) -> dict[str, Any]:
    match name:
        case "init":
            folder = tempfile.mkdtemp()
            state["client"] = rine_mls.MlsClient(folder, os.urandom(32), members["suite"])
        case "kp":
            return {"kp": state["client"].generate_key_package().hex()}
        case "create":
            state["group"] = state["client"].create_group(bytes.fromhex(members["gid"]))
        case "commit":
            return commit(members)
        case "join":
            state["group"] = state["client"].join_from_welcome(bytes.fromhex(members["welcome"]))
        case "recv":
            return received(bytes.fromhex(members["msg"]))
        case "send":
            data = bytes.fromhex(members["data"])
            return {"msg": state["group"].encrypt_application_message(data).removeprefix(FRAMED).hex()}
        case "info":
            return {"epoch": state["group"].epoch()}
        case "group_info":
            return {"info": state["group"].group_info().hex()}
        case "join_external":
            state["group"] = state["client"].join_by_external_commit(bytes.fromhex(members["info"]))
            return sent(state["group"].last_commit())
        case _:
            raise KeyError(name)
    return {}


serve(operate)
