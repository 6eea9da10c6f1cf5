"""`art7 demo`: the three journeys, with the real commands, ending with a page to open."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import click

from art7.cli.application import SETTINGS, Command, Settings
from art7.cli.demo_page import index_page
from art7.cli.exits import ExitCode, Unusable
from art7.cli.output import write_file, write_tree
from art7.cli.terminal import say

BROKEN_STUN = "000100082112a442b7e7a701bc34d686fa87dfae8022001053545554"
"""A binding request whose SOFTWARE attribute claims sixteen octets where four are left."""

_PLAIN = re.compile(r"[-\w./]+")
"""A word that a shell takes as it is; the others here hold no quotes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the tour. `shown` is how many lines of its output a reader sees; `expects` its exit code."""

    text: str
    arguments: tuple[str, ...]
    shown: int = 12
    expects: ExitCode = ExitCode.CLEAN
    program: tuple[str, ...] = ()
    """Runs instead of art7, when not empty."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What one kind of user does."""

    who: str
    why: str
    steps: tuple[Step, ...]
    in_order: bool = False
    """Whether a step needs what the steps before it made."""


def journeys(folder: Path, good: str, draft: str, day: str) -> tuple[Journey, ...]:
    """Return the tour over the two example offers; pages and generated code go to `folder`."""
    sdk, vectors = folder / "sdk", folder / "vectors"
    lines = (
        "from stun_sdk.stun import StunMessage; "
        "octets = StunMessage(method=1, class_=0, transaction=bytes(12), attributes=[]).encode(); "
        "print(octets.hex(), StunMessage.decode(octets))"
    )
    return (
        Journey(
            "The regulator",
            "is this offer complete, consistent and implementable, clause by clause?",
            (
                Step("a draft with planted defects: a verdict for each duty",
                     ("assess", draft, "--on", day, "--no-run"), 48, ExitCode.FINDINGS),
                Step("the offer in force: the dossier as one page",
                     ("assess", good, "--on", day, "--no-necessity",
                      "--format", "html", "-o", str(folder / "dossier.html"), "--force")),
                Step("the draft's dossier beside it",
                     ("assess", draft, "--on", day, "--no-run",
                      "--format", "html", "-o", str(folder / "draft.html"), "--force"), 6, ExitCode.FINDINGS),
            ),
        ),
        Journey(
            "The gatekeeper",
            "what is wrong with my draft, and does the mended offer work?",
            (
                Step("each defect has a place, a reason and a next step",
                     ("validate", draft), 22, ExitCode.FINDINGS),
                Step("the mended offer", ("validate", good)),
                Step("it runs: generated code on one side, the interpreter on the other, over a bad network",
                     ("run", good, "one_to_one_text", "--ladder"), 46),
                Step("all scenarios as a page",
                     ("run", good, "--format", "html", "-o", str(folder / "run.html"), "--force")),
            ),
        ),
        Journey(
            "The implementer",
            "give me a typed SDK, vectors with every intermediate value, and tell me why something is refused",
            (
                Step("an SDK without dependencies, from one module of the catalogue",
                     ("generate", "python", "ietf.stun", "-o", str(sdk), "--force")),
                Step("three lines encode and decode a request", (lines,), 6, program=(sys.executable, "-c")),
                Step("vectors of the same module",
                     ("generate", "vectors", "ietf.stun", "-o", str(vectors), "--force"), 6),
                Step("they replay against the generated SDK",
                     ("replay", str(vectors), "--adapter", f"{sys.executable} -m stun_sdk.adapter"), 8),
                Step("a broken request: which rule, which octet, what was read so far",
                     ("decode", "StunMessage", "--hex", BROKEN_STUN), 20, ExitCode.FINDINGS),
            ),
            in_order=True,
        ),
    )  # fmt: skip


