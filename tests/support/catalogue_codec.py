"""The fixture `codec`: a test that takes it runs once on the interpreter and once on a generated SDK.

A folder of tests that wants it imports the fixtures in its `conftest.py`. A test module may define the fixture
`extra_modules` (module name → text) to have modules beside the catalogue.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from executions import Codec, InterpreterCodec, SdkCodec

EXECUTIONS = ("interpreter", "sdk")


def load_catalogue(extra: dict[str, str]) -> Specification:
    """Load every catalogue module and `extra` ones; a fault in any of them fails the test."""
    sources: dict[str, str | bytes] = dict(catalogue_text(name) or ("", b"") for name in catalogue_modules())
    sources |= {f"{name}.a7": text for name, text in extra.items()}
    report = Report()
    specification = load_sources(sources, report)
    assert not report.diagnostics, [str(each) for each in report.diagnostics][:10]
    return specification


def found_files(kind: str, topic: str, *suffixes: str) -> list[Path]:
    """List the files of a topic; a topic without any skips the test, so that none passes by doing nothing."""
    found = corpus.files(kind, topic, *suffixes)
    if not found:
        pytest.skip(f"no {topic} cases below {corpus.root(kind)}")
    return found


@pytest.fixture(scope="module")
def extra_modules() -> dict[str, str]:
    """Modules beside the catalogue; a test module may define its own."""
    return {}


@pytest.fixture(scope="session")
def made_codecs() -> dict[tuple[str, ...], Codec]:
    """Executions made so far, by kind and extra modules."""
    return {}


@pytest.fixture(scope="module", params=EXECUTIONS)
def codec(
    request: pytest.FixtureRequest,
    extra_modules: dict[str, str],
    made_codecs: dict[tuple[str, ...], Codec],
    tmp_path_factory: pytest.TempPathFactory,
) -> Codec:
    """One execution of the catalogue and of the extra modules."""
    key = (request.param, *sorted(extra_modules))
    if key not in made_codecs:
        specification = load_catalogue(extra_modules)
        made_codecs[key] = _made(request.param, specification, tmp_path_factory.mktemp("sdk"))
    return made_codecs[key]


def _made(kind: str, specification: Specification, folder: Path) -> Codec:
    return InterpreterCodec(specification) if kind == "interpreter" else SdkCodec(specification, folder)
