"""Hostile and broken manifests, file lists and bundles: a code, a place, a next step, never an exception."""

from __future__ import annotations

import json
import os
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_offer import bundle_of, load, merge, patched, read, small_files, write_toml

import corpus
from art7.grammar.diagnostics import Diagnostic, Report
from art7.grammar.untrusted import read_archive, read_source, write_archive
from art7.validator.assess import assess
from art7.validator.digests import LISTING, write_listing
from art7.validator.offer import MANIFEST
from art7.validator.output.html_output import render_html
from art7.validator.output.text_output import render_text
from art7.validator.output.view import view
from art7.validator.reader import read_offer
from art7.validator.validate import validate

ON = date(2026, 11, 1)


def found(files: dict[str, bytes], kind: str = "zip") -> list[Diagnostic]:
    """Read and validate; return everything found, reading faults included."""
    report = Report()
    start = time.process_time()
    offer = read(files, report, kind)
    results = list(report.diagnostics) if offer is None else [f.diagnostic for f in validate(offer).found]
    assert time.process_time() - start < 5
    return results


def codes(files: dict[str, bytes], kind: str = "zip") -> set[str]:
    return {diagnostic.code for diagnostic in found(files, kind)}


def packed_files() -> dict[str, bytes]:
    files = small_files()
    return {**files, LISTING: write_listing(files)}


def with_rows(**changes: Any) -> dict[str, bytes]:
    """Change the row of docs/terms.md in the file list."""
    files = packed_files()
    listing = json.loads(files[LISTING])
    listing["files"]["docs/terms.md"] |= changes
    return {**files, LISTING: json.dumps(listing).encode()}


def with_manifest(text: str | bytes) -> dict[str, bytes]:
    octets = text if isinstance(text, bytes) else text.encode()
    files = {**small_files(), MANIFEST: octets}
    return {**files, LISTING: write_listing(files)}


def test_the_packed_small_offer_is_clean() -> None:
    assert found(packed_files()) == []
    archive = write_archive(packed_files(), Report())
    assert archive is not None
    bundle = read_archive(archive, Report(), name="small.zip")
    assert bundle is not None
    offer = read(dict(bundle.files), kind=bundle.kind)
    assert offer is not None
    assert validate(offer).found == ()


# ---- B52: the list or the manifest is missing, doubled, misplaced -----------------------------------------


def test_without_a_file_list() -> None:
    assert codes(small_files(), "zip") == {"A7-B101"}
    assert codes(small_files(), "folder") == set()


@pytest.mark.parametrize("path", ["sub/manifest.json", "Manifest.json", "MANIFEST.JSON"])
def test_second_file_list(path: str) -> None:
    files = {**small_files(), path: b"{}"}
    assert codes({**files, LISTING: write_listing(files)}) == {"A7-B102"}


def test_without_a_manifest() -> None:
    files = small_files()
    moved = {"inner/offer.toml": files.pop(MANIFEST), **files}
    [diagnostic] = found(moved, "folder")
    assert diagnostic.code == "A7-V001"
    assert "inner/offer.toml" in diagnostic.message


# ---- B53: all faults of a file list in one run --------------------------------------------------------------


def test_every_fault_of_a_list_is_told_in_one_run() -> None:
    files = packed_files()
    listing = json.loads(files[LISTING])
    del listing["files"]["docs/privacy.md"]
    listing["files"]["docs/ghost.md"] = {"size": 1, "digest": "sha256:" + "1" * 64}
    listing["files"]["docs/terms.md"]["size"] = 1
    listing["files"]["docs/changes.md"]["digest"] = "sha256:" + "0" * 64
    listing["files"]["docs/measures.md"]["digest"] = "md5:00"
    assert codes({**files, LISTING: json.dumps(listing).encode()}) == {
        "A7-B103",
        "A7-B104",
        "A7-B105",
        "A7-B106",
        "A7-B107",
    }


