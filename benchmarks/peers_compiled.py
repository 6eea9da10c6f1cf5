"""Our envelope's codec compiled by mypyc, and the bench folder's hand-written one, for the compiled goals.

    python -m benchmarks.peers_compiled

The SDK has no compiled form: its objects are of a subclass made while running, which mypyc refuses. So three things
are changed in a copy of the generated text, and none in the bodies of its codecs: the class stands alone, objects are
made by calling it, and the two functions that read and write integers lie in the same module.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from benchmarks.peers import BENCH, CACHE
from benchmarks.sdk import write_package

FOLDER = CACHE / "build" / "ours"
PACKAGE = "art7_bench_compiled"
LIMITS = CACHE / "build" / "mypyc" / "limits_mypyc"
INLINED = ("OCTETS", "read_protobuf", "write_protobuf", "is_integer")


def compiled_envelope() -> ModuleType | None:
    """Return the compiled module, or `None` where it could not be built."""
    if not list((FOLDER / PACKAGE).glob("envelope.*.so")):
        return None
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(f"{PACKAGE}.envelope")


def main() -> int:
    """Compile both where their text changed; the exit code is 0 when ours is there."""
    _compile_limit()
    made, old = FOLDER / "new", FOLDER / PACKAGE
    shutil.rmtree(made, ignore_errors=True)
    _write_ours(made)
    text = (made / "envelope.py").read_bytes() + (made / "_support.py").read_bytes()
    if compiled_envelope() is None or _stamp(old) != _digest(text):
        shutil.rmtree(old, ignore_errors=True)
        made.rename(old)
        if why := _mypyc(f"{PACKAGE}/envelope.py", FOLDER):
            print(f"error: {why}", file=sys.stderr)
            return 1
        (old / "made_from").write_text(_digest(text), encoding="utf-8")
    shutil.rmtree(made, ignore_errors=True)
    return 0


def _write_ours(folder: Path) -> None:
    from art7.grammar.catalogue import catalogue_text
    from art7.grammar.diagnostics import Report
    from art7.grammar.load import load_sources

    found = catalogue_text("signal.envelope")
    assert found is not None, "the catalogue has the envelope"
    write_package(load_sources(dict([found]), Report()), folder)
    text, support = (folder / "envelope.py").read_text(), (folder / "_support.py").read_text()
    (folder / "envelope.py").write_text(standing_alone(text, support), encoding="utf-8")


def standing_alone(text: str, support: str) -> str:
    """Return the codec module `text` as mypyc can compile it, with what it needs of `support`."""
    parts = []
    for node in ast.parse(support).body:
        if _defines(node) in INLINED and f"    {_defines(node)},\n" in text:
            parts.append(ast.get_source_segment(support, node) or "")
            text = text.replace(f"    {_defines(node)},\n", "", 1)
    head, mark, rest = text.partition("\n__all__ = ")
    text = head + "\n" + "\n\n".join(parts) + "\n" + mark + rest
    text = text.replace("class Envelope(Record):", "class Envelope:")
    maker = "def _new_envelope() -> Envelope:\n    return Envelope()\n"
    return text.replace("_new_envelope = bare(Envelope)\n", maker)


def _defines(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return targets[0].id if isinstance(targets[0], ast.Name) else ""


def _compile_limit() -> None:
    source = (BENCH / "limits" / "protobuf.py").read_bytes()
    if _stamp(LIMITS) == _digest(source):
        return
    shutil.rmtree(LIMITS, ignore_errors=True)
    LIMITS.mkdir(parents=True)
    for name in ("__init__.py", "protobuf.py"):
        (LIMITS / name).write_bytes((BENCH / "limits" / name).read_bytes())
    if not _mypyc(f"{LIMITS.name}/protobuf.py", LIMITS.parent):
        (LIMITS / "made_from").write_text(_digest(source), encoding="utf-8")


def _mypyc(path: str, folder: Path) -> str:
    """Compile one module in its place; returns what went wrong."""
    env = os.environ | {"MYPYC_OPT_LEVEL": "3"}
    command = [sys.executable, "-m", "mypyc", path]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if not done.returncode:
        return ""
    said = [line for line in (done.stdout + done.stderr).splitlines() if "error:" in line]
    return (said or [f"mypyc ended with {done.returncode}"])[0]


def _digest(text: bytes) -> str:
    return hashlib.sha256(text + Path(__file__).read_bytes() + sys.version.encode()).hexdigest()


def _stamp(folder: Path) -> str:
    path = folder / "made_from"
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
