"""The catalogue itself: every module loads, is laid out, explains itself and keeps its own vectors."""

from __future__ import annotations

import pytest

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.format import format_module
from art7.grammar.ir.module import Module, Specification
from art7.interpreter.vectors import check_vectors
from catalogue_codec import load_catalogue


@pytest.fixture(scope="module")
def specification() -> Specification:
    return load_catalogue({})


@pytest.fixture(params=catalogue_modules())
def module(request: pytest.FixtureRequest, specification: Specification) -> Module:
    return specification.modules[request.param]


def test_every_module_is_laid_out_as_the_formatter_does(module: Module) -> None:
    found = catalogue_text(module.name)
    assert found is not None
    text = found[1].decode()
    assert format_module(text, found[0]) == text


def test_every_vector_holds(module: Module, specification: Specification) -> None:
    report = Report()
    ran = check_vectors(specification, module, report)
    assert not report.diagnostics, [f"{each.span}: {each.message}" for each in report.diagnostics]
    assert ran == len(module.vectors)


def test_every_module_with_messages_shows_what_it_accepts_and_refuses(module: Module) -> None:
    messages = [record for record in module.records if record.kind == "message"]
    if messages:
        assert any(vector.accept for vector in module.vectors) and not all(v.accept for v in module.vectors)


def test_every_name_is_explained(module: Module) -> None:
    bare = [
        f"{record.name}.{slot.name}"
        for record in module.records
        for slot in record.slots
        if slot.is_api and not slot.doc
    ]
    bare += [record.name for record in module.records if record.kind != "inline" and not record.doc]
    bare += [f"{enum.name}.{each.name}" for enum in module.enums for each in enum.members if not each.doc]
    bare += [error.name for error in module.errors if not error.doc]
    bare += [schedule.name for schedule in module.schedules if not schedule.doc]
    assert not bare


def test_every_requirement_cites_its_clause(module: Module) -> None:
    assert not [each.id for each in module.requirements if not each.refs or not each.text]


def test_every_message_has_limits(module: Module) -> None:
    messages = [record for record in module.records if record.kind == "message"]
    assert not [record.name for record in messages if record.limit_size is None]
    assert not [record.name for record in messages if record.recursive and record.limit_depth is None]


def test_error_numbers_are_used_once_in_the_whole_catalogue(specification: Specification) -> None:
    numbers = [error.number for module in specification.modules.values() for error in module.errors]
    assert len(numbers) == len(set(numbers))