# ---- B54: weak or odd digests --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "digest",
    [
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "none",
        "",
        "sha256:" + "A" * 64,
        "sha256:47DEQpj8HBSa",
        "SHA256:" + "0" * 64,
    ],
)
def test_weak_digest(digest: str) -> None:
    assert codes(with_rows(digest=digest)) == {"A7-B107"}


@pytest.mark.parametrize("change", [{"digest": 5}, {"size": "9"}, {"size": -1}, {"size": True}, {"extra": 1}])
def test_rows_of_another_form(change: dict[str, Any]) -> None:
    assert codes(with_rows(**change)) == {"A7-B110"}


@pytest.mark.parametrize(
    "text", ["[]", "7", '{"format": 1}', '{"format": 1, "files": []}', '{"format": 1, "files": {"a": 1}}']
)
def test_lists_of_another_form(text: str) -> None:
    assert "A7-B110" in codes({**small_files(), LISTING: text.encode()})


# ---- B55: JSON tricks as file list --------------------------------------------------------------------------


@pytest.mark.parametrize("file", corpus.files("hostile", "json", ".json"), ids=lambda file: file.name)
def test_hostile_json_as_file_list(file: Path, cases: Any) -> None:
    results = codes({**small_files(), LISTING: file.read_bytes()})
    cases.ran("hostile json as file list")
    assert results
    assert all(code.startswith("A7-B") for code in results)


# ---- B56: editions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["0", "2", "9223372036854775807", '"1"', "1.0", "true", "null", "[]"])
def test_edition_of_the_file_list(edition: str) -> None:
    results = found({**small_files(), LISTING: f'{{"format": {edition}, "files": {{}}}}'.encode()})
    assert {d.code for d in results} <= {"A7-B108", "A7-B053"}
    if edition == "2":
        assert "newer art7" in str(results[0].help)


@pytest.mark.parametrize(
    "edition", ["format = 0", "format = 2", 'format = "1"', "format = 1.0", "format = true", ""]
)
def test_edition_of_the_manifest(edition: str) -> None:
    [diagnostic] = found(with_manifest(f'{edition}\n[offer]\nid = "x"\nversion = "1.0.0"\n'))
    assert diagnostic.code == "A7-V002"
    assert ("newer" in str(diagnostic.help)) == (edition == "format = 2")


def test_an_edition_beyond_all_numbers_is_refused() -> None:
    assert codes(with_manifest(f"format = {2**70}\n")) == {"A7-B053"}


# ---- B58: the list names itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LISTING, "signatures/a.dsse.json"])
def test_self_reference(path: str) -> None:
    files = packed_files()
    listing = json.loads(files[LISTING])
    listing["files"][path] = {"size": 2, "digest": "sha256:" + "0" * 64}
    assert codes({**files, LISTING: json.dumps(listing).encode()}) == {"A7-B109"}


# ---- B59, B60: vectors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "https://x.example/v", "C:\\v", "vectors/none.bin"]
)
def test_vector_points_out(name: str) -> None:
    text = json.dumps({"type": "minimal.Receipt", "vectors": [{"id": 1, "file": name}]})
    files = {**small_files(), "vectors/v.json": text.encode()}
    assert codes(files, "folder") == {"A7-V812"}


def test_huge_vector_file() -> None:
    files = {**small_files(), "vectors/v.json": b"[" + b" " * (5 << 20) + b"]"}
    assert codes(files, "folder") == {"A7-V811"}


# ---- B61: active documents ------------------------------------------------------------------------------------


def test_active_documents_are_shown_as_text() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'\x1b[31m\u202e"
    patch = f"[gatekeeper]\nservice = {json.dumps(evil)}\n[terms]\nprice = {{ access = 1 }}\n"
    table = merge(tomllib.loads(small_files()[MANIFEST].decode()), tomllib.loads(patch))
    files = {**small_files(), MANIFEST: write_toml(table).encode()}
    files["docs/terms.md"] += f"\n# {evil}\nTBD {evil}\n".encode()
    offer = read(files)
    assert offer is not None
    assessment = assess(offer, ON)
    page, text = render_html(view(assessment)), render_text(view(assessment))
    assert (
        "<script" not in page
        and "<img" not in page
        and "onerror=alert" not in page.replace("onerror=alert(1)&gt;", "")
    )
    assert "default-src 'none'" in page
    assert "\x1b" not in text + page and "\u202e" not in text
    assert 'http-equiv="refresh"' not in page and " src=" not in page.replace("img src=x onerror", "")


