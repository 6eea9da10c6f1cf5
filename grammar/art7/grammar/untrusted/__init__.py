"""Strict readers for everything that a stranger wrote: archives, folders, JSON, TOML.

A reader takes a `Report`, adds a diagnostic `A7-B0xx` for what it refuses and returns None. It never raises
on content, never writes, and is bounded in time and memory by documented limits.
"""

from art7.grammar.untrusted.bundle import Bundle
from art7.grammar.untrusted.codes import CODES
from art7.grammar.untrusted.documents import read_document
from art7.grammar.untrusted.json_strict import JsonDocument
from art7.grammar.untrusted.limits import LIMITS, Limits
from art7.grammar.untrusted.positions import Positions
from art7.grammar.untrusted.sources import read_archive, read_file, read_folder, read_source, write_archive
from art7.grammar.untrusted.toml_strict import TomlDocument

__all__ = [
    "CODES",
    "LIMITS",
    "Bundle",
    "JsonDocument",
    "Limits",
    "Positions",
    "TomlDocument",
    "read_archive",
    "read_document",
    "read_file",
    "read_folder",
    "read_source",
    "write_archive",
]
