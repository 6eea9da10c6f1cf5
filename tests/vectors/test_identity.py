"""Public cases of identifiers: telephone numbers (topic `e164`) and Jabber identifiers (topic `xmpp`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused

NUMBER, LINK, JID = (f"ietf.identity.{name}" for name in ("PhoneNumber", "TelephoneLink", "JabberAddress"))


def rows(topic: str, *keys: str) -> Iterator[dict[str, Any]]:
    """Rows of the topic's tables that have all of `keys`."""
    for path in found_files("vectors", topic, ".json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        for row in found if isinstance(found, list) else ():
            if isinstance(row, dict) and set(keys) <= set(row):
                yield row


def read(codec: Codec, type: str, text: str) -> dict[str, Any] | None:
    """The parts of an identifier, or `None` for a refused one."""
    octets = json.dumps(text, ensure_ascii=False).encode()
    try:
        decoded = codec.decode(type, octets)
    except Refused as refusal:
        assert refusal.code != "internal"
        return None
    assert codec.encode(type, decoded.native) == octets
    return decoded.plain  # type: ignore[no-any-return]


def test_numbers_of_every_region(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("e164", "e164", "country_code", "national_significant_number"):
        found = read(codec, NUMBER, row["e164"])
        assert found is not None, row
        assert found["country"] == str(row["country_code"])
        assert found["national"] == row["national_significant_number"]
        assert re.fullmatch(row["pattern"], found["national"])
        cases.ran("e164")


def test_country_codes(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("e164", "country_code", "regions"):
        found = read(codec, NUMBER, f"+{row['country_code']}2345678")
        assert found is not None and found["country"] == str(row["country_code"]), row
        cases.ran("e164")


def test_numbers_as_uris(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("e164", "e164", "rfc3966"):
        found = read(codec, LINK, row["rfc3966"])
        assert found is not None and found["number"] == row["e164"]
        cases.ran("e164")


def test_what_is_no_number(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("e164", "text", "valid"):
        assert (read(codec, NUMBER, row["text"]) is not None) == row["valid"], row
        cases.ran("e164")


def test_jabber_identifiers(codec: Codec, cases: Any, vectors: Path) -> None:
    for row in rows("xmpp", "jid", "valid"):
        found = read(codec, JID, row["jid"])
        assert (found is not None) == row["valid"], row
        if found is None:
            cases.ran("xmpp")
            continue
        assert found["resource"] == row["resource"]
        same = (found["local"], found["domain"]) == (row["local"], row["domain"])
        folded = found["local"].casefold() == row["local"].casefold()
        assert same or (folded and not row["jid"].isascii()), row
        if same:
            cases.ran("xmpp")
        else:
            cases.cannot_run("xmpp", "jids", row["jid"], "case mapping outside ASCII needs Unicode's tables")