# ---- B63: odd sources -------------------------------------------------------------------------------------------


def test_odd_sources(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "nothing.zip").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("empty", "nothing.zip", "pipe", "link", "absent"):
        report = Report()
        assert read_source(tmp_path / name, report) is None
        assert report.has_errors


# ---- B64: every artefact removed in turn ------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(small_files()))
def test_each_file_removed_in_turn(path: str) -> None:
    files = small_files()
    del files[path]
    results = found(files, "folder")
    assert results
    assert all(diagnostic.message and diagnostic.span.file for diagnostic in results)


TABLE = tomllib.loads(small_files()[MANIFEST].decode())


@pytest.mark.parametrize("key", [key for key in TABLE if key != "format"])
def test_each_statement_removed_in_turn(key: str) -> None:
    table = {name: value for name, value in TABLE.items() if name != key}
    results = found(with_manifest(write_toml(table)))
    if key != "parity":  # an offer without differences has nothing to state
        assert results


@pytest.mark.parametrize("key", [key for key in TABLE if isinstance(TABLE[key], dict)])
def test_each_value_of_another_type(key: str) -> None:
    for inner in TABLE[key]:
        table = {**TABLE, key: {**TABLE[key], inner: 12345}}
        results = found(with_manifest(write_toml(table)))
        assert any(d.code == "A7-V005" and d.span.line for d in results), inner


# ---- unknown keys, wrong forms -------------------------------------------------------------------------------


def test_an_unknown_key_gets_a_suggestion() -> None:
    files, _ = patched(
        small_files(), '[gatekeeper]\nserivce = "X"\n[[process.step]]\nid = "assess"\nmaxx = "3d"\n'
    )
    results = found(files, "folder")
    assert [d.code for d in results] == ["A7-V003", "A7-V003"]
    assert "did you mean `service`?" in results[0].message
    assert "did you mean `max`?" in results[1].message
    assert results[0].span.line < results[1].span.line


def test_a_statement_with_a_fault_of_form_is_left_out_and_the_rest_read() -> None:
    patch = '[[threat]]\nid = 7\ntitle = "x"\n[terms]\nprice = { access = 9 }\n'
    files, _ = patched(small_files(), patch)
    assert codes(files, "folder") == {"A7-V005", "A7-V308"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format = 1",
        "format = 1\noffer = 3",
        "format = 1\n[offer]",
        'format = 1\n[offer]\nid = "x"',
        'format = 1\n[offer]\nid = "x"\nversion = "1"',
        "format = 1\n[[offer]]\nid = 1",
        'format = 1\n[offer]\nid = "x"\nversion = "1.0.0"\n[process]\nstep = [1, 2, "x", {}, []]',
        'format = 1\n[offer]\nid = "x"\nversion = "1.0.0"\n[waivers]\n"<b>" = 1\n[process.grounds]\nx = 2',
        "format = 1\n" + "\n".join(f"k{n} = {n}" for n in range(500)),
        'format = 1\n[offer]\nid = "' + "x" * 100_000 + '"\nversion = "1.0.0"',
        "a = [" * 3000 + "]" * 3000,
        "\ufeffformat = 1",
        b"\xff\xfe\x00",
        "format = 1\r[offer]",
        "format = 1\nformat = 1\n",
        "format = 1\n[offer]\npublished = 2026-13-45\n",
    ],
)
def test_broken_manifests(text: str | bytes) -> None:
    results = found(with_manifest(text))
    assert results
    for diagnostic in results:
        assert diagnostic.code.startswith("A7-")
        assert diagnostic.span.file
        assert "\x1b" not in diagnostic.message and len(diagnostic.message) < 2000


