"""What a publication holds: a folder an edition, each with the list of its files, and the list of all editions.

index.html, editions.js       the editions, newest first; the pages of every edition read the script
editions.json                 the same for programs, with the digest of each edition's file list
2.1.0/publication.json        size and digest of every file of the edition, in the form of `manifest.json`
2.1.0/index.html, …           the pages
2.1.0/files/…                 bundle, SDK, vectors, change log
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import Bundle, json_strict
from art7.grammar.untrusted.refusal import shown
from art7.validator.digests import LISTING, digest_of, write_listing
from art7.validator.publishing.codes import refuse

EDITIONS = "editions.json"
SCRIPT = "editions.js"
PUBLICATION = "publication.json"
FORMAT = 1
MOST_EDITIONS = 200

_VERSION = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z.-]{1,40})?")  # `SemanticVersion`
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?")
_ROW = {
    "version": _VERSION,
    "published": _DAY,
    "title": re.compile(r".{0,400}"),
    "digest": re.compile("sha256:[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of an offer. `digest` is that of its `publication.json`; `published` is empty where not stated."""

    version: str
    published: str
    title: str
    digest: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published so far: the editions, newest first, and their files by path."""

    editions: tuple[Edition, ...]
    files: Mapping[str, bytes]


def listed_bundle(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a bundle with their list; one that is there is kept, since it may be signed."""
    return dict(files) if LISTING in files else {**files, LISTING: write_listing(files)}


def is_publication(bundle: Bundle) -> bool:
    """Whether a folder is one that `art7 publish` wrote."""
    return EDITIONS in bundle.files


def read_publication(bundle: Bundle, report: Report) -> Publication | None:
    """Return what an earlier run published; what is not as it was then is reported."""
    document = json_strict.loads(bundle.files[EDITIONS], report, file=EDITIONS)
    if document is None:
        return None
    rows = document.value.get("editions") if isinstance(document.value, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_EDITIONS or not all(map(_is_row, rows)):
        refuse(report, "A7-B201", "expected `editions`, each with version, day, title and digest", EDITIONS)
        return None
    editions = tuple(
        Edition(**{key: str(each) for key, each in row.items()}) for row in rows if isinstance(row, dict)
    )
    if len({each.version for each in editions}) != len(editions):
        refuse(report, "A7-B201", "found an edition twice", EDITIONS)
        return None
    kept: dict[str, bytes] = {}
    for edition in editions:
        kept |= _kept(edition, bundle.files, report)
    return None if report.has_errors else Publication(editions, kept)


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or set(row) != set(_ROW):
        return False
    return all(isinstance(row[key], str) and form.fullmatch(row[key]) for key, form in _ROW.items())


def _kept(edition: Edition, files: Mapping[str, bytes], report: Report) -> dict[str, bytes]:
    """Return the files of an edition, if they are those that were published."""
    folder = f"{edition.version}/"
    own = {path: content for path, content in files.items() if path.startswith(folder)}
    listed = own.get(folder + PUBLICATION)
    inner = {
        path.removeprefix(folder): octets for path, octets in own.items() if path != folder + PUBLICATION
    }
    if listed is None or digest_of(listed) != edition.digest or listed != write_listing(inner):
        refuse(
            report,
            "A7-B202",
            f"edition {shown(edition.version)} is not what was published",
            folder + PUBLICATION,
        )
    return own


def with_edition(
    before: Publication | None, edition_files: Mapping[str, bytes], version: str, published: str, title: str
) -> dict[str, bytes]:
    """Return all files of the publication with one more edition, those of the pages above the editions left out."""
    listed = write_listing(edition_files)
    newest = Edition(version, published, title[:400], digest_of(listed))
    editions = (newest, *(before.editions if before else ()))
    files = dict(before.files) if before else {}
    files |= {f"{version}/{path}": content for path, content in edition_files.items()}
    files[f"{version}/{PUBLICATION}"] = listed
    return {**files, EDITIONS: _document(editions), SCRIPT: script(editions)}


def editions_of(files: Mapping[str, bytes]) -> tuple[Edition, ...]:
    """Return the editions of a publication that `with_edition` made, newest first."""
    return tuple(Edition(**row) for row in json.loads(files[EDITIONS])["editions"])


def script(editions: Sequence[Edition]) -> bytes:
    """Return the script by which pages of every edition know of all; it defines one value and does nothing."""
    rows = [{"version": each.version, "published": each.published} for each in editions]
    return f"window.art7Editions = {json.dumps(rows)};\n".encode()


def check_new(before: Publication | None, version: str, report: Report) -> None:
    """Report an edition that is there already."""
    if before is not None and any(each.version == version for each in before.editions):
        refuse(report, "A7-B203", f"edition {shown(version)} was published before", "offer.toml")


def _document(editions: Sequence[Edition]) -> bytes:
    rows = [asdict(each) for each in editions]
    return (json.dumps({"format": FORMAT, "editions": rows}, indent=2) + "\n").encode()
