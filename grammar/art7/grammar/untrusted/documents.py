"""Read a data file by its kind: JSON or TOML. Every other kind is refused by name."""

from __future__ import annotations

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import json_strict, toml_strict
from art7.grammar.untrusted.json_strict import JsonDocument
from art7.grammar.untrusted.refusal import note, refuse
from art7.grammar.untrusted.toml_strict import TomlDocument

_KNOWN_BUT_UNREAD = {
    ".yaml": "YAML",
    ".yml": "YAML",
    ".xml": "XML",
    ".json5": "JSON5",
    ".jsonc": "JSON with comments",
    ".ini": "INI",
    ".plist": "a property list",
    ".pickle": "a pickle",
}


def read_document(
    data: bytes, report: Report, *, file: str, floats: bool = False
) -> JsonDocument | TomlDocument | None:
    """Return the value of a `.json` or `.toml` file with its positions; `file` gives the kind and is shown."""
    name = file.rsplit("/", 1)[-1]
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix == ".json":
        return json_strict.loads(data, report, file=file, floats=floats)
    if suffix == ".toml":
        return toml_strict.loads(data, report, file=file, floats=floats)
    found = _KNOWN_BUT_UNREAD.get(suffix, "a file of another kind")
    refusal = refuse(
        "A7-B044", f"found {found}, expected `.json` or `.toml`", file, help="convert it to TOML or JSON"
    )
    note(report, refusal)
    return None
