"""Public certificates, revocation lists and requests (topic `x509`): all that is not named as wrong is read and
written again to the same octets, with the fields that an independent library found."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import corpus
from catalogue_codec import found_files
from certificates import SUFFIXES, Item, items
from executions import Codec, Decoded, Refused

VERSIONS = {"v1": 0, "v2": 1, "v3": 2}
SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
"""Attributes with names of their own in RFC 4514 §3."""
KINDS = {"dns": "DNSName", "email": "RFC822Name", "uri": "UniformResourceIdentifier"}


def every_item(kind: str) -> Iterator[Item]:
    for path in found_files(kind, "x509", *SUFFIXES):
        yield from items(path)


def read(codec: Codec, item: Item) -> tuple[str, Decoded] | Refused:
    """What an item is and what is in it, or the refusal of the last type that it may be."""
    refusal = None
    for name in item.types:
        try:
            return name, codec.decode(f"itu.x509.{name}", item.octets)
        except Refused as found:
            assert found.code != "internal"
            refusal = found
    assert refusal is not None
    return refusal


def test_what_is_not_wrong_is_written_again(codec: Codec, cases: Any, vectors: Path) -> None:
    wrong: list[str] = []
    for item in every_item("vectors"):
        found = read(codec, item)
        if isinstance(found, Refused):
            if not item.broken:
                wrong.append(f"{item.path.name}: {found}")
                continue
        else:
            assert codec.encode(f"itu.x509.{found[0]}", found[1].native) == item.octets, item.path
        cases.ran("x509")
    assert not wrong


def test_recorded_chains(codec: Codec, cases: Any, captures: Path) -> None:
    names: set[str] = set()
    for item in every_item("captures"):
        found = read(codec, item)
        assert not isinstance(found, Refused), f"{item.path.name}: {found}"
        assert codec.encode(f"itu.x509.{found[0]}", found[1].native) == item.octets
        tbs = found[1].plain["tbs"]
        for name in _extension(tbs, "2.5.29.17", "subject_alternatives") or ():
            names |= {value for value in name.values() if isinstance(value, str)}
        cases.ran("x509 captures")
    assert names, "no recorded certificate names anybody"


def test_fields_are_those_an_independent_library_found(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", "x509", ".json"):
        rows = json.loads(path.read_text(encoding="utf-8"))
        for row in rows if isinstance(rows, list) else ():
            if not isinstance(row, dict) or "serial" not in row:
                continue
            [item, *_] = items(path.parent / row["file"])
            # What a field says does not depend on what extensions say: here they are octets.
            _compare(row, codec.decode("itu.x509.OpaqueCertificate", item.octets).plain)
            found = read(codec, item)
            if not isinstance(found, Refused):
                _compare(row, found[1].plain)
                _compare_names(row, found[1].plain)
            cases.ran("x509")


def _compare(row: dict[str, Any], found: dict[str, Any]) -> None:
    tbs, file = found["tbs"], row["file"]
    assert tbs["version"] == VERSIONS[row["version"]], file
    assert tbs["serial"] == int(row["serial"]), file
    for name in ("not_before", "not_after"):
        assert _time(tbs["validity"][name]) == datetime.fromisoformat(row[name]), file
    assert _distinguished(tbs["subject"]) == row["subject"], file
    assert _distinguished(tbs["issuer"]) == row["issuer"], file
    assert found["signature_algorithm"]["algorithm"] == row["signature_oid"], file
    if isinstance(row.get("extensions"), list):
        extensions = [[each["id"], each["critical"]] for each in tbs["extensions"] or ()]
        assert extensions == row["extensions"], file


def _compare_names(row: dict[str, Any], found: dict[str, Any]) -> None:
    names = _extension(found["tbs"], "2.5.29.17", "subject_alternatives")
    if names is not None and row.get("san"):
        assert [_general(name) for name in names] == [_known(each) for each in row["san"]], row["file"]


def _extension(tbs: dict[str, Any], identifier: str, member: str) -> Any:
    values = [each["value"][member] for each in tbs.get("extensions") or () if each["id"] == identifier]
    return values[0] if values else None


def _time(text: str) -> datetime:
    century = "" if len(text) == 15 else "19" if text >= "5" else "20"
    return datetime.fromisoformat(_iso(century + text))


def _iso(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:14]}+00:00"


def _distinguished(name: dict[str, Any]) -> str:
    """A name as RFC 4514 §2 spells it."""
    parts = ["+".join(_attribute(one) for one in part) for part in reversed(name["parts"])]
    return ",".join(parts)


def _attribute(one: dict[str, Any]) -> str:
    kind = SHORT.get(one["type"], one["type"])
    [(form, value)] = [(form, value) for form, value in one["value"].items() if value is not None]
    if form == "other":
        value = value[2:]
        return f"{kind}=#{value.hex()}"
    text = value
    for sign in '\\"+,;<>':
        text = text.replace(sign, f"\\{sign}")
    text = text.replace("\0", "\\00")
    if text[:1] in ("#", " "):
        text = f"\\{text}"
    return f"{kind}={text[:-1]}\\ " if text[-1:] == " " else f"{kind}={text}"


def _general(name: dict[str, Any]) -> list[Any]:
    [(form, value)] = [(form, value) for form, value in name.items() if value is not None]
    match form:
        case "ip":
            return ["IPAddress", str(ipaddress.ip_address(value))]
        case "directory":
            return ["DirectoryName", f"<Name({_distinguished(value)})>"]
        case "registered_id":
            return ["RegisteredID", value]
        case "other":
            return ["OtherName"]
        case _:
            return [KINDS[form], value]


def _known(row: list[Any]) -> list[Any]:
    match row:
        case ["OtherName", *_]:
            return row[:1]
        case ["RegisteredID", str(shown)]:
            return ["RegisteredID", shown.partition("oid=")[2].partition(",")[0] or shown]
        case _:
            return row


def test_the_topic_is_there(vectors: Path) -> None:
    assert corpus.files("vectors", "x509", *SUFFIXES)
