"""Pages as files of their own: complete documents that run and load nothing."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from art7.cli.application import Settings
from art7.cli.commands.generate import command
from art7.codegen.pages.standalone import generate_documents
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from page_reader import read_page


def documents() -> dict[str, str]:
    found = catalogue_text("ietf.dcep")
    assert found is not None
    specification = load_sources(dict([found]), Report())
    return generate_documents(specification, ["ietf.dcep", "ietf.sctp"])


def test_a_document_is_whole_and_loads_nothing() -> None:
    made = documents()
    assert set(made) == {"index.html", "ietf/dcep.html", "ietf/sctp.html"}
    for path, words in made.items():
        read = read_page(words)
        assert not read.unbalanced and not read.loads and "script" not in read.tags, path
        assert words.startswith("<!doctype html>") and "default-src 'none'" in words
        assert not re.search(r"url\(|@import", words)


def test_headings_of_a_document_are_as_in_the_module() -> None:
    page = documents()["ietf/dcep.html"]
    read = read_page(page)
    assert read.titles[0] == "ietf.dcep"
    assert '<h2 id="section-messages">Messages</h2>' in page
    assert "\\" not in "".join(re.findall(r"<h\d[^>]*>(.*?)</h\d>", page))


def test_links_of_documents_arrive() -> None:
    made = documents()
    inside = {path: set(read_page(words).ids) for path, words in made.items()}
    for path, words in made.items():
        for link in read_page(words).links:
            if "://" in link:
                continue
            target, _, fragment = link.partition("#")
            there = path if not target else "/".join((*path.split("/")[:-1], target))
            there = re.sub(r"[^/]+/\.\./", "", there)
            assert there in made and (not fragment or fragment in inside[there]), (path, link)


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    arguments = ["docs", "ietf.dcep", "-o", str(tmp_path / "pages")]
    done = CliRunner().invoke(command, arguments, obj=Settings(), standalone_mode=False)
    assert done.exception is None and done.return_value == 0, done.output
    written = (tmp_path / "pages" / "ietf" / "dcep.html").read_text(encoding="utf-8")
    assert "<h1>ietf.dcep</h1>" in written
