"""The house rules that a reader cannot see broken: arrows, namespace, light imports, who may print.

Every Python file of every room is read as a syntax tree; nothing is listed by name.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ROOMS = ("spec", "grammar", "codegen", "validator", "runtime", "cli")

LANGUAGE = {"spec", "grammar", "interpreter", "prover"}
MAY_IMPORT: dict[str, set[str]] = {
    "spec": {"spec"},
    "grammar": {"spec", "grammar"},
    "interpreter": {"spec", "grammar", "interpreter"},
    "prover": LANGUAGE,
    "codegen": LANGUAGE | {"codegen"},
    "validator": LANGUAGE | {"validator"},
    "runtime": LANGUAGE | {"runtime"},
    "cli": LANGUAGE | {"codegen", "validator", "runtime", "cli"},
}
"""portion of the namespace → portions it may import: spec → language → three middle rooms → cli."""

HEAVY = {"lark", "pydantic", "jinja2", "jsonschema", "cryptography", "rich", "z3", "starlette", "uvicorn"}
LIGHT = ("art7.grammar.ir", "art7.grammar.diagnostics", "art7.interpreter", "art7.cli")
"""What a playground in the browser and `art7 --version` load: no heavy module may come with them."""

WAIST = set("ir diagnostics untrusted codes frames load catalogue cache collector version".split())
"""What the middle rooms see of `art7.grammar`: never the parser, the syntax tree or a pass."""

HOMES: dict[str, tuple[str, ...]] = {
    "lark": ("art7.grammar.tables",),
    "pydantic": ("art7.validator",),
    "jinja2": ("art7.codegen.render", "art7.validator.output", "art7.validator.publishing.pages"),
    "jsonschema": ("art7.codegen.replay", "art7.validator"),
    "cryptography": (
        "art7.interpreter.functions",
        "art7.runtime.calls.certificates",
        "art7.runtime.x509.signatures",
        "art7.validator.publishing.keys",
    ),
    "rich": ("art7.cli",),
    "starlette": ("art7.runtime.serve.app", "art7.cli.commands.serve"),
    "uvicorn": ("art7.runtime.serve.server", "art7.cli.commands.serve"),
    "z3": ("art7.prover.solver",),
}
"""heavy package → the only modules that may import it, even inside a function."""


def portion_of(path: Path) -> str:
    """`grammar/art7/interpreter/x.py` → `interpreter`."""
    return path.relative_to(REPOSITORY).parts[2]


def module_of(path: Path) -> str:
    """`grammar/art7/grammar/ir/x.py` → `art7.grammar.ir.x`."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> list[Path]:
    """List every Python file of every room."""
    return sorted(path for room in ROOMS for path in (REPOSITORY / room / "art7").rglob("*.py"))


def imports(tree: ast.AST, path: Path) -> Iterator[tuple[str, int]]:
    """Yield (absolute module name, line) of each import, `import_module("…")` among them."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name, node.lineno
            # `from art7 import codegen` and `from art7.grammar import parse` name the module in their list.
            named = name in {"art7", "art7.grammar"}
            yield from ((f"{name}.{alias.name}", node.lineno) for alias in node.names if named)
        elif isinstance(node, ast.Call) and called_name(node) in {"import_module", "__import__"}:
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, node.lineno


def called_name(node: ast.Call) -> str:
    """`importlib.import_module(…)` → `import_module`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@cache