@click.command(
    cls=Command,
    context_settings=SETTINGS,
    short_help="Walk through the work of a regulator, a gatekeeper and an implementer.",
    epilog="Example: art7 demo -o art7-demo",
)
@click.option("-o", "--output", type=click.Path(), default="art7-demo", help="Folder for pages and code.")
@click.option("--force/--no-force", default=True, help="Replace what an earlier demo left there.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help="Form of the account."
)
@click.pass_obj
def command(settings: Settings, output: str, force: bool, form: str) -> int:
    """Walk through the three journeys with the real commands on two example offers. Needs no network."""
    started = time.monotonic()
    tell = say if form == "text" else _silent
    folder = Path(output).absolute()
    write_tree(folder, {"index.html": b""}, force=force)
    offers = Path(_offers())
    tour = journeys(folder, str(offers / "examplechat"), str(offers / "examplechat-draft"), "2026-11-23")
    tell(f"The commands below work in {folder}\non the example offers of {offers}.")
    done: list[Done] = []
    for number, (journey, taken) in enumerate(_in_parallel(tour, folder), start=1):
        tell(f"\n{number}. {journey.who}: {journey.why}\n")
        for each in taken:
            done.append(each)
            _tell(each, tell)
    write_file(folder / "index.html", index_page(tour, done).encode(), force=True)
    seconds = time.monotonic() - started
    if form == "json":
        steps = [{"command": each.line, "exit": each.exit, "output": list(each.output)} for each in done]
        say(
            json.dumps(
                {"steps": steps, "seconds": round(seconds, 1), "page": str(folder / "index.html")}, indent=2
            )
        )
    tell(f"\nDone in {seconds:.1f} s. Open {folder / 'index.html'}")
    return ExitCode.CLEAN if all(each.exit == each.step.expects for each in done) else ExitCode.INTERNAL


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken."""

    step: Step
    line: str
    exit: int
    output: tuple[str, ...]


def _in_parallel(tour: Sequence[Journey], folder: Path) -> Iterator[tuple[Journey, Iterator[Done]]]:
    """Walk the journeys, as many steps at a time as there are processors, and give what they show in order."""
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        walked: dict[int, list[Future[Done]]] = {}
        # What must go in order takes longest: it begins first.
        for number, journey in sorted(enumerate(tour), key=lambda row: not row[1].in_order):
            if journey.in_order:
                walked[number] = [Future() for _ in journey.steps]
                pool.submit(_walk_all, journey, folder, walked[number])
            else:
                walked[number] = [pool.submit(_walk, step, folder) for step in journey.steps]
        for number, journey in enumerate(tour):
            yield journey, map(_result, walked[number])


def _walk_all(journey: Journey, folder: Path, results: Sequence[Future[Done]]) -> None:
    for step, result in zip(journey.steps, results, strict=True):
        try:
            result.set_result(_walk(step, folder))
        except Exception as error:  # whoever waits for the result is told
            result.set_exception(error)
            return


def _result(future: Future[Done]) -> Done:
    try:
        return future.result()
    except (OSError, subprocess.SubprocessError) as error:
        raise Unusable(f"a step of the demo could not be run: {error}") from None


def _walk(step: Step, folder: Path) -> Done:
    """Run one step."""
    line = [*(step.program or (sys.executable, "-m", "art7.cli")), *step.arguments]
    environment = os.environ | {"PYTHONPATH": str(folder / "sdk"), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False, timeout=120)
    output = (done.stdout + done.stderr).rstrip().split("\n")
    return Done(step, _spelled(step, folder), done.returncode, tuple(row.rstrip() for row in output))


def _tell(done: Done, tell: Callable[[str], None]) -> None:
    """Show a step, the command, the first lines of its output, and whether it ended otherwise than it should."""
    step = done.step
    tell(f"  # {step.text}")
    tell(f"  $ {done.line}")
    for row in done.output[: step.shown]:
        tell(f"    {row}".rstrip())
    if len(done.output) > step.shown:
        tell(f"    … {len(done.output) - step.shown} more lines")
    if done.exit != step.expects:
        tell(f"    this step ended with {done.exit}, expected {int(step.expects)}")
    tell("")


def _silent(line: str) -> None:
    """Say nothing: the account comes as JSON at the end."""


def _spelled(step: Step, folder: Path) -> str:
    """Return the command as a reader would type it."""
    words: Sequence[str] = ("python", "-c", *step.arguments) if step.program else ("art7", *step.arguments)
    short = (
        word.replace(str(folder) + os.sep, "")
        .replace(_offers() + os.sep, "")
        .replace(sys.executable, "python")
        for word in words
    )
    line = " ".join(word if _PLAIN.fullmatch(word) else f'"{word}"' for word in short)
    return f"PYTHONPATH=sdk {line}" if "stun_sdk" in line else line


def _offers() -> str:
    return str(files("art7.spec").joinpath("offers"))
