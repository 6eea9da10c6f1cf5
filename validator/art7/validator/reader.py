"""From a bundle to an offer: read every part once, keep every fault, and go on as long as there is a manifest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from art7.grammar.catalogue import catalogue_modules
from art7.grammar.diagnostics import Diagnostic, Report, Span
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.grammar.untrusted import Bundle, toml_strict
from art7.validator.codec import InterpreterCodec
from art7.validator.digests import LISTING, read_listing
from art7.validator.examples import Codec
from art7.validator.law import load_law
from art7.validator.manifest.read import parse_manifest
from art7.validator.offer import MANIFEST, Offer

LoadModules: TypeAlias = Callable[[Mapping[str, str], Report], Specification]
"""Texts of modules by path → resolved modules, those of the catalogue that they use included."""

MakeCodec: TypeAlias = Callable[[Specification], Codec]

_TEXT_SUFFIXES = (".a7", ".cddl", ".md", ".txt", ".toml", ".json", ".hex", ".sh", ".http", ".xml", ".py")
_MODULE_NAME = re.compile(r"^\s*module\s+([A-Za-z_][A-Za-z0-9_.]*)", re.MULTILINE)


def read_offer(
    bundle: Bundle,
    report: Report,
    load: LoadModules = load_sources,
    make_codec: MakeCodec = InterpreterCodec,
    law_id: str = "dma-7",
) -> Offer | None:
    """Return the offer in a bundle, or None when it has no manifest that can be read.

    Faults of form are added to `report` and kept in `Offer.reading`; `report.sources` gets every text file.
    """
    before = len(report.diagnostics)
    texts = _texts(bundle, report)
    report.sources.update(texts)
    manifest_octets = bundle.files.get(MANIFEST)
    if manifest_octets is None:
        _report_missing_manifest(bundle, report)
        return None
    document = toml_strict.loads(manifest_octets, report, file=MANIFEST, floats=True)
    if document is None:
        return None
    manifest = parse_manifest(document.value, document.positions, report)
    if manifest is None:
        return None
    modules = {path: text for path, text in texts.items() if path.endswith(".a7")}
    own = frozenset(name for text in modules.values() if (name := module_name(text)))
    specification = load(modules, report)
    listing = read_listing(bundle.files[LISTING], report) if LISTING in bundle.files else None
    return Offer(
        bundle=bundle,
        manifest=manifest,
        positions=document.positions,
        specification=specification,
        law=load_law(law_id),
        own_modules=own & frozenset(specification.modules),
        catalogue=frozenset(catalogue_modules()),
        texts=texts,
        listing=listing,
        codec=make_codec(specification),
        reading=tuple(report.diagnostics[before:]),
    )


def module_name(text: str) -> str | None:
    """Return the name in the header of a module, without reading the rest."""
    found = _MODULE_NAME.search(text[:20_000])
    return found[1] if found else None


def _texts(bundle: Bundle, report: Report) -> dict[str, str]:
    """Return the text files of a bundle; octets that are not UTF-8 are reported and replaced."""
    found = {}
    for path, content in bundle.files.items():
        if path.lower().endswith(_TEXT_SUFFIXES):
            try:
                found[path] = content.decode("utf-8")
            except UnicodeDecodeError as error:
                found[path] = content.decode("utf-8", "replace")
                if path.endswith((".md", ".txt")):
                    place = Span(path, 1, 1, 1, 1, error.start, error.start)
                    report.add("A7-B040", f"not UTF-8 at octet {error.start}", place, help="save it as UTF-8")
    return found


def _report_missing_manifest(bundle: Bundle, report: Report) -> None:
    elsewhere = [path for path in bundle.files if path.rpartition("/")[2].lower() == MANIFEST]
    found = f", found `{elsewhere[0]}`" if elsewhere else ""
    advice = "move it to the root" if elsewhere else "write one: see `art7 explain offer`"
    place = Span(bundle.source, 0, 0, 0, 0)
    report.diagnostics.append(
        Diagnostic(
            "A7-V001", f"no `{MANIFEST}` at the root of the bundle{found}", place, advice, "DMA Art. 7(4)"
        )
    )
