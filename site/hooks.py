"""Pages that are made from what the project already holds: nothing is written twice."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from art7.cli.codes import CodePage, all_codes
from art7.grammar.ir.builtins import FUNCTIONS, Function
from art7.grammar.ir.errors import BUILTIN_ERRORS

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"index.md": "README.md", "architecture.md": "ARCHITECTURE.md", "changes.md": "CHANGELOG.md"}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the root documents, the decisions, and the pages of codes and functions."""
    for name, source in PAGES.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    for path in sorted((ROOT / "site" / "decisions").glob("*.md")):
        name = "index.md" if path.name == "README.md" else path.name
        content = path.read_text(encoding="utf-8")
        files.append(File.generated(config, f"decisions/{name}", content=content))
    files.append(File.generated(config, "codes.md", content=_codes_page()))
    files.append(File.generated(config, "functions.md", content=_functions_page()))
    return files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the decisions in the navigation, by number."""
    names = sorted(path.name for path in (ROOT / "site" / "decisions").glob("0*.md"))
    entries: list[Any] = ["decisions/index.md", *(f"decisions/{name}" for name in names)]
    config.nav = [{"Decisions": entries} if "Decisions" in item else item for item in config.nav or ()]
    return config


def _codes_page() -> str:
    parts = ["# Codes", "Every finding has a stable code. `art7 explain CODE` shows the same text."]
    parts += [_code(page) for page in all_codes().values()]
    return "\n\n".join(parts)


def _code(page: CodePage) -> str:
    lines = [f"## {page.code}", f"**{escape(page.title)}**"]
    if page.clause:
        lines.append(escape(page.clause))
    lines += [escape(paragraph) for paragraph in page.paragraphs]
    for name, example in (("Refused", page.bad), ("Accepted", page.good)):
        if example:
            lines.append(f"{name}:\n\n<pre><code>{escape(example)}</code></pre>")
    return "\n\n".join(lines)


def _functions_page() -> str:
    head = "# Functions\n\nWhat an expression can call. Arguments may be named; `?` marks those that may be left out."
    rows = ["| call | gives | source |", "|---|---|---|", *map(_function, FUNCTIONS.values())]
    errors = ["| error | number | when |", "|---|---|---|"]
    errors += [f"| `{name}` | {number} | {escape(why)} |" for name, (number, why) in BUILTIN_ERRORS.items()]
    refusals = "## Builtin errors\n\nEvery module can name them behind `else`, `with` and `reject`."
    return "\n\n".join([head, "\n".join(rows), refusals, "\n".join(errors)])


def _function(function: Function) -> str:
    given = ", ".join(part.name + ("" if part.required else "?") for part in function.parameters)
    return f"| `{function.name}({given})` | {escape(function.doc)} | {escape(function.source)} |"
