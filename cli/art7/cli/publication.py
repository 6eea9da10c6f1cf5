"""One edition of an offer put together for `art7 publish`: what each room makes of it, and the pages around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from art7.cli.changes import Compared
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import write_archive

if TYPE_CHECKING:
    from art7.cli.sources import GeneratorSource
    from art7.validator.offer import Offer
    from art7.validator.publishing.content import Download, Ladder

SEED = 7
"""Ladders are those of runs with this seed."""

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the edition is compared with: the version of the one before, what changed, and that as a change log."""

    version: str
    compared: Compared
    markdown: str


def edition_files(offer: Offer, earlier: Earlier | None, report: Report) -> Files | None:
    """Return every file of one edition, relative to its folder; `None` when a part is too large for an archive."""
    from art7.cli.commands.generate import TARGETS
    from art7.codegen.pages.standalone import generate_documents
    from art7.codegen.wheel import write_wheel
    from art7.validator.publishing.content import Shown
    from art7.validator.publishing.editions import listed_bundle
    from art7.validator.publishing.pages import edition_pages

    head, source = offer.manifest.offer, _source(offer)
    vectors = TARGETS["vectors"](source)
    packed = {f"{head.id}-{head.version}.zip": write_archive(listed_bundle(offer.bundle.files), report)}
    if vectors:
        packed[f"{head.id}-{head.version}-vectors.zip"] = write_archive(vectors, report)
    wheel, octets = write_wheel(TARGETS["python"](source), head.version)
    packed[wheel] = octets
    packed["CHANGELOG.md"] = _change_log(offer, earlier).encode()
    files = {f"files/{name}": content for name, content in packed.items() if content is not None}
    if report.has_errors:
        return None
    for path, text in generate_documents(offer.specification, source.modules, _above(offer)).items():
        files[f"modules/{path}"] = text.encode()
    shown = Shown(
        address=_address,
        ladders=_ladders(offer),
        shown_by=_vectors_by_requirement(vectors),
        changes=tuple(_change_rows(earlier)),
        previous=earlier.version if earlier else "",
    )
    return files | edition_pages(offer, shown, _downloads(files))


def _source(offer: Offer) -> GeneratorSource:
    from art7.cli.sources import GeneratorSource

    name = offer.manifest.gatekeeper.service or offer.manifest.offer.id
    return GeneratorSource(offer.specification, name, tuple(sorted(offer.own_modules)))


def _address(module: str, name: str) -> str:
    """Return where a module's page, or a place on it, is in the folder of an edition."""
    from art7.codegen.pages.links import page_of
    from art7.codegen.pages.markup import anchor

    page = f"modules/{page_of(module).removesuffix('.md')}.html"
    return f"{page}#{anchor(name)}" if name else page


def _above(offer: Offer) -> Callable[[str], Any]:
    """Return what stands over the pages of modules: the way back to the edition's own pages."""
    from art7.codegen.pages.markup import joined, tag
    from art7.validator.publishing.pages import PAGES

    head = f"{offer.manifest.gatekeeper.service or offer.manifest.offer.id} {offer.manifest.offer.version}"

    def above(up: str) -> Any:
        links = [tag("a", title, href=f"{up}../{path}") for path, title in PAGES.items()]
        return tag("nav", joined([tag("strong", head), *links], " · "), aria_label="Pages of this edition")

    return above


def _ladders(offer: Offer) -> tuple[Ladder, ...]:
    """Play every scenario by both casts and draw the first run of each; no secret is in the drawing."""
    from art7.cli.generated import generated_package
    from art7.cli.runs import performances
    from art7.runtime.ladder import as_svg, as_text
    from art7.runtime.network import Faults
    from art7.runtime.play import Performance
    from art7.validator.publishing.content import Ladder, scenario_docs

    docs = scenario_docs(offer)
    played: dict[str, list[Performance]] = {}
    modules = sorted(offer.own_modules)
    with generated_package(offer.specification) as package:
        for each in performances(
            offer.specification, modules, package, networks=(Faults(),), seeds=(SEED,), sandbox=False
        ):
            played.setdefault(f"{each.outcome.protocol}.{each.outcome.scenario}", []).append(each)
    return tuple(
        Ladder(
            name,
            docs.get(name, ""),
            all(run.outcome.passed for run in runs),
            as_svg(f"Ladder of {name}", runs[0].roles, runs[0].trace.entries),
            as_text(runs[0].roles, runs[0].trace.entries),
        )
        for name, runs in sorted(played.items())
    )


def _vectors_by_requirement(vectors: Mapping[str, bytes]) -> dict[str, int]:
    """Return how many vectors show each requirement, as the matrix beside the vectors lists them."""
    lines = vectors.get("requirements.jsonl", b"").decode().splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["requirement"]: len(row["held"]) + len(row["broken"]) for row in rows}


def _downloads(files: Mapping[str, bytes]) -> tuple[Download, ...]:
    from art7.validator.digests import digest_of
    from art7.validator.publishing.content import Download

    told = (
        ("-vectors.zip", "Test vectors with every intermediate value, for `art7 replay`"),
        (".zip", "The offer: manifest, modules, documents, examples, with the list of its files"),
        (".whl", "SDK for Python, typed, with the sessions it needs"),
        (".md", "Changes of every edition"),
    )
    return tuple(
        Download(
            path, next(text for end, text in told if path.endswith(end)), len(content), digest_of(content)
        )
        for path, content in sorted(files.items())
        if path.startswith("files/")
    )


def _change_log(offer: Offer, earlier: Earlier | None) -> str:
    """Return the change log: the gatekeeper's own entries, then what was found by comparison."""
    from art7.cli.changes_text import cell
    from art7.validator.publishing.content import change_log

    lines = [f"# Changes of {cell(offer.manifest.offer.id)}", ""]
    for row in change_log(offer):
        breaking = ", breaking" if row["breaking"] else ""
        lines += [f"## {row['version']} ({row['published']}, applies from {row['effective']}{breaking})", ""]
        lines += [cell(row["text"]), ""]
    return "\n".join(lines) + (f"\n{earlier.markdown}\n" if earlier else "")


def _change_rows(earlier: Earlier | None) -> list[dict[str, str]]:
    from art7.cli.changes_text import standing_of

    return [
        {
            "level": each.level.word,
            "subject": each.subject,
            "says": each.says,
            "standing": standing_of(each),
            "weakens": each.weakens,
        }
        for each in (earlier.compared.changes if earlier else ())
    ]
