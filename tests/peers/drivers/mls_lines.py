"""A member of MLS groups as a process: a line of JSON in, a line of JSON out. Run by the peer's own Python."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any


def serve(operations: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    """Answer every line until the input ends."""
    for line in sys.stdin:
        members = json.loads(line)
        try:
            reply = {"ok": True, **operations(members.pop("op"), members)}
        except BaseException as error:  # a binding's panic is none of `Exception`
            reply = {"ok": False, "error": repr(error)[:400]}
        print(json.dumps(reply), flush=True)
