"""mls-rs (Rust, its UniFFI binding) as a member: run by the Python that its package is installed for."""

from __future__ import annotations

from typing import Any

import mls_rs_uniffi as mls
from mls_lines import serve

state: dict[str, Any] = {}


def message(text: str) -> Any:
    return mls.Message.from_bytes(bytes.fromhex(text))


def sent(out: Any) -> dict[str, Any]:
    state["group"].process_incoming_message(out.commit_message)
    welcomes = [out.welcome_message] if out.welcome_message else []
    return {
        "commit": out.commit_message.to_bytes().hex(),
        "welcome": [each.to_bytes().hex() for each in welcomes],
    }


def commit(members: dict[str, Any]) -> dict[str, Any]:
    group = state["group"]
    if members.get("add"):
        return sent(group.add_members([message(each) for each in members["add"]]))
    if members.get("remove"):
        return sent(group.remove_members([state["names"][each] for each in members["remove"]]))
    return sent(group.commit())


def propose(members: dict[str, Any]) -> dict[str, Any]:
    group = state["group"]
    if members.get("add"):
        made = group.propose_add_members([message(each) for each in members["add"]])
    else:
        made = group.propose_remove_members([state["names"][each] for each in members["remove"]])
    return {"msg": made[0].to_bytes().hex()}


def received(members: dict[str, Any]) -> dict[str, Any]:
    got = state["group"].process_incoming_message(message(members["msg"]))
    if got.is_application_message():
        state["names"][members.get("sender")] = got.sender
        return {"kind": "app", "data": got.data.hex()}
    removed = got.is_commit() and got.effect.is_removed()
    return {"kind": "removed" if removed else "handshake"}


def operate(name: str, members: dict[str, Any]) -> dict[str, Any]:
    match name:
        case "init":
            if members["suite"] != 1:
                raise ValueError("this binding has suite 1 only")
            pair = mls.generate_signature_keypair(mls.CipherSuite.CURVE25519_AES128)
            client = mls.Client(members["name"].encode(), pair, mls.client_config_default())
            state.update(client=client, names={}, group=None)
        case "kp":
            return {"kp": state["client"].generate_key_package_message().to_bytes().hex()}
        case "create":
            state["group"] = state["client"].create_group(bytes.fromhex(members["gid"]))
        case "commit":
            return commit(members)
        case "propose":
            return propose(members)
        case "join":
            state["group"] = state["client"].join_group(None, message(members["welcome"])).group
        case "recv":
            return received(members)
        case "send":
            data = bytes.fromhex(members["data"])
            return {"msg": state["group"].encrypt_application_message(data).to_bytes().hex()}
        case "export":
            label, context = members["label"].encode(), bytes.fromhex(members["context"])
            return {"secret": state["group"].export_secret(label, context, members["len"]).hex()}
        case _:
            raise KeyError(name)
    return {}


serve(operate)
