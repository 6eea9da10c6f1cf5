"""An SDK project as a wheel (PEP 427), written without a build system: same project, same octets, on every machine."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from art7.grammar.untrusted.zip_writer import write_zip
from art7.grammar.version import __version__

_TAG = "py3-none-any"


def write_wheel(project: Mapping[str, bytes], edition: str = "") -> tuple[str, bytes]:
    """Return (file name, octets) of the wheel of a generated project (path → content).

    `edition`, of the offer it was made from, becomes the local part of the version (`1.0+2.1.0`), so that no two editions
    give two files of one name.
    Raises: Refusal when the files are too many or too large for an archive.
    """
    settings = tomllib.loads(project["pyproject.toml"].decode("utf-8"))
    table = settings["project"]
    packages = tuple(f"{name.replace('.', '/')}/" for name in settings["tool"]["setuptools"]["packages"])
    version = table["version"] + (f"+{local}" if (local := _local(edition)) else "")
    name = re.sub(r"[-_.]+", "_", table["name"]).lower()
    files = {path: content for path, content in project.items() if path.startswith(packages)}
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = _metadata(table, version, project.get(table["readme"], b""))
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: art7 {__version__}\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return f"{name}-{version}-{_TAG}.whl", write_zip(files)


def _local(edition: str) -> str:
    """Return a local version label (PEP 440): letters, digits and stops."""
    return re.sub(r"[^a-z0-9]+", ".", edition.lower()).strip(".")


def _metadata(table: Mapping[str, Any], version: str, readme: bytes) -> bytes:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {table['name']}",
        f"Version: {version}",
        f"Summary: {' '.join(table['description'].split())}",
        f"Requires-Python: {table['requires-python']}",
        *(f"Requires-Dist: {each}" for each in table["dependencies"]),
    ]
    for extra, needs in sorted(table.get("optional-dependencies", {}).items()):
        lines += [
            f"Provides-Extra: {extra}",
            *(f'Requires-Dist: {each}; extra == "{extra}"' for each in needs),
        ]
    return "\n".join([*lines, "Description-Content-Type: text/markdown", "", ""]).encode() + readme


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    rows = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in sorted(files.items())]
    return "\n".join([*rows, f"{own},,", ""]).encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
