"""What survives a restart: one JSON file for its owner alone, replaced as a whole. It holds private keys and is not encrypted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MOST_OCTETS = 256 << 20
"""A larger file is not read."""


class KeepingUnusable(Exception):
    """The file cannot be read, or is not of this form."""


def pack(value: Any) -> Any:
    """Return a value as JSON has it: octets and sets are marked. Raises: `KeepingUnusable` for what has no form."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, bytes | bytearray):
        return {"octets": bytes(value).hex()}
    if isinstance(value, list | tuple):
        return {"list": [pack(each) for each in value]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((pack(each) for each in value), key=json.dumps)}
    if isinstance(value, dict):
        return {"map": [[pack(key), pack(each)] for key, each in value.items()]}
    raise KeepingUnusable(f"a value of {type(value).__name__} cannot be kept")


def unpack(value: Any) -> Any:
    """Return the value that `pack` was given; lists stay lists."""
    if not isinstance(value, dict):
        return value
    [(kind, held)] = value.items()
    match kind:
        case "octets":
            return bytes.fromhex(held)
        case "list":
            return [unpack(each) for each in held]
        case "set":
            return {unpack(each) for each in held}
        case _:
            return {unpack(key): unpack(each) for key, each in held}


def keep(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state; the file is the old one or the new one, never part of one."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(state, file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def kept(path: Path) -> dict[str, Any] | None:
    """Return the state of before; `None` when there is none. Raises: `KeepingUnusable`."""
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise KeepingUnusable(f"it has more than {MOST_OCTETS} octets")
        state = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise KeepingUnusable(f"it cannot be read: {type(error).__name__}") from None
    if not isinstance(state, dict) or state.get("form") != 1:
        raise KeepingUnusable("it is not the state of an access seeker")
    return state
