"""Pages that are made from what the project already holds: nothing is written twice."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from art7.cli.codes import CodePage, all_codes
from art7.codegen.pages import generate_pages, page_of
from art7.codegen.pages.standalone import style_sheet
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.builtins import FUNCTIONS, Function
from art7.grammar.ir.errors import BUILTIN_ERRORS
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "site"))

from highlighting import register  # noqa: E402  # beside this file, which is not a package
from language_pages import split_reference  # noqa: E402

EXAMPLE = ROOT / "spec" / "art7" / "spec" / "offers" / "examplechat" / "modules"
_LOG = logging.getLogger("mkdocs.hooks")
PAGES = {"tour.md": "README.md", "architecture.md": "ARCHITECTURE.md", "changes.md": "CHANGELOG.md"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the navigation: sections of the language reference, modules by family, decisions by number."""
    register()
    names = sorted(path.name for path in (ROOT / "site" / "decisions").glob("0*.md"))
    decisions: list[Any] = ["decisions/index.md", *(f"decisions/{name}" for name in names)]
    filled = {
        "Language": [f"language/{name}" for name in _language()],
        "Modules": _module_entries(),
        "Decisions": decisions,
    }
    nav: list[Any] = []
    for item in config.nav or ():
        title = next(iter(item)) if isinstance(item, dict) else ""
        nav.append({title: filled[title]} if title in filled else item)
    config.nav = nav
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add every page that is made of something else."""
    reference = files.get_file_from_path("language.md")
    if reference is not None:
        files.remove(reference)
    made = {name: (ROOT / source).read_text(encoding="utf-8") for name, source in PAGES.items()}
    made |= {f"language/{name}": text for name, text in _language().items()}
    made |= {f"modules/{name}": text for name, text in _modules().items()}
    for path in sorted((ROOT / "site" / "decisions").glob("*.md")):
        name = "index.md" if path.name == "README.md" else path.name
        made[f"decisions/{name}"] = path.read_text(encoding="utf-8")
    made |= {"codes.md": _codes_page(), "functions.md": _functions_page()}
    made["assets/a7.css"] = style_sheet()
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_post_build(*, config: MkDocsConfig) -> None:
    """Write the index of the search as a script too: pages opened from a folder can load nothing else."""
    folder = Path(config.site_dir) / "search"
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    (folder / "search_index.js").write_text(f"var __index = {index}", encoding="utf-8")


def _language() -> Mapping[str, str]:
    return split_reference((ROOT / "site" / "docs" / "language.md").read_text(encoding="utf-8"))


def _modules() -> Mapping[str, str]:
    return generate_pages(*modules())


def _module_entries() -> list[Any]:
    """List the module pages by family: `ietf.stun` below `ietf`."""
    families: dict[str, list[Any]] = {}
    for name in modules()[1]:
        family, _, rest = name.partition(".")
        families.setdefault(family, []).append({rest or name: f"modules/{page_of(name)}"})
    return ["modules/index.md", *({family: pages} for family, pages in families.items())]


@cache
def modules() -> tuple[Specification, tuple[str, ...]]:
    """Return the modules of the catalogue and of the example offer, and the names of those that get a page.

    A module with an error gets none, since the page would lie; it is a warning, which ends a strict build.
    """
    sources = dict(found for name in catalogue_modules() if (found := catalogue_text(name)) is not None)
    sources |= {path.name: path.read_bytes() for path in sorted(EXAMPLE.glob("*.a7"))}
    report = Report()
    specification = load_sources(sources, report)
    wrong = {found.span.file: found for found in reversed(report.diagnostics)}
    for file, found in sorted(wrong.items()):
        _LOG.warning("no page for %s, line %d: %s %s", file, found.span.line, found.code, found.message)
    names = (module.name for module in specification.modules.values() if module.file not in wrong)
    return specification, tuple(sorted(names))


FAMILIES = {
    "P": "Parsing",
    "N": "Names",
    "T": "Types",
    "L": "Layout",
    "S": "States",
    "K": "Keys",
    "I": "Identity",
    "V": "Offers",
    "B": "Bundles",
    "C": "Compatibility",
    "D": "Decoding",
    "R": "Running",
}
"""Letter of a code → what the code is about."""


def _codes_page() -> str:
    parts = ["# Codes", "Every finding has a stable code. `art7 explain CODE` shows the same text."]
    family = ""
    order = list(FAMILIES)
    for page in sorted(all_codes().values(), key=lambda each: (_place(each.code[3:4], order), each.code)):
        letter = page.code[3:4]
        if letter != family:
            family = letter
            parts.append(f"## {FAMILIES.get(letter, letter)}")
        parts.append(_code(page))
    return "\n\n".join(parts)


def _place(letter: str, order: list[str]) -> int:
    return order.index(letter) if letter in order else len(order)


def _code(page: CodePage) -> str:
    lines = [f"### {page.code}", f"**{escape(page.title)}**"]
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
