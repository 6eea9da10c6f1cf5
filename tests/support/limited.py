"""Run a piece of Python in a child with little time and memory, as a hostile input deserves."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path


def run_limited(
    code: str, *arguments: str, cpu_seconds: int = 2, memory_mib: int = 256, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -c code arguments…` and return its exit code and output.

    The child is killed by the kernel beyond `cpu_seconds` of CPU time and gets MemoryError beyond
    `memory_mib` of address space; a hang without CPU use ends after ten times the CPU limit.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_mib << 20, memory_mib << 20))

    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        timeout=10 * cpu_seconds,
        preexec_fn=limit,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
