"""Olm and Megolm of vodozemac (Rust) and libolm (C) as one program: a line of JSON in, one out. Octets are in base64.

Objects are kept by name. `which`: "vodozemac" or "libolm", told when an object is made.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import olm
import vodozemac as vz

kept: dict[str, Any] = {}


def unpadded(octets: bytes) -> str:
    return base64.b64encode(octets).rstrip(b"=").decode()


def octets_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


# ---- accounts and sessions ------------------------------------------------------------------------------------------


def account(name: str, which: str, keys: int = 0, fallback: bool = False) -> dict[str, Any]:
    made = kept[name] = vz.Account() if which == "vodozemac" else olm.Account()
    made.generate_one_time_keys(keys)
    if fallback:
        made.generate_fallback_key()
    if which == "vodozemac":
        identity, signing = made.curve25519_key.to_base64(), made.ed25519_key.to_base64()
        one_time = [each.to_base64() for each in made.one_time_keys.values()]
        last = [each.to_base64() for each in made.fallback_key.values()]
    else:
        identity, signing = made.identity_keys["curve25519"], made.identity_keys["ed25519"]
        one_time = list(made.one_time_keys["curve25519"].values())
        last = list(made.fallback_key["curve25519"].values()) if fallback else []
    return {"identity": identity, "signing": signing, "one_time": one_time, "fallback": last}


def sign(name: str, text: str) -> dict[str, Any]:
    signature = kept[name].sign(text.encode() if isinstance(kept[name], vz.Account) else text)
    return {"signature": signature if isinstance(signature, str) else signature.to_base64()}


def begin(name: str, account: str, identity: str, one_time: str) -> dict[str, Any]:
    own = kept[account]
    if isinstance(own, vz.Account):
        point = vz.Curve25519PublicKey.from_base64
        kept[name] = own.create_outbound_session(point(identity), point(one_time))
    else:
        kept[name] = olm.OutboundSession(own, identity, one_time)
    return {"session": session_name(name)}


def accept(name: str, account: str, identity: str, body: str) -> dict[str, Any]:
    own = kept[account]
    if isinstance(own, vz.Account):
        message = vz.PreKeyMessage.from_base64(body)
        kept[name], text = own.create_inbound_session(vz.Curve25519PublicKey.from_base64(identity), message)
        return {"text": text.decode(), "session": session_name(name)}
    kept[name] = olm.InboundSession(own, olm.OlmPreKeyMessage(body), identity)
    text = kept[name].decrypt(olm.OlmPreKeyMessage(body))
    own.remove_one_time_keys(kept[name])
    return {"text": text, "session": session_name(name)}


def session_name(name: str) -> str:
    found = kept[name]
    return str(found.session_id if isinstance(found, vz.Session) else found.id)


def encrypt(name: str, text: str) -> dict[str, Any]:
    session = kept[name]
    if isinstance(session, vz.Session):
        kind, body = session.encrypt(text.encode()).to_parts()
        return {"kind": kind, "body": unpadded(body)}
    message = session.encrypt(text)
    return {"kind": message.message_type, "body": message.ciphertext}


def decrypt(name: str, kind: int, body: str) -> dict[str, Any]:
    session = kept[name]
    if isinstance(session, vz.Session):
        return {"text": session.decrypt(vz.AnyOlmMessage.from_parts(kind, octets_of(body))).decode()}
    return {"text": session.decrypt((olm.OlmMessage if kind else olm.OlmPreKeyMessage)(body))}


# ---- rooms --------------------------------------------------------------------------------------------------------


def group(name: str, which: str) -> dict[str, Any]:
    made = kept[name] = vz.GroupSession() if which == "vodozemac" else olm.OutboundGroupSession()
    key = made.session_key if isinstance(made.session_key, str) else made.session_key.to_base64()
    return {"key": key, "session": made.session_id if which == "vodozemac" else made.id}


def group_encrypt(name: str, text: str) -> dict[str, Any]:
    session = kept[name]
    if isinstance(session, vz.GroupSession):
        return {"body": session.encrypt(text.encode()).to_base64()}
    return {"body": session.encrypt(text)}


def group_join(name: str, which: str, key: str, exported: bool = False) -> dict[str, Any]:
    if which == "vodozemac":
        made = vz.InboundGroupSession
        kept[name] = made.import_session(vz.ExportedSessionKey(key)) if exported else made(vz.SessionKey(key))
    else:
        kept[name] = olm.InboundGroupSession.import_session(key) if exported else olm.InboundGroupSession(key)
    return {}


def group_decrypt(name: str, body: str) -> dict[str, Any]:
    session = kept[name]
    if isinstance(session, vz.InboundGroupSession):
        found = session.decrypt(vz.MegolmMessage.from_base64(body))
        return {"text": found.plaintext.decode(), "index": found.message_index}
    text, index = session.decrypt(body)
    return {"text": text, "index": index}


def group_export(name: str, index: int) -> dict[str, Any]:
    session = kept[name]
    if isinstance(session, vz.InboundGroupSession):
        return {"key": session.export_at(index).to_base64()}
    return {"key": session.export_session(index)}


CALLS = (account, sign, begin, accept, encrypt, decrypt)
GROUPS = (group, group_encrypt, group_join, group_decrypt, group_export)
OPERATIONS = {each.__name__: each for each in (*CALLS, *GROUPS)}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        reply = {"ok": True, **OPERATIONS[asked.pop("op")](**asked)}
    except BaseException as error:  # a binding's panic is none of `Exception`
        reply = {"ok": False, "error": repr(error)[:300]}
    print(json.dumps(reply), flush=True)