def parse(path: Path) -> ast.Module:
    """Read one source file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_every_portion_is_known() -> None:
    assert {portion_of(path) for path in sources()} <= set(MAY_IMPORT)


def test_arrows_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: {portion_of(path)} must not import {name}"
        for path in sources()
        for name, line in imports(parse(path), path)
        if name.startswith("art7.") and name.split(".")[1] not in MAY_IMPORT[portion_of(path)]
    ]
    assert not wrong, "\n".join(wrong)


def test_middle_rooms_see_the_waist_only() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: {name} is not part of the waist"
        for path in sources()
        if portion_of(path) in {"codegen", "validator", "runtime"}
        for name, line in imports(parse(path), path)
        if name.startswith("art7.grammar.") and name.split(".")[2] not in WAIST
    ]
    assert not wrong, "\n".join(wrong)


def test_heavy_packages_stay_where_they_are_needed() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: imports {name}"
        for path in sources()
        if "vendored" not in path.parts  # text of generated projects
        for name, line in imports(parse(path), path)
        if name.split(".")[0] in HEAVY and not module_of(path).startswith(HOMES.get(name.split(".")[0], ()))
    ]
    assert not wrong, "\n".join(wrong)


def test_tests_and_site_are_not_imported() -> None:
    outside = {"tests", "benchmarks", "corpus", "limited", "pytest", "hypothesis"}
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: imports {name}"
        for path in sources()
        for name, line in imports(parse(path), path)
        if name.split(".")[0] in outside
    ]
    assert not wrong, "\n".join(wrong)


def test_the_namespace_has_no_init() -> None:
    # One such file hides every other portion, while type checkers still say "Success".
    assert not [room for room in ROOMS if (REPOSITORY / room / "art7" / "__init__.py").exists()]
    assert not [room for room in ROOMS if (REPOSITORY / room / "__init__.py").exists()]
    assert not (REPOSITORY / "site" / "__init__.py").exists(), "it would hide the standard library's `site`"


def test_every_portion_is_typed() -> None:
    portions = {path for room in ROOMS for path in (REPOSITORY / room / "art7").iterdir() if path.is_dir()}
    portions = {path for path in portions if path.name != "__pycache__"}
    assert not [path for path in portions if not (path / "py.typed").exists()]


def test_no_loose_module_beside_the_namespace() -> None:
    # These folders are on `sys.path` in an editable install.
    assert not [path for room in ROOMS for path in (REPOSITORY / room).glob("*.py")]


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_stay_light(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        f"loaded = {{name.partition('.')[0] for name in sys.modules}} & {HEAVY!r}\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


OF_THE_PROGRAM = ("exit", "argv", "stdin", "stdout", "stderr")
"""What of `sys` belongs to the program that art7 is, not to a room that others may import."""


def speaks(node: ast.AST) -> bool:
    """Whether a node prints, touches a standard stream or the arguments, or ends the program."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"print", "input", "exit", "quit"}
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in {f"sys.{name}" for name in OF_THE_PROGRAM} | {"os._exit"}
    if isinstance(node, ast.ImportFrom) and node.module == "sys":
        return any(alias.name in OF_THE_PROGRAM for alias in node.names)
    return isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc)


def test_only_cli_prints_and_exits() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)[:60]}"
        for path in sources()
        if portion_of(path) != "cli" and "vendored" not in path.parts  # vendored: text of generated projects
        for node in ast.walk(parse(path))
        if speaks(node)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_cli_reads_arguments() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: imports {name}"
        for path in sources()
        if portion_of(path) != "cli" and "vendored" not in path.parts
        for name, line in imports(parse(path), path)
        if name.split(".")[0] in {"click", "argparse", "optparse", "getopt"}
    ]
    assert not wrong, "\n".join(wrong)


# Spelled in pieces so that this file does not find itself.
FORBIDDEN = re.compile(
    r"(?<![\w.])/(?:wo"
    + r"rk|t"
    + r"mp|ro"
    + r"ot|ho"
    + r"me/\w)/|py"
    + r"pi\.org|python"
    + r"hosted\.org|registry\.npm"
    + "js"
)


def tracked_text() -> Iterator[tuple[str, str]]:
    """Yield (name, text) of every text file that git would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        path = REPOSITORY / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def test_no_machine_path_or_registry_host() -> None:
    wrong = [
        f"{name}: {match.group()}"
        for name, text in tracked_text()
        for match in [FORBIDDEN.search(text)]
        if match is not None
    ]
    assert not wrong, "\n".join(wrong)