def test_a_long_process_and_long_texts_stay_fast() -> None:
    steps = "".join(
        f'[[process.step]]\nid = "s{n}"\nby = "both"\nmax = "1d"\nnext = ["s{n + 1}", "s{n + 2}"]\n'
        for n in range(3000)
    )
    head = 'format = 1\n[offer]\nid = "x"\nversion = "1.0.0"\n[process]\nstart = "s0"\n'
    prose = ("see https://" + "a." * 200 + " or equivalent " * 20 + "\n") * 500
    files = {MANIFEST: (head + steps).encode(), "docs/x.md": prose.encode()}
    assert {"A7-V305", "A7-V104", "A7-V213"} <= codes(files, "folder")


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "2026-08-03T00:00:00Z", "2026-08-03T10:00:00", "10:00:00"]
)
@pytest.mark.parametrize(
    "place", ["decision = { date = DAY }", "extension = [{ reference = 'x', until = DAY }]"]
)
def test_days_beyond_counting_are_refused(day: str, place: str) -> None:
    files, _ = patched(small_files(), "[gatekeeper]\n" + place.replace("DAY", day))
    assert "A7-V005" in codes(files, "folder")


PATHS = [(key,) for key in TABLE] + [
    (key, inner) for key, value in TABLE.items() if isinstance(value, dict) for inner in value
]
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.text(max_size=30), st.just([]), st.just({}),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(min_size=1, max_size=5), st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD), min_size=1, max_size=4))
def test_any_value_anywhere_is_told_or_accepted(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    table = json.loads(json.dumps(TABLE, default=str))
    for path, value in changes:
        target = table
        for key in path[:-1]:
            target = target[key] if isinstance(target, dict) and isinstance(target.get(key), dict) else {}
        if value is None:
            target.pop(path[-1], None)
        else:
            target[path[-1]] = value
    report = Report()
    offer = read_offer(bundle_of({MANIFEST: write_toml(table).encode()}), report, load)
    if offer is None:
        assert report.has_errors
    else:
        render_text(view(assess(offer, ON)))


def test_an_offer_with_thousands_of_statements_stays_fast() -> None:
    rows = "".join(
        f'[[data]]\nfield = "minimal.Envelope.f{n}"\nfunction = ["7(2)(a)(i)"]\nmeasure = "M-{n}"\n'
        f'[[threat]]\nid = "T{n}"\ntitle = "x"\n[[party]]\nid = "p{n}"\nkind = "end"\noperator = "user"\n'
        for n in range(1500)
    )
    fields = " ".join(f"f{n}: u8" for n in range(400))
    sends = " ".join(
        f"on local e{n} {{ send Big{n % 40}({', '.join(f'f{k}: 1' for k in range(2))}) to b }}"
        for n in range(300)
    )
    module = "a7 1\nmodule big version 1.0\n" + "".join(
        f"message Big{n} as json {{ limit size = 9000 {fields} }}\n" for n in range(40)
    )
    module += f"protocol P {{ roles a, b channel a -> b role a {{ start state S {{ {sends} }} }} role b {{ start state S }} }}\n"
    files = small_files()
    files[MANIFEST] += rows.encode()
    files["modules/big.a7"] = module.encode()
    assert {"A7-V201", "A7-V208", "A7-V235", "A7-V900"} <= codes(files, "folder")


def test_a_missing_key_is_named() -> None:
    results = found(
        with_manifest('format = 1\n[offer]\nid = "x"\nversion = "1.0.0"\n[[process.step]]\nmax = "1d"\n')
    )
    missing = [each for each in results if each.code == "A7-V004"]
    assert any("process.step" in each.message for each in missing)
    assert all(each.span.line and each.help for each in missing)


def test_faults_beyond_counting_end_the_reading() -> None:
    threats = "".join(f"[[threat]]\nid = {number}\nk{number} = 1\n" for number in range(3000))
    results = found(with_manifest(f'format = 1\n[offer]\nid = "x"\nversion = "1.0.0"\n{threats}'))
    assert len(results) < 250 and all(each.span.line for each in results)
    assert [each.message for each in results if each.code == "A7-V006"] == ["9000 faults of form found"]
