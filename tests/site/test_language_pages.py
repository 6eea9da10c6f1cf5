"""The reference is split by construct without losing a line of it."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

import corpus

SITE = corpus.REPOSITORY / "site"


def site_module(name: str) -> ModuleType:
    """Load one file of the site: it is no package."""
    spec = importlib.util.spec_from_file_location(f"art7_site_{name}", SITE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


split_reference = site_module("language_pages").split_reference
TEXT = (SITE / "docs" / "language.md").read_text(encoding="utf-8")


def test_every_construct_has_a_page_and_every_block_is_on_one() -> None:
    pages = split_reference(TEXT)
    titles = re.findall(r"^## (.+)$", re.sub(r"^```.*?^```", "", TEXT, flags=re.M | re.S), re.M)
    assert [page.partition("\n")[0] for name, page in pages.items() if name != "index.md"] == [
        f"# {title}" for title in titles
    ]
    assert sum(page.count("\n```") for page in pages.values()) == TEXT.count("\n```")
    assert all(f"]({name})" in pages["index.md"] for name in pages if name != "index.md")


def test_headings_in_code_are_code() -> None:
    pages = split_reference(
        "# L\n\nIntro.\n\n## A b\n\nSays. More.\n\n```\n## no\n### no\n```\n\n### C\n\n[f](functions.md)\n\n## A b\n"
    )
    assert list(pages) == ["index.md", "a-b.md", "a-b-2.md"]
    assert (
        pages["a-b.md"] == "# A b\n\nSays. More.\n\n```\n## no\n### no\n```\n\n## C\n\n[f](../functions.md)\n"
    )
    assert "1. [A b](a-b.md): Says." in pages["index.md"]


def test_examples_are_coloured() -> None:
    pytest.importorskip("pygments", reason="run `make site` once: it installs what builds the site")
    lexer = site_module("highlighting").A7Lexer()
    found = [
        (str(kind), text)
        for kind, text in lexer.get_tokens('message M as json { a: u8 = 0x1F "Said." } // end\n')
    ]
    assert ("Token.Keyword", "message") in found and ("Token.Keyword.Type", "u8") in found
    assert ("Token.Literal.String.Doc", '"Said."') in found and ("Token.Literal.Number", "0x1F") in found
    assert "".join(text for _, text in lexer.get_tokens(TEXT)) == TEXT.strip("\n") + "\n"
