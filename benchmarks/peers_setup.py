"""Install and build what the goals compare with, into folders that git ignores: `.venv-bench`, `.cache/peers`.

    python -m benchmarks.peers_setup

Versions are those of the bench folder's `requirements.txt` and `package.json`. Each step runs again only when what
it is made from changes, or for what could not be had last time; that is named with its reason and left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.peers import BENCH, CACHE, CBOR2_PURE, COMPILED, MISSING, ROOT

VENV = ROOT / ".venv-bench"
PYTHON = VENV / "bin" / "python"
BUILD, NODE_MODULES = CACHE / "build", CACHE / "node_modules"
LOG = CACHE / "setup.log"

PIP = (
    *(
        "aiortc",
        "aioice",
        "construct",
        "kaitaistruct",
        "agentvault-mls-rs-uniffi",
        "protobuf",
        "grpcio-tools",
    ),
    *(
        "betterproto2",
        "betterproto2_compiler",
        "matrix-nio",
        "cachetools",
        "atomicwrites",
        "peewee",
        "jsonschema",
    ),
    *("pydantic", "orjson", "PyYAML", "mypy", "setuptools"),
    *("cbor2", "asn1tools", "pyasn1", "pyasn1-modules", "cryptography"),
    *("slixmpp", "xsdata", "sdp-transform", "sipmessage"),
    *("DoubleRatchet", "vodozemac", "pylibsrtp"),
    *("dpkt", "pure-protobuf", "fastjsonschema", "msgspec", "mashumaro", "canonicaljson"),
)
"""Peers of the goals, what builds them, and (last line) others that the same workloads are shown beside."""

NPM = ("kaitai-struct-compiler", "ts-mls", "@noble/curves", "@noble/hashes")


def main() -> int:
    """Bring everything up to date; the exit code is 0 when there is an environment to measure in."""
    CACHE.mkdir(parents=True, exist_ok=True)
    LOG.write_text("", encoding="utf-8")
    missing: dict[str, str] = {}
    if not _make_environment():
        print(f"no environment could be made in {VENV.name}: see {LOG.relative_to(ROOT)}")
        return 2
    missing |= _install_python()
    missing |= _install_old_cbor2()
    missing |= _install_node()
    missing |= _generate()
    missing |= _compile()
    MISSING.write_text(json.dumps(missing, indent=1) + "\n", encoding="utf-8")
    for name, reason in missing.items():
        print(f"not to be had here: {name}: {reason}")
    return 0


def _make_environment() -> bool:
    made_from = _digest(sys.version, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if PYTHON.exists() and _is_done("environment", made_from):
        return True
    print("making an environment for peers (two minutes the first time)", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    (CACHE / "python.done").unlink(missing_ok=True)
    ready = not _run(sys.executable, "-m", "venv", VENV) and not _pip("-e", ".")
    return ready and _done("environment", made_from)


def _install_python() -> dict[str, str]:
    """Install what is not there yet: all at once, and one by one only where that fails."""
    listed = CACHE / "python.done"
    there = set(listed.read_text(encoding="utf-8").split("\n")) if listed.exists() else set()
    wanted = {name: pin for name, pin in _pinned(PIP, BENCH / "requirements.txt").items() if pin not in there}
    if not wanted:
        return {}
    print(f"installing {len(wanted)} packages", flush=True)
    missing: dict[str, str] = {}
    if why := _pip(*wanted.values()):
        alone = len(wanted) == 1
        missing = {name: said for name, pin in wanted.items() if (said := why if alone else _pip(pin))}
    listed.write_text("\n".join(sorted(there | {wanted[name] for name in wanted.keys() - missing.keys()})))
    return missing


def _install_old_cbor2() -> dict[str, str]:
    """Install the last cbor2 with a decoder in Python, beside the one of today."""
    pin = "cbor2==5.9.0"
    if _is_done("cbor2_5", pin):
        return {}
    why = _pip("--no-deps", "--target", CACHE / "cbor2_5", pin)
    if not why:
        _done("cbor2_5", pin)
    return {CBOR2_PURE: why} if why else {}


def _install_node() -> dict[str, str]:
    declared = json.loads((BENCH / "package.json").read_text(encoding="utf-8"))["dependencies"]
    wanted = [f"{name}@{declared.get(name, '*')}" for name in NPM]
    if _is_done("node", _digest(*wanted)):
        return {}
    if not shutil.which("npm") or not shutil.which("node"):
        return dict.fromkeys(NPM, "node and npm are not on this machine")
    print(f"installing {len(wanted)} packages for node", flush=True)
    quiet = (
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--no-save",
        "--fetch-retries=0",
        "--loglevel=error",
    )
    why = _run("npm", "install", "--prefix", CACHE, *quiet, *wanted)
    if why:
        return dict.fromkeys(NPM, why)
    _done("node", _digest(*wanted))
    return {}


def _generate() -> dict[str, str]:
    """Run the compilers of protobuf and Kaitai over the bench folder's schemas."""
    schemas = [path.read_text(encoding="utf-8") for path in sorted((BENCH / "schemas").iterdir())]
    steps = [CACHE / f"{step}.done" for step in ("python", "node")]
    installed = [step.read_text(encoding="utf-8") if step.exists() else "" for step in steps]
    made_from = _digest((BENCH / "build.py").read_text(encoding="utf-8"), *installed, *schemas)
    expected = {
        "grpcio-tools": BUILD / "gen" / "signal_pb2.py",
        "betterproto2_compiler": BUILD / "gen" / "bp2" / "signal" / "__init__.py",
        "kaitai-struct-compiler": BUILD / "gen" / "mls_ks.py",
    }
    if not _is_done("generated", made_from):
        print("generating peers' codecs", flush=True)
        shutil.rmtree(BUILD / "gen", ignore_errors=True)
        _run(PYTHON, "-B", BENCH / "build.py", "gen", BENCH_BUILD=BUILD, BENCH_NODE_MODULES=NODE_MODULES)
        _done("generated", made_from)
    return {name: f"its compiler made no {path.name}" for name, path in expected.items() if not path.exists()}


def _compile() -> dict[str, str]:
    """Compile what the compiled goals need; `benchmarks.peers_compiled` knows what is still good."""
    why = _run(PYTHON, "-B", "-m", "benchmarks.peers_compiled")
    return {COMPILED: why} if why else {}


def _pinned(names: tuple[str, ...], requirements: Path) -> dict[str, str]:
    """Return each package's requirement as the bench folder pins it; the bare name where it does not."""
    lines = requirements.read_text(encoding="utf-8").split() if requirements.exists() else []
    pins = {re.split("[=<>~]", line)[0].lower(): line for line in lines if re.match(r"[A-Za-z0-9]", line)}
    return {name: pins.get(name.lower(), name) for name in names}


def _pip(*what: object) -> str:
    quiet = ("--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20")
    return _run(PYTHON, "-m", "pip", "install", *quiet, *what)


def _run(*command: object, **environment: object) -> str:
    """Run `command`; returns what its error said last, and nothing when it went well."""
    env = os.environ | {name: str(value) for name, value in environment.items()}
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True, errors="replace"
    )
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}{done.stderr}\n")
    if not done.returncode:
        return ""
    said = [line.strip() for line in done.stderr.splitlines() if "error" in line.lower()]
    return (said or [f"{Path(str(command[0])).name} ended with {done.returncode}"])[-1][:160]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _is_done(step: str, made_from: str) -> bool:
    stamp = CACHE / f"{step}.done"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == made_from


def _done(step: str, made_from: str) -> bool:
    (CACHE / f"{step}.done").write_text(made_from, encoding="utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
