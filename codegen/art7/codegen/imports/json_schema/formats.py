"""Patterns of the formats that JSON Schema names (2020-12 Validation §7.3), for rules that recommend and do not refuse."""

from __future__ import annotations

_DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?(?:[Zz]|[-+](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_HEX = "[0-9A-Fa-f]"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

FORMATS: dict[str, str] = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f"{_DATE}[Tt]{_TIME}",
    "uuid": f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    "ipv4": f"{_OCTET}(?:\\.{_OCTET}){{3}}",
    "hostname": f"{_LABEL}(?:\\.{_LABEL})*",
    "email": "[^@ ]+@[^@ ]+",
    "uri": "[A-Za-z][A-Za-z0-9+.-]*:[!-~]*",
    "json-pointer": "(?:/(?:[^~/]|~[01])*)*",
}
