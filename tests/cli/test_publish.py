"""`art7 publish`: same octets anywhere, editions side by side, a wheel that installs, nothing of a stranger unescaped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from itertools import product
from pathlib import Path

import pytest

import corpus
from art7.cli import main
from art7.validator.digests import write_listing
from browser import AXE, Browser, find_browser
from page_reader import read_page

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
HOSTILE = '<img src=x onerror=alert(1)>"\u202e'


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def octets(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publish") / "out"
    assert main(["publish", str(MINIMAL), "-o", str(folder)]) == 0
    return folder


def next_edition(folder: Path, version: str = "1.1.0", name: str = "Minimal") -> Path:
    shutil.copytree(MINIMAL, folder)
    manifest = folder / "offer.toml"
    text = manifest.read_text("utf-8")
    text = text.replace('version = "1.0.0"', f'version = "{version}"', 1)
    entry = (
        f'\n[[change_log]]\nversion = "{version}"\npublished = 2026-08-03\neffective = 2026-08-03\nbreaking = false\n'
        'text = "docs/changes.md#next"\n'
    )
    text = text.replace('service = "Minimal"', f"service = {json.dumps(name)}") + entry
    manifest.write_text(text, "utf-8")
    with (folder / "docs" / "changes.md").open("a", encoding="utf-8") as file:
        file.write("\n## Next {#next}\nA sentence about what changed.\n")
    return folder


def test_same_octets_elsewhere(published: Path, tmp_path: Path) -> None:
    """Another folder, another umask, another time zone, hash seed and language."""
    environment = {
        **os.environ,
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C",
        "ART7_NO_CACHE": "1",
    }
    copy = shutil.copytree(MINIMAL, tmp_path / "copy")
    command = [sys.executable, "-m", "art7.cli", "publish", copy.name, "-o", "deep/out"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, umask=0o077, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert octets(tmp_path / "deep" / "out") == octets(published)


def test_what_is_published(published: Path) -> None:
    files = octets(published)
    own = {
        path.removeprefix("1.0.0/"): content for path, content in files.items() if path.startswith("1.0.0/")
    }
    listed = own.pop("publication.json")
    assert listed == write_listing(own)
    for page in (
        "index",
        "coverage",
        "messages",
        "requirements",
        "ladders",
        "changes",
        "downloads",
        "search",
    ):
        assert f"{page}.html" in own
    assert "ladders/minimal.Delivery.text_both_ways.html" in own and "modules/minimal.html" in own
    with zipfile.ZipFile(published / "1.0.0/files/minimal-1-1.0.0.zip") as bundle:
        assert {"offer.toml", "manifest.json"} <= set(bundle.namelist())


def test_the_bundle_is_an_offer(capsys: pytest.CaptureFixture[str], published: Path) -> None:
    assert run(capsys, "validate", str(published / "1.0.0/files/minimal-1-1.0.0.zip")) == (0, "no findings\n")


def test_the_wheel_can_be_installed(published: Path, tmp_path: Path) -> None:
    (wheel,) = (published / "1.0.0" / "files").glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    code = "import minimal_sdk.minimal as m; print(m.__name__, 'art7' in __import__('sys').modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout == "minimal_sdk.minimal False\n", told.stderr


def test_every_link_arrives(published: Path) -> None:
    files = octets(published)
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        page = read_page(content.decode())
        for link in (*page.links, *page.loads):
            assert "://" not in link, (path, link)
            target, _, place = link.partition("#")
            found = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            assert found in files, (path, link)
            if place and found.endswith(".html"):
                assert place in read_page(files[found].decode()).ids, (path, link)


def test_editions_stay(capsys: pytest.CaptureFixture[str], published: Path, tmp_path: Path) -> None:
    newer = next_edition(tmp_path / "newer")
    code, text = run(
        capsys,
        "publish",
        str(newer),
        "-o",
        str(tmp_path / "both"),
        "--previous",
        str(published),
        "--format",
        "json",
    )
    assert code == 0 and json.loads(text)["edition"] == "1.1.0", text
    both, before = octets(tmp_path / "both"), octets(published)
    assert {p: c for p, c in both.items() if p.startswith("1.0.0/")} == {
        p: c for p, c in before.items() if p.startswith("1.0.0/")
    }
    assert [each["version"] for each in json.loads(both["editions.json"])["editions"]] == ["1.1.0", "1.0.0"]
    assert (
        b"1.0.0" in both["1.1.0/changes.html"] and b"# Changes from 1.0.0" in both["1.1.0/files/CHANGELOG.md"]
    )
    code, text = run(
        capsys, "publish", str(newer), "-o", str(tmp_path / "x"), "--previous", str(tmp_path / "both")
    )
    assert code == 1 and "A7-B203" in text and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("1.0.0/index.html", "other", "A7-B202"),
        ("1.0.0/files/extra.txt", "more", "A7-B202"),
        ("1.0.0/publication.json", "", "A7-B202"),
        ("editions.json", '{"editions": [{"version": "../up"}]}', "A7-B201"),
        ("editions.json", '{"editions": 1}', "A7-B201"),
        ("editions.json", '{"editions": []}', "A7-B201"),
    ],
)
def test_changed_editions_are_refused(
    capsys: pytest.CaptureFixture[str], published: Path, tmp_path: Path, path: str, text: str, code: str
) -> None:
    folder = shutil.copytree(published, tmp_path / "old")
    (folder / path).write_text(text)
    newer = next_edition(tmp_path / "newer")
    status, told = run(capsys, "publish", str(newer), "-o", str(tmp_path / "x"), "--previous", str(folder))
    assert status == 1 and code in told and not (tmp_path / "x").exists()


def test_findings_are_not_published(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = next_edition(tmp_path / "offer")
    (folder / "docs" / "terms.md").unlink()
    code, text = run(capsys, "publish", str(folder), "-o", str(tmp_path / "x"))
    assert code == 1 and "A7-" in text and not (tmp_path / "x").exists()


def test_texts_of_strangers_stay_texts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = next_edition(tmp_path / "offer", name=HOSTILE)
    code, text = run(capsys, "publish", str(folder), "-o", str(tmp_path / "x"))
    assert code == 0, text
    for path, content in octets(tmp_path / "x").items():
        if path.endswith((".html", ".js")):
            assert b"<img" not in content and "\u202e".encode() not in content, path


@pytest.mark.slow
@pytest.mark.peers
def test_in_a_browser(published: Path, tmp_path: Path) -> None:
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install chromium, or name one in ART7_BROWSER")
    newer = next_edition(tmp_path / "newer")
    both = tmp_path / "both"
    assert main(["publish", str(newer), "-o", str(both), "--previous", str(published)]) == 0
    with Browser(program, tmp_path / "profile") as browser:
        for path in sorted(both.rglob("*.html")):
            seen = browser.visit(path.as_uri())
            assert not seen.errors and all(each.startswith("file://") for each in seen.requests), path
        browser.visit((both / "1.0.0" / "search.html").as_uri() + "?q=envelope")
        assert "found" in browser.evaluate("document.getElementById('told').textContent")
        assert browser.evaluate("document.querySelector('#results a').textContent") == "minimal.Envelope"
        # A page of the old edition knows of the new one, though no octet of it was written again.
        assert (
            browser.evaluate("[...document.querySelectorAll('#editions option')].map(o => o.value).join()")
            == "1.1.0,1.0.0"
        )
        browser.resize(360, 800)
        browser.visit((both / "1.1.0" / "coverage.html").as_uri())
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
@pytest.mark.peers
def test_the_site_has_no_barrier_and_prints(published: Path, tmp_path: Path) -> None:
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install chromium, or name one in ART7_BROWSER")
    if not AXE.is_file():
        pytest.skip("absent: axe-core (make peers)")
    with Browser(program, tmp_path / "profile") as browser:
        browser.call("Page.setBypassCSP", enabled=True)  # the pages themselves let no other script run
        for scheme, path in product(("light", "dark"), one_of_each_kind(published)):
            browser.prefer(scheme)
            browser.visit(path.as_uri())
            assert browser.barriers() == [], (scheme, path.name)
        browser.evaluate("document.documentElement.removeAttribute('lang')")
        assert [each[0] for each in browser.barriers()] == ["html-has-lang"]
        browser.resize(680, 960)  # A4 less its margins, at 96 dots an inch
        for path in one_of_each_kind(published):
            browser.visit(path.as_uri())
            browser.call("Emulation.setEmulatedMedia", media="print")
            assert browser.evaluate(CUT) == [], path.name
            assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


CUT = """[...document.querySelectorAll('main pre, main table, main .scroll, main svg')]
    .filter(each => each.scrollWidth > each.clientWidth + 1 || each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 80))"""


def one_of_each_kind(site: Path) -> list[Path]:
    """The first page of every folder, and every page that stands beside the first."""
    pages = sorted(site.rglob("*.html"))
    top = min(len(path.parts) for path in pages)
    found: dict[Path, Path] = {}
    for path in pages:
        found.setdefault(path if len(path.parts) <= top + 1 else path.parent, path)
    return list(found.values())


@pytest.mark.slow
def test_examplechat_is_published(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    offer = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat"
    code, text = run(capsys, "publish", str(offer), "-o", str(tmp_path / "x"))
    assert code == 0 and "edition 2.1.0" in text and not list(tmp_path.glob(".art7-*"))
