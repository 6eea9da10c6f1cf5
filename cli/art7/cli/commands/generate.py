"""`art7 generate`: a typed SDK, test vectors, JSON Schemas, pages, models or tables from a specification."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.exits import ExitCode, Unusable
from art7.cli.findings import print_report
from art7.cli.output import shown, write_tree
from art7.cli.sources import GeneratorSource, read_generator_source
from art7.cli.terminal import note, say
from art7.grammar.diagnostics import Report

Files = dict[str, bytes]


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Generate an SDK, test vectors, schemas, pages or models from a specification.",
    epilog="Examples: art7 generate python ietf.stun -o stun; art7 generate vectors offer/ -o vectors; "
    "art7 generate json-schema modules/chat.a7 -o schemas; art7 generate docs offer/ -o pages; "
    "art7 generate verifpal offer/ -o models; art7 generate readers offer/ -o tables.",
)
@click.argument(
    "target",
    type=click.Choice(["python", "vectors", "json-schema", "docs", "verifpal", "proverif", "readers"]),
)
@click.argument("source")
@click.option(
    "-o", "--output", required=True, metavar="DIR", help="The folder to write; it must be new or empty."
)
@click.option("--force", is_flag=True, help="Replace the folder that is there.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the output."
)
@click.pass_obj
def command(settings: Settings, target: str, source: str, output: str, force: bool, form: str) -> int:
    """Generate TARGET from SOURCE: a module file, a catalogue module, an offer's folder or bundle."""
    report = Report()
    given = read_generator_source(source, report)
    if given is None:
        return print_report(report, form, settings)
    files = TARGETS[target](given)
    if not files:
        raise Unusable(f"nothing to generate: the source has nothing for `{target}`", "choose another target")
    write_tree(output, files, force=force, inputs=[source])
    if form == "json":
        say(json.dumps({"target": target, "folder": output, "files": sorted(files)}, indent=2))
    else:
        say(f"{len(files)} files in {shown(output)}")
        if target in ("python", "vectors") and not settings.quiet:
            _tell_uncovered(files)
    return ExitCode.CLEAN


def _python(given: GeneratorSource) -> Files:
    from art7.cli.generated import carried_sessions
    from art7.codegen.kept import kept_project

    carried = carried_sessions(given.specification)
    made = kept_project(given.specification, given.name, modules=given.modules, carried=carried)
    return {path: text.encode() for path, text in made.items()}


def _vectors(given: GeneratorSource) -> Files:
    from art7.codegen.json_schema import vectors_schema
    from art7.codegen.vectors.generate import generate_vectors, vector_file_text
    from art7.codegen.vectors.matrix import matrix_lines, matrix_page, requirement_matrix

    made = generate_vectors(given.specification, given.modules)
    files = {path: vector_file_text(content).encode() for path, content in made.items()}
    if files:
        rows = requirement_matrix(given.specification, given.modules, made)
        files["README.md"] = matrix_page(rows).encode()
        files["requirements.jsonl"] = matrix_lines(rows).encode()
        files["schema/vectors.schema"] = (json.dumps(vectors_schema(), indent=2) + "\n").encode()
    return files


def _json_schema(given: GeneratorSource) -> Files:
    from art7.codegen.json_schema.messages import generate_json_schema

    made = generate_json_schema(given.specification, given.modules)
    return {path: text.encode() for path, text in made.items()}


def _docs(given: GeneratorSource) -> Files:
    from art7.codegen.pages.standalone import generate_documents

    made = generate_documents(given.specification, given.modules)
    return {path: text.encode() for path, text in made.items()}


def _models(language: str) -> Callable[[GeneratorSource], Files]:
    def make(given: GeneratorSource) -> Files:
        from art7.codegen.models.export import generate_models

        made = generate_models(given.specification, language, given.modules)
        return {path: text.encode() for path, text in made.items()}

    return make


def _readers(given: GeneratorSource) -> Files:
    from art7.codegen.models.export import generate_readers

    made = generate_readers(given.specification, given.modules)
    return {path: text.encode() for path, text in made.items()}


TARGETS: dict[str, Callable[[GeneratorSource], Files]] = {
    "python": _python,
    "vectors": _vectors,
    "json-schema": _json_schema,
    "docs": _docs,
    "verifpal": _models("verifpal"),
    "proverif": _models("proverif"),
    "readers": _readers,
}
"""target → the files that it makes, by path."""


def _tell_uncovered(files: Files) -> None:
    """Say how many requirements, errors and transitions no vector reaches; each is listed in its file."""
    missing = 0
    for path, content in files.items():
        if path.endswith(".json"):
            missing += len(json.loads(content).get("uncovered", ()))
    if missing:
        said = (
            "requirement, error or transition has"
            if missing == 1
            else "requirements, errors and transitions have"
        )
        note(f"{missing} {said} no vector yet: see `uncovered` in the vector files")
